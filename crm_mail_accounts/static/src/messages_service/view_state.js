import {MessageState} from "./message_state";

/**
 * The other mails of a conversation that are open in the reading pane, each by itself.
 *
 * The mail that was chosen is `message`; these stand above and below it.
 *
 * @typedef {import("./mail_client_store").Row} Row
 * @typedef {import("./mail_client_store").Message} Message
 * @typedef {{status: "loading"|"ready"|"error", error: string, data: Message|null, remoteShown: boolean}} View
 */

export class ViewState extends MessageState {
    constructor() {
        super();
        /** @type {{[messageId: string]: View}} */
        this.views = {};
    }

    /**
     * The mails of the pane, oldest first: those of the conversation, or the one.
     *
     * @returns {Row[]}
     */
    get readingRows() {
        const {row} = this.message;
        const {rows} = this.thread;
        if (!row) {
            return [];
        }
        return rows.some(({id}) => id === row.id)
            ? rows.map((other) => (other.id === row.id ? row : other))
            : [row];
    }

    /** @param {number} messageId @returns {View|undefined} */
    viewOf(messageId) {
        return messageId === this.openId ? this.message : this.views[messageId];
    }

    /** @param {number} messageId */
    startMessage(messageId) {
        const threadId = this.thread.id;
        super.startMessage(messageId);
        if (this.thread.id !== threadId) {
            this.views = {};
        }
        delete this.views[messageId];
    }

    closeMessage() {
        super.closeMessage();
        this.views = {};
    }

    /** @param {number} messageId */
    startView(messageId) {
        this.views[messageId] = {
            status: "loading",
            error: "",
            data: null,
            remoteShown: false,
        };
    }

    /** @param {Message} message */
    setView(message) {
        const view = this.views[message.id];
        if (view) {
            Object.assign(view, {status: "ready", error: "", data: message});
        }
    }

    /**
     * @param {number} messageId
     * @param {string} error
     */
    failView(messageId, error) {
        const view = this.views[messageId];
        if (view) {
            Object.assign(view, {status: "error", error});
        }
    }

    /** @param {number} messageId */
    closeView(messageId) {
        delete this.views[messageId];
    }

    /** @param {number} messageId */
    showRemote(messageId = this.openId) {
        const view = this.viewOf(messageId);
        if (view) {
            view.remoteShown = true;
        }
    }
    /**
     * Whether the pictures of a sender are shown without a question, in all that is
     * open. A mail whose sender is in doubt is asked about all the same.
     *
     * @param {string} email
     * @param {boolean} isTrusted
     */
    setTrusted(email, isTrusted) {
        for (const view of [this.message, ...Object.values(this.views)]) {
            const {data} = view;
            if (!data || !data.from || data.from.email !== email) {
                continue;
            }
            const isDoubted = (data.warnings || []).some(
                ({level}) => level === "danger"
            );
            data.trusted = isTrusted && !isDoubted;
            view.remoteShown = isTrusted && view.remoteShown;
        }
    }
}
