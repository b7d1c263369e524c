import {SYNC_DELAY} from "./account_service";

/**
 * What the reader does to folders.
 *
 * They are made, renamed and deleted on the mail server while the reader waits,
 * because the answer may be a refusal; what concerns the mails in them shows at once.
 *
 * @typedef {import("./mail_client_service").MailClientService} MailClientService
 * @typedef {import("./mail_client_service").Answer} Answer
 * @typedef {import("./mail_client_store").Folder} Folder
 */

export class FolderActions {
    /** @param {MailClientService} client */
    constructor(client) {
        this.client = client;
    }

    get store() {
        return this.client.store;
    }

    // ---------------------------------------------------------------- folders

    /**
     * @param {number} accountId
     * @param {number|false} parentId
     * @param {string} name
     * @returns {Promise<Answer>} for the dialog, which shows a refusal itself
     */
    async create(accountId, parentId, name) {
        const {client, store} = this;
        const answer = await client.ask("create_folder", [accountId, parentId, name]);
        if (!answer.failed) {
            store.openBranch(parentId ? `folder-${parentId}` : `account-${accountId}`);
            await client.loadBoot();
        }
        return answer;
    }

    /**
     * @param {Folder} folder
     * @param {string} name
     * @returns {Promise<Answer>}
     */
    async rename(folder, name) {
        const answer = await this.client.ask("rename_folder", [folder.id, name]);
        if (!answer.failed) {
            await this.client.loadBoot();
        }
        return answer;
    }

    /** @param {Folder} folder */
    async delete(folder) {
        const answer = await this.client.ask("delete_folder", [folder.id]);
        if (answer.failed) {
            this.client.tell(answer.sentence);
        } else {
            await this.client.reload();
        }
    }

    /**
     * Shown at once, and again when it is done: the folders may have been told anew
     * meanwhile, as they were before.
     *
     * @param {Folder} folder
     * @param {boolean} subscribed
     */
    async subscribe({id}, subscribed) {
        const {client, store} = this;
        store.setSubscribed(id, subscribed);
        const isNews = client.order.ask(`subscribed-${id}`);
        const answer = await client.askChange("subscribe_folder", [id, subscribed]);
        if (isNews(answer)) {
            store.setSubscribed(id, answer.failed ? !subscribed : subscribed);
        }
        if (answer.failed) {
            client.tell(answer.sentence);
        }
    }

    /**
     * Look again at a folder that could not be read.
     *
     * @param {Folder} folder
     */
    async retry(folder) {
        const {client, store} = this;
        store.startSync(folder.account_id);
        const answer = await client.ask("retry_folder", [folder.id]);
        if (answer.failed && store.online) {
            client.tell(answer.sentence);
        }
        client.schedule(SYNC_DELAY);
    }

    // ------------------------------------------------------- mails in a folder

    /** @param {Folder} folder */
    async markRead(folder) {
        const {client, store} = this;
        const before = store.markFolderRead(folder.id);
        const answer = await this.askUntilRead(folder.id);
        if (answer.failed) {
            store.unmarkFolderRead(folder.id, before);
            client.tell(answer.sentence);
        }
        await client.settle(answer);
    }

    /** @param {Folder} folder */
    async empty(folder) {
        const {client, store} = this;
        const before = store.emptyFolder(folder.id);
        if (before.taken && before.taken.openLeft) {
            store.closeMessage();
        }
        const answer = await client.changes.run(() =>
            client.ask("empty_folder", [folder.id])
        );
        if (answer.failed) {
            store.refillFolder(folder.id, before);
            client.tell(answer.sentence);
        }
        // More mails may lie there than were loaded, and than one call takes.
        await client.settle({...answer, progress: answer.value}, {refresh: true});
    }

    /**
     * The server marks a part of a big folder in one call.
     *
     * @param {number} folderId
     * @returns {Promise<{failed: boolean, sentence?: string, progress?: object}>}
     */
    askUntilRead(folderId) {
        const {client} = this;
        return client.changes.run(async () => {
            let unread = Infinity;
            for (;;) {
                const answer = await client.ask("mark_folder_read", [folderId]);
                if (answer.failed) {
                    return answer;
                }
                const counts = (answer.value.folders || []).find(
                    (folder) => folder.id === folderId
                );
                const left = counts ? counts.unread : 0;
                if (!left || left >= unread) {
                    return {failed: false, progress: answer.value};
                }
                unread = left;
            }
        });
    }
}
