import {
    Component,
    onWillUnmount,
    useEffect,
    useExternalListener,
    useRef,
} from "@odoo/owl";
import {useHotkey} from "@web/core/hotkeys/hotkey_hook";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";
import {placeName} from "../folder_list/folder_name";
import {FolderNote} from "../folder_note/folder_note";
import {MailToolbar} from "../mail_toolbar/mail_toolbar";
import {useMailActions} from "../mail_toolbar/use_mail_actions";
import {unreadOf} from "../../messages_service/list_state";
import {SearchBar} from "../search_bar/search_bar";
import {ListKeys} from "./list_keys";
import {ListText} from "./list_text";
import {longDate, shortDate} from "./message_date";
import {RowSwipe} from "./row_swipe";
import {RowText} from "./row_text";
import {useVirtualRows} from "./virtual_rows";

/** Pixels above the end of the list at which the next page is fetched */
const NEXT_PAGE_AHEAD = 2500;

/** Pixels of a row, with and without the line of preview; a finger needs more */
const ROW_HEIGHTS = {
    comfortable: {preview: 80, plain: 58},
    compact: {preview: 66, plain: 46},
    phone: {preview: 88, plain: 66},
};

/** What a finger does: to the right and to the left */
const SWIPES = {right: ["archive"], left: ["delete"]};

/** Icons of a row; the star stands for itself */
const ROW_ACTIONS = ["archive", "delete", "read", "unread"];

/** The mails of a folder, or of what was searched for, newest first. */
export class MessageList extends Component {
    static template = "crm_mail_accounts.MessageList";
    static components = {FolderNote, MailToolbar, SearchBar};
    static props = {
        isPhone: {type: Boolean, optional: true},
    };

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.actions = useMailActions();
        this.scroller = useRef("scroller");
        this.dragBadge = useRef("dragBadge");
        this.rowText = new RowText(store);
        this.text = new ListText(store);
        this.keys = new ListKeys({
            store,
            scroller: this.scroller,
            open: (messageId) => this.open(messageId),
            openRow: (row) => this.openRow(row),
            mayAct: () => this.mayAct,
            isPhone: () => Boolean(this.props.isPhone),
        });
        this.flagText = _t("Flag");
        this.unflagText = _t("Remove the flag");
        this.longDate = longDate;
        this.shortDate = shortDate;

