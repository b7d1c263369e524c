import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {ConnectionLostError, RPCError} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {debounce} from "@web/core/utils/timing";

import {ChangeQueue} from "./change_queue";
import {CommentActions} from "./comment_actions";
import {ComposeActions} from "./compose_actions";
import {FilterActions} from "./filter_actions";
import {FolderActions} from "./folder_actions";
import {LinkActions} from "./link_actions";
import {MailActions} from "./mail_actions";
import {makeMailClientStore} from "./mail_client_store";
import {NewMailNotifier} from "./new_mail_notifier";
import {OutgoingActions} from "./outgoing_actions";
import {ReadingActions} from "./reading_actions";
import {RecordMail} from "./record_mail";
import {SearchActions} from "./search_actions";

/**
 * The only place of the web client that speaks to the server about mail.
 *
 * It asks `crm.mail.client`, hands the answers to the store and turns failures into
 * sentences. What changes mails is in `mail_actions.js`, what changes folders in
 * `folder_actions.js`, filters and out of office in `filter_actions.js`, what writes mails in `compose_actions.js`, what becomes of them
 * in `outgoing_actions.js`; all ask through here. Nothing here throws towards a
 * component, but for the two things that a component asks and waits for itself (search
 * for records).
 *
 * News reach us by two ways: the bus, and, where the bus may be away, by asking
 * again: quickly while a mailbox is being indexed, seldom otherwise.
 *
 * @typedef {import("./mail_client_store").MailClientStore} MailClientStore
 * @typedef {import("./mail_client_store").Row} Row
 * @typedef {import("./mail_client_store").Link} Link
 * @typedef {{failed: false, value: any}|{failed: true, sentence: string}} Answer
 */

const MODEL = "crm.mail.client";
const BUS_CHANGED = "crm_mail_accounts/changed";
const BUS_REFUSED = "crm_mail_accounts/refused";
const BUS_OUTGOING = "crm_mail_accounts/outgoing";
const BUS_LAYOUT = "crm_mail_accounts/layout";
const SETUP_ACTION = "crm_mail_accounts.crm_mail_account_setup_action";
const POP3_ACTION = "crm_mail_accounts.crm_mail_pop3_bridge_action";
/** The address part of the client action: /odoo/crm-messages */
const ACTION_PATH = "crm-messages";

export const PAGE_SIZE = 50;
/** Rows of the pages after it: who scrolls wants many */
export const MORE_SIZE = 100;
/** A list that was scrolled down is refreshed in one piece up to this length */
export const REFRESH_MAX = 200;
/** Milliseconds between two looks at a mailbox that is being indexed */
export const INDEXING_PERIOD = 1500;
/** Milliseconds between two tries to reach a server that was away */
export const RECONNECT_PERIOD = 5000;
/** Milliseconds between two looks in quiet times, in case the bus is away */
export const QUIET_PERIOD = 60000;
/** Milliseconds after which a synchronization that was asked for is looked at */
export const SYNC_DELAY = 1000;
/** Milliseconds in which several notifications become one question */
export const BUS_DELAY = 300;

/**
 * What the server says to a person is shown as it is; what it says to a programmer
 * (a programming error, a database error) is not.
 *
 * @param {RPCError} error
 * @returns {string}
 */
function readableMessage(error) {
    const isForPeople = (error.exceptionName || "").startsWith("odoo.exceptions.");
    const message = error.data && error.data.message;
    if (isForPeople && message) {
        return message;
    }
    return _t("Something went wrong on the server. Please try again.");
}

