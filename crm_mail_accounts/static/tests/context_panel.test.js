import {describe, expect, test} from "@odoo/hoot";
import {queryAllTexts} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
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
    expect(asked).toEqual([[3, "crm.lead", 5, false]]);
    expect("[data-opportunity-id='5'] .o_crm_mail_linked").toHaveCount(1);
    expect("[data-opportunity-id='6'] .o_crm_mail_linked").toHaveCount(0);
    expect(".o_crm_mail_link_open").toHaveText("Office refit");
});

test("a link says why it is there, what is shown there, and to whom", async () => {
    const noted = noteActions();
    const asked = [];
    await openPanel({
        context: makeContext({
            links: [
                makeLink({content: "text", reason: "Rule: from or to this contact"}),
                makeLink({id: 71, waiting: true}),
                makeLink({id: 72, error: "The record did not take this mail."}),
            ],
        }),
        audience: (...args) => {
            asked.push(args);
            return {names: ["Paolo", "Rita"], more: 3, outside: ["Rosa Conti"]};
        },
    });
    const first = ".o_crm_mail_link[data-link-id='70']";
    expect(first).toHaveText(/Rule: from or to this contact/);
    expect(first).toHaveText(/Lead\s*· The text, without attachments/);
    expect("[data-link-id='71']").toHaveText(/Appears there in a moment/);
    expect("[data-link-id='72'] .text-danger").toHaveText(
        "The record did not take this mail."
    );
    await contains(`${first} .o_crm_mail_link_audience`).click();
    await animationFrame();
    expect(asked).toEqual([["crm.lead", 5]]);
    expect(`${first} .o_crm_mail_link_readers`).toHaveText(
        /Paolo, Rita and 3 more people can read it there\.\s*In the portal also: Rosa Conti/
    );
    await contains(`${first} .o_crm_mail_link_open`).click();
    expect(noted[0].action).toMatchObject({res_model: "crm.lead", res_id: 5});
});

test("a link that is taken back can be made again as it was", async () => {
    const linked = [];
    const server = await openPanel({
        context: makeContext({
            opportunities: [makeOpportunity({link_id: 70})],
            links: [makeLink({content: "fact"})],
        }),
        link: (...args) => {
            linked.push(args);
            return makeLink({id: 80, content: "fact"});
        },
    });
    await contains(".o_crm_mail_link_remove").click();
    await animationFrame();
    expect(server.calls).toInclude("unlink_message");
    expect(".o_crm_mail_link").toHaveCount(0);
    expect("[data-opportunity-id='5'] .o_crm_mail_linked").toHaveCount(0);
    await contains(".o_notification_buttons button:contains(Undo)").click();
    await animationFrame();
    expect(linked).toEqual([[3, "crm.lead", 5, "fact"]]);
    expect(".o_crm_mail_link").toHaveCount(1);
    expect("[data-opportunity-id='5'] .o_crm_mail_linked").toHaveCount(1);
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
