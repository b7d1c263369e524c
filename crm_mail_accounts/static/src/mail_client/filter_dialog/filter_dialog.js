import {Component, onWillStart, useState} from "@odoo/owl";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {useMailClient} from "../../messages_service/use_mail_client";
import {folderName} from "../../messages_service/folder_name";
import {FilterEditor} from "./filter_editor";
import {FilterList} from "./filter_list";
import {FilterRun} from "./filter_run";
import {newFilter, proposedName} from "./filter_words";
import {RulesPlace} from "./rules_place";

const copyOf = (values) => JSON.parse(JSON.stringify(values));

/**
 * The filters of a mailbox: their list, one of them to change, or a run on a folder.
 *
 * @typedef {import("../../messages_service/filter_actions").Filter} Filter
 */
export class FilterDialog extends Component {
    static template = "crm_mail_accounts.FilterDialog";
    static components = {Dialog, FilterEditor, FilterList, FilterRun, RulesPlace};
    static props = {
        accountId: Number,
        /** The one to open first */
        filterId: {type: [Number, {value: false}], optional: true},
        /** The mail that a new one is to be like */
        messageId: {type: [Number, {value: false}], optional: true},
        close: Function,
    };
    static defaultProps = {filterId: false, messageId: false};

    setup() {
        const {client, store} = useMailClient();
        this.filters = client.filters;
        this.store = store;
        this.dialog = useService("dialog");
        this.state = useState({
            accountId: this.props.accountId,
            /** @type {"loading"|"ready"|"error"} */
            status: "loading",
            /** @type {"list"|"edit"|"run"} */
            page: "list",
            error: "",
            /** @type {Filter[]} */
            filters: [],
            /** @type {Filter[]} */
            templates: [],
            /** @type {Filter|null} the one that is changed */
            filter: null,
            isSaving: false,
            /** @type {{[filterId: number]: string}} why a filter runs in Odoo alone */
            onlyHere: {},
            /** Ids of the filters that are run */
            runIds: [],
        });
        this.folderOf = (action) => this.nameOfFolder(action);
        // Not awaited: the dialog appears at once.
        onWillStart(() => {
            this.start();
        });
    }

    // ------------------------------------------------------------ what shows

    get title() {
        const {page, filter} = this.state;
        if (page === "edit") {
            return filter.id ? _t("Filter") : _t("New filter");
        }
        return page === "run" ? _t("Run on a folder") : _t("Filters");
    }

    get ownAccounts() {
        return this.store.accounts.filter((account) => !account.owner);
    }

    get activeIds() {
        return this.state.filters.filter(({active}) => active).map(({id}) => id);
    }

    get namePlaceholder() {
        return proposedName(this.state.filter, this.folderOf);
    }

    /** @param {import("../../messages_service/filter_actions").Action} action */
    nameOfFolder(action) {
        const folder = this.store.getFolder(action.folder_id);
        if (!folder) {
            return action.folder_name || action.folder_path || "…";
        }
        return folder.role === "none" ? folder.path : folderName(folder);
    }

    // ---------------------------------------------------------------- loading

    async start() {
        const {filterId, messageId} = this.props;
        if (messageId) {
            const answer = await this.filters.fromMessage(messageId);
            if (answer.failed) {
                this.fail(answer);
                return;
            }
            this.edit(answer.value);
        }
        await this.load();
        const wanted = this.state.filters.find(({id}) => id === filterId);
        if (wanted) {
            this.edit(wanted);
        }
    }

    async load() {
        const {state} = this;
        const {accountId} = state;
        const answer = await this.filters.list(accountId);
        if (accountId !== state.accountId) {
            return;
        }
        if (answer.failed) {
            this.fail(answer);
            return;
        }
        Object.assign(state, {status: "ready", ...answer.value});
    }

    /** @param {import("../../messages_service/filter_actions").RulesPlace} place */
    takePlace({only_here: onlyHere}) {
        this.state.onlyHere = Object.fromEntries(
            onlyHere.map(({id, reason}) => [id, reason])
        );
    }

    fail({sentence}) {
        Object.assign(this.state, {status: "error", error: sentence});
    }

    /** @param {string} value */
    chooseAccount(value) {
        const accountId = Number(value);
        Object.assign(this.state, {
            accountId,
            status: "loading",
            error: "",
            filters: [],
            templates: [],
            onlyHere: {},
        });
        return this.load();
    }

    // ---------------------------------------------------------------- editing

    /** @param {Filter} [filter] */
    edit(filter = newFilter()) {
        Object.assign(this.state, {page: "edit", error: "", filter: copyOf(filter)});
    }

    toList() {
        Object.assign(this.state, {page: "list", error: "", filter: null});
    }

    async save() {
        const {state} = this;
        const values = copyOf(state.filter);
        values.name = values.name.trim() || this.namePlaceholder;
        if (values.match === "every") {
            values.conditions = [];
        }
        state.isSaving = true;
        const answer = await this.filters.save(state.accountId, values);
        state.isSaving = false;
        if (answer.failed) {
            state.error = answer.sentence;
            return;
        }
        this.toList();
        await this.load();
    }

    // ------------------------------------------------------------- the others

    /**
     * What is shown at once and taken back when the server refuses.
     *
     * @param {Promise<import("../../messages_service/filter_actions").Answer>} asked
     */
    async settle(asked) {
        const answer = await asked;
        if (answer.failed) {
            await this.load();
        }
        this.state.error = answer.failed ? answer.sentence : "";
    }

    /**
     * @param {Filter} filter
     * @param {boolean} active
     */
    toggle(filter, active) {
        const {state} = this;
        state.filters = state.filters.map((each) =>
            each.id === filter.id ? {...each, active} : each
        );
        return this.settle(this.filters.activate(state.accountId, filter.id, active));
    }

    /**
     * @param {Filter} filter
     * @param {number} place
     */
    move(filter, place) {
        const {state} = this;
        const rest = state.filters.filter(({id}) => id !== filter.id);
        state.filters = [...rest.slice(0, place), filter, ...rest.slice(place)];
        const ids = state.filters.map(({id}) => id);
        return this.settle(this.filters.reorder(state.accountId, ids));
    }

    /** @param {Filter} filter */
    remove(filter) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Delete “%s”", filter.name),
            body: _t(
                "New mail will not go through this filter any more. Mail that it has moved stays where it is."
            ),
            confirmLabel: _t("Delete the filter"),
            confirmClass: "btn-danger",
            confirm: () => {
                this.state.filters = this.state.filters.filter(
                    ({id}) => id !== filter.id
                );
                return this.settle(this.filters.remove(filter.id));
            },
            cancel: () => undefined,
        });
    }

    /** @param {number[]} runIds */
    openRun(runIds) {
        Object.assign(this.state, {page: "run", runIds, error: ""});
    }
}
