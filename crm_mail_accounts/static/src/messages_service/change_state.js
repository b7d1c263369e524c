import {isOlder, unreadOf} from "./list_state";
import {specialOf} from "./places";
import {ViewState} from "./view_state";

/**
 * What the reader does to mails, shown before the server has answered, and taken back
 * when it refuses.
 *
 * Each change returns what its opposite needs. Counts follow by steps: what the server
 * says of them later replaces them.
 *
 * @typedef {import("./mail_client_store").Row} Row
 * @typedef {import("./mail_client_store").Folder} Folder
 * @typedef {{seen?: boolean, flagged?: boolean}} Flags
 * @typedef {{id: number, unread: number|false} & Flags} FlagsBefore `unread`: of the conversation that a row stands for
 * @typedef {{viewKey: import("./mail_client_store").PlaceId, targetId: number|false, rows: Row[], listed: Set<number>, selected: number[], openLeft: boolean, places: Map<number, number|false>}} Taken `listed`: which of them were rows; `openLeft`: the open mail is among them; `places`: of mails that stay in the list, where they lay
 */

/** Roles of folders in which deleting means for good */
export const FINAL_ROLES = ["trash", "junk"];

export class ChangeState extends ViewState {
    constructor() {
        super();
        /** @type {Row[]} mails that are being dragged to a folder */
        this.dragged = [];
    }

    // ---------------------------------------------------------------- reading

    /**
     * What a key acts on: the selected rows, else the row that the keyboard stands on,
     * else the open mail.
     *
     * @returns {Row[]}
     */
    get targetRows() {
        if (this.selected.size) {
            return this.selectedRows;
        }
        const row = this.cursorRow || this.message.row;
        return row ? [row] : [];
    }

    /** @param {Row[]} rows */
    mayActOn(rows) {
        return rows.every((row) => !row.shared && this.mayActIn(row.account_id));
    }

    /**
     * The roles of the folders that the mails lie in.
     *
     * @param {Row[]} rows
     * @returns {Set<string>}
     */
    rolesOf(rows) {
        const folderIds = new Set(rows.map((row) => row.folder_id));
        return new Set(
            [...folderIds].map((folderId) => (this.getFolder(folderId) || {}).role)
        );
    }

    /**
     * Whether deleting these mails destroys them, because they lie in the trash or in
     * spam, or because there is no trash.
     *
     * @param {Row[]} rows
     */
    isDeletingFinal(rows) {
        const roles = this.rolesOf(rows);
        return (
            FINAL_ROLES.some((role) => roles.has(role)) ||
            rows.some((row) => !this.roleFolder(row.account_id, "trash"))
        );
    }

    /**
     * Whether a mail of the screen can be moved into a folder.
     *
     * @param {Row[]} rows
     * @param {Folder} folder
     */
    mayMoveTo(rows, folder) {
        return (
            rows.length > 0 &&
            folder.selectable &&
            !folder.local &&
            this.mayActIn(folder.account_id) &&
            rows.every((row) => row.account_id === folder.account_id) &&
            rows.some((row) => row.folder_id !== folder.id)
        );
    }

    /**
     * What to read when these mails leave: the next older one that stays.
     *
     * @param {number[]} ids
     * @returns {Row|undefined}
     */
    followerOf(ids) {
        const open = this.message.row;
        const leaving = new Set(ids);
        return open
            ? this.list.rows.find((row) => !leaving.has(row.id) && isOlder(row, open))
            : undefined;
    }

    /**
     * A mail may be on screen as a row, in the head of the reading pane and as the mail
     * read there; all of them are to show the same.
     *
     * @param {number[]} ids
     * @returns {Map<number, Row[]>}
     */
    copiesOf(ids) {
        const wanted = new Set(ids);
        const {row: head, data} = this.message;
        const copies = new Map();
        const open = Object.values(this.views).map((view) => view.data);
        const shown = [...this.list.rows, head, data, ...this.thread.rows, ...open];
        for (const row of shown) {
            if (row && wanted.has(row.id)) {
                copies.set(row.id, [...(copies.get(row.id) || []), row]);
            }
        }
        return copies;
    }

