import {after, beforeEach} from "@odoo/hoot";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {mountWithCleanup, patchWithCleanup} from "@web/../tests/web_test_helpers";
import {assets} from "@web/core/assets";
import {registry} from "@web/core/registry";

import {MailClient} from "@crm_mail_accounts/mail_client/mail_client";

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
