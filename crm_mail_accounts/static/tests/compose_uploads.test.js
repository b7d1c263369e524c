import {describe, expect, test} from "@odoo/hoot";
import {queryAllTexts, queryFirst} from "@odoo/hoot-dom";
import {animationFrame, advanceTime} from "@odoo/hoot-mock";
import {contains, getService, patchWithCleanup} from "@web/../tests/web_test_helpers";
import {fileUploadService} from "@web/core/file_upload/file_upload_service";

import {
    defineMailClientModels,
    makeComposeAttachment,
    makeComposition,
    mockMailServer,
    mountMailClient,
} from "./mail_client_test_helpers";

defineMailClientModels();
describe.current.tags("desktop");

const PIXEL =
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Requests that bring files up, in the order in which they were sent */
function catchUploads() {
    const sent = [];
    patchWithCleanup(fileUploadService, {
        createXhr() {
            const xhr = new EventTarget();
            return Object.assign(xhr, {
                upload: new EventTarget(),
                open: (_method, url) => (xhr.url = url),
                send: (data) => {
                    xhr.data = data;
                    sent.push(xhr);
                },
                abort: () => xhr.dispatchEvent(new Event("abort")),
                answer: async (status, value) => {
                    xhr.status = status;
                    xhr.responseText = JSON.stringify(value);
                    xhr.dispatchEvent(new Event("load"));
                    await animationFrame();
                },
            });
        },
    });
    return sent;
}

async function write(values = {}) {
    const mock = mockMailServer({
        composition: makeComposition({
            to: [{name: "", email: "rosa@conti.test"}],
            subject: "Offer",
            ...values,
        }),
    });
    await mountMailClient();
    await contains(".o_crm_mail_write").click();
    await animationFrame();
    return mock;
}

const attach = async (...files) => {
    const {store, compose} = getService("crm_mail_client");
    compose.uploads.add(store.compose.windows[0].key, files);
    await animationFrame();
    await animationFrame();
};

test("a file goes to a mail that has a row by then, and shows how far it is", async () => {
    const sent = catchUploads();
    const server = await write();
    await attach(new File(["x"], "offer.pdf", {type: "application/pdf"}));
    expect(server.calls.includes("compose_save")).toBe(true);
    const [xhr] = sent;
    expect(xhr.url).toBe("/crm_mail_accounts/compose/500/attach");
    expect(xhr.data.get("ufile").name).toBe("offer.pdf");
    expect(xhr.data.get("inline")).toBe(null);
    xhr.upload.dispatchEvent(
        new ProgressEvent("progress", {loaded: 40, total: 100, lengthComputable: true})
    );
    await animationFrame();
    expect(".o_crm_mail_upload").toHaveText(/offer\.pdf\s*40%/);
    await contains(".o_crm_mail_send").click();
    expect(".o_crm_mail_compose_error").toHaveText(/still on its way/);
    await xhr.answer(200, [makeComposeAttachment()]);
    expect(".o_crm_mail_upload").toHaveCount(0);
    expect(queryAllTexts(".o_crm_mail_compose_file a")).toEqual(["offer.pdf"]);
    await contains(".o_crm_mail_send").click();
    await animationFrame();
    const [, , , values] = server.changes.find(([name]) => name === "compose_send");
    expect(values.attachment_ids).toEqual([31]);
});

test("one file that is refused says why, and takes no other with it", async () => {
    const sent = catchUploads();
    await write({id: 500, version: 1});
    await attach(new File(["x"], "a.exe"), new File(["y"], "b.pdf"));
    await sent[0].answer(400, {error: "Programs are not sent."});
    await sent[1].answer(200, [makeComposeAttachment({filename: "b.pdf"})]);
    expect(".o_crm_mail_upload").toHaveText(/a\.exe\s*Programs are not sent\./);
    expect(queryAllTexts(".o_crm_mail_compose_file a")).toEqual(["b.pdf"]);
    await contains(".o_crm_mail_send").click();
    expect(".modal-body").toHaveText(/“a\.exe” could not be attached/);
});

test("an upload can be given up", async () => {
    catchUploads();
    await write({id: 500, version: 1});
    await attach(new File(["x"], "a.pdf"));
    await contains(".o_crm_mail_upload button").click();
    expect(".o_crm_mail_upload").toHaveCount(0);
});

test("a picture that stands in the text travels as a file of its own", async () => {
    const sent = catchUploads();
    const server = await write({id: 500, version: 1});
    const editable = queryFirst(".o_crm_mail_editable");
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/html", `<p>See <img src="${PIXEL}"></p>`);
    editable.dispatchEvent(
        new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true})
    );
    await animationFrame();
    await animationFrame();
    expect(sent[0].data.get("inline")).toBe("1");
    const url = "/crm_mail_accounts/compose/500/attachment/31";
    await sent[0].answer(200, [makeComposeAttachment({cid: "pic@1", url})]);
    expect(`.o_crm_mail_editable img[src="${url}"]`).toHaveCount(1);
    expect(".o_crm_mail_compose_file").toHaveCount(0);
    await advanceTime(300);
    await advanceTime(2000);
    const [, , , values] = server.changes
        .filter(([name]) => name === "compose_save")
        .at(-1);
    expect(values.body_html).toMatch(url);
    expect(values.body_html).not.toMatch("data:image");
    expect(sent).toHaveLength(1);
});
