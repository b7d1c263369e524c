import {Component} from "@odoo/owl";
import {deserializeDateTime, toLocaleDateTimeString} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";

/** That new mail of an account is answered automatically, and the way to end it. */
export class AwayBanner extends Component {
    static template = "crm_mail_accounts.AwayBanner";
    static props = {
        account: Object,
    };

    setup() {
        this.filters = useMailClient().client.filters;
    }

    get text() {
        const {until} = this.props.account.away;
        return until
            ? _t(
                  "You are out of office until %s: new mail is answered automatically.",
                  toLocaleDateTimeString(deserializeDateTime(until))
              )
            : _t("You are out of office: new mail is answered automatically.");
    }
}
