import {Component, useEffect, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

import {OPPORTUNITY_MODEL} from "../../messages_service/mail_client_store";
import {useMailClient} from "../../messages_service/use_mail_client";
import {ContactForm} from "../contact_form/contact_form";
import {LinkList} from "../link_list/link_list";
import {LinkSuggestions} from "../link_suggestions/link_suggestions";
import {OpportunityForm} from "../opportunity_form/opportunity_form";
import {PanelLists} from "../panel_lists/panel_lists";
import {TaskList} from "../task_list/task_list";

/** What the CRM knows about the open mail: who wrote it, and where it belongs. */
export class ContextPanel extends Component {
    static template = "crm_mail_accounts.ContextPanel";
    static components = {
        ContactForm,
        LinkList,
        LinkSuggestions,
        OpportunityForm,
        PanelLists,
        TaskList,
    };
    static props = {};

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.state = useState({
            /** Opportunities that wait for the server's answer */
            linking: {},
            /** @type {"contact"|"opportunity"|""} what is being made */
            form: "",
        });
        useEffect(
            () => {
                this.state.form = "";
            },
            () => [this.store.openId]
        );
    }

    /** @returns {import("../../messages_service/mail_client_store").MessageContext} */
    get context() {
        return this.store.context.data;
    }

    /** "Buyer at Azure Interior", or what there is of it */
    get position() {
        const {function: job, company_name: company} = this.context.partner;
        return [job, company].filter(Boolean).join(" · ");
    }

    linkLabel({name}) {
        return _t("Link to %s", name);
    }

    openPartner() {
        this.client.openRecord("res.partner", this.context.partner.id);
    }

    /** @param {number} opportunityId */
    openOpportunity(opportunityId) {
        this.client.openRecord(OPPORTUNITY_MODEL, opportunityId);
    }

    /** @param {import("../../messages_service/mail_client_store").Opportunity} opportunity */
    async link(opportunity) {
        this.state.linking[opportunity.id] = true;
        await this.client.links.link(
            this.store.openId,
            OPPORTUNITY_MODEL,
            opportunity.id
        );
        delete this.state.linking[opportunity.id];
    }
}
