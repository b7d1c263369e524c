import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {advanceTime, animationFrame, Deferred} from "@odoo/hoot-mock";
import {getService, makeMockEnv, onRpc} from "@web/../tests/web_test_helpers";

import {PAGE_SIZE} from "@crm_mail_accounts/messages_service/list_service";
import {BUS_DELAY} from "@crm_mail_accounts/messages_service/news_service";

import {
    defineMailClientModels,
    makeComment,
    makeContext,
    makeFolder,
    makeLink,
    makeMessage,
    makeRow,
    makeTalk,
    mockMailServer,
    refusal,
} from "./mail_client_test_helpers";

/** Answers that come late, in another order than they were asked for. */

describe.current.tags("desktop");
defineMailClientModels();

let server = null;

beforeEach(() => {
    server = mockMailServer();
});

async function startClient() {
    await makeMockEnv();
    const client = getService("crm_mail_client");
    await client.enter();
    server.calls.length = 0;
    return client;
}

const copy = (value) => JSON.parse(JSON.stringify(value));
const subjects = (client) => client.store.list.rows.map(({subject}) => subject);

/**
 * Each call of a method waits until the test answers it, with what the server had to say
 * when it was asked.
 *
 * @param {string} method
 * @param {(...args: any[]) => any} value
 * @returns {Deferred[]} in the order of the calls
 */
function hold(method, value) {
    const held = [];
    onRpc("crm.mail.client", method, async ({args}) => {
        const said = copy(value(...args));
        const answer = new Deferred();
        held.push(answer);
        server.calls.push(method);
        await answer;
        return said;
    });
    return held;
}

const page = () => ({
    rows: server.rows,
    before: false,
    total: server.rows.length,
    indexed: server.rows.length,
});
const progress = () => ({
    accounts: server.accounts,
    folders: server.folders,
    unread: 0,
});

test("a list that was overtaken by a newer one is not shown", async () => {
    const client = await startClient();
    const held = hold("list_messages", page);
    const first = client.refreshList();
    await animationFrame();
    server.rows[0].subject = "Newer";
    const second = client.refreshList();
    await animationFrame();
    held[1].resolve();
    await second;
    held[0].resolve();
    await first;
    expect(subjects(client)[0]).toBe("Newer");
});

test("a folder that is opened late does not hide what was read since", async () => {
    const client = await startClient();
    const held = hold("list_messages", page);
    const opened = client.reopen();
    await animationFrame();
    server.rows[0].subject = "Newer";
    const refreshed = client.refreshList();
    await animationFrame();
    held[1].resolve();
    await refreshed;
    held[0].resolve();
    await opened;
    expect(client.store.list.status).toBe("ready");
    expect(subjects(client)[0]).toBe("Newer");
});

test("a question that fails late does not hide what was answered since", async () => {
    const client = await startClient();
    const held = hold("list_messages", page);
    const opened = client.reopen();
    await animationFrame();
    const refreshed = client.refreshList();
    await animationFrame();
    held[1].resolve();
    await refreshed;
    held[0].reject(refusal("Too late"));
    await opened;
    expect(client.store.list.status).toBe("ready");
});

test("counts that were overtaken are asked for again", async () => {
    const client = await startClient();
    const held = hold("progress", progress);
    const first = client.look();
    await animationFrame();
    server.folders[0].unread = 2;
    const second = client.look();
    await animationFrame();
    held[1].resolve();
    await second;
    held[0].resolve();
    await first;
    expect(client.store.folder.unread).toBe(2);
    await advanceTime(BUS_DELAY);
    expect(server.calls.filter((name) => name === "progress")).toHaveLength(3);
    client.leave();
});

test("a folder that is opened before the folders are told anew stays open", async () => {
    server.folders.push(makeFolder({id: 5, name: "News", role: "none"}));
    await makeMockEnv();
    const client = getService("crm_mail_client");
    await client.loadQuietly();
    const held = hold("bootstrap", () => ({...progress(), layout: server.layout}));
    const entered = client.enter();
    await animationFrame();
    await client.openFolder(5);
    held[0].resolve();
    await entered;
    expect(client.store.placeId).toBe(5);
    client.leave();
    const again = client.enter({folderId: 1});
    await animationFrame();
    held[1].resolve();
    await again;
    expect(client.store.placeId).toBe(1);
    client.leave();
});

test("folders that were counted before a change are counted again", async () => {
    const client = await startClient();
    const held = hold("bootstrap", () => ({...progress(), layout: server.layout}));
    const loaded = client.loadBoot();
    await animationFrame();
    await client.mails.markUnread([client.store.list.rows[0]]);
    held[0].resolve();
    await loaded;
    await advanceTime(BUS_DELAY);
    expect(server.calls).toInclude("progress");
    expect(client.store.folder.unread).toBe(1);
    client.leave();
});

