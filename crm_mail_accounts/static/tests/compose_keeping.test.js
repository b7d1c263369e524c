import {describe, expect, test} from "@odoo/hoot";
import {queryFirst} from "@odoo/hoot-dom";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {
    contains,
    getService,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {browser} from "@web/core/browser/browser";
import {ConnectionLostError} from "@web/core/network/rpc";
import {user} from "@web/core/user";

import {
    ComposeBackup,
    LEFT_ALONE,
} from "@crm_mail_accounts/messages_service/compose_backup";

import {
    defineMailClientModels,
    makeComposition,
    makeSender,
    mockMailServer,
    mountMailClient,
} from "./mail_client_test_helpers";

defineMailClientModels();
describe.current.tags("desktop");

const ROSA = {name: "Rosa Conti", email: "rosa@conti.test"};
const PREFIX = () => `crm_mail_accounts.compose.${user.userId}.`;

async function write(server = {}) {
    const mock = mockMailServer({
        composition: makeComposition({to: [ROSA], subject: "Offer"}),
        ...server,
    });
    await mountMailClient();
    await contains(".o_crm_mail_write").click();
    await animationFrame();
    return mock;
}

const kept = () =>
    Object.keys(browser.localStorage)
        .filter((key) => key.startsWith(PREFIX()))
        .map((key) => JSON.parse(browser.localStorage.getItem(key)));

/** What another tab, which is no more, left behind. */
function leaveBehind(values = {}) {
    browser.localStorage.setItem(
        `${PREFIX()}lost.1`,
        JSON.stringify({
            tab: "lost",
            at: 0,
            id: 9,
            version: 3,
            values: {
                sender_key: "account:1",
                to: [ROSA],
                cc: [],
                bcc: [],
                subject: "Half a mail",
                body_html: "<div>Half a sentence</div>",
                plain: false,
                importance: "normal",
                read_receipt: false,
                parent: false,
                record: false,
                attachment_ids: [],
            },
            senders: [makeSender()],
            attachments: [],
            record: false,
            ...values,
        })
    );
}

test("the browser keeps a change at once, until the server has it", async () => {
    await write();
    await contains(".o_crm_mail_subject_input").edit("Offer 2", {confirm: false});
    expect(kept().map(({values}) => values.subject)).toEqual(["Offer 2"]);
    await advanceTime(2000);
    expect(kept()).toEqual([]);
});

test("who goes on typing is saved all the same", async () => {
    const server = await write();
    const saves = () => server.calls.filter((name) => name === "compose_save").length;
    const typeFor = async (seconds) => {
        for (let second = 0; second < seconds; second++) {
            await contains(".o_crm_mail_subject_input").edit(`Offer ${second}`, {
                confirm: false,
            });
            await advanceTime(1000);
        }
    };
    await typeFor(12);
    expect(saves()).toBe(0);
    await typeFor(12);
    expect(saves()).toBeGreaterThan(0);
});

test("what is typed while a save is on its way is saved after it", async () => {
    const server = await write();
    let finish = null;
    onRpc("crm.mail.client", "compose_save", async ({args}) => {
        await new Promise((resolve) => (finish = resolve));
        server.changes.push(["compose_save", ...args]);
        return {id: 500, version: args[1] + 1, saved_at: false, conflict: false};
    });
    await contains(".o_crm_mail_subject_input").edit("One", {confirm: false});
    await advanceTime(2000);
    await contains(".o_crm_mail_subject_input").edit("Two", {confirm: false});
    finish();
    await animationFrame();
    expect(kept().map(({values}) => values.subject)).toEqual(["Two"]);
    await advanceTime(2000);
    finish();
    await animationFrame();
    const versions = server.changes
        .filter(([name]) => name === "compose_save")
        .map(([, id, version, values]) => [id, version, values.subject]);
    expect(versions).toEqual([
        [false, 0, "One"],
        [500, 1, "Two"],
    ]);
    expect(kept()).toEqual([]);
});

test("while Odoo is away everything stays, and is saved when it is back", async () => {
    await write();
    let isAway = true;
    const client = getService("crm_mail_client");
    const {orm} = client;
    client.orm = {
        call: (...args) => {
            if (isAway) {
                throw new ConnectionLostError("/");
            }
            return orm.call(...args);
        },
    };
    await contains(".o_crm_mail_subject_input").edit("Offer 2", {confirm: false});
    await advanceTime(2000);
    expect(".o_crm_mail_save_state").toHaveText("Odoo is away: kept in this browser");
    expect(kept()).toHaveLength(1);
    isAway = false;
    await advanceTime(5000);
    expect(".o_crm_mail_save_state").toHaveText(/^Saved/);
    expect(kept()).toEqual([]);
});

test("a mail of a tab that was killed is offered, and gone on with", async () => {
    leaveBehind();
    const server = mockMailServer();
    await mountMailClient();
    await animationFrame();
    expect(".o_notification").toHaveText(/You were writing a message: “Half a mail”/);
    await contains(".o_notification_buttons button:contains(Continue)").click();
    await animationFrame();
    expect(".o_crm_mail_subject_input").toHaveValue("Half a mail");
    expect(".o_crm_mail_editable").toHaveText("Half a sentence");
    await advanceTime(2000);
    const [, id, version, values] = server.changes.find(
        ([name]) => name === "compose_save"
    );
    expect([id, version, values.subject]).toEqual([9, 3, "Half a mail"]);
    expect(kept()).toEqual([]);
});

test("a mail of a tab that was killed can be thrown away", async () => {
    leaveBehind();
    const server = mockMailServer();
    await mountMailClient();
    await animationFrame();
    await contains(".o_notification_buttons button:contains(Discard)").click();
    await animationFrame();
    expect(kept()).toEqual([]);
    expect(server.changes).toEqual([["compose_discard", 9]]);
    expect(".o_crm_mail_composer").toHaveCount(0);
});

test("a mail that another tab is writing right now is left to it", async () => {
    leaveBehind({tab: "alive"});
    patchWithCleanup(ComposeBackup.prototype, {
        get locks() {
            return {
                request: () => undefined,
                query: async () => ({
                    held: [{name: "crm_mail_accounts.compose.alive"}],
                }),
            };
        },
    });
    mockMailServer();
    await mountMailClient();
    await animationFrame();
    expect(".o_notification").toHaveCount(0);
    expect(kept()).toHaveLength(1);
});

test("without locks, what was touched a moment ago is taken for another tab's", async () => {
    patchWithCleanup(ComposeBackup.prototype, {
        get locks() {
            return undefined;
        },
    });
    leaveBehind({tab: "other", at: Date.now() - LEFT_ALONE + 1000});
    mockMailServer();
    await mountMailClient();
    await animationFrame();
    expect(".o_notification").toHaveCount(0);
});

test("what one user wrote is not shown to the next one", async () => {
    leaveBehind();
    const [key] = Object.keys(browser.localStorage).filter((one) =>
        one.startsWith(PREFIX())
    );
    browser.localStorage.setItem(
        key.replace(PREFIX(), `crm_mail_accounts.compose.${user.userId + 1}.`),
        browser.localStorage.getItem(key)
    );
    browser.localStorage.removeItem(key);
    mockMailServer();
    await mountMailClient();
    await animationFrame();
    expect(".o_notification").toHaveCount(0);
});

test("a mail that is sent or closed is not offered again", async () => {
    await write();
    await contains(".o_crm_mail_subject_input").edit("Offer 2", {confirm: false});
    await contains(".o_crm_mail_send").click();
    await animationFrame();
    expect(kept()).toEqual([]);
    expect(getService("crm_mail_client").store.compose.windows).toEqual([]);
    expect(queryFirst(".o_crm_mail_composer")).toBe(null);
});
