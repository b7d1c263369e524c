import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {press, queryAllAttributes, queryAllTexts} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {contains} from "@web/../tests/web_test_helpers";

import {
    defineMailClientModels,
    makeAccount,
    makeFolder,
    makeRow,
    mockMailServer,
    mountMailClient,
    told,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const line = (id) => `.o_crm_mail_folder[data-folder-id='${id}']`;
const item = (name) => `.o-dropdown--menu [data-action='${name}']`;
const items = () =>
    queryAllAttributes(".o-dropdown--menu [data-action]", "data-action");
const names = () => queryAllTexts(".o_crm_mail_folder_name");

let server = null;

beforeEach(() => {
    server = mockMailServer({
        folders: [
            makeFolder({unread: 2}),
            makeFolder({id: 3, name: "Trash", role: "trash"}),
            makeFolder({id: 5, name: "Clients", role: "none"}),
            makeFolder({id: 7, name: "Followed", role: "none", local: true}),
        ],
        rows: [makeRow(2, {seen: false}), makeRow(1, {seen: false})],
    });
});

/** The line draws its menu, and the menu what is in it. */
async function menuShown() {
    await animationFrame();
    await animationFrame();
}

async function clickDots(id) {
    await contains(`${line(id)} .o_crm_mail_folder_dots`).click();
    await menuShown();
}

async function openMenu(id) {
    await mountMailClient();
    await clickDots(id);
}

test("the menu has what fits the folder", async () => {
    await openMenu(5);
    expect(items()).toEqual(["create", "rename", "unsubscribe", "delete"]);
    await clickDots(3);
    expect(items()).toEqual(["empty", "create", "unsubscribe"]);
    await clickDots(1);
    expect(items()).toEqual(["read", "create"]);
    expect(`${line(7)} .o_crm_mail_folder_dots`).toHaveCount(0);
});

test("a mailbox that is kept here has nothing to subscribe, and no server", async () => {
    server.accounts = [makeAccount({kind: "pop3"})];
    await openMenu(5);
    expect(items()).toEqual(["create", "rename", "delete"]);
    await clickDots(3);
    expect(items()).toEqual(["empty", "create"]);
    await contains("[data-action=empty]").click();
    expect(".modal-body").toHaveText(/deleted for good/);
});

test("a delegate who may only look has no menus", async () => {
    server.accounts = [makeAccount({owner: "Laura", may_act: false})];
    await mountMailClient();
    await animationFrame();
    expect(".o_crm_mail_folder").toHaveCount(4);
    expect(".o_crm_mail_folder_dots, .o_crm_mail_account_menu").toHaveCount(0);
});

test("the menu is reached by keyboard, and leads back to its line", async () => {
    await mountMailClient();
    for (const key of ["ContextMenu", ["Shift", "F10"]]) {
        await contains(line(5)).focus();
        await press(key);
        await menuShown();
        expect(items()).toHaveLength(4);
        await press("Escape");
        await animationFrame();
        expect(items()).toEqual([]);
        expect(line(5)).toBeFocused();
    }
});

test("the menu opens by the other mouse button too", async () => {
    await mountMailClient();
    await contains(line(5)).click({button: 2});
    await menuShown();
    expect(items()).toHaveLength(4);
    expect(server.calls.filter((name) => name === "list_messages")).toHaveLength(1);
});

test("a folder is made inside another one, which opens", async () => {
    server.folders[2].id = 5;
    await openMenu(5);
    await contains(item("create")).click();
    expect(".modal-title").toHaveText("New folder in “Clients”");
    expect(".modal .btn-primary").not.toBeEnabled();
    await contains("#o_crm_mail_folder_name_input").edit("  Ferrari ");
    await animationFrame();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(server.changes).toEqual([["create_folder", 1, 5, "Ferrari"]]);
    expect(names()).toEqual(["Inbox", "Trash", "Clients", "Ferrari", "Followed"]);
});

test("a name that the mail server refuses can be mended", async () => {
    server.refuse = {create_folder: "This folder exists."};
    await mountMailClient();
    await contains(".o_crm_mail_account_menu").click();
    await contains(".o_crm_mail_new_folder").click();
    await contains("#o_crm_mail_folder_name_input").edit("Clients");
    await animationFrame();
    expect(".o_crm_mail_folder_name_error").toHaveText("This folder exists.");
    server.refuse = {};
    await contains("#o_crm_mail_folder_name_input").edit("Suppliers");
    await animationFrame();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(server.changes.at(-1)).toEqual(["create_folder", 1, false, "Suppliers"]);
    expect(names()).toInclude("Suppliers");
});

test("a folder is renamed", async () => {
    await openMenu(5);
    await contains(item("rename")).click();
    expect("#o_crm_mail_folder_name_input").toHaveValue("Clients");
    await contains("#o_crm_mail_folder_name_input").edit("Customers");
    await animationFrame();
    await animationFrame();
    expect(server.changes).toEqual([["rename_folder", 5, "Customers"]]);
    expect(names()).toInclude("Customers");
});

test("deleting a folder says what goes with it, and leaves it", async () => {
    await mountMailClient({place: {folderId: 5}});
    await clickDots(5);
    await contains(item("delete")).click();
    expect(".modal").toHaveText(/all its mail and the folders in it/);
    expect(server.changes).toEqual([]);
    await contains(".modal .btn-danger").click();
    await animationFrame();
    await animationFrame();
    expect(server.changes).toEqual([["delete_folder", 5]]);
    expect(names()).toEqual(["Inbox", "Trash", "Followed"]);
    expect(line(1)).toHaveAttribute("aria-selected", "true");
});

test("a folder that cannot be deleted stays, with the reason", async () => {
    server.refuse = {delete_folder: "It is in use."};
    await openMenu(5);
    await contains(item("delete")).click();
    await contains(".modal .btn-danger").click();
    await animationFrame();
    expect(told()).toEqual(["It is in use."]);
    expect(names()).toInclude("Clients");
});

test("all mails of a folder are marked as read, or none", async () => {
    server.refuse = {mark_folder_read: "Not now."};
    await openMenu(1);
    await contains(item("read")).click();
    await animationFrame();
    expect(".o_crm_mail_row_unread").toHaveCount(2);
    expect(`${line(1)} .o_crm_mail_folder_count`).toHaveText("2");
    expect(told()).toEqual(["Not now."]);
    server.refuse = {};
    await clickDots(1);
    await contains(item("read")).click();
    await animationFrame();
    expect(".o_crm_mail_row_unread").toHaveCount(0);
    expect(`${line(1)} .o_crm_mail_folder_count`).toHaveCount(0);
    expect(server.changes.at(-1)).toEqual(["mark_folder_read", 1]);
});

test("the trash is emptied after a question", async () => {
    server.rows = [makeRow(2, {folder_id: 3}), makeRow(1, {folder_id: 3})];
    await mountMailClient({place: {folderId: 3}});
    await contains(".o_crm_mail_row:first").click();
    await clickDots(3);
    await contains(item("empty")).click();
    expect(".o_crm_mail_row").toHaveCount(2);
    await contains(".modal .btn-danger").click();
    await animationFrame();
    expect(".o_crm_mail_list_empty").toHaveCount(1);
    expect(".o_crm_mail_nothing_open").toHaveCount(1);
    expect(server.changes).toEqual([["empty_folder", 3]]);
});

test("a trash that is not emptied has its mails again", async () => {
    server.rows = [makeRow(2, {folder_id: 3}), makeRow(1, {folder_id: 3})];
    server.refuse = {empty_folder: "Not now."};
    await mountMailClient({place: {folderId: 3}});
    await clickDots(3);
    await contains(item("empty")).click();
    await contains(".modal .btn-danger").click();
    await animationFrame();
    expect(".o_crm_mail_row").toHaveCount(2);
    expect(told()).toEqual(["Not now."]);
});

test("folders are subscribed and not, and a refusal is taken back", async () => {
    await openMenu(5);
    await contains(item("unsubscribe")).click();
    await animationFrame();
    server.refuse = {subscribe_folder: "Not now."};
    await clickDots(5);
    await contains(item("subscribe")).click();
    await animationFrame();
    expect(server.changes).toEqual([
        ["subscribe_folder", 5, false],
        ["subscribe_folder", 5, true],
    ]);
    expect(told()).toEqual(["Not now."]);
    await clickDots(5);
    expect(items()).toInclude("subscribe");
});
