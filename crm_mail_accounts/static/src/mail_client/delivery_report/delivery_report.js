import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

/** Who did not get a mail that the reader has sent, and what their server said. */
export class DeliveryReport extends Component {
    static template = "crm_mail_accounts.DeliveryReport";
    static props = {
        /** @type {import("../../messages_service/mail_client_store").Failure[]} */
        delivery: Array,
    };

    /** @param {import("../../messages_service/mail_client_store").Failure} failure */
    text({state, email}) {
        return state === "bounced"
            ? _t("The message to %s came back.", email)
            : _t("%s did not get this message.", email);
    }
}
