import {describe, expect, test} from "@odoo/hoot";
import {queryOne} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {contains, defineMenus, mountWithCleanup} from "@web/../tests/web_test_helpers";

import {MessagesSystray} from "@crm_mail_accounts/systray/messages_systray";

import {
    defineMailClientModels,
    mockMailServer,
    noteActions,
    refusal,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const MENUS = [{id: 7, name: "Messages", actionID: 77, actionPath: "crm-messages"}];

test("the envelope counts unread mails and opens Messages", async () => {
    defineMenus(MENUS);
    mockMailServer({unread: 12});
    const noted = noteActions();
    await mountWithCleanup(MessagesSystray);
    await animationFrame();
    expect(".o_crm_mail_systray_badge").toHaveText("12");
    expect(queryOne(".o_crm_mail_systray button").ariaLabel).toBe(
        "Messages, 12 unread"
    );
    await contains(".o_crm_mail_systray button").click();
    expect(noted[0].action).toBe(77);
});

test("no badge when all is read, and a short one when there is much", async () => {
    defineMenus(MENUS);
    const server = mockMailServer();
    const systray = await mountWithCleanup(MessagesSystray);
    await animationFrame();
    expect(".o_crm_mail_systray_badge").toHaveCount(0);
    server.unread = 340;
    await systray.client.loadQuietly();
    await animationFrame();
    expect(".o_crm_mail_systray_badge").toHaveText("99+");
});

test("who has no such menu sees no envelope and asks nothing", async () => {
    defineMenus([{id: 1, name: "CRM", actionID: 1}]);
    const server = mockMailServer();
    await mountWithCleanup(MessagesSystray);
    expect(".o_crm_mail_systray").toHaveCount(0);
    expect(server.calls).toEqual([]);
});

test("a server that refuses leaves an envelope without a number", async () => {
    defineMenus(MENUS);
    mockMailServer({
        accounts: () => {
            throw refusal("No");
        },
    });
    await mountWithCleanup(MessagesSystray);
    await animationFrame();
    expect(".o_crm_mail_systray button").toHaveCount(1);
    expect(".o_crm_mail_systray_badge").toHaveCount(0);
});
