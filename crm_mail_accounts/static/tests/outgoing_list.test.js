import {describe, expect, test} from "@odoo/hoot";
import {press, queryAllTexts, queryFirst} from "@odoo/hoot-dom";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {contains, getService} from "@web/../tests/web_test_helpers";

import {
    defineMailClientModels,
    makeComposition,
    makeOutgoing,
    mockMailServer,
    mountMailClient,
} from "./mail_client_test_helpers";

defineMailClientModels();
describe.current.tags("desktop");

async function open(kind, rows, values = {}) {
    const server = mockMailServer({
        outgoing: {scheduled: [], outgoing: [], [kind]: rows},
        ...values,
    });
    await mountMailClient();
    await contains(`.o_crm_mail_outgoing_line[data-kind=${kind}]`).click();
    await animationFrame();
    return server;
}

const act = (name) =>
    contains(`.o_crm_mail_outgoing_action[data-action=${name}]`).click();
const callsOf = (server, method) =>
    server.changes.filter(([name]) => name === method).map(([, ...args]) => args);

test("mails that wait are counted, listed with their time, and leave room for mails", async () => {
    await open("scheduled", [makeOutgoing(5), makeOutgoing(6)]);
    expect(".o_crm_mail_outgoing_line").toHaveText(/Scheduled\s*2/);
    expect(".o_crm_mail_outgoing_row").toHaveCount(2);
    expect(".o_crm_mail_outgoing_state:first").toHaveText(/^Leaves on .*Mar 20, 2026/);
    expect(".o_crm_mail_message_list").toHaveCount(0);
    await contains(".o_crm_mail_folder").click();
    await animationFrame();
    expect(".o_crm_mail_outgoing").toHaveCount(0);
    expect(".o_crm_mail_row").toHaveCount(3);
});

test("one is edited: it waits no longer, and is open", async () => {
    const server = await open("scheduled", [makeOutgoing(5)], {
        opened: (id) => makeComposition({id, version: 2, subject: "Not yet"}),
    });
    await act("edit");
    await animationFrame();
    expect(callsOf(server, "compose_undo")).toEqual([[5]]);
    expect(".o_crm_mail_subject_input").toHaveValue("Not yet");
    expect(".o_crm_mail_outgoing_empty").toHaveCount(1);
});

test("one leaves now, another time, or not at all", async () => {
    const server = await open("scheduled", [makeOutgoing(5), makeOutgoing(6)]);
    await act("reschedule");
    await contains(".o_crm_mail_schedule_time[data-time=tomorrow]").click();
    expect(callsOf(server, "outgoing_reschedule")).toEqual([
        [5, "2019-03-12 07:00:00"],
    ]);
    await contains(".o_crm_mail_outgoing_row:eq(0) [data-action=now]").click();
    expect(callsOf(server, "outgoing_send_now")).toEqual([[5]]);
    await animationFrame();
    await act("cancel");
    await contains(".modal-footer .btn-primary").click();
    await animationFrame();
    expect(callsOf(server, "compose_undo")).toEqual([[6]]);
    expect(".o_crm_mail_composer").toHaveCount(0);
});

test("one that may have been sent is explained, and its author decides", async () => {
    const server = await open("outgoing", [
        makeOutgoing(5, {state: "uncertain", may_cancel: false, may_decide: true}),
    ]);
    expect(".o_crm_mail_outgoing_state").toHaveText(/^It may have been sent/);
    expect(queryAllTexts(".o_crm_mail_outgoing_action")).toEqual([
        "It was sent",
        "Send it again",
    ]);
    await act("sent");
    expect(callsOf(server, "outgoing_decide")).toEqual([[5, "sent"]]);
});

test("one that failed says why, and is tried again", async () => {
    const server = await open("outgoing", [
        makeOutgoing(5, {state: "failed", error: "The server refused the recipient."}),
    ]);
    expect(".o_crm_mail_outgoing_state").toHaveText(
        "The server refused the recipient."
    );
    await act("retry");
    expect(callsOf(server, "outgoing_retry")).toEqual([[5]]);
});

test("the keys of the list do nothing to mails that are not seen", async () => {
    const server = await open("scheduled", [makeOutgoing(5)]);
    queryFirst(".o_crm_mail_outgoing_line").focus();
    await press("#");
    await press("r");
    await animationFrame();
    expect(server.changes).toEqual([]);
    expect(".o_crm_mail_composer").toHaveCount(0);
});

