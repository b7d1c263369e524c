/**
 * Mails that are written and not gone: those that wait for their time ("scheduled"),
 * those that are leaving, could not leave, or may have left ("outgoing"), and drafts that
 * no mailbox has ("drafts"). And those that are gone and that somebody did not get
 * ("undelivered").
 *
 * A part of the store (`mail_client_store.js`).
 *
 * @typedef {"scheduled"|"outgoing"|"drafts"|"undelivered"} OutgoingKind
 * @typedef {{id: number, state: "draft"|"scheduled"|"queued"|"sending"|"sent"|"failed"|"uncertain", subject: string, to: {name: string, email: string}[], send_at: string|false, next_try: string|false, is_unfiled: boolean, error: string, preview: string, sender: {name: string, email: string}, has_attachments: boolean, date: string, may_cancel: boolean, may_decide: boolean, copy_id?: number|false}} OutgoingRow
 */
export class OutgoingState {
    constructor() {
        /** @type {OutgoingKind|false} what is shown in the place of a folder */
        this.kind = false;
        /** @type {{[kind in OutgoingKind]: number}} */
        this.counts = {scheduled: 0, outgoing: 0, drafts: 0, undelivered: 0};
        /** @type {"idle"|"loading"|"ready"|"error"} */
        this.status = "idle";
        this.error = "";
        /** @type {OutgoingRow[]} */
        this.rows = [];
        /** Where the next page starts, or false at the end */
        this.before = false;
        this.loadingMore = false;
    }

    /** @param {Partial<Record<OutgoingKind, number>>} values */
    setCounts(values) {
        for (const kind of Object.keys(this.counts)) {
            this.counts[kind] = values[kind] ?? this.counts[kind];
        }
    }

    /** @param {OutgoingKind} kind */
    open(kind) {
        if (this.kind !== kind) {
            this.rows = [];
            this.before = false;
            this.status = "loading";
        }
        this.kind = kind;
        this.error = "";
    }

    close() {
        this.kind = false;
        this.rows = [];
        this.status = "idle";
    }

    /**
     * @param {OutgoingKind} kind
     * @param {{rows: OutgoingRow[], before: any}} page
     */
    setPage(kind, {rows, before}) {
        if (kind === this.kind) {
            this.rows = rows;
            this.before = before;
            this.status = "ready";
            this.error = "";
        }
    }

    /**
     * @param {OutgoingKind} kind
     * @param {{rows: OutgoingRow[], before: any}} page
     */
    addPage(kind, {rows, before}) {
        this.loadingMore = false;
        if (kind === this.kind) {
            const known = new Set(this.rows.map(({id}) => id));
            this.rows.push(...rows.filter(({id}) => !known.has(id)));
            this.before = before;
        }
    }

    /**
     * @param {OutgoingKind} kind
     * @param {string} error
     */
    fail(kind, error) {
        this.loadingMore = false;
        if (kind === this.kind && !this.rows.length) {
            this.status = "error";
            this.error = error;
        }
    }

    startMore() {
        const mayLoad = this.before && !this.loadingMore;
        this.loadingMore = Boolean(mayLoad) || this.loadingMore;
        return Boolean(mayLoad);
    }
}
