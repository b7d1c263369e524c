import {describe, expect, test} from "@odoo/hoot";
import {press, queryFirst} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {patchUiSize, SIZES} from "@mail/../tests/mail_test_helpers";
import {contains, getService} from "@web/../tests/web_test_helpers";

import {
    defineMailClientModels,
    makeComposition,
    makeFolder,
    makeRow,
    mockMailServer,
    mountMailClient,
} from "./mail_client_test_helpers";

defineMailClientModels();
describe.current.tags("desktop");

/** Notes how each mail is begun */
function noteStarts(values = {}) {
    return mockMailServer({
        composition: (kind, messageId, given) => {
            expect.step(`${kind} ${messageId} ${JSON.stringify(given)}`);
            return makeComposition();
        },
        ...values,
    });
}

test("a mail is answered and passed on, by buttons and keys", async () => {
    noteStarts();
    await mountMailClient();
    await contains(".o_crm_mail_row:eq(1)").click();
    for (const name of ["reply", "reply_all", "forward"]) {
        await contains(`.o_crm_mail_reading_pane [data-answer=${name}]`).click();
        await animationFrame();
    }
    expect.verifySteps(["reply 2 null", "reply_all 2 null", "forward 2 null"]);
    await contains(".o_crm_mail_more_answers").click();
    await contains("[data-answer=edit_as_new]").click();
    await animationFrame();
    expect.verifySteps(["edit_as_new 2 null"]);
    for (const key of ["r", "a", "f"]) {
        queryFirst(".o_crm_mail_rows").focus();
        await press(key);
        await animationFrame();
    }
    expect.verifySteps(["reply 2 null", "reply_all 2 null", "forward 2 null"]);
});

test("the menu of the selection answers one mail, and none of two", async () => {
    noteStarts();
    await mountMailClient();
    await contains(".o_crm_mail_row_check:eq(0)").click();
    await contains(".o_crm_mail_selection .o_crm_mail_more_actions").click();
    await contains(".dropdown-item[data-action=reply]").click();
    await animationFrame();
    expect.verifySteps(["reply 3 null"]);
    await contains(".o_crm_mail_row_check:eq(1)").click();
    await contains(".o_crm_mail_selection .o_crm_mail_more_actions").click();
    expect(".dropdown-item[data-action=reply]").toHaveCount(0);
});

test("a draft is gone on with, in one window however often it is opened", async () => {
    noteStarts({
        folders: [makeFolder({id: 1, role: "drafts", name: "Drafts"})],
        rows: [makeRow(3, {draft: true})],
    });
    await mountMailClient();
    await contains(".o_crm_mail_row").click();
    await animationFrame();
    expect.verifySteps(["draft 3 null"]);
    await contains(".o_crm_mail_row").click();
    await animationFrame();
    expect.verifySteps([]);
    expect(".o_crm_mail_composer").toHaveCount(1);
    expect(getService("crm_mail_client").store.openId).toBe(false);
});

test("on a phone a mail is written over the whole screen", async () => {
    noteStarts();
    patchUiSize({size: SIZES.SM});
    await mountMailClient();
    await contains(".o_crm_mail_row").click();
    await animationFrame();
    await contains(".o_crm_mail_reply_bar [data-answer=reply]").click();
    await animationFrame();
    expect.verifySteps(["reply 3 null"]);
    const {width, height} = queryFirst(".o_crm_mail_composer").getBoundingClientRect();
    expect([width, height]).toEqual([window.innerWidth, window.innerHeight]);
});