describe("more of a list", () => {
    beforeEach(() => {
        server.rows = Array.from({length: PAGE_SIZE + 3}, (_item, index) =>
            makeRow(PAGE_SIZE + 3 - index, {seen: false})
        );
    });

    const held = () =>
        hold("list_messages", (_view, before) => ({
            ...page(),
            rows: before
                ? server.rows.slice(PAGE_SIZE)
                : server.rows.slice(0, PAGE_SIZE),
            before: before ? false : ["2026-01-01 00:00:00", 4, 4],
        }));

    test("what was changed meanwhile is as it was changed", async () => {
        const client = await startClient();
        const lists = held();
        const loaded = client.loadMore();
        await animationFrame();
        await client.mails.markRead([server.rows.at(-1)]);
        lists[0].resolve();
        await animationFrame();
        await animationFrame();
        lists[1].resolve();
        await loaded;
        expect(client.store.list.rows).toHaveLength(PAGE_SIZE + 3);
        expect(client.store.list.rows.at(-1).seen).toBe(true);
    });

    test("news that come meanwhile are shown afterwards", async () => {
        const client = await startClient();
        const lists = held();
        const loaded = client.loadMore();
        await animationFrame();
        await client.refreshList();
        expect(lists).toHaveLength(1);
        server.rows[0].subject = "Newer";
        lists[0].resolve();
        await animationFrame();
        await animationFrame();
        lists[1].resolve();
        await loaded;
        expect(subjects(client)[0]).toBe("Newer");
    });
});

test("a conversation that comes late keeps the flags that were set meanwhile", async () => {
    server.rows = [makeRow(3, {thread_id: 9}), makeRow(2, {thread_id: 9})];
    server.thread = server.rows;
    const client = await startClient();
    await client.openMessage(3);
    const held = hold("open_thread", () => ({rows: server.thread, drafts: []}));
    const loaded = client.loadThread(9);
    await animationFrame();
    await client.mails.flag([client.store.list.rows[1]]);
    held[0].resolve();
    await loaded;
    expect(client.store.thread.rows.map(({flagged}) => flagged)).toEqual([false, true]);
});

test("a mail of a conversation that comes late keeps its flag too", async () => {
    const client = await startClient();
    const held = hold("open_message", (id) => server.message(id));
    const [row] = client.store.list.rows;
    const opened = client.reading.open(row);
    await animationFrame();
    await client.mails.flag([row]);
    held[0].resolve();
    await opened;
    expect(client.store.viewOf(row.id).data.flagged).toBe(true);
});

test("what the CRM knows is asked again when the mail was linked meanwhile", async () => {
    const client = await startClient();
    const links = [];
    const held = hold("message_context", () => makeContext({links}));
    const opened = client.openMessage(3);
    await animationFrame();
    await client.links.link(3, "crm.lead", 7);
    links.push(makeLink({message_id: 3, model: "crm.lead", res_id: 7}));
    held[0].resolve();
    await animationFrame();
    await animationFrame();
    held[1].resolve();
    await opened;
    expect(client.store.context.data.links).toHaveLength(1);
});

test("a mail and its conversation that come late keep what was linked meanwhile", async () => {
    server.rows = [makeRow(3, {thread_id: 9}), makeRow(2, {thread_id: 9})];
    server.thread = server.rows;
    const client = await startClient();
    const linked = () => client.store.list.rows[0].links.length;
    const mails = hold("open_message", (id) => server.message(id));
    const threads = hold("open_thread", () => ({rows: server.thread, drafts: []}));
    const link = makeLink({message_id: 3});
    onRpc("crm.mail.client", "link_message", () => link);
    client.store.startMessage(3);
    const loaded = Promise.all([client.loadMessage(3), client.loadThread(9)]);
    await animationFrame();
    await client.links.link(3, link.model, link.res_id);
    server.rows[0].links = [link];
    server.message = (id) => ({...makeMessage(id), links: [link]});
    [mails, threads].forEach(([held]) => held.resolve());
    await animationFrame();
    await animationFrame();
    [mails, threads].forEach(([, held]) => held.resolve());
    await loaded;
    expect(linked()).toBe(1);
    expect(client.store.thread.rows[0].links).toHaveLength(1);
});

test("what was asked before a contact was made does not hide it", async () => {
    const client = await startClient();
    let partner = false;
    const context = () => makeContext({partner});
    const held = hold("message_context", context);
    onRpc("crm.mail.client", "create_contact", () => {
        partner = makeContext().partner;
        return context();
    });
    const opened = client.openMessage(3);
    await animationFrame();
    await client.reading.createContact(3, {});
    held[0].resolve();
    await animationFrame();
    await animationFrame();
    expect(client.store.context.data.partner).not.toBe(false);
    held[1].resolve();
    await opened;
    expect(client.store.context.data.partner).not.toBe(false);
});

