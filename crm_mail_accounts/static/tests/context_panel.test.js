import {describe, expect, test} from "@odoo/hoot";
import {press, queryAllTexts} from "@odoo/hoot-dom";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {contains, mountWithCleanup} from "@web/../tests/web_test_helpers";

import {ContextPanel} from "@crm_mail_accounts/mail_client/context_panel/context_panel";
import {SEARCH_DELAY} from "@crm_mail_accounts/mail_client/record_search/record_search";

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
    await advanceTime(SEARCH_DELAY);
    await animationFrame();
    expect(asked).toEqual([[3, "ready"]]);
    expect(".o_crm_mail_found_record").toHaveText(
        /Ready Mat\s*Contact\s*· ready@mat\.test/
    );
    await contains(".o_crm_mail_found_record").click();
    await animationFrame();
    expect(".o_crm_mail_chip").toHaveText("Ready Mat");
    expect(".o_crm_mail_record_search input").toHaveValue("");
});

test("a found record is chosen by the keyboard", async () => {
    const linked = [];
    const record = {model: "crm.lead", model_label: "Lead", subtitle: ""};
    await openPanel({
        found: [
            {...record, res_id: 8, name: "First"},
            {...record, res_id: 9, name: "Second"},
        ],
        link: (_messageId, model, resId) => {
            linked.push(resId);
            return makeLink({model, res_id: resId});
        },
    });
    const input = ".o_crm_mail_record_search input";
    await contains(input).edit("order", {confirm: false});
    await advanceTime(SEARCH_DELAY);
    await animationFrame();
    expect(input).toHaveAttribute("aria-activedescendant", "o_crm_mail_found_0");
    await press("ArrowDown");
    await animationFrame();
    expect(".o_crm_mail_found_active").toHaveText(/Second/);
    await press("Enter");
    await animationFrame();
    expect(linked).toEqual([9]);
    expect(".o_crm_mail_found_record").toHaveCount(0);
});

test("a search says when it found nothing, and Escape leaves it", async () => {
    await openPanel();
    await contains(".o_crm_mail_record_search input").edit("zzz", {confirm: false});
    await advanceTime(SEARCH_DELAY);
    await animationFrame();
    expect(".o_crm_mail_found_nothing").toHaveText("Nothing found");
    await press("Escape");
    await animationFrame();
    expect(".o_crm_mail_found_nothing").toHaveText("");
});

test("one letter is not searched for", async () => {
    const server = await openPanel();
    await contains(".o_crm_mail_record_search input").edit("z", {confirm: false});
    await advanceTime(SEARCH_DELAY);
    expect(server.calls).not.toInclude("search_records");
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
