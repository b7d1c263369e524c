import {Component, onWillStart, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {deserializeDateTime, formatDateTime} from "@web/core/l10n/dates";

import {useMailClient} from "../messages_service/use_mail_client";

/** The mails that a record knows of, newest first; one's own open in Messages. */
export class RecordMailDialog extends Component {
    static template = "crm_mail_accounts.RecordMailDialog";
    static components = {Dialog};
    static props = {model: String, resId: Number, close: Function};

    setup() {
        const {client} = useMailClient();
        this.client = client;
        this.state = useState({
            error: "",
            /** @type {import("../messages_service/record_mail").RecordMail[]} */
            rows: [],
        });
        onWillStart(async () => {
            const {model, resId} = this.props;
            const answer = await client.records.list(model, resId);
            if (answer.failed) {
                this.state.error = answer.sentence;
            } else {
                this.state.rows = answer.value;
            }
        });
    }

    /** @param {string|false} date */
    dateText(date) {
        return date ? formatDateTime(deserializeDateTime(date)) : "";
    }

    /** @param {import("../messages_service/record_mail").RecordMail} row */
    open(row) {
        this.props.close();
        return this.client.records.open(row.message_id);
    }
}
