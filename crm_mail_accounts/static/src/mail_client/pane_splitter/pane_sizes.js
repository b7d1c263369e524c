import {useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";

/**
 * How wide the panes are, in this browser: another screen of the same person has
 * another width.
 *
 * @typedef {"folders"|"list"|"height"|"side"} PaneName `height`: of the list, above the mail
 */

const KEY = "crm_mail_accounts.pane_sizes";

/** Pixels: the least and the most that each may have */
export const PANE_LIMITS = {
    folders: [150, 420],
    list: [250, 900],
    height: [120, 900],
    side: [220, 480],
};

function stored() {
    try {
        const sizes = JSON.parse(browser.localStorage.getItem(KEY)) || {};
        const known = Object.entries(sizes).filter(
            ([name, size]) => name in PANE_LIMITS && Number.isFinite(size)
        );
        return Object.fromEntries(known);
    } catch {
        return {};
    }
}

export class PaneSizes {
    constructor() {
        /** @type {{[name: string]: number}} */
        this.sizes = stored();
    }

    /** @returns {string} as variables of the style sheet */
    get style() {
        return Object.entries(this.sizes)
            .map(([name, size]) => `--o-crm-mail-${name}: ${size}px`)
            .join("; ");
    }

    /**
     * @param {PaneName} name
     * @param {number|false} size false for the usual one
     */
    set(name, size) {
        if (size === false) {
            delete this.sizes[name];
        } else {
            this.sizes[name] = size;
        }
        browser.localStorage.setItem(KEY, JSON.stringify(this.sizes));
    }
}

/** @returns {PaneSizes} */
export function usePaneSizes() {
    return useState(new PaneSizes());
}