test("what was counted before an absence was ended does not begin it again", async () => {
    server.accounts[0].away = true;
    const client = await startClient();
    const held = hold("progress", progress);
    onRpc("crm.mail.client", "vacation_end", () => {
        server.accounts[0].away = false;
        return copy(progress());
    });
    const looked = client.look();
    await animationFrame();
    await client.filters.endAway(1);
    held[0].resolve();
    await looked;
    expect(client.store.accounts[0].away).toBe(false);
    client.leave();
});

describe("a folder that is subscribed meanwhile", () => {
    const boot = () => ({
        ...progress(),
        layout: {...server.layout},
    });
    const isSubscribed = (client) => client.store.getFolder(3).subscribed;

    test("stays so when folders come that were asked for before it was done", async () => {
        server.folders = [makeFolder({id: 3, subscribed: false})];
        const client = await startClient();
        const held = hold("bootstrap", boot);
        onRpc("crm.mail.client", "subscribe_folder", () => {
            server.folders[0].subscribed = true;
            return true;
        });
        const booted = client.loadBoot();
        await animationFrame();
        await client.folders.subscribe(client.store.getFolder(3), true);
        held[0].resolve();
        await animationFrame();
        expect(isSubscribed(client)).toBe(true);
        held[1].resolve();
        await booted;
        expect(isSubscribed(client)).toBe(true);
        client.leave();
    });

    test("is so in the end when they come before that", async () => {
        server.folders = [makeFolder({id: 3, subscribed: false})];
        const client = await startClient();
        const done = new Deferred();
        onRpc("crm.mail.client", "subscribe_folder", async () => {
            await done;
            return true;
        });
        const subscribed = client.folders.subscribe(client.store.getFolder(3), true);
        await client.loadBoot();
        done.resolve();
        await subscribed;
        expect(isSubscribed(client)).toBe(true);
        client.leave();
    });
});

test("a talk that was asked before a comment does not hide it", async () => {
    const client = await startClient();
    const said = [];
    const talk = () => makeTalk({comments: said});
    const held = hold("conversation", talk);
    onRpc("crm.mail.client", "comment", () => {
        said.push(makeComment(1));
        return talk();
    });
    const loaded = client.comments.load(3);
    await animationFrame();
    await client.comments.add(3, "Hello", []);
    held[0].resolve();
    await animationFrame();
    await animationFrame();
    expect(client.store.comments.get(3).data.comments).toHaveLength(1);
    held[1].resolve();
    await loaded;
    expect(client.store.comments.get(3).data.comments).toHaveLength(1);
});

test("waiting mails that were overtaken are not shown", async () => {
    const client = await startClient();
    const held = hold("outgoing_list", () => ({rows: server.outgoing.scheduled}));
    const opened = client.outgoing.open("scheduled");
    await animationFrame();
    server.outgoing.scheduled = [{id: 5, subject: "Later"}];
    const refreshed = client.outgoing.refresh();
    await animationFrame();
    held[1].resolve();
    await refreshed;
    held[0].resolve();
    await opened;
    expect(client.store.outgoing.rows).toHaveLength(1);
});

describe("the layout", () => {
    const layouts = () => {
        const kept = {...server.layout};
        return hold("save_layout", (values) => Object.assign(kept, values));
    };

    test("one change after the other, and none undoes another", async () => {
        const client = await startClient();
        const {layout} = client.store;
        const held = layouts();
        client.saveLayout({preview: false});
        const saved = client.saveLayout({density: "compact"});
        await animationFrame();
        expect(held).toHaveLength(1);
        held[0].resolve();
        await animationFrame();
        await animationFrame();
        expect(layout.density).toBe("compact");
        client.onLayout({...server.layout, preview: false});
        expect(layout.density).toBe("compact");
        held[1].resolve();
        await saved;
        expect([layout.preview, layout.density]).toEqual([false, "compact"]);
        client.onLayout({...layout, density: "comfortable"});
        expect(layout.density).toBe("comfortable");
    });

    test("a change that is refused takes only itself back", async () => {
        onRpc("crm.mail.client", "save_layout", () => {
            throw refusal("No.");
        });
        const client = await startClient();
        client.notification = {add: () => undefined};
        const first = client.saveLayout({preview: false});
        client.store.setLayout({density: "compact"});
        await first;
        const {layout} = client.store;
        expect([layout.preview, layout.density]).toEqual([true, "compact"]);
    });
});