    /**
     * @param {number} messageId
     * @returns {Flags} as they are shown; none when the mail is not on screen
     */
    flagsOf(messageId) {
        const [copy] = this.copiesOf([messageId]).get(messageId) || [];
        return copy ? {seen: copy.seen, flagged: copy.flagged} : {};
    }

    // ------------------------------------------------------------------ flags

    /**
     * @param {number[]} ids
     * @param {Flags} flags
     * @param {{whole?: boolean}} [options] `whole`: read conversations, not one mail of
     * each
     * @returns {FlagsBefore[]}
     */
    setFlags(ids, flags, {whole = false} = {}) {
        const before = [];
        for (const [id, copies] of this.copiesOf(ids)) {
            const [{seen, flagged}] = copies;
            const row = copies.find((copy) => copy.thread);
            const unread = row ? row.thread.unread : false;
            before.push({id, seen, flagged, unread});
            let step = 0;
            if (flags.seen !== undefined && flags.seen !== seen) {
                step = flags.seen ? -1 : 1;
            }
            if (whole && row && flags.seen) {
                step = -unread;
            }
            this.countUnreadOf(copies[0], step);
            if (row) {
                row.thread.unread = Math.max(0, unread + step);
            }
            for (const copy of copies) {
                Object.assign(copy, flags);
            }
        }
        return before;
    }

    /** @param {FlagsBefore[]} before */
    restoreFlags(before) {
        for (const {id, unread, ...flags} of before) {
            const now = (this.copiesOf([id]).get(id) || []).find((copy) => copy.thread);
            if (now) {
                this.countUnreadOf(now, unread - now.thread.unread);
                now.thread.unread = unread;
                (this.copiesOf([id]).get(id) || []).forEach((copy) =>
                    Object.assign(copy, flags)
                );
            } else {
                this.setFlags([id], flags);
            }
        }
    }

    /**
     * @param {Row} row
     * @param {number} step
     */
    countUnreadOf(row, step) {
        this.countUnread(row.folder_id, step);
        // A folder that only the CRM knows shows mails of other folders and counts
        // them too.
        if (this.folder && this.folder.local) {
            this.countUnread(this.folderId, step);
        }
    }

    /**
     * @param {number} folderId
     * @returns {{unread: number, flags: FlagsBefore[]}}
     */
    markFolderRead(folderId) {
        const folder = this.getFolder(folderId);
        const {unread} = folder;
        const ids = this.list.rows
            .filter((row) => row.folder_id === folderId && !row.seen)
            .map((row) => row.id);
        const flags = this.setFlags(ids, {seen: true});
        this.countUnread(folderId, -folder.unread);
        return {unread, flags};
    }

    /**
     * @param {number} folderId
     * @param {{unread: number, flags: FlagsBefore[]}} before
     */
    unmarkFolderRead(folderId, {unread, flags}) {
        this.restoreFlags(flags);
        const folder = this.getFolder(folderId);
        if (folder) {
            this.countUnread(folderId, unread - folder.unread);
        }
    }

    // ------------------------------------------------------------------ place

    /**
     * Whether the list shows mails wherever they lie: so does a folder that only the CRM
     * knows, a special one, and a search in all folders.
     */
    get keepsMoved() {
        return Boolean(
            (this.folder && this.folder.local) ||
                specialOf(this.placeId) ||
                this.search.everywhere
        );
    }

