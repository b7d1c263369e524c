import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {press, queryAllTexts} from "@odoo/hoot-dom";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {patchUiSize, SIZES} from "@mail/../tests/mail_test_helpers";
import {contains, getService} from "@web/../tests/web_test_helpers";

import {TRY_DELAY} from "@crm_mail_accounts/mail_client/account_banner/account_banner";
import {BUS_DELAY} from "@crm_mail_accounts/messages_service/news_service";

import {
    defineMailClientModels,
    makeAccount,
    makeFolder,
    makeRow,
    mockMailServer,
    mountMailClient,
    noteActions,
    refusal,
} from "./mail_client_test_helpers";

defineMailClientModels();

describe("desktop", () => {
    describe.current.tags("desktop");

    test("without a mailbox the reader is invited to configure one", async () => {
        mockMailServer({accounts: [], folders: [], rows: []});
        const noted = noteActions();
        await mountMailClient();
        await animationFrame();
        expect(".o_crm_mail_welcome").toHaveCount(1);
        expect(".o_crm_mail_configure").toHaveText("Configure");
        await contains(".o_crm_mail_configure").click();
        expect(noted[0].action).toBe("crm_mail_accounts.crm_mail_account_setup_action");
    });

    test("after the assistant the new mailbox appears without a reload", async () => {
        const server = mockMailServer({accounts: [], folders: [], rows: []});
        const noted = noteActions();
        await mountMailClient();
        await contains(".o_crm_mail_configure").click();
        server.accounts = [makeAccount()];
        server.folders = [makeFolder()];
        server.rows = [makeRow(1)];
        await noted[0].options.onClose();
        await animationFrame();
        expect(".o_crm_mail_welcome").toHaveCount(0);
        expect(".o_crm_mail_row").toHaveCount(1);
    });

    test("folders, list and an empty reading pane stand side by side", async () => {
        mockMailServer();
        await mountMailClient();
        await animationFrame();
        expect(".o_crm_mail_folder").toHaveCount(1);
        expect(".o_crm_mail_row").toHaveCount(3);
        expect(".o_crm_mail_nothing_open").toHaveCount(1);
        expect(".o_crm_mail_side").toHaveCount(0);
    });

    test("a try shows that it runs, and its outcome", async () => {
        const failing = (at) => ({
            health: {
                state: "error",
                message: `No answer. Next try at ${at}.`,
                at: false,
            },
        });
        const server = mockMailServer({accounts: [makeAccount(failing("9:00"))]});
        await mountMailClient();
        await animationFrame();
        const button = ".o_crm_mail_retry_account";
        await contains(button).click();
        expect(button).toHaveText("Trying…");
        expect(button).not.toBeEnabled();
        server.accounts = [makeAccount(failing("9:02"))];
        await getService("crm_mail_client").look();
        await animationFrame();
        await animationFrame();
        expect(button).toHaveText("Try again");
        expect(".o_crm_mail_account_banner").toHaveText(/9:02/);
        await contains(button).click();
        await advanceTime(TRY_DELAY);
        await animationFrame();
        expect(button).toBeEnabled();
        await contains(button).click();
        server.accounts = [makeAccount()];
        await getService("crm_mail_client").look();
        await animationFrame();
        expect(".o_crm_mail_account_banner").toHaveCount(0);
    });

    test("a mailbox that fills up warns, and a full one alarms", async () => {
        const quota = (percent, full) => ({percent, full, warning: `${percent}% full`});
        mockMailServer({
            accounts: [
                makeAccount({quota: quota(82, false)}),
                makeAccount({id: 2, name: "Second", quota: quota(97, true)}),
            ],
        });
        await mountMailClient();
        await animationFrame();
        expect(".o_crm_mail_quota.alert-warning").toHaveText(/82% full/);
        expect(".o_crm_mail_quota.alert-danger").toHaveText(/97% full/);
        await contains(".o_crm_mail_quota.alert-danger .btn-close").click();
        expect(".o_crm_mail_quota").toHaveCount(1);
    });

    test("the place is told when it changes", async () => {
        mockMailServer();
        const places = [];
        await mountMailClient({onPlaceChanged: (place) => places.push(place)});
        await contains(".o_crm_mail_row:eq(1)").click();
        expect(places).toEqual([
            {folderId: 1, messageId: false},
            {folderId: 1, messageId: 2},
        ]);
    });

    test("an account in trouble says why, and can be edited", async () => {
        mockMailServer({
            accounts: [
                makeAccount({
                    health: {state: "error", message: "Wrong password.", at: false},
                }),
            ],
        });
        const noted = noteActions();
        await mountMailClient();
        await animationFrame();
        expect(".o_crm_mail_account_banner").toHaveText(/Wrong password\./);
        expect(".o_crm_mail_row").toHaveCount(3, {message: "mail can still be read"});
        await contains(".o_crm_mail_edit_account").click();
        expect(noted[0].options.additionalContext).toEqual({default_account_id: 1});
    });

    test("a mailbox whose folders are not mapped asks for that", async () => {
        mockMailServer({accounts: [makeAccount({state: "mapping"})], folders: []});
        const noted = noteActions();
        await mountMailClient();
        await animationFrame();
        expect(".o_crm_mail_row").toHaveCount(0);
        await contains(".o_crm_mail_map_folders_main").click();
        expect(noted[0].options.additionalContext.default_account_id).toBe(1);
    });

    test("accounts that only send lead to writing, and to a mailbox", async () => {
        mockMailServer({accounts: [makeAccount({kind: "smtp"})], folders: []});
        const noted = noteActions();
        await mountMailClient();
        await animationFrame();
        expect(".o_crm_mail_sending_only").toHaveText(/no mailbox to read/);
        expect(".o_crm_mail_row").toHaveCount(0);
        await contains(".o_crm_mail_sending_only_setup").click();
        expect(noted[0].options.additionalContext).toEqual({});
        await contains(".o_crm_mail_outgoing_line[data-kind=scheduled]").click();
        expect(".o_crm_mail_sending_only").toHaveCount(0);
    });

    test("a start that fails can be tried again", async () => {
        const server = mockMailServer({
            accounts: () => {
                throw refusal("Not now.");
            },
        });
        await mountMailClient();
        await animationFrame();
        expect(".o_crm_mail_boot_error").toHaveText(/Not now\./);
        server.accounts = [makeAccount()];
        await contains(".o_crm_mail_boot_error button").click();
        await animationFrame();
        expect(".o_crm_mail_row").toHaveCount(3);
    });

    test("new mail is announced to those who listen", async () => {
        const server = mockMailServer();
        await mountMailClient();
        await animationFrame();
        server.rows = [
            makeRow(5, {seen: false}),
            makeRow(4, {seen: false}),
            ...server.rows,
        ];
        getService("crm_mail_client").onChanged({account_id: 1, folder_ids: [1]});
        await advanceTime(BUS_DELAY);
        await animationFrame();
        expect(".o_crm_mail_row").toHaveCount(5);
        expect(".o_crm_mail_client > [role=status]").toHaveText("2 new messages");
    });

    test("when Odoo is away the screen says so and stays", async () => {
        mockMailServer();
        await mountMailClient();
        await animationFrame();
        getService("crm_mail_client").store.setOnline(false);
        await animationFrame();
        expect(".o_crm_mail_offline").toHaveCount(1);
        expect(".o_crm_mail_row").toHaveCount(3);
    });

    test("a mail is opened and left by keyboard alone", async () => {
        mockMailServer();
        await mountMailClient();
        await contains(".o_crm_mail_rows").focus();
        await press("ArrowDown");
        await press("Enter");
        await animationFrame();
        expect(".o_crm_mail_subject").toHaveText("Subject 2");
        expect(queryAllTexts(".o_crm_mail_row_open .o_crm_mail_row_subject")).toEqual([
            "Subject 2",
        ]);
    });
});