test("what could not be sent is told wherever one is, and shown on demand", async () => {
    const server = mockMailServer();
    await mountMailClient();
    await animationFrame();
    server.outgoing.outgoing = [makeOutgoing(5, {state: "failed", error: "Refused."})];
    getService("crm_mail_client").outgoing.onChanged({
        id: 5,
        state: "failed",
        subject: "Offer",
        message: "“Offer” could not be sent: Refused.",
    });
    await animationFrame();
    expect(".o_notification").toHaveText(/“Offer” could not be sent: Refused\./);
    await advanceTime(1000);
    expect(".o_crm_mail_outgoing_line[data-kind=outgoing]").toHaveText(/Outgoing\s*1/);
    await contains(".o_notification_buttons button").click();
    await animationFrame();
    expect(".o_crm_mail_outgoing_row").toHaveCount(1);
});

test("a mail that came back says what happened, is written anew, opened, and put aside", async () => {
    const started = [];
    const server = await open(
        "undelivered",
        [
            makeOutgoing(5, {
                state: "sent",
                may_cancel: false,
                copy_id: 3,
                error: "The mail to x@y.test came back: 550 User unknown",
            }),
            makeOutgoing(6, {state: "sent", may_cancel: false, copy_id: false}),
        ],
        {
            composition: (...args) => {
                started.push(args);
                return makeComposition();
            },
        }
    );
    expect(".o_crm_mail_outgoing_line[data-kind=undelivered]").toHaveText(
        /Not delivered\s*2/
    );
    expect("[data-outgoing-id='5'] .text-danger").toHaveText(/550 User unknown/);
    expect("[data-outgoing-id='6'] [data-action=open]").toHaveCount(0);
    await contains("[data-outgoing-id='5'] [data-action=again]").click();
    await animationFrame();
    expect(started).toEqual([["edit_as_new", 3, null]]);
    await contains("[data-outgoing-id='6'] [data-action=dismiss]").click();
    await animationFrame();
    expect(callsOf(server, "outgoing_dismiss")).toEqual([[6]]);
    expect(".o_crm_mail_outgoing_row").toHaveCount(1);
    await contains("[data-outgoing-id='5'] [data-action=open]").click();
    await animationFrame();
    expect(server.views.at(-1)[0]).toMatchObject({special: "imported"});
    expect(".o_crm_mail_subject").toHaveText("Subject 3");
});

test("there is no line for mails that came back where none did", async () => {
    await open("scheduled", []);
    expect(".o_crm_mail_outgoing_line[data-kind=undelivered]").toHaveCount(0);
});

test("one that waits because of an error says why and when it is tried again", async () => {
    const server = await open("outgoing", [
        makeOutgoing(5, {
            state: "queued",
            error: "mail.demo.test does not answer.",
            next_try: "2019-03-11 10:05:00",
        }),
        makeOutgoing(6, {state: "queued"}),
    ]);
    expect("[data-outgoing-id='5'] .o_crm_mail_outgoing_state").toHaveText(
        /^mail\.demo\.test does not answer\. It is tried again at .*11:05/
    );
    expect("[data-outgoing-id='6'] .o_crm_mail_outgoing_state").toHaveText(
        "Waits for its turn"
    );
    expect("[data-outgoing-id='6'] [data-action=now]").toHaveCount(0);
    await act("now");
    expect(callsOf(server, "outgoing_send_now")).toEqual([[5]]);
});

test("one that was sent and lacks only its copy is no mail that came back", async () => {
    await open("outgoing", [
        makeOutgoing(5, {
            state: "sent",
            is_unfiled: true,
            may_cancel: false,
            error: "The mailbox is full.",
        }),
    ]);
    expect(".o_crm_mail_outgoing_state").toHaveText(
        "It was sent, but its copy is not in Sent yet. The mailbox is full."
    );
    expect(".o_crm_mail_outgoing_state.text-danger").toHaveCount(0);
});

test("drafts that no mailbox has are listed, gone on with, and thrown away", async () => {
    const server = await open(
        "drafts",
        [
            makeOutgoing(5, {state: "draft", may_cancel: false}),
            makeOutgoing(6, {state: "draft", may_cancel: false}),
        ],
        {opened: (id) => makeComposition({id, version: 2, subject: "Half a mail"})}
    );
    expect(".o_crm_mail_outgoing_line[data-kind=drafts]").toHaveText(/\s*2$/);
    await contains("[data-outgoing-id='5'] [data-action=open]").click();
    await animationFrame();
    expect(".o_crm_mail_subject_input").toHaveValue("Half a mail");
    await contains("[data-outgoing-id='6'] [data-action=discard]").click();
    await contains(".modal-footer .btn-primary").click();
    await animationFrame();
    expect(callsOf(server, "compose_discard")).toEqual([[6]]);
});
