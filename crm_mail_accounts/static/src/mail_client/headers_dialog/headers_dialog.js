import {Component, onWillStart, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";

import {useMailClient} from "../../messages_service/use_mail_client";

/** All header fields of a mail. */
export class HeadersDialog extends Component {
    static template = "crm_mail_accounts.HeadersDialog";
    static components = {Dialog};
    static props = {messageId: Number, close: Function};

    setup() {
        const {client} = useMailClient();
        this.state = useState({status: "loading", error: "", fields: []});
        // Not awaited: the dialog is there at once.
        onWillStart(() => {
            client.reading.headers(this.props.messageId).then((answer) => {
                if (answer.failed) {
                    Object.assign(this.state, {
                        status: "error",
                        error: answer.sentence,
                    });
                } else {
                    Object.assign(this.state, {
                        status: "ready",
                        fields: answer.value.fields,
                    });
                }
            });
        });
    }
}
