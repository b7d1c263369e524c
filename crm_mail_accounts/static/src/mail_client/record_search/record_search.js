import {Component, useState} from "@odoo/owl";
import {useDebounced} from "@web/core/utils/timing";

import {useMailClient} from "../../messages_service/use_mail_client";

/** Letters before which a search finds everything and helps nobody */
const MIN_LENGTH = 2;
/** Milliseconds that typing rests before the server is asked */
export const SEARCH_DELAY = 250;

/**
 * Finds any record of the CRM and links the open mail to it. What is found stands
 * below the field, in the flow of the page: it needs no room that a narrow column or
 * a phone does not have.
 */
export class RecordSearch extends Component {
    static template = "crm_mail_accounts.RecordSearch";
    static props = {
        messageId: Number,
    };

    setup() {
        const {client} = useMailClient();
        this.client = client;
        this.state = useState({
            term: "",
            /** @type {"idle"|"searching"|"done"} */
            status: "idle",
            /** @type {import("../../messages_service/mail_client_service").FoundRecord[]} */
            found: [],
            /** The record that Enter would take */
            active: 0,
        });
        this.search = useDebounced(() => this.ask(), SEARCH_DELAY);
    }

    /** @param {number} index */
    optionId(index) {
        return `o_crm_mail_found_${index}`;
    }

    get activeId() {
        const {found, active} = this.state;
        return found.length ? this.optionId(active) : undefined;
    }

    onInput() {
        if (this.state.term.trim().length < MIN_LENGTH) {
            this.search.cancel();
            this.clear();
            return;
        }
        this.state.status = "searching";
        this.search();
    }

    async ask() {
        const term = this.state.term.trim();
        const found = await this.client.searchRecords(this.props.messageId, term);
        // Typed on meanwhile: the next answer is the one that counts.
        if (term === this.state.term.trim()) {
            Object.assign(this.state, {found, status: "done", active: 0});
        }
    }

    /** @param {import("../../messages_service/mail_client_service").FoundRecord} record */
    async choose(record) {
        this.state.term = "";
        this.clear();
        await this.client.link(this.props.messageId, record.model, record.res_id);
    }

    clear() {
        Object.assign(this.state, {found: [], status: "idle", active: 0});
    }

    /** @param {KeyboardEvent} ev */
    onKeydown(ev) {
        const {found, active} = this.state;
        if (ev.key === "Escape" && this.state.status !== "idle") {
            this.search.cancel();
            this.state.term = "";
            this.clear();
        } else if (!found.length) {
            return;
        } else if (ev.key === "ArrowDown") {
            this.state.active = Math.min(active + 1, found.length - 1);
        } else if (ev.key === "ArrowUp") {
            this.state.active = Math.max(active - 1, 0);
        } else if (ev.key === "Enter") {
            this.choose(found[active]);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }
}
