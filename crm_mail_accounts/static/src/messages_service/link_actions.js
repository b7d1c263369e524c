import {_t} from "@web/core/l10n/translation";

import {UNDO_TIME} from "./undo_offer";

/**
 * Which records a mail belongs to: what can be chosen, linking, and taking it back.
 *
 * @typedef {import("./mail_client_service").MailClientService} MailClientService
 * @typedef {import("./mail_client_service").Answer} Answer
 * @typedef {import("./mail_client_store").Link} Link
 * @typedef {Link["content"]} Content what the record shall show of the mail
 * @typedef {Link["shown"]} Shown what it shows, which may be less
 * @typedef {"nothing"|"metadata"|"subject"|"all"} Visibility what colleagues see at most
 * @typedef {{model: string, model_label: string, res_id: number, name: string, subtitle: string}} FoundRecord
 * @typedef {{names: string[]|false, more: number, outside: string[]}} Audience
 */

export class LinkActions {
    /** @param {MailClientService} client */
    constructor(client) {
        this.client = client;
    }

    /**
     * @param {number} messageId
     * @returns {Promise<Answer>} with `{models: {model, label}[], content, mails}`
     */
    options(messageId) {
        return this.client.ask("link_options", [messageId]);
    }

    /**
     * @param {number} messageId
     * @returns {Promise<Answer>} with `{visibility, account, links}`, of its conversation
     */
    visibility(messageId) {
        return this.client.ask("visibility", [messageId]);
    }

    /**
     * @param {number} messageId
     * @param {Visibility|false} visibility as the mailbox says when false
     * @returns {Promise<Answer>}
     */
    async setVisibility(messageId, visibility) {
        const {client} = this;
        const answer = await client.askChange("set_visibility", [
            messageId,
            visibility,
        ]);
        if (answer.failed) {
            return answer;
        }
        if (client.store.openId) {
            client.loadContext(client.store.openId);
        }
        const {kept} = answer.value;
        if (kept) {
            client.notification.add(
                kept === 1
                    ? _t(
                          "1 message stays as it is: its record has it by itself, because Odoo received or sent it there."
                      )
                    : _t(
                          "%s messages stay as they are: their records have them by themselves, because Odoo received or sent them there.",
                          kept
                      ),
                {type: "warning"}
            );
        }
        return answer;
    }

    /**
     * @param {string} model
     * @param {number} resId
     * @returns {Promise<Audience|false>} false when it cannot be told
     */
    async audience(model, resId) {
        const answer = await this.client.ask("link_audience", [model, resId]);
        return !answer.failed && answer.value;
    }

    /**
     * @param {number} messageId
     * @param {string} term without one, what has to do with the mail's people
     * @param {string|false} [model]
     * @returns {Promise<FoundRecord[]>} none when the server does not answer
     */
    async search(messageId, term, model = false) {
        const answer = await this.client.ask("search_records", [
            messageId,
            term,
            model,
        ]);
        return answer.failed ? [] : answer.value;
    }

    /**
     * @param {number} messageId
     * @param {string} model
     * @param {number} resId
     * @param {Content|false} [content] as the mailbox says when left out
     * @returns {Promise<boolean>} whether it is linked
     */
    link(messageId, model, resId, content = false) {
        return this.add("link_message", [messageId, model, resId, content]);
    }

    /**
     * The mail and the others of its conversation.
     *
     * @param {number} messageId
     * @param {string} model
     * @param {number} resId
     * @param {Content} content
     * @returns {Promise<boolean>} whether they are linked
     */
    linkThread(messageId, model, resId, content) {
        return this.add("link_thread", [messageId, model, resId, content]);
    }

    /**
     * @param {"link_message"|"link_thread"} method
     * @param {Array} args
     */
    async add(method, args) {
        const {client} = this;
        const answer = await client.askChange(method, args);
        if (answer.failed) {
            client.tell(answer.sentence);
            return false;
        }
        for (const link of [answer.value].flat()) {
            client.store.addLink(link.message_id, link);
        }
        return true;
    }

    /**
     * Takes a link back at once, with what it posted, and offers to make it again.
     *
     * @param {Link} link
     */
    async unlink(link) {
        const {client} = this;
        const answer = await client.askChange("unlink_message", [link.id]);
        if (answer.failed) {
            client.tell(answer.sentence);
            return;
        }
        client.store.removeLink(link.id);
        const close = client.notification.add(
            _t("The message was removed from “%s”.", link.name),
            {
                type: "info",
                autocloseDelay: UNDO_TIME,
                buttons: [
                    {
                        name: _t("Undo"),
                        onClick: () => {
                            close();
                            this.link(
                                link.message_id,
                                link.model,
                                link.res_id,
                                link.content
                            );
                        },
                    },
                ],
            }
        );
    }
}
