import {
    Component,
    onWillStart,
    onWillUpdateProps,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import {useAutofocus} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";

import {useMailClient} from "../../messages_service/use_mail_client";

/** Letters before which a search finds everything and helps nobody */
const MIN_LENGTH = 2;
/** Milliseconds that typing rests before the server is asked */
export const SEARCH_DELAY = 250;

/**
 * Finds any record of the CRM. What has to do with the mail is proposed before
 * anything is typed. The keyboard stays in the field; arrows choose, Enter takes. What
 * is found stands below the field, in the flow of the page: it needs no room that a
 * phone does not have.
 */
export class RecordSearch extends Component {
    static template = "crm_mail_accounts.RecordSearch";
    static props = {
        messageId: Number,
        /** The kind of records that is searched; empty for those mostly wanted */
        model: String,
        onChosen: Function,
        slots: {type: Object, optional: true},
    };

    setup() {
        const {client} = useMailClient();
        this.client = client;
        this.list = useRef("list");
        this.state = useState({
            term: "",
            /** @type {"searching"|"done"} */
            status: "searching",
            /** @type {import("../../messages_service/link_actions").FoundRecord[]} */
            found: [],
            /** The record that Enter would take */
            active: 0,
        });
        this.searchSoon = useDebounced(() => this.search(), SEARCH_DELAY);
        useAutofocus();
        // Not awaited: one can type meanwhile.
        onWillStart(() => {
            this.search();
        });
        onWillUpdateProps((props) => {
            if (props.model !== this.props.model) {
                this.search(props);
            }
        });
        useEffect(
            () => {
                const active = this.list.el.querySelector("[aria-selected=true]");
                if (active) {
                    active.scrollIntoView({block: "nearest"});
                }
            },
            () => [this.state.active, this.state.found]
        );
    }

    /** @param {number} index */
    optionId(index) {
        return `o_crm_mail_found_${index}`;
    }

    get activeId() {
        const {found, active} = this.state;
        return found.length ? this.optionId(active) : undefined;
    }

    /** What is asked for: nothing before there are a few letters */
    get term() {
        const term = this.state.term.trim();
        return term.length < MIN_LENGTH ? "" : term;
    }

    onInput() {
        this.state.status = "searching";
        this.searchSoon();
    }

    async search({messageId, model} = this.props) {
        const {term} = this;
        this.state.status = "searching";
        const found = await this.client.links.search(messageId, term, model || false);
        // Typed on meanwhile: the next answer is the one that counts.
        if (term === this.term && model === this.props.model) {
            Object.assign(this.state, {found, status: "done", active: 0});
        }
    }

    /** @param {KeyboardEvent} ev */
    onKeydown(ev) {
        const {found, active} = this.state;
        if (ev.key === "Escape" && this.state.term) {
            this.state.term = "";
            this.onInput();
        } else if (!found.length || ev.isComposing) {
            return;
        } else if (ev.key === "ArrowDown") {
            this.state.active = Math.min(active + 1, found.length - 1);
        } else if (ev.key === "ArrowUp") {
            this.state.active = Math.max(active - 1, 0);
        } else if (ev.key === "Enter" && this.state.status === "done") {
            this.props.onChosen(found[active]);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }
}
