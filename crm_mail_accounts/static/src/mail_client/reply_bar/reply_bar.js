import {Component} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";

import {useReplyActions} from "./use_reply_actions";

/** Ways to answer that are shown as buttons; the others are in the menu */
const SHOWN = 3;
const SHOWN_SHORT = 1;

/** Reply, reply to all, forward: beside a mail, or below it on a phone. */
export class ReplyBar extends Component {
    static template = "crm_mail_accounts.ReplyBar";
    static components = {Dropdown, DropdownItem};
    static props = {
        rows: {type: Array, element: Object},
        isPhone: {type: Boolean, optional: true},
        /** Whether there is little room: the first way is a button, the others a menu */
        isShort: {type: Boolean, optional: true},
    };

    setup() {
        this.actions = useReplyActions();
    }

    get parts() {
        const actions = this.actions.for(this.props.rows);
        const count = this.props.isShort ? SHOWN_SHORT : SHOWN;
        return {shown: actions.slice(0, count), more: actions.slice(count)};
    }

    /** @param {import("./use_reply_actions").ReplyAction} action */
    title({label, key}) {
        return `${label} (${key})`;
    }
}
