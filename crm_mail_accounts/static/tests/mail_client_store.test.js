import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {reactive} from "@odoo/owl";

import {makeMailClientStore} from "@crm_mail_accounts/messages_service/mail_client_store";

import {
    makeAccount,
    makeContext,
    makeFolder,
    makeLink,
    makeMessage,
    makeOpportunity,
    makeRow,
} from "./mail_client_test_helpers";

describe.current.tags("headless");

const ids = (rows) => rows.map((row) => row.id);

let store = null;

function boot(values = {}) {
    store.setBoot({
        accounts: [makeAccount()],
        folders: [makeFolder()],
        unread: 0,
        ...values,
    });
}

function makePage(rows, values = {}) {
    return {
        rows,
        before: false,
        total: rows.length,
        indexed: rows.length,
        ...values,
    };
}

function openList(rows, values) {
    boot();
    store.startFolder(1);
    store.setFirstPage(1, makePage(rows, values));
}

beforeEach(() => {
    store = makeMailClientStore();
});

test("the tree nests folders and hides what lies under a shut branch", () => {
    boot({
        folders: [
            makeFolder(),
            makeFolder({id: 2, name: "Clients", role: "none"}),
            makeFolder({id: 3, name: "Ferrari", role: "none", parent_id: 2}),
            makeFolder({id: 4, name: "2025", role: "none", parent_id: 3}),
            makeFolder({id: 9, account_id: 2}),
        ],
    });
    const lines = () =>
        store.folderTree(1).map(({folder, level}) => `${level} ${folder.name}`);
    expect(lines()).toEqual(["1 INBOX", "1 Clients", "2 Ferrari", "3 2025"]);
    store.toggleBranch("folder-2");
    expect(lines()).toEqual(["1 INBOX", "1 Clients"]);
});

test("a folder whose parent is not listed stands at the first level", () => {
    boot({folders: [makeFolder({id: 3, name: "Orphan", parent_id: 44})]});
    expect(store.folderTree(1).map(({level}) => level)).toEqual([1]);
});

test("reading starts at the inbox of an account that is ready", () => {
    boot({
        accounts: [makeAccount({state: "mapping"}), makeAccount({id: 2})],
        folders: [
            makeFolder(),
            makeFolder({id: 21, account_id: 2, role: "sent"}),
            makeFolder({id: 22, account_id: 2}),
        ],
    });
    expect(store.startFolderId).toBe(22);
});

test("without an inbox reading starts at the first folder that can be opened", () => {
    boot({
        folders: [
            makeFolder({id: 1, role: "none", selectable: false}),
            makeFolder({id: 2, role: "none"}),
        ],
    });
    expect(store.startFolderId).toBe(2);
});

test("the page of a folder that was left is not shown", () => {
    boot({folders: [makeFolder(), makeFolder({id: 2, role: "sent"})]});
    store.startFolder(1);
    store.startFolder(2);
    store.setFirstPage(1, makePage([makeRow(1)]));
    expect(store.list.rows).toHaveLength(0);
    expect(store.list.status).toBe("loading");
});

test("an older page is added once, and the last page ends the list", () => {
    openList([makeRow(4), makeRow(3)], {before: ["x", 3], indexed: 4, total: 4});
    expect(store.startMore()).toBe(true);
    expect(store.startMore()).toBe(false);
    store.addPage(1, makePage([makeRow(3), makeRow(2), makeRow(1)], {indexed: 4}));
    expect(ids(store.list.rows)).toEqual([4, 3, 2, 1]);
    expect(store.startMore()).toBe(false);
});

test("a fresh first page brings new mails in and keeps the older ones", () => {
    openList([makeRow(5), makeRow(4), makeRow(3), makeRow(2)], {
        before: ["x", 2],
        indexed: 9,
    });
    const count = store.mergeFirstPage(
        1,
        makePage([makeRow(6, {seen: false}), makeRow(5), makeRow(4)], {
            before: ["x", 4],
            indexed: 10,
        })
    );
    expect(count).toBe(1);
    expect(ids(store.list.rows)).toEqual([6, 5, 4, 3, 2]);
    expect(store.list.before).toEqual(["x", 2]);
});

test("a mail that left the first page leaves the list", () => {
    openList([makeRow(5), makeRow(4), makeRow(3), makeRow(2)], {
        before: ["x", 2],
        indexed: 9,
    });
    store.mergeFirstPage(
        1,
        makePage([makeRow(5), makeRow(3)], {before: ["x", 3], indexed: 8})
    );
    expect(ids(store.list.rows)).toEqual([5, 3, 2]);
});

test("a first page that joins nothing we have starts the list anew", () => {
    openList([makeRow(2), makeRow(1)], {before: ["x", 1], indexed: 90});
    store.mergeFirstPage(
        1,
        makePage([makeRow(9), makeRow(8)], {before: ["x", 8], indexed: 90})
    );
    expect(ids(store.list.rows)).toEqual([9, 8]);
    expect(store.list.before).toEqual(["x", 8]);
});

