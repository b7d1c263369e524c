import {_t} from "@web/core/l10n/translation";
import {ConnectionLostError, RPCError} from "@web/core/network/rpc";

import {makeMailClientStore} from "./mail_client_store";

/**
 * The base of the service (`mail_client_service.js`): the one call to the server, and
 * what the reader hears when it fails.
 *
 * @typedef {import("./mail_client_store").MailClientStore} MailClientStore
 * @typedef {{failed: false, value: any}|{failed: true, sentence: string}} Answer
 */

const MODEL = "crm.mail.client";

/**
 * What the server says to a person is shown as it is; what it says to a programmer
 * (a programming error, a database error) is not.
 *
 * @param {RPCError} error
 * @returns {string}
 */
function readableMessage(error) {
    const isForPeople = (error.exceptionName || "").startsWith("odoo.exceptions.");
    const message = error.data && error.data.message;
    if (isForPeople && message) {
        return message;
    }
    return _t("Something went wrong on the server. Please try again.");
}

export class ServiceDoor {
    /** @param {object} services of the host */
    constructor(services) {
        const {action, bus_service: bus, menu, notification, orm} = services;
        this.action = action;
        this.bus = bus;
        this.dialog = services.dialog;
        this.menu = menu;
        this.notification = notification;
        this.orm = orm.silent;
        /** @type {MailClientStore} */
        this.store = makeMailClientStore();
    }

    /**
     * @param {string} method of `crm.mail.client`
     * @param {Array} args
     * @returns {Promise<Answer>}
     */
    async ask(method, args) {
        try {
            const value = await this.orm.call(MODEL, method, args);
            this.store.setOnline(true);
            return {failed: false, value};
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                this.store.setOnline(false);
                this.schedule();
                return {
                    failed: true,
                    sentence: _t("Odoo cannot be reached. We keep trying."),
                };
            }
            if (error instanceof RPCError) {
                return {failed: true, sentence: readableMessage(error)};
            }
            throw error;
        }
    }

    /**
     * Something did not work, in the server's words.
     *
     * @param {string} sentence
     * @param {object} [options]
     */
    tell(sentence, options = {}) {
        this.notification.add(sentence, {type: "danger", ...options});
    }
}
