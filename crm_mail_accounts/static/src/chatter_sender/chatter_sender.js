import {Component} from "@odoo/owl";

/**
 * The mailbox that a message of a record is sent from, or the host's usual way.
 *
 * @typedef {import("../messages_service/record_mail").ChatterSender} ChatterSender
 */
export class ChatterSenderSelect extends Component {
    static template = "crm_mail_accounts.ChatterSenderSelect";
    static props = {
        senders: Array,
        /** Id of an account; false or 0 is the usual way */
        chosen: {type: [Number, Boolean]},
        onChange: Function,
        className: {type: String, optional: true},
        id: {type: String, optional: true},
        readonly: {type: Boolean, optional: true},
    };

    /** @param {ChatterSender} sender */
    words({name, email}) {
        return name && name !== email ? `${name} <${email}>` : email;
    }

    /** @param {Event} ev */
    onSelect(ev) {
        this.props.onChange(Number(ev.target.value));
    }
}
