import {describe, expect, test} from "@odoo/hoot";
import {
    manuallyDispatchProgrammaticEvent,
    press,
    queryAllTexts,
    queryFirst,
} from "@odoo/hoot-dom";
import {advanceTime, animationFrame, runAllTimers} from "@odoo/hoot-mock";
import {contains, getService, onRpc} from "@web/../tests/web_test_helpers";

import {
    defineMailClientModels,
    makeComposeAttachment,
    makeComposition,
    makeSender,
    mockMailServer,
    mountMailClient,
    refusal,
} from "./mail_client_test_helpers";

defineMailClientModels();

const ROSA = {name: "Rosa Conti", email: "rosa@conti.test"};
const QUOTED =
    '<div>Dear Rosa,</div><div class="o_crm_mail_signature" data-sender="account:1"><div>Laura</div></div>' +
    '<div class="o_crm_mail_quote_intro">Rosa wrote:</div><blockquote class="o_crm_mail_quote"><p>Old words</p></blockquote>';

/** The screen with one window in which a mail is written. */
async function write(values = {}, server = {}) {
    const mock = mockMailServer({
        composition: makeComposition({to: [ROSA], subject: "Offer", ...values}),
        ...server,
    });
    await mountMailClient();
    await contains(".o_crm_mail_write").click();
    await animationFrame();
    return mock;
}

/** Values of the calls of one method, in the order in which they came */
const callsOf = (server, method) =>
    server.changes.filter(([name]) => name === method).map(([, ...args]) => args);

