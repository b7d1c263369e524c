import {Component, useState} from "@odoo/owl";

import {TASK_MODEL} from "../../messages_service/mail_client_store";
import {useMailClient} from "../../messages_service/use_mail_client";
import {OpportunityForm} from "../opportunity_form/opportunity_form";

/** What is to do for the sender in Project, where that is installed. */
export class TaskList extends Component {
    static template = "crm_mail_accounts.TaskList";
    static components = {OpportunityForm};
    static props = {};

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.state = useState({isMaking: false});
    }

    get context() {
        return this.store.context.data;
    }

    get tasks() {
        return this.context.tasks || [];
    }

    get mayCreate() {
        const {mayLink, openId} = this.store;
        return Boolean(openId && mayLink && this.context.may_create_task);
    }

    /** "Website · In progress", or what there is of it */
    place({project, stage}) {
        return [project, stage].filter(Boolean).join(" · ");
    }

    isLinked({id}) {
        return this.context.links.some(
            ({model, res_id: resId}) => model === TASK_MODEL && resId === id
        );
    }

    open({id}) {
        this.client.openRecord(TASK_MODEL, id);
    }
}