export class MailClientService {
    /**
     * @param {object} services
     */
    constructor(services) {
        const {action, bus_service: bus, menu, notification, orm} = services;
        const {file_upload: fileUpload} = services;
        this.action = action;
        this.bus = bus;
        this.menu = menu;
        this.notification = notification;
        this.orm = orm.silent;
        /** @type {MailClientStore} */
        this.store = makeMailClientStore();
        /** How many screens show the store; the store is kept fresh while there is one */
        this.screens = 0;
        this.timer = null;
        /** Folders named by the bus since the last look */
        this.changedFolderIds = new Set();
        this.lookSoon = debounce(() => this.look(), BUS_DELAY);
        this.changes = new ChangeQueue();
        /** Whether the list is to be read anew when the last change is answered */
        this.refreshDue = false;
        this.mails = new MailActions(this);
        this.filters = new FilterActions(this);
        this.folders = new FolderActions(this);
        this.reading = new ReadingActions(this);
        this.records = new RecordMail(this);
        this.comments = new CommentActions(this);
        this.links = new LinkActions(this);
        this.compose = new ComposeActions(this, fileUpload);
        this.outgoing = new OutgoingActions(this);
        this.search = new SearchActions(this);
        this.notifier = new NewMailNotifier(this.store, services);
    }

    /** Listens to the bus and to the network; called once, at the start. */
    listen() {
        this.bus.subscribe(BUS_CHANGED, (payload) => this.onChanged(payload));
        this.bus.subscribe(BUS_REFUSED, (payload) => this.onRefused(payload));
        this.bus.subscribe(BUS_OUTGOING, (payload) => this.outgoing.onChanged(payload));
        this.comments.listen();
        this.compose.listen();
        this.bus.subscribe(BUS_LAYOUT, (layout) => this.onLayout(layout));
        this.bus.addEventListener("BUS:RECONNECT", () => this.lookSoon());
        browser.addEventListener("offline", () => this.store.setOnline(false));
        browser.addEventListener("online", () => this.lookSoon());
    }

    // ------------------------------------------------------------- the screen

    /**
     * The menu of the mail client, when this user may see it. It is found by the
     * address of its action, which is the same whatever app shows the menu.
     *
     * @returns {object|undefined}
     */
    get messagesMenu() {
        return this.menu.getAll().find((menu) => menu.actionPath === ACTION_PATH);
    }

    openMessages() {
        const menu = this.messagesMenu;
        return menu ? this.menu.selectMenu(menu) : this.action.doAction(ACTION_PATH);
    }

    /**
     * A screen appears: load what it shows and keep it fresh.
     *
     * @param {{folderId?: import("./mail_client_store").PlaceId, messageId?: number|false, threadId?: number|false}} [place]
     */
    async enter({folderId = false, messageId = false, threadId = false} = {}) {
        this.screens++;
        this.compose.offerLost();
        await this.loadBoot();
        const {store} = this;
        if (store.boot !== "ready") {
            return;
        }
        const wanted = store.hasPlace(folderId) ? folderId : store.startPlaceId;
        const opened = [];
        if (wanted) {
            opened.push(this.openFolder(wanted));
        }
        if (messageId && wanted) {
            opened.push(this.openMessage(messageId));
        } else if (threadId && wanted) {
            opened.push(this.openThread(threadId));
        }
        await Promise.all(opened);
    }

    leave() {
        this.screens--;
        if (!this.screens) {
            browser.clearTimeout(this.timer);
            this.store.leaveFolder();
            this.store.outgoing.close();
        }
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
        const answer = await this.ask("bootstrap", []);
        if (answer.failed) {
            this.store.failBoot(answer.sentence);
        } else {
            this.store.setBoot(answer.value);
        }
        this.schedule();
    }

    // ------------------------------------------------------------------- news

    /** @param {{account_id: number, folder_ids: number[]}} payload */
    onChanged(payload) {
        for (const folderId of payload.folder_ids || []) {
            this.changedFolderIds.add(folderId);
        }
        this.lookSoon();
    }

    /**
     * The mail server did not do what the reader had asked for some time ago; what it
     * looks like is as before again.
     *
     * @param {{account_id: number, message: string}} payload
     */
    onRefused(payload) {
        const account = this.store.getAccount(payload.account_id);
        this.tell(payload.message, account ? {title: account.name} : {});
        this.store.openFolders.forEach(({id}) => this.changedFolderIds.add(id));
        this.lookSoon();
    }

