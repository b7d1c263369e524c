import {describe, expect, test} from "@odoo/hoot";
import {press, queryAllTexts} from "@odoo/hoot-dom";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {contains, getService, patchWithCleanup} from "@web/../tests/web_test_helpers";
import {user} from "@web/core/user";

import {
    PRESENCE_DELAY,
    PRESENCE_PERIOD,
} from "@crm_mail_accounts/messages_service/team_actions";

import {
    defineMailClientModels,
    makeAccount,
    makeComposition,
    makeFolder,
    makeMessage,
    makePerson,
    makePresence,
    makeRow,
    mockMailServer,
    mountMailClient,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const SHARED = [makeAccount({shared: true})];
const MARCO = makePerson(8, {name: "Marco Neri"});

async function openScreen(values = {}, place = {folderId: 1}) {
    const server = mockMailServer({accounts: SHARED, ...values});
    await mountMailClient({place});
    await animationFrame();
    await animationFrame();
    await advanceTime(PRESENCE_DELAY);
    await animationFrame();
    return server;
}

function hear(kind, payload) {
    const client = getService("crm_mail_client");
    return kind === "presence"
        ? client.team.onPresence(payload)
        : client.team.onAssigned(payload);
}

test("whose mailboxes are read by nobody else says nothing", async () => {
    const server = await openScreen(
        {accounts: [makeAccount()]},
        {folderId: 1, messageId: 3}
    );
    await advanceTime(3 * PRESENCE_PERIOD);
    expect(server.presences).toEqual([]);
    expect(".o_crm_mail_team_bar").toHaveCount(0);
});

test("the tab says what it shows, again in time, and when it shows nothing", async () => {
    const server = await openScreen({}, {folderId: 1, messageId: 3});
    expect(server.presences).toEqual([[3, []]]);
    await advanceTime(PRESENCE_PERIOD);
    expect(server.presences).toEqual([
        [3, []],
        [3, []],
    ]);
    server.presences = [];
    await contains(".o_crm_mail_row[data-message-id='2']").click();
    await advanceTime(PRESENCE_DELAY);
    expect(server.presences).toEqual([[2, []]]);
    getService("crm_mail_client").leave();
    await advanceTime(PRESENCE_DELAY);
    expect(server.presences).toEqual([
        [2, []],
        [false, []],
    ]);
    await advanceTime(3 * PRESENCE_PERIOD);
    expect(server.presences).toHaveLength(2);
});

test("who writes an answer is answering until the window is shut", async () => {
    const server = await openScreen({
        composition: () =>
            makeComposition({parent: {message_id: 3, kind: "reply", account_id: 1}}),
    });
    const {compose} = getService("crm_mail_client");
    await compose.start("reply", 3);
    await advanceTime(PRESENCE_DELAY);
    expect(server.presences.at(-1)).toEqual([false, [3]]);
    compose.drop(getService("crm_mail_client").store.compose.windows[0].key);
    await advanceTime(PRESENCE_DELAY);
    expect(server.presences.at(-1)).toEqual([false, []]);
});

test("others are seen on the row and beside the mail, and go", async () => {
    await openScreen(
        {
            presence: [
                makePresence(8, {person: MARCO, kind: "answering"}),
                makePresence(9, {message_id: 2}),
            ],
        },
        {folderId: 1, messageId: 3}
    );
    expect(".o_crm_mail_row[data-message-id='3'] .o_crm_mail_answering").toHaveText(
        /Marco/
    );
    expect(".o_crm_mail_row[data-message-id='2'] .o_crm_mail_here").toHaveAttribute(
        "title",
        "Person 9 is reading"
    );
    expect(queryAllTexts(".o_crm_mail_team_bar .o_crm_mail_here")).toEqual([
        "Marco Neri is answering",
    ]);
    hear("presence", {account_id: 1, people: []});
    await animationFrame();
    expect(".o_crm_mail_here").toHaveCount(0);
});

test("somebody is shown at every mail of the conversation, and oneself never", async () => {
    patchWithCleanup(user, {userId: 4});
    await openScreen({rows: [makeRow(3, {thread_id: 5}), makeRow(2, {thread_id: 5})]});
    hear("presence", {
        account_id: 1,
        people: [
            makePresence(8, {person: MARCO, message_id: 1, thread_id: 5}),
            makePresence(4, {message_id: 3}),
        ],
    });
    await animationFrame();
    expect(".o_crm_mail_row .o_crm_mail_here").toHaveCount(2);
});

test("a conversation is assigned by key, and the row shows whose it is", async () => {
    const server = await openScreen(
        {
            rows: [makeRow(3, {thread_id: 5})],
            message: (id) => makeMessage(id, {thread_id: 5}),
            assignees: [makePerson(4), MARCO],
        },
        {folderId: 1, messageId: 3}
    );
    await press(["shift", "A"]);
    await animationFrame();
    expect(".o_crm_mail_assign_to:first").toBeFocused();
    await press("ArrowDown");
    await press("Enter");
    await animationFrame();
    expect(server.changes.at(-1)).toEqual(["assign", [3], 8]);
    expect(".o_crm_mail_row .o_crm_mail_row_assigned").toHaveAttribute(
        "title",
        "Assigned to Marco Neri"
    );
    expect(".o_crm_mail_assign").toHaveText("Assigned to Marco Neri");
    await contains(".o_crm_mail_assign").click();
    await contains(".o_crm_mail_assign_nobody").click();
    expect(server.changes.at(-1)).toEqual(["assign", [3], false]);
    expect(".o_crm_mail_row_assigned").toHaveCount(0);
});

test("an assignment that is refused is taken back and said", async () => {
    await openScreen(
        {
            rows: [makeRow(3, {thread_id: 5})],
            message: (id) => makeMessage(id, {thread_id: 5}),
            assignees: [MARCO],
            refuse: {assign: "Marco may not act here."},
        },
        {folderId: 1, messageId: 3}
    );
    await contains(".o_crm_mail_assign").click();
    await contains(".o_crm_mail_assign_to").click();
    await animationFrame();
    expect(".o_crm_mail_row_assigned").toHaveCount(0);
    expect(".o_notification").toHaveText("Marco may not act here.");
});

test("who is given a conversation is told, the others see it", async () => {
    patchWithCleanup(user, {userId: 4});
    await openScreen({rows: [makeRow(3, {thread_id: 5})]});
    const told = {
        account_id: 1,
        thread_ids: [5],
        by: "Laura",
        message_id: 3,
        subject: "Offer",
    };
    hear("assigned", {...told, assigned: MARCO});
    await animationFrame();
    expect(".o_crm_mail_row_assigned").toHaveCount(1);
    expect(".o_notification").toHaveCount(0);
    hear("assigned", {...told, assigned: makePerson(4)});
    await animationFrame();
    expect(".o_notification").toHaveText(/Laura has assigned “Offer” to you/);
});

test("the list is narrowed down to what is one's own to do", async () => {
    const server = await openScreen();
    await contains(".o_crm_mail_search_filters").click();
    await contains(".o_crm_mail_filter_assigned_me").click();
    await animationFrame();
    expect(server.views.at(-1)[0].search.assigned).toBe("me");
    expect(".o_crm_mail_facet").toHaveText("Assigned to me");
});

async function answer(values) {
    const server = await openScreen({
        composition: () =>
            makeComposition({
                to: [{name: "", email: "a@b.test"}],
                parent: {message_id: 3, kind: "reply", account_id: 1},
            }),
        ...values,
    });
    const client = getService("crm_mail_client");
    await client.compose.start("reply", 3);
    client.compose.sending.send(client.store.compose.windows[0].key);
    await animationFrame();
    await animationFrame();
    return server;
}

const sent = (server) => server.calls.filter((name) => name === "compose_send").length;

test("a second answer is asked about, and sent all the same", async () => {
    const server = await answer({
        answerCheck: {answering: [MARCO], answered: []},
    });
    expect(server.answerChecks).toEqual([[3, "2026-03-10 09:00:00", 500]]);
    expect(".modal-body").toHaveText(/Marco Neri is answering this conversation/);
    expect(sent(server)).toBe(0);
    await contains(".modal-footer .btn-primary").click();
    await animationFrame();
    expect(sent(server)).toBe(1);
});

test("who looks first keeps the answer, and sees the other one", async () => {
    const server = await answer({
        answerCheck: {
            answering: [],
            answered: [
                {name: "Marco Neri", date: "2026-03-10 10:00:00", message_id: 2},
            ],
        },
    });
    expect(".modal-body").toHaveText(/Marco Neri has answered/);
    await contains(".modal-footer .btn-secondary").click();
    await animationFrame();
    const {store} = getService("crm_mail_client");
    expect(sent(server)).toBe(0);
    expect(store.openId).toBe(2);
    expect(store.compose.shown.map(({mode}) => mode)).toEqual(["minimised"]);
});

test("an answer that nobody else gives is not asked about", async () => {
    const server = await answer({});
    expect(".modal").toHaveCount(0);
    expect(sent(server)).toBe(1);
});

const DRAFT = {
    id: 600,
    person: MARCO,
    may_take: true,
    date: "2026-03-10 10:00:00",
    subject: "Re: Subject 3",
    preview: "Good morning",
};

test("a colleague's draft stands in the conversation and can be taken over", async () => {
    const server = await openScreen(
        {
            rows: [makeRow(3, {thread_id: 5})],
            message: (id) => makeMessage(id, {thread_id: 5}),
            thread: [makeRow(3, {thread_id: 5})],
            threadDrafts: [DRAFT],
        },
        {folderId: 1}
    );
    await contains(".o_crm_mail_row[data-message-id='3']").click();
    await animationFrame();
    expect(".o_crm_mail_draft_note").toHaveText(/Draft by Marco Neri.*Good morning/s);
    server.threadDrafts = [];
    await contains(".o_crm_mail_take_over").click();
    await animationFrame();
    expect(server.changes.at(-1)).toEqual(["compose_take_over", 600]);
    expect(getService("crm_mail_client").store.compose.windows[0].id).toBe(600);
    expect(".o_crm_mail_draft_note").toHaveCount(0);
});

test("in Drafts a colleague's draft is read, not written", async () => {
    const {id, person, may_take} = DRAFT;
    const drafts = makeRow(3, {draft: true, draft_by: {id, person, may_take}});
    const server = await openScreen({
        folders: [makeFolder({role: "drafts", name: "Drafts"})],
        rows: [drafts],
        message: () => makeMessage(3, drafts),
    });
    expect(".o_crm_mail_draft").toHaveText("Draft by Marco Neri");
    await contains(".o_crm_mail_row").click();
    await animationFrame();
    expect(server.calls).not.toInclude("compose_start");
    expect(".o_crm_mail_message_view .o_crm_mail_take_over").toHaveCount(1);
});

test("whose draft was taken over keeps what they wrote as another one", async () => {
    const server = await openScreen();
    const {compose, store} = getService("crm_mail_client");
    await compose.open(600);
    const {key, token} = store.compose.windows[0];
    compose.onTakenOver({id: 600, by: "Marco Neri", subject: "Offer"});
    compose.change(key, {subject: "Mine"});
    await compose.saver.save(key);
    expect(server.calls).not.toInclude("compose_save");
    await compose.keepMine(key);
    const [name, id, version, values] = server.changes.at(-1);
    expect([name, id, version]).toEqual(["compose_save", false, 0]);
    expect(values.subject).toBe("Mine");
    expect(values.token).not.toBe(token);
});
