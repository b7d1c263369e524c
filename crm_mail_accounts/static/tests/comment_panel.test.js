import {describe, expect, test} from "@odoo/hoot";
import {press} from "@odoo/hoot-dom";
import {animationFrame, runAllTimers} from "@odoo/hoot-mock";
import {contains} from "@web/../tests/web_test_helpers";

import {
    defineMailClientModels,
    makeComment,
    makeMessage,
    makeReader,
    makeRow,
    makeTalk,
    mockMailServer,
    mountMailClient,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const ANNA = {
    id: 7,
    name: "Anna Rossi",
    avatar_url: "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
    reads: false,
};
const SHARED = makeReader({
    user_id: 7,
    name: "Anna Rossi",
    kind: "shared",
    share_id: 31,
    may_withdraw: true,
});

async function openMail(values = {}, flags = {}) {
    const server = mockMailServer({
        rows: [makeRow(3, flags)],
        message: (id) => makeMessage(id, {seen: false, ...flags}),
        ...values,
    });
    await mountMailClient({place: {folderId: 1, messageId: 3}});
    await animationFrame();
    await animationFrame();
    return server;
}

test("a mail that nobody has talked about has one quiet line", async () => {
    await openMail({
        talk: () => {
            throw new Error("not asked for");
        },
    });
    expect(".o_crm_mail_discuss").toHaveCount(1);
    expect(".o_crm_mail_comments").toHaveCount(0);
});

test("naming a colleague says that they will read the mail, and shares it", async () => {
    const server = await openMail({
        colleagues: [ANNA],
        said: makeTalk({
            comments: [makeComment(1, {body: "@Anna Rossi look", mine: true})],
            readers: [makeReader(), SHARED],
        }),
    });
    await contains(".o_crm_mail_discuss").click();
    await animationFrame();
    expect(".o_crm_mail_comment_input").toBeFocused();
    expect(".o_crm_mail_comment_send").not.toBeEnabled();
    await contains(".o_crm_mail_comment_input").edit("Ask @Ann", {confirm: false});
    await runAllTimers();
    await animationFrame();
    expect(".o_crm_mail_named").toHaveText("Anna Rossi");
    await press("Enter");
    await animationFrame();
    expect(".o_crm_mail_comment_input").toHaveValue("Ask @Anna Rossi ");
    expect(".o_crm_mail_comment_write [role=status]").toHaveText(
        "Anna Rossi will be able to read this message."
    );
    await contains(".o_crm_mail_comment_send").click();
    await animationFrame();
    expect(server.changes.filter(([name]) => name === "comment")).toEqual([
        ["comment", 3, "Ask @Anna Rossi ", [7]],
    ]);
    expect(".o_crm_mail_reader").toHaveCount(2);
    expect(".o_crm_mail_comment_input").toHaveValue("");
    expect(".o_crm_mail_row_comments").toHaveCount(1);
});

test("a name that is taken out of the text again is not named", async () => {
    const server = await openMail({colleagues: [ANNA], said: makeTalk()});
    await contains(".o_crm_mail_discuss").click();
    await animationFrame();
    await contains(".o_crm_mail_comment_input").edit("@Ann", {confirm: false});
    await runAllTimers();
    await animationFrame();
    await contains(".o_crm_mail_named").click();
    await contains(".o_crm_mail_comment_input").edit("Nobody", {confirm: false});
    await contains(".o_crm_mail_comment_send").click();
    await animationFrame();
    expect(server.changes.at(-1)).toEqual(["comment", 3, "Nobody", []]);
});

test("the owner withdraws what they have shared", async () => {
    const server = await openMail(
        {
            talk: makeTalk({
                comments: [makeComment(1)],
                readers: [makeReader(), SHARED],
            }),
            withdrawn: makeTalk({comments: [makeComment(1)]}),
        },
        {comments: 1}
    );
    expect(".o_crm_mail_reader").toHaveCount(2);
    await contains(".o_crm_mail_withdraw").click();
    await animationFrame();
    expect(server.changes.at(-1)).toEqual(["withdraw_share", 31]);
    expect(".o_crm_mail_reader").toHaveCount(1);
});

test("a mail that is shared with the reader is linked, not changed", async () => {
    const server = await openMail({}, {shared: true, account_id: 99});
    expect(".o_crm_mail_comments").toHaveCount(1);
    expect(".o_crm_mail_new_opportunity").toHaveCount(1);
    expect(".o_crm_mail_pane_head .o_crm_mail_toolbar").toHaveCount(0);
    expect(server.changes).toEqual([]);
});
