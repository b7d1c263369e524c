import {Component} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";

import {useMailActions} from "./use_mail_actions";

/** Actions that a narrow bar shows; the others are in its menu */
const NARROW = 3;

/** What can be done with some mails, as a row of icons. */
export class MailToolbar extends Component {
    static template = "crm_mail_accounts.MailToolbar";
    static components = {Dropdown, DropdownItem};
    static props = {
        rows: {type: Array, element: Object},
        label: String,
        isNarrow: {type: Boolean, optional: true},
    };

    setup() {
        this.actions = useMailActions();
    }

    get parts() {
        const actions = this.actions.for(this.props.rows);
        const shown = this.props.isNarrow ? NARROW : actions.length;
        return {shown: actions.slice(0, shown), more: actions.slice(shown)};
    }

    /** @param {import("./use_mail_actions").MailAction} action */
    title({label, key}) {
        return `${label} (${key})`;
    }
}
