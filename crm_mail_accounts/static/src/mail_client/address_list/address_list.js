import {Component, useState} from "@odoo/owl";

/** Addresses of one header line; a long line is folded. */
export class AddressList extends Component {
    static template = "crm_mail_accounts.AddressList";
    static props = {
        label: String,
        addresses: {
            type: Array,
            element: {type: Object, shape: {name: String, email: String}},
        },
        /** How many are shown before "and n more" */
        limit: {type: Number, optional: true},
    };
    static defaultProps = {limit: 4};

    setup() {
        this.state = useState({isOpen: false});
    }

    get shown() {
        const {addresses, limit} = this.props;
        // Folding away a single address would take as much room as the address.
        return this.state.isOpen || addresses.length <= limit + 1
            ? addresses
            : addresses.slice(0, limit);
    }

    get hiddenCount() {
        return this.props.addresses.length - this.shown.length;
    }
}