        useHotkey("j", () => this.keys.goTo(1), {allowRepeat: true});
        useHotkey("k", () => this.keys.goTo(-1), {allowRepeat: true});
        this.swipe = new RowSwipe((direction, row) =>
            this.actions.run(SWIPES[direction], [row])
        );
        this.virtual = useVirtualRows(this.scroller, () => ({
            rows: this.store.list.rows,
            height: this.rowHeight,
            key: this.store.viewKey,
        }));
        useExternalListener(window, "resize", () => this.virtual.update());
        useEffect(
            (cursorId) => this.showRow(cursorId),
            () => [this.store.cursorId]
        );
        // A tall screen may have room for more than one page.
        useEffect(
            () => this.onScroll(),
            () => [this.store.list.rows.length, this.store.list.status]
        );
        // With the bar of the selection goes the button that had the keyboard.
        useEffect(
            (hasSelection) => {
                if (!hasSelection) {
                    return;
                }
                return () => {
                    if (document.activeElement === document.body) {
                        this.scroller.el?.focus({preventScroll: true});
                    }
                };
            },
            () => [this.store.selected.size > 0]
        );
        onWillUnmount(() => this.keys.stop());
    }

    // ------------------------------------------------------------- what shows

    get title() {
        return this.store.search.everywhere
            ? _t("All folders")
            : placeName(this.store, this.store.placeId);
    }

    get rowHeight() {
        const {density, preview} = this.store.layout;
        const heights = ROW_HEIGHTS[this.props.isPhone ? "phone" : density];
        return preview ? heights.preview : heights.plain;
    }

    /** The rows that are drawn, and the room for the others */
    get drawn() {
        const {rows} = this.store.list;
        const {first, last} = this.virtual.range;
        const start = Math.min(first, Math.max(0, rows.length - 1));
        const shown = rows.slice(start, last);
        return {
            start,
            rows: shown,
            above: start * this.rowHeight,
            below: (rows.length - start - shown.length) * this.rowHeight,
        };
    }

    /** How many mails there are to select that are not in the list yet */
    get hasMoreToSelect() {
        const {list, selected, unlisted} = this.store;
        return (
            Boolean(list.before) &&
            selected.size >= list.rows.length &&
            !unlisted.size &&
            list.rows.length > 0
        );
    }

    get canAskServer() {
        const {accounts, list, searchWords} = this.store;
        return (
            accounts.some((account) => account.kind === "imap") &&
            list.status === "ready" &&
            !list.before &&
            searchWords.length > 0 &&
            list.server !== "done"
        );
    }

    /** Whether there is something to say below the last row */
    get hasFoot() {
        const {loadingMore, moreError, serverText} = this.store.list;
        return Boolean(this.canAskServer || serverText || loadingMore || moreError);
    }

    /** Whether the list holds nothing but mails that the server could not give */
    get showsUnreadable() {
        return this.store.hasFlagFacet("unreadable");
    }

    /** @param {import("../../messages_service/mail_client_store").Row} row */
    isUnread(row) {
        return unreadOf(row) > 0;
    }

    /** Whether the reader may change the mails of this list */
    get mayAct() {
        const {account} = this.store;
        return !account || this.store.mayActIn(account.id);
    }

    /**
     * Selected rows when there are any; before that the open mail, as the one that
     * the list stands at.
     *
     * @param {import("../../messages_service/mail_client_store").Row} row
     */
    isSelected(row) {
        const {selected, openId} = this.store;
        return selected.size ? selected.has(row.id) : row.id === openId;
    }

    /**
     * The icons at the end of a row: what is wanted most often, and fits. There may be
     * thousands of rows, which differ by little: what is found for one serves all that
     * are like it, within one drawing.
     *
     * @returns {(row: object) => object[]}
     */
    get rowActions() {
        const found = new Map();
        return (row) => {
            const kind = `${row.account_id} ${row.folder_id} ${this.isUnread(row)}`;
            if (!found.has(kind)) {
                const fitting = this.actions.for([row]);
                found.set(
                    kind,
                    fitting.filter(({name}) => ROW_ACTIONS.includes(name))
                );
            }
            return found.get(kind);
        };
    }

    /**
     * @param {import("../mail_toolbar/use_mail_actions").ActionName} name
     * @param {import("../../messages_service/mail_client_store").Row} row
     */
    runRowAction(name, row) {
        this.actions.run([name], [row]);
    }

    rowId(messageId) {
        return messageId ? `o_crm_mail_row_${messageId}` : undefined;
    }

    // ------------------------------------------------------------ what it does

    onScroll() {
        const el = this.scroller.el;
        this.virtual.update();
        if (!el || this.store.list.status !== "ready" || this.store.list.moreError) {
            return;
        }
        if (el.scrollHeight - el.scrollTop - el.clientHeight < NEXT_PAGE_AHEAD) {
            this.client.loadMore();
        }
    }

    /** @param {number} messageId */
    open(messageId) {
        this.keys.stop();
        if (messageId !== this.store.openId) {
            this.client.openMessage(messageId);
        }
        this.store.showPane("message");
    }

    /**
     * A click opens; with Ctrl or Shift it selects. On a phone, once something is
     * selected, a touch selects too.
     *
     * @param {MouseEvent} ev
     * @param {import("../../messages_service/mail_client_store").Row} row
     */
    onRowClick(ev, row) {
        const {store} = this;
        const isSelecting = this.props.isPhone && store.selected.size;
        if (this.mayAct && ev.shiftKey) {
            store.selectRange(row.id);
        } else if (this.mayAct && (ev.ctrlKey || ev.metaKey || isSelecting)) {
            store.toggleSelected(row.id);
        } else {
            this.openRow(row);
        }
    }

    /**
     * A draft of one's own is gone on with; every other mail is read.
     *
     * @param {import("../../messages_service/mail_client_store").Row} row
     */
    openRow(row) {
        const {folder} = this.store;
        if (folder && folder.role === "drafts" && this.mayAct && !row.draft_by) {
            this.store.setCursor(row.id);
            this.client.compose.start("draft", row.id);
        } else {
            this.open(row.id);
        }
    }

    /**
     * @param {MouseEvent} ev
     * @param {import("../../messages_service/mail_client_store").Row} row
     */
    onCheck(ev, row) {
        if (ev.shiftKey) {
            this.store.selectRange(row.id);
        } else {
            this.store.toggleSelected(row.id);
        }
        // Shift leaves a row that was selected so, whatever the box made of the click.
        ev.target.checked = this.store.selected.has(row.id);
    }

    /** @param {import("../../messages_service/mail_client_store").Row} row */
    toggleFlag(row) {
        this.actions.run(["flag", "unflag"], [row]);
    }

    // ------------------------------------------------------------------- drag

    /**
     * @param {DragEvent} ev
     * @param {import("../../messages_service/mail_client_store").Row} row
     */
    onDragStart(ev, row) {
        const rows = this.store.draggedFrom(row);
        this.store.setDragged(rows);
        const badge = this.dragBadge.el;
        badge.textContent =
            rows.length === 1 ? _t("1 message") : _t("%s messages", rows.length);
        ev.dataTransfer.effectAllowed = "copyMove";
        // Without data Firefox does not drag.
        ev.dataTransfer.setData("text/plain", badge.textContent);
        ev.dataTransfer.setDragImage(badge, 0, 0);
    }

    onDragEnd() {
        this.store.setDragged([]);
    }

    onFocus() {
        if (!this.store.cursorRow) {
            const row = this.store.neighbour(0);
            this.store.setCursor(row ? row.id : false);
        }
    }

    /** @param {number|false} messageId */
    showRow(messageId) {
        if (messageId) {
            this.virtual.show(this.store.indexOf(messageId));
        }
    }
}
