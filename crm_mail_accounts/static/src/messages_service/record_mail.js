/**
 * What records know of mail, and what mails are proposed for: the questions that are
 * not about a folder. Asked through the service, which turns failures into sentences.
 *
 * @typedef {{message_id: number|false, link_id: number|false, posted_id: number|false, subject: string, from: string, to: string, date: string|false, mailbox: string, content: string, reason: string}} RecordMail
 * @typedef {import("./link_actions").FoundRecord & {reason: string}} Suggestion
 * @typedef {{account_id: number, name: string, email: string}} ChatterSender
 */
export class RecordMail {
    /** @param {import("./mail_client_service").MailClientService} client */
    constructor(client) {
        this.client = client;
    }

    /**
     * @param {string} model
     * @param {number} resId
     * @returns {Promise<number>} none for who does not use mail
     */
    async count(model, resId) {
        if (!this.client.messagesMenu) {
            return 0;
        }
        const answer = await this.client.ask("record_mail_count", [model, resId]);
        return answer.failed ? 0 : answer.value;
    }

    /**
     * @param {string} model
     * @param {number} resId
     * @returns {Promise<import("./mail_client_service").Answer>} with `RecordMail[]`
     */
    list(model, resId) {
        return this.client.ask("record_messages", [model, resId]);
    }

    /**
     * @param {number} messageId
     * @returns {Promise<Suggestion[]>}
     */
    async suggestions(messageId) {
        const answer = await this.client.ask("link_suggestions", [messageId]);
        return answer.failed ? [] : answer.value;
    }

    /**
     * @param {number} messageId
     * @param {Suggestion} suggestion
     * @returns {Promise<boolean>} whether it is remembered
     */
    async dismiss(messageId, {model, res_id}) {
        const answer = await this.client.ask("dismiss_suggestion", [
            messageId,
            model,
            res_id,
        ]);
        if (answer.failed) {
            this.client.tell(answer.sentence);
        }
        return !answer.failed;
    }

    /**
     * The mailboxes that a message of a record can be sent from.
     *
     * @param {string} model
     * @param {number} resId
     * @returns {Promise<{senders: ChatterSender[], chosen: number|false}>} none for
     *      who does not use mail
     */
    async chatterSenders(model, resId) {
        const none = {senders: [], chosen: false};
        if (!this.client.messagesMenu) {
            return none;
        }
        const answer = await this.client.ask("chatter_senders", [model, resId]);
        return answer.failed ? none : answer.value;
    }

    /**
     * A mail about a record, to its contact, in a window above the record.
     *
     * @param {string} model
     * @param {number} resId
     */
    write(model, resId) {
        const record = {model, res_id: resId};
        return this.client.compose.start("new", false, {record});
    }

    /**
     * The answer to a mail, which is linked to the record when it was sent.
     *
     * @param {number} messageId
     * @param {string} model
     * @param {number} resId
     */
    answer(messageId, model, resId) {
        const record = {model, res_id: resId};
        return this.client.compose.start("reply", messageId, {record});
    }

    /**
     * Opens the mail client with a mail, from any other page.
     *
     * @param {number} messageId
     */
    open(messageId) {
        return this.client.action.doAction("crm-messages", {
            additionalContext: {crm_mail_message: messageId},
        });
    }
}
