import {browser} from "@web/core/browser/browser";
import {user} from "@web/core/user";

/**
 * What was written and is not on the server yet, in the browser's storage: a tab that
 * is killed, or a day without a network, loses no word.
 *
 * Each tab has a name; what it writes carries it. While a tab lives it holds a lock by
 * that name, so that another one does not take its mails for lost ones. Where the
 * browser has no locks (only secure pages have), a tab takes for lost what it wrote
 * itself before it was loaded anew, and what nobody touched for ten minutes.
 *
 * @typedef {import("./compose_state").ComposeWindow} ComposeWindow
 * @typedef {{tab: string, at: number, id: number|false, version: number, values: object, senders: object[], attachments: object[], record: object|false}} Backup
 */

const PREFIX = "crm_mail_accounts.compose";
const TAB_KEY = "crm_mail_accounts.tab";
/** Milliseconds after which a mail is taken for left alone, where there are no locks */
export const LEFT_ALONE = 600000;

/**
 * @param {string|null} text
 * @returns {Backup|null}
 */
function readBackup(text) {
    try {
        const backup = JSON.parse(text);
        return backup && backup.values ? backup : null;
    } catch {
        return null;
    }
}

export class ComposeBackup {
    constructor() {
        this.tab = browser.sessionStorage.getItem(TAB_KEY) || this.newTab();
        /** @type {Set<string>} keys of what this page wrote or has shown */
        this.ours = new Set();
    }

    newTab() {
        const tab = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
        browser.sessionStorage.setItem(TAB_KEY, tab);
        return tab;
    }

    get prefix() {
        return `${PREFIX}.${user.userId}.`;
    }

    get locks() {
        return browser.navigator.locks;
    }

    /** Says that this tab lives, for as long as it does. */
    live() {
        this.locks?.request(`${PREFIX}.${this.tab}`, {ifAvailable: true}, (lock) => {
            // A tab that was duplicated brings the name of the first one with it.
            if (!lock) {
                this.tab = this.newTab();
                this.live();
                return;
            }
            return new Promise(() => undefined);
        });
    }

    /** @param {number} windowKey */
    keyOf(windowKey) {
        return `${this.prefix}${this.tab}.${windowKey}`;
    }

    /**
     * @param {ComposeWindow} window
     * @param {object} values as the server would get them
     */
    write(window, values) {
        const key = this.keyOf(window.key);
        this.ours.add(key);
        const {id, version, senders, attachments, record} = window;
        const backup = {
            tab: this.tab,
            at: Date.now(),
            id,
            version,
            values,
            senders,
            attachments,
            record,
        };
        try {
            browser.localStorage.setItem(key, JSON.stringify(backup));
        } catch {
            // Full or forbidden: the server saves as well.
        }
    }

    /** @param {number} windowKey */
    forget(windowKey) {
        browser.localStorage.removeItem(this.keyOf(windowKey));
    }

    /** @param {string} key as `findLost` names it */
    forgetLost(key) {
        browser.localStorage.removeItem(key);
    }

    /**
     * What was left behind by tabs that are no more.
     *
     * @returns {Promise<{key: string, backup: Backup}[]>} oldest first
     */
    async findLost() {
        const found = [];
        for (let index = 0; index < browser.localStorage.length; index++) {
            const key = browser.localStorage.key(index);
            if (key.startsWith(this.prefix) && !this.ours.has(key)) {
                const backup = readBackup(browser.localStorage.getItem(key));
                if (backup) {
                    found.push({key, backup});
                }
            }
        }
        if (!found.length) {
            return [];
        }
        const isLost = await this.judge();
        const lost = found.filter(({backup}) => isLost(backup));
        lost.forEach(({key}) => this.ours.add(key));
        return lost.sort((one, other) => one.backup.at - other.backup.at);
    }

    /** @returns {Promise<(backup: Backup) => boolean>} */
    async judge() {
        const {locks} = this;
        if (!locks) {
            return ({tab, at}) => tab === this.tab || Date.now() - at > LEFT_ALONE;
        }
        const {held} = await locks.query();
        const living = new Set(held.map(({name}) => name));
        return ({tab}) => tab === this.tab || !living.has(`${PREFIX}.${tab}`);
    }
}
