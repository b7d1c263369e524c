import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";

const {DateTime} = luxon;

/**
 * Mails that are written are handed over, and taken back while they can be.
 *
 * @typedef {import("./compose_actions").ComposeActions} ComposeActions
 */

/** Bounds of the time in which "Undo" is offered, whatever the two clocks say */
const UNDO_MIN = 4000;
const UNDO_MAX = 120000;
/** How long it is told that a mail is on its way, or waits for its time */
const TELL_TIME = 6000;

export class ComposeSending {
    /** @param {ComposeActions} compose */
    constructor(compose) {
        this.compose = compose;
        this.client = compose.client;
        this.saver = compose.saver;
    }

    get state() {
        return this.client.store.compose;
    }

    /**
     * Hands a mail over. The window is gone at once; it comes back with a sentence
     * when the server does not take the mail.
     *
     * @param {number} key
     * @param {string|false} [sendAt] UTC, as the server writes dates
     */
    async send(key, sendAt = false) {
        const {state} = this;
        state.clearError(key);
        state.hide(key);
        const fail = (sentence) => state.failSending(key, sentence);
        if (!(await this.saver.save(key, {isForced: true}))) {
            const {saveError, conflict} = state.get(key);
            fail(conflict ? "" : saveError);
            return;
        }
        const {isWanted, look} = await this.client.team.mayLeave(state.get(key));
        if (!isWanted) {
            this.keepBack(key, look);
            return;
        }
        const answer = await this.saver.run(key, () => {
            const draft = state.get(key);
            return this.client.ask("compose_send", [
                draft.id,
                draft.version,
                state.valuesOf(draft),
                sendAt,
            ]);
        });
        if (answer.failed) {
            fail(answer.sentence);
            return;
        }
        this.compose.drop(key);
        this.offerUndo(answer.value, sendAt);
        this.client.lookSoon();
    }

    /**
     * The author wants to look at the conversation before they send.
     *
     * @param {number} key
     * @param {number|false} messageId
     */
    async keepBack(key, messageId) {
        const {client, state} = this;
        state.activate(key);
        if (messageId) {
            state.setMode(key, "minimised");
            await client.showScreen();
            await client.openMessage(messageId);
        }
    }

    /**
     * @param {{id: number, state: string, undo_until: string|false}} sent
     * @param {string|false} sendAt
     */
    offerUndo({id, undo_until: undoUntil}, sendAt) {
        const text = sendAt
            ? _t("The message will be sent on %s.", this.timeText(sendAt))
            : _t("The message is on its way.");
        const told = {};
        const options = {type: "success", autocloseDelay: TELL_TIME};
        const mayUndo = undoUntil || sendAt;
        let isTakenBack = false;
        if (undoUntil) {
            // Nothing waits any more: the server need not wait for its next look.
            options.onClose = () =>
                isTakenBack || this.client.ask("compose_leave", [id]);
            const left = deserializeDateTime(undoUntil).diff(DateTime.now()).toMillis();
            options.autocloseDelay = Math.min(UNDO_MAX, Math.max(UNDO_MIN, left));
        }
        if (mayUndo) {
            options.buttons = [
                {
                    name: _t("Undo"),
                    onClick: () => {
                        isTakenBack = true;
                        told.close();
                        this.takeBack(id);
                    },
                },
            ];
        }
        told.close = this.client.notification.add(text, options);
    }

    /** @param {string} value UTC, as the server writes dates */
    timeText(value) {
        return deserializeDateTime(value).toLocaleString(
            DateTime.DATETIME_MED_WITH_WEEKDAY
        );
    }

    /**
     * A mail that is not gone yet becomes a draft again, and is opened.
     *
     * @param {number} outgoingId
     */
    async takeBack(outgoingId) {
        const {key} = this.state.add("open");
        this.compose.show(key, await this.client.ask("compose_undo", [outgoingId]));
        this.client.lookSoon();
    }
}
