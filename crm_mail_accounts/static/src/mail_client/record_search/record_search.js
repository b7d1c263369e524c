import {Component} from "@odoo/owl";
import {AutoComplete} from "@web/core/autocomplete/autocomplete";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";

/** Letters before which a search finds everything and helps nobody */
const MIN_LENGTH = 2;

/** Finds any record of the CRM and links the open mail to it. */
export class RecordSearch extends Component {
    static template = "crm_mail_accounts.RecordSearch";
    static components = {AutoComplete};
    static props = {
        messageId: Number,
    };

    setup() {
        const {client} = useMailClient();
        this.client = client;
    }

    get sources() {
        return [
            {
                placeholder: _t("Searching…"),
                optionSlot: "record",
                options: (term) => this.options(term),
            },
        ];
    }

    /** @param {string} term */
    async options(term) {
        if (term.length < MIN_LENGTH) {
            return [{label: _t("Type a name, a company or an address")}];
        }
        const {messageId} = this.props;
        const found = await this.client.searchRecords(messageId, term);
        if (!found.length) {
            return [{label: _t("Nothing found")}];
        }
        return found.map((record) => ({
            label: record.name,
            data: record,
            onSelect: () => this.client.link(messageId, record.model, record.res_id),
        }));
    }
}
