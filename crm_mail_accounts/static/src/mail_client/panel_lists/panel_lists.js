import {Component} from "@odoo/owl";
import {deserializeDate} from "@web/core/l10n/dates";

import {useMailClient} from "../../messages_service/use_mail_client";
import {shortDate} from "../message_list/message_date";

const {DateTime} = luxon;

/** What is planned with the sender, what was done, and what else they wrote. */
export class PanelLists extends Component {
    static template = "crm_mail_accounts.PanelLists";
    static props = {};

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.shortDate = shortDate;
    }

    get context() {
        return this.store.context.data;
    }

    /** @param {string} value */
    day(value) {
        return deserializeDate(value).toLocaleString(DateTime.DATE_MED);
    }

    /** @param {{state: string}} activity */
    dayClass({state}) {
        return {overdue: "text-danger", today: "text-warning-emphasis"}[state] || "";
    }

    /** Where a new activity belongs: the first opportunity, else the contact */
    get planTarget() {
        const {links, opportunities, partner} = this.context;
        const linked = links.find(({model}) => model === "crm.lead");
        if (linked) {
            return {model: "crm.lead", resId: linked.res_id, name: linked.name};
        }
        if (opportunities.length) {
            const [{id, name}] = opportunities;
            return {model: "crm.lead", resId: id, name};
        }
        return partner && {model: "res.partner", resId: partner.id, name: partner.name};
    }

    plan() {
        const {model, resId} = this.planTarget;
        return this.client.reading.planActivity(model, resId);
    }
}
