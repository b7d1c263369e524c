import {Component} from "@odoo/owl";

import {useMailClient} from "../../messages_service/use_mail_client";

/**
 * What is wrong with a folder, or with mails of it, and another try; before it, in the
 * slot, what else can be done.
 */
export class FolderNote extends Component {
    static template = "crm_mail_accounts.FolderNote";
    static props = {
        folder: Object,
        text: String,
        slots: {type: Object, optional: true},
    };

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
    }

    /** Whether it is being looked at just now */
    get isBusy() {
        const account = this.store.getAccount(this.props.folder.account_id);
        return account?.health.state === "syncing";
    }
}
