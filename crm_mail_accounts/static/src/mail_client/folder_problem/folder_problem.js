import {Component} from "@odoo/owl";

import {useMailClient} from "../../messages_service/use_mail_client";

/** Why the mail of a folder is not followed, and the way to try it again. */
export class FolderProblem extends Component {
    static template = "crm_mail_accounts.FolderProblem";
    static props = {
        folder: Object,
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
