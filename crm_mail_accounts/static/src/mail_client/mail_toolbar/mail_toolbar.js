import {Component} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";

import {useReplyActions} from "../reply_bar/use_reply_actions";
import {useMailActions} from "./use_mail_actions";

/** Actions that a narrow bar shows; the others are in its menu */
const NARROW = 3;
/** What is seldom wanted is in the menu of a wide bar, too */
const SELDOM = ["copy", "filter"];

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
        const {rows, hasReplies, isNarrow} = this.props;
        const actions = this.actions.for(rows);
        const replies = hasReplies ? this.replies.for(rows) : [];
        const isShown = ({name}, index) =>
            isNarrow ? index < NARROW : !SELDOM.includes(name);
        return {
            shown: actions.filter(isShown),
            more: [...actions.filter((...one) => !isShown(...one)), ...replies],
        };
    }

    /** @param {import("./use_mail_actions").MailAction} action */
    title({label, key}) {
        return key ? `${label} (${key})` : label;
    }
}
