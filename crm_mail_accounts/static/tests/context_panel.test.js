import {describe, expect, test} from "@odoo/hoot";
import {queryAllTexts} from "@odoo/hoot-dom";
import {animationFrame, runAllTimers} from "@odoo/hoot-mock";
import {contains, mountWithCleanup} from "@web/../tests/web_test_helpers";

import {ContextPanel} from "@crm_mail_accounts/mail_client/context_panel/context_panel";

import {
    defineMailClientModels,
    makeContext,
    makeLink,
    makeOpportunity,
    mockMailServer,
    noteActions,
    refusal,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

async function openPanel(values = {}) {
    const server = mockMailServer(values);
    const panel = await mountWithCleanup(ContextPanel);
    await panel.client.enter({messageId: 3});
    await animationFrame();
    return server;
}

test("the contact who wrote is named", async () => {
    const noted = noteActions();
    await openPanel();
    expect(".o_crm_mail_contact_name").toHaveText("Giulia Ferrari");
    expect(".o_crm_mail_contact").toHaveText(/Buyer · Ceramiche Ferrari/);
    expect("a[href='mailto:giulia@ferrari.test']").toHaveCount(1);
    expect("a[href='tel:+39 059 555 01']").toHaveCount(1);
    await contains(".o_crm_mail_contact_name").click();
    expect(noted[0].action).toMatchObject({res_model: "res.partner", res_id: 3});
});

test("who is not a contact is named by the mail", async () => {
    await openPanel({
        context: makeContext({
            partner: false,
            sender: {name: "New Person", email: "new@person.test"},
        }),
    });
    expect(".o_crm_mail_no_contact").toHaveText(
        /New Person\s+new@person\.test\s+Not a contact yet/
    );
});

test("the mail is linked to an opportunity with one click", async () => {
    const asked = [];
    await openPanel({
        context: makeContext({
            opportunities: [
                makeOpportunity(),
                makeOpportunity({id: 6, name: "Meeting room"}),
            ],
        }),
        link: (...args) => {
            asked.push(args);
            return makeLink();
        },
    });
    expect(queryAllTexts(".o_crm_mail_opportunity_name")).toEqual([
        "Office refit",
        "Meeting room",
    ]);
    await contains("[data-opportunity-id='5'] .o_crm_mail_link_button").click();
    await animationFrame();
    expect(asked).toEqual([[3, "crm.lead", 5]]);
    expect("[data-opportunity-id='5'] .o_crm_mail_linked").toHaveCount(1);
    expect("[data-opportunity-id='6'] .o_crm_mail_linked").toHaveCount(0);
    expect(".o_crm_mail_chip").toHaveText("Office refit");
});

test("a linked record is opened by its chip and unlinked by the cross", async () => {
    const noted = noteActions();
    const server = await openPanel({context: makeContext({links: [makeLink()]})});
    await contains(".o_crm_mail_chip_open").click();
    expect(noted[0].action).toMatchObject({res_model: "crm.lead", res_id: 5});
    await contains(".o_crm_mail_chip_remove").click();
    await animationFrame();
    expect(server.calls).toInclude("unlink_message");
    expect(".o_crm_mail_chip").toHaveCount(0);
});

test("any other record is found by its name", async () => {
    const asked = [];
    await openPanel({
        found: (messageId, term) => {
            asked.push([messageId, term]);
            return [
                {
                    model: "res.partner",
                    model_label: "Contact",
                    res_id: 9,
                    name: "Ready Mat",
                    subtitle: "ready@mat.test",
                },
            ];
        },
        link: (_messageId, model, resId) =>
            makeLink({id: 90, model, res_id: resId, name: "Ready Mat"}),
    });
    await contains(".o_crm_mail_record_search input").edit("ready", {confirm: false});
    await runAllTimers();
    await animationFrame();
    expect(asked).toEqual([[3, "ready"]]);
    expect(".o-autocomplete--dropdown-item").toHaveText(
        /Ready Mat\s+Contact\s+· ready@mat\.test/
    );
    await contains(".o-autocomplete--dropdown-item a").click();
    await animationFrame();
    expect(".o_crm_mail_chip").toHaveText("Ready Mat");
});

test("a search says when it found nothing", async () => {
    await openPanel();
    await contains(".o_crm_mail_record_search input").edit("zzz", {confirm: false});
    await runAllTimers();
    await animationFrame();
    expect(".o-autocomplete--dropdown-item").toHaveText("Nothing found");
});

test("what the CRM cannot tell now can be asked again", async () => {
    const server = await openPanel({
        context: () => {
            throw refusal("The database is busy.");
        },
    });
    expect(".o_crm_mail_context_error").toHaveText(/The database is busy\./);
    server.context = makeContext();
    await contains(".o_crm_mail_context_error button").click();
    await animationFrame();
    expect(".o_crm_mail_contact_name").toHaveCount(1);
});
