import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";

/**
 * Searching: in what is known here while the reader types, and on the mail server when
 * they ask for it.
 *
 * @typedef {import("./mail_client_service").MailClientService} MailClientService
 */

/** Milliseconds that the keyboard rests before what was typed is looked for */
export const TYPING_DELAY = 250;

export class SearchActions {
    /** @param {MailClientService} client */
    constructor(client) {
        this.client = client;
        this.timer = null;
    }

    get store() {
        return this.client.store;
    }

    /** @param {string} text as far as it was typed */
    type(text) {
        const {store} = this;
        const before = store.viewKey;
        store.setSearchText(text);
        browser.clearTimeout(this.timer);
        if (store.viewKey !== before) {
            this.timer = browser.setTimeout(() => this.run(), TYPING_DELAY);
        }
    }

    /** @param {import("./search_state").Facet} facet takes the place of what was typed */
    add(facet) {
        this.store.setSearchText("");
        this.store.addFacet(facet);
        return this.run();
    }

    /** @param {number} index */
    remove(index) {
        this.store.removeFacet(index);
        return this.run();
    }

    /** @param {string} name of a filter that is on or off */
    toggleFlag(name) {
        const {facets} = this.store.search;
        const index = facets.findIndex(
            (facet) => facet.kind === "flag" && facet.name === name
        );
        return index === -1 ? this.add({kind: "flag", name}) : this.remove(index);
    }

    /** @param {"me"|"nobody"} to whose conversations alone are listed, or all again */
    toggleAssigned(to) {
        const {search, assignedFacet} = this.store;
        return assignedFacet === to
            ? this.remove(search.facets.findIndex(({kind}) => kind === "assigned"))
            : this.add({kind: "assigned", to});
    }

    /** @param {boolean} everywhere in all folders of all mailboxes */
    setEverywhere(everywhere) {
        this.store.setEverywhere(everywhere);
        return this.run();
    }

    clear() {
        const {isSearching} = this.store;
        this.store.clearSearch();
        return isSearching ? this.run() : undefined;
    }

    run() {
        browser.clearTimeout(this.timer);
        return this.client.reopen();
    }

    /** The servers know what mails say that were never opened here. */
    async askServer() {
        const {client, store} = this;
        const {view, viewKey} = store;
        store.startServerSearch();
        const answer = await client.ask("search_server", [view]);
        if (answer.failed) {
            store.failServerSearch(viewKey, answer.sentence);
            return;
        }
        const {rows, failed, more} = answer.value;
        const sentences = [...failed];
        if (more) {
            sentences.push(
                _t("There are more: type another word to find the one you want.")
            );
        } else if (!rows.length && !failed.length) {
            sentences.push(_t("The mail server found nothing either."));
        }
        store.addServerRows(viewKey, rows, sentences.join(" "));
    }
}
