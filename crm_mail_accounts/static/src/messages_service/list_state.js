import {toRaw} from "@odoo/owl";

import {SearchState} from "./search_state";

/**
 * The mails of the open place, the row that the keyboard stands on, and the rows that
 * are selected.
 *
 * @typedef {import("./mail_client_store").Row} Row
 * @typedef {import("./mail_client_store").Page} Page
 * @typedef {import("./mail_client_store").Cursor} Cursor
 */

function emptyList() {
    return {
        /** @type {"idle"|"loading"|"ready"|"error"} */
        status: "idle",
        error: "",
        /** @type {Row[]} */
        rows: [],
        /** @type {Cursor} */
        before: false,
        total: 0,
        indexed: 0,
        loadingMore: false,
        moreError: "",
        /** @type {"none"|"loading"|"done"|"error"} the search on the mail server */
        server: "none",
        serverText: "",
    };
}

/**
 * The order of the list: newest first, and within a second as the server counts them.
 *
 * @param {Row} row
 * @param {Row} other
 * @returns {boolean}
 */
export function isOlder(row, other) {
    if (row.date !== other.date) {
        return row.date < other.date;
    }
    const uid = row.uid || 0;
    const otherUid = other.uid || 0;
    return uid < otherUid || (uid === otherUid && row.id < other.id);
}

/**
 * Unread mails of a row, which may stand for a conversation.
 *
 * @param {Row} row
 * @returns {number}
 */
export function unreadOf(row) {
    return row.thread ? row.thread.unread : Number(!row.seen);
}

/**
 * The mails that are meant by rows: of a conversation, all that lie in the view.
 *
 * @param {Row[]} rows
 * @returns {number[]}
 */
export function mailsOf(rows) {
    return [
        ...new Set(
            rows.flatMap((row) => [row.id, ...(row.thread ? row.thread.ids : [])])
        ),
    ];
}

export class ListState extends SearchState {
    constructor() {
        super();
        this.list = emptyList();
        /** @type {number|false} the row that the keyboard stands on */
        this.cursorId = false;
        /** @type {Set<number>} mails that are selected */
        this.selected = new Set();
        /** @type {Map<number, Row>} those of them that are not in the list: all that
         * matched were selected, and are known by a few values only */
        this.unlisted = new Map();
        /** @type {number|false} where a range of rows starts */
        this.anchorId = false;
    }

    /**
     * Where a row lies, or -1. Each row that a component looks at through the store is
     * one that it is drawn anew for, so the list itself is searched; it is replaced
     * whenever rows come or go.
     *
     * @param {number|false} messageId
     * @returns {number}
     */
    indexOf(messageId) {
        return toRaw(this.list.rows).findIndex((row) => row.id === messageId);
    }

    /** @returns {Row|undefined} */
    get cursorRow() {
        return this.list.rows[this.indexOf(this.cursorId)];
    }

    /**
     * The row that lies `step` rows below the cursor (above it when negative), kept
     * inside the list.
     *
     * @param {number} step
     * @returns {Row|undefined}
     */
    neighbour(step) {
        const {rows} = this.list;
        const index = this.indexOf(this.cursorId);
        if (index === -1) {
            return rows[0];
        }
        return rows[Math.min(Math.max(index + step, 0), rows.length - 1)];
    }

    // -------------------------------------------------------------- selection

    /** @returns {Row[]} in the order of the list, and those that it does not have */
    get selectedRows() {
        if (!this.selected.size) {
            return [];
        }
        const listed = this.list.rows.filter((row) => this.selected.has(row.id));
        const others = [...this.unlisted.values()];
        return [...listed, ...others.filter((row) => this.selected.has(row.id))];
    }

    /** @param {number} messageId */
    toggleSelected(messageId) {
        if (this.selected.has(messageId)) {
            this.selected.delete(messageId);
        } else {
            this.selected.add(messageId);
        }
        this.anchorId = messageId;
    }

    /**
     * Selects all rows between the one that was selected last and this one.
     *
     * @param {number} messageId
     */
    selectRange(messageId) {
        const {rows} = this.list;
        const end = this.indexOf(messageId);
        if (end === -1) {
            return;
        }
        const anchor = [this.anchorId, this.cursorId].map((id) => this.indexOf(id));
        const start = anchor.find((index) => index !== -1) ?? end;
        this.anchorId = rows[start].id;
        for (const row of rows.slice(Math.min(start, end), Math.max(start, end) + 1)) {
            this.selected.add(row.id);
        }
    }

    /** Selects what is in the list; older mails that were not loaded are not meant. */
    selectAll() {
        for (const row of this.list.rows) {
            this.selected.add(row.id);
        }
    }

    /**
     * Selects mails wherever they are in the list, also further down than was loaded.
     *
     * @param {[number, number, number, boolean, boolean][]} mails as `select_all` tells
     */
    selectMails(mails) {
        const listed = new Set(mailsOf(this.list.rows));
        for (const [id, accountId, folderId, seen, flagged] of mails) {
            if (!listed.has(id)) {
                this.unlisted.set(id, {
                    id,
                    account_id: accountId,
                    folder_id: folderId,
                    seen,
                    flagged,
                    thread: false,
                    links: [],
                });
                this.selected.add(id);
            }
        }
        this.selectAll();
    }

    clearSelection() {
        this.selected.clear();
        this.unlisted.clear();
        this.anchorId = false;
    }

    /** What has left the list is not selected any more. */
    pruneSelection() {
        if (!this.selected.size) {
            return;
        }
        const known = new Set(this.list.rows.map((row) => row.id));
        for (const messageId of [...this.selected]) {
            if (!known.has(messageId) && !this.unlisted.has(messageId)) {
                this.selected.delete(messageId);
            }
        }
    }

