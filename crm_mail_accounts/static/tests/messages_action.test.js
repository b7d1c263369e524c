import {describe, expect, test} from "@odoo/hoot";
import {animationFrame} from "@odoo/hoot-mock";
import {
    contains,
    getService,
    mountWithCleanup,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {assets} from "@web/core/assets";
import {router} from "@web/core/browser/router";
import {WebClient} from "@web/webclient/webclient";

import {defineMailClientModels, mockMailServer} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const ACTION = {
    type: "ir.actions.client",
    tag: "crm_mail_accounts.messages",
    path: "crm-messages",
    name: "Messages",
};

async function openAction() {
    patchWithCleanup(assets, {
        // The bundle is part of the tests' own bundle.
        loadBundle: (name) => {
            expect.step(name);
            return Promise.resolve();
        },
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction(ACTION);
    await animationFrame();
}

test("the mail client is fetched when it is opened, and the address follows", async () => {
    mockMailServer();
    await openAction();
    expect.verifySteps(["crm_mail_accounts.assets_messages"]);
    expect(".o_action_manager .o_crm_mail_client").toHaveCount(1);
    expect(".o_crm_mail_row").toHaveCount(3);
    await contains(".o_crm_mail_row:first").click();
    expect(router.current).toMatchObject({crm_mail_folder: 1, crm_mail_message: 3});
});

test("the place in the address is opened", async () => {
    mockMailServer();
    patchWithCleanup(router.current, {crm_mail_folder: 1, crm_mail_message: 2});
    await openAction();
    expect.verifySteps(["crm_mail_accounts.assets_messages"]);
    expect(".o_crm_mail_subject").toHaveText("Subject 2");
});
