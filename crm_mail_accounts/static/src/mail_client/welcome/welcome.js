import {Component} from "@odoo/owl";

import {useMailClient} from "../../messages_service/use_mail_client";

/** The first sight of Messages, when no mailbox is set up yet. */
export class Welcome extends Component {
    static template = "crm_mail_accounts.Welcome";
    static props = {};

    setup() {
        const {client} = useMailClient();
        this.client = client;
    }
}
