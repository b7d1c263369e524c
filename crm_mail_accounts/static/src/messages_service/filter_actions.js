/**
 * What the owner of a mailbox does with its filters and its out of office.
 *
 * @typedef {import("./mail_client_service").MailClientService} MailClientService
 * @typedef {import("./mail_client_service").Answer} Answer
 * @typedef {import("./mail_client_store").Row} Row
 * @typedef {{field: string, header: string, negated: boolean, operator: string, value: string}} Condition
 * @typedef {{kind: string, folder_id: number|false, folder_path?: string, folder_name?: string, keyword: string, address: string}} Action `folder_name`: of a folder that is made when the filter is saved
 * @typedef {{id?: number, account_id?: number, name: string, active: boolean, match: "all"|"any"|"every", stop: boolean, matched?: number, problem?: string, conditions: Condition[], actions: Action[]}} Filter
 * @typedef {{count: number, looked_at: number, unknown: number, rows: Row[]}} Trial
 * @typedef {{engine: "here"|"server", moving: boolean, possible: boolean, place: string, problem: string, only_here: {id: number, reason: string}[]}} RulesPlace where the filters of a mailbox run
 * @typedef {{done: number, total: number, matched: number, moved: [number, number][]}} Run
 */

export class FilterActions {
    /** @param {MailClientService} client */
    constructor(client) {
        this.client = client;
    }

    // ---------------------------------------------------------------- filters

    /**
     * @param {number} accountId
     * @returns {Promise<Answer>} `{filters, templates}`
     */
    list(accountId) {
        return this.client.ask("filters_list", [accountId]);
    }

    /**
     * Makes the folders that are to be made, then keeps the filter.
     *
     * @param {number} accountId
     * @param {Filter} filter
     * @returns {Promise<Answer>} the filter as it was kept
     */
    async save(accountId, filter) {
        const {client} = this;
        for (const action of filter.actions) {
            if (action.folder_id || !action.folder_name) {
                continue;
            }
            const made = await this.makeFolder(accountId, action.folder_name);
            if (made.failed) {
                return made;
            }
            action.folder_id = made.value.id;
        }
        return client.ask("filter_save", [accountId, filter]);
    }

    /**
     * @param {number} accountId
     * @param {number} id
     * @param {boolean} active
     * @returns {Promise<Answer>}
     */
    activate(accountId, id, active) {
        return this.client.ask("filter_save", [accountId, {id, active}]);
    }

    /**
     * A folder of that path; what of it is there is used.
     *
     * @param {number} accountId
     * @param {string} path
     * @returns {Promise<Answer>} the folder
     */
    async makeFolder(accountId, path) {
        const {folders, store} = this.client;
        const known = (text) =>
            store.folders.find(
                (folder) =>
                    folder.account_id === accountId &&
                    folder.path === text &&
                    !folder.local
            );
        const there = known(path);
        if (there) {
            return {failed: false, value: there};
        }
        const end = path.lastIndexOf("/");
        const parent = end > 0 && known(path.slice(0, end));
        return parent
            ? folders.create(accountId, parent.id, path.slice(end + 1))
            : folders.create(accountId, false, path);
    }

    /**
     * @param {number} filterId
     * @returns {Promise<Answer>}
     */
    remove(filterId) {
        return this.client.ask("filter_delete", [filterId]);
    }

    /**
     * @param {number} accountId
     * @param {number[]} filterIds in their new order
     * @returns {Promise<Answer>}
     */
    reorder(accountId, filterIds) {
        return this.client.ask("filter_reorder", [accountId, filterIds]);
    }

    /**
     * Which mails a filter would match, kept or not.
     *
     * @param {number} accountId
     * @param {Filter} filter
     * @returns {Promise<Answer>} a Trial
     */
    tryOut(accountId, filter) {
        return this.client.ask("filter_try", [accountId, filter]);
    }

    /**
     * @param {number} messageId
     * @returns {Promise<Answer>} a filter for mails like that one
     */
    fromMessage(messageId) {
        return this.client.ask("filter_from_message", [messageId]);
    }

    // --------------------------------------------------------- where they run

    /**
     * @param {number} accountId
     * @returns {Promise<Answer>} a RulesPlace
     */
    place(accountId) {
        return this.client.ask("rules_engine", [accountId]);
    }

    /**
     * @param {number} accountId
     * @param {"here"|"server"} engine
     * @returns {Promise<Answer>} a RulesPlace, or why the server cannot do it
     */
    runAt(accountId, engine) {
        return this.client.ask("rules_engine_switch", [accountId, engine]);
    }

    // ------------------------------------------------------------ on a folder

    /**
     * Applies filters to all mails of a folder, in as many calls as it takes.
     *
     * @param {number[]} filterIds
     * @param {number} folderId
     * @param {(run: Run) => boolean} onProgress says whether to go on
     * @returns {Promise<{failed: boolean, sentence?: string}>} what was done until then
     *  was told by `onProgress`
     */
    async run(filterIds, folderId, onProgress) {
        const {client} = this;
        /** @type {Run} */
        const run = {done: 0, total: 0, matched: 0, moved: []};
        let before = false;
        let answer = null;
        do {
            const from = before;
            answer = await client.changes.run(() =>
                client.ask("filter_run", [filterIds, folderId, from])
            );
            if (answer.failed) {
                break;
            }
            const {value} = answer;
            run.done += value.done;
            run.total = Math.max(run.total, value.total, run.done);
            run.matched += value.matched;
            run.moved.push(...value.moved);
            before = value.before;
        } while (onProgress({...run}) && before);
        await this.showChanges();
        return answer;
    }

    /**
     * Puts mails back where they were.
     *
     * @param {[number, number][]} moved
     * @returns {Promise<{failed: boolean, sentence?: string}>}
     */
    async undo(moved) {
        const answer = await this.client.mails.ask("undo_move", moved, []);
        await this.client.settle(answer, {refresh: true});
        return answer;
    }

    /** Many mails may lie elsewhere, or be read, by now. */
    async showChanges() {
        await this.client.look();
        await this.client.refreshList({announce: false});
    }

    // ---------------------------------------------------------- out of office

    /**
     * The host's own form, above the mails.
     *
     * @param {number} accountId
     */
    async openAway(accountId) {
        const {client} = this;
        const answer = await client.ask("vacation_form", [accountId]);
        if (answer.failed) {
            client.tell(answer.sentence);
        } else {
            await client.action.doAction(answer.value, {
                onClose: () => client.look(),
            });
        }
    }

    /** @param {number} accountId */
    async endAway(accountId) {
        const {client} = this;
        const answer = await client.askChange("vacation_end", [accountId]);
        if (answer.failed) {
            client.tell(answer.sentence);
        } else {
            client.takeProgress(answer.value);
        }
    }
}