    /**
     * Another screen of the reader has changed the layout.
     *
     * @param {import("./layout_state").Layout} layout
     */
    onLayout(layout) {
        const isOther = layout.threads !== this.store.layout.threads;
        this.store.setLayout(layout);
        if (isOther && this.screens && this.store.placeId) {
            this.reopen();
        }
    }

    /** @param {Partial<import("./layout_state").Layout>} values */
    async saveLayout(values) {
        const before = {...this.store.layout};
        this.onLayout({...before, ...values});
        const answer = await this.ask("save_layout", [values]);
        if (answer.failed) {
            this.onLayout(before);
            this.tell(answer.sentence);
        } else {
            this.onLayout(answer.value);
        }
    }

    /** Asks how far the mailboxes are, and refreshes the list if it is concerned. */
    async look() {
        const {changes, store} = this;
        const changed = this.changedFolderIds;
        this.changedFolderIds = new Set();
        const {serial} = changes;
        const answer = await this.ask("progress", []);
        if (!answer.failed && changes.isStale(serial)) {
            changed.forEach((folderId) => this.changedFolderIds.add(folderId));
            this.lookSoon();
        } else if (!answer.failed) {
            const structureChanged =
                store.boot === "ready" && store.knowsLessThan(answer.value);
            const moved = this.takeProgress(answer.value);
            const isConcerned = this.isConcernedBy(changed);
            if (this.screens && structureChanged) {
                await this.reload();
            } else if (this.screens && (moved || isConcerned)) {
                await this.refreshList();
            } else if (this.screens && (store.boot === "error" || store.isWaiting)) {
                await this.reload();
            }
        }
        this.schedule();
    }

    /**
     * What the server counts; new mail is heard of where the reader wants to.
     *
     * @returns {boolean} whether the counts of what is open moved
     */
    takeProgress(values) {
        this.notifier.before();
        const moved = this.store.setProgress(values);
        this.notifier.after();
        return moved;
    }

    /** @param {Set<number>} folderIds that the bus has named */
    isConcernedBy(folderIds) {
        const {openFolders, search} = this.store;
        return openFolders.length && !search.everywhere
            ? openFolders.some((folder) => folderIds.has(folder.id))
            : folderIds.size > 0;
    }

    /** How long to wait with the next look, as things stand */
    get period() {
        if (!this.store.online) {
            return RECONNECT_PERIOD;
        }
        return this.store.isIndexing ? INDEXING_PERIOD : QUIET_PERIOD;
    }

    /**
     * Plans the next look; there is always at most one.
     *
     * @param {number} [period]
     */
    schedule(period = this.period) {
        browser.clearTimeout(this.timer);
        if (!this.screens) {
            return;
        }
        this.timer = browser.setTimeout(() => this.look(), period);
    }

    /** The number on the envelope, for a page that does not show the mail client. */
    async loadUnread() {
        const answer = await this.ask("progress", []);
        if (!answer.failed) {
            this.takeProgress(answer.value);
        }
    }

    // ------------------------------------------------------------------- list

    /** @param {import("./mail_client_store").PlaceId} placeId */
    openFolder(placeId) {
        this.store.outgoing.close();
        this.store.startFolder(placeId);
        return this.loadList();
    }

    /** The same place, listed otherwise. */
    reopen() {
        this.store.startList();
        return this.loadList();
    }

    /**
     * @param {import("./mail_client_store").Cursor} before
     * @param {number} limit
     */
    askList(before, limit) {
        const {view, isThreaded} = this.store;
        return this.ask("list_messages", [view, before, limit, isThreaded]);
    }

    async loadList() {
        const {store} = this;
        const {viewKey} = store;
        const {serial} = this.changes;
        const answer = await this.askList(false, PAGE_SIZE);
        if (answer.failed) {
            store.failFolder(viewKey, answer.sentence);
            return;
        }
        store.setFirstPage(viewKey, answer.value);
        if (this.changes.isStale(serial)) {
            await this.refreshList();
        }
    }

