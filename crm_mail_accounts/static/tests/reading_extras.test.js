import {describe, expect, test} from "@odoo/hoot";
import {
    manuallyDispatchProgrammaticEvent,
    press,
    queryAllTexts,
    queryOne,
} from "@odoo/hoot-dom";
import {advanceTime, animationFrame, Deferred} from "@odoo/hoot-mock";
import {contains, onRpc, patchWithCleanup} from "@web/../tests/web_test_helpers";
import {browser} from "@web/core/browser/browser";

import {FOLLOWS_CONTENT} from "@crm_mail_accounts/mail_client/message_view/use_frame_width";

import {
    defineMailClientModels,
    frameAddress,
    makeContext,
    makeLink,
    makeMessage,
    makeOpportunity,
    mockMailServer,
    mountMailClient,
    noteActions,
    openFirst,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

function makeFile(number, values = {}) {
    return {
        number,
        filename: `${number}.pdf`,
        content_type: "application/pdf",
        size: 2048,
        url: `/part/${number}`,
        preview: "pdf",
        ...values,
    };
}

test("warnings stand above the mail, each as grave as it is", async () => {
    await openFirst({
        warnings: [
            {kind: "authentication", level: "danger", text: "Do not trust it."},
            {kind: "first_time", level: "info", text: "The first message."},
        ],
    });
    expect(queryAllTexts(".o_crm_mail_warning")).toEqual([
        "Do not trust it.",
        "The first message.",
    ]);
    expect(".o_crm_mail_warning:first").toHaveClass("alert-danger");
});

test("a trusted sender's pictures are shown without a question", async () => {
    await openFirst({remote: 3, trusted: true});
    expect(".o_crm_mail_remote_bar").toHaveCount(0);
    expect(frameAddress(queryOne("iframe.o_crm_mail_frame"))).toInclude("remote=1");
});

test("a sender is trusted by one click, and the pictures come at once", async () => {
    const server = await openFirst({remote: 3});
    await contains(".o_crm_mail_trust").click();
    await animationFrame();
    expect(server.calls).toInclude("trust_sender");
    expect(frameAddress(queryOne("iframe.o_crm_mail_frame"))).toInclude("remote=1");
});

test("who was trusted is asked about again, also in mails that were read before", async () => {
    const trusted = new Set();
    mockMailServer({
        message: (id) => makeMessage(id, {remote: 3, trusted: trusted.has("all")}),
    });
    onRpc("crm.mail.client", "trust_sender", ({args: [, isTrusted]}) => {
        trusted[isTrusted ? "add" : "delete"]("all");
        return true;
    });
    await mountMailClient();
    const isShown = () =>
        frameAddress(queryOne("iframe.o_crm_mail_frame")).includes("remote=1");
    const open = async (index) => {
        await contains(`.o_crm_mail_row:eq(${index})`).click();
        await animationFrame();
    };
    await open(1);
    await open(0);
    await contains(".o_crm_mail_trust").click();
    await animationFrame();
    await open(1);
    expect(isShown()).toBe(true);
    await contains(".o_crm_mail_message_menu").click();
    await contains(".o_crm_mail_distrust").click();
    await animationFrame();
    expect(isShown()).toBe(false);
    expect(".o_crm_mail_remote_bar").toHaveCount(1);
    // Not even until the server has told anew
    const answer = new Deferred();
    onRpc("crm.mail.client", "open_message", () => answer);
    await contains(".o_crm_mail_row:eq(0)").click();
    await animationFrame();
    expect("iframe.o_crm_mail_frame[data-src*='remote=1']").toHaveCount(0);
});

test("a sender who may be somebody else cannot be trusted for the future", async () => {
    await openFirst({
        remote: 3,
        warnings: [{kind: "authentication", level: "danger", text: "Beware."}],
    });
    expect(".o_crm_mail_show_remote").toHaveCount(1);
    expect(".o_crm_mail_trust").toHaveCount(0);
});

test("quotes are shown and hidden by a button where the height follows", async () => {
    await openFirst({quoted: true});
    const frame = () => frameAddress(queryOne("iframe.o_crm_mail_frame"));
    if (!FOLLOWS_CONTENT) {
        expect(frame()).not.toInclude("quotes=");
        return;
    }
    expect(frame()).toInclude("quotes=hidden");
    queryOne("iframe.o_crm_mail_frame").dispatchEvent(new Event("load"));
    await animationFrame();
    await contains(".o_crm_mail_show_quotes").click();
    expect(frame()).toInclude("quotes=shown");
});

test("another width makes another frame, and keeps the height until it is there", async () => {
    if (!FOLLOWS_CONTENT) {
        return;
    }
    await openFirst({});
    const frame = () => queryOne("iframe.o_crm_mail_frame");
    const box = queryOne(".o_crm_mail_frame_box");
    const kept = [];
    const watcher = new MutationObserver(() => kept.push(box.style.minHeight));
    watcher.observe(box, {attributeFilter: ["style"]});
    const draw = async (width) => {
        box.parentElement.style.width = `${width}px`;
        await animationFrame();
        await animationFrame();
        await advanceTime(300);
        await animationFrame();
    };
    const first = frame();
    first.dispatchEvent(new Event("load"));
    const {clientHeight, clientWidth} = box;
    await draw(clientWidth - 10);
    expect(frame()).toBe(first, {message: "a scrollbar is no reason"});
    await draw(clientWidth - 100);
    expect(frame()).not.toBe(first);
    expect(kept).toInclude(`${clientHeight}px`);
    frame().dispatchEvent(new Event("load"));
    await animationFrame();
    expect(box.style.minHeight).toBe("");
    watcher.disconnect();
});

test("the files hold what only screen readers see", async () => {
    await openFirst({attachments: [makeFile(2), makeFile(3)]});
    const list = queryOne(".o_crm_mail_attachment_list");
    const hidden = list.querySelector(".visually-hidden");
    expect(list.contains(hidden.offsetParent)).toBe(true);
});

test("the facts of an invitation are told", async () => {
    const person = (name) => ({name, email: `${name}@x.test`, status: ""});
    await openFirst({
        invitations: [
            {
                method: "request",
                summary: "Review",
                location: "Room 4",
                start: "2026-03-02 08:30:00",
                end: "2026-03-02 09:30:00",
                all_day: false,
                organizer: person("Rosa"),
                attendees: ["a", "b", "c", "d", "e", "f", "g"].map(person),
                recurring: true,
                cancelled: false,
            },
        ],
    });
    const card = ".o_crm_mail_invitation";
    for (const text of [/Review/, /Room 4/, /Organized by Rosa/, /and 2 more/]) {
        expect(card).toHaveText(text);
    }
    expect(card).toHaveText(/Mar 2, 2026, .* – .*\(repeated\)/);
});

test("a file is looked at in a dialog, a page of it in a closed frame", async () => {
    await openFirst({
        attachments: [
            makeFile("2", {preview: "html", filename: "page.html"}),
            makeFile("3", {preview: ""}),
        ],
    });
    expect(".o_crm_mail_attachment_show").toHaveCount(1);
    await contains(".o_crm_mail_attachment_show").click();
    const frame = queryOne(".o_dialog iframe");
    expect(frameAddress(frame)).toBe("/part/2/view");
    expect(frame.getAttribute("sandbox")).toBe(
        "allow-popups allow-popups-to-escape-sandbox"
    );
    expect(".o_dialog a[download]").toHaveAttribute("href", "/part/2");
    // a key that is pressed in such a frame never comes out of it
    expect(".o_crm_mail_preview_close").toBeFocused();
    await press("Escape");
    await animationFrame();
    expect(".o_dialog").toHaveCount(0);
});

test("the viewer of a PDF is left by the escape key, but for its own use", async () => {
    await openFirst({
        attachments: [makeFile("2", {preview: "pdf", filename: "offer.pdf"})],
    });
    await contains(".o_crm_mail_attachment_show").click();
    const frame = queryOne(".o_dialog iframe");
    await manuallyDispatchProgrammaticEvent(frame, "load");
    const escape = () =>
        new KeyboardEvent("keydown", {key: "Escape", bubbles: true, cancelable: true});
    const used = escape();
    used.preventDefault();
    frame.contentWindow.dispatchEvent(used);
    await animationFrame();
    expect(".o_dialog").toHaveCount(1);
    frame.contentWindow.dispatchEvent(escape());
    await animationFrame();
    expect(".o_dialog").toHaveCount(0);
});

test("all files are downloaded together or saved to a linked record", async () => {
    const asked = [];
    await openFirst(
        {attachments: [makeFile("2"), makeFile("3")], links: [makeLink()]},
        {
            saved: (...args) => {
                asked.push(args);
                return 2;
            },
        }
    );
    expect(".o_crm_mail_download_all").toHaveAttribute(
        "href",
        "/crm_mail_accounts/message/3/attachments.zip"
    );
    await contains(".o_crm_mail_save_files").click();
    await contains(".o-dropdown--menu .o-dropdown-item").click();
    await animationFrame();
    expect(asked).toEqual([[3, ["2", "3"], "crm.lead", 5]]);
    expect(".o_notification").toHaveText(/Saved to Office refit/);
});

test("header, source and paper are in the menu of the mail", async () => {
    const opened = [];
    patchWithCleanup(browser, {open: (...args) => opened.push(args)});
    await openFirst();
    await contains(".o_crm_mail_message_menu").click();
    await contains(".o_crm_mail_show_headers").click();
    await animationFrame();
    expect(".o_crm_mail_headers").toHaveText(/Subject\s+Hello/);
    await contains(".o_dialog .btn-close").click();
    await contains(".o_crm_mail_message_menu").click();
    await contains(".o_crm_mail_print").click();
    expect(opened).toEqual([
        ["/crm_mail_accounts/message/3/print", "_blank", "noopener"],
    ]);
});

test("an address has a card with its contact", async () => {
    const noted = noteActions();
    await openFirst(
        {},
        {card: {email: "laura@demo.test", partner: makeContext().partner}}
    );
    await contains(".o_crm_mail_address:first").click();
    await animationFrame();
    expect(".o_crm_mail_address_card").toHaveText(/Giulia Ferrari/);
    expect(".o_crm_mail_address_card").toHaveText(/laura@demo\.test/);
    await contains(".o_crm_mail_card_open").click();
    expect(noted[0].action).toMatchObject({res_model: "res.partner", res_id: 3});
});

test("a stranger becomes a contact, after who might be the same", async () => {
    const made = [];
    await openFirst(
        {},
        {
            context: makeContext({
                partner: false,
                sender: {name: "New Person", email: "new@person.test"},
            }),
            proposals: {
                name: "New Person",
                email: "new@person.test",
                people: [{id: 4, name: "Person, New", email: "", company: "Person"}],
                companies: [{id: 8, name: "Person Ltd"}],
            },
            contact: (...args) => {
                made.push(args);
                return makeContext();
            },
        }
    );
    await contains(".o_crm_mail_new_contact").click();
    await animationFrame();
    expect(".o_crm_mail_same_person").toHaveText(/Person, New/);
    await contains(".o_crm_mail_contact_form_save").click();
    await animationFrame();
    expect(made).toEqual([
        [3, {name: "New Person", email: "new@person.test", parent_id: 8}],
    ]);
    expect(".o_crm_mail_contact_name").toHaveText("Giulia Ferrari");
    expect(".o_crm_mail_contact_form").toHaveCount(0);
});

test("an opportunity is made of the mail without leaving it", async () => {
    const asked = [];
    await openFirst(
        {},
        {
            opportunity: (...args) => {
                asked.push(args);
                return {
                    id: 5,
                    name: "Chairs",
                    context: makeContext({
                        links: [makeLink()],
                        opportunities: [makeOpportunity({link_id: 70})],
                    }),
                };
            },
        }
    );
    await contains(".o_crm_mail_new_opportunity").click();
    expect(".o_crm_mail_opportunity_form_name").toHaveValue("Sample order");
    await contains(".o_crm_mail_opportunity_form_name").edit("Chairs", {
        confirm: false,
    });
    await contains(".o_crm_mail_opportunity_form_save").click();
    await animationFrame();
    expect(asked).toEqual([[3, {name: "Chairs"}]]);
    expect(".o_crm_mail_linked").toHaveCount(1);
    expect(".o_crm_mail_row:first .o_crm_mail_link_badge").toHaveCount(1);
});

test("a task is made of the mail where Project is installed", async () => {
    const asked = [];
    const task = {id: 6, name: "Measure", project: "Hall", stage: "New"};
    const noted = noteActions();
    await openFirst(
        {},
        {
            context: makeContext({may_create_task: true}),
            task: (...args) => {
                asked.push(args);
                const link = makeLink({model: "project.task", res_id: 6});
                return {
                    id: 6,
                    name: "Measure",
                    context: makeContext({
                        may_create_task: true,
                        links: [link],
                        tasks: [task, {...task, id: 7, name: "Other", project: ""}],
                    }),
                };
            },
        }
    );
    await contains(".o_crm_mail_new_task").click();
    expect(".o_crm_mail_opportunity_form").toHaveAttribute("aria-label", "New task");
    expect(".o_crm_mail_opportunity_form_name").toHaveValue("Sample order");
    await contains(".o_crm_mail_opportunity_form_name").edit("Measure", {
        confirm: false,
    });
    await contains(".o_crm_mail_opportunity_form_save").click();
    await animationFrame();
    expect(asked).toEqual([[3, {name: "Measure"}]]);
    expect(".o_crm_mail_opportunity_form").toHaveCount(0);
    expect(".o_crm_mail_task").toHaveCount(2);
    expect(".o_crm_mail_task:first .o_crm_mail_task_linked").toHaveCount(1);
    expect(".o_crm_mail_task_linked").toHaveCount(1);
    expect(".o_crm_mail_task:first .text-muted").toHaveText("Hall · New");
    expect(".o_crm_mail_task:last .text-muted").toHaveText("New");
    expect(".o_crm_mail_row:first .o_crm_mail_link_badge").toHaveCount(1);
    await contains(".o_crm_mail_task:first button").click();
    expect(noted.at(-1).action).toMatchObject({res_model: "project.task", res_id: 6});
});

test("without Project nothing is said of tasks", async () => {
    await openFirst();
    expect(".o_crm_mail_opportunities").toHaveCount(1);
    expect(".o_crm_mail_tasks").toHaveCount(0);
});

test("activities are planned by the host's dialog, for the opportunity first", async () => {
    const noted = noteActions();
    await openFirst(
        {},
        {
            context: makeContext({
                opportunities: [makeOpportunity()],
                activities: [
                    {
                        id: 1,
                        model: "res.partner",
                        res_id: 3,
                        record: "Giulia Ferrari",
                        type: "Call",
                        summary: "Ring back",
                        date: "2026-03-02",
                        user: "Laura",
                        state: "overdue",
                    },
                ],
                history: [
                    {
                        id: 2,
                        record: "x",
                        type: "Meeting",
                        text: "",
                        date: "2026-02-02 10:00:00",
                        user: "Laura",
                    },
                ],
                mails: [
                    {
                        id: 2,
                        folder_id: 1,
                        subject: "Earlier",
                        date: "2026-02-02 10:00:00",
                        preview: "",
                        seen: true,
                    },
                ],
            }),
        }
    );
    expect(".o_crm_mail_activity").toHaveText(/Call: Ring back/);
    expect(".o_crm_mail_done").toHaveText(/Meeting/);
    await contains(".o_crm_mail_plan").click();
    expect(noted[0].action).toMatchObject({
        res_model: "mail.activity.schedule",
        context: {active_model: "crm.lead", active_ids: [5]},
    });
    await contains(".o_crm_mail_other_mail").click();
    await animationFrame();
    expect(".o_crm_mail_subject").toHaveText("Subject 2");
});

test("who did not get a sent mail stands above it, with what their server said", async () => {
    await openFirst({
        delivery: [
            {email: "gone@x.test", state: "bounced", text: "550 5.1.1 User unknown"},
            {email: "no@x.test", state: "refused", text: ""},
        ],
    });
    expect(queryAllTexts(".o_crm_mail_delivery_failure")).toEqual([
        "The message to gone@x.test came back.\nThe mail server said: 550 5.1.1 User unknown",
        "no@x.test did not get this message.",
    ]);
});
