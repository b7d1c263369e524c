import {describe, expect, test} from "@odoo/hoot";
import {queryAllAttributes, queryAllTexts} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {contains} from "@web/../tests/web_test_helpers";

import {
    defineMailClientModels,
    makeFolder,
    makeMessage,
    makeRow,
    mockMailServer,
    mountMailClient,
    refusal,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

/** A conversation of mails 1 to `count`, listed as one row: its newest mail. */
async function openConversation(count, values = {}, mails = {}) {
    const row = (id, more = {}) =>
        makeRow(id, {
            thread_id: 9,
            from: {name: `Writer ${id}`, email: `w${id}@demo.test`},
            ...(mails[id] || {}),
            ...more,
        });
    const rows = Array.from({length: count}, (_item, index) => row(index + 1));
    const summary = {count, unread: 0, people: [], ids: rows.map(({id}) => id)};
    const server = mockMailServer({
        folders: [makeFolder({unread: 2})],
        rows: [row(count, {thread: summary})],
        thread: rows,
        message: (id) => ({...makeMessage(id), ...row(id)}),
        ...values,
    });
    await mountMailClient();
    await contains(".o_crm_mail_row:first").click();
    await animationFrame();
    await animationFrame();
    return server;
}

const open = () =>
    queryAllAttributes(".o_crm_mail_reading_body article", "data-message-id");

test("the chosen mail is open, the others are folded to a line", async () => {
    await openConversation(3);
    expect(open()).toEqual(["3"]);
    expect(queryAllTexts(".o_crm_mail_folded_from")).toEqual(["Writer 1", "Writer 2"]);
    expect(".o_crm_mail_thread_head").toHaveText(/3 messages/);
    expect("article.o_crm_mail_chosen").toHaveAttribute("aria-label", "Writer 3");
});

test("a folded mail opens in its place and folds again", async () => {
    const server = await openConversation(3);
    await contains(".o_crm_mail_folded_mail:first").click();
    await animationFrame();
    expect(open()).toEqual(["1", "3"]);
    expect(server.changes).toEqual([]);
    await contains("article:first .o_crm_mail_fold").click();
    expect(open()).toEqual(["3"]);
});

test("the chosen mail stays chosen when another one opens", async () => {
    await openConversation(2);
    await contains(".o_crm_mail_folded_mail").click();
    await animationFrame();
    expect("article.o_crm_mail_chosen").toHaveAttribute("data-message-id", "2");
    expect(".o_crm_mail_subject").toHaveText("Subject 2");
});

test("unread mails of the conversation open by themselves and are read", async () => {
    const server = await openConversation(4, {}, {2: {seen: false}});
    await animationFrame();
    expect(open()).toEqual(["2", "4"]);
    expect(server.changes).toEqual([["mark", [2], ["seen"], []]]);
});

test("all are opened at once, and folded again", async () => {
    await openConversation(3);
    await contains(".o_crm_mail_expand_all").click();
    await animationFrame();
    expect(open()).toEqual(["1", "2", "3"]);
    await contains(".o_crm_mail_expand_all").click();
    expect(open()).toEqual(["3"]);
});

test("of many folded mails the middle ones are one line", async () => {
    await openConversation(12);
    expect(".o_crm_mail_folded_mail").toHaveCount(2);
    expect(".o_crm_mail_thread_gap").toHaveText("9 older messages");
    await contains(".o_crm_mail_thread_gap").click();
    expect(".o_crm_mail_folded_mail").toHaveCount(11);
    expect(".o_crm_mail_thread_gap").toHaveCount(0);
});

test("one mail that cannot be fetched does not take the others away", async () => {
    const server = await openConversation(2);
    server.message = () => {
        throw refusal("The mail server did not answer.");
    };
    await contains(".o_crm_mail_folded_mail").click();
    await animationFrame();
    expect("article:first .o_crm_mail_message_error").toHaveText(/did not answer/);
    expect("article.o_crm_mail_chosen iframe").toHaveCount(1);
    server.message = (id) => makeMessage(id);
    await contains("article:first .o_crm_mail_retry").click();
    await animationFrame();
    expect("article:first iframe").toHaveCount(1);
});

test("pictures that were allowed for one mail are not for another", async () => {
    await openConversation(2, {
        message: (id) => makeMessage(id, {thread_id: 9, remote: 2}),
    });
    await contains(".o_crm_mail_folded_mail").click();
    await animationFrame();
    await contains("article:first .o_crm_mail_show_remote").click();
    expect("article:first .o_crm_mail_remote_bar").toHaveCount(0);
    expect("article.o_crm_mail_chosen .o_crm_mail_remote_bar").toHaveCount(1);
});

test("a mail that is alone has nothing to fold", async () => {
    mockMailServer();
    await mountMailClient();
    await contains(".o_crm_mail_row:first").click();
    await animationFrame();
    expect(".o_crm_mail_expand_all").toHaveCount(0);
    expect(".o_crm_mail_fold").toHaveCount(0);
});
