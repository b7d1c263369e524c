import {after, beforeEach} from "@odoo/hoot";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {makeServerError, mountWithCleanup, onRpc} from "@web/../tests/web_test_helpers";
import {registry} from "@web/core/registry";

import {MailClient} from "@crm_mail_accounts/mail_client/mail_client";

/** A mailbox of the tests: values as `crm.mail.client` sends them. */

export function makeAccount(values = {}) {
    return {
        id: 1,
        name: "laura@demo.test",
        email: "laura@demo.test",
        state: "ready",
        health: {state: "ok", message: "", at: false},
        progress: {indexed: 3, total: 3, running: false},
        ...values,
    };
}

export function makeFolder(values = {}) {
    return {
        id: 1,
        account_id: 1,
        parent_id: false,
        name: "INBOX",
        path: "INBOX",
        role: "inbox",
        selectable: true,
        monitored: true,
        unread: 0,
        total: 3,
        indexed: 3,
        ...values,
    };
}

/**
 * Mails are numbered in the order in which they came, one an hour.
 *
 * @param {number} id
 * @param {object} [values]
 */
export function makeRow(id, values = {}) {
    const day = String(1 + Math.floor(id / 24)).padStart(2, "0");
    const hour = String(id % 24).padStart(2, "0");
    return {
        id,
        folder_id: 1,
        account_id: 1,
        subject: `Subject ${id}`,
        from: {name: "Giulia Ferrari", email: "giulia@ferrari.test"},
        to: [{name: "Laura Bianchi", email: "laura@demo.test"}],
        date: `2026-03-${day} ${hour}:00:00`,
        seen: true,
        flagged: false,
        answered: false,
        forwarded: false,
        draft: false,
        has_attachments: false,
        preview: `Preview ${id}`,
        size: 1000,
        unreadable: false,
        links: [],
        ...values,
    };
}

export function makeMessage(id, values = {}) {
    return {
        ...makeRow(id),
        cc: [],
        reply_to: [],
        // Nothing is fetched in a test.
        body_url: `about:blank?message=${id}`,
        remote: 0,
        attachments: [],
        ...values,
    };
}

export function makeLink(values = {}) {
    return {
        id: 70,
        model: "crm.lead",
        res_id: 5,
        name: "Office refit",
        model_label: "Lead",
        ...values,
    };
}

export function makeOpportunity(values = {}) {
    return {
        id: 5,
        name: "Office refit",
        stage: "Proposition",
        expected_revenue: "$ 24,000.00",
        salesperson: "Laura Bianchi",
        link_id: false,
        ...values,
    };
}

export function makeContext(values = {}) {
    return {
        partner: {
            id: 3,
            name: "Giulia Ferrari",
            company_name: "Ceramiche Ferrari",
            function: "Buyer",
            email: "giulia@ferrari.test",
            phone: "+39 059 555 01",
            avatar_url: "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        },
        sender: {name: "Giulia Ferrari", email: "giulia@ferrari.test"},
        opportunities: [],
        links: [],
        ...values,
    };
}

/** An error as a `UserError` of the server arrives. */
export function refusal(message) {
    return makeServerError({type: "UserError", message});
}

/**
 * Answers in the place of `crm.mail.client`, from values that a test may change while
 * it runs. A value that is a function is called with the arguments of the call; it
 * may throw.
 *
 * @param {object} [values]
 */
export function mockMailServer(values = {}) {
    const server = {
        accounts: [makeAccount()],
        folders: [makeFolder()],
        unread: 0,
        rows: [makeRow(3), makeRow(2), makeRow(1)],
        message: (id) => makeMessage(id),
        context: () => makeContext(),
        found: [],
        link: (messageId, model, resId) => makeLink({model, res_id: resId}),
        /** Names of the calls, for tests that count them */
        calls: [],
        ...values,
    };
    const value = (name, args) =>
        typeof server[name] === "function" ? server[name](...args) : server[name];
    const page = (folderId, before, limit) => {
        const rows = value("rows", [folderId, before, limit]);
        const start = before ? rows.findIndex((row) => row.id === before[1]) + 1 : 0;
        const shown = rows.slice(start, start + limit);
        const last = shown.at(-1);
        const isLastPage = start + limit >= rows.length;
        return {
            rows: shown.map((row) => ({...row})),
            before: isLastPage ? false : [last.date, last.id],
            total: rows.length,
            indexed: rows.length,
        };
    };
    const state = () => ({
        accounts: value("accounts", []),
        folders: value("folders", []),
        unread: server.unread,
    });
    const answers = {
        bootstrap: state,
        progress: state,
        list_messages: page,
        open_message: (...args) => value("message", args),
        message_context: (...args) => value("context", args),
        search_records: (...args) => value("found", args),
        link_message: (...args) => value("link", args),
        unlink_message: () => true,
        sync_now: () => true,
    };
    for (const [method, answer] of Object.entries(answers)) {
        onRpc("crm.mail.client", method, ({args}) => {
            server.calls.push(method);
            // As over the wire: nothing is shared with the browser.
            return JSON.parse(JSON.stringify(answer(...args)));
        });
    }
    return server;
}

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
