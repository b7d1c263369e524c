import {after, beforeEach} from "@odoo/hoot";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {
    makeServerError,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {assets} from "@web/core/assets";
import {registry} from "@web/core/registry";

import {MailClient} from "@crm_mail_accounts/mail_client/mail_client";

/** A mailbox of the tests: values as `crm.mail.client` sends them. */

export function makeAccount(values = {}) {
    return {
        id: 1,
        name: "laura@demo.test",
        email: "laura@demo.test",
        state: "ready",
        kind: "imap",
        owner: false,
        repair: "",
        may_act: true,
        away: false,
        quota: false,
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
        local: false,
        selectable: true,
        monitored: true,
        subscribed: true,
        unread: 0,
        quiet: 0,
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
        uid: id,
        folder_id: 1,
        account_id: 1,
        thread_id: false,
        thread: false,
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
        shared: false,
        comments: 0,
        undelivered: false,
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
        delivery: [],
        ...values,
    };
}

export function makeLink(values = {}) {
    return {
        id: 70,
        message_id: 3,
        model: "crm.lead",
        res_id: 5,
        name: "Office refit",
        model_label: "Lead",
        reason: "Linked by Laura Bianchi",
        content: "whole",
        waiting: false,
        error: "",
        ...values,
    };
}

export function makeReader(values = {}) {
    return {
        user_id: 2,
        name: "Laura Bianchi",
        kind: "owner",
        share_id: false,
        opened_at: false,
        may_withdraw: false,
        ...values,
    };
}

export function makeComment(id, values = {}) {
    return {
        id,
        author: {
            id: 2,
            name: "Laura Bianchi",
            avatar_url: "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        },
        body: `Comment ${id}`,
        named: [],
        date: "2026-03-10 10:00:00",
        mine: false,
        ...values,
    };
}

export function makeTalk(values = {}) {
    return {comments: [], readers: [makeReader()], may_share: true, ...values};
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

export function makeSender(values = {}) {
    return {
        key: "account:1",
        kind: "own",
        account_id: 1,
        name: "Laura Bianchi",
        email: "laura@demo.test",
        main: true,
        signature_html: "<div>Laura</div>",
        max_size: 0,
        ...values,
    };
}

/** A mail that is begun, as `compose_start` sends it. */
export function makeComposition(values = {}) {
    return {
        id: false,
        version: 0,
        state: "draft",
        sender_key: "account:1",
        senders: [makeSender()],
        to: [],
        cc: [],
        bcc: [],
        subject: "",
        body_html:
            '<div><br></div><div class="o_crm_mail_signature" data-sender="account:1"><div>Laura</div></div>',
        plain: false,
        importance: "normal",
        read_receipt: false,
        attachments: [],
        parent: false,
        record: false,
        send_at: false,
        error: "",
        ...values,
    };
}

/** A filter, as `filters_list` sends it. */
export function makeFilter(id, values = {}) {
    return {
        id,
        account_id: 1,
        name: `Filter ${id}`,
        active: true,
        match: "all",
        stop: false,
        matched: 0,
        problem: "",
        conditions: [
            {
                field: "from",
                header: "",
                negated: false,
                operator: "contains",
                value: "giulia",
            },
        ],
        actions: [
            {kind: "flag", folder_id: false, folder_path: "", keyword: "", address: ""},
        ],
        ...values,
    };
}

export function makeComposeAttachment(values = {}) {
    return {
        id: 31,
        filename: "offer.pdf",
        content_type: "application/pdf",
        size: 2048,
        url: "/crm_mail_accounts/compose/500/attachment/31",
        cid: "",
        ...values,
    };
}

export function makeOutgoing(id, values = {}) {
    return {
        id,
        state: "scheduled",
        subject: `Outgoing ${id}`,
        to: [{name: "Giulia Ferrari", email: "giulia@ferrari.test"}],
        send_at: "2026-03-20 07:00:00",
        error: "",
        preview: "",
        sender: {name: "Laura Bianchi", email: "laura@demo.test"},
        has_attachments: false,
        date: "2026-03-10 10:00:00",
        may_cancel: true,
        may_decide: false,
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
        headers: {fields: [["Subject", "Hello"]]},
        card: {email: "", partner: false},
        saved: 1,
        proposals: {name: "New", email: "new@person.test", people: [], companies: []},
        contact: () => makeContext(),
        opportunity: () => ({id: 5, name: "Deal", context: makeContext()}),
        specials: {flagged: 0, imported: 0, shared: 0},
        layout: {
            preview: true,
            threads: true,
            merge: true,
            density: "comfortable",
            pane: "right",
            notify: false,
            sound: false,
            notify_folders: {},
        },
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
        },
        audience: {names: ["Paolo Verdi"], more: 0, outside: []},
        threadLinks: [],
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
        undoUntil: false,
        people: [],
        parsed: (text) => ({addresses: [{name: "", email: text}], wrong: []}),
        templates: [],
        template: {subject: "", body_html: ""},
        /** Mails that leave, by kind */
        outgoing: {scheduled: [], outgoing: [], undelivered: []},
        /** @type {{[method: string]: string}} what is refused, and how */
        refuse: {},
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
        undelivered: (server.outgoing.undelivered || []).length,
        specials: server.specials,
        layout: {...server.layout},
    });
    const takeOut = (outgoingId) => {
        for (const [kind, rows] of Object.entries(server.outgoing)) {
            server.outgoing[kind] = rows.filter(({id}) => id !== outgoingId);
        }
        return true;
    };
    const countUnread = (folderId, step) => {
        const folder = server.folders.find((candidate) => candidate.id === folderId);
        if (folder) {
            folder.unread = Math.max(0, folder.unread + step);
        }
    };
    const roleId = (role) =>
        (server.folders.find((folder) => folder.role === role) || {}).id;
    const mark = (messageIds, add = [], remove = []) => {
        for (const row of value("rows", [])) {
            if (!messageIds.includes(row.id)) {
                continue;
            }
            const {seen} = row;
            add.forEach((name) => (row[name] = true));
            remove.forEach((name) => (row[name] = false));
            countUnread(row.folder_id, Number(seen) - Number(row.seen));
        }
        return state();
    };
    const place = (row, folderId) => {
        if (!row.seen) {
            countUnread(row.folder_id, -1);
            countUnread(folderId, 1);
        }
        row.folder_id = folderId;
    };
    const move = (messageIds, folderId) => {
        const moved = [];
        const stays = [];
        for (const row of value("rows", [])) {
            if (messageIds.includes(row.id) && row.folder_id !== folderId) {
                moved.push([row.id, row.folder_id]);
                place(row, folderId);
                server.moved.push(row);
            } else {
                stays.push(row);
            }
        }
        server.rows = stays;
        return {moved, expunged: 0, progress: state()};
    };
    const remove = (messageIds) => {
        const {moved} = move(messageIds, false);
        return {moved: [], expunged: moved.length, progress: state()};
    };
    const undo = (moved) => {
        const folderOf = new Map(moved);
        for (const row of server.moved) {
            if (folderOf.has(row.id)) {
                place(row, folderOf.get(row.id));
                server.rows = [...server.rows, row];
            }
        }
        server.rows.sort((row, other) => other.id - row.id);
        return state();
    };
    const changes = {
        mark,
        move,
        archive: (ids) => move(ids, roleId("archive") || 80),
        junk: (ids) => move(ids, roleId("junk")),
        not_junk: (ids) => move(ids, roleId("inbox")),
        delete: (ids) =>
            server.rows.some(
                (row) => ids.includes(row.id) && row.folder_id === roleId("trash")
            )
                ? remove(ids)
                : move(ids, roleId("trash")),
        undo_move: undo,
        mark_folder_read: (folderId) => {
            const inFolder = server.rows.filter((row) => row.folder_id === folderId);
            return mark(
                inFolder.map((row) => row.id),
                ["seen"]
            );
        },
        empty_folder: () => remove(server.rows.map((row) => row.id)).progress,
        create_folder: (...args) => {
            const folder = value("folder", args);
            server.folders = [...server.folders, folder];
            return folder;
        },
        rename_folder: (folderId, name) => {
            server.folders = server.folders.map((folder) =>
                folder.id === folderId ? {...folder, name, path: name} : folder
            );
            return true;
        },
        delete_folder: (folderId) => {
            server.folders = server.folders.filter(({id}) => id !== folderId);
            return true;
        },
        subscribe_folder: () => true,
        comment: (...args) => value("said", args),
        delete_comment: (...args) => value("said", args),
        withdraw_share: (...args) => value("withdrawn", args),
        filter_save: (_accountId, filter) => {
            const known = server.filters.find(({id}) => id === filter.id);
            const saved = {...makeFilter(filter.id || 40), ...known, ...filter};
            server.filters = known
                ? server.filters.map((each) => (each === known ? saved : each))
                : [...server.filters, saved];
            return saved;
        },
        filter_delete: (filterId) => {
            server.filters = server.filters.filter(({id}) => id !== filterId);
            return true;
        },
        filter_reorder: (_accountId, ids) => {
            server.filters.sort(
                (one, two) => ids.indexOf(one.id) - ids.indexOf(two.id)
            );
            return true;
        },
        filter_run: () => server.runs.shift(),
        vacation_end: () => {
            server.accounts = server.accounts.map((account) => ({
                ...account,
                away: false,
            }));
            return state();
        },
        compose_save: (id, version) =>
            server.conflict
                ? {conflict: true, composition: server.conflict}
                : {
                      id: id || 500,
                      version: version + 1,
                      saved_at: "2026-03-10 10:00:00",
                      conflict: false,
                  },
        compose_send: (id, _version, _values, sendAt) => ({
            id,
            state: sendAt ? "scheduled" : "queued",
            undo_until: server.undoUntil,
        }),
        compose_leave: () => true,
        compose_undo: (id) => value("opened", [id]),
        compose_discard: () => true,
        compose_detach: () => true,
        outgoing_cancel: (id) => takeOut(id) && value("opened", [id]),
        outgoing_send_now: takeOut,
        outgoing_retry: takeOut,
        outgoing_decide: takeOut,
        outgoing_dismiss: takeOut,
        link_thread: (...args) => value("threadLinks", args),
        outgoing_reschedule: () => true,
    };
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
        link_audience: (...args) => value("audience", args),
        unlink_message: () => true,
        sync_now: () => true,
        open_thread: (...args) => ({rows: value("thread", args)}),
        message_headers: (...args) => value("headers", args),
        address_card: (...args) => value("card", args),
        trust_sender: () => true,
        save_attachments: (...args) => value("saved", args),
        contact_proposals: (...args) => value("proposals", args),
        create_contact: (...args) => value("contact", args),
        create_opportunity: (...args) => value("opportunity", args),
        filters_list: () => ({
            filters: server.filters,
            templates: server.filterTemplates,
        }),
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
        compose_apply_template: (...args) => value("template", args),
        outgoing_list: (kind) => ({rows: server.outgoing[kind], before: false}),
    };
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
        onRpc("crm.mail.client", method, ({args}) => {
            server.calls.push(method);
            server.changes.push([method, ...args]);
            if (server.refuse[method]) {
                throw refusal(server.refuse[method]);
            }
            return JSON.parse(JSON.stringify(change(...args)));
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
