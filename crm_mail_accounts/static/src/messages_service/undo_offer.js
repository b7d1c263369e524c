import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";

/**
 * Taking back what the reader did last, for some seconds.
 *
 * It is offered from the moment on that the screen shows the deed, so that the key works
 * before the server has answered; the opposite is asked for after that answer.
 *
 * @typedef {{back: () => Promise<void>, isTaken: boolean, close: () => void}} Offer
 */

/** Milliseconds in which it can be taken back, counted from the server's answer on */
export const UNDO_TIME = 8000;

export class UndoOffer {
    /** @param {import("./mail_client_service").MailClientService} client */
    constructor(client) {
        this.client = client;
        /** @type {Offer|null} */
        this.last = null;
    }

    /** What was done before can be taken back no more. */
    end() {
        if (this.last) {
            this.last.close();
            this.last = null;
        }
    }

    /**
     * Something is being done.
     *
     * @param {() => Promise<void>} back what takes it back
     * @returns {Offer}
     */
    begin(back) {
        this.end();
        this.last = {back, isTaken: false, close: () => undefined};
        return this.last;
    }

    /**
     * It was done. The time runs, in sight when there is something to say.
     *
     * @param {Offer} offer
     * @param {string} [text]
     */
    show(offer, text = "") {
        if (this.last !== offer) {
            return;
        }
        const over = () => this.last === offer && (this.last = null);
        if (text) {
            offer.close = this.client.notification.add(text, {
                type: "info",
                autocloseDelay: UNDO_TIME,
                buttons: [{name: _t("Undo"), onClick: () => this.take(offer)}],
                onClose: over,
            });
        } else {
            const timer = browser.setTimeout(over, UNDO_TIME);
            offer.close = () => browser.clearTimeout(timer);
        }
    }

    /** There is nothing to take back: it was refused, or changed nothing. */
    withdraw(offer) {
        if (this.last === offer) {
            this.end();
        }
    }

    /** @param {Offer|null} [offer] */
    async take(offer = this.last) {
        if (!offer || offer.isTaken) {
            return;
        }
        offer.isTaken = true;
        if (this.last === offer) {
            this.last = null;
        }
        offer.close();
        await offer.back();
    }
}
