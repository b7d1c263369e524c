import {_t} from "@web/core/l10n/translation";

/**
 * Mails that wait to be sent, or could not be: what the author does with them.
 *
 * @typedef {import("./mail_client_service").MailClientService} MailClientService
 * @typedef {import("./outgoing_state").OutgoingKind} OutgoingKind
 */
export class OutgoingActions {
    /** @param {MailClientService} client */
    constructor(client) {
        this.client = client;
    }

    get state() {
        return this.client.store.outgoing;
    }

    /** @param {OutgoingKind} kind */
    open(kind) {
        const {store} = this.client;
        this.state.open(kind);
        store.closeMessage();
        store.showPane("list");
        return this.refresh();
    }

    /** Reads the list that is shown anew, if one is. */
    async refresh() {
        const {kind} = this.state;
        if (!kind) {
            return;
        }
        const isNews = this.client.order.ask("outgoing");
        const answer = await this.client.ask("outgoing_list", [kind]);
        if (!isNews(answer)) {
            return;
        }
        if (answer.failed) {
            this.state.fail(kind, answer.sentence);
        } else {
            this.state.setPage(kind, answer.value);
        }
    }

    async loadMore() {
        const {state} = this;
        if (!state.startMore()) {
            return;
        }
        const {kind, before} = state;
        const answer = await this.client.ask("outgoing_list", [kind, before]);
        if (answer.failed) {
            state.fail(kind, answer.sentence);
        } else {
            state.addPage(kind, answer.value);
        }
    }

    /**
     * @param {number} outgoingId
     * @param {string} sendAt UTC, as the server writes dates
     */
    reschedule(outgoingId, sendAt) {
        return this.ask("outgoing_reschedule", [outgoingId, sendAt]);
    }

    /** @param {number} outgoingId */
    sendNow(outgoingId) {
        return this.ask("outgoing_send_now", [outgoingId]);
    }

    /** @param {number} outgoingId */
    retry(outgoingId) {
        return this.ask("outgoing_retry", [outgoingId]);
    }

    /**
     * @param {number} outgoingId
     * @param {"sent"|"again"} decision
     */
    decide(outgoingId, decision) {
        return this.ask("outgoing_decide", [outgoingId, decision]);
    }

    /**
     * One is done with a mail that somebody did not get.
     *
     * @param {number} outgoingId
     */
    dismiss(outgoingId) {
        return this.ask("outgoing_dismiss", [outgoingId]);
    }

    /**
     * Back to a draft, which is not opened.
     *
     * @param {number} outgoingId
     */
    async cancel(outgoingId) {
        const isDone = await this.ask("compose_undo", [outgoingId]);
        if (isDone) {
            this.client.notification.add(
                _t("The message will not be sent. It is among the drafts."),
                {type: "info"}
            );
        }
    }

    /**
     * Back to a draft, which is opened.
     *
     * @param {number} outgoingId
     */
    async edit(outgoingId) {
        await this.client.compose.sending.takeBack(outgoingId);
        await this.refresh();
    }

    /**
     * Throws a draft away that no window shows.
     *
     * @param {number} outgoingId
     */
    discard(outgoingId) {
        return this.ask("compose_discard", [outgoingId]);
    }

    /**
     * @param {string} method
     * @param {Array} args
     * @returns {Promise<boolean>} whether the server did it
     */
    async ask(method, args) {
        const answer = await this.client.ask(method, args);
        if (answer.failed) {
            this.client.tell(answer.sentence);
        }
        await this.refresh();
        this.client.lookSoon();
        return !answer.failed;
    }

    /**
     * The server tells how a mail fares.
     *
     * @param {{id: number, state: string, subject: string, message: string}} payload
     */
    onChanged({state, subject, message}) {
        const isTrouble = state === "failed" || state === "uncertain";
        if (isTrouble) {
            const close = this.client.notification.add(message, {
                title: subject || _t("(no subject)"),
                type: state === "failed" ? "danger" : "warning",
                sticky: true,
                buttons: [
                    {
                        name: _t("Show"),
                        onClick: async () => {
                            close();
                            await this.client.showScreen();
                            this.open("outgoing");
                        },
                    },
                ],
            });
        }
        this.refresh();
        this.client.lookSoon();
    }
}
