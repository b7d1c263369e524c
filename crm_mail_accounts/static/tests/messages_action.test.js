import {describe, expect, test} from "@odoo/hoot";
import {animationFrame} from "@odoo/hoot-mock";
import {
    contains,
    defineActions,
    mountWebClient,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import {assets} from "@web/core/assets";
import {router} from "@web/core/browser/router";
import {redirect} from "@web/core/utils/urls";

import {
    defineMailClientModels,
    makeLink,
    makeContext,
    mockMailServer,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();
defineActions([
    {
        id: 77,
        name: "Messages",
        path: "crm-messages",
        tag: "crm_mail_accounts.messages",
        type: "ir.actions.client",
    },
]);

async function openAction() {
    patchWithCleanup(assets, {
        // The bundle is part of the tests' own bundle.
        loadBundle: (name) => {
            expect.step(name);
            return Promise.resolve();
        },
    });
    await mountWebClient();
    await animationFrame();
}

test("the mail client is fetched when it is opened, and the address follows", async () => {
    mockMailServer();
    redirect("/odoo/crm-messages");
    await openAction();
    expect.verifySteps(["crm_mail_accounts.assets_messages"]);
    expect(".o_action_manager .o_crm_mail_client").toHaveCount(1);
    expect(".o_crm_mail_row").toHaveCount(3);
    await contains(".o_crm_mail_row:first").click();
    expect(router.current).toMatchObject({
        action: "crm-messages",
        crm_mail_folder: 1,
        crm_mail_message: 3,
    });
});

test("the place in the address is opened", async () => {
    mockMailServer();
    redirect("/odoo/crm-messages?crm_mail_folder=1&crm_mail_message=2");
    await openAction();
    expect.verifySteps(["crm_mail_accounts.assets_messages"]);
    expect(".o_crm_mail_subject").toHaveText("Subject 2");
    expect(".o_crm_mail_row_open").toHaveCount(1);
});

test("the way back from a record leads to the same mail", async () => {
    mockMailServer({
        context: makeContext({
            links: [makeLink({model: "res.partner", res_id: serverState.partnerId})],
        }),
    });
    redirect("/odoo/crm-messages?crm_mail_message=2");
    await openAction();
    expect.verifySteps(["crm_mail_accounts.assets_messages"]);
    await contains(".o_crm_mail_link_open").click();
    await animationFrame();
    expect(".o_crm_mail_client").toHaveCount(0);
    await contains(".o_back_button, .o_breadcrumb .breadcrumb-item a").click();
    await animationFrame();
    expect.verifySteps(["crm_mail_accounts.assets_messages"]);
    expect(".o_crm_mail_subject").toHaveText("Subject 2");
});
