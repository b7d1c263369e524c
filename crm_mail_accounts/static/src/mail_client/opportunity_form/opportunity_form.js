import {Component, useState} from "@odoo/owl";
import {useAutofocus} from "@web/core/utils/hooks";

import {useMailClient} from "../../messages_service/use_mail_client";

/** Makes an opportunity of the mail, beside the mail. */
export class OpportunityForm extends Component {
    static template = "crm_mail_accounts.OpportunityForm";
    static props = {messageId: Number, title: String, onDone: Function};

    setup() {
        this.client = useMailClient().client;
        this.state = useState({name: this.props.title, isSaving: false});
        useAutofocus({refName: "name", selectAll: true});
    }

    async create() {
        this.state.isSaving = true;
        const {messageId, onDone} = this.props;
        const isDone = await this.client.reading.createOpportunity(
            messageId,
            this.state.name
        );
        this.state.isSaving = false;
        if (isDone) {
            onDone();
        }
    }
}
