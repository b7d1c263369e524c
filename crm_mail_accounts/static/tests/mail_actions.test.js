import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {press, queryAllAttributes, queryAllTexts, queryOne} from "@odoo/hoot-dom";
import {advanceTime, animationFrame, Deferred} from "@odoo/hoot-mock";
import {patchUiSize, SIZES} from "@mail/../tests/mail_test_helpers";
import {waitNotifications, waitUntilSubscribe} from "@bus/../tests/bus_test_helpers";
import {contains, getService, MockServer, onRpc} from "@web/../tests/web_test_helpers";

import {COPY_LOOKS, COPY_PAUSE} from "@crm_mail_accounts/messages_service/mail_actions";
import {UNDO_TIME} from "@crm_mail_accounts/messages_service/undo_offer";
import {BUS_DELAY} from "@crm_mail_accounts/messages_service/news_service";

import {
    defineMailClientModels,
    makeAccount,
    makeFolder,
    makeMessage,
    makeRow,
    mockMailServer,
    mountMailClient,
    shownIds,
    told,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const makeFolders = () => [
    makeFolder(),
    makeFolder({id: 2, name: "Junk", path: "Junk", role: "junk"}),
    makeFolder({id: 3, name: "Trash", path: "Trash", role: "trash"}),
    makeFolder({id: 4, name: "Archive", path: "Archive", role: "archive"}),
    makeFolder({id: 5, name: "Clients", path: "Clients", role: "none"}),
    makeFolder({
        id: 6,
        parent_id: 5,
        name: "Ferrari",
        path: "Clients / Ferrari",
        role: "none",
    }),
];

const action = (name) => `.o_crm_mail_reading_pane [data-action='${name}']`;
const rowAction = (id, name) => `[data-message-id='${id}'] [data-action='${name}']`;
/** The icons of a row appear under the mouse, which a test has not. */
const clickRowAction = (id, name) =>
    contains(rowAction(id, name), {visible: false}).click();

let server = null;

beforeEach(() => {
    server = mockMailServer({folders: makeFolders()});
    server.message = (id) => ({
        ...makeMessage(id),
        ...server.rows.find((row) => row.id === id),
    });
});

async function openList() {
    await mountMailClient();
    await animationFrame();
}

async function openMail(id) {
    await openList();
    await contains(`[data-message-id='${id}'] .o_crm_mail_row_subject`).click();
    await animationFrame();
}

describe("marks", () => {
    test("a mail that is shown is read: in the row, the folder and the envelope", async () => {
        server.rows = [makeRow(3, {seen: false}), makeRow(2, {seen: false})];
        server.folders[0].unread = 2;
        server.unread = 2;
        await openList();
        const shown = new Deferred();
        onRpc("crm.mail.client", "open_message", async () => {
            await shown;
            return makeMessage(3, {seen: false});
        });
        await contains(".o_crm_mail_row:first").click();
        expect(".o_crm_mail_row_unread").toHaveCount(2, {message: "not shown yet"});
        const {store} = getService("crm_mail_client");
        server.refuse = {};
        const marked = new Deferred();
        onRpc("crm.mail.client", "mark", () => marked);
        shown.resolve();
        await animationFrame();
        await animationFrame();
        // The server has not answered yet.
        expect(".o_crm_mail_row_unread").toHaveCount(1);
        expect("[data-folder-id='1'] .o_crm_mail_folder_count").toHaveText("1");
        expect(store.unread).toBe(1);
        marked.resolve({accounts: server.accounts, folders: [], unread: 1});
    });

    test("a mail that was read before is not marked again", async () => {
        await openMail(3);
        expect(server.changes).toEqual([]);
    });

    test("a delegate who may only look leaves no trace", async () => {
        server.accounts = [makeAccount({owner: "Laura", may_act: false})];
        server.rows = [makeRow(3, {seen: false, flagged: true})];
        await openMail(3);
        expect(server.changes).toEqual([]);
        expect(".o_crm_mail_row_unread").toHaveCount(1);
        expect(".o_crm_mail_toolbar").toHaveCount(0);
        expect(".o_crm_mail_row button, .o_crm_mail_row_check").toHaveCount(0);
        expect(".o_crm_mail_row .fa-star").toHaveCount(1);
    });

    test("marking the open mail as unread leads back to the list, and it stays so", async () => {
        server.rows = [makeRow(3, {seen: false}), makeRow(2)];
        await openMail(3);
        expect(server.changes).toEqual([["mark", [3], ["seen"], []]]);
        await contains(action("unread")).click();
        await animationFrame();
        expect(".o_crm_mail_nothing_open").toHaveCount(1);
        expect("[data-message-id='3']").toHaveClass("o_crm_mail_row_unread");
        expect(server.changes.slice(1)).toEqual([["mark", [3], [], ["seen"]]]);
    });

    test("the star of a row flags it, without opening it", async () => {
        await openList();
        await contains("[data-message-id='2'] .o_crm_mail_row_star").click();
        expect("[data-message-id='2'] .fa-star").toHaveCount(1);
        expect(".o_crm_mail_nothing_open").toHaveCount(1);
        await contains("[data-message-id='2'] .o_crm_mail_row_star").click();
        expect("[data-message-id='2'] .fa-star").toHaveCount(0);
        expect(server.changes).toEqual([
            ["mark", [2], ["flagged"], []],
            ["mark", [2], [], ["flagged"]],
        ]);
    });

    test("a mark that is refused is taken back, and the reader hears why", async () => {
        server.refuse = {mark: "Somebody else does this now."};
        await openList();
        await contains("[data-message-id='2'] .o_crm_mail_row_star").click();
        await animationFrame();
        expect("[data-message-id='2'] .fa-star").toHaveCount(0);
        expect(told()).toEqual(["Somebody else does this now."]);
        expect(".o_notification_bar.bg-danger").toHaveCount(1);
    });
});

describe("moves", () => {
    test("an archived mail leaves at once, and the next older one opens", async () => {
        const answer = new Deferred();
        await openMail(3);
        onRpc("crm.mail.client", "archive", () => answer);
        await contains(action("archive")).click();
        expect(shownIds()).toEqual([2, 1]);
        expect(".o_crm_mail_subject").toHaveText("Subject 2");
        expect(told()).toEqual([]);
        answer.resolve({
            moved: [[3, 1]],
            expunged: 0,
            progress: {
                accounts: server.accounts,
                folders: server.folders,
                unread: 0,
            },
        });
        await animationFrame();
        await animationFrame();
        expect(told()).toEqual(["The message was archived."]);
    });

    test("after the last one of the list nothing is open", async () => {
        await openMail(1);
        await contains(action("delete")).click();
        await animationFrame();
        expect(shownIds()).toEqual([3, 2]);
        expect(".o_crm_mail_nothing_open").toHaveCount(1);
    });

    test("an icon of a row moves that row, and the open mail stays", async () => {
        await openMail(1);
        await clickRowAction(3, "delete");
        expect(shownIds()).toEqual([2, 1]);
        expect(".o_crm_mail_subject").toHaveText("Subject 1");
        expect(server.changes).toEqual([["delete", [3]]]);
    });

    test("unread mails take their number along", async () => {
        server.rows = [makeRow(3, {seen: false}), makeRow(2)];
        server.folders[0].unread = 1;
        await openList();
        await clickRowAction(3, "delete");
        await animationFrame();
        expect("[data-folder-id='1'] .o_crm_mail_folder_count").toHaveCount(0);
        expect("[data-folder-id='3'] .o_crm_mail_folder_count").toHaveText("1");
    });

    test("a refused move brings the rows back to their places", async () => {
        server.refuse = {archive: "The mailbox has no archive."};
        server.rows = [makeRow(3), makeRow(2, {seen: false}), makeRow(1)];
        server.folders[0].unread = 1;
        await openList();
        await clickRowAction(2, "archive");
        await animationFrame();
        expect(shownIds()).toEqual([3, 2, 1]);
        expect("[data-folder-id='1'] .o_crm_mail_folder_count").toHaveText("1");
        expect(told()).toEqual(["The mailbox has no archive."]);
        expect(".o_notification_buttons").toHaveCount(0);
    });

    test("undo brings the mail back, and announces no new mail", async () => {
        server.rows = [makeRow(3), makeRow(2, {seen: false}), makeRow(1)];
        await openList();
        await clickRowAction(3, "delete");
        await animationFrame();
        await contains(".o_notification_buttons button").click();
        await animationFrame();
        await animationFrame();
        expect(shownIds()).toEqual([3, 2, 1]);
        expect(server.changes.at(-1)).toEqual(["undo_move", [[3, 1]]]);
        expect(".o_crm_mail_client > [role=status]").toHaveText("");
        expect(told()).toEqual([]);
    });

    test("what was moved can be brought back for a few seconds only", async () => {
        await openList();
        await clickRowAction(3, "delete");
        await animationFrame();
        await advanceTime(UNDO_TIME + 1000);
        await animationFrame();
        expect(told()).toEqual([]);
        await getService("crm_mail_client").mails.undo();
        expect(server.changes).toHaveLength(1);
    });

    test("undo works before the server has answered", async () => {
        const held = new Deferred();
        server.hold = {delete: held};
        await openList();
        await contains(".o_crm_mail_rows").focus();
        await press("#");
        await animationFrame();
        expect(shownIds()).toEqual([2, 1]);
        await press("z");
        await animationFrame();
        expect(shownIds()).toEqual([3, 2, 1]);
        expect(server.changes.map(([name]) => name)).toEqual(["delete"]);
        held.resolve();
        await animationFrame();
        await animationFrame();
        expect(server.changes.at(-1)).toEqual(["undo_move", [[3, 1]]]);
        expect(shownIds()).toEqual([3, 2, 1]);
        expect(told()).toEqual([]);
    });

    test("a deed that is refused after it was taken back is not given back twice", async () => {
        const held = new Deferred();
        server.hold = {delete: held};
        server.refuse = {delete: "No trash."};
        await openList();
        await contains(".o_crm_mail_rows").focus();
        await press("#");
        await press("z");
        held.resolve();
        await animationFrame();
        await animationFrame();
        expect(shownIds()).toEqual([3, 2, 1]);
        expect(server.changes).toHaveLength(1);
        expect(told()).toEqual(["No trash."]);
    });

    test("marks are taken back too, only where they changed something", async () => {
        server.rows = [makeRow(3), makeRow(2, {seen: false}), makeRow(1)];
        server.folders[0].unread = 1;
        await openList();
        await contains(".o_crm_mail_rows").focus();
        await press(["Control", "a"]);
        await press(["Shift", "I"]);
        await animationFrame();
        expect("[data-message-id='2']").not.toHaveClass("o_crm_mail_row_unread");
        await press("z");
        await animationFrame();
        await animationFrame();
        expect(server.changes.at(-1)).toEqual(["mark", [2], [], ["seen"]]);
        expect("[data-message-id='2']").toHaveClass("o_crm_mail_row_unread");
        expect("[data-message-id='1']").not.toHaveClass("o_crm_mail_row_unread");
        expect("[data-folder-id='1'] .o_crm_mail_folder_count").toHaveText("1");
    });

    test("several marks at once say so, with a way back", async () => {
        await openList();
        await contains(".o_crm_mail_rows").focus();
        await press(["Control", "a"]);
        await press("s");
        await animationFrame();
        expect(told()).toEqual(["3 messages were flagged."]);
        await contains(".o_notification_buttons button").click();
        await animationFrame();
        expect(server.changes.at(-1)).toEqual(["mark", [3, 2, 1], [], ["flagged"]]);
        expect(".o_crm_mail_row .fa-star").toHaveCount(0);
    });

    test("mails are copied to a folder, and stay where they are", async () => {
        await openList();
        await contains(".o_crm_mail_rows").focus();
        await press(["Shift", "V"]);
        await animationFrame();
        expect(".modal-title").toHaveText("Copy the message to");
        await contains("#o_crm_mail_pick [data-folder-id='6']").click();
        await animationFrame();
        expect(server.changes).toEqual([["copy_mails", [3], 6]]);
        expect(shownIds()).toEqual([3, 2, 1]);
        expect(told()).toHaveLength(1);
    });

    test("copies are taken back, also those that are seen a moment later", async () => {
        server.late = [[[3, 6, 1]]];
        await openList();
        await contains(".o_crm_mail_rows").focus();
        await press(["Shift", "V"]);
        await animationFrame();
        await contains("#o_crm_mail_pick [data-folder-id='6']").click();
        await animationFrame();
        await contains(".o_notification_buttons button").click();
        await animationFrame();
        const undone = ["undo_copy", [[3, 6, 1]]];
        expect(server.changes.slice(1)).toEqual([undone]);
        await advanceTime(COPY_PAUSE);
        await animationFrame();
        expect(server.changes.slice(1)).toEqual([undone, undone]);
        await advanceTime(COPY_LOOKS * COPY_PAUSE);
        expect(server.changes).toHaveLength(3);
        expect(told().join()).not.toMatch(/has not shown/);
    });

    test("copies that the server does not show are told of", async () => {
        server.late = Array.from({length: COPY_LOOKS}, () => [[3, 6, 1]]);
        await openList();
        await contains(".o_crm_mail_rows").focus();
        await press(["Shift", "V"]);
        await animationFrame();
        await contains("#o_crm_mail_pick [data-folder-id='6']").click();
        await animationFrame();
        await press("z");
        for (let look = 0; look <= COPY_LOOKS; look++) {
            await advanceTime(COPY_PAUSE);
            await animationFrame();
        }
        expect(server.changes).toHaveLength(1 + COPY_LOOKS);
        expect(told().join()).toMatch(/has not shown the copies yet/);
    });

    test("in the trash deleting is for good, and asks before", async () => {
        server.rows = [makeRow(3, {folder_id: 3}), makeRow(2, {folder_id: 3})];
        await mountMailClient({place: {folderId: 3}});
        await animationFrame();
        await clickRowAction(3, "delete");
        expect(".modal").toHaveText(/Nothing brings it back/);
        expect(shownIds()).toEqual([3, 2]);
        await contains(".modal .btn-secondary").click();
        expect(server.changes).toEqual([]);
        await clickRowAction(3, "delete");
        await contains(".modal .btn-danger").click();
        await animationFrame();
        expect(shownIds()).toEqual([2]);
        expect(server.changes).toEqual([["delete", [3]]]);
        expect(".o_notification").toHaveCount(0);
    });

    test("spam goes to its folder, and what is none comes back from it", async () => {
        await openMail(3);
        await contains(action("junk")).click();
        expect(server.changes).toEqual([["junk", [3]]]);
        server.rows = [makeRow(3, {folder_id: 2})];
        await contains("[data-folder-id='2']").click();
        await contains("[data-message-id='3']").click();
        await animationFrame();
        expect(action("junk")).toHaveCount(0);
        await contains(action("notJunk")).click();
        expect(server.changes.at(-1)).toEqual(["not_junk", [3]]);
    });

    test("what lies in the archive cannot be archived", async () => {
        server.rows = [makeRow(3, {folder_id: 4})];
        await mountMailClient({place: {folderId: 4}});
        await contains("[data-message-id='3']").click();
        await animationFrame();
        expect(action("delete")).toHaveCount(1);
        expect(action("archive")).toHaveCount(0);
    });

    test("a folder to move to is found by typing, and taken by Enter", async () => {
        await openMail(3);
        await contains(action("move")).click();
        await animationFrame();
        const choices = () => queryAllTexts(".o_crm_mail_pick_folder");
        expect(choices()).toEqual([
            "Inbox",
            "Junk",
            "Trash",
            "Archive",
            "Clients",
            "Ferrari",
        ]);
        expect("#o_crm_mail_pick_1").toHaveAttribute("aria-disabled", "true");
        expect(".o_crm_mail_folder_picker input").toBeFocused();
        await contains(".o_crm_mail_folder_picker input").edit("cli", {
            confirm: false,
        });
        expect(choices()).toEqual(["Clients", "Clients / Ferrari"]);
        await contains(".o_crm_mail_folder_picker input").press("ArrowDown");
        expect(queryOne("#o_crm_mail_pick_6").ariaSelected).toBe("true");
        await contains(".o_crm_mail_folder_picker input").press("Enter");
        await animationFrame();
        expect(".modal").toHaveCount(0);
        expect(server.changes).toEqual([["move", [3], 6]]);
        expect(told()).toEqual(["The message was moved to “Ferrari”."]);
        expect(shownIds()).toEqual([2, 1]);
    });

    test("rows are dragged to a folder that takes them", async () => {
        await openList();
        const {drag} = await contains("[data-message-id='2']");
        const {moveTo, drop} = await drag({dataTransfer: new DataTransfer()});
        await moveTo("[data-folder-id='5']");
        await animationFrame();
        expect("[data-folder-id='5']").toHaveClass("o_crm_mail_folder_drop");
        expect(".o_crm_mail_drag_badge").toHaveText("1 message");
        await moveTo("[data-folder-id='1']");
        await animationFrame();
        expect(".o_crm_mail_folder_drop").toHaveCount(0);
        await drop("[data-folder-id='6']");
        await animationFrame();
        expect(server.changes).toEqual([["move", [2], 6]]);
        expect(shownIds()).toEqual([3, 1]);
    });
});

describe("news", () => {
    test("what the mail server refuses later is told, and the list read anew", async () => {
        await openList();
        await waitUntilSubscribe();
        server.calls.length = 0;
        MockServer.env["bus.bus"]._sendone("broadcast", "crm_mail_accounts/refused", {
            account_id: 1,
            message: "The mailbox is full.",
        });
        await waitNotifications(["crm_mail_accounts/refused"]);
        await advanceTime(BUS_DELAY);
        await animationFrame();
        expect(told()).toEqual(["laura@demo.test. The mailbox is full."]);
        expect(server.calls).toEqual(["progress", "list_messages"]);
    });
});

describe("phone", () => {
    beforeEach(() => patchUiSize({size: SIZES.SM}));

    test("the toolbar keeps what matters most, and the rest is in its menu", async () => {
        await openMail(3);
        const names = () => queryAllAttributes(".o_crm_mail_action", "data-action");
        expect(names()).toEqual(["archive", "delete", "unread"]);
        await contains(".o_crm_mail_more_actions").click();
        expect(names().slice(3)).toEqual(["move", "junk", "flag", "copy", "filter"]);
        await contains(".o-dropdown--menu [data-action='flag']").click();
        expect(server.changes).toEqual([["mark", [3], ["flagged"], []]]);
        await contains(action("delete")).click();
        await animationFrame();
        expect(".o_crm_mail_subject").toHaveText("Subject 2");
        await contains(action("unread")).click();
        expect(shownIds()).toEqual([2, 1]);
    });

    test("once a row is selected a touch selects", async () => {
        await openList();
        await contains("[data-message-id='3'] .o_crm_mail_row_check").click();
        await contains("[data-message-id='1']").click();
        expect(".o_crm_mail_selected_count").toHaveText("2 selected");
        await contains(".o_crm_mail_selection [data-action='archive']").click();
        expect(shownIds()).toEqual([2]);
        expect(".o_crm_mail_selection").toHaveCount(0);
    });
});
