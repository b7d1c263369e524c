import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {Chatter} from "@mail/chatter/web_portal/chatter";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {useMailClient} from "../messages_service/use_mail_client";
import {RecordMailDialog} from "./record_mail_dialog";

/** How many mails a record knows of, above its chatter, and the way to them. */
export class RecordMailButton extends Component {
    static template = "crm_mail_accounts.RecordMailButton";
    static props = {model: String, resId: {type: [Number, Boolean]}};

    setup() {
        const {client} = useMailClient();
        this.client = client;
        this.dialog = useService("dialog");
        this.state = useState({count: 0});
        // Not awaited: a form does not wait for mail.
        onWillStart(() => {
            this.load(this.props);
        });
        onWillUpdateProps((props) => {
            if (props.model !== this.props.model || props.resId !== this.props.resId) {
                this.load(props);
            }
        });
    }

    /** Only for whom the menu of the mail client is there, on a saved record */
    get isVisible() {
        return Boolean(this.props.resId && this.client.messagesMenu);
    }

    get label() {
        return _t("Mail: %s", this.state.count);
    }

    async load({model, resId}) {
        this.state.count = 0;
        const count = resId ? await this.client.records.count(model, resId) : 0;
        if (model === this.props.model && resId === this.props.resId) {
            this.state.count = count;
        }
    }

    open() {
        const {model, resId} = this.props;
        this.dialog.add(RecordMailDialog, {model, resId});
    }
}

Object.assign(Chatter.components, {RecordMailButton});
