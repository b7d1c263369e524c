import {after, describe, expect, test} from "@odoo/hoot";
import {queryAllTexts, queryOne} from "@odoo/hoot-dom";
import {animationFrame, Deferred} from "@odoo/hoot-mock";
import {contains, onRpc} from "@web/../tests/web_test_helpers";

import {fileSize} from "@crm_mail_accounts/mail_client/attachment_card/file_size";

import {
    defineMailClientModels,
    frameAddress,
    makeLink,
    makeMessage,
    mockMailServer,
    mountMailClient,
    openFirst,
    refusal,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

test("the head names sender, recipients and date", async () => {
    await openFirst({
        cc: [{name: "", email: "cc@demo.test"}],
        reply_to: [{name: "Office", email: "office@ferrari.test"}],
    });
    expect(".o_crm_mail_subject").toHaveText("Subject 3");
    expect(".o_crm_mail_from").toHaveText(/^Giulia Ferrari\s*<giulia@ferrari\.test>$/);
    expect(queryAllTexts(".o_crm_mail_address_list")).toEqual([
        "To:Laura Bianchi",
        "Cc:cc@demo.test",
        "Answers go to:Office",
    ]);
});

test("many recipients are folded until asked for", async () => {
    await openFirst({
        cc: Array.from({length: 9}, (_item, number) => ({
            name: `Person ${number}`,
            email: `p${number}@demo.test`,
        })),
    });
    expect(".o_crm_mail_address").toHaveCount(5);
    expect(".o_crm_mail_more_addresses").toHaveText("and 5 more");
    await contains(".o_crm_mail_more_addresses").click();
    expect(".o_crm_mail_address").toHaveCount(10);
});

test("the body is in a frame without scripts and without our origin", async () => {
    await openFirst();
    const frame = queryOne("iframe.o_crm_mail_frame");
    expect(frame.getAttribute("sandbox")).toBe(
        "allow-popups allow-popups-to-escape-sandbox"
    );
    expect(frame.getAttribute("referrerpolicy")).toBe("no-referrer");
    expect(frameAddress(frame)).toBe("about:blank?message=3");
    expect(frame.hasAttribute("srcdoc")).toBe(false);
});

test("a dark theme: what has no looks of its own follows it, all else is paper", async () => {
    document.documentElement.style.setProperty("--o-webclient-color-scheme", "dark");
    after(() =>
        document.documentElement.style.removeProperty("--o-webclient-color-scheme")
    );
    const paper = (id) => id !== 3;
    mockMailServer({message: (id) => makeMessage(id, {paper: paper(id), remote: 1})});
    await mountMailClient();
    await contains(".o_crm_mail_row:first").click();
    await animationFrame();
    expect(frameAddress(queryOne("iframe.o_crm_mail_frame"))).toBe(
        "about:blank?message=3&dark=1"
    );
    expect(".o_crm_mail_frame_dark").toHaveCount(1);
    await contains(".o_crm_mail_row:eq(1)").click();
    await animationFrame();
    await contains(".o_crm_mail_show_remote").click();
    expect(frameAddress(queryOne("iframe.o_crm_mail_frame"))).toBe(
        "about:blank?message=2&remote=1&dark=1"
    );
    expect(".o_crm_mail_frame_sheet").toHaveCount(1);
    expect(".o_crm_mail_frame_dark").toHaveCount(0);
});

test("remote images are shown only when the reader says so, in a new frame", async () => {
    await openFirst({remote: 4});
    expect(".o_crm_mail_remote_bar").toHaveCount(1);
    const frame = queryOne("iframe.o_crm_mail_frame");
    await contains(".o_crm_mail_show_remote").click();
    expect(".o_crm_mail_remote_bar").toHaveCount(0);
    const next = queryOne("iframe.o_crm_mail_frame");
    expect(frameAddress(next)).toBe("about:blank?message=3&remote=1");
    expect(next).not.toBe(frame);
});

test("what was allowed for one mail is not allowed for the next", async () => {
    await openFirst({remote: 4});
    await contains(".o_crm_mail_show_remote").click();
    await contains(".o_crm_mail_row:eq(1)").click();
    await animationFrame();
    expect(".o_crm_mail_remote_bar").toHaveCount(1);
});

test("attachments are cards to download", async () => {
    await openFirst({
        attachments: [
            {
                number: "2",
                filename: "offer.pdf",
                content_type: "application/pdf",
                size: 348222,
                url: "/part/2",
            },
            {number: "3", filename: "", content_type: "text/plain", size: 1, url: "/3"},
        ],
    });
    expect(queryAllTexts(".o_crm_mail_attachment_text")).toEqual([
        "offer.pdf\n340 KB",
        "Unnamed file\n1 byte",
    ]);
    expect(".o_crm_mail_attachment:first").toHaveAttribute("href", "/part/2");
    expect(".o_crm_mail_attachment:first").toHaveAttribute("download", "offer.pdf");
    expect(".o_crm_mail_attachment_icon:first").toHaveAttribute(
        "data-mimetype",
        "application/pdf"
    );
});

test("sizes are written for people", async () => {
    // Numbers are written in the reader's language, which the screen loads.
    mockMailServer();
    await mountMailClient();
    expect(fileSize(0)).toBe("0 bytes");
    expect(fileSize(1023)).toBe("1023 bytes");
    expect(fileSize(20 * 1024)).toBe("20 KB");
    expect(fileSize(3.44 * 1024 * 1024)).toBe("3.4 MB");
    expect(fileSize(2 * 1024 ** 3)).toBe("2.0 GB");
});

test("while the mail is on its way its head is there already", async () => {
    const arrival = new Deferred();
    mockMailServer();
    onRpc("crm.mail.client", "open_message", async () => {
        await arrival;
        return makeMessage(3);
    });
    await mountMailClient();
    await contains(".o_crm_mail_row:first").click();
    expect(".o_crm_mail_subject").toHaveText("Subject 3");
    expect(".o_crm_mail_body_skeleton").toHaveCount(1);
    expect("iframe").toHaveCount(0);
    arrival.resolve();
    await animationFrame();
    await animationFrame();
    expect("iframe.o_crm_mail_frame").toHaveCount(1);
});

test("a mail that cannot be fetched says why and can be tried again", async () => {
    const server = mockMailServer({
        message: () => {
            throw refusal("The mail server did not answer.");
        },
    });
    await mountMailClient();
    await contains(".o_crm_mail_row:first").click();
    await animationFrame();
    expect(".o_crm_mail_message_error").toHaveText(/The mail server did not answer\./);
    server.message = makeMessage(3);
    await contains(".o_crm_mail_retry").click();
    await animationFrame();
    expect("iframe.o_crm_mail_frame").toHaveCount(1);
});

test("a mail that lies in no mailbox any more says why it is kept", async () => {
    const links = [makeLink({message_id: 3})];
    const server = await openFirst({folder_id: false, links});
    expect(".o_crm_mail_imported").toHaveText(/lies in no mailbox/);
    for (const values of [
        {links},
        {folder_id: false, links: []},
        {folder_id: false, links, shared: true},
    ]) {
        server.message = makeMessage(2, values);
        await contains(".o_crm_mail_row[data-message-id='2']").click();
        await animationFrame();
        expect(".o_crm_mail_imported").toHaveCount(0);
        server.message = makeMessage(3, {folder_id: false, links});
        await contains(".o_crm_mail_row[data-message-id='3']").click();
        await animationFrame();
        expect(".o_crm_mail_imported").toHaveCount(1);
    }
});
