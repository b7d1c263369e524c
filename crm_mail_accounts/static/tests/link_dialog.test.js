import {describe, expect, test} from "@odoo/hoot";
import {press, queryAllTexts} from "@odoo/hoot-dom";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {contains} from "@web/../tests/web_test_helpers";

import {SEARCH_DELAY} from "@crm_mail_accounts/mail_client/record_search/record_search";

import {
    defineMailClientModels,
    makeAccount,
    makeLink,
    makeMessage,
    makeRow,
    mockMailServer,
    mountMailClient,
    refusal,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const DIALOG = ".o_crm_mail_link_dialog";
const INPUT = `${DIALOG} .o_crm_mail_record_search input`;

function makeFound(resId, name, values = {}) {
    return {
        model: "crm.lead",
        model_label: "Lead",
        res_id: resId,
        name,
        subtitle: "",
        ...values,
    };
}

/** The dialog of the open mail, by its key. */
async function openDialog(values = {}) {
    const asked = [];
    const server = mockMailServer({
        found: (...args) => {
            asked.push(args);
            return [makeFound(8, "First"), makeFound(9, "Second")];
        },
        ...values,
    });
    await mountMailClient({place: {messageId: 3}});
    await animationFrame();
    await press("l");
    await animationFrame();
    await animationFrame();
    return {server, asked};
}

async function type(text) {
    await contains(INPUT).edit(text, {confirm: false});
    await advanceTime(SEARCH_DELAY);
    await animationFrame();
}

test("what has to do with the mail is proposed before anything is typed", async () => {
    const {asked} = await openDialog();
    expect(INPUT).toBeFocused();
    expect(asked).toEqual([[3, "", false]]);
    expect(
        queryAllTexts(`${DIALOG} .o_crm_mail_found_record .text-truncate:first`)
    ).toEqual(["First"]);
    expect(`${DIALOG} .o_crm_mail_link_confirm`).not.toBeEnabled();
});

test("a record is found, chosen and linked by the keyboard alone", async () => {
    const linked = [];
    const {asked} = await openDialog({
        link: (...args) => {
            linked.push(args);
            return makeLink({res_id: args[2], name: "Second"});
        },
    });
    await type("order");
    expect(asked.at(-1)).toEqual([3, "order", false]);
    expect(INPUT).toHaveAttribute("aria-activedescendant", "o_crm_mail_found_0");
    await press("ArrowDown");
    await animationFrame();
    expect(".o_crm_mail_found_active").toHaveText(/Second/);
    await press("Enter");
    await animationFrame();
    expect(`${DIALOG} .o_crm_mail_link_chosen`).toHaveText(/Second\s*Lead/);
    expect(`${DIALOG} .o_crm_mail_link_confirm`).toBeFocused();
    await contains(`${DIALOG} .o_crm_mail_link_confirm`).press("Enter");
    await animationFrame();
    expect(linked).toEqual([[3, "crm.lead", 9, "whole"]]);
    expect(DIALOG).toHaveCount(0);
    expect(".o_crm_mail_link_open").toHaveText("Second");
    expect(".o_crm_mail_row:first .o_crm_mail_link_badge").toHaveText(/Second/);
});

test("one kind of record is searched alone", async () => {
    const {asked} = await openDialog();
    await type("conti");
    await contains(`${DIALOG} .o_crm_mail_link_model`).select("res.partner");
    await animationFrame();
    expect(asked.at(-1)).toEqual([3, "conti", "res.partner"]);
});

test("what the record shows is chosen, starting from what the mailbox says", async () => {
    const linked = [];
    await openDialog({
        options: {models: [], content: "text", mails: 1, visibility: "all"},
        link: (...args) => {
            linked.push(args);
            return makeLink();
        },
    });
    expect(`${DIALOG} input[value=text]`).toBeChecked();
    expect(`${DIALOG} #o_crm_mail_link_all`).toHaveCount(0);
    await contains(`${DIALOG} input[value=fact]`).click();
    await contains(`${DIALOG} .o_crm_mail_found_record`).click();
    await contains(`${DIALOG} .o_crm_mail_link_confirm`).click();
    await animationFrame();
    expect(linked).toEqual([[3, "crm.lead", 8, "fact"]]);
});

test("a whole conversation is linked, and each of its rows shows it", async () => {
    const {server} = await openDialog({
        options: {models: [], content: "whole", mails: 2, visibility: "all"},
        threadLinks: [makeLink(), makeLink({id: 71, message_id: 2, waiting: true})],
    });
    await contains(`${DIALOG} #o_crm_mail_link_all`).click();
    await contains(`${DIALOG} .o_crm_mail_found_record`).click();
    expect(`${DIALOG} .o_crm_mail_link_confirm`).toHaveText("Link 2 messages");
    await contains(`${DIALOG} .o_crm_mail_link_confirm`).click();
    await animationFrame();
    expect(server.changes.at(-1)).toEqual(["link_thread", 3, "crm.lead", 8, "whole"]);
    expect(".o_crm_mail_row .o_crm_mail_link_badge").toHaveCount(2);
    expect(".o_crm_mail_link").toHaveCount(1);
});

test("who will read it is said before it is linked", async () => {
    await openDialog({audience: {names: ["Paolo"], more: 0, outside: ["Rosa Conti"]}});
    const text = `${DIALOG} .o_crm_mail_link_audience_text`;
    expect(text).toHaveText("");
    await contains(`${DIALOG} .o_crm_mail_found_record`).click();
    await animationFrame();
    expect(text).toHaveText(
        /Paolo can read it there\.\s*In the portal also:\s*Rosa Conti/
    );
    await contains(`${DIALOG} .o_crm_mail_link_other`).click();
    expect(text).toHaveText("");
    expect(INPUT).toBeFocused();
});

test("where colleagues are too many to be asked, nobody is named", async () => {
    await openDialog({audience: {names: false, more: 0, outside: []}});
    await contains(`${DIALOG} .o_crm_mail_found_record`).click();
    await animationFrame();
    expect(`${DIALOG} .o_crm_mail_link_audience_text`).toHaveText(
        "Everybody who may open the record can read it there."
    );
});

test("a refusal leaves the dialog open", async () => {
    await openDialog({
        link: () => {
            throw refusal("You may not write on this opportunity.");
        },
    });
    await contains(`${DIALOG} .o_crm_mail_found_record`).click();
    await contains(`${DIALOG} .o_crm_mail_link_confirm`).click();
    await animationFrame();
    expect(DIALOG).toHaveCount(1);
    expect(".o_notification").toHaveText(/You may not write on this opportunity\./);
    expect(`${DIALOG} .o_crm_mail_link_confirm`).toBeEnabled();
});

test("a search says when it found nothing; Escape empties it, then leaves", async () => {
    await openDialog({found: []});
    expect(".o_crm_mail_found_nothing").toHaveText(/Type a name/);
    await type("zzz");
    expect(".o_crm_mail_found_nothing").toHaveText("Nothing found");
    await press("Escape");
    await animationFrame();
    expect(INPUT).toHaveValue("");
    expect(DIALOG).toHaveCount(1);
    await press("Escape");
    await animationFrame();
    expect(DIALOG).toHaveCount(0);
});

test("one letter is not searched for", async () => {
    const {asked} = await openDialog();
    await type("z");
    expect(asked.map(([, term]) => term)).toEqual(["", ""]);
});

test("who may only read a mailbox links nothing", async () => {
    await openDialog({accounts: [makeAccount({may_act: false})]});
    expect(DIALOG).toHaveCount(0);
    expect(".o_crm_mail_link_new").toHaveCount(0);
});

test("what colleagues see of a conversation is said in its menu", async () => {
    const server = mockMailServer({
        rows: [makeRow(3, {thread_id: 5})],
        message: (id) => makeMessage(id, {thread_id: 5}),
        kept: 1,
    });
    await mountMailClient({place: {folderId: 1, messageId: 3}});
    await animationFrame();
    await animationFrame();
    await contains(".o_crm_mail_message_menu").click();
    await contains(".o_crm_mail_set_visibility").click();
    await animationFrame();
    expect("#o_crm_mail_visibility_mailbox").toBeChecked();
    expect("label[for=o_crm_mail_visibility_mailbox]").toHaveText(
        "As the mailbox says: All that is linked"
    );
    await contains("#o_crm_mail_visibility_metadata").click();
    await contains(".o_crm_mail_visibility_save").click();
    await animationFrame();
    expect(server.changes.at(-1)).toEqual(["set_visibility", 3, "metadata"]);
    expect(".o_notification").toHaveText(/1 message stays as it is/);
    expect(".modal").toHaveCount(0);
});

test("the dialog says where colleagues see less than is chosen", async () => {
    const options = {models: [], content: "whole", mails: 1, visibility: "subject"};
    mockMailServer({options});
    await mountMailClient({place: {folderId: 1, messageId: 3}});
    await animationFrame();
    await animationFrame();
    await press("l");
    await animationFrame();
    expect(".o_crm_mail_link_at_most").toHaveText(/Who, when and the subject/);
});
