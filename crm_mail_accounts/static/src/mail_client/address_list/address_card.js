import {Component, onWillStart, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";

/** Who an address is: its name, the contact that has it, the address to copy. */
export class AddressCard extends Component {
    static template = "crm_mail_accounts.AddressCard";
    static props = {
        address: {type: Object, shape: {name: String, email: String}},
        messageId: Number,
        close: {type: Function, optional: true},
    };

    setup() {
        const {client} = useMailClient();
        this.client = client;
        this.state = useState({isKnown: false, partner: false});
        // Not awaited: name and address are there already.
        onWillStart(() => {
            const {address, messageId} = this.props;
            client.reading.addressCard(messageId, address.email).then((answer) => {
                if (!answer.failed) {
                    Object.assign(this.state, {
                        isKnown: true,
                        partner: answer.value.partner,
                    });
                }
            });
        });
    }

    get position() {
        const {function: job, company_name: company} = this.state.partner;
        return [job, company].filter(Boolean).join(" · ");
    }

    openPartner() {
        this.props.close?.();
        return this.client.openRecord("res.partner", this.state.partner.id);
    }

    async copy() {
        this.props.close?.();
        await browser.navigator.clipboard.writeText(this.props.address.email);
        this.client.notification.add(_t("The address was copied."), {type: "success"});
    }
}
