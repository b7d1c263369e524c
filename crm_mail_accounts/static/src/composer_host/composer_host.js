import {Component} from "@odoo/owl";
import {LazyComponent} from "@web/core/assets";
import {registry} from "@web/core/registry";

import {useMailClient} from "../messages_service/use_mail_client";

/**
 * Holds the windows in which mails are written, above whatever screen is open: a mail
 * that is begun at a record, or in Messages, stays while its author looks something up
 * elsewhere. What draws them is fetched with the first one.
 */
export class ComposerHost extends Component {
    static template = "crm_mail_accounts.ComposerHost";
    static components = {LazyComponent};
    static props = {};

    setup() {
        this.store = useMailClient().store;
    }
}

registry
    .category("main_components")
    .add("crm_mail_accounts.ComposerHost", {Component: ComposerHost});
