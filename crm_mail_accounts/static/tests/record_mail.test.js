import {describe, expect, test} from "@odoo/hoot";
import {animationFrame} from "@odoo/hoot-mock";
import {
    contains,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";

import {MailClientService} from "@crm_mail_accounts/messages_service/mail_client_service";
import {RecordMailButton} from "@crm_mail_accounts/record_mail/record_mail_button";

import {
    defineMailClientModels,
    makeComposition,
    mockMailServer,
    noteActions,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const ROW = {
    message_id: 8,
    link_id: 70,
    posted_id: 9,
    subject: "Drawings",
    from: "Rosa Conti",
    to: "",
    date: "2026-03-02 08:30:00",
    mailbox: "",
    content: "whole",
    reason: "Linked by Laura",
};

async function showButton(rows) {
    const server = mockMailServer();
    patchWithCleanup(MailClientService.prototype, {
        get messagesMenu() {
            return {id: 1};
        },
    });
    onRpc("crm.mail.client", "record_mail_count", () => rows.length);
    onRpc("crm.mail.client", "record_messages", () => rows);
    await mountWithCleanup(RecordMailButton, {props: {model: "crm.lead", resId: 5}});
    await animationFrame();
    return server;
}

test("a record says how many mails it knows of, and one's own open in Messages", async () => {
    const noted = noteActions();
    await showButton([ROW]);
    expect(".o_crm_mail_record_button").toHaveText("1");
    await contains(".o_crm_mail_record_button").click();
    await contains(".o_crm_mail_record_open").click();
    expect(noted[0].action).toBe("crm-messages");
    expect(noted[0].options.additionalContext).toEqual({crm_mail_message: 8});
});

test("a mail in somebody else's mailbox is named and not opened", async () => {
    await showButton([{...ROW, message_id: false, mailbox: "Paolo"}]);
    await contains(".o_crm_mail_record_button").click();
    await animationFrame();
    expect(".o_crm_mail_record_mails").toHaveText(/in the mailbox of\s+Paolo/);
    expect(".o_crm_mail_record_mails button").toHaveCount(0);
});

test("a mail is written and answered above the record, and belongs to it", async () => {
    const asked = [];
    const server = await showButton([ROW, {...ROW, message_id: 9, to: "Ugo Neri"}]);
    server.composition = (...args) => {
        asked.push(args);
        return makeComposition();
    };
    const record = {model: "crm.lead", res_id: 5};
    await contains(".o_crm_mail_record_button").click();
    expect("[data-message-id='9']").toHaveText(/To: Ugo Neri/);
    await contains("[data-message-id='8'] .o_crm_mail_record_answer").click();
    expect(".o_crm_mail_record_dialog").toHaveCount(0);
    await contains(".o_crm_mail_record_button").click();
    await contains(".o_crm_mail_record_write").click();
    await animationFrame();
    expect(asked).toEqual([
        ["reply", 8, {record}],
        ["new", false, {record}],
    ]);
});

test("a mail that is not linked is said to be for one's own eyes", async () => {
    await showButton([{...ROW, link_id: false, reason: ""}]);
    await contains(".o_crm_mail_record_button").click();
    await animationFrame();
    expect(".o_crm_mail_record_mails").toHaveText(
        /Only who reads its mailbox sees it here/
    );
});
