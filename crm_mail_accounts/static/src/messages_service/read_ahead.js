import {browser} from "@web/core/browser/browser";

/**
 * Mails that were read, and those beside the open one before they are: opening them
 * shows them at once, and asks the server behind that.
 *
 * What is kept is what `open_message` told, in memory; the texts themselves stay with the
 * server. Reading ahead marks nothing as read.
 *
 * @typedef {import("./mail_client_store").Message} Message
 */

/** Milliseconds that the reader rests on a mail before those beside it are read */
export const AHEAD_DELAY = 500;
/** Mails that are remembered */
const KEPT = 40;
/** Bytes of a mail above which its reader is waited for: the server may not have it yet */
const LARGEST = 2_000_000;

export class ReadAhead {
    /** @param {import("./mail_client_service").MailClientService} client */
    constructor(client) {
        this.client = client;
        /** @type {Map<number, Message>} the one that was kept last at the end */
        this.known = new Map();
        this.timer = null;
    }

    /** @param {number} messageId @returns {Message|undefined} */
    recall(messageId) {
        return this.known.get(messageId);
    }

    /** @param {Message} message */
    keep(message) {
        this.known.delete(message.id);
        this.known.set(message.id, message);
        if (this.known.size > KEPT) {
            this.known.delete(this.known.keys().next().value);
        }
    }

    forget() {
        this.stop();
        this.known.clear();
    }

    stop() {
        browser.clearTimeout(this.timer);
    }

    /** The reader looks at a mail: the next one, and the one before it, come soon. */
    plan() {
        this.stop();
        this.timer = browser.setTimeout(() => this.read(), AHEAD_DELAY);
    }

    /** @returns {number[]} mails beside the open one that are not known yet */
    get wanted() {
        const {store} = this.client;
        const {list} = store;
        const index = store.indexOf(store.openId);
        if (index === -1) {
            return [];
        }
        return [list.rows[index + 1], list.rows[index - 1]]
            .filter((row) => row && !row.unreadable && row.size < LARGEST)
            .map((row) => row.id)
            .filter((id) => !this.known.has(id));
    }

    async read() {
        const {openId} = this.client.store;
        for (const id of this.wanted) {
            // One after the other, and no more once the reader has gone on.
            const answer = await this.client.ask("open_message", [id]);
            if (answer.failed || this.client.store.openId !== openId) {
                return;
            }
            this.keep(answer.value);
        }
    }
}
