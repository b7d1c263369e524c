import {makeServerError, onRpc} from "@web/../tests/web_test_helpers";

import {usualLayout} from "@crm_mail_accounts/messages_service/layout_state";

import {
    makeAccount,
    makeComposition,
    makeContext,
    makeFilter,
    makeFolder,
    makeLink,
    makeMessage,
    makeRow,
    makeRulesPlace,
    makeTalk,
} from "./mail_client_test_values";
import {mailChanges} from "./mock_mail_changes";

export function refusal(message) {
    return makeServerError({type: "UserError", message});
}

/**
 * Answers in the place of `crm.mail.client`, from values that a test may change while
 * it runs. A value that is a function is called with the arguments of the call; it
 * may throw. What is done to mails changes `rows` and the unread counts of `folders`
 * as the server does; `refuse` names what it would not do.
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
        suggestions: [],
        /** What colleagues say about a mail */
        talk: () => makeTalk(),
        colleagues: [],
        found: [],
        /** The mails of a conversation, oldest first */
        thread: [],
        /** What colleagues have begun to write there */
        threadDrafts: [],
        newest: false,
        headers: {fields: [["Subject", "Hello"]]},
        card: {email: "", partner: false},
        saved: 1,
        proposals: {name: "New", email: "new@person.test", people: [], companies: []},
        contact: () => makeContext(),
        opportunity: () => ({id: 5, name: "Deal", context: makeContext()}),
        task: () => ({id: 6, name: "To do", context: makeContext()}),
        specials: {flagged: 0, imported: 0, shared: 0},
        layout: usualLayout(),
        /** What the list is asked for, call by call */
        views: [],
        /** What the mail server itself finds */
        searched: () => ({rows: [], failed: [], more: false}),
        link: (messageId, model, resId) =>
            makeLink({message_id: messageId, model, res_id: resId}),
        options: {
            models: [
                {model: "crm.lead", label: "Lead"},
                {model: "res.partner", label: "Contact"},
            ],
            content: "whole",
            mails: 1,
            visibility: "all",
        },
        audience: {names: ["Paolo Verdi"], more: 0, outside: []},
        threadLinks: [],
        /** What colleagues see of a conversation */
        visibility: {visibility: false, account: "all", links: 1},
        /** Who else is in mailboxes of several people */
        presence: [],
        /** Whom a conversation may be given to */
        assignees: [],
        /** Copies that are not seen yet, for each time that they are to be undone */
        late: [],
        answerCheck: {answering: [], answered: []},
        /** What a new folder becomes */
        folder: (accountId, parentId, name) =>
            makeFolder({
                id: 90,
                account_id: accountId,
                parent_id: parentId,
                name,
                path: name,
                role: "none",
            }),
        filters: [],
        filterTemplates: [],
        rulesPlace: makeRulesPlace(),
        rulesSwitch: makeRulesPlace(),
        trial: {count: 0, looked_at: 0, unknown: 0, rows: []},
        /** What each call of a run on a folder answers */
        runs: [],
        fromMessage: () => ({...makeFilter(false), id: undefined}),
        // Mails that are written
        composition: (_kind, _messageId, given) => makeComposition(given || {}),
        /** What a mail that lies here is opened with */
        opened: (id) => makeComposition({id, version: 7}),
        /** What somebody else has saved meanwhile */
        conflict: false,
        takenBy: false,
        undoUntil: false,
        people: [],
        parsed: (text) => ({addresses: [{name: "", email: text}], wrong: []}),
        templates: [],
        /** Files of the records that a mail has to do with, and those found by name */
        recordFiles: {groups: [], more: false},
        foundFiles: {groups: [], more: false},
        template: {subject: "", body_html: "", to: [], attachments: []},
        /** Mails that leave, by kind */
        outgoing: {scheduled: [], outgoing: [], drafts: [], undelivered: []},
        /** @type {{[method: string]: string}} what is refused, and how */
        refuse: {},
        /** What this tab said that it shows: [the open mail, those that are answered] */
        presences: [],
        answerChecks: [],
        /** @type {{[method: string]: Promise<void>}} answers that take their time */
        hold: {},
        /** Names of the calls, for tests that count them */
        calls: [],
        /** @type {[string, ...any][]} the calls that change something, in full */
        changes: [],
        /** Mails that were moved away, by folder */
        moved: [],
        ...values,
    };
    const value = (name, args) =>
        typeof server[name] === "function" ? server[name](...args) : server[name];
    const page = (folderId, before, limit, threads) => {
        server.views.push([folderId, before, limit, threads]);
        const rows = value("rows", [folderId, before, limit, threads]);
        const start = before
            ? rows.findIndex((row) => row.id === before.at(-1)) + 1
            : 0;
        const shown = rows.slice(start, start + limit);
        const last = shown.at(-1);
        const isLastPage = start + limit >= rows.length;
        return {
            rows: shown.map((row) => ({...row})),
            before: isLastPage ? false : [last.date, last.uid, last.id],
            total: rows.length,
            indexed: rows.length,
        };
    };
    const state = () => ({
        accounts: value("accounts", []),
        folders: value("folders", []),
        unread: server.unread,
        scheduled: server.outgoing.scheduled.length,
        outgoing: server.outgoing.outgoing.length,
        drafts: (server.outgoing.drafts || []).length,
        undelivered: (server.outgoing.undelivered || []).length,
        specials: server.specials,
        layout: {...server.layout},
    });
    const changes = mailChanges(server, value, state);
    const answers = {
        bootstrap: state,
        progress: state,
        list_messages: page,
        search_server: (...args) => value("searched", args),
        select_all: () => ({
            mails: server.rows.map((row) => [
                row.id,
                row.account_id,
                row.folder_id,
                row.seen,
                row.flagged,
            ]),
            more: false,
        }),
        save_layout: (layout) => {
            Object.assign(server.layout, layout);
            return server.layout;
        },
        open_message: (...args) => value("message", args),
        message_context: (...args) => value("context", args),
        search_records: (...args) => value("found", args),
        link_message: (...args) => value("link", args),
        link_options: (...args) => value("options", args),
        visibility: (...args) => value("visibility", args),
        link_audience: (...args) => value("audience", args),
        unlink_message: () => true,
        sync_now: () => true,
        retry_folder: () => true,
        open_thread: (...args) => ({
            rows: value("thread", args),
            drafts: server.threadDrafts,
        }),
        newest_unread: (...args) => value("newest", args),
        message_headers: (...args) => value("headers", args),
        address_card: (...args) => value("card", args),
        trust_sender: () => true,
        save_attachments: (...args) => value("saved", args),
        contact_proposals: (...args) => value("proposals", args),
        create_contact: (...args) => value("contact", args),
        create_opportunity: (...args) => value("opportunity", args),
        create_task: (...args) => value("task", args),
        filters_list: () => ({
            filters: server.filters,
            templates: server.filterTemplates,
        }),
        rules_engine: () => server.rulesPlace,
        rules_engine_switch: (...args) => value("rulesSwitch", args),
        filter_try: (...args) => value("trial", args),
        filter_from_message: (...args) => value("fromMessage", args),
        vacation_form: (accountId) => ({
            type: "ir.actions.act_window",
            res_model: "crm.mail.vacation",
            context: {default_account_id: accountId},
        }),
        compose_start: (...args) => value("composition", args),
        compose_open: (...args) => value("opened", args),
        compose_complete: (...args) => value("people", args),
        compose_parse_addresses: (...args) => value("parsed", args),
        compose_templates: () => value("templates", []),
        compose_record_files: (...args) => value("recordFiles", args),
        compose_find_files: (...args) => value("foundFiles", args),
        compose_apply_template: (...args) => {
            server.changes.push(["compose_apply_template", ...args]);
            return value("template", args);
        },
        outgoing_list: (kind) => ({rows: server.outgoing[kind], before: false}),
    };
    onRpc("crm.mail.client", "presence", ({args}) => {
        server.presences.push(args.slice(1));
        return value("presence", args);
    });
    onRpc("crm.mail.client", "assign_candidates", ({args}) => value("assignees", args));
    onRpc("crm.mail.client", "answer_check", ({args}) => {
        server.answerChecks.push(args);
        return value("answerCheck", args);
    });
    onRpc("crm.mail.client", "conversation", ({args}) => value("talk", args));
    onRpc("crm.mail.client", "share_candidates", ({args}) => value("colleagues", args));
    // Beside what a test counts: asked for with every mail, and mostly for nothing.
    onRpc("crm.mail.client", "link_suggestions", ({args}) =>
        value("suggestions", args)
    );
    onRpc("crm.mail.client", "dismiss_suggestion", ({args}) => {
        server.changes.push(["dismiss_suggestion", ...args]);
        return true;
    });
    for (const [method, answer] of Object.entries(answers)) {
        onRpc("crm.mail.client", method, ({args}) => {
            server.calls.push(method);
            // As over the wire: nothing is shared with the browser.
            return JSON.parse(JSON.stringify(answer(...args)));
        });
    }
    for (const [method, change] of Object.entries(changes)) {
        onRpc("crm.mail.client", method, async ({args}) => {
            server.calls.push(method);
            server.changes.push([method, ...args]);
            await server.hold[method];
            if (server.refuse[method]) {
                throw refusal(server.refuse[method]);
            }
            return JSON.parse(JSON.stringify(change(...args)));
        });
    }
    return server;
}
