import {Component, useExternalListener, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

import {useMailClient} from "../../messages_service/use_mail_client";
import {Composer} from "../composer/composer";

/**
 * The mails that are being written, side by side at the lower edge; on a phone one at
 * a time, over the whole screen.
 */
export class ComposerDock extends Component {
    static template = "crm_mail_accounts.ComposerDock";
    static components = {Composer};
    static props = {};

    setup() {
        const {client, store} = useMailClient();
        this.store = store;
        this.ui = useState(useService("ui"));
        // What was typed in the last moment is not in the store yet: the windows put
        // it there when they lose the focus, which comes first.
        useExternalListener(window, "blur", () => client.compose.saver.saveAll());
    }
}

registry
    .category("lazy_components")
    .add("crm_mail_accounts.ComposerDock", ComposerDock, {force: true});
