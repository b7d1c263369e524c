import {useState} from "@odoo/owl";
import {Composer} from "@mail/core/common/composer";
import {Store} from "@mail/core/common/store_service";
import {patch} from "@web/core/utils/patch";

import {ChatterSenderSelect} from "./chatter_sender";

/**
 * The composer of a record's chatter asks from which mailbox a message is sent, and
 * says so to the server and to the full composer. Who has no mailbox sees nothing.
 */

Object.assign(Composer.components, {ChatterSenderSelect});

patch(Composer.prototype, {
    setup() {
        super.setup();
        this.mailSender = useState({senders: [], chosen: false});
        // Not awaited: nobody waits for mail before they can write.
        this.loadMailSenders();
    },

    async loadMailSenders() {
        const client = this.env.services.crm_mail_client;
        const {thread, props} = this;
        if (!client || !this.env.inChatter || props.composer.message || !thread?.id) {
            return;
        }
        const {model, id} = thread;
        Object.assign(this.mailSender, await client.records.chatterSenders(model, id));
    },

    get showsMailSender() {
        return this.props.type === "message" && this.mailSender.senders.length > 0;
    },

    /** @param {number} accountId 0 is the usual way */
    chooseMailSender(accountId) {
        this.mailSender.chosen = accountId;
    },

    get postData() {
        const data = super.postData;
        if (!this.showsMailSender) {
            return data;
        }
        return {
            ...data,
            crmMailAccountId: this.mailSender.chosen || false,
            // It is the sender's, so the server writes it and no text holds it.
            emailAddSignature: true,
        };
    },

    get fullComposerAdditionalContext() {
        const context = super.fullComposerAdditionalContext;
        if (!this.showsMailSender) {
            return context;
        }
        return {
            ...context,
            default_crm_mail_account_id: this.mailSender.chosen || 0,
            default_email_add_signature: true,
        };
    },

    formatDefaultBodyForFullComposer(defaultBody, signature = "") {
        return super.formatDefaultBodyForFullComposer(
            defaultBody,
            this.showsMailSender ? "" : signature
        );
    },
});

patch(Store.prototype, {
    async getMessagePostParams({postData}) {
        const params = await super.getMessagePostParams(...arguments);
        if (postData.crmMailAccountId && !postData.isNote) {
            params.post_data.crm_mail_account_id = postData.crmMailAccountId;
        }
        return params;
    },
});
