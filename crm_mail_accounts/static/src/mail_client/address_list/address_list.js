import {Component, useState} from "@odoo/owl";
import {usePopover} from "@web/core/popover/popover_hook";

import {AddressCard} from "./address_card";

/** Addresses of one header line; a long line is folded, each address has a card. */
export class AddressList extends Component {
    static template = "crm_mail_accounts.AddressList";
    static props = {
        label: String,
        addresses: {
            type: Array,
            element: {type: Object, shape: {name: String, email: String}},
        },
        /** The mail that they are of */
        messageId: Number,
        /** How many are shown before "and n more" */
        limit: {type: Number, optional: true},
    };
    static defaultProps = {limit: 4};

    setup() {
        this.state = useState({isOpen: false});
        this.card = usePopover(AddressCard, {position: "bottom-start"});
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

    /**
     * @param {MouseEvent} ev
     * @param {import("../../messages_service/mail_client_store").Address} address
     */
    showCard(ev, address) {
        this.card.open(ev.currentTarget, {address, messageId: this.props.messageId});
    }
}
