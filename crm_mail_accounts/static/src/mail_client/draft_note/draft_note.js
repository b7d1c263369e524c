import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";
import {shortDate} from "../message_list/message_date";

/** @param {{name: string}} person */
export function draftText({name}) {
    return _t("Draft by %s", name);
}

/** What a colleague has begun to write, and the way to go on with it in their place. */
export class DraftNote extends Component {
    static template = "crm_mail_accounts.DraftNote";
    static props = {
        /** `DraftBy` or, with its text, `Draft`: see `message_state.js` */
        draft: Object,
    };

    setup() {
        this.client = useMailClient().client;
        this.draftText = draftText;
        this.shortDate = shortDate;
    }

    takeOver() {
        this.client.compose.takeOver(this.props.draft.id);
    }
}
