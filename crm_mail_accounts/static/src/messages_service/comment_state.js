/**
 * What colleagues say to each other about mails, and who can read them.
 *
 * A part of the store (`mail_client_store.js`).
 *
 * @typedef {{id: number, name: string, avatar_url: string}} Person
 * @typedef {{id: number, author: Person, body: string, named: string[], date: string, mine: boolean}} Comment
 * @typedef {{user_id: number, name: string, kind: "owner"|"delegate"|"shared", share_id: number|false, opened_at: string|false, may_withdraw: boolean}} Reader
 * @typedef {{comments: Comment[], readers: Reader[], may_share: boolean}} Talk
 * @typedef {{status: "loading"|"ready"|"error", error: string, data: Talk|null}} TalkView
 */
export class CommentState {
    constructor() {
        /** @type {{[messageId: string]: TalkView}} of mails that are or were open */
        this.talks = {};
    }

    /**
     * @param {number} messageId
     * @returns {TalkView|undefined}
     */
    get(messageId) {
        return this.talks[messageId];
    }

    /** @param {number} messageId */
    start(messageId) {
        const known = this.talks[messageId];
        // What is shown goes on being shown until it was read anew.
        this.talks[messageId] = {
            status: known && known.data ? "ready" : "loading",
            error: "",
            data: known ? known.data : null,
        };
    }

    /**
     * @param {number} messageId
     * @param {Talk} talk
     */
    set(messageId, talk) {
        this.talks[messageId] = {status: "ready", error: "", data: talk};
    }

    /**
     * @param {number} messageId
     * @param {string} error
     */
    fail(messageId, error) {
        this.talks[messageId] = {status: "error", error, data: null};
    }

    /** @param {number} messageId */
    forget(messageId) {
        delete this.talks[messageId];
    }
}