describe("desktop", () => {
    describe.current.tags("desktop");

    test("the button and the key open a window each, and the oldest folds", async () => {
        mockMailServer();
        await mountMailClient();
        await contains(".o_crm_mail_write").click();
        await animationFrame();
        expect(".o_crm_mail_composer").toHaveCount(1);
        expect(".o_crm_mail_address_field[data-field=to] input").toBeFocused();
        queryFirst(".o_crm_mail_rows").focus();
        await press("c");
        await animationFrame();
        await press("Escape");
        queryFirst(".o_crm_mail_rows").focus();
        await press("c");
        await animationFrame();
        expect(".o_crm_mail_composer").toHaveCount(3);
        const {windows} = getService("crm_mail_client").store.compose;
        expect(windows.map(({mode}) => mode)).toEqual([
            "normal",
            "minimised",
            "normal",
        ]);
    });

    test("an answer starts in its text, and what is quoted is folded", async () => {
        const server = await write({body_html: QUOTED});
        expect(".o_crm_mail_editable").toHaveText("Dear Rosa,\nLaura");
        expect(".o_crm_mail_editable").toBeFocused();
        await contains(".o_crm_mail_unfold").click();
        await animationFrame();
        expect(".o_crm_mail_editable blockquote").toHaveText("Old words");
        expect(".o_crm_mail_unfold").toHaveCount(0);
        await contains(".o_crm_mail_send").click();
        await animationFrame();
        const [[, , values]] = callsOf(server, "compose_send");
        expect(values.body_html).toMatch(/Dear Rosa,.*Rosa wrote:.*Old words/s);
    });

    test("what is folded is sent as well, untouched", async () => {
        const server = await write({body_html: QUOTED});
        await contains(".o_crm_mail_send").click();
        await animationFrame();
        const [[id, , values, sendAt]] = callsOf(server, "compose_send");
        expect([id, sendAt]).toEqual([500, false]);
        expect(
            values.body_html.endsWith(
                '<blockquote class="o_crm_mail_quote"><p>Old words</p></blockquote>'
            )
        ).toBe(true);
        expect(".o_crm_mail_composer").toHaveCount(0);
    });

    test("nothing of a quoted mail runs here, or is loaded from elsewhere", async () => {
        await write({
            body_html:
                '<div>Hello</div><img src="https://spy.test/a.png"><img src="//spy.test/b.png">' +
                '<img src="x" onerror="window.spied = true">' +
                '<div style="background-image: url(https://spy.test/c.png)">x</div>' +
                '<table background="https://spy.test/d.png"><tr><td>y</td></tr></table>' +
                "<style>body {display: none}</style><form><input></form>",
        });
        const html = queryFirst(".o_crm_mail_editable").outerHTML;
        expect(html).not.toMatch(/ (src|background)="(https:)?\/\/spy/);
        expect(html).not.toMatch(/url\(/);
        expect(html).toMatch('data-crm-mail-src="https://spy.test/a.png"');
        expect(".o_crm_mail_editable :is(style, form, input)").toHaveCount(0);
        expect(window.spied).toBe(undefined);
    });

    test("typing is saved when it rests, with the version that is known", async () => {
        const server = await write();
        await contains(".o_crm_mail_subject_input").edit("Offer for Rosa", {
            confirm: false,
        });
        expect(callsOf(server, "compose_save")).toEqual([]);
        await advanceTime(2000);
        await contains(".o_crm_mail_subject_input").edit("Offer for you", {
            confirm: false,
        });
        await advanceTime(2000);
        const saves = callsOf(server, "compose_save");
        expect(saves.map(([id, version]) => [id, version])).toEqual([
            [false, 0],
            [500, 1],
        ]);
        expect(saves[1][2]).toMatchObject({
            subject: "Offer for you",
            to: [ROSA],
            sender_key: "account:1",
        });
        expect(".o_crm_mail_save_state").toHaveText(/^Saved at/);
    });

    test("what is typed into the text arrives in the values", async () => {
        const server = await write();
        queryFirst(".o_crm_mail_editable div").textContent = "Good morning";
        await manuallyDispatchProgrammaticEvent(
            queryFirst(".o_crm_mail_editable"),
            "input",
            {inputType: "insertText"}
        );
        await animationFrame();
        await advanceTime(300);
        await advanceTime(2000);
        const [[, , values]] = callsOf(server, "compose_save");
        expect(values.body_html).toMatch(/Good morning.*o_crm_mail_signature/);
    });

    test("a version that somebody else saved is not overwritten unasked", async () => {
        const server = await write({id: 9, version: 3});
        server.conflict = makeComposition({id: 9, version: 5, subject: "Theirs"});
        await contains(".o_crm_mail_subject_input").edit("Mine", {confirm: false});
        await advanceTime(2000);
        expect(".o_crm_mail_conflict").toHaveCount(1);
        server.conflict = false;
        await contains(".o_crm_mail_keep_mine").click();
        await animationFrame();
        const saves = callsOf(server, "compose_save");
        expect(saves.at(-1).slice(0, 2)).toEqual([9, 5]);
        expect(saves.at(-1)[2].subject).toBe("Mine");
        expect(".o_crm_mail_conflict").toHaveCount(0);
    });

    test("the other version can be taken", async () => {
        const server = await write({id: 9, version: 3});
        server.conflict = makeComposition({id: 9, version: 5, subject: "Theirs"});
        await contains(".o_crm_mail_subject_input").edit("Mine", {confirm: false});
        await advanceTime(2000);
        await contains(".o_crm_mail_take_theirs").click();
        expect(".o_crm_mail_subject_input").toHaveValue("Theirs");
        expect(".o_crm_mail_conflict").toHaveCount(0);
    });

    test("another sender brings another signature, and takes theirs away", async () => {
        await write({
            senders: [
                makeSender(),
                makeSender({
                    key: "account:2",
                    email: "sales@demo.test",
                    signature_html: "<p>The sales team</p>",
                }),
            ],
        });
        await contains(".o_crm_mail_sender select").select("account:2");
        await animationFrame();
        expect(".o_crm_mail_signature").toHaveText("The sales team");
        expect(".o_crm_mail_signature").toHaveAttribute("data-sender", "account:2");
    });

    test("Ctrl+Enter sends", async () => {
        const server = await write();
        await contains(".o_crm_mail_subject_input").press(["ctrl", "Enter"]);
        await animationFrame();
        expect(callsOf(server, "compose_send")).toHaveLength(1);
        expect(".o_crm_mail_composer").toHaveCount(0);
    });

    test("what cannot be sent comes back with the server's sentence", async () => {
        await write({}, {refuse: {compose_send: "The mail is too large: 30 MB."}});
        await contains(".o_crm_mail_send").click();
        await animationFrame();
        expect(".o_crm_mail_compose_error").toHaveText("The mail is too large: 30 MB.");
        expect(".o_crm_mail_subject_input").toHaveValue("Offer");
    });

    test("sending can be undone, and the mail is there again", async () => {
        const server = await write(
            {},
            {
                undoUntil: "2019-03-11 10:00:00",
                opened: (id) => makeComposition({id, subject: "Offer again"}),
            }
        );
        await contains(".o_crm_mail_send").click();
        await animationFrame();
        await contains(".o_notification_buttons button:contains(Undo)").click();
        await animationFrame();
        expect(callsOf(server, "compose_undo")).toEqual([[500]]);
        expect(callsOf(server, "compose_leave")).toEqual([]);
        expect(".o_crm_mail_subject_input").toHaveValue("Offer again");
    });

    test("when it can no longer be undone, the mail leaves", async () => {
        const server = await write({}, {undoUntil: "2019-03-11 11:00:10"});
        await contains(".o_crm_mail_send").click();
        await animationFrame();
        expect(callsOf(server, "compose_leave")).toEqual([]);
        await runAllTimers();
        expect(callsOf(server, "compose_leave")).toEqual([[500]]);
    });

    test("files of the mail that is passed on become the new mail's own", async () => {
        const server = await write({
            attachments: [makeComposeAttachment({id: "part:2"})],
        });
        onRpc("crm.mail.client", "compose_save", ({args}) => {
            server.changes.push(["compose_save", ...args]);
            return {
                id: 500,
                version: 1,
                saved_at: false,
                conflict: false,
                attachments: [makeComposeAttachment({id: 77})],
            };
        });
        await contains(".o_crm_mail_send").click();
        await animationFrame();
        expect(callsOf(server, "compose_save")[0][2].attachment_ids).toEqual([
            "part:2",
        ]);
        expect(callsOf(server, "compose_send")[0][2].attachment_ids).toEqual([77]);
    });

    test("without a recipient nothing is sent", async () => {
        const server = await write({to: []});
        await contains(".o_crm_mail_send").click();
        await animationFrame();
        expect(".o_crm_mail_compose_error").toHaveText(
            "Say whom this message goes to."
        );
        expect(callsOf(server, "compose_send")).toEqual([]);
    });

    test("an attachment that is spoken of and forgotten is asked about", async () => {
        const server = await write({
            body_html: "<div>In allegato trovi l'offerta</div>",
        });
        await contains(".o_crm_mail_send").click();
        await animationFrame();
        expect(".modal-body").toHaveText(/speaks of an attachment/);
        await contains(".modal-footer .btn-secondary").click();
        expect(callsOf(server, "compose_send")).toEqual([]);
        await contains(".o_crm_mail_send").click();
        await contains(".modal-footer .btn-primary").click();
        await animationFrame();
        expect(callsOf(server, "compose_send")).toHaveLength(1);
    });

    test("a quoted mail may speak of its files", async () => {
        const server = await write({
            body_html:
                '<div>Thanks</div><blockquote class="o_crm_mail_quote">see attached</blockquote>',
        });
        await contains(".o_crm_mail_send").click();
        await animationFrame();
        expect(callsOf(server, "compose_send")).toHaveLength(1);
    });

    test("an empty subject is asked about", async () => {
        const server = await write({subject: ""});
        await contains(".o_crm_mail_send").click();
        await animationFrame();
        expect(".modal-body").toHaveText(/has no subject/);
        expect(callsOf(server, "compose_send")).toEqual([]);
    });

    test("it is sent at the time that was chosen", async () => {
        const server = await write();
        await contains(".o_crm_mail_send_menu").click();
        await contains(".o_crm_mail_schedule_item").click();
        await contains(".o_crm_mail_schedule_time[data-time=tomorrow]").click();
        await animationFrame();
        const [[, , , sendAt]] = callsOf(server, "compose_send");
        // The tests' clock stands at noon of 11 March 2019, an hour before UTC.
        expect(sendAt).toBe("2019-03-12 07:00:00");
        expect(".o_notification").toHaveText(/will be sent on/);
    });

    test("plain text and back", async () => {
        const server = await write({
            body_html: `${QUOTED}`,
        });
        await contains(".o_crm_mail_compose_menu").click();
        await contains(".o_crm_mail_toggle_plain").click();
        await animationFrame();
        expect("textarea.o_crm_mail_compose_text").toHaveValue(
            "Dear Rosa,\nLaura\n\nRosa wrote:\n> Old words"
        );
        await contains("textarea.o_crm_mail_compose_text").edit("Only <this>", {
            confirm: false,
        });
        await advanceTime(300);
        await advanceTime(2000);
        const [, , values] = callsOf(server, "compose_save").at(-1);
        expect(values).toMatchObject({
            plain: true,
            body_html: '<pre class="o_crm_mail_plain">Only &lt;this&gt;</pre>',
        });
        await contains(".o_crm_mail_compose_menu").click();
        await contains(".o_crm_mail_toggle_plain").click();
        await animationFrame();
        expect(".o_crm_mail_editable").toHaveText("Only <this>");
    });

    test("importance and read receipt", async () => {
        const server = await write();
        await contains(".o_crm_mail_compose_menu").click();
        await contains(".o_crm_mail_toggle_high").click();
        await contains(".o_crm_mail_compose_menu").click();
        await contains(".o_crm_mail_toggle_receipt").click();
        await advanceTime(2000);
        const [, , values] = callsOf(server, "compose_save").at(-1);
        expect(values).toMatchObject({importance: "high", read_receipt: true});
    });

    test("a template brings what is missing, its text above the signature, and files", async () => {
        const server = await write(
            {subject: "", to: []},
            {
                templates: [
                    {
                        id: 4,
                        name: "Welcome",
                        kind: "template",
                        about: "Contact",
                        has_files: true,
                    },
                ],
                template: {
                    subject: "Welcome!",
                    body_html: "<p>Dear customer</p>",
                    to: [{name: "Rosa", email: "rosa@conti.example"}],
                    attachments: [
                        {
                            id: 7,
                            filename: "prices.pdf",
                            content_type: "application/pdf",
                            size: 10,
                            url: "/x",
                            cid: "",
                        },
                    ],
                },
            }
        );
        await contains(".o_crm_mail_templates").click();
        expect(".o_crm_mail_template").toHaveText(/^Welcome\s*Contact/);
        await contains(".o_crm_mail_template").click();
        await animationFrame();
        expect(".o_crm_mail_subject_input").toHaveValue("Welcome!");
        expect(queryAllTexts(".o_crm_mail_address_chip")).toEqual(["Rosa"]);
        expect(".o_crm_mail_compose_file a").toHaveText("prices.pdf");
        // the files need a mail that they are put into
        const [, , , outgoingId] = callsOf(server, "compose_apply_template").at(-1);
        expect(outgoingId).toBe(500);
        expect(queryFirst(".o_crm_mail_editable").innerText.trim()).toMatch(
            /^Dear customer\s+Laura$/
        );
    });

    test("closing saves, discarding asks the server only when it is meant", async () => {
        const server = await write({id: 9, version: 3});
        await contains(".o_crm_mail_subject_input").edit("Changed", {confirm: false});
        await contains(".o_crm_mail_close_composer").click();
        await animationFrame();
        expect(callsOf(server, "compose_save")).toHaveLength(1);
        expect(".o_crm_mail_composer").toHaveCount(0);
        await contains(".o_crm_mail_write").click();
        await animationFrame();
        await contains(".o_crm_mail_discard").click();
        expect(".o_crm_mail_composer").toHaveCount(0);
        await contains(".o_notification_buttons button:contains(Undo)").click();
        await animationFrame();
        expect(".o_crm_mail_composer").toHaveCount(1);
        expect(callsOf(server, "compose_discard")).toEqual([]);
        await contains(".o_crm_mail_discard").click();
        await runAllTimers();
        expect(callsOf(server, "compose_discard")).toEqual([[9]]);
        expect(server.calls.filter((name) => name === "compose_discard")).toHaveLength(
            1
        );
    });

    test("files are listed with what the server takes, and can be removed", async () => {
        const server = await write({
            id: 500,
            version: 1,
            senders: [makeSender({max_size: 3000})],
            attachments: [
                makeComposeAttachment(),
                makeComposeAttachment({id: 32, filename: "big.pdf", size: 1000}),
                makeComposeAttachment({id: 33, filename: "logo.png", cid: "logo@1"}),
            ],
        });
        expect(queryAllTexts(".o_crm_mail_compose_file a")).toEqual([
            "offer.pdf",
            "big.pdf",
        ]);
        expect(".o_crm_mail_compose_size").toHaveClass("text-danger");
        await contains(".o_crm_mail_remove_file").click();
        expect(callsOf(server, "compose_detach")).toEqual([[500, 31]]);
        expect(".o_crm_mail_compose_file").toHaveCount(1);
    });

    test("full screen and back, by button and key", async () => {
        await write();
        await contains(".o_crm_mail_full").click();
        expect(".o_crm_mail_composer_full").toHaveCount(1);
        await contains(".o_crm_mail_subject_input").press("Escape");
        expect(".o_crm_mail_composer_normal").toHaveCount(1);
        await contains(".o_crm_mail_subject_input").press("Escape");
        expect(".o_crm_mail_composer_minimised").toHaveCount(1);
        await contains(".o_crm_mail_composer_head").click();
        expect(".o_crm_mail_composer_normal").toHaveCount(1);
    });

    test("the server says why a mail cannot be begun", async () => {
        mockMailServer({
            composition: () => {
                throw refusal("No account may send.");
            },
        });
        await mountMailClient();
        await contains(".o_crm_mail_write").click();
        await animationFrame();
        expect(".o_crm_mail_composer").toHaveCount(0);
        expect(".o_notification").toHaveText(/No account may send\./);
    });
});
