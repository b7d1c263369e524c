import {after, beforeEach} from "@odoo/hoot";
import {queryAllAttributes, queryAllTexts} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {
    contains,
    mountWithCleanup,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {assets} from "@web/core/assets";
import {registry} from "@web/core/registry";

import {MailClient} from "@crm_mail_accounts/mail_client/mail_client";

import {makeMessage} from "./mail_client_test_values";
import {mockMailServer} from "./mock_mail_server";

export * from "./mail_client_test_values";
export * from "./mock_mail_server";

/**
 * What every test file of the mail client starts with.
 *
 * Hoot reaches into each frame of the page to listen there, and fails where it may
 * not. That it may not is just what the frame of a mail is for, so here such frames
 * seem to have no window.
 */
export function defineMailClientModels() {
    defineMailModels();
    beforeEach(() => {
        const {loadBundle} = assets;
        patchWithCleanup(assets, {
            // Our bundle is part of the tests' own bundle.
            loadBundle: (name, ...args) =>
                name.startsWith("crm_mail_accounts.")
                    ? Promise.resolve()
                    : loadBundle(name, ...args),
        });
        const {prototype} = HTMLIFrameElement;
        const real = Object.getOwnPropertyDescriptor(prototype, "contentWindow");
        Object.defineProperty(prototype, "contentWindow", {
            ...real,
            get() {
                return this.hasAttribute("sandbox") ? null : real.get.call(this);
            },
        });
        after(() => Object.defineProperty(prototype, "contentWindow", real));
    });
}

/** The whole screen, at the place that the address names. */
export function mountMailClient(props = {}) {
    return mountWithCleanup(MailClient, {props});
}

/**
 * The first mail of the list, opened by a click.
 *
 * @param {object} [mail] values of it
 * @param {object} [values] of the server
 */
export async function openFirst(mail = {}, values = {}) {
    const server = mockMailServer({message: (id) => makeMessage(id, mail), ...values});
    await mountMailClient();
    await contains(".o_crm_mail_row:first").click();
    await animationFrame();
    return server;
}

/** @returns {number[]} the mails whose rows are drawn */
export function shownIds() {
    return queryAllAttributes(".o_crm_mail_row", "data-message-id").map(Number);
}

/** @returns {string[]} what notifications say */
export function told() {
    return queryAllTexts(".o_notification_content");
}

/**
 * Where a frame shows its mail from. Hoot keeps the addresses of frames apart, so that
 * nothing is fetched.
 *
 * @param {HTMLIFrameElement} frame
 */
export function frameAddress(frame) {
    return frame.dataset.src;
}

/**
 * Stands in for the action service: what is opened is noted and not done.
 *
 * @returns {{action: object, options: object}[]}
 */
export function noteActions() {
    const noted = [];
    const real = registry.category("services").get("action");
    const fake = {
        ...real,
        start: (env, services) => ({
            ...real.start(env, services),
            doAction: (action, options = {}) => {
                noted.push({action, options});
                return Promise.resolve();
            },
        }),
    };
    registry.category("services").add("action", fake, {force: true});
    after(() => registry.category("services").add("action", real, {force: true}));
    return noted;
}