describe("phone", () => {
    describe.current.tags("desktop");
    beforeEach(() => patchUiSize({size: SIZES.SM}));

    test("one pane at a time, with a way back from each", async () => {
        mockMailServer();
        await mountMailClient();
        await animationFrame();
        expect(".o_crm_mail_message_list").toHaveCount(1);
        expect(".o_crm_mail_folder_list").toHaveCount(0);
        expect(".o_crm_mail_reading_pane").toHaveCount(0);

        await contains(".o_crm_mail_row:first").click();
        expect(".o_crm_mail_message_list").toHaveCount(0);
        expect(".o_crm_mail_subject").toHaveText("Subject 3");
        await contains(".o_crm_mail_back").click();
        expect(".o_crm_mail_message_list").toHaveCount(1);

        await contains(".o_crm_mail_to_folders").click();
        expect(".o_crm_mail_folder_list").toHaveCount(1);
        await contains(".o_crm_mail_folder").click();
        expect(".o_crm_mail_message_list").toHaveCount(1);
    });

    test("what the CRM knows is folded into the mail", async () => {
        mockMailServer();
        await mountMailClient();
        await contains(".o_crm_mail_row:first").click();
        await animationFrame();
        expect(".o_crm_mail_contact").toHaveCount(0);
        expect(".o_crm_mail_context_toggle").toHaveText(/Giulia Ferrari/);
        await contains(".o_crm_mail_context_toggle").click();
        expect(".o_crm_mail_contact_name").toHaveText("Giulia Ferrari");
    });
});
