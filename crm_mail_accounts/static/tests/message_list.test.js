import {describe, expect, test} from "@odoo/hoot";
import {press, queryAll, queryAllTexts, queryFirst} from "@odoo/hoot-dom";
import {advanceTime, animationFrame, mockDate} from "@odoo/hoot-mock";
import {contains, getService} from "@web/../tests/web_test_helpers";

import {
    longDate,
    shortDate,
} from "@crm_mail_accounts/mail_client/message_list/message_date";
import {OPEN_DELAY} from "@crm_mail_accounts/mail_client/message_list/list_keys";
import {PAGE_SIZE} from "@crm_mail_accounts/messages_service/list_service";

import {
    defineMailClientModels,
    makeAccount,
    makeFolder,
    makeLink,
    makeRow,
    mockMailServer,
    mountMailClient,
    refusal,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const listLength = () => getService("crm_mail_client").store.list.rows.length;

const manyRows = (count) =>
    Array.from({length: count}, (_item, index) => makeRow(count - index));

test("a date is as short as its age allows", async () => {
    mockDate("2026-03-20 12:00:00", 0);
    expect(shortDate("2026-03-20 08:05:00")).toBe("8:05 AM");
    expect(shortDate("2026-03-01 08:05:00")).toBe("Mar 1");
    expect(shortDate("2024-12-31 08:05:00")).toBe("12/31/2024");
    expect(shortDate(false)).toBe("");
    expect(longDate("2026-03-20 08:05:00")).toBe("Fri, Mar 20, 2026, 8:05 AM");
});

test("a row tells who, what, when and what happened to the mail", async () => {
    mockDate("2026-03-20 12:00:00", 0);
    mockMailServer({
        rows: [
            makeRow(3, {
                seen: false,
                flagged: true,
                answered: true,
                forwarded: true,
                has_attachments: true,
                links: [makeLink(), makeLink({id: 71, name: "Other"})],
            }),
            makeRow(2, {subject: "", from: {name: "", email: "x@y.test"}}),
            makeRow(1, {unreadable: true}),
        ],
    });
    await mountMailClient();
    await animationFrame();
    expect(queryAllTexts(".o_crm_mail_row_who")).toEqual([
        "Giulia Ferrari",
        "x@y.test",
        "Giulia Ferrari",
    ]);
    expect(queryAllTexts(".o_crm_mail_row_subject")).toEqual([
        "Subject 3",
        "(no subject)",
        "This mail could not be read",
    ]);
    expect(queryAllTexts(".o_crm_mail_row_date")).toEqual(["Mar 1", "Mar 1", "Mar 1"]);
    expect(".o_crm_mail_row_unread").toHaveCount(1);
    const first = ".o_crm_mail_row:first";
    for (const icon of ["fa-star", "fa-reply", "fa-share", "fa-paperclip"]) {
        expect(`${first} .${icon}`).toHaveCount(1);
    }
    expect(`${first} .o_crm_mail_link_badge`).toHaveText(/Office refit \+1/);
});

test("what I sent is listed by whom I wrote to", async () => {
    mockMailServer({
        folders: [makeFolder({name: "Sent", role: "sent"})],
        rows: [makeRow(2), makeRow(1, {to: [], draft: true})],
    });
    await mountMailClient();
    await animationFrame();
    expect(queryAllTexts(".o_crm_mail_row_who")).toEqual([
        "To: Laura Bianchi",
        "(no recipient)",
    ]);
    expect(".o_crm_mail_draft").toHaveCount(1);
});

test("older pages come while scrolling", async () => {
    mockMailServer({rows: manyRows(PAGE_SIZE + 20)});
    await mountMailClient();
    await animationFrame();
    expect(listLength()).toBe(PAGE_SIZE);
    await contains(".o_crm_mail_rows").scroll({top: 100000});
    await animationFrame();
    expect(listLength()).toBe(PAGE_SIZE + 20);
    await contains(".o_crm_mail_rows").scroll({top: 100000});
    await animationFrame();
    expect("[data-message-id='1']").toHaveCount(1);
});

test("only rows in sight are drawn, and the list is as long as all of them", async () => {
    mockMailServer({rows: manyRows(PAGE_SIZE)});
    await mountMailClient();
    await animationFrame();
    const scroller = queryFirst(".o_crm_mail_rows");
    const height = queryFirst(".o_crm_mail_row").offsetHeight;
    expect(scroller.scrollHeight).toBe(PAGE_SIZE * height);
    expect(queryAll(".o_crm_mail_row").length).toBeLessThan(PAGE_SIZE);
    await contains(".o_crm_mail_rows").scroll({top: 30 * height});
    await animationFrame();
    expect(scroller.scrollHeight).toBe(PAGE_SIZE * height);
    expect("[data-message-id='50']").toHaveCount(0);
    const top = scroller.getBoundingClientRect().top;
    expect(queryFirst("[data-message-id='20']").getBoundingClientRect().top).toBe(top);
});

test("what is read stays in its place when mails come in above it", async () => {
    const server = mockMailServer({rows: manyRows(PAGE_SIZE)});
    await mountMailClient();
    await animationFrame();
    const height = queryFirst(".o_crm_mail_row").offsetHeight;
    await contains(".o_crm_mail_rows").scroll({top: 30 * height + 7});
    await animationFrame();
    const place = () =>
        queryFirst("[data-message-id='20']").getBoundingClientRect().top;
    const before = place();
    server.rows = [...[53, 52, 51].map((id) => makeRow(id)), ...server.rows];
    await getService("crm_mail_client").refreshList();
    await animationFrame();
    expect(listLength()).toBe(PAGE_SIZE + 3);
    expect(place()).toBe(before);
    expect(queryFirst(".o_crm_mail_rows").scrollTop).toBe(33 * height + 7);
});

test("a page that fails can be asked again, and the list stays", async () => {
    let refuse = false;
    mockMailServer({
        rows: () => {
            if (refuse) {
                throw refusal("Too busy.");
            }
            return manyRows(PAGE_SIZE + 20);
        },
    });
    await mountMailClient();
    await animationFrame();
    refuse = true;
    await contains(".o_crm_mail_rows").scroll({top: 100000});
    await animationFrame();
    expect(listLength()).toBe(PAGE_SIZE);
    expect(".o_crm_mail_more_error").toHaveText(/Too busy\./);
    refuse = false;
    await contains(".o_crm_mail_more_error button").click();
    await animationFrame();
    expect(listLength()).toBe(PAGE_SIZE + 20);
});

test("indexing shows how far it is", async () => {
    mockMailServer({
        accounts: [makeAccount({progress: {indexed: 340, total: 1204, running: true}})],
    });
    await mountMailClient();
    await animationFrame();
    expect(".o_crm_mail_progress").toHaveText("Indexing: 340 of 1,204");
});

test("near its end indexing says so, and what is not known yet is no total", async () => {
    const progress = {indexed: 1190, total: 1204, exact: true, running: true};
    mockMailServer({accounts: [makeAccount({progress})]});
    await mountMailClient();
    await animationFrame();
    expect(".o_crm_mail_progress").toHaveText("Almost done: 1,190 of 1,204");
    getService("crm_mail_client").store.setProgress({
        accounts: [makeAccount({progress: {...progress, exact: false}})],
    });
    await animationFrame();
    expect(".o_crm_mail_progress").toHaveText("Indexing: 1,190 of at least 1,204");
});

test("a folder that cannot be followed says why, and is tried again", async () => {
    const problem = "Folder “Inbox” cannot be read: it is broken";
    const server = mockMailServer({
        folders: [makeFolder({problem}), makeFolder({id: 2})],
    });
    await mountMailClient();
    await animationFrame();
    expect(".o_crm_mail_folder_warning").toHaveCount(1);
    server.calls.length = 0;
    expect("[data-folder-id='1'] .o_crm_mail_folder_warning").toHaveText(problem);
    expect(".o_crm_mail_folder_note_text").toHaveText(problem);
    await contains(".o_crm_mail_retry_folder").click();
    expect(server.calls).toEqual(["retry_folder"]);
    expect(".o_crm_mail_retry_folder").not.toBeEnabled();
    await contains("[data-folder-id='2']").click();
    await animationFrame();
    expect(".o_crm_mail_folder_note").toHaveCount(0);
});

test("mails that could not be read are counted, listed alone and tried again", async () => {
    const server = mockMailServer({
        folders: [makeFolder({unreadable: 2}), makeFolder({id: 2})],
    });
    await mountMailClient();
    await animationFrame();
    expect(".o_crm_mail_folder_note_text").toHaveText(
        "2 messages could not be read from the mail server."
    );
    await contains(".o_crm_mail_show_unreadable").click();
    await animationFrame();
    expect(getService("crm_mail_client").store.view).toEqual({
        folder_id: 1,
        search: {words: [], flags: ["unreadable"]},
    });
    expect(".o_crm_mail_show_unreadable").toHaveText("Show all");
    await contains(".o_crm_mail_show_unreadable").click();
    await animationFrame();
    expect(getService("crm_mail_client").store.view).toBe(1);
    server.calls.length = 0;
    await contains(".o_crm_mail_retry_folder").click();
    expect(server.calls).toEqual(["retry_folder"]);
    expect(".o_crm_mail_retry_folder").not.toBeEnabled();
    await contains("[data-folder-id='2']").click();
    await animationFrame();
    expect(".o_crm_mail_folder_note").toHaveCount(0);
});

test("an empty folder says so, and why when there is a reason", async () => {
    mockMailServer({
        rows: [],
        folders: [
            makeFolder(),
            makeFolder({id: 2, name: "All", role: "all", monitored: false}),
        ],
    });
    await mountMailClient();
    await animationFrame();
    expect(".o_crm_mail_list_empty").toHaveText("Nothing here.");
    await contains("[data-folder-id='2']").click();
    await animationFrame();
    expect(".o_crm_mail_list_empty").toHaveText(/not indexed/);
});

test("a folder that cannot be listed offers another try", async () => {
    const server = mockMailServer({
        rows: () => {
            throw refusal("The database is busy.");
        },
    });
    await mountMailClient();
    await animationFrame();
    expect(".o_crm_mail_list_error").toHaveText(/The database is busy\./);
    server.rows = [makeRow(1)];
    await contains(".o_crm_mail_list_error button").click();
    await animationFrame();
    expect(".o_crm_mail_row").toHaveCount(1);
});

test("arrows and j, k move the cursor, Enter opens", async () => {
    const server = mockMailServer();
    await mountMailClient();
    await contains(".o_crm_mail_rows").focus();
    const cursor = () => queryFirst(".o_crm_mail_row_cursor").dataset.messageId;
    await animationFrame();
    expect(cursor()).toBe("3");
    await press("j");
    await animationFrame();
    expect(cursor()).toBe("2");
    await press("ArrowDown");
    await press("ArrowDown");
    await animationFrame();
    expect(cursor()).toBe("1");
    await press("k");
    await animationFrame();
    expect(cursor()).toBe("2");
    expect(".o_crm_mail_rows").toHaveAttribute(
        "aria-activedescendant",
        "o_crm_mail_row_2"
    );
    expect(server.calls).not.toInclude("open_message");
    await press("Enter");
    await animationFrame();
    expect(".o_crm_mail_subject").toHaveText("Subject 2");
});

test("a page down goes as far as the window is high, but for one row", async () => {
    mockMailServer({rows: manyRows(PAGE_SIZE)});
    await mountMailClient();
    await animationFrame();
    const scroller = queryFirst(".o_crm_mail_rows");
    const cursor = () => Number(queryFirst(".o_crm_mail_row_cursor").dataset.messageId);
    const height = queryFirst(".o_crm_mail_row").offsetHeight;
    for (const rows of [5, 3]) {
        scroller.style.setProperty("max-height", `${rows * height}px`, "important");
        await contains(".o_crm_mail_rows").focus();
        await press("Home");
        await animationFrame();
        expect(cursor()).toBe(PAGE_SIZE);
        await press("PageDown");
        await animationFrame();
        expect(cursor()).toBe(PAGE_SIZE - rows + 1);
        await press("PageUp");
        await animationFrame();
        expect(cursor()).toBe(PAGE_SIZE);
    }
});

test("beside an open mail the next one opens when the keyboard rests", async () => {
    const server = mockMailServer();
    await mountMailClient();
    await contains(".o_crm_mail_row:first").click();
    await animationFrame();
    server.calls.length = 0;
    await press("j");
    await press("j");
    expect(server.calls).toEqual([]);
    await advanceTime(OPEN_DELAY);
    await animationFrame();
    expect(server.calls).toEqual(["open_message", "message_context"]);
    expect(".o_crm_mail_subject").toHaveText("Subject 1");
});

test("a mail that somebody did not get is marked", async () => {
    mockMailServer({rows: [makeRow(2, {undelivered: 7}), makeRow(1)]});
    await mountMailClient();
    await animationFrame();
    expect("[data-message-id='2'] .o_crm_mail_undelivered").toHaveText("Not delivered");
    expect(".o_crm_mail_undelivered").toHaveCount(1);
});
