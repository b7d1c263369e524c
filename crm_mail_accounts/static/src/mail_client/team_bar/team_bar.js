import {Component} from "@odoo/owl";

import {useMailClient} from "../../messages_service/use_mail_client";
import {useMailActions} from "../mail_toolbar/use_mail_actions";
import {assignedText, hereText} from "./presence_words";

/**
 * Of a conversation in a mailbox of several people: whose it is, and who is there now.
 */
export class TeamBar extends Component {
    static template = "crm_mail_accounts.TeamBar";
    static props = {row: Object};

    setup() {
        this.store = useMailClient().store;
        this.actions = useMailActions();
        this.assignedText = assignedText;
        this.hereText = hereText;
    }

    get isShared() {
        const {row} = this.props;
        return !row.shared && this.store.sharedAccountIds.has(row.account_id);
    }

    get people() {
        return this.store.team.at(this.props.row);
    }

    get mayAssign() {
        return this.store.mayActOn([this.props.row]);
    }

    assign() {
        this.actions.run(["assign"], [this.props.row]);
    }
}
