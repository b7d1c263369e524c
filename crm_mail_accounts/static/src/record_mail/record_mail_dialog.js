import {Component, onWillStart, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {deserializeDateTime, toLocaleDateTimeString} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../messages_service/use_mail_client";

/**
 * The mails that a record knows of, newest first. One's own open in Messages, and are
 * answered above the record; what is written here is linked to it.
 *
 * @typedef {import("../messages_service/record_mail").RecordMail} RecordMail
 */
export class RecordMailDialog extends Component {
    static template = "crm_mail_accounts.RecordMailDialog";
    static components = {Dialog};
    static props = {model: String, resId: Number, close: Function};

    setup() {
        const {client} = useMailClient();
        this.client = client;
        this.state = useState({
            error: "",
            /** @type {RecordMail[]} */
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
        return date ? toLocaleDateTimeString(deserializeDateTime(date)) : "";
    }

    /** @param {RecordMail} row */
    who(row) {
        return row.to ? _t("To: %s", row.to) : row.from;
    }

    /** @param {RecordMail} row */
    subject(row) {
        return row.subject || _t("(no subject)");
    }

    /** @param {RecordMail} row */
    answerLabel(row) {
        return _t("Reply to “%s”", this.subject(row));
    }

    /** @param {RecordMail} row */
    open(row) {
        this.props.close();
        return this.client.records.open(row.message_id);
    }

    write() {
        const {close, model, resId} = this.props;
        close();
        return this.client.records.write(model, resId);
    }

    /** @param {RecordMail} row */
    answer(row) {
        const {close, model, resId} = this.props;
        close();
        return this.client.records.answer(row.message_id, model, resId);
    }
}
