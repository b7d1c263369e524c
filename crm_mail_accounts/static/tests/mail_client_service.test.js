import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {waitNotifications, waitUntilSubscribe} from "@bus/../tests/bus_test_helpers";
import {
    defineMenus,
    getService,
    makeMockEnv,
    MockServer,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {ConnectionLostError} from "@web/core/network/rpc";

import {PAGE_SIZE} from "@crm_mail_accounts/messages_service/list_service";
import {
    BUS_DELAY,
    INDEXING_PERIOD,
    QUIET_PERIOD,
    RECONNECT_PERIOD,
} from "@crm_mail_accounts/messages_service/news_service";

import {
    defineMailClientModels,
    makeAccount,
    makeFolder,
    makeRow,
    mockMailServer,
    noteActions,
    refusal,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const ids = (rows) => rows.map((row) => row.id);

let server = null;

beforeEach(() => {
    server = mockMailServer();
});

async function startClient() {
    await makeMockEnv();
    return getService("crm_mail_client");
}

/**
 * @param {number} count
 * @param {object} [values]
 */
function makeRows(count, values) {
    return Array.from({length: count}, (_item, index) =>
        makeRow(count - index, values)
    );
}

test("entering opens the inbox", async () => {
    const client = await startClient();
    await client.enter();
    expect(client.store.folderId).toBe(1);
    expect(ids(client.store.list.rows)).toEqual([3, 2, 1]);
    expect(server.calls).toEqual(["bootstrap", "list_messages"]);
});

test("entering at a place opens that folder and that mail", async () => {
    server.folders = [makeFolder(), makeFolder({id: 2, role: "sent", name: "Sent"})];
    const client = await startClient();
    await client.enter({folderId: 2, messageId: 3});
    expect(client.store.folderId).toBe(2);
    expect(client.store.openId).toBe(3);
    expect(client.store.message.status).toBe("ready");
});

test("a place that is no longer there falls back to the inbox", async () => {
    const client = await startClient();
    await client.enter({folderId: 99});
    expect(client.store.folderId).toBe(1);
});

test("further pages are asked from the place where the last one ended", async () => {
    server.rows = makeRows(PAGE_SIZE + 10);
    const client = await startClient();
    await client.enter();
    expect(client.store.list.rows).toHaveLength(PAGE_SIZE);
    await client.loadMore();
    expect(client.store.list.rows).toHaveLength(PAGE_SIZE + 10);
    await client.loadMore();
    expect(server.calls.filter((name) => name === "list_messages")).toHaveLength(2);
});

test("a refusal of the server is shown as it is written", async () => {
    server.message = () => {
        throw refusal("The mail server is away.");
    };
    const client = await startClient();
    await client.enter();
    await client.openMessage(3);
    expect(client.store.message.status).toBe("error");
    expect(client.store.message.error).toBe("The mail server is away.");
    // What the CRM knows does not depend on the mail server.
    expect(client.store.context.status).toBe("ready");
});

test("a programming error is not shown to people", async () => {
    server.rows = () => {
        throw new Error("'NoneType' object has no attribute 'uid'");
    };
    const client = await startClient();
    await client.enter();
    expect(client.store.list.status).toBe("error");
    expect(client.store.list.error).not.toInclude("NoneType");
});

test("Odoo away: says so, tries again, recovers", async () => {
    let isAway = false;
    const client = await startClient();
    await client.enter();
    const call = client.orm.call;
    client.orm = {
        call: (...args) => {
            if (isAway) {
                throw new ConnectionLostError("/");
            }
            return call.apply(getService("orm").silent, args);
        },
    };
    isAway = true;
    await client.look();
    expect(client.store.online).toBe(false);
    expect(client.store.list.rows).toHaveLength(3);
    isAway = false;
    await advanceTime(RECONNECT_PERIOD);
    await animationFrame();
    expect(client.store.online).toBe(true);
    client.leave();
});

test("what could not be loaded while Odoo was away is asked for when it is back", async () => {
    let isAway = false;
    server.folders = [makeFolder(), makeFolder({id: 2, name: "Old", role: "none"})];
    const client = await startClient();
    await client.enter();
    client.orm = {
        call: (...args) => {
            if (isAway) {
                throw new ConnectionLostError("/");
            }
            return getService("orm").silent.call(...args);
        },
    };
    isAway = true;
    await client.openFolder(2);
    await client.openMessage(3);
    expect(client.store.list.status).toBe("error");
    expect(client.store.message.status).toBe("error");
    isAway = false;
    await advanceTime(RECONNECT_PERIOD);
    await animationFrame();
    expect(client.store.list.status).toBe("ready");
    expect(client.store.list.rows).toHaveLength(3);
    expect(client.store.message.status).toBe("ready");
    client.leave();
});

test("while a mailbox is indexed its progress is asked again and again", async () => {
    const running = (indexed) => [
        makeAccount({progress: {indexed, total: 90, running: true}}),
    ];
    server.accounts = running(10);
    const client = await startClient();
    await client.enter();
    server.calls.length = 0;
    server.accounts = running(40);
    await advanceTime(INDEXING_PERIOD);
    await animationFrame();
    expect(server.calls).toEqual(["progress"]);
    expect(client.store.accounts[0].progress.indexed).toBe(40);
    server.accounts = [makeAccount()];
    await advanceTime(INDEXING_PERIOD);
    await animationFrame();
    server.calls.length = 0;
    await advanceTime(INDEXING_PERIOD);
    await animationFrame();
    expect(server.calls).toEqual([]);
    client.leave();
    await advanceTime(2 * QUIET_PERIOD);
    expect(server.calls).toEqual([]);
});

test("new mail shows when the counts of the open folder move", async () => {
    const client = await startClient();
    await client.enter();
    server.rows = [makeRow(4, {seen: false}), ...server.rows];
    server.folders = [makeFolder({unread: 1, total: 4, indexed: 4})];
    server.unread = 1;
    await client.look();
    expect(ids(client.store.list.rows)).toEqual([4, 3, 2, 1]);
    expect(client.store.arrival.count).toBe(1);
    expect(client.store.unread).toBe(1);
    client.leave();
});

test("what comes in during the first indexing is not announced", async () => {
    server.accounts = [makeAccount({progress: {indexed: 3, total: 90, running: true}})];
    const client = await startClient();
    await client.enter();
    server.rows = [makeRow(4, {seen: false}), ...server.rows];
    server.folders = [makeFolder({unread: 1, total: 4, indexed: 4})];
    await client.look();
    expect(client.store.list.rows).toHaveLength(4);
    expect(client.store.arrival.count).toBe(0);
    client.leave();
});

test("notifications of the bus become one question", async () => {
    const client = await startClient();
    await waitUntilSubscribe();
    await client.enter();
    server.calls.length = 0;
    server.rows = [makeRow(3, {flagged: true}), makeRow(2), makeRow(1)];
    for (let number = 0; number < 3; number++) {
        MockServer.env["bus.bus"]._sendone("broadcast", "crm_mail_accounts/changed", {
            account_id: 1,
            folder_ids: [1],
        });
    }
    await waitNotifications(...Array(3).fill(["crm_mail_accounts/changed"]));
    await advanceTime(BUS_DELAY);
    await animationFrame();
    expect(server.calls).toEqual(["progress", "list_messages"]);
    expect(client.store.list.rows[0].flagged).toBe(true);
    client.leave();
});

test("a notification about another folder leaves the list alone", async () => {
    const client = await startClient();
    await client.enter();
    server.calls.length = 0;
    client.onChanged({account_id: 1, folder_ids: [8]});
    await advanceTime(BUS_DELAY);
    await animationFrame();
    expect(server.calls).toEqual(["progress"]);
    client.leave();
});

test("a new folder on the server loads the folders anew", async () => {
    const client = await startClient();
    await client.enter();
    server.folders = [makeFolder(), makeFolder({id: 2, name: "Offers", role: "none"})];
    await client.look();
    expect(client.store.folders.map((folder) => folder.name)).toEqual([
        "INBOX",
        "Offers",
    ]);
    client.leave();
});

test("a mailbox that was withdrawn goes with its open mail, and is told once", async () => {
    const theirs = makeAccount({id: 2, name: "Sales", owner: "Rosa Conti"});
    server.accounts = [makeAccount(), theirs];
    server.folders = [makeFolder(), makeFolder({id: 2, account_id: 2})];
    server.rows = [makeRow(3, {account_id: 2, folder_id: 2}), makeRow(2)];
    const client = await startClient();
    const told = [];
    client.notification = {add: (text) => told.push(text)};
    await client.enter({folderId: 2, messageId: 3});
    expect(client.store.message.status).toBe("ready");
    server.accounts = [makeAccount()];
    server.folders = [makeFolder()];
    server.rows = [makeRow(2)];
    await client.look();
    await client.look();
    expect(client.store.folderId).toBe(1);
    expect(client.store.openId).toBe(false);
    expect(ids(client.store.list.rows)).toEqual([2]);
    expect(told).toEqual([
        "You no longer have access to the mailbox “Sales” of Rosa Conti.",
    ]);
    client.leave();
});

test("one's own mailbox that goes is not told, and other open mails stay", async () => {
    server.accounts = [makeAccount(), makeAccount({id: 2, name: "Second"})];
    server.folders = [makeFolder(), makeFolder({id: 2, account_id: 2})];
    const client = await startClient();
    const told = [];
    client.notification = {add: (text) => told.push(text)};
    await client.enter({folderId: 1, messageId: 3});
    server.accounts = [makeAccount()];
    server.folders = [makeFolder()];
    await client.look();
    expect(client.store.openId).toBe(3);
    expect(told).toEqual([]);
    client.leave();
});

test("a refused link is told and changes nothing", async () => {
    server.link = () => {
        throw refusal("You may not write on this opportunity.");
    };
    const client = await startClient();
    const told = [];
    client.notification = {add: (text) => told.push(text)};
    await client.enter();
    await client.openMessage(3);
    await client.links.link(3, "crm.lead", 5);
    expect(told).toEqual(["You may not write on this opportunity."]);
    expect(client.store.context.data.links).toHaveLength(0);
});

test("the POP3 mailboxes of an account open", async () => {
    const noted = noteActions();
    const client = await startClient();
    client.openPop3(7);
    expect(noted[0].action).toBe("crm_mail_accounts.crm_mail_pop3_bridge_action");
    expect(noted[0].options.additionalContext).toEqual({
        default_account_id: 7,
        search_default_account_id: 7,
    });
});

test("the assistant opens for a new and for a known account, then all is reloaded", async () => {
    const noted = noteActions();
    const client = await startClient();
    await client.enter();
    client.openSetup();
    client.openSetup(1);
    expect(noted.map(({action}) => action)).toEqual([
        "crm_mail_accounts.crm_mail_account_setup_action",
        "crm_mail_accounts.crm_mail_account_setup_action",
    ]);
    expect(noted.map(({options}) => options.additionalContext)).toEqual([
        {},
        {default_account_id: 1},
    ]);
    server.accounts = [makeAccount(), makeAccount({id: 2, name: "sales@demo.test"})];
    await noted[0].options.onClose();
    expect(client.store.accounts).toHaveLength(2);
    client.leave();
});

test("Messages is opened by its menu, so that its app is the current one", async () => {
    defineMenus([{id: 7, name: "Messages", actionID: 77, actionPath: "crm-messages"}]);
    onRpc("crm.mail.client", "progress", () => ({
        accounts: [],
        folders: [],
        unread: 0,
    }));
    const noted = noteActions();
    const client = await startClient();
    await client.openMessages();
    expect(noted[0].action).toBe(77);
});
