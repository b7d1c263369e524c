import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useAutofocus} from "@web/core/utils/hooks";

import {useMailClient} from "../../messages_service/use_mail_client";

/** Makes an opportunity of the mail, or a task, beside the mail. */
export class OpportunityForm extends Component {
    static template = "crm_mail_accounts.OpportunityForm";
    static props = {
        messageId: Number,
        title: String,
        isTask: {type: Boolean, optional: true},
        onDone: Function,
    };

    setup() {
        this.client = useMailClient().client;
        this.state = useState({name: this.props.title, isSaving: false});
        useAutofocus({refName: "name", selectAll: true});
    }

    get heading() {
        return this.props.isTask ? _t("New task") : _t("New opportunity");
    }

    async create() {
        this.state.isSaving = true;
        const {isTask, messageId, onDone} = this.props;
        const {reading} = this.client;
        const isDone = isTask
            ? await reading.createTask(messageId, this.state.name)
            : await reading.createOpportunity(messageId, this.state.name);
        this.state.isSaving = false;
        if (isDone) {
            onDone();
        }
    }
}
