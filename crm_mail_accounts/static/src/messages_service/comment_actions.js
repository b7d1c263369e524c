import {_t} from "@web/core/l10n/translation";

import {specialPlace} from "./places";

const BUS_COMMENT = "crm_mail_accounts/comment";
const BUS_NAMED = "crm_mail_accounts/named";

/**
 * Talks with colleagues about a mail, which is how a mail is shared.
 *
 * @typedef {import("./mail_client_service").MailClientService} MailClientService
 * @typedef {import("./comment_state").Person} Person
 */
export class CommentActions {
    /** @param {MailClientService} client */
    constructor(client) {
        this.client = client;
    }

    get store() {
        return this.client.store;
    }

    listen() {
        const {bus} = this.client;
        bus.subscribe(BUS_COMMENT, (payload) => this.onComment(payload));
        bus.subscribe(BUS_NAMED, (payload) => this.onNamed(payload));
    }

    /** @param {{message_id: number}} payload somebody has said something there */
    onComment({message_id: messageId}) {
        if (this.client.screens && this.store.comments.get(messageId)) {
            this.load(messageId);
        }
    }

    /** @param {{message_id: number, author: string, subject: string}} payload */
    onNamed({message_id: messageId, author, subject}) {
        this.client.notification.add(
            _t("%(author)s wants you to look at “%(subject)s”.", {
                author,
                subject: subject || _t("(no subject)"),
            }),
            {
                type: "info",
                buttons: [
                    {
                        name: _t("Open"),
                        primary: true,
                        onClick: () => this.show(messageId),
                    },
                ],
            }
        );
    }

    /** @param {number} messageId a mail that is shared with the reader */
    async show(messageId) {
        const {client} = this;
        await client.showScreen();
        await client.openFolder(specialPlace("shared"));
        await client.openMessage(messageId);
    }

    /** @param {number} messageId */
    async load(messageId) {
        const {client} = this;
        this.store.comments.start(messageId);
        const isNews = client.order.ask(`talk-${messageId}`);
        const answer = await client.askFresh("conversation", [messageId]);
        if (!isNews(answer)) {
            return;
        }
        if (answer.failed) {
            this.store.comments.fail(messageId, answer.sentence);
        } else {
            this.take(messageId, answer.value);
        }
    }

    /**
     * @param {number} messageId
     * @param {string} body
     * @param {number[]} namedIds
     * @returns {Promise<boolean>} whether it was said
     */
    add(messageId, body, namedIds) {
        return this.change(messageId, "comment", [messageId, body, namedIds]);
    }

    /**
     * @param {number} messageId
     * @param {number} commentId
     */
    remove(messageId, commentId) {
        return this.change(messageId, "delete_comment", [commentId]);
    }

    /**
     * @param {number} messageId
     * @param {import("./comment_state").Reader} reader
     */
    async withdraw(messageId, reader) {
        const {client, store} = this;
        const answer = await client.askChange("withdraw_share", [reader.share_id]);
        if (answer.failed) {
            client.tell(answer.sentence);
        } else if (answer.value === true) {
            // It was one's own: the mail is gone for us.
            store.comments.forget(messageId);
            store.closeMessage();
            await client.look();
            await client.refreshList();
        } else {
            this.take(messageId, answer.value);
        }
    }

    /**
     * @param {number} messageId
     * @param {string} term
     * @returns {Promise<(Person & {reads: boolean})[]>}
     */
    async candidates(messageId, term) {
        const answer = await this.client.ask("share_candidates", [messageId, term]);
        return answer.failed ? [] : answer.value;
    }

    async change(messageId, method, args) {
        const answer = await this.client.askChange(method, args);
        if (answer.failed) {
            this.client.tell(answer.sentence);
            return false;
        }
        this.take(messageId, answer.value);
        return true;
    }

    /**
     * @param {number} messageId
     * @param {import("./comment_state").Talk} talk
     */
    take(messageId, talk) {
        this.store.comments.set(messageId, talk);
        this.store.setCommentCount(messageId, talk.comments.length);
    }
}
