import {toRaw, useEffect, useState} from "@odoo/owl";

/** Rows drawn above and below what is in sight */
const MARGIN = 12;
/** The window moves by so many rows at a time, so that scrolling seldom draws anew */
const STEP = 6;

/**
 * Draws only the rows in sight of a list whose rows are all equally high, and keeps
 * what is being read in its place when rows come in above it.
 *
 * @param {{el: HTMLElement|null}} scroller ref
 * @param {() => {rows: {id: number}[], height: number, key: any}} get `key`: another
 * list, which begins at its top
 */
export function useVirtualRows(scroller, get) {
    const range = useState({first: 0, last: 60});
    /** The first row in sight, and how far it is scrolled out */
    let anchor = {id: false, offset: 0};

    function update() {
        const {el} = scroller;
        if (!el) {
            return;
        }
        const {rows, height} = get();
        const top = Math.floor(el.scrollTop / height);
        const shown = Math.ceil(el.clientHeight / height) + 1;
        const first = Math.max(0, Math.floor((top - MARGIN) / STEP) * STEP);
        const last = Math.ceil((top + shown + MARGIN) / STEP) * STEP;
        if (first !== range.first || last !== range.last) {
            Object.assign(range, {first, last});
        }
        const row = rows[top];
        anchor = {id: row ? row.id : false, offset: el.scrollTop - top * height};
    }

    useEffect(
        () => {
            if (scroller.el) {
                scroller.el.scrollTop = 0;
            }
            anchor = {id: false, offset: 0};
        },
        () => [get().key]
    );
    useEffect(
        () => {
            const {el} = scroller;
            const {rows, height} = get();
            // At its top a list shows what is new; elsewhere what is read stays.
            if (el && el.scrollTop > 0 && anchor.id) {
                // The store would note for each row that it was looked at.
                const index = toRaw(rows).findIndex((row) => row.id === anchor.id);
                const top = index * height + anchor.offset;
                if (index !== -1 && Math.abs(top - el.scrollTop) >= 1) {
                    el.scrollTop = top;
                }
            }
            update();
        },
        () => {
            const {rows, height} = get();
            return [rows, rows.length, rows.length && rows[0].id, height, scroller.el];
        }
    );

    return {
        range,
        update,
        /** @param {number} index of a row that is to be in sight */
        show(index) {
            const {el} = scroller;
            const {height} = get();
            if (!el || index < 0) {
                return;
            }
            const top = index * height;
            if (top < el.scrollTop) {
                el.scrollTop = top;
            } else if (top + height > el.scrollTop + el.clientHeight) {
                el.scrollTop = top + height - el.clientHeight;
            }
            update();
        },
    };
}
