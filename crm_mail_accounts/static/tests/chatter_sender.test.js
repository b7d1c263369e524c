import {describe, expect, test} from "@odoo/hoot";
import {contains, mountWithCleanup} from "@web/../tests/web_test_helpers";

import {ChatterSenderSelect} from "@crm_mail_accounts/chatter_sender/chatter_sender";
import {RecordMail} from "@crm_mail_accounts/messages_service/record_mail";

import {defineMailClientModels, mockMailServer} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const SENDERS = [
    {account_id: 3, name: "Laura", email: "laura@company.example"},
    {account_id: 4, name: "", email: "sales@company.example"},
];

test("every mailbox and the usual way can be chosen, by name", async () => {
    const chosen = [];
    mockMailServer();
    await mountWithCleanup(ChatterSenderSelect, {
        props: {senders: SENDERS, chosen: 4, onChange: (id) => chosen.push(id)},
    });
    const select = ".o_crm_mail_chatter_sender_select";
    expect(`${select} option`).toHaveCount(3);
    expect(`${select} option:first`).toHaveText("Laura <laura@company.example>");
    expect(select).toHaveValue("4");
    expect(select).toHaveAttribute("aria-label", "Send from");
    await contains(select).select("0");
    await contains(select).select("3");
    expect(chosen).toEqual([0, 3]);
});

test("without a mailbox the usual way is chosen", async () => {
    mockMailServer();
    await mountWithCleanup(ChatterSenderSelect, {
        props: {
            senders: SENDERS,
            chosen: false,
            onChange: (id) => expect.step(`${id}`),
        },
    });
    expect(".o_crm_mail_chatter_sender_select").toHaveValue("0");
});

test("who does not use mail is not asked for", async () => {
    const client = {
        messagesMenu: undefined,
        ask: async () => {
            expect.step("asked");
            return {failed: false, value: {senders: SENDERS, chosen: 3}};
        },
    };
    const records = new RecordMail(client);
    expect(await records.chatterSenders("crm.lead", 5)).toEqual({
        senders: [],
        chosen: false,
    });
    expect.verifySteps([]);
    client.messagesMenu = {id: 1};
    const found = await records.chatterSenders("crm.lead", 5);
    expect(found.chosen).toBe(3);
    expect.verifySteps(["asked"]);
});
