import {Component, onWillStart, useState} from "@odoo/owl";

import {useMailClient} from "../../messages_service/use_mail_client";

/**
 * Makes the sender a contact, beside the mail. Who might be the same person comes
 * first, so that nobody is in the CRM twice.
 */
export class ContactForm extends Component {
    static template = "crm_mail_accounts.ContactForm";
    static props = {messageId: Number, onDone: Function};

    setup() {
        this.client = useMailClient().client;
        this.state = useState({
            /** @type {"loading"|"ready"|"error"} */
            status: "loading",
            error: "",
            name: "",
            email: "",
            companyId: "",
            people: [],
            companies: [],
            isSaving: false,
        });
        // Not awaited: the panel stays as it is meanwhile.
        onWillStart(() => {
            this.load();
        });
    }

    async load() {
        const answer = await this.client.reading.contactProposals(this.props.messageId);
        if (answer.failed) {
            Object.assign(this.state, {status: "error", error: answer.sentence});
            return;
        }
        const {companies, email, name, people} = answer.value;
        const companyId = companies.length === 1 ? String(companies[0].id) : "";
        Object.assign(this.state, {
            status: "ready",
            name,
            email,
            people,
            companies,
            companyId,
        });
    }

    /** @param {object} values */
    async save(values) {
        this.state.isSaving = true;
        const {messageId, onDone} = this.props;
        const isDone = await this.client.reading.createContact(messageId, values);
        this.state.isSaving = false;
        if (isDone) {
            onDone();
        }
    }

    create() {
        const {companyId, email, name} = this.state;
        return this.save({name, email, parent_id: Number(companyId) || false});
    }
}
