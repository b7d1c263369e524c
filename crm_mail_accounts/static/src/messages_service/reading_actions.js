import {_t} from "@web/core/l10n/translation";

import {OPPORTUNITY_MODEL, TASK_MODEL} from "./message_state";

/**
 * What a reader does with a mail that is open, but for changing its mailbox: other mails
 * of the conversation, its header, its files, and what the CRM makes of it.
 *
 * @typedef {import("./mail_client_service").MailClientService} MailClientService
 * @typedef {import("./mail_client_store").Row} Row
 * @typedef {import("./mail_client_store").Message} Message
 * @typedef {import("./mail_client_store").MessageContext} MessageContext
 */

/** Unread mails of a conversation that open by themselves */
const OPENED_MOST = 10;

export class ReadingActions {
    /** @param {MailClientService} client */
    constructor(client) {
        this.client = client;
    }

    get store() {
        return this.client.store;
    }

    // ----------------------------------------------------------- conversation

    /** Opens the unread mails of the conversation beside the one that was chosen. */
    openUnread() {
        const unread = this.store.readingRows.filter(
            (row) => !row.seen && !this.store.viewOf(row.id)
        );
        return Promise.all(unread.slice(-OPENED_MOST).map((row) => this.open(row)));
    }

    openAll() {
        const folded = this.store.readingRows.filter(
            (row) => !this.store.viewOf(row.id)
        );
        return Promise.all(folded.map((row) => this.open(row)));
    }

    foldAll() {
        for (const row of this.store.readingRows) {
            this.store.closeView(row.id);
        }
    }

    /** @param {Row} row */
    async open(row) {
        const {client, store} = this;
        store.startView(row.id);
        const {serial} = client.changes;
        const answer = await client.askFresh("open_message", [row.id]);
        if (answer.failed) {
            store.failView(row.id, answer.sentence);
            return;
        }
        store.setView(client.withShownFlags(answer.value, serial));
        if (!row.seen && store.views[row.id] && store.mayActOn([row])) {
            client.mails.mark([row], ["seen"], [], {isAsked: false});
        }
    }

    // --------------------------------------------------------------- one mail

    /**
     * @param {number} messageId
     * @returns {Promise<{failed: boolean, value: {fields: string[][]}, sentence: string}>}
     */
    headers(messageId) {
        return this.client.ask("message_headers", [messageId]);
    }

    /**
     * @param {number} messageId
     * @param {string} email
     */
    addressCard(messageId, email) {
        return this.client.ask("address_card", [messageId, email]);
    }

    /**
     * Shows the pictures of this mail's sender, now and from now on; or asks again.
     *
     * @param {Message} message
     * @param {boolean} [isTrusted]
     */
    async trustSender(message, isTrusted = true) {
        const {client, store} = this;
        if (isTrusted) {
            store.showRemote(message.id);
        }
        const answer = await client.ask("trust_sender", [message.id, isTrusted]);
        // What is remembered of other mails says what was true before.
        client.ahead.forget();
        if (answer.failed) {
            client.tell(answer.sentence);
            return;
        }
        const {email} = message.from;
        store.setTrusted(email, isTrusted);
        const said = isTrusted
            ? _t("Images of %s are shown from now on.", email)
            : _t("Images of %s are shown only when you ask for them.", email);
        let close = () => undefined;
        const undo = {
            name: _t("Undo"),
            onClick: () => {
                close();
                this.trustSender(message, !isTrusted);
            },
        };
        close = client.notification.add(said, {type: "info", buttons: [undo]});
    }

    /**
     * @param {number} messageId
     * @param {string[]} numbers
     * @param {import("./mail_client_store").Link} link the record to save to
     */
    async saveAttachments(messageId, numbers, link) {
        const {client} = this;
        const answer = await client.ask("save_attachments", [
            messageId,
            numbers,
            link.model,
            link.res_id,
        ]);
        if (answer.failed) {
            client.tell(answer.sentence);
            return;
        }
        const said = answer.value
            ? _t("Saved to %s.", link.name)
            : _t("%s has these files already.", link.name);
        client.notification.add(said, {type: "success"});
    }

    // ------------------------------------------------------------- in the CRM

    /** @param {number} messageId */
    contactProposals(messageId) {
        return this.client.ask("contact_proposals", [messageId]);
    }

    /**
     * @param {number} messageId
     * @param {object} values
     * @returns {Promise<boolean>} whether there is a contact now
     */
    async createContact(messageId, values) {
        const {client, store} = this;
        const answer = await client.askChange("create_contact", [messageId, values]);
        if (answer.failed) {
            client.tell(answer.sentence);
            return false;
        }
        store.setContext(messageId, answer.value);
        return true;
    }

    /**
     * @param {number} messageId
     * @param {string} name
     * @returns {Promise<boolean>} whether it was made
     */
    createOpportunity(messageId, name) {
        return this.createLinked("create_opportunity", OPPORTUNITY_MODEL, {
            messageId,
            name,
        });
    }

    /**
     * @param {number} messageId
     * @param {string} name
     * @returns {Promise<boolean>} whether it was made
     */
    createTask(messageId, name) {
        return this.createLinked("create_task", TASK_MODEL, {messageId, name});
    }

    /**
     * @param {string} method
     * @param {string} made the model that it makes a record of
     * @param {{messageId: number, name: string}} values
     * @returns {Promise<boolean>} whether it was made
     */
    async createLinked(method, made, {messageId, name}) {
        const {client, store} = this;
        const answer = await client.askChange(method, [messageId, {name}]);
        if (answer.failed) {
            client.tell(answer.sentence);
            return false;
        }
        const {context, id} = answer.value;
        store.setContext(messageId, context);
        const link = context.links.find(
            ({model, res_id: resId}) => model === made && resId === id
        );
        if (link) {
            store.addLink(messageId, link);
        }
        client.notification.add(_t("“%s” was created and linked.", answer.value.name), {
            type: "success",
        });
        return true;
    }

    /**
     * The host's own dialog, above the mail.
     *
     * @param {string} model
     * @param {number} resId
     */
    planActivity(model, resId) {
        const {client, store} = this;
        const messageId = store.openId;
        return client.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Schedule Activity"),
                res_model: "mail.activity.schedule",
                view_mode: "form",
                views: [[false, "form"]],
                target: "new",
                context: {
                    active_model: model,
                    active_ids: [resId],
                    active_id: resId,
                },
            },
            {
                onClose: () => client.loadContext(messageId),
                additionalContext: {dialog_size: "large"},
            }
        );
    }
}
