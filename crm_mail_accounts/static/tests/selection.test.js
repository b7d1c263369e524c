import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {press, queryAllAttributes} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {contains, getService} from "@web/../tests/web_test_helpers";

import {
    defineMailClientModels,
    makeFolder,
    makeRow,
    mockMailServer,
    mountMailClient,
    shownIds,
    told,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const row = (id) => `[data-message-id='${id}']`;
const selected = () =>
    queryAllAttributes(".o_crm_mail_row_selected", "data-message-id").map(Number);

let server = null;

beforeEach(async () => {
    server = mockMailServer({
        folders: [
            makeFolder(),
            makeFolder({id: 2, name: "Junk", role: "junk"}),
            makeFolder({id: 3, name: "Trash", role: "trash"}),
        ],
        rows: [5, 4, 3, 2, 1].map((id) => makeRow(id)),
    });
});

async function openList() {
    await mountMailClient();
    await contains(".o_crm_mail_rows").focus();
}

describe("rows", () => {
    test("boxes, Ctrl and Shift select, and nothing is opened", async () => {
        await openList();
        await contains(`${row(5)} .o_crm_mail_row_check`).click();
        expect(selected()).toEqual([5]);
        await contains(row(3)).click({ctrlKey: true});
        expect(selected()).toEqual([5, 3]);
        await contains(row(1)).click({shiftKey: true});
        expect(selected()).toEqual([5, 3, 2, 1]);
        await contains(row(5)).click({ctrlKey: true});
        expect(selected()).toEqual([3, 2, 1]);
        expect(".o_crm_mail_selected_count").toHaveText("3 selected");
        expect(queryAllAttributes(".o_crm_mail_row", "aria-selected")).toEqual([
            "false",
            "false",
            "true",
            "true",
            "true",
        ]);
        expect(`${row(2)} .o_crm_mail_row_check`).toBeChecked();
        expect(`${row(5)} .o_crm_mail_row_check`).not.toBeChecked();
        expect(server.calls).not.toInclude("open_message");
    });

    test("a box with Shift selects up to it, also where it was selected", async () => {
        await openList();
        await contains(`${row(4)} .o_crm_mail_row_check`).click();
        await contains(`${row(2)} .o_crm_mail_row_check`).click();
        await contains(`${row(4)} .o_crm_mail_row_check`).click({shiftKey: true});
        expect(selected()).toEqual([4, 3, 2]);
        expect(`${row(4)} .o_crm_mail_row_check`).toBeChecked();
    });

    test("the keyboard selects one, several, all, and nothing", async () => {
        await openList();
        await press("j");
        await press("x");
        await animationFrame();
        expect(selected()).toEqual([4]);
        await press(["Shift", "ArrowDown"]);
        await press(["Shift", "ArrowDown"]);
        await animationFrame();
        expect(selected()).toEqual([4, 3, 2]);
        await press(["Control", "a"]);
        await animationFrame();
        expect(selected()).toEqual([5, 4, 3, 2, 1]);
        await press("Escape");
        await animationFrame();
        expect(selected()).toEqual([]);
        expect(".o_crm_mail_selection").toHaveCount(0);
    });

    test("the bar acts on all that is selected", async () => {
        await openList();
        await press(["Control", "a"]);
        await contains(row(5)).click({ctrlKey: true});
        await contains(".o_crm_mail_selection [data-action='delete']").click();
        await animationFrame();
        expect(shownIds()).toEqual([5]);
        expect(server.changes).toEqual([["delete", [4, 3, 2, 1]]]);
        expect(told()).toEqual(["4 messages were moved to the trash."]);
        expect(".o_crm_mail_selection").toHaveCount(0);
        expect(".o_crm_mail_rows").toBeFocused();
    });

    test("the bar takes the number of what leaves, and of what comes back", async () => {
        server.refuse = {delete: "Not now."};
        await openList();
        await press(["Control", "a"]);
        await animationFrame();
        await contains(".o_crm_mail_selection [data-action='delete']").click();
        await animationFrame();
        expect(shownIds()).toEqual([5, 4, 3, 2, 1]);
        expect(selected()).toEqual([5, 4, 3, 2, 1], {message: "to try again"});
    });

    test("marking keeps the selection", async () => {
        await openList();
        await press(["Control", "a"]);
        await animationFrame();
        await contains(".o_crm_mail_selection [data-action='unread']").click();
        expect(".o_crm_mail_row_unread").toHaveCount(5);
        expect(selected()).toHaveLength(5);
        expect(".o_crm_mail_selection [data-action='read']").toHaveCount(1);
    });

    test("what left the folder is not selected any more", async () => {
        await openList();
        await press(["Control", "a"]);
        server.rows = server.rows.slice(2);
        await getService("crm_mail_client").refreshList();
        await animationFrame();
        expect(selected()).toEqual([3, 2, 1]);
    });

    test("another folder starts without a selection", async () => {
        await openList();
        await press(["Control", "a"]);
        await contains("[data-folder-id='3']").click();
        await animationFrame();
        expect(selected()).toEqual([]);
    });
});

describe("keys", () => {
    const keys = [
        ["e", ["archive", [4]]],
        ["#", ["delete", [4]]],
        ["Delete", ["delete", [4]]],
        ["s", ["mark", [4], ["flagged"], []]],
        ["u", ["mark", [4], [], ["seen"]]],
        ["!", ["junk", [4]]],
    ];
    for (const [key, change] of keys) {
        test(`"${key}" acts on the row of the cursor`, async () => {
            await openList();
            await press("j");
            await press(key);
            await animationFrame();
            expect(server.changes).toEqual([change]);
        });
    }

    test("Shift+I marks as read", async () => {
        server.rows = [makeRow(5, {seen: false})];
        await openList();
        await press("i");
        expect(server.changes).toEqual([]);
        await press(["Shift", "I"]);
        expect(server.changes).toEqual([["mark", [5], ["seen"], []]]);
    });

    test("z takes the last move back", async () => {
        await openList();
        await press("e");
        await animationFrame();
        await press("z");
        await animationFrame();
        await animationFrame();
        expect(shownIds()).toEqual([5, 4, 3, 2, 1]);
        await press("z");
        expect(server.changes.map(([name]) => name)).toEqual(["archive", "undo_move"]);
    });

    test("v opens the choice of folders", async () => {
        await openList();
        await press("v");
        await animationFrame();
        expect(".o_crm_mail_folder_picker").toHaveCount(1);
    });

    test("? lists the keys", async () => {
        await openList();
        await press("?");
        await animationFrame();
        expect(".o_crm_mail_keys_help").toHaveText(/Mark as unread/);
        await press("e");
        expect(server.changes).toEqual([], {message: "the dialog has the keyboard"});
    });

    test("letters that are written into a field are letters", async () => {
        await openList();
        await contains(row(5)).click();
        await animationFrame();
        await contains(".o_crm_mail_new_opportunity").click();
        expect(".o_crm_mail_opportunity_form_name").toBeFocused();
        await press("e");
        await press("Delete");
        expect(server.changes).toEqual([]);
    });

    test("Delete on a folder deletes no mail", async () => {
        await openList();
        await contains("[data-folder-id='1']").focus();
        await press("Delete");
        expect(server.changes).toEqual([]);
    });
});
