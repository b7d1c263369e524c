import {Component, onWillDestroy, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {useMailClient} from "../../messages_service/use_mail_client";
import {folderName} from "../../messages_service/folder_name";
import {FolderPicker} from "../folder_picker/folder_picker";

/** Applies filters to the mails that lie in a folder, which can be taken back. */
export class FilterRun extends Component {
    static template = "crm_mail_accounts.FilterRun";
    static props = {
        accountId: Number,
        filterIds: {type: Array, element: Number},
    };

    setup() {
        const {client, store} = useMailClient();
        this.filters = client.filters;
        this.store = store;
        this.dialog = useService("dialog");
        const inbox = store.roleFolder(this.props.accountId, "inbox");
        this.state = useState({
            folderId: inbox ? inbox.id : false,
            /** @type {"ready"|"running"|"done"|"undoing"|"undone"} */
            status: "ready",
            error: "",
            /** @type {import("../../messages_service/filter_actions").Run|null} */
            run: null,
        });
        this.isStopped = false;
        onWillDestroy(() => {
            this.isStopped = true;
        });
    }

    get folder() {
        return this.store.getFolder(this.state.folderId);
    }

    get folderLabel() {
        const {folder} = this;
        return folder ? folderName(folder) : _t("Choose a folder…");
    }

    get isBusy() {
        return ["running", "undoing"].includes(this.state.status);
    }

    get percent() {
        const {run} = this.state;
        return run && run.total ? Math.round((100 * run.done) / run.total) : 0;
    }

    pick() {
        this.dialog.add(FolderPicker, {
            rows: [],
            accountId: this.props.accountId,
            title: _t("Run on the mails of"),
            onPicked: (folder) => {
                Object.assign(this.state, {
                    folderId: folder.id,
                    status: "ready",
                    run: null,
                    error: "",
                });
            },
        });
    }

    async start() {
        const {state} = this;
        Object.assign(state, {status: "running", run: null, error: ""});
        this.isStopped = false;
        const answer = await this.filters.run(
            this.props.filterIds,
            state.folderId,
            (run) => {
                state.run = run;
                return !this.isStopped;
            }
        );
        state.status = "done";
        state.error = answer.failed ? answer.sentence : "";
    }

    stop() {
        this.isStopped = true;
    }

    async undo() {
        const {state} = this;
        Object.assign(state, {status: "undoing", error: ""});
        const answer = await this.filters.undo(state.run.moved);
        state.status = answer.failed ? "done" : "undone";
        state.error = answer.failed ? answer.sentence : "";
    }
}
