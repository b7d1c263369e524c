import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";

/** Records that the rules would link the open mail to, where they are set to ask. */
export class LinkSuggestions extends Component {
    static template = "crm_mail_accounts.LinkSuggestions";
    static props = {messageId: Number};

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.state = useState({
            /** @type {import("../../messages_service/record_mail").Suggestion[]} */
            found: [],
            busy: false,
        });
        // Not awaited: what is known of the sender is shown without it.
        onWillStart(() => {
            this.load();
        });
    }

    async load() {
        this.state.found = await this.client.records.suggestions(this.props.messageId);
    }

    /** Without those that were linked meanwhile by another way */
    get open() {
        const {data} = this.store.context;
        const links = data ? data.links : [];
        return this.state.found.filter(
            (one) =>
                !links.some(
                    (link) => link.model === one.model && link.res_id === one.res_id
                )
        );
    }

    /** @param {import("../../messages_service/record_mail").Suggestion} one */
    labels({name}) {
        return {
            link: _t("Link to %s", name),
            dismiss: _t("Do not suggest %s again", name),
        };
    }

    /** @param {import("../../messages_service/record_mail").Suggestion} one */
    async accept(one) {
        this.state.busy = true;
        await this.client.links.link(this.props.messageId, one.model, one.res_id);
        this.state.busy = false;
    }

    /** @param {import("../../messages_service/record_mail").Suggestion} one */
    async dismiss(one) {
        this.state.busy = true;
        if (await this.client.records.dismiss(this.props.messageId, one)) {
            this.state.found = this.state.found.filter((other) => other !== one);
        }
        this.state.busy = false;
    }
}
