import {Component} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";

import {useReplyActions} from "../reply_bar/use_reply_actions";
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
        /** Whether the menu of a narrow bar has the ways to answer as well */
        hasReplies: {type: Boolean, optional: true},
    };

    setup() {
        this.actions = useMailActions();
        this.replies = useReplyActions();
    }

    get parts() {
        const actions = this.actions.for(this.props.rows);
        if (!this.props.isNarrow) {
            return {shown: actions, more: []};
        }
        const {rows, hasReplies} = this.props;
        const replies = hasReplies ? this.replies.for(rows) : [];
        return {
            shown: actions.slice(0, NARROW),
            more: [...actions.slice(NARROW), ...replies],
        };
    }

    /** @param {import("./use_mail_actions").MailAction} action */
    title({label, key}) {
        return key ? `${label} (${key})` : label;
    }
}
