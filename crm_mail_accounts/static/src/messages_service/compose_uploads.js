import {_t} from "@web/core/l10n/translation";

/**
 * Files on their way into a mail that is being written.
 *
 * @typedef {import("./mail_client_service").MailClientService} MailClientService
 * @typedef {import("./compose_saver").ComposeSaver} ComposeSaver
 * @typedef {import("./compose_state").ComposeAttachment} ComposeAttachment
 */

/** @param {number} outgoingId */
const attachRoute = (outgoingId) => `/crm_mail_accounts/compose/${outgoingId}/attach`;

/**
 * @param {string} text
 * @returns {any} null when it is no JSON
 */
function readAnswer(text) {
    try {
        return typeof text === "string" ? JSON.parse(text) : text;
    } catch {
        return null;
    }
}

export class ComposeUploads {
    /**
     * @param {MailClientService} client
     * @param {ComposeSaver} saver
     * @param {object} fileUpload the host's service that knows how far an upload is
     */
    constructor(client, saver, fileUpload) {
        this.client = client;
        this.saver = saver;
        this.fileUpload = fileUpload;
        /** @type {Map<number, XMLHttpRequest>} by the key of the upload */
        this.requests = new Map();
    }

    get state() {
        return this.client.store.compose;
    }

    /**
     * Each file by a request of its own, so that one that is refused does not take the
     * others with it.
     *
     * @param {number} key
     * @param {Iterable<File>} files
     */
    async add(key, files) {
        await Promise.all([...files].map((file) => this.addOne(key, file)));
    }

    /**
     * A picture that stands in the text.
     *
     * @param {number} key
     * @param {File} file
     * @returns {Promise<ComposeAttachment|null>} null when it could not be brought up
     */
    addInline(key, file) {
        return this.addOne(key, file, true);
    }

    /**
     * @param {number} key
     * @param {File} file
     * @param {boolean} [isInline]
     * @returns {Promise<ComposeAttachment|null>}
     */
    async addOne(key, file, isInline = false) {
        const uploadKey = this.state.addUpload(key, file, isInline);
        const fail = (error) => {
            this.state.setUpload(key, uploadKey, {error});
            return null;
        };
        await this.saver.save(key, {isForced: true});
        const draft = this.state.get(key);
        if (!draft) {
            return null;
        }
        if (!draft.id) {
            return fail(
                draft.saveError || _t("The message could not be saved. Try again.")
            );
        }
        let attachments = null;
        try {
            attachments = await this.send(key, uploadKey, draft.id, file, isInline);
        } catch (error) {
            return fail(error.message);
        }
        this.state.removeUpload(key, uploadKey);
        this.state.addAttachments(key, attachments);
        return attachments[0] || null;
    }

    /**
     * @returns {Promise<ComposeAttachment[]>} rejected with a sentence
     */
    async send(key, uploadKey, outgoingId, file, isInline) {
        const sentence = _t("The file could not be attached. Try again.");
        const {xhr} = await this.fileUpload.upload(attachRoute(outgoingId), [file], {
            displayErrorNotification: false,
            buildFormData: (data) => isInline && data.append("inline", "1"),
        });
        this.requests.set(uploadKey, xhr);
        return new Promise((resolve, reject) => {
            const refuse = (text) => reject(new Error(text || sentence));
            xhr.upload.addEventListener("progress", ({loaded, total}) =>
                this.state.setUpload(key, uploadKey, {
                    progress: total ? loaded / total : 0,
                })
            );
            xhr.addEventListener("error", () =>
                refuse(_t("Odoo cannot be reached. The file was not attached."))
            );
            xhr.addEventListener("abort", () => refuse());
            xhr.addEventListener("load", () => {
                if (xhr.status === 413) {
                    refuse(_t("The file is larger than Odoo takes."));
                    return;
                }
                const answer = readAnswer(xhr.responseText ?? xhr.response);
                if (xhr.status >= 200 && xhr.status < 300 && Array.isArray(answer)) {
                    resolve(answer);
                } else {
                    refuse(answer && typeof answer.error === "string" && answer.error);
                }
            });
        }).finally(() => this.requests.delete(uploadKey));
    }

    /**
     * Gives an upload up, or takes a failed one off the list.
     *
     * @param {number} key
     * @param {number} uploadKey
     */
    cancel(key, uploadKey) {
        this.requests.get(uploadKey)?.abort();
        this.state.removeUpload(key, uploadKey);
    }

    /**
     * @param {number} key
     * @param {number} attachmentId
     */
    async remove(key, attachmentId) {
        const draft = this.state.get(key);
        const before = draft.attachments;
        this.state.removeAttachment(key, attachmentId);
        this.saver.noteChange(key);
        if (!draft.id) {
            return;
        }
        const answer = await this.saver.run(key, () =>
            this.client.ask("compose_detach", [draft.id, attachmentId])
        );
        if (answer.failed) {
            this.client.tell(answer.sentence);
            const now = this.state.get(key);
            if (now) {
                now.attachments = before;
            }
        }
    }
}