    // ------------------------------------------------------------------- list

    /** @param {import("./mail_client_store").PlaceId} placeId */
    startFolder(placeId) {
        this.placeId = placeId;
        this.clearSearch();
        this.startList();
    }

    /** Another list at the same place, or at a new one. */
    startList() {
        this.list = emptyList();
        this.list.status = "loading";
        this.cursorId = false;
        this.clearSelection();
        this.pane = "list";
    }

    retryList() {
        this.list = emptyList();
        this.list.status = "loading";
    }

    leaveFolder() {
        this.placeId = false;
        this.clearSearch();
        this.list = emptyList();
        this.cursorId = false;
        this.clearSelection();
        this.closeMessage();
    }

    /**
     * @param {import("./mail_client_store").PlaceId} viewKey what was asked for
     * @param {Page} page
     */
    setFirstPage(viewKey, page) {
        if (viewKey !== this.viewKey) {
            return;
        }
        const {rows, before, total, indexed} = page;
        Object.assign(this.list, {rows, before, total, indexed});
        this.list.status = "ready";
        this.list.error = "";
        this.list.moreError = "";
        this.pruneSelection();
    }

    /**
     * @param {import("./mail_client_store").PlaceId} viewKey
     * @param {string} error
     */
    failFolder(viewKey, error) {
        if (viewKey === this.viewKey) {
            this.list.status = "error";
            this.list.error = error;
        }
    }

    /** @returns {boolean} whether an older page may be asked for now */
    startMore() {
        const {status, before, loadingMore} = this.list;
        if (status !== "ready" || !before || loadingMore) {
            return false;
        }
        this.list.loadingMore = true;
        this.list.moreError = "";
        return true;
    }

    /**
     * @param {import("./mail_client_store").PlaceId} viewKey
     * @param {Page} page
     */
    addPage(viewKey, page) {
        if (viewKey !== this.viewKey) {
            return;
        }
        const ours = toRaw(this.list.rows);
        const known = new Set(ours.map((row) => row.id));
        this.list.rows = [...ours, ...page.rows.filter((row) => !known.has(row.id))];
        this.list.before = page.before;
        if (page.total !== false) {
            this.list.total = page.total;
            this.list.indexed = page.indexed;
        }
        this.list.loadingMore = false;
    }

    /**
     * @param {import("./mail_client_store").PlaceId} viewKey
     * @param {string} error
     */
    failMore(viewKey, error) {
        if (viewKey === this.viewKey) {
            this.list.loadingMore = false;
            this.list.moreError = error;
        }
    }

    /**
     * Lays a fresh first page over the list. Rows that both know are replaced, new
     * ones come in, those that left the server's page go. Rows older than the page
     * stay, but only when the page reaches down to a row that we had: otherwise
     * mails between the two are unknown and the list starts again from the page.
     *
     * @param {import("./mail_client_store").PlaceId} viewKey
     * @param {Page} page
     * @returns {number} unread mails that came in above the newest one we had
     */
    mergeFirstPage(viewKey, page) {
        if (viewKey !== this.viewKey) {
            return 0;
        }
        const {rows: ours, before} = this.list;
        const knownIds = new Set(ours.map((row) => row.id));
        const pageIds = new Set(page.rows.map((row) => row.id));
        const firstKnown = page.rows.findIndex((row) => knownIds.has(row.id));
        const tail =
            page.before && firstKnown !== -1
                ? ours.filter(
                      (row) => !pageIds.has(row.id) && isOlder(row, page.rows.at(-1))
                  )
                : [];
        const rows = [...page.rows, ...tail];
        if (tail.length) {
            this.list.rows = rows;
            if (!before && rows.length < page.indexed) {
                // Ours was the end of the list, and there may be older mails by now.
                const last = rows.at(-1);
                this.list.before = [last.date, last.uid || 0, last.id];
            }
        } else {
            this.list.rows = page.rows;
            this.list.before = page.before;
        }
        this.list.total = page.total;
        this.list.indexed = page.indexed;
        this.list.status = "ready";
        this.list.error = "";
        this.pruneSelection();
        for (const row of page.rows) {
            this.patchOpenMessage(row);
        }
        const fresh = firstKnown === -1 ? [] : page.rows.slice(0, firstKnown);
        return fresh.filter((row) => !row.seen).length;
    }

    // ------------------------------------------------- the search on the server

    startServerSearch() {
        this.list.server = "loading";
        this.list.serverText = "";
    }

    /**
     * @param {import("./mail_client_store").PlaceId} viewKey
     * @param {Row[]} rows
     * @param {string} text what there is to say about it
     */
    addServerRows(viewKey, rows, text) {
        if (viewKey !== this.viewKey) {
            return;
        }
        const known = new Set(this.list.rows.map((row) => row.id));
        const fresh = rows.filter((row) => !known.has(row.id));
        this.list.rows = [...this.list.rows, ...fresh].sort((row, other) =>
            isOlder(row, other) ? 1 : -1
        );
        this.list.total += fresh.length;
        this.list.server = "done";
        this.list.serverText = text;
    }

    /**
     * @param {import("./mail_client_store").PlaceId} viewKey
     * @param {string} error
     */
    failServerSearch(viewKey, error) {
        if (viewKey === this.viewKey) {
            this.list.server = "error";
            this.list.serverText = error;
        }
    }

    /** @param {number|false} messageId */
    setCursor(messageId) {
        this.cursorId = messageId;
    }
}
