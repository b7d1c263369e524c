import {_t} from "@web/core/l10n/translation";

/**
 * Files of records that are put into a mail.
 *
 * @typedef {import("./compose_actions").ComposeActions} ComposeActions
 * @typedef {import("./mail_client_service").Answer} Answer
 * @typedef {{id: number, filename: string, content_type: string, size: number, date: string|false}} RecordFile
 * @typedef {{model: string, model_label: string, res_id: number, name: string, files: RecordFile[]}} RecordFileGroup
 */
export class ComposeRecordFiles {
    /** @param {ComposeActions} compose */
    constructor(compose) {
        this.client = compose.client;
        this.saver = compose.saver;
    }

    get state() {
        return this.client.store.compose;
    }

    /**
     * Files by their name or that of their record; without a term those of the records
     * that the mail has to do with.
     *
     * @param {number} key
     * @param {string} term
     * @returns {Promise<Answer>} `{groups: RecordFileGroup[], more: boolean}`
     */
    find(key, term) {
        if (term) {
            return this.client.ask("compose_find_files", [term]);
        }
        const {parent, record} = this.state.get(key);
        return this.client.ask("compose_record_files", [
            // What is answered may lie in a mailbox that is no longer the reader's.
            Boolean(parent && parent.account_id) && parent.message_id,
            record && {model: record.model, res_id: record.res_id},
        ]);
    }

    /**
     * @param {number} key
     * @param {number[]} attachmentIds
     * @returns {Promise<string>} why it could not be done, empty when it was
     */
    async attach(key, attachmentIds) {
        await this.saver.save(key, {isForced: true});
        const answer = await this.saver.run(key, async () => {
            const draft = this.state.get(key);
            const {id, saveError} = draft || {};
            return id
                ? this.client.ask("compose_attach_records", [id, attachmentIds])
                : {
                      failed: true,
                      sentence:
                          saveError || _t("The message could not be saved. Try again."),
                  };
        });
        if (answer.failed) {
            return answer.sentence;
        }
        this.state.addAttachments(key, answer.value);
        return "";
    }
}
