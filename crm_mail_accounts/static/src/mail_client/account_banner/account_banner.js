import {Component} from "@odoo/owl";

import {useMailClient} from "../../messages_service/use_mail_client";

/** Why the mail of an account does not arrive, and the way to mend it. */
export class AccountBanner extends Component {
    static template = "crm_mail_accounts.AccountBanner";
    static props = {
        account: Object,
    };

    setup() {
        const {client} = useMailClient();
        this.client = client;
    }

    /** @returns {"connect"|"folders"|"settings"|""} what its owner can do about it */
    get repair() {
        const {owner, repair} = this.props.account;
        return owner ? "" : repair || "settings";
    }
}
