import {FolderState} from "./folder_state";

/**
 * The mails of the open folder, the row that the keyboard stands on, and the rows that
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
    };
}

/**
 * The order of the list: newest first, and the younger id first within a second.
 *
 * @param {Row} row
 * @param {Row} other
 * @returns {boolean}
 */
export function isOlder(row, other) {
    return row.date < other.date || (row.date === other.date && row.id < other.id);
}

export class ListState extends FolderState {
    constructor() {
        super();
        this.list = emptyList();
        /** @type {number|false} the row that the keyboard stands on */
        this.cursorId = false;
        /** @type {Set<number>} mails that are selected; all of them are in the list */
        this.selected = new Set();
        /** @type {number|false} where a range of rows starts */
        this.anchorId = false;
    }

    /** @returns {Row|undefined} */
    get cursorRow() {
        return this.list.rows.find((row) => row.id === this.cursorId);
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
        const index = rows.findIndex((row) => row.id === this.cursorId);
        if (index === -1) {
            return rows[0];
        }
        return rows[Math.min(Math.max(index + step, 0), rows.length - 1)];
    }

    // -------------------------------------------------------------- selection

    /** @returns {Row[]} in the order of the list */
    get selectedRows() {
        return this.list.rows.filter((row) => this.selected.has(row.id));
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
        const place = (wanted) => rows.findIndex((row) => row.id === wanted);
        const end = place(messageId);
        if (end === -1) {
            return;
        }
        const anchor = [this.anchorId, this.cursorId].map(place);
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

    clearSelection() {
        this.selected.clear();
        this.anchorId = false;
    }

    /** What has left the list is not selected any more. */
    pruneSelection() {
        if (!this.selected.size) {
            return;
        }
        const known = new Set(this.list.rows.map((row) => row.id));
        for (const messageId of [...this.selected]) {
            if (!known.has(messageId)) {
                this.selected.delete(messageId);
            }
        }
    }

    // ------------------------------------------------------------------- list

    /** @param {number} folderId */
    startFolder(folderId) {
        this.folderId = folderId;
        this.list = emptyList();
        this.list.status = "loading";
        this.cursorId = false;
        this.clearSelection();
        this.pane = "list";
    }

    leaveFolder() {
        this.folderId = false;
        this.list = emptyList();
        this.cursorId = false;
        this.clearSelection();
        this.closeMessage();
    }

    /**
     * @param {number} folderId the folder that was asked for
     * @param {Page} page
     */
    setFirstPage(folderId, page) {
        if (folderId !== this.folderId) {
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
     * @param {number} folderId
     * @param {string} error
     */
    failFolder(folderId, error) {
        if (folderId === this.folderId) {
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
     * @param {number} folderId
     * @param {Page} page
     */
    addPage(folderId, page) {
        if (folderId !== this.folderId) {
            return;
        }
        const known = new Set(this.list.rows.map((row) => row.id));
        this.list.rows.push(...page.rows.filter((row) => !known.has(row.id)));
        this.list.before = page.before;
        this.list.total = page.total;
        this.list.indexed = page.indexed;
        this.list.loadingMore = false;
    }

    /**
     * @param {number} folderId
     * @param {string} error
     */
    failMore(folderId, error) {
        if (folderId === this.folderId) {
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
     * @param {number} folderId
     * @param {Page} page
     * @returns {number} unread mails that came in above the newest one we had
     */
    mergeFirstPage(folderId, page) {
        if (folderId !== this.folderId) {
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
        // "This was the end of the folder" must still be true to be kept.
        const isWhole = before || rows.length >= page.indexed;
        if (tail.length && isWhole) {
            this.list.rows = rows;
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

    /** @param {number|false} messageId */
    setCursor(messageId) {
        this.cursorId = messageId;
    }
}