    /**
     * Mails leave the list.
     *
     * @param {number[]} ids
     * @param {number|false} targetId the folder they go to, as far as that is known
     * @param {{isFinal?: boolean}} [options] `isFinal`: to no folder, they are destroyed
     * @returns {Taken}
     */
    takeRows(ids, targetId, {isFinal = false} = {}) {
        const rows = [...this.copiesOf(ids).values()]
            .map(([row]) => row)
            .filter((row) => row.folder_id !== targetId);
        const leaving = new Set(rows.map((row) => row.id));
        const isKept = this.keepsMoved && !isFinal;
        const taken = {
            viewKey: this.viewKey,
            targetId,
            rows,
            listed: new Set(this.list.rows.map((row) => row.id)),
            selected: [...this.selected].filter((id) => leaving.has(id)),
            openLeft: leaving.has(this.openId) && !isKept,
            places: new Map(),
        };
        this.countMoved(taken, 1);
        if (isKept && targetId) {
            rows.forEach((row) => taken.places.set(row.id, row.folder_id));
            this.setPlaces(new Map(rows.map((row) => [row.id, targetId])));
        }
        if (!isKept) {
            this.moveCursorFrom(leaving);
            const before = this.list.rows.length;
            this.list.rows = this.list.rows.filter((row) => !leaving.has(row.id));
            const gone = before - this.list.rows.length;
            this.list.total = Math.max(0, this.list.total - gone);
        }
        for (const id of ids) {
            this.selected.delete(id);
            this.unlisted.delete(id);
        }
        return taken;
    }

    /** @param {Map<number, number|false>} places the folders that mails lie in now */
    setPlaces(places) {
        for (const [id, copies] of this.copiesOf([...places.keys()])) {
            copies.forEach((copy) => (copy.folder_id = places.get(id)));
        }
    }

    /**
     * All mails of a folder go for good.
     *
     * @param {number} folderId
     * @returns {{unread: number, taken: Taken|null}}
     */
    emptyFolder(folderId) {
        const {unread} = this.getFolder(folderId);
        let taken = null;
        if (folderId === this.folderId) {
            const ids = this.list.rows.map((row) => row.id);
            taken = this.takeRows(ids, false);
            this.list.total = 0;
            this.list.before = false;
        }
        this.countUnread(folderId, -unread);
        return {unread, taken};
    }

    /**
     * @param {number} folderId
     * @param {{unread: number, taken: Taken|null}} before
     */
    refillFolder(folderId, {unread, taken}) {
        if (taken) {
            this.giveBack(taken);
        }
        const folder = this.getFolder(folderId);
        if (folder) {
            this.countUnread(folderId, unread - folder.unread);
        }
    }

    /**
     * Mails that could not leave come back, each at its place.
     *
     * @param {Taken} taken
     */
    giveBack(taken) {
        this.setPlaces(taken.places);
        this.countMoved(taken, -1);
        if (taken.viewKey !== this.viewKey || !this.placeId) {
            return;
        }
        const known = new Set(this.list.rows.map((row) => row.id));
        const back = taken.rows.filter(
            (row) => taken.listed.has(row.id) && !known.has(row.id)
        );
        this.list.rows = [...this.list.rows, ...back].sort((row, other) =>
            isOlder(row, other) ? 1 : -1
        );
        this.list.total += back.length;
        for (const messageId of taken.selected) {
            this.selected.add(messageId);
        }
        this.pruneSelection();
    }

    /**
     * @param {Taken} taken
     * @param {1|-1} direction there, or back
     */
    countMoved({targetId, rows, places}, direction) {
        for (const row of rows) {
            const unread = unreadOf(row) * direction;
            this.countUnread(places.get(row.id) ?? row.folder_id, -unread);
            this.countUnread(targetId, unread);
        }
    }

    /**
     * The cursor does not leave with its row: it goes to the next older one that stays,
     * or else to the last one above.
     *
     * @param {Set<number>} leaving
     */
    moveCursorFrom(leaving) {
        if (!leaving.has(this.cursorId)) {
            return;
        }
        const {rows} = this.list;
        const index = rows.findIndex((row) => row.id === this.cursorId);
        const stays = (row) => !leaving.has(row.id);
        const next =
            rows.slice(index + 1).find(stays) ||
            rows.slice(0, Math.max(index, 0)).findLast(stays);
        this.setCursor(next ? next.id : false);
    }

    // ------------------------------------------------------------------- drag

    /**
     * What a drag from this row takes along: the selection, when the row is part of it.
     *
     * @param {Row} row
     * @returns {Row[]}
     */
    draggedFrom(row) {
        return this.selected.has(row.id) ? this.selectedRows : [row];
    }

    /** @param {Row[]} rows none when the drag has ended */
    setDragged(rows) {
        this.dragged = rows;
    }
}
