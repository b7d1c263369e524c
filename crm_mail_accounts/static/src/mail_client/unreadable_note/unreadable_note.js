import {Component} from "@odoo/owl";

import {useMailClient} from "../../messages_service/use_mail_client";

/** Mails of a folder that the server could not give: which ones, and another try. */
export class UnreadableNote extends Component {
    static template = "crm_mail_accounts.UnreadableNote";
    static props = {
        folder: Object,
        text: String,
    };

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
    }

    /** Whether they are being read just now */
    get isBusy() {
        const account = this.store.getAccount(this.props.folder.account_id);
        return account?.health.state === "syncing";
    }

    /** Whether the list holds nothing else */
    get isShown() {
        return this.store.hasFlagFacet("unreadable");
    }
}
