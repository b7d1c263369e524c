import {ListService} from "./list_service";
import {ReadAhead} from "./read_ahead";

/** The mail in the reading pane, its conversation, and what the CRM knows beside it. */
export class MessageService extends ListService {
    constructor(services) {
        super(services);
        this.ahead = new ReadAhead(this);
    }

    /** @param {number} messageId */
    async openMessage(messageId) {
        const {store} = this;
        store.startMessage(messageId);
        const known = this.ahead.recall(messageId);
        if (known) {
            store.setMessage({...known, ...store.flagsOf(messageId)});
            this.markShown(messageId);
        }
        const asked = [this.loadMessage(messageId), this.loadContext(messageId)];
        const {row} = store.message;
        // Of a conversation of one mail a colleague may have begun an answer.
        const hasMore =
            row && (row.thread || store.sharedAccountIds.has(row.account_id));
        if (hasMore && row.thread_id && store.thread.id !== row.thread_id) {
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
        const {serial} = this.changes;
        const isNews = this.order.ask("thread");
        const answer = await this.askFresh("open_thread", [threadId]);
        if (!isNews(answer)) {
            return;
        }
        if (answer.failed) {
            store.failThread(threadId, answer.sentence);
        } else {
            const rows = answer.value.rows.map((row) =>
                this.withShownFlags(row, serial)
            );
            store.setThread(threadId, {...answer.value, rows});
        }
    }

    /** @param {number} messageId */
    async loadMessage(messageId) {
        const {store} = this;
        const {serial} = this.changes;
        const answer = await this.askFresh("open_message", [messageId]);
        if (answer.failed) {
            // One that is shown from memory stays: it is better than none.
            if (!this.ahead.recall(messageId) || store.online) {
                store.failMessage(messageId, answer.sentence);
            }
            return;
        }
        this.ahead.keep(answer.value);
        store.setMessage(this.withShownFlags(answer.value, serial));
        this.markShown(messageId);
        this.ahead.plan();
    }

    /**
     * A mail as the server told it, with the flags that the reader has set meanwhile.
     *
     * @template {import("./mail_client_store").Row} T
     * @param {T} mail
     * @param {number} serial of the changes, when it was asked for
     * @returns {T}
     */
    withShownFlags(mail, serial) {
        return this.changes.isStale(serial)
            ? {...mail, ...this.store.flagsOf(mail.id)}
            : mail;
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
        const {store} = this;
        store.startContext(messageId);
        const isNews = this.order.ask("context");
        const answer = await this.askFresh("message_context", [messageId]);
        if (!isNews(answer)) {
            return;
        }
        if (answer.failed) {
            store.failContext(messageId, answer.sentence);
        } else {
            store.setContext(messageId, answer.value);
        }
    }
}
