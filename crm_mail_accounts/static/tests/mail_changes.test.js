import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {advanceTime, animationFrame, Deferred} from "@odoo/hoot-mock";
import {getService, makeMockEnv, onRpc} from "@web/../tests/web_test_helpers";
import {ConnectionLostError} from "@web/core/network/rpc";

import {AT_ONCE} from "@crm_mail_accounts/messages_service/mail_actions";
import {BUS_DELAY} from "@crm_mail_accounts/messages_service/news_service";
import {makeMailClientStore} from "@crm_mail_accounts/messages_service/mail_client_store";

import {
    defineMailClientModels,
    makeAccount,
    makeFolder,
    makeLink,
    makeMessage,
    makePerson,
    makeRow,
    mockMailServer,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const ids = (rows) => rows.map((row) => row.id);
const makeFolders = () => [
    makeFolder({unread: 1}),
    makeFolder({id: 3, name: "Trash", role: "trash"}),
    makeFolder({id: 4, name: "Archive", role: "archive"}),
];

describe("what is shown", () => {
    let store = null;

    beforeEach(() => {
        store = makeMailClientStore();
        store.setBoot({accounts: [makeAccount()], folders: makeFolders(), unread: 1});
        store.startFolder(1);
        store.setFirstPage(1, {
            rows: [makeRow(4), makeRow(3, {seen: false}), makeRow(2), makeRow(1)],
            before: false,
            total: 4,
            indexed: 4,
        });
    });

    const unread = () => store.folders.map((folder) => folder.unread);

    test("rows leave with their counts, and come back with them", () => {
        store.selectAll();
        const taken = store.takeRows([3, 2], 3);
        expect(ids(store.list.rows)).toEqual([4, 1]);
        expect(store.list.total).toBe(2);
        expect(unread()).toEqual([0, 1, 0]);
        expect(store.unread).toBe(0);
        expect([...store.selected]).toEqual([4, 1]);
        store.giveBack(taken);
        expect(ids(store.list.rows)).toEqual([4, 3, 2, 1]);
        expect(store.list.total).toBe(4);
        expect(unread()).toEqual([1, 0, 0]);
        expect(store.unread).toBe(1);
        expect(ids(store.selectedRows)).toEqual([4, 3, 2, 1]);
    });

    test("rows come back to the folder that they left, not to the one shown now", () => {
        const taken = store.takeRows([3], 3);
        store.startFolder(4);
        store.setFirstPage(4, {rows: [], before: false, total: 0, indexed: 0});
        store.giveBack(taken);
        expect(store.list.rows).toHaveLength(0);
        expect(unread()).toEqual([1, 0, 0]);
    });

    test("a mail that was open without being listed does not come back as a row", () => {
        store.startMessage(99);
        store.setMessage(makeMessage(99, {date: "2020-01-01 10:00:00"}));
        store.giveBack(store.takeRows([99], 3));
        expect(ids(store.list.rows)).toEqual([4, 3, 2, 1]);
    });

    test("the cursor goes to the next older row that stays, else above", () => {
        store.setCursor(3);
        store.takeRows([3, 2], 3);
        expect(store.cursorId).toBe(1);
        store.takeRows([1], 3);
        expect(store.cursorId).toBe(4);
        store.takeRows([4], 3);
        expect(store.cursorId).toBe(false);
    });

    test("the next mail to read is the next older one that stays", () => {
        store.startMessage(4);
        expect(store.followerOf([4, 3]).id).toBe(2);
        store.startMessage(1);
        expect(store.followerOf([1])).toBe(undefined);
    });

    test("a folder that only the CRM knows goes on showing what is moved", () => {
        store.setBoot({
            accounts: [makeAccount()],
            folders: [
                ...makeFolders(),
                makeFolder({id: 8, role: "none", local: true, unread: 1}),
            ],
            unread: 1,
        });
        store.startFolder(8);
        store.setFirstPage(8, {
            rows: [makeRow(3, {seen: false})],
            before: false,
            total: 1,
            indexed: 1,
        });
        store.takeRows([3], 4);
        expect(ids(store.list.rows)).toEqual([3]);
        store.setFlags([3], {seen: true});
        expect(store.getFolder(8).unread).toBe(0);
    });

    test("where mails of all folders are listed, one that moves tells its new place", () => {
        store.startFolder("special-flagged");
        store.setFirstPage("special-flagged", {
            rows: [makeRow(3, {seen: false}), makeRow(2)],
            before: false,
            total: 2,
            indexed: 2,
        });
        const taken = store.takeRows([3], 4);
        expect(ids(store.list.rows)).toEqual([3, 2]);
        expect(store.list.rows[0].folder_id).toBe(4);
        expect(unread()).toEqual([0, 0, 1]);
        store.giveBack(taken);
        expect(store.list.rows[0].folder_id).toBe(1);
        expect(unread()).toEqual([1, 0, 0]);
        store.takeRows([3], false, {isFinal: true});
        expect(ids(store.list.rows)).toEqual([2]);
        expect(unread()).toEqual([0, 0, 0]);
    });

    test("a flag shows wherever the mail does, and is taken back there", () => {
        store.startMessage(3);
        store.setMessage(makeMessage(3, {seen: false}));
        const before = store.setFlags([3], {seen: true, flagged: true});
        expect(store.list.rows[1]).toMatchObject({seen: true, flagged: true});
        expect(store.message.data).toMatchObject({seen: true, flagged: true});
        expect(unread()).toEqual([0, 0, 0]);
        store.restoreFlags(before);
        expect(store.list.rows[1]).toMatchObject({seen: false, flagged: false});
        expect(store.message.data).toMatchObject({seen: false, flagged: false});
        expect(unread()).toEqual([1, 0, 0]);
    });

    test("unread mail of somebody else's inbox is not on the envelope", () => {
        store.accounts[0].owner = "Marco";
        store.countUnread(1, -1);
        expect(unread()).toEqual([0, 0, 0]);
        expect(store.unread).toBe(1);
    });

    test("where there is no trash, deleting is for good", () => {
        expect(store.isDeletingFinal(store.list.rows)).toBe(false);
        store.folders = store.folders.filter(({role}) => role !== "trash");
        expect(store.isDeletingFinal(store.list.rows)).toBe(true);
    });

    test("mails are moved within their mailbox, to folders that hold mail", () => {
        const {rows} = store.list;
        const may = (values, moved = rows) =>
            store.mayMoveTo(moved, makeFolder({id: 9, role: "none", ...values}));
        expect(may({})).toBe(true);
        expect(may({id: 1})).toBe(false);
        expect(may({local: true})).toBe(false);
        expect(may({selectable: false})).toBe(false);
        expect(may({account_id: 2})).toBe(false);
        expect(may({}, [])).toBe(false);
        store.accounts[0].may_act = false;
        expect(may({})).toBe(false);
    });
});

describe("with the server", () => {
    let server = null;

    beforeEach(() => {
        server = mockMailServer({folders: makeFolders()});
        server.folders[0].unread = 0;
    });

    async function startClient() {
        await makeMockEnv();
        const client = getService("crm_mail_client");
        client.told = [];
        client.notification = {
            add: (text) => {
                client.told.push(`${text}`);
                return () => undefined;
            },
        };
        await client.enter();
        server.calls.length = 0;
        return client;
    }

    /** An answer that the test gives when it likes */
    function holdBack(method, value) {
        const held = new Deferred();
        onRpc("crm.mail.client", method, async () => {
            server.calls.push(method);
            await held;
            return JSON.parse(JSON.stringify(value()));
        });
        return held;
    }

    /** The list as it was when it was asked for; asked again, as it is then */
    function holdList() {
        const answers = [JSON.parse(JSON.stringify(server.rows))];
        const held = holdBack("list_messages", () => ({
            rows: answers.pop() || server.rows,
            before: false,
            total: 3,
            indexed: 3,
        }));
        return {held, answers};
    }

    const progress = () => ({
        accounts: server.accounts,
        folders: server.folders,
        unread: 0,
    });

    test("an action that succeeds asks nothing more", async () => {
        const client = await startClient();
        await client.mails.archive([client.store.list.rows[1]]);
        expect(server.calls).toEqual(["archive"]);
        expect(client.told).toEqual(["The message was archived."]);
    });

    test("what the server counts meanwhile is taken over, with the list", async () => {
        const client = await startClient();
        server.rows = [makeRow(4, {seen: false}), ...server.rows];
        server.folders[0] = makeFolder({unread: 1, total: 4, indexed: 4});
        await client.mails.flag([client.store.list.rows[1]]);
        expect(client.store.folder.unread).toBe(1);
        expect(ids(client.store.list.rows)).toEqual([4, 3, 2, 1]);
        expect(client.store.arrival.count).toBe(1);
    });

    test("a folder that the action made appears", async () => {
        const client = await startClient();
        server.folders = [...server.folders, makeFolder({id: 80, name: "New"})];
        await client.mails.archive([client.store.list.rows[0]]);
        expect(client.store.getFolder(80).name).toBe("New");
    });

    test("changes are sent one after the other, in the reader's order", async () => {
        const client = await startClient();
        const held = holdBack("mark", progress);
        const [first, second] = client.store.list.rows;
        client.mails.flag([first]);
        const done = client.mails.archive([second]);
        await animationFrame();
        expect(server.calls).toEqual(["mark"]);
        held.resolve();
        await done;
        expect(server.calls).toEqual(["mark", "archive"]);
    });

    test("a list that was asked before does not bring back what left", async () => {
        const client = await startClient();
        const {held, answers} = holdList();
        const refreshed = client.refreshList();
        const archived = client.mails.archive([client.store.list.rows[0]]);
        held.resolve();
        await Promise.all([archived, refreshed]);
        expect(answers).toHaveLength(0);
        expect(ids(client.store.list.rows)).toEqual([2, 1]);
    });

    test("a list that was asked before shows whose a conversation is by now", async () => {
        const client = await startClient();
        const marco = makePerson(8, {name: "Marco Neri"});
        const {held, answers} = holdList();
        const refreshed = client.refreshList();
        const assigned = client.team.assign([client.store.list.rows[0]], marco);
        server.rows[0].assigned = marco;
        await assigned;
        held.resolve();
        await refreshed;
        expect(answers).toHaveLength(0);
        expect(client.store.list.rows[0].assigned.name).toBe("Marco Neri");
    });

    test("a list that comes before the answer does not hide whose it is", async () => {
        server.rows[0].thread_id = 100;
        const client = await startClient();
        const marco = makePerson(8, {name: "Marco Neri"});
        const held = holdBack("assign", () => []);
        const assigned = client.team.assign([client.store.list.rows[0]], marco);
        await client.refreshList();
        held.resolve();
        await assigned;
        expect(client.store.list.rows[0].assigned.name).toBe("Marco Neri");
    });

    test("a list that was asked before does not hide a new link", async () => {
        const client = await startClient();
        const link = makeLink({message_id: 3});
        const {held, answers} = holdList();
        onRpc("crm.mail.client", "link_message", () => link);
        const refreshed = client.refreshList();
        await client.links.link(3, link.model, link.res_id);
        server.rows[0].links = [link];
        held.resolve();
        await refreshed;
        expect(answers).toHaveLength(0);
        expect(client.store.list.rows[0].links).toHaveLength(1);
    });

    test("a list that is wanted while a change is under way waits for it", async () => {
        const client = await startClient();
        const held = holdBack("mark", progress);
        const marked = client.mails.flag([client.store.list.rows[0]]);
        await client.refreshList();
        await animationFrame();
        expect(server.calls).toEqual(["mark"]);
        held.resolve();
        await marked;
        expect(server.calls).toEqual(["mark", "list_messages"]);
    });

    test("counts that were asked before are asked again", async () => {
        server.folders[0].unread = 1;
        server.rows[0].seen = false;
        const client = await startClient();
        const answers = [JSON.parse(JSON.stringify(progress()))];
        const held = holdBack("progress", () => answers.pop() || progress());
        const looked = client.look();
        const marked = client.mails.markRead([client.store.list.rows[0]]);
        held.resolve();
        await Promise.all([looked, marked]);
        expect(client.store.folder.unread).toBe(0);
        await advanceTime(BUS_DELAY);
        await animationFrame();
        expect(server.calls.filter((name) => name === "progress")).toHaveLength(2);
        expect(client.store.folder.unread).toBe(0);
        client.leave();
    });

    test("a mail that comes late keeps the flag that was set meanwhile", async () => {
        const client = await startClient();
        const held = holdBack("open_message", () => makeMessage(3));
        const opened = client.openMessage(3);
        const flagged = client.mails.flag([client.store.list.rows[0]]);
        held.resolve();
        await Promise.all([opened, flagged]);
        expect(client.store.message.data.flagged).toBe(true);
        expect(client.store.list.rows[0].flagged).toBe(true);
    });

    test("more mails than one call takes are sent in parts", async () => {
        const client = await startClient();
        const many = Array.from({length: AT_ONCE + 2}, (_item, index) =>
            makeRow(index + 1)
        );
        client.store.setFirstPage(1, {
            rows: many,
            before: false,
            total: many.length,
            indexed: many.length,
        });
        await client.mails.flag(many);
        expect(server.changes.map(([, messageIds]) => messageIds.length)).toEqual([
            AT_ONCE,
            2,
        ]);
    });

    test("a big folder is marked as read until nothing is left", async () => {
        const client = await startClient();
        const left = [7000, 2000, 0];
        onRpc("crm.mail.client", "mark_folder_read", () => {
            server.calls.push("mark_folder_read");
            server.folders[0].unread = left.shift();
            return JSON.parse(JSON.stringify(progress()));
        });
        await client.folders.markRead(client.store.folder);
        expect(server.calls.filter((name) => name === "mark_folder_read")).toHaveLength(
            3
        );
    });

    test("when Odoo is away a mail that is opened stays unread, without a word", async () => {
        server.rows[0].seen = false;
        server.message = () => makeMessage(3, {seen: false});
        const client = await startClient();
        const {call} = client.orm;
        client.orm = {
            call: (model, method, args) => {
                if (method === "mark") {
                    throw new ConnectionLostError("/");
                }
                return call.apply(getService("orm").silent, [model, method, args]);
            },
        };
        await client.openMessage(3);
        await animationFrame();
        await animationFrame();
        expect(client.store.list.rows[0].seen).toBe(false);
        expect(client.told).toEqual([]);
        await client.mails.markRead([client.store.list.rows[0]]);
        expect(client.told).toHaveLength(1);
        client.leave();
    });
});
