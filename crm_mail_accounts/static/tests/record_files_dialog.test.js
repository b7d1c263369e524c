import {describe, expect, test} from "@odoo/hoot";
import {press, queryAllTexts} from "@odoo/hoot-dom";
import {advanceTime, animationFrame, Deferred} from "@odoo/hoot-mock";
import {contains, getService} from "@web/../tests/web_test_helpers";

import {SEARCH_DELAY} from "@crm_mail_accounts/mail_client/record_search/record_search";

import {
    defineMailClientModels,
    makeComposition,
    makeSender,
    mockMailServer,
    mountMailClient,
    refusal,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const DIALOG = ".o_crm_mail_record_files_dialog";
const SEARCH = `${DIALOG} .o_crm_mail_record_files_search`;
const CONFIRM = `${DIALOG} .o_crm_mail_record_files_confirm`;

const makeFile = (id, filename, values = {}) => ({
    id,
    filename,
    content_type: "application/pdf",
    size: 2048,
    date: "2026-03-02 09:30:00",
    ...values,
});
const makeGroup = (name, files, values = {}) => ({
    model: "crm.lead",
    model_label: "Opportunity",
    res_id: 8,
    name,
    files,
    ...values,
});

/** The dialog of a mail that is being written, opened by its menu. */
async function openDialog(values = {}, composition = {}) {
    const asked = [];
    const note = (name, answer) => [
        name,
        (...args) => {
            asked.push([name, ...args]);
            return answer(...args);
        },
    ];
    const {
        recordFiles = () => ({
            groups: [
                makeGroup("Spring order", [
                    makeFile(1, "plan.pdf"),
                    makeFile(2, "b.txt"),
                ]),
            ],
            more: false,
        }),
        foundFiles = () => ({
            groups: [makeGroup("Bridge", [makeFile(3, "scan.pdf")], {res_id: 9})],
            more: true,
        }),
        ...others
    } = values;
    const server = mockMailServer({
        composition: makeComposition({subject: "Offer", ...composition}),
        ...Object.fromEntries([
            note("recordFiles", recordFiles),
            note("foundFiles", foundFiles),
        ]),
        ...others,
    });
    await mountMailClient();
    await contains(".o_crm_mail_write").click();
    await animationFrame();
    await contains(".o_crm_mail_attach_menu").click();
    await contains(".o_crm_mail_attach_record").click();
    await animationFrame();
    return {server, asked};
}

async function type(text) {
    await contains(SEARCH).edit(text, {confirm: false});
    await advanceTime(SEARCH_DELAY);
    await animationFrame();
}

const names = () =>
    queryAllTexts(`${DIALOG} .o_crm_mail_record_file .text-truncate:first-child`);
const titles = () =>
    queryAllTexts(`${DIALOG} .o_crm_mail_record_files_title .text-truncate`);
const attached = (server) =>
    server.changes
        .filter(([name]) => name === "compose_attach_records")
        .map(([, ...args]) => args);
const files = () => queryAllTexts(".o_crm_mail_compose_file a");

test("files of the records of the mail are there first, several are attached", async () => {
    const {server, asked} = await openDialog(
        {},
        {
            parent: {message_id: 3, kind: "reply", account_id: 1},
            record: {model: "crm.lead", res_id: 8, name: "Spring order"},
        }
    );
    expect(asked).toEqual([["recordFiles", 3, {model: "crm.lead", res_id: 8}]]);
    expect(SEARCH).toBeFocused();
    expect(titles()).toEqual(["Spring order"]);
    expect(names()).toEqual(["plan.pdf", "b.txt"]);
    expect(`${DIALOG} .o_crm_mail_record_file:first .small`).toHaveText(
        "2 KB · Mar 2, 2026"
    );
    expect(CONFIRM).not.toBeEnabled();
    await contains(`${DIALOG} .o_crm_mail_record_file:first input`).click();
    expect(CONFIRM).toHaveText("Attach 1 file");
    await contains(`${DIALOG} .o_crm_mail_record_file:last input`).click();
    expect(CONFIRM).toHaveText("Attach 2 files");
    await contains(CONFIRM).click();
    await animationFrame();
    expect(DIALOG).toHaveCount(0);
    expect(attached(server)).toEqual([[500, [1, 2]]]);
    expect(files()).toHaveLength(2);
});

test("a mailbox that is no longer the reader's is not asked about", async () => {
    const {asked} = await openDialog(
        {},
        {parent: {message_id: 3, kind: "reply", account_id: false}}
    );
    expect(asked).toEqual([["recordFiles", false, false]]);
});

test("what was chosen stays chosen, and in sight, when another name is searched", async () => {
    const {server, asked} = await openDialog();
    await press("ArrowDown");
    await press("ArrowDown");
    await press("Space");
    await animationFrame();
    expect(CONFIRM).toHaveText("Attach 1 file");
    await press("ArrowUp");
    await press("ArrowUp");
    expect(SEARCH).toBeFocused();
    await type("bri");
    expect(asked.at(-1)).toEqual(["foundFiles", "bri"]);
    expect(titles()).toEqual(["Selected", "Bridge"]);
    expect(names()).toEqual(["b.txt", "scan.pdf"]);
    expect(`${DIALOG} .o_crm_mail_record_file:first .small`).toHaveText(
        "Spring order · 2 KB · Mar 2, 2026"
    );
    expect(`${DIALOG} .o_crm_mail_record_files_more`).toHaveCount(1);
    await contains(`${DIALOG} .o_crm_mail_record_file:last input`).click();
    await press("Enter");
    await animationFrame();
    expect(attached(server)).toEqual([[500, [2, 3]]]);
    expect(DIALOG).toHaveCount(0);
});

test("Escape takes the search back, then shuts the dialog, not the window", async () => {
    await openDialog();
    await type("bri");
    expect(titles()).toEqual(["Bridge"]);
    await press("Escape");
    await advanceTime(SEARCH_DELAY);
    await animationFrame();
    expect(SEARCH).toHaveValue("");
    expect(titles()).toEqual(["Spring order"]);
    await press("Escape");
    await animationFrame();
    expect(DIALOG).toHaveCount(0);
    expect(getService("crm_mail_client").store.compose.windows[0].mode).toBe("normal");
});

test("an answer that was overtaken is not shown", async () => {
    const late = new Deferred();
    await openDialog({
        foundFiles: (term) => ({
            groups: [makeGroup(term, [makeFile(3, `${term}.pdf`)])],
            more: false,
        }),
    });
    const {orm} = getService("crm_mail_client");
    const {call} = orm;
    orm.call = async (model, method, args) => {
        const answer = await call.call(orm, model, method, args);
        if (args[0] === "first") {
            await late;
        }
        return answer;
    };
    await type("first");
    await type("second");
    expect(names()).toEqual(["second.pdf"]);
    late.resolve();
    await animationFrame();
    expect(names()).toEqual(["second.pdf"]);
});

test("too much for the mail server is said before it is attached", async () => {
    await openDialog({}, {senders: [makeSender({max_size: 2000})]});
    await contains(`${DIALOG} .o_crm_mail_record_file:first input`).click();
    expect(`${DIALOG} .o_crm_mail_record_files_size`).toHaveText(/too large/);
    await contains(`${DIALOG} .o_crm_mail_record_file:first input`).click();
    expect(`${DIALOG} .o_crm_mail_record_files_size`).toHaveText("");
});

test("nothing found, and nothing there, are said", async () => {
    const nothing = () => ({groups: [], more: false});
    await openDialog({recordFiles: nothing, foundFiles: nothing});
    const empty = `${DIALOG} .o_crm_mail_record_files_nothing`;
    expect(empty).toHaveText(/belongs to no record that has files/);
    await type("zebra");
    expect(empty).toHaveText(/No file and no record/);
});

test("what fails says why, and can be tried again", async () => {
    let isRefused = true;
    const {server} = await openDialog({
        recordFiles: () => {
            if (isRefused) {
                throw refusal("Not yours.");
            }
            return {groups: [makeGroup("A", [makeFile(1, "a.pdf")])], more: false};
        },
    });
    expect(`${DIALOG} [role=alert]`).toHaveText(/Not yours\./);
    isRefused = false;
    await contains(`${DIALOG} .o_crm_mail_record_files_retry`).click();
    await animationFrame();
    expect(names()).toEqual(["a.pdf"]);
    server.refuse = {compose_attach_records: "Choose again."};
    await contains(`${DIALOG} .o_crm_mail_record_file input`).click();
    await contains(CONFIRM).click();
    await animationFrame();
    expect(`${DIALOG} [role=alert]`).toHaveText("Choose again.");
    expect(CONFIRM).toBeEnabled();
    expect(files()).toEqual([]);
});
