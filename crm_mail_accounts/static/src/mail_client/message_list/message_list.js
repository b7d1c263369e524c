import {
    Component,
    onWillUnmount,
    useEffect,
    useExternalListener,
    useRef,
} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {useHotkey} from "@web/core/hotkeys/hotkey_hook";
import {_t} from "@web/core/l10n/translation";
import {formatInteger} from "@web/views/fields/formatters";

import {useMailClient} from "../../messages_service/use_mail_client";
import {folderName, placeName} from "../folder_list/folder_name";
import {MailToolbar} from "../mail_toolbar/mail_toolbar";
import {useMailActions} from "../mail_toolbar/use_mail_actions";
import {unreadOf} from "../../messages_service/list_state";
import {specialOf} from "../../messages_service/places";
import {SearchBar} from "../search_bar/search_bar";
import {longDate, shortDate} from "./message_date";
import {RowSwipe} from "./row_swipe";
import {useVirtualRows} from "./virtual_rows";

/** Pixels above the end of the list at which the next page is fetched */
const NEXT_PAGE_AHEAD = 2500;
/** Milliseconds that the keyboard rests on a row before its mail is opened */
export const OPEN_DELAY = 200;
/** The server counts what was searched for up to here */
const COUNTED = 1000;
/** Folders whose mails were written by the owner: there the recipient tells more */
const OUTGOING_ROLES = ["sent", "drafts"];

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
    static components = {MailToolbar, SearchBar};
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
        this.openTimer = null;
        this.flagText = _t("Flag");
        this.unflagText = _t("Remove the flag");
        this.longDate = longDate;
        this.shortDate = shortDate;

        useHotkey("j", () => this.goTo(1), {allowRepeat: true});
        useHotkey("k", () => this.goTo(-1), {allowRepeat: true});
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
        onWillUnmount(() => browser.clearTimeout(this.openTimer));
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

    /** @param {import("../../messages_service/mail_client_store").Row} row */
    isUnread(row) {
        return unreadOf(row) > 0;
    }

    /** @param {import("../../messages_service/mail_client_store").Row} row */
    threadText(row) {
        return _t("%s messages in this conversation", row.thread.count);
    }

    /** Mails in the folder, as far as that is known */
    get countText() {
        const {status, total, rows} = this.store.list;
        const count = Math.max(total, rows.length);
        if (status !== "ready" || !count) {
            return "";
        }
        if (this.store.isSearching && count >= COUNTED) {
            return _t("more than %s messages", formatInteger(COUNTED));
        }
        return count === 1 ? _t("1 message") : _t("%s messages", formatInteger(count));
    }

    /** @returns {{text: string, percent: number}|null} */
    get progress() {
        const {account} = this.store;
        if (!account || !account.progress.running) {
            return null;
        }
        const {indexed, total} = account.progress;
        if (!total) {
            return {text: _t("Looking at the mailbox…"), percent: 0};
        }
        return {
            text: _t("Indexing: %(indexed)s of %(total)s", {
                indexed: formatInteger(indexed),
                total: formatInteger(total),
            }),
            percent: Math.min(100, Math.round((indexed / total) * 100)),
        };
    }

    get emptyText() {
        const {folder, account} = this.store;
        if (this.store.isSearching) {
            return _t("Nothing found in what is known here.");
        }
        if (folder && !folder.monitored) {
            return _t(
                "This folder is not indexed: its mails also lie in other folders."
            );
        }
        const special = specialOf(this.store.placeId);
        if (special) {
            return this.specialText(special);
        }
        if (account && account.progress.running) {
            return _t("The first mails will appear in a moment.");
        }
        return _t("Nothing here.");
    }

    /** What would stand in a special folder that is empty */
    specialText(special) {
        const texts = {
            flagged: _t("Mails with a star, of all folders, appear here."),
            imported: _t(
                "Mails that are kept for a record appear here, when they are in none of your mailboxes."
            ),
            shared: _t("Mails that colleagues share with you appear here."),
        };
        return texts[special] || "";
    }

    /** @param {import("../../messages_service/mail_client_store").Row} row */
    isOutgoing(row) {
        const folder = this.store.getFolder(row.folder_id);
        return Boolean(folder) && OUTGOING_ROLES.includes(folder.role);
    }

    /**
     * Where a mail lies, in a list of mails that lie in several places.
     *
     * @param {import("../../messages_service/mail_client_store").Row} row
     */
    placeText(row) {
        const {accounts, keepsMoved, unifiedRole} = this.store;
        const folder = this.store.getFolder(row.folder_id);
        const account = this.store.getAccount(row.account_id);
        const names = [
            keepsMoved && folder && folderName(folder),
            (keepsMoved || unifiedRole) && accounts.length > 1 && account?.name,
        ];
        return names.filter(Boolean).join(" · ");
    }

    /** @param {import("../../messages_service/mail_client_store").Row} row */
    who(row) {
        const name = (address) => address.name || address.email;
        if (this.isOutgoing(row)) {
            const names = row.to.map(name).join(", ");
            return names ? _t("To: %s", names) : _t("(no recipient)");
        }
        if (row.thread) {
            const people = row.thread.people.map((one) => this.personOf(row, one));
            const names = people.filter(Boolean).join(", ");
            return names || _t("(unknown sender)");
        }
        return (row.from && name(row.from)) || _t("(unknown sender)");
    }

    /**
     * Somebody in a conversation, by first name: there are several in one line.
     *
     * @param {import("../../messages_service/mail_client_store").Row} row
     * @param {import("../../messages_service/mail_client_store").Address} person
     */
    personOf(row, {name, email}) {
        const account = this.store.getAccount(row.account_id);
        if (account && email && email === (account.email || "").toLowerCase()) {
            return _t("me");
        }
        if (!name) {
            return email;
        }
        return row.thread.people.length > 1 ? name.split(/[\s,]+/)[0] : name;
    }

    /** @param {import("../../messages_service/mail_client_store").Row} row */
    subject(row) {
        return row.unreadable
            ? _t("This mail could not be read")
            : row.subject || _t("(no subject)");
    }

    /** @param {import("../../messages_service/mail_client_store").Row} row */
    linkText(row) {
        const [first, ...others] = row.links;
        return others.length ? `${first.name} +${others.length}` : first.name;
    }

    linkTitle(row) {
        return _t("Linked to %s", this.linkText(row));
    }

    selectLabel(row) {
        return _t("Select: %s", this.subject(row));
    }

    /** Whether the reader may change the mails of this list */
    get mayAct() {
        const {account} = this.store;
        return !account || this.store.mayActIn(account.id);
    }

    get selectionText() {
        const {size} = this.store.selected;
        return size === 1 ? _t("1 selected") : _t("%s selected", formatInteger(size));
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
        browser.clearTimeout(this.openTimer);
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
        if (folder && folder.role === "drafts" && this.mayAct) {
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
        ev.dataTransfer.effectAllowed = "move";
        // Without data Firefox does not drag.
        ev.dataTransfer.setData("text/plain", badge.textContent);
        ev.dataTransfer.setDragImage(badge, 0, 0);
    }

    onDragEnd() {
        this.store.setDragged([]);
    }

    // --------------------------------------------------------------- the keys

    /**
     * Puts the cursor on another row. Where a mail is shown beside the list, the mail
     * of that row follows, but only once the keyboard rests: each costs a fetch.
     *
     * @param {number} step
     */
    moveCursor(step) {
        const row = this.store.neighbour(step);
        if (!row) {
            return;
        }
        this.store.setCursor(row.id);
        browser.clearTimeout(this.openTimer);
        if (this.store.openId && !this.props.isPhone) {
            this.openTimer = browser.setTimeout(() => this.open(row.id), OPEN_DELAY);
        }
    }

    /**
     * From anywhere on the screen, so the list gets the keyboard: Enter is to open.
     *
     * @param {number} step
     */
    goTo(step) {
        this.moveCursor(step);
        this.scroller.el?.focus({preventScroll: true});
    }

    /** @param {KeyboardEvent} ev */
    onKeydown(ev) {
        // The boxes in the rows have keys of their own.
        if (ev.altKey || (ev.target !== ev.currentTarget && ev.key === " ")) {
            return;
        }
        if (ev.ctrlKey || ev.metaKey || ev.shiftKey) {
            this.onSelectKey(ev);
            return;
        }
        const steps = {
            ArrowDown: 1,
            ArrowUp: -1,
            PageDown: 8,
            PageUp: -8,
            Home: -Infinity,
            End: Infinity,
        };
        if (ev.key in steps) {
            this.moveCursor(steps[ev.key]);
        } else if ((ev.key === "Enter" || ev.key === " ") && this.store.cursorRow) {
            this.openRow(this.store.cursorRow);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    /**
     * Ctrl+A selects the list, Shift with an arrow the rows that the cursor passes.
     *
     * @param {KeyboardEvent} ev
     */
    onSelectKey(ev) {
        const {store} = this;
        const step = {ArrowDown: 1, ArrowUp: -1}[ev.key];
        const isCommand = ev.ctrlKey || ev.metaKey;
        if (!this.mayAct) {
            return;
        }
        if (isCommand && !ev.shiftKey && ev.key.toLowerCase() === "a") {
            store.selectAll();
        } else if (!isCommand && step && store.cursorRow) {
            const next = store.neighbour(step);
            store.selectRange(store.cursorId);
            store.selectRange(next.id);
            store.setCursor(next.id);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
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
            this.virtual.show(
                this.store.list.rows.findIndex((row) => row.id === messageId)
            );
        }
    }
}
