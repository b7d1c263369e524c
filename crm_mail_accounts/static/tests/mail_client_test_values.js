import {emptyComposition} from "@crm_mail_accounts/messages_service/compose_windows";

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
        shared: false,
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
        unreadable: 0,
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
        assigned: false,
        draft_by: false,
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
        paper: false,
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
        shown: values.content || "whole",
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
        title: "Sample order",
        opportunities: [],
        links: [],
        may_create_task: false,
        tasks: [],
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
        ...emptyComposition(),
        sender_key: "account:1",
        senders: [makeSender()],
        body_html:
            '<div><br></div><div class="o_crm_mail_signature" data-sender="account:1"><div>Laura</div></div>',
        started_at: "2026-03-10 09:00:00",
        ...values,
    };
}

/** A colleague */
export function makePerson(id, values = {}) {
    return {
        id,
        name: `Person ${id}`,
        avatar_url: "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        ...values,
    };
}

/** Somebody else who is at a mail of a mailbox of several people */
export function makePresence(personId, values = {}) {
    return {
        person: makePerson(personId),
        account_id: 1,
        message_id: 3,
        thread_id: false,
        kind: "reading",
        ...values,
    };
}

/** Where filters run, as `rules_engine` sends it. */
export function makeRulesPlace(values = {}) {
    return {
        engine: "here",
        moving: false,
        possible: true,
        place: "Filters run in Odoo.",
        problem: "",
        only_here: [],
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
        next_try: false,
        is_unfiled: false,
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
