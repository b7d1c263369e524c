import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {useMailClient} from "../../messages_service/use_mail_client";
import {folderName} from "../../messages_service/folder_name";
import {FolderPicker} from "../folder_picker/folder_picker";
import {INTO_FOLDER, actionChoices} from "./filter_words";

/** One thing that a filter does, which it changes in place. */
export class ActionLine extends Component {
    static template = "crm_mail_accounts.ActionLine";
    static props = {
        action: Object,
        accountId: Number,
        number: Number,
        onRemove: {type: [Function, {value: null}], optional: true},
    };

    setup() {
        this.store = useMailClient().store;
        this.action = useState(this.props.action);
        this.dialog = useService("dialog");
    }

    get label() {
        return _t("Action %s", this.props.number);
    }

    get kinds() {
        return actionChoices();
    }

    get hasFolder() {
        return INTO_FOLDER.includes(this.action.kind);
    }

    get folder() {
        return this.store.getFolder(this.action.folder_id);
    }

    get folderLabel() {
        const {folder} = this;
        if (folder) {
            return folder.role === "none" ? folder.path : folderName(folder);
        }
        return this.action.folder_name || _t("Choose a folder…");
    }

    /** It is made when the filter is saved. */
    get isNew() {
        return !this.folder && Boolean(this.action.folder_name);
    }

    /** The name of a folder that the mail server does not have any more */
    get lostFolder() {
        const {folder_name: name, folder_path: path} = this.action;
        return this.hasFolder && !this.folder && !name ? path || "" : "";
    }

    setKind(kind) {
        this.action.kind = kind;
    }

    pick() {
        const {accountId} = this.props;
        this.dialog.add(FolderPicker, {
            rows: [],
            accountId,
            title: _t("Choose a folder"),
            onPicked: (folder) => this.setFolder(folder.id, ""),
            onNew: (name) => this.setFolder(false, name),
        });
    }

    /**
     * @param {number|false} id
     * @param {string} name of a folder that is to be made
     */
    setFolder(id, name) {
        this.action.folder_id = id;
        this.action.folder_name = name;
    }
}
