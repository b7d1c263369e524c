import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

import {CommentActions} from "./comment_actions";
import {ComposeActions} from "./compose_actions";
import {FilterActions} from "./filter_actions";
import {FolderActions} from "./folder_actions";
import {LinkActions} from "./link_actions";
import {MailActions} from "./mail_actions";
import {NewsService} from "./news_service";
import {OutgoingActions} from "./outgoing_actions";
import {ReadingActions} from "./reading_actions";
import {RecordMail} from "./record_mail";
import {SearchActions} from "./search_actions";
import {TeamActions} from "./team_actions";

/**
 * The only place of the web client that speaks to the server about mail.
 *
 * It asks `crm.mail.client`, hands the answers to the store and turns failures into
 * sentences. As the store it is one object in files by subject, each on top of the one
 * before: `service_door` (the call itself), `account_service`, `list_service`,
 * `message_service`, `news_service`. What the reader does is in the `*_actions` files:
 * mails, folders, filters, links, comments, colleagues in one mailbox, what is written
 * and what becomes of it; all ask through here. Nothing here throws towards a
 * component, but for the two things that a component asks and waits for itself (search
 * for records).
 *
 * @typedef {import("./service_door").Answer} Answer
 */

const BUS_OUTGOING = "crm_mail_accounts/outgoing";

export class MailClientService extends NewsService {
    /** @param {object} services of the host */
    constructor(services) {
        super(services);
        this.mails = new MailActions(this);
        this.filters = new FilterActions(this);
        this.folders = new FolderActions(this);
        this.reading = new ReadingActions(this);
        this.records = new RecordMail(this);
        this.comments = new CommentActions(this);
        this.links = new LinkActions(this);
        this.compose = new ComposeActions(this, services.file_upload);
        this.outgoing = new OutgoingActions(this);
        this.search = new SearchActions(this);
        this.team = new TeamActions(this);
    }

    listen() {
        super.listen();
        this.bus.subscribe(BUS_OUTGOING, (payload) => this.outgoing.onChanged(payload));
        this.comments.listen();
        this.compose.listen();
        this.team.listen();
    }

    /**
     * A screen appears: load what it shows and keep it fresh.
     *
     * Where the browser goes back or forward, the host makes a new screen before it
     * takes the old one away: what is loaded stays, and only the place is another. Where
     * the folders are known already the reader may have opened one before the server
     * has told them anew, and stays there.
     *
     * @param {{folderId?: import("./mail_client_store").PlaceId, messageId?: number|false, threadId?: number|false}} [place]
     */
    async enter(place = {}) {
        this.screens++;
        this.compose.lost.offer();
        const {opened} = this.store;
        if (this.screens > 1 && this.store.boot === "ready") {
            this.schedule();
        } else {
            await this.loadBoot();
        }
        if (this.store.boot === "ready" && opened === this.store.opened) {
            await this.goTo(place);
        }
    }

    /** Shows the mail client, where no screen of this tab does. */
    async showScreen() {
        if (!this.screens) {
            await this.openMessages();
        }
    }

    /** Opens what is not open at this place yet, and closes the mail of another. */
    async goTo({folderId = false, messageId = false, threadId = false}) {
        const {store} = this;
        const wanted = store.hasPlace(folderId) ? folderId : store.startPlaceId;
        if (!wanted) {
            return;
        }
        const opened = [];
        if (wanted !== store.placeId) {
            store.closeMessage();
            opened.push(this.openFolder(wanted));
        }
        if (messageId && messageId !== store.openId) {
            opened.push(this.openMessage(messageId));
        } else if (threadId && !messageId) {
            opened.push(this.openThread(threadId));
        } else if (!messageId && store.openId) {
            store.closeMessage();
        }
        await Promise.all(opened);
    }

    /**
     * From anywhere in Odoo: the folder, and a mail of it.
     *
     * @param {import("./mail_client_store").PlaceId} placeId
     * @param {number|false} [messageId]
     */
    async show(placeId, messageId = false) {
        await this.showScreen();
        // Where all inboxes are open as one, the mail is there as well.
        const isThere = this.store.openFolders.some(({id}) => id === placeId);
        await this.goTo({folderId: isThere ? this.store.placeId : placeId, messageId});
    }

    leave() {
        this.screens--;
        if (!this.screens) {
            browser.clearTimeout(this.timer);
            this.ahead.forget();
            this.store.leaveFolder();
            this.store.outgoing.close();
        }
        this.team.follow(this.store);
    }

    /** Reads accounts and folders anew, then the open list. */
    async reload() {
        await this.loadBoot();
        const {store} = this;
        if (store.boot !== "ready") {
            return;
        }
        if (store.placeId) {
            await this.refreshList();
        } else if (store.startPlaceId) {
            await this.openFolder(store.startPlaceId);
        }
    }

    async loadBoot() {
        this.store.startBoot();
        const {answer, isCurrent} = await (this.bootAsked || this.askBoot());
        if (answer.failed) {
            this.store.failBoot(answer.sentence);
        } else {
            const before = [...this.store.accounts];
            this.takeBoot(answer.value);
            this.store.closeOfGoneAccount();
            this.tellWithdrawn(before);
        }
        if (!answer.failed && !isCurrent) {
            // What it counted was before what has been counted since.
            this.lookSoon();
        }
        this.team.follow(this.store);
        this.schedule();
    }

    /**
     * Mailboxes of others that the reader could use until now.
     *
     * @param {import("./mail_client_store").Account[]} before
     */
    tellWithdrawn(before) {
        for (const {id, name, owner} of before) {
            if (owner && !this.store.getAccount(id)) {
                this.tell(
                    _t(
                        "You no longer have access to the mailbox “%(name)s” of %(owner)s.",
                        {name, owner}
                    ),
                    {type: "info"}
                );
            }
        }
    }
}

export const mailClientService = {
    dependencies: [
        "action",
        "bus_service",
        "dialog",
        "file_upload",
        "menu",
        "multi_tab",
        "notification",
        "orm",
        "title",
    ],
    start(env, services) {
        const service = new MailClientService(services);
        service.listen();
        return service;
    },
};

registry.category("services").add("crm_mail_client", mailClientService);
