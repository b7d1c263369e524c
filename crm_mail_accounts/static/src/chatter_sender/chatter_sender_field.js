import {Component, onMounted, onWillStart, useState, xml} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

import {useMailClient} from "../messages_service/use_mail_client";
import {ChatterSenderSelect} from "./chatter_sender";

const CHOSEN_BEFORE = "default_crm_mail_account_id";

/**
 * The same choice in the full composer. It comes along from the small one; where that
 * was not used, what was used last on the record is chosen here.
 */
export class ChatterSenderField extends Component {
    static template = xml`
        <ChatterSenderSelect
            t-if="state.senders.length"
            senders="state.senders"
            chosen="props.record.data[props.name]"
            id="props.id"
            readonly="props.readonly"
            onChange="(accountId) => this.choose(accountId)"
        />`;
    static components = {ChatterSenderSelect};
    static props = {...standardFieldProps};

    setup() {
        const {client} = useMailClient();
        this.state = useState({senders: [], chosen: false});
        onWillStart(async () => {
            const {model, res_ids: ids} = this.props.record.data;
            const [resId] = JSON.parse(ids || "[]");
            if (resId) {
                Object.assign(
                    this.state,
                    await client.records.chatterSenders(model, resId)
                );
            }
        });
        onMounted(() => {
            if (this.state.chosen && !(CHOSEN_BEFORE in this.props.record.context)) {
                this.choose(this.state.chosen);
            }
        });
    }

    /** @param {number} accountId */
    choose(accountId) {
        return this.props.record.update({[this.props.name]: accountId});
    }
}

registry.category("fields").add("crm_mail_chatter_sender", {
    component: ChatterSenderField,
    supportedTypes: ["integer"],
});
