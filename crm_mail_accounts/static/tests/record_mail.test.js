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
    date: "2026-03-02 08:30:00",
    mailbox: "",
    content: "whole",
    reason: "Linked by Laura",
};

async function showButton(rows) {
    mockMailServer();
    patchWithCleanup(MailClientService.prototype, {
        get messagesMenu() {
            return {id: 1};
        },
    });
    onRpc("crm.mail.client", "record_mail_count", () => rows.length);
    onRpc("crm.mail.client", "record_messages", () => rows);
    await mountWithCleanup(RecordMailButton, {props: {model: "crm.lead", resId: 5}});
    await animationFrame();
}

test("a record says how many mails it knows of, and one's own open in Messages", async () => {
    const noted = noteActions();
    await showButton([ROW]);
    expect(".o_crm_mail_record_button").toHaveText("1");
    await contains(".o_crm_mail_record_button").click();
    await contains(".o_crm_mail_record_mails button").click();
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
