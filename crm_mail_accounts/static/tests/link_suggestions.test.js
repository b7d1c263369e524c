import {describe, expect, test} from "@odoo/hoot";
import {animationFrame} from "@odoo/hoot-mock";
import {contains, mountWithCleanup} from "@web/../tests/web_test_helpers";

import {ContextPanel} from "@crm_mail_accounts/mail_client/context_panel/context_panel";

import {defineMailClientModels, mockMailServer} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const SUGGESTION = {
    model: "crm.lead",
    model_label: "Lead",
    res_id: 5,
    name: "Office refit",
    subtitle: "",
    reason: "Rule: the contact's only open opportunity",
};

async function openPanel() {
    const server = mockMailServer({suggestions: [SUGGESTION]});
    const panel = await mountWithCleanup(ContextPanel);
    await panel.client.enter({messageId: 3});
    await animationFrame();
    await animationFrame();
    return server;
}

test("a suggestion says why, and goes when it is taken", async () => {
    await openPanel();
    expect(".o_crm_mail_suggestion").toHaveText(/Office refit[^]*only open/);
    await contains(".o_crm_mail_suggestion_link").click();
    await animationFrame();
    expect(".o_crm_mail_suggestion").toHaveCount(0);
    expect(".o_crm_mail_link_open").toHaveText("Office refit");
});

test("a suggestion that is dismissed is not shown again", async () => {
    const server = await openPanel();
    await contains(".o_crm_mail_suggestion_dismiss").click();
    await animationFrame();
    expect(".o_crm_mail_suggestion").toHaveCount(0);
    expect(server.changes).toEqual([["dismiss_suggestion", 3, "crm.lead", 5]]);
});
