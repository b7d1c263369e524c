import {AccountService} from "./account_service";
import {AnswerOrder} from "./answer_order";
import {ChangeQueue} from "./change_queue";

/**
 * The list: its first page, older ones, and the first one again when there is news.
 *
 * What was asked before a change that the reader made says less than the screen does,
 * and is asked again.
 */

export const PAGE_SIZE = 50;
/** Rows of the pages after it: who scrolls wants many */
export const MORE_SIZE = 100;
/** A list that was scrolled down is refreshed in one piece up to this length */
export const REFRESH_MAX = 200;

export class ListService extends AccountService {
    constructor(services) {
        super(services);
        this.changes = new ChangeQueue();
        this.order = new AnswerOrder();
        /** Whether the list is to be read anew when what is under way is answered */
        this.refreshDue = false;
    }

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

    /** The list that could not be loaded; what is read beside it stays. */
    retryList() {
        this.store.retryList();
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

    /**
     * Changes something that is shown beside mails, and that other answers tell as well:
     * whose a mail is, what it is linked to, what was said about it, who its sender is.
     *
     * @param {string} method
     * @param {Array} args
     * @returns {Promise<import("./mail_client_service").Answer>}
     */
    askChange(method, args) {
        return this.changes.watch(() => this.ask(method, args));
    }

    /**
     * Asks for what tells such things, and again where one was changed meanwhile.
     *
     * @param {string} method
     * @param {Array} args
     * @returns {Promise<import("./mail_client_service").Answer>}
     */
    async askFresh(method, args) {
        const {changes} = this;
        for (;;) {
            const {facts} = changes;
            const answer = await this.ask(method, args);
            if (answer.failed || facts === changes.facts) {
                return answer;
            }
        }
    }

    async loadList() {
        const {store} = this;
        const {viewKey} = store;
        const {serial} = this.changes;
        const isNews = this.order.ask("list");
        const answer = await this.askList(false, PAGE_SIZE);
        if (!isNews(answer)) {
            return;
        }
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
        const answer = await this.askMore(viewKey);
        if (answer.failed) {
            store.failMore(viewKey, answer.sentence);
        } else {
            store.addPage(viewKey, answer.value);
        }
        if (this.refreshDue && !this.changes.isBusy) {
            this.refreshDue = false;
            await this.refreshList();
        }
    }

    /**
     * The page below the list, again where the reader has changed mails meanwhile.
     *
     * @param {import("./mail_client_store").PlaceId} viewKey
     */
    async askMore(viewKey) {
        const {changes, store} = this;
        for (;;) {
            const {serial} = changes;
            const answer = await this.askList(store.list.before, MORE_SIZE);
            const isWanted = viewKey === store.viewKey && store.list.before;
            if (answer.failed || !isWanted || !changes.isStale(serial)) {
                return answer;
            }
            await changes.rest();
        }
    }

    /** @param {{announce?: boolean}} [options] whether new mails are for the ear too */
    async refreshList({announce = true} = {}) {
        const {changes, store} = this;
        const {placeId, viewKey} = store;
        if (!placeId) {
            return;
        }
        if (changes.isBusy || store.list.loadingMore) {
            this.refreshDue = true;
            return;
        }
        const {serial} = changes;
        const isNews = this.order.ask("list");
        const length = Math.max(PAGE_SIZE, store.list.rows.length);
        const answer = await this.askList(false, Math.min(length, REFRESH_MAX));
        if (!isNews(answer)) {
            return;
        }
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
}
