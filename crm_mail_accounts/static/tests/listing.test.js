import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {press, queryAllTexts, queryFirst} from "@odoo/hoot-dom";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {contains, getService} from "@web/../tests/web_test_helpers";

import {TYPING_DELAY} from "@crm_mail_accounts/messages_service/search_actions";

import {
    defineMailClientModels,
    makeAccount,
    makeFolder,
    makeMessage,
    makeRow,
    mockMailServer,
    mountMailClient,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const thread = (values = {}) => ({
    count: 3,
    unread: 2,
    people: [
        {name: "Giulia Ferrari", email: "giulia@ferrari.test"},
        {name: "Laura Bianchi", email: "laura@demo.test"},
    ],
    ids: [3, 13],
    ...values,
});

let server = null;
const lastView = () => server.views.at(-1)[0];

beforeEach(() => {
    server = mockMailServer({
        accounts: [
            makeAccount(),
            makeAccount({id: 2, name: "Second", email: "second@demo.test"}),
        ],
        folders: [
            makeFolder({unread: 2}),
            makeFolder({id: 2, name: "Sent", role: "sent"}),
            makeFolder({id: 11, account_id: 2, unread: 5}),
            makeFolder({id: 12, account_id: 2, name: "Archive", role: "archive"}),
        ],
        specials: {flagged: 4, imported: 0, shared: 0},
    });
});

async function open(place) {
    await mountMailClient(place ? {place} : {});
    await animationFrame();
}

async function type(text) {
    await contains(".o_crm_mail_search_input").edit(text, {confirm: false});
    await advanceTime(TYPING_DELAY);
    await animationFrame();
}

describe("places", () => {
    test("the folders of all mailboxes are one, with their counts, and the special ones", async () => {
        await open();
        expect(queryAllTexts(".o_crm_mail_place_name")).toEqual([
            "Inbox",
            "Sent",
            "Archive",
            "Flagged",
            "Imported",
            "Shared",
        ]);
        expect("[data-place='role-inbox']").toHaveText("Inbox\n7\nunread");
        expect("[data-place='special-flagged']").toHaveText("Flagged\n4\nmessages");
        expect(lastView()).toEqual({role: "inbox"});
        expect("[data-place='role-inbox']").toHaveAttribute("aria-current", "page");
        await contains("[data-place='special-flagged']").click();
        await animationFrame();
        expect(lastView()).toEqual({special: "flagged"});
        expect(".o_crm_mail_message_list h2").toHaveText("Flagged");
        await contains("[data-folder-id='11']").click();
        await animationFrame();
        expect(lastView()).toBe(11);
    });

    test("who does not want merged folders, or has one mailbox, has none", async () => {
        server.layout.merge = false;
        await open();
        expect("[data-place='role-inbox']").toHaveCount(0);
        expect(lastView()).toBe(1);
    });

    test("an address may name a unified or a special folder, or a conversation", async () => {
        server.message = (id) => makeMessage(id, {seen: false});
        server.thread = () => [makeRow(1), makeRow(2)];
        await open({folderId: "special-flagged", threadId: 9});
        expect(lastView()).toEqual({special: "flagged"});
        const {store} = getService("crm_mail_client");
        expect(store.openId).toBe(2);
        expect(store.thread.rows.map((row) => row.id)).toEqual([1, 2]);
    });

    test("mail in one of the merged folders refreshes the list", async () => {
        await open();
        server.rows = [makeRow(4, {folder_id: 11}), ...server.rows];
        server.folders[2].total = 4;
        await getService("crm_mail_client").look();
        await animationFrame();
        expect("[data-message-id='4']").toHaveCount(1);
    });
});

describe("conversations", () => {
    beforeEach(() => {
        server.rows = [
            makeRow(3, {thread_id: 7, thread: thread(), seen: false}),
            makeRow(2),
        ];
        server.message = (id) => makeMessage(id, {seen: false});
        server.thread = () => [makeRow(13, {thread_id: 7}), makeRow(3, {thread_id: 7})];
    });

    test("in somebody else's mailbox its owner has a name, and is not the reader", async () => {
        server.accounts[0].owner = "Laura Bianchi";
        await open({folderId: 1});
        expect("[data-message-id='3'] .o_crm_mail_row_who").toHaveText("Giulia, Laura");
    });

    test("a row tells who takes part, of how many mails, and whether one is unread", async () => {
        await open({folderId: 1});
        expect(server.views.at(-1)[3]).toBe(true);
        expect("[data-message-id='3'] .o_crm_mail_row_who").toHaveText("Giulia, me");
        expect("[data-message-id='3'] .o_crm_mail_row_count").toHaveText("3");
        expect(".o_crm_mail_row_unread").toHaveCount(1);
        await contains("[data-message-id='3']").click();
        await animationFrame();
        const {store} = getService("crm_mail_client");
        expect(store.thread.rows.map((row) => row.id)).toEqual([13, 3]);
        expect(store.list.rows[0].thread.unread).toBe(1);
        expect(".o_crm_mail_row_unread").toHaveCount(1, {message: "the other one"});
    });

    test("what is done to the row is done to its mails in the folder", async () => {
        await open({folderId: 1});
        const client = getService("crm_mail_client");
        await client.mails.markRead([client.store.list.rows[0]]);
        expect(server.changes.at(-1)).toEqual(["mark", [3, 13], ["seen"], []]);
        await client.mails.archive([client.store.list.rows[0]]);
        expect(server.changes.at(-1)).toEqual(["archive", [3, 13]]);
    });

    test("unread mails of a conversation are counted in its folder, there and back", async () => {
        await open({folderId: 1});
        const {store} = getService("crm_mail_client");
        const before = store.setFlags([3], {seen: true}, {whole: true});
        expect(store.getFolder(1).unread).toBe(0);
        expect(store.list.rows[0].thread.unread).toBe(0);
        store.restoreFlags(before);
        expect(store.getFolder(1).unread).toBe(2);
        expect(store.list.rows[0].thread.unread).toBe(2);
        expect(store.list.rows[0].seen).toBe(false);
    });

    test("without thread view every mail is a row", async () => {
        server.layout.threads = false;
        await open({folderId: 1});
        expect(server.views.at(-1)[3]).toBe(false);
    });
});

describe("search", () => {
    test("what is typed is looked for when the keyboard rests", async () => {
        await open({folderId: 1});
        const count = server.views.length;
        await type("offer");
        expect(server.views).toHaveLength(count + 1);
        expect(lastView()).toEqual({
            folder_id: 1,
            search: {words: [["text", "offer"]], flags: []},
        });
        expect(server.views.at(-1)[3]).toBe(false, {message: "single mails"});
    });

    test("Enter makes a facet, arrows choose its place, Backspace takes it back", async () => {
        await open({folderId: 1});
        await type("rosa");
        await press("ArrowDown");
        await press("Enter");
        await animationFrame();
        expect(lastView().search.words).toEqual([["from", "rosa"]]);
        expect(queryAllTexts(".o_crm_mail_facet")).toEqual(["From\nrosa"]);
        expect(".o_crm_mail_search_input").toHaveValue("");
        await press("Backspace");
        await animationFrame();
        expect(lastView()).toBe(1);
        expect(".o_crm_mail_facet").toHaveCount(0);
    });

    test("a search leaves its folder, its mails tell theirs, and it comes back", async () => {
        await open({folderId: 1});
        await type("rosa");
        await contains(".o_crm_mail_scope[data-everywhere='true']").click();
        await animationFrame();
        expect(lastView()).toEqual({search: {words: [["text", "rosa"]], flags: []}});
        expect(".o_crm_mail_message_list h2").toHaveText("All folders");
        expect(".o_crm_mail_row_place:first").toHaveText("Inbox · laura");
        await press("Escape");
        await contains(".o_crm_mail_search_clear").click();
        await animationFrame();
        expect(lastView()).toBe(1);
    });

    test("filters are on or off", async () => {
        await open({folderId: 1});
        await contains(".o_crm_mail_search_filters").click();
        await contains(".o_crm_mail_filter_unread").click();
        await animationFrame();
        expect(lastView().search.flags).toEqual(["unread"]);
        expect(server.views.at(-1)[3]).toBe(true, {message: "still conversations"});
        await contains(".o_crm_mail_search_filters").click();
        await contains(".o_crm_mail_filter_unread").click();
        await animationFrame();
        expect(lastView()).toBe(1);
    });

    test("the server is asked for what is not known here, and its mails join the list", async () => {
        server.searched = () => ({
            rows: [makeRow(9), makeRow(3)],
            failed: ["Second: it is away."],
            more: false,
        });
        await open({folderId: 1});
        await type("hippo");
        await contains(".o_crm_mail_server_search button").click();
        await animationFrame();
        expect(queryAllTexts(".o_crm_mail_row_subject")).toEqual([
            "Subject 9",
            "Subject 3",
            "Subject 2",
            "Subject 1",
        ]);
        expect(".o_crm_mail_server_search").toHaveText("Second: it is away.");
    });

    test("an answer to what is no longer asked for changes nothing", async () => {
        await open({folderId: 1});
        const {store} = getService("crm_mail_client");
        store.setSearchText("one");
        const key = store.viewKey;
        store.setSearchText("two");
        store.setFirstPage(key, {rows: [], before: false, total: 0, indexed: 0});
        expect(store.list.rows).toHaveLength(3);
    });

    test("a slash leads to the search", async () => {
        await open({folderId: 1});
        await contains(".o_crm_mail_rows").focus();
        await press("/");
        expect(".o_crm_mail_search_input").toBeFocused();
    });
});

describe("selection", () => {
    test("all that match are selected, also those that were not loaded", async () => {
        server.rows = Array.from({length: 120}, (_each, index) => makeRow(120 - index));
        await open({folderId: 1});
        const client = getService("crm_mail_client");
        client.store.selectAll();
        await animationFrame();
        await contains(".o_crm_mail_select_matching").click();
        await animationFrame();
        expect(".o_crm_mail_selected_count").toHaveText("120 selected");
        await client.mails.markRead(client.store.selectedRows);
        expect(server.changes.at(-1)[1]).toHaveLength(120);
        client.store.clearSelection();
        expect(client.store.selectedRows).toHaveLength(0);
    });
});

describe("layout", () => {
    test("choices are kept at once, and shown at once", async () => {
        await open({folderId: 1});
        const height = () => queryFirst(".o_crm_mail_row").offsetHeight;
        const before = height();
        expect(".o_crm_mail_row_preview").toHaveCount(3);
        await contains(".o_crm_mail_settings").click();
        await contains(".o_crm_mail_menu_settings").click();
        await contains("[data-setting='preview']").click();
        await animationFrame();
        expect(server.layout.preview).toBe(false);
        expect(".o_crm_mail_row_preview").toHaveCount(0);
        expect(height()).toBeLessThan(before);
        await contains("label[for='o_crm_mail_setting_pane_below']").click();
        await animationFrame();
        expect(server.layout.pane).toBe("below");
        const list = queryFirst(".o_crm_mail_message_list").getBoundingClientRect();
        const pane = queryFirst(".o_crm_mail_reading_pane").getBoundingClientRect();
        expect(Math.round(pane.top)).toBe(Math.round(list.bottom));
    });

    test("without a reading pane a mail takes the place of the list", async () => {
        server.layout.pane = "off";
        await open({folderId: 1});
        expect(".o_crm_mail_reading_pane").toHaveCount(0);
        await contains(".o_crm_mail_row").click();
        await animationFrame();
        expect(".o_crm_mail_message_list").toHaveCount(0);
        expect(".o_crm_mail_folder_list").toHaveCount(1);
        await contains(".o_crm_mail_back").click();
        await animationFrame();
        expect(".o_crm_mail_message_list").toHaveCount(1);
    });

    test("other screens of the reader follow", async () => {
        await open({folderId: 1});
        getService("crm_mail_client").onLayout({...server.layout, threads: false});
        await animationFrame();
        expect(server.views.at(-1)[3]).toBe(false);
    });
});

describe("news", () => {
    test("new mail is told of where the reader wants it, and only there", async () => {
        server.layout.notify = true;
        server.unread = 9;
        await open();
        const {notifier} = getService("crm_mail_client");
        const told = [];
        notifier.tell = (news) => told.push(news.map(({folder}) => folder.id));
        const news = async (folderId) => {
            server.folders.find(({id}) => id === folderId).unread += 1;
            await getService("crm_mail_client").look();
        };
        await news(11);
        await news(2);
        expect(told).toEqual([[11]]);
        expect(document.title).toMatch(/^\(9\)/);
        server.layout.notify_folders = {2: true, 11: false};
        getService("crm_mail_client").onLayout(server.layout);
        await news(11);
        await news(2);
        expect(told).toEqual([[11], [2]]);
        getService("crm_mail_client").onLayout({...server.layout, notify: false});
        await news(2);
        expect(told).toHaveLength(2);
    });
});