    async loadMore() {
        const {store} = this;
        if (!store.startMore()) {
            return;
        }
        const {viewKey} = store;
        const answer = await this.askList(store.list.before, MORE_SIZE);
        if (answer.failed) {
            store.failMore(viewKey, answer.sentence);
        } else {
            store.addPage(viewKey, answer.value);
        }
    }

    /** @param {{announce?: boolean}} [options] whether new mails are for the ear too */
    async refreshList({announce = true} = {}) {
        const {changes, store} = this;
        const {placeId, viewKey} = store;
        if (!placeId || store.list.loadingMore) {
            return;
        }
        if (changes.isBusy) {
            this.refreshDue = true;
            return;
        }
        const {serial} = changes;
        const length = Math.max(PAGE_SIZE, store.list.rows.length);
        const answer = await this.askList(false, Math.min(length, REFRESH_MAX));
        if (answer.failed) {
            // What is on screen stays: an old list is better than none.
            if (!store.list.rows.length) {
                store.failFolder(viewKey, answer.sentence);
            }
            return;
        }
        if (changes.isStale(serial)) {
            // The reader has changed mails meanwhile: this page shows them as before.
            await this.refreshList({announce});
            return;
        }
        const count = store.mergeFirstPage(viewKey, answer.value);
        const isFilling = store.openFolders.some((folder) => {
            const account = store.getAccount(folder.account_id);
            return account && account.progress.running;
        });
        if (announce && count && !store.isSearching && !isFilling) {
            store.announceArrival(count);
        }
    }

    /** @param {number|false} accountId all accounts when false */
    async syncNow(accountId) {
        const {store} = this;
        for (const account of store.accounts) {
            if (!accountId || account.id === accountId) {
                store.startSync(account.id);
            }
        }
        const answer = await this.ask("sync_now", [accountId]);
        // When Odoo is away the screen says so already.
        if (answer.failed && store.online) {
            this.tell(answer.sentence);
        }
        this.schedule(SYNC_DELAY);
    }

    // ---------------------------------------------------------------- reading

    /** @param {number} messageId */
    async openMessage(messageId) {
        const {store} = this;
        store.startMessage(messageId);
        const asked = [this.loadMessage(messageId), this.loadContext(messageId)];
        const {row} = store.message;
        if (row && row.thread && store.thread.id !== row.thread_id) {
            asked.push(this.loadThread(row.thread_id));
        }
        await Promise.all(asked);
    }

    /**
     * A conversation, at its newest mail.
     *
     * @param {number} threadId
     */
    async openThread(threadId) {
        await this.loadThread(threadId);
        const newest = this.store.thread.rows.at(-1);
        if (newest) {
            await this.openMessage(newest.id);
        }
    }

    /** @param {number} threadId */
    async loadThread(threadId) {
        const {store} = this;
        store.startThread(threadId);
        const answer = await this.ask("open_thread", [threadId]);
        if (answer.failed) {
            store.failThread(threadId, answer.sentence);
        } else {
            store.setThread(threadId, answer.value.rows);
        }
    }

    /** @param {number} messageId */
    async loadMessage(messageId) {
        const {changes, store} = this;
        const {serial} = changes;
        const answer = await this.ask("open_message", [messageId]);
        if (answer.failed) {
            store.failMessage(messageId, answer.sentence);
            return;
        }
        const flags = changes.isStale(serial) ? store.flagsOf(messageId) : {};
        store.setMessage({...answer.value, ...flags});
        this.markShown(messageId);
    }

    /**
     * A mail that is shown has been read. Who may only look at a mailbox leaves no
     * trace in it.
     *
     * @param {number} messageId
     */
    markShown(messageId) {
        const {message, openId, mayAct} = this.store;
        if (openId === messageId && mayAct && !message.row.seen) {
            this.mails.mark([message.row], ["seen"], [], {isAsked: false});
        }
    }

    /** @param {number} messageId */
    async loadContext(messageId) {
        this.store.startContext(messageId);
        const answer = await this.ask("message_context", [messageId]);
        if (answer.failed) {
            this.store.failContext(messageId, answer.sentence);
        } else {
            this.store.setContext(messageId, answer.value);
        }
    }