test("a list that was whole is no longer so when older mails were indexed", () => {
    openList([makeRow(9), makeRow(1)]);
    store.mergeFirstPage(
        1,
        makePage([makeRow(9), makeRow(8)], {before: ["x", 8], indexed: 40})
    );
    expect(ids(store.list.rows)).toEqual([9, 8, 1]);
    expect(store.list.before).toEqual(["2026-03-01 01:00:00", 1, 1]);
});

test("mails that are read already are not announced as new", () => {
    openList([makeRow(1)]);
    const fresh = [makeRow(3, {seen: false}), makeRow(2), makeRow(1)];
    expect(store.mergeFirstPage(1, makePage(fresh))).toBe(1);
});

test("two arrivals of the same size are two announcements", () => {
    store.announceArrival(2);
    const {serial} = store.arrival;
    store.announceArrival(2);
    expect(store.arrival.serial).not.toBe(serial);
});

test("who looks for a row hears of the list, and not of each row in it", () => {
    openList([makeRow(4), makeRow(3), makeRow(2)], {before: ["x", 2], indexed: 4});
    store.setCursor(2);
    let heard = 0;
    const watched = reactive(store, () => heard++);
    expect(watched.cursorRow.id).toBe(2);
    store.list.rows[0].id = 99;
    expect(heard).toBe(0);
    store.addPage(1, makePage([makeRow(1)], {indexed: 4}));
    expect(heard).toBe(1);
});

test("the cursor stays inside the list", () => {
    openList([makeRow(3), makeRow(2), makeRow(1)]);
    expect(store.neighbour(1).id).toBe(3);
    store.setCursor(3);
    expect(store.neighbour(1).id).toBe(2);
    expect(store.neighbour(-1).id).toBe(3);
    expect(store.neighbour(Infinity).id).toBe(1);
});

test("a mail that comes late does not replace the one chosen meanwhile", () => {
    openList([makeRow(2), makeRow(1)]);
    store.startMessage(1);
    store.startMessage(2);
    store.setMessage(makeMessage(1));
    store.setContext(1, makeContext());
    expect(store.message.status).toBe("loading");
    expect(store.message.row.id).toBe(2);
    expect(store.context.data).toBe(null);
});

test("opening a mail brings its row up to date", () => {
    openList([makeRow(1, {seen: false})]);
    store.startMessage(1);
    store.setMessage(makeMessage(1, {seen: true, subject: "Mended"}));
    expect(store.list.rows[0]).toMatchObject({seen: true, subject: "Mended"});
    expect("body_url" in store.list.rows[0]).toBe(false);
});

test("a link shows on the row, beside the mail and at the opportunity", () => {
    openList([makeRow(1)]);
    store.startMessage(1);
    store.setMessage(makeMessage(1));
    store.setContext(1, makeContext({opportunities: [makeOpportunity()]}));
    store.addLink(1, makeLink());
    store.addLink(1, makeLink());
    expect(store.list.rows[0].links).toHaveLength(1);
    expect(store.message.data.links).toHaveLength(1);
    expect(store.context.data.links).toHaveLength(1);
    expect(store.context.data.opportunities[0].link_id).toBe(70);

    store.removeLink(70);
    expect(store.list.rows[0].links).toHaveLength(0);
    expect(store.context.data.links).toHaveLength(0);
    expect(store.context.data.opportunities[0].link_id).toBe(false);
});

test("progress moves the counts and tells whether the open folder moved", () => {
    openList([makeRow(1)]);
    const counts = {id: 1, unread: 0, total: 3, indexed: 3};
    const progress = {accounts: [makeAccount()], folders: [counts], unread: 4};
    expect(store.setProgress(progress)).toBe(false);
    expect(store.unread).toBe(4);
    progress.folders = [{...counts, unread: 2}];
    expect(store.setProgress(progress)).toBe(true);
    expect(store.folder.unread).toBe(2);
    expect(store.folder.name).toBe("INBOX");
});

test("a folder that is not known asks for more than counts", () => {
    boot();
    const accounts = [{id: 1}];
    expect(store.knowsLessThan({accounts, folders: [{id: 1}]})).toBe(false);
    expect(store.knowsLessThan({accounts, folders: [{id: 1}, {id: 2}]})).toBe(true);
});

test("a folder that has gone is left, with the mail that was open in it", () => {
    openList([makeRow(1)]);
    store.startMessage(1);
    boot({folders: [makeFolder({id: 2})]});
    expect(store.folderId).toBe(false);
    expect(store.openId).toBe(false);
});

test("a client that already shows mail goes on showing it when a reload fails", () => {
    store.startBoot();
    store.failBoot("away");
    expect(store.boot).toBe("error");
    boot();
    store.startBoot();
    store.failBoot("away");
    expect(store.boot).toBe("ready");
});

test("a phone goes from the list to the mail and back", () => {
    openList([makeRow(1)]);
    expect(store.pane).toBe("list");
    store.startMessage(1);
    expect(store.pane).toBe("message");
    store.closeMessage();
    expect(store.pane).toBe("list");
});
