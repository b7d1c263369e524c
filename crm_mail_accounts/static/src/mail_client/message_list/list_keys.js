import {browser} from "@web/core/browser/browser";

/** Milliseconds that the keyboard rests on a row before its mail is opened */
export const OPEN_DELAY = 200;

const STEPS = {
    ArrowDown: 1,
    ArrowUp: -1,
    Home: -Infinity,
    End: Infinity,
};
const PAGES = {PageDown: 1, PageUp: -1};

/** The keys of the list itself; those that act on mails are in `use_mail_keys.js`. */
export class ListKeys {
    /**
     * @param {object} list
     * @param {import("../../messages_service/mail_client_store").MailClientStore} list.store
     * @param {{el: HTMLElement|null}} list.scroller ref
     * @param {(messageId: number) => void} list.open
     * @param {(row: object) => void} list.openRow
     * @param {() => boolean} list.mayAct
     * @param {() => boolean} list.isPhone
     */
    constructor({store, scroller, open, openRow, mayAct, isPhone}) {
        Object.assign(this, {store, scroller, open, openRow, mayAct, isPhone});
        this.openTimer = null;
    }

    stop() {
        browser.clearTimeout(this.openTimer);
    }

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
        if (this.store.openId && !this.isPhone()) {
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

    /** As many rows as are in sight, but for one by which the reader finds the place */
    get pageRows() {
        const {el} = this.scroller;
        const row = el && el.querySelector(".o_crm_mail_row");
        return row
            ? Math.max(1, Math.floor(el.clientHeight / row.offsetHeight) - 1)
            : 1;
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
        if (ev.key in STEPS) {
            this.moveCursor(STEPS[ev.key]);
        } else if (ev.key in PAGES) {
            this.moveCursor(PAGES[ev.key] * this.pageRows);
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
        if (!this.mayAct()) {
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
}
