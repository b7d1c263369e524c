import {describe, expect, test} from "@odoo/hoot";
import {press, queryAllTexts, queryOne} from "@odoo/hoot-dom";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {allowTranslations, contains} from "@web/../tests/web_test_helpers";

import {folderName} from "@crm_mail_accounts/messages_service/folder_name";
import {SYNC_DELAY} from "@crm_mail_accounts/messages_service/account_service";

import {
    defineMailClientModels,
    makeAccount,
    makeFolder,
    mockMailServer,
    mountMailClient,
    noteActions,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const FOLDERS = [
    makeFolder({unread: 3}),
    makeFolder({id: 2, name: "Posta inviata", role: "sent"}),
    makeFolder({id: 3, name: "Clients", role: "none", selectable: false}),
    makeFolder({id: 4, name: "Ferrari", role: "none", parent_id: 3}),
];

const names = () => queryAllTexts(".o_crm_mail_folder_name");

test("folders show icon, name and what is unread", async () => {
    mockMailServer({folders: FOLDERS});
    await mountMailClient();
    await animationFrame();
    expect(names()).toEqual(["Inbox", "Posta inviata", "Clients", "Ferrari"]);
    expect("[data-role=inbox] .fa-inbox").toHaveCount(1);
    expect("[data-role=sent] .fa-paper-plane-o").toHaveCount(1);
    expect(queryAllTexts(".o_crm_mail_folder_count")).toEqual(["3"]);
    const named = queryOne("[data-folder-id='1']").getAttribute("aria-labelledby");
    const name = named.split(" ").map((id) => document.getElementById(id).textContent);
    expect(name.map((each) => each.trim()).join(" ")).toBe("Inbox 3 unread");
    expect(queryOne("[data-folder-id='4']").ariaLevel).toBe("2");
    expect("[data-folder-id='1']").toHaveAttribute("aria-selected", "true");
});

test("names that programs give are put into the reader's words, others stay", () => {
    allowTranslations();
    const name = (values) => `${folderName(makeFolder(values))}`;
    expect(name({name: "INBOX"})).toBe("Inbox");
    expect(name({name: "sent items", role: "sent"})).toBe("Sent Items");
    expect(name({name: "Posta inviata", role: "sent"})).toBe("Posta inviata");
    expect(name({name: "TRASH", role: "none"})).toBe("TRASH");
});

test("another folder is opened by a click", async () => {
    const asked = [];
    mockMailServer({
        folders: FOLDERS,
        rows: (folderId) => {
            asked.push(folderId);
            return [];
        },
    });
    await mountMailClient();
    await contains("[data-folder-id='2']").click();
    expect(asked).toEqual([1, 2]);
    expect("[data-folder-id='2']").toHaveAttribute("aria-selected", "true");
});

test("a branch that holds no mail itself only opens and shuts", async () => {
    const server = mockMailServer({folders: FOLDERS});
    await mountMailClient();
    await animationFrame();
    server.calls.length = 0;
    await contains("[data-folder-id='3']").click();
    expect(names()).toEqual(["Inbox", "Posta inviata", "Clients"]);
    expect("[data-folder-id='3']").toHaveAttribute("aria-expanded", "false");
    expect(server.calls).toEqual([]);
});

test("the tree is walked by the keys of a tree", async () => {
    mockMailServer({folders: FOLDERS});
    await mountMailClient();
    await contains("[data-folder-id='1']").focus();
    await press("End");
    expect("[data-folder-id='4']").toBeFocused();
    await press("ArrowLeft");
    expect("[data-folder-id='3']").toBeFocused();
    await press("ArrowLeft");
    await animationFrame();
    expect(names()).toEqual(["Inbox", "Posta inviata", "Clients"]);
    await press("ArrowRight");
    await animationFrame();
    await press("ArrowUp");
    await press("Enter");
    await animationFrame();
    expect("[data-folder-id='2']").toHaveAttribute("aria-selected", "true");
    expect(".o_crm_mail_folder[tabindex='0']").toHaveCount(1);
});

test("an account is folded as a whole and says how it is", async () => {
    mockMailServer({
        accounts: [
            makeAccount(),
            makeAccount({
                id: 2,
                name: "Sales",
                health: {state: "error", message: "Wrong password.", at: false},
            }),
        ],
        folders: [...FOLDERS, makeFolder({id: 21, account_id: 2})],
    });
    await mountMailClient();
    await animationFrame();
    expect("[data-account-id='2'] .o_crm_mail_health.text-danger").toHaveAttribute(
        "title",
        "Wrong password."
    );
    await contains("[data-account-id='1'] .o_crm_mail_account_toggle").click();
    expect(names()).toEqual(["Inbox"]);
});

test("one account is synchronized by its button", async () => {
    const server = mockMailServer();
    await mountMailClient();
    await animationFrame();
    server.calls.length = 0;
    await contains(".o_crm_mail_sync").click();
    await animationFrame();
    expect(".o_crm_mail_sync .fa-spin").toHaveCount(1);
    expect(server.calls).toEqual(["sync_now"]);
    await advanceTime(SYNC_DELAY);
    await animationFrame();
    expect(server.calls).toEqual(["sync_now", "progress"]);
    expect(".o_crm_mail_sync .fa-spin").toHaveCount(0);
});

test("the gear leads to accounts and folders", async () => {
    mockMailServer({
        accounts: [makeAccount(), makeAccount({id: 2, name: "Sales"})],
    });
    const noted = noteActions();
    await mountMailClient();
    await contains(".o_crm_mail_settings").click();
    await contains(".o_crm_mail_menu_account:eq(1)").click();
    await contains(".o_crm_mail_settings").click();
    await contains(".o_crm_mail_menu_folders:eq(0)").click();
    await contains(".o_crm_mail_settings").click();
    await contains(".o_crm_mail_menu_add").click();
    expect(noted.map(({options}) => options.additionalContext)).toEqual([
        {default_account_id: 2},
        {default_account_id: 1, crm_mail_setup_step: "folders"},
        {},
    ]);
});
