import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {advanceTime, animationFrame, Deferred} from "@odoo/hoot-mock";
import {contains, getService, onRpc} from "@web/../tests/web_test_helpers";
import {ConnectionLostError} from "@web/core/network/rpc";

import {AHEAD_DELAY} from "@crm_mail_accounts/messages_service/read_ahead";

import {
    defineMailClientModels,
    makeMessage,
    mockMailServer,
    mountMailClient,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const row = (id) => `.o_crm_mail_row[data-message-id='${id}'] .o_crm_mail_row_subject`;
let server = null;
let opened = [];

beforeEach(() => {
    server = mockMailServer();
    opened = [];
    server.message = (id) => {
        opened.push(id);
        return makeMessage(id);
    };
});

async function openAndRest(id) {
    await mountMailClient();
    await animationFrame();
    await contains(row(id)).click();
    await animationFrame();
    await advanceTime(AHEAD_DELAY);
    await animationFrame();
    await animationFrame();
}

test("the mails beside the open one are read ahead, and none is marked", async () => {
    await openAndRest(2);
    expect(opened).toEqual([2, 1, 3]);
    expect(server.changes).toEqual([]);
});

test("what was read ahead shows at once, while the server is asked", async () => {
    await openAndRest(2);
    const held = new Deferred();
    onRpc("crm.mail.client", "open_message", () => held);
    await contains(row(1)).click();
    await animationFrame();
    expect(".o_crm_mail_subject").toHaveText("Subject 1");
    expect("iframe.o_crm_mail_frame").toHaveCount(1);
    expect(".o_crm_mail_body_skeleton").toHaveCount(0);
    held.resolve({...makeMessage(1), subject: "Newer"});
    await animationFrame();
    expect(".o_crm_mail_subject").toHaveText("Newer");
});

test("what is not known yet shows that it comes", async () => {
    server.rows = Array.from({length: 9}, (_row, index) => makeMessage(9 - index));
    await openAndRest(9);
    const held = new Deferred();
    onRpc("crm.mail.client", "open_message", () => held);
    await contains(row(2)).click();
    await animationFrame();
    expect(".o_crm_mail_body_skeleton").toHaveCount(1);
    held.resolve(makeMessage(2));
    await animationFrame();
    expect("iframe.o_crm_mail_frame").toHaveCount(1);
});

test("a mail that was read before is read again while Odoo is away", async () => {
    await openAndRest(2);
    const client = getService("crm_mail_client");
    client.orm = {
        call: () => {
            throw new ConnectionLostError("/");
        },
    };
    await contains(row(1)).click();
    await animationFrame();
    expect(".o_crm_mail_offline").toHaveCount(1);
    expect("iframe.o_crm_mail_frame").toHaveCount(1);
    expect(".o_crm_mail_message_error").toHaveCount(0);
});