    // ---------------------------------------------------------------- changes

    /**
     * A change was answered. The last one of those under way takes over what the
     * server counts; a refusal asks how things stand.
     *
     * @param {{failed: boolean, progress?: object}} answer
     * @param {{refresh?: boolean}} [options] whether the list is to be read anew
     */
    async settle({failed, progress}, {refresh = false} = {}) {
        const {store} = this;
        this.refreshDue ||= refresh || failed;
        if (this.changes.isBusy) {
            return;
        }
        if (failed) {
            this.refreshDue = false;
            store.openFolders.forEach(({id}) => this.changedFolderIds.add(id));
            await this.look();
            return;
        }
        const structureChanged = store.knowsLessThan(progress);
        const moved = store.setProgress(progress);
        if (structureChanged) {
            await this.loadBoot();
        }
        if (moved || this.refreshDue) {
            this.refreshDue = false;
            await this.refreshList({announce: !refresh});
        }
    }

    /**
     * Something did not work, in the server's words.
     *
     * @param {string} sentence
     * @param {object} [options]
     */
    tell(sentence, options = {}) {
        this.notification.add(sentence, {type: "danger", ...options});
    }

    // ---------------------------------------------------------------- records

    /**
     * @param {string} model
     * @param {number} resId
     */
    openRecord(model, resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: resId,
            views: [[false, "form"]],
            target: "current",
        });
    }

    // --------------------------------------------------------------- accounts

    /**
     * The assistant: empty for a new account, else at the account's settings.
     *
     * @param {number|false} [accountId]
     * @param {object} [context]
     */
    openSetup(accountId = false, context = {}) {
        const additionalContext = {...context};
        if (accountId) {
            additionalContext.default_account_id = accountId;
        }
        return this.action.doAction(SETUP_ACTION, {
            additionalContext,
            onClose: () => this.reload(),
        });
    }

    /**
     * The account's own page: delegates, what is fetched, the connection log.
     *
     * @param {number} accountId
     */
    openAccount(accountId) {
        return this.openRecord("crm.mail.account", accountId);
    }

    /**
     * The POP3 mailboxes that are collected into an account.
     *
     * @param {number} accountId
     */
    openPop3(accountId) {
        return this.action.doAction(POP3_ACTION, {
            additionalContext: {
                default_account_id: accountId,
                search_default_account_id: accountId,
            },
        });
    }

    /**
     * Goes to the provider's page, where the owner lets us in again.
     *
     * @param {number} accountId
     */
    async connect(accountId) {
        const answer = await this.ask("connect_account", [accountId]);
        if (answer.failed) {
            this.tell(answer.sentence);
        } else {
            await this.action.doAction(answer.value);
        }
    }

    /**
     * Back from the provider's page: the set-up goes on where it was left.
     *
     * @param {number} accountId
     */
    async continueSetup(accountId) {
        const answer = await this.ask("continue_setup", [accountId]);
        if (answer.failed) {
            this.tell(answer.sentence);
        } else if (answer.value) {
            await this.action.doAction(answer.value, {onClose: () => this.reload()});
        }
    }

    /**
     * The assistant at its page where folders get their roles.
     *
     * @param {number} accountId
     */
    openFolderMapping(accountId) {
        return this.openSetup(accountId, {crm_mail_setup_step: "folders"});
    }

    // --------------------------------------------------------------- the door

    /**
     * @param {string} method of `crm.mail.client`
     * @param {Array} args
     * @returns {Promise<Answer>}
     */
    async ask(method, args) {
        try {
            const value = await this.orm.call(MODEL, method, args);
            this.store.setOnline(true);
            return {failed: false, value};
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                this.store.setOnline(false);
                this.schedule();
                return {
                    failed: true,
                    sentence: _t("Odoo cannot be reached. We keep trying."),
                };
            }
            if (error instanceof RPCError) {
                return {failed: true, sentence: readableMessage(error)};
            }
            throw error;
        }
    }
}

export const mailClientService = {
    dependencies: [
        "action",
        "bus_service",
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
