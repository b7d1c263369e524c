import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {press, queryAllTexts, queryAllValues} from "@odoo/hoot-dom";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {contains} from "@web/../tests/web_test_helpers";

import {MOVING_PERIOD} from "@crm_mail_accounts/mail_client/filter_dialog/rules_place";

import {
    defineMailClientModels,
    makeAccount,
    makeFilter,
    makeFolder,
    makeMessage,
    makeRow,
    mockMailServer,
    makeRulesPlace,
    mountMailClient,
    noteActions,
    refusal,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

let server = null;

const dialog = ".o_crm_mail_filter_dialog";
const names = () => queryAllTexts(`${dialog} .o_crm_mail_filter_open .fw-bolder`);
const saved = () => server.changes.filter(([method]) => method === "filter_save");
const move = (folderId, values = {}) => ({
    kind: "move",
    folder_id: folderId,
    folder_path: "",
    keyword: "",
    address: "",
    ...values,
});

beforeEach(() => {
    server = mockMailServer({
        folders: [
            makeFolder(),
            makeFolder({id: 5, name: "Clients", path: "Clients", role: "none"}),
        ],
        filters: [makeFilter(1), makeFilter(2), makeFilter(3)],
        filterTemplates: [
            {
                ...makeFilter(false, {name: "Newsletters"}),
                id: undefined,
                actions: [move(false, {folder_name: "Newsletters"})],
            },
        ],
    });
});

async function settled() {
    await animationFrame();
    await animationFrame();
}

async function openFilters() {
    await mountMailClient();
    await contains(".o_crm_mail_settings").click();
    await contains(".o_crm_mail_menu_filters").click();
    await settled();
}

describe("the list", () => {
    test("filters say what they do, and what is wrong with them", async () => {
        server.filters[1] = makeFilter(2, {
            match: "any",
            stop: true,
            problem: "The folder “News” is not on the mail server any more.",
            conditions: [
                {...makeFilter(1).conditions[0], negated: true},
                {
                    field: "size",
                    header: "",
                    negated: false,
                    operator: "larger",
                    value: "2048",
                },
            ],
            actions: [move(5), {...move(false), kind: "forward", address: "b@c.test"}],
        });
        await openFilters();
        expect(names()).toEqual(["Filter 1", "Filter 2", "Filter 3"]);
        const line = `${dialog} [data-filter-id='2']`;
        expect(queryAllTexts(`${line} .o_crm_mail_filter_open .text-muted`)).toEqual([
            "Sender does not contain “giulia” or Size is larger than 2048 KBMove to “Clients”, Forward to b@c.test, Then stop",
        ]);
        expect(`${line} .o_crm_mail_filter_problem`).toHaveText(/News/);
    });

    test("the keyboard moves a filter, and a refusal puts it back", async () => {
        await openFilters();
        await contains("[data-filter-id='1'] .o_crm_mail_filter_handle").focus();
        await press("ArrowDown");
        await settled();
        expect(names()).toEqual(["Filter 2", "Filter 1", "Filter 3"]);
        expect(server.changes).toEqual([["filter_reorder", 1, [2, 1, 3]]]);
        expect(`${dialog} .visually-hidden[role=status]`).toHaveText(
            "“Filter 1” is number 2 of 3"
        );
        expect("[data-filter-id='1'] .o_crm_mail_filter_handle").toBeFocused();
        server.refuse.filter_reorder = "Not now.";
        await press("ArrowDown");
        await settled();
        await settled();
        expect(names()).toEqual(["Filter 2", "Filter 1", "Filter 3"]);
        expect(".o_crm_mail_filter_error").toHaveText("Not now.");
    });

    test("a filter is dragged to another place", async () => {
        await openFilters();
        await contains("[data-filter-id='1'] .o_crm_mail_filter_handle").dragAndDrop(
            "[data-filter-id='3']"
        );
        await settled();
        expect(names()).toEqual(["Filter 2", "Filter 3", "Filter 1"]);
        expect(server.changes).toEqual([["filter_reorder", 1, [2, 3, 1]]]);
    });

    test("a filter is switched off, and deleted once that is confirmed", async () => {
        await openFilters();
        await contains("[data-filter-id='2'] .o_crm_mail_filter_switch").click();
        expect(saved()).toEqual([["filter_save", 1, {id: 2, active: false}]]);
        expect("[data-filter-id='2'] .opacity-50").toHaveCount(1);
        await contains("[data-filter-id='2'] .o_crm_mail_filter_remove").click();
        await contains(".modal:last .btn-danger").click();
        await settled();
        expect(names()).toEqual(["Filter 1", "Filter 3"]);
        expect(server.changes.at(-1)).toEqual(["filter_delete", 2]);
    });

    test("each mailbox has its own, and those of others have none here", async () => {
        server.accounts = [
            makeAccount(),
            makeAccount({id: 2, name: "shop"}),
            makeAccount({id: 3, name: "boss", owner: "Boss"}),
        ];
        await openFilters();
        expect(queryAllTexts("#o_crm_mail_filter_account option")).toEqual([
            "laura@demo.test",
            "shop",
        ]);
        server.filters = [];
        await contains("#o_crm_mail_filter_account").select("2");
        await settled();
        expect(".o_crm_mail_no_filters").toHaveCount(1);
    });
});

describe("one filter", () => {
    test("is made of conditions and actions, and named by what it looks for", async () => {
        await openFilters();
        await contains(".o_crm_mail_new_filter").click();
        await contains(".o_crm_mail_condition_field").select("subject");
        await contains(".o_crm_mail_condition_operator").select("!begins");
        await contains(".o_crm_mail_condition_value").edit("Offer");
        await contains(".o_crm_mail_add_condition").click();
        await contains(".o_crm_mail_condition:eq(1) select").select("size");
        await contains(".o_crm_mail_condition:eq(1) .o_crm_mail_condition_unit").select(
            "MB"
        );
        await contains(".o_crm_mail_condition:eq(1) input").edit("2");
        await contains("#o_crm_mail_filter_match").select("any");
        await contains(".o_crm_mail_action_folder").click();
        await contains(".o_crm_mail_pick_folder[data-folder-id='5']").click();
        expect(".o_crm_mail_action_folder").toHaveText("Clients");
        await contains(".o_crm_mail_add_action").click();
        await contains(".o_crm_mail_filter_action:eq(1) select").select("forward");
        await contains(".o_crm_mail_action_address").edit("b@c.test");
        await contains("#o_crm_mail_filter_stop").click();
        await contains(".o_crm_mail_save_filter").click();
        await settled();
        const [[, accountId, values]] = saved();
        expect(accountId).toBe(1);
        expect(values.name).toBe("Offer");
        expect([values.match, values.stop, values.active]).toEqual(["any", true, true]);
        expect(values.conditions).toEqual([
            {
                field: "subject",
                header: "",
                negated: true,
                operator: "begins",
                value: "Offer",
            },
            {
                field: "size",
                header: "",
                negated: false,
                operator: "larger",
                value: "2048",
            },
        ]);
        expect(values.actions.map(({kind}) => kind)).toEqual(["move", "forward"]);
        expect(values.actions[0].folder_id).toBe(5);
        expect(values.actions[1].address).toBe("b@c.test");
        expect(names()).toHaveLength(4);
    });

    test("stays open with what the server says against it", async () => {
        server.refuse.filter_save = "Fill in what the condition compares with.";
        await openFilters();
        await contains("[data-filter-id='1'] .o_crm_mail_filter_open").click();
        expect(queryAllValues("#o_crm_mail_filter_name")).toEqual(["Filter 1"]);
        await contains(".o_crm_mail_condition_value").edit("");
        await contains(".o_crm_mail_save_filter").click();
        await settled();
        expect(".o_crm_mail_filter_error").toHaveText(/Fill in/);
        expect(".o_crm_mail_filter_editor").toHaveCount(1);
        await contains(".o_crm_mail_filter_back").click();
        expect(server.filters[0].conditions[0].value).toBe("giulia");
        expect(names()).toHaveLength(3);
    });

    test("is tried before it is kept", async () => {
        const asked = [];
        server.trial = (accountId, filter) => {
            asked.push([accountId, filter.conditions[0].value]);
            return {count: 12, looked_at: 900, unknown: 3, rows: [makeRow(2)]};
        };
        await openFilters();
        await contains("[data-filter-id='1'] .o_crm_mail_filter_open").click();
        await contains(".o_crm_mail_condition_value").edit("ferrari");
        await contains(".o_crm_mail_try_filter").click();
        await settled();
        expect(asked).toEqual([[1, "ferrari"]]);
        expect(".o_crm_mail_trial_count").toHaveText("12");
        expect(".o_crm_mail_trial").toHaveText(/newest\s+900/);
        expect(".o_crm_mail_trial").toHaveText(/text of\s+3/);
        expect(queryAllTexts(".o_crm_mail_trial_row .flex-grow-1")).toEqual([
            "Subject 2",
        ]);
        expect(saved()).toEqual([]);
    });

    test("makes the folder of a template when it is saved", async () => {
        await openFilters();
        await contains(".o_crm_mail_filter_template").click();
        expect(".o_crm_mail_action_folder").toHaveText(
            /Newsletters\s*\(will be made\)/
        );
        await contains(".o_crm_mail_save_filter").click();
        await settled();
        const methods = server.changes.map(([method]) => method);
        expect(methods).toEqual(["create_folder", "filter_save"]);
        expect(server.changes[0]).toEqual(["create_folder", 1, false, "Newsletters"]);
        expect(saved()[0][2].actions[0].folder_id).toBe(90);
    });

    test("makes a folder of a new name, and uses one that is there", async () => {
        await openFilters();
        await contains(".o_crm_mail_new_filter").click();
        await contains(".o_crm_mail_condition_value").edit("x");
        await contains(".o_crm_mail_action_folder").click();
        await contains(".o_crm_mail_folder_picker input").edit("Clients", {
            confirm: false,
        });
        await settled();
        expect(".o_crm_mail_pick_new").toHaveCount(0);
        await contains(".o_crm_mail_folder_picker input").edit("Invoices", {
            confirm: false,
        });
        await contains(".o_crm_mail_pick_new").click();
        await contains(".o_crm_mail_save_filter").click();
        await settled();
        expect(server.changes[0]).toEqual(["create_folder", 1, false, "Invoices"]);
    });

    test("whose folder is gone says so, and makes it again", async () => {
        server.folders.push(
            makeFolder({id: 6, name: "2026", path: "Clients/2026", role: "none"})
        );
        server.filters = [
            makeFilter(1, {actions: [move(77, {folder_path: "Clients/2026/May"})]}),
        ];
        await openFilters();
        await contains("[data-filter-id='1'] .o_crm_mail_filter_open").click();
        expect(".o_crm_mail_action_lost").toHaveText(/Clients\/2026\/May/);
        await contains(".o_crm_mail_action_remake").click();
        expect(".o_crm_mail_action_lost").toHaveCount(0);
        await contains(".o_crm_mail_save_filter").click();
        await settled();
        expect(server.changes[0]).toEqual(["create_folder", 1, 6, "May"]);
        expect(saved()[0][2].actions[0].folder_id).toBe(90);
    });
});

describe("on a folder", () => {
    test("filters run page by page, say what they did, and it is undone", async () => {
        server.runs = [
            {done: 2, matched: 2, moved: [[3, 1]], before: 2, total: 3},
            {done: 1, matched: 0, moved: [], before: false, total: 3},
        ];
        await openFilters();
        await contains("[data-filter-id='2'] .o_crm_mail_filter_run_one").click();
        expect(".o_crm_mail_run_folder").toHaveText("Inbox");
        await contains(".o_crm_mail_run_start").click();
        await settled();
        const runs = server.changes.filter(([method]) => method === "filter_run");
        expect(runs).toEqual([
            ["filter_run", [2], 1, false],
            ["filter_run", [2], 1, 2],
        ]);
        expect(".o_crm_mail_run_result").toHaveText(
            /3\s+mails looked at,\s+2\s+fit,\s+1\s+moved/
        );
        expect(".progress").toHaveAttribute("aria-valuenow", "100");
        await contains(".o_crm_mail_run_undo").click();
        await settled();
        expect(server.changes.at(-1)).toEqual(["undo_move", [[3, 1]]]);
        expect(".o_crm_mail_run_undone").toHaveCount(1);
    });

    test("what was done before a refusal is told, and can be undone", async () => {
        server.runs = [{done: 2, matched: 2, moved: [[3, 1]], before: 2, total: 3}];
        await openFilters();
        await contains(".o_crm_mail_run_all").click();
        await contains(".o_crm_mail_run_start").click();
        await settled();
        expect(".o_crm_mail_filter_run .text-danger").toHaveCount(1);
        expect(".o_crm_mail_run_undo").toHaveCount(1);
        expect(server.changes[0]).toEqual(["filter_run", [1, 2, 3], 1, false]);
    });
});

describe("from a mail", () => {
    test("a filter of mails like it is begun", async () => {
        const asked = [];
        server.fromMessage = (id) => {
            asked.push(id);
            return {...makeFilter(false, {name: "Giulia"}), id: undefined};
        };
        await mountMailClient();
        await contains("[data-message-id='3']").click();
        await contains(".o_crm_mail_reading_pane .o_crm_mail_more_actions").click();
        await contains(".o-dropdown--menu [data-action='filter']").click();
        await settled();
        expect(asked).toEqual([3]);
        expect(queryAllValues("#o_crm_mail_filter_name")).toEqual(["Giulia"]);
        await contains(".o_crm_mail_filter_back").click();
        expect(names()).toHaveLength(3);
    });

    test("its menu has it too, but not in a mailbox of somebody else", async () => {
        await mountMailClient();
        await contains("[data-message-id='3']").click();
        await contains(".o_crm_mail_message_menu").click();
        await contains(".o_crm_mail_filter_like_this").click();
        await settled();
        expect(".o_crm_mail_filter_editor").toHaveCount(1);
    });

    test("a delegate makes no filters", async () => {
        server.accounts = [makeAccount({owner: "Laura"})];
        await mountMailClient();
        await contains("[data-message-id='3']").click();
        await contains(".o_crm_mail_message_menu").click();
        expect(".o_crm_mail_show_headers").toHaveCount(1);
        expect(".o_crm_mail_filter_like_this").toHaveCount(0);
        expect("[data-action='filter']").toHaveCount(0);
    });

    test("a mail says which filter has put it there, and leads to it", async () => {
        server.message = (id) =>
            makeMessage(id, {filed_by: "Filter 2", filed_by_id: 2});
        await mountMailClient();
        await contains("[data-message-id='3']").click();
        await contains(".o_crm_mail_filed_by_filter").click();
        await settled();
        expect(queryAllValues("#o_crm_mail_filter_name")).toEqual(["Filter 2"]);
    });

    test("a filter that is gone has a name only", async () => {
        server.message = (id) => makeMessage(id, {filed_by: "Old", filed_by_id: false});
        await mountMailClient();
        await contains("[data-message-id='3']").click();
        await settled();
        expect(".o_crm_mail_filed_by").toHaveText(/Old/);
        expect(".o_crm_mail_filed_by button").toHaveCount(0);
    });
});

describe("out of office", () => {
    test("a banner says that it is on, and ends it", async () => {
        server.accounts = [makeAccount({away: {until: "2026-03-20 17:00:00"}})];
        await mountMailClient();
        await settled();
        expect(".o_crm_mail_away").toHaveText(/until .*2026/);
        await contains(".o_crm_mail_away_end").click();
        await settled();
        expect(server.changes).toEqual([["vacation_end", 1]]);
        expect(".o_crm_mail_away").toHaveCount(0);
    });

    test("the gear opens its form", async () => {
        const noted = noteActions();
        await mountMailClient();
        await contains(".o_crm_mail_settings").click();
        await contains(".o_crm_mail_menu_away").click();
        await settled();
        expect(noted[0].action.res_model).toBe("crm.mail.vacation");
        expect(noted[0].action.context.default_account_id).toBe(1);
    });
});

describe("where they run", () => {
    test("on the server after a question, and back, with the state on the way", async () => {
        await openFilters();
        expect(".o_crm_mail_rules_sentence").toHaveText("Filters run in Odoo.");
        const asked = [];
        server.rulesSwitch = (accountId, engine) => {
            asked.push([accountId, engine]);
            return makeRulesPlace({engine, moving: true, place: "Being moved."});
        };
        await contains(".o_crm_mail_rules_to_server").click();
        expect(asked).toEqual([]);
        await contains(".modal:last .modal-footer .btn-primary").click();
        await settled();
        expect(asked).toEqual([[1, "server"]]);
        expect(".o_crm_mail_rules_sentence").toHaveText("Being moved.");
        server.rulesPlace = makeRulesPlace({engine: "server", place: "On the server."});
        await advanceTime(MOVING_PERIOD);
        await settled();
        expect(".o_crm_mail_rules_sentence").toHaveText("On the server.");
        await contains(".o_crm_mail_rules_to_odoo").click();
        await settled();
        expect(asked.at(-1)).toEqual([1, "here"]);
    });

    test("a refusal says why, and a filter that only Odoo can run says so", async () => {
        server.rulesPlace = makeRulesPlace({
            only_here: [{id: 2, reason: "Opportunities are created in Odoo alone."}],
        });
        server.rulesSwitch = () => {
            throw refusal("This server has no ManageSieve.");
        };
        await openFilters();
        expect("[data-filter-id='2'] .o_crm_mail_filter_only_here").toHaveText(
            "Runs in Odoo only: Opportunities are created in Odoo alone."
        );
        expect(".o_crm_mail_filter_only_here").toHaveCount(1);
        await contains(".o_crm_mail_rules_to_server").click();
        await contains(".modal:last .modal-footer .btn-primary").click();
        await settled();
        expect(".o_crm_mail_rules_refusal").toHaveText(
            "This server has no ManageSieve."
        );
        expect(".o_crm_mail_rules_to_server").toBeEnabled();
    });

    test("a mailbox without a server of its own has no switch", async () => {
        server.rulesPlace = makeRulesPlace({possible: false});
        await openFilters();
        expect(".o_crm_mail_rules_sentence").toHaveCount(1);
        expect(".o_crm_mail_rules_to_server").toHaveCount(0);
    });
});
