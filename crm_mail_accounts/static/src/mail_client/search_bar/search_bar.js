import {Component, useExternalListener, useRef, useState} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {serializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";
import {placeName} from "../folder_list/folder_name";
import {isWriting} from "../use_mail_keys";

const {DateTime} = luxon;

const FLAGS = () => ({
    unread: _t("Unread"),
    flagged: _t("Flagged"),
    attachment: _t("With attachments"),
    linked: _t("Linked to a record"),
    unreadable: _t("Could not be read"),
});

/** Whose the conversations are, in mailboxes of several people */
const ASSIGNED = () => ({
    me: _t("Assigned to me"),
    nobody: _t("Assigned to nobody"),
});

/** Where the words that are being typed may be looked for */
const KINDS = () => ({
    text: _t("Everywhere in the mail"),
    from: _t("From"),
    to: _t("To"),
    subject: _t("Subject"),
    linked_to: _t("Linked to"),
});

/** Searches while the reader types; what was chosen stands before it as facets. */
export class SearchBar extends Component {
    static template = "crm_mail_accounts.SearchBar";
    static components = {Dropdown, DropdownItem};
    static props = {
        isPhone: {type: Boolean, optional: true},
    };

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.input = useRef("input");
        /** Whether the choices are open, and which of them Enter takes */
        this.state = useState({isOpen: false, choice: 0});
        useExternalListener(window, "keydown", (ev) => {
            const isFree = !ev.ctrlKey && !ev.altKey && !ev.metaKey;
            if (ev.key === "/" && isFree && !isWriting(ev.target) && this.input.el) {
                ev.preventDefault();
                this.input.el.focus();
            }
        });
    }

    // ------------------------------------------------------------- what shows

    /** @returns {{key: string, label: string, value: string, remove: () => void}[]} */
    get chips() {
        return this.store.search.facets.map((facet, index) => ({
            key: JSON.stringify(facet),
            ...this.words(facet),
            remove: () => this.client.search.remove(index),
        }));
    }

    /** Where is searched: here, or in all folders of all mailboxes */
    get scopes() {
        const {search, placeId} = this.store;
        return [
            {everywhere: false, name: placeName(this.store, placeId)},
            {everywhere: true, name: _t("All folders")},
        ].map((scope) => ({...scope, isOn: scope.everywhere === search.everywhere}));
    }

    /** @param {import("../../messages_service/search_state").Facet} facet */
    words(facet) {
        if (facet.kind === "flag") {
            return {label: "", value: FLAGS()[facet.name]};
        }
        if (facet.kind === "since") {
            return {label: _t("Since"), value: facet.label};
        }
        if (facet.kind === "assigned") {
            return {label: "", value: ASSIGNED()[facet.to]};
        }
        if (facet.kind === "account") {
            const account = this.store.getAccount(facet.accountId);
            return {label: _t("Account"), value: account ? account.name : ""};
        }
        const label = facet.kind === "text" ? "" : KINDS()[facet.kind];
        return {label, value: facet.text};
    }

    /** @param {{value: string}} chip */
    removeLabel(chip) {
        return _t("Remove %s", chip.value);
    }

    get choices() {
        const text = this.store.search.text.trim();
        return text
            ? Object.entries(KINDS()).map(([kind, label]) => ({kind, label, text}))
            : [];
    }

    /** Filters that are on or off @returns {{name: string, label: string, isOn: boolean, toggle: () => void}[]} */
    get flags() {
        const {client, store} = this;
        const flags = Object.entries(FLAGS())
            .map(([name, label]) => ({
                name,
                label,
                isOn: store.hasFlagFacet(name),
                toggle: () => client.search.toggleFlag(name),
            }))
            // hardly ever there is one, and then the list says so
            .filter(({name, isOn}) => name !== "unreadable" || isOn);
        const assigned = Object.entries(ASSIGNED()).map(([to, label]) => ({
            name: `assigned_${to}`,
            label,
            isOn: store.assignedFacet === to,
            toggle: () => client.search.toggleAssigned(to),
        }));
        return store.sharedAccountIds.size ? [...flags, ...assigned] : flags;
    }

    get periods() {
        const today = DateTime.local().startOf("day");
        return [
            {label: _t("The last 7 days"), date: today.minus({days: 7})},
            {label: _t("The last 30 days"), date: today.minus({days: 30})},
            {label: _t("This year"), date: today.startOf("year")},
            {label: _t("The last 12 months"), date: today.minus({months: 12})},
        ];
    }

    // ------------------------------------------------------------ what it does

    /** @param {InputEvent} ev */
    onInput(ev) {
        Object.assign(this.state, {isOpen: true, choice: 0});
        this.client.search.type(ev.target.value);
    }

    /** @param {{kind: string, text: string}} choice */
    choose({kind, text}) {
        this.state.isOpen = false;
        this.client.search.add({kind, text});
        this.input.el.focus();
    }

    /** @param {{label: string, date: object}} period */
    choosePeriod({label, date}) {
        this.client.search.add({kind: "since", label, date: serializeDateTime(date)});
    }

    /** @param {KeyboardEvent} ev */
    onKeydown(ev) {
        const {choices, state, store} = this;
        const steps = {ArrowDown: 1, ArrowUp: -1};
        if (ev.key in steps && choices.length) {
            state.isOpen = true;
            state.choice =
                (state.choice + steps[ev.key] + choices.length) % choices.length;
        } else if (ev.key === "Enter" && choices.length) {
            this.choose(choices[state.isOpen ? state.choice : 0]);
        } else if (ev.key === "Escape" && state.isOpen) {
            state.isOpen = false;
        } else if (ev.key === "Escape") {
            if (store.isSearching) {
                this.client.search.clear();
            }
            // The keys act on mails again
            this.input.el.blur();
        } else if (
            ev.key === "Backspace" &&
            !store.search.text &&
            store.search.facets.length
        ) {
            this.client.search.remove(store.search.facets.length - 1);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    clear() {
        this.client.search.clear();
        this.input.el.focus();
    }

    /** The list beneath is what the choices were about. */
    onBlur() {
        this.state.isOpen = false;
    }
}
