import {browser} from "@web/core/browser/browser";
import {debounce} from "@web/core/utils/timing";

import {ChangeQueue} from "./change_queue";
import {MessageService} from "./message_service";
import {NewMailNotifier} from "./new_mail_notifier";

/**
 * What has happened without the reader: by the bus, and, where the bus may be away, by
 * asking again: quickly while a mailbox is being indexed, seldom otherwise.
 */

const BUS_CHANGED = "crm_mail_accounts/changed";
const BUS_REFUSED = "crm_mail_accounts/refused";
const BUS_LAYOUT = "crm_mail_accounts/layout";
/** Milliseconds between two looks at a mailbox that is being indexed */
export const INDEXING_PERIOD = 1500;
/** Milliseconds between two tries to reach a server that was away */
export const RECONNECT_PERIOD = 5000;
/** Milliseconds between two looks in quiet times, in case the bus is away */
export const QUIET_PERIOD = 60000;
/** Milliseconds in which several notifications become one question */
export const BUS_DELAY = 300;

export class NewsService extends MessageService {
    constructor(services) {
        super(services);
        /** How many screens show the store; the store is kept fresh while there is one */
        this.screens = 0;
        this.timer = null;
        /** What the envelope asked when the page came up; a screen takes it as well */
        this.bootAsked = null;
        /** Folders named by the bus since the last look */
        this.changedFolderIds = new Set();
        this.lookSoon = debounce(() => this.look(), BUS_DELAY);
        this.notifier = new NewMailNotifier(this, services);
        /** Changes of the layout that are on their way */
        this.layoutChanges = new ChangeQueue();
    }

    /** Listens to the bus and to the network; called once, at the start. */
    listen() {
        this.bus.subscribe(BUS_CHANGED, (payload) => this.onChanged(payload));
        this.bus.subscribe(BUS_REFUSED, (payload) => this.onRefused(payload));
        this.bus.subscribe(BUS_LAYOUT, (layout) => this.onLayout(layout));
        this.bus.addEventListener("BUS:RECONNECT", () => this.lookAgain());
        browser.addEventListener("offline", () => this.store.setOnline(false));
        browser.addEventListener("online", () => this.lookSoon());
    }

    /** The reader, or the bus, was away and may have missed what the bus said. */
    lookAgain() {
        const ids = this.store.openFolders.map(({id}) => id);
        // A place that is no folder is concerned by any of them, whichever it is.
        (ids.length ? ids : [0]).forEach((id) => this.changedFolderIds.add(id));
        this.lookSoon();
    }

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
     * A screen of the reader has changed the layout. What this one changes meanwhile is
     * not undone by it: the last answer tells all.
     *
     * @param {import("./layout_state").Layout} layout
     */
    onLayout(layout) {
        if (!this.layoutChanges.isBusy) {
            this.showLayout(layout);
        }
    }

    /** @param {Partial<import("./layout_state").Layout>} values */
    showLayout(values) {
        const {threads} = this.store.layout;
        this.store.setLayout(values);
        this.notifier.count();
        if (
            threads !== this.store.layout.threads &&
            this.screens &&
            this.store.placeId
        ) {
            this.reopen();
        }
    }

    /** @param {Partial<import("./layout_state").Layout>} values */
    async saveLayout(values) {
        const {layout} = this.store;
        const names = Object.keys(values);
        const before = Object.fromEntries(names.map((name) => [name, layout[name]]));
        this.showLayout(values);
        const answer = await this.layoutChanges.run(() =>
            this.ask("save_layout", [values])
        );
        if (answer.failed) {
            this.showLayout(before);
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
        const isNews = this.order.ask("progress");
        const wasAway = !store.online;
        const answer = await this.ask("progress", []);
        if (!answer.failed && (changes.isStale(serial) || !isNews(answer))) {
            changed.forEach((folderId) => this.changedFolderIds.add(folderId));
            this.lookSoon();
        } else if (!answer.failed) {
            const isOutdated =
                store.boot === "ready" && store.knowsLessThan(answer.value);
            const moved = this.takeProgress(answer.value);
            if (this.screens) {
                const isConcerned = moved || this.isConcernedBy(changed);
                await this.showNews({isOutdated, isConcerned, wasAway});
            } else if (isOutdated) {
                await this.loadQuietly();
            }
        }
        this.schedule();
    }

    /**
     * @param {object} news
     * @param {boolean} news.isOutdated whether there are other folders or mailboxes
     * @param {boolean} news.isConcerned whether the open list is another one now
     * @param {boolean} news.wasAway whether Odoo could not be reached
     */
    async showNews({isOutdated, isConcerned, wasAway}) {
        const {store} = this;
        if (isOutdated || store.boot === "error" || store.isWaiting) {
            await this.reload();
        } else if (wasAway) {
            await this.catchUp();
        } else if (isConcerned) {
            await this.refreshList();
        }
    }

    /** Odoo is back: what could not be loaded meanwhile is asked for again. */
    async catchUp() {
        const {list, message, openId} = this.store;
        const asked = [list.status === "error" ? this.retryList() : this.refreshList()];
        if (openId && message.status === "error") {
            asked.push(this.openMessage(openId));
        }
        await Promise.all(asked);
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

    /**
     * @param {number} folderId
     * @returns {Promise<{id: number, from: object, subject: string}|false>} the mail that
     * came last, as far as the server can tell
     */
    async newestUnread(folderId) {
        const answer = await this.ask("newest_unread", [folderId]);
        return !answer.failed && answer.value;
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

    /**
     * Accounts and folders.
     *
     * @returns {Promise<{answer: import("./mail_client_service").Answer, isCurrent: boolean}>}
     * `isCurrent`: nothing was counted or changed since it was asked for
     */
    async askBoot() {
        const {serial} = this.changes;
        const isNews = this.order.ask("progress");
        const answer = await this.askFresh("bootstrap", []);
        const isCurrent =
            !answer.failed && isNews(answer) && !this.changes.isStale(serial);
        return {answer, isCurrent};
    }

    /**
     * For a page that does not show the mail client: the number on the envelope, and
     * what it takes to tell of new mail. The tab that speaks for all may be this one.
     */
    async loadQuietly() {
        this.bootAsked = this.askBoot();
        const {answer} = await this.bootAsked;
        this.bootAsked = null;
        if (!answer.failed) {
            this.takeBoot(answer.value);
        }
    }

    takeBoot(values) {
        this.store.setBoot(values);
        this.notifier.count();
    }

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
        this.notifier.count();
        if (structureChanged) {
            await this.loadBoot();
        }
        if (moved || this.refreshDue) {
            this.refreshDue = false;
            await this.refreshList({announce: !refresh});
        }
    }
}
