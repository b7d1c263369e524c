import {insertBeforeSignature} from "./mail_body";

/**
 * Texts that are there already: templates of the host, for the record that a mail
 * belongs to or for the contact whom it goes to, and the user's canned answers.
 *
 * @typedef {import("./compose_actions").ComposeActions} ComposeActions
 * @typedef {{id: number, name: string, kind: "template"|"canned", about: string, has_files: boolean}} Template
 */
export class ComposeTemplates {
    /** @param {ComposeActions} compose */
    constructor(compose) {
        this.compose = compose;
        this.client = compose.client;
        this.saver = compose.saver;
    }

    get state() {
        return this.client.store.compose;
    }

    /**
     * @param {number} key
     * @returns {Promise<Template[]>}
     */
    async list(key) {
        const {record} = this.state.get(key);
        const about = record ? {model: record.model, res_id: record.res_id} : false;
        const answer = await this.client.ask("compose_templates", [about]);
        if (answer.failed) {
            this.client.tell(answer.sentence);
            return [];
        }
        return answer.value;
    }

    /**
     * A template brings its subject and its recipients where there are none, its text
     * above the signature, and its files.
     *
     * @param {number} key
     * @param {Template} template
     */
    async apply(key, template) {
        if (template.has_files && !(await this.saver.save(key, {isForced: true}))) {
            this.client.tell(this.state.get(key)?.saveError);
            return;
        }
        const draft = this.state.get(key);
        const answer = await this.client.ask("compose_apply_template", [
            template.id,
            template.kind,
            this.state.valuesOf(draft),
            draft.id,
        ]);
        if (answer.failed) {
            this.client.tell(answer.sentence);
            return;
        }
        if (!this.state.get(key)) {
            return;
        }
        const {subject, body_html: html, to, attachments} = answer.value;
        this.state.addAttachments(key, attachments);
        this.compose.change(key, {
            subject: draft.subject || subject,
            to: draft.to.length ? draft.to : to,
            body_html: insertBeforeSignature(draft.body_html, html),
        });
    }
}
