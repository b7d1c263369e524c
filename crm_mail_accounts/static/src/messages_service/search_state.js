import {FolderState} from "./folder_state";
import {specialOf} from "./places";

/**
 * What the list is narrowed down to: facets, which stay until they are taken away, and
 * the text that is being typed.
 *
 * A facet of words looks for a text at a place; of the others there is one of a kind.
 *
 * @typedef {"text"|"subject"|"from"|"to"} WordPlace
 * @typedef {{kind: WordPlace|"linked_to", text: string}|{kind: "flag", name: string}|{kind: "since", date: string, label: string}|{kind: "account", accountId: number}|{kind: "assigned", to: "me"|"nobody"}} Facet
 */

const WORD_PLACES = ["text", "subject", "from", "to"];
/** Facets that can be there more than once */
const REPEATED = [...WORD_PLACES, "flag"];

export class SearchState extends FolderState {
    constructor() {
        super();
        /** @type {{facets: Facet[], text: string, everywhere: boolean}} */
        this.search = {facets: [], text: "", everywhere: false};
    }

    get isSearching() {
        const {facets, text, everywhere} = this.search;
        return everywhere || facets.length > 0 || text.trim() !== "";
    }

    /** The words that are looked for @returns {[WordPlace, string][]} */
    get searchWords() {
        const {facets, text} = this.search;
        const words = facets
            .filter((facet) => WORD_PLACES.includes(facet.kind))
            .map((facet) => [facet.kind, facet.text]);
        return text.trim() ? [...words, ["text", text.trim()]] : words;
    }

    /** Whether rows stand for conversations: not where single mails are looked for */
    get isThreaded() {
        return (
            this.layout.threads &&
            !this.searchWords.length &&
            !specialOf(this.placeId) &&
            !this.search.everywhere
        );
    }

    /** What is listed, as the server wants it @returns {number|object} */
    get view() {
        const {placeId, unifiedRole} = this;
        if (!this.isSearching) {
            return unifiedRole
                ? {role: unifiedRole}
                : specialOf(placeId)
                  ? {special: specialOf(placeId)}
                  : placeId;
        }
        const {facets, everywhere} = this.search;
        const search = {words: this.searchWords, flags: []};
        for (const facet of facets) {
            if (facet.kind === "flag") {
                search.flags.push(facet.name);
            } else if (facet.kind === "since") {
                search.since = facet.date;
            } else if (facet.kind === "account") {
                search.account_id = facet.accountId;
            } else if (facet.kind === "linked_to") {
                search.linked_to = facet.text;
            } else if (facet.kind === "assigned") {
                search.assigned = facet.to;
            }
        }
        if (everywhere) {
            return {search};
        }
        if (unifiedRole) {
            return {role: unifiedRole, search};
        }
        return specialOf(placeId)
            ? {special: specialOf(placeId), search}
            : {folder_id: placeId, search};
    }

    /**
     * Tells one list from another: the place itself when nothing is searched for.
     *
     * @returns {import("./mail_client_store").PlaceId}
     */
    get viewKey() {
        return this.isSearching
            ? JSON.stringify([this.placeId, this.view])
            : this.placeId;
    }

    /** @param {string} text */
    setSearchText(text) {
        this.search.text = text;
    }

    /** @param {Facet} facet replaces one of its kind, where there can be one only */
    addFacet(facet) {
        const {facets} = this.search;
        const same = (other) =>
            REPEATED.includes(facet.kind)
                ? JSON.stringify(other) === JSON.stringify(facet)
                : other.kind === facet.kind;
        this.search.facets = [...facets.filter((other) => !same(other)), facet];
    }

    /** @param {number} index */
    removeFacet(index) {
        this.search.facets = this.search.facets.filter(
            (_facet, each) => each !== index
        );
    }

    /** @param {string} name */
    hasFlagFacet(name) {
        return this.search.facets.some(
            (facet) => facet.kind === "flag" && facet.name === name
        );
    }

    /** Whose conversations alone are listed @returns {"me"|"nobody"|false} */
    get assignedFacet() {
        const found = this.search.facets.find(({kind}) => kind === "assigned");
        return found ? found.to : false;
    }

    /** @param {boolean} everywhere */
    setEverywhere(everywhere) {
        this.search.everywhere = everywhere;
    }

    clearSearch() {
        this.search = {facets: [], text: "", everywhere: false};
    }
}
