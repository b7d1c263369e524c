import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {useMailClient} from "../../messages_service/use_mail_client";
import {folderName} from "../../messages_service/folder_name";
import {FolderNameDialog} from "./folder_name_dialog";

/**
 * What can be done with folders and mailboxes, with the questions it takes.
 *
 * @typedef {import("../../messages_service/mail_client_store").Account} Account
 * @typedef {import("../../messages_service/mail_client_store").Folder} Folder
 * @typedef {{name: string, label: string, icon: string, run: () => void}} FolderAction
 */

/** Folders that the mailbox can do without; the server keeps to the same list */
const OWN_ROLES = ["none", "archive"];
/** Folders that the server makes up of mails in other folders */
const VIRTUAL_ROLES = ["all", "flagged", "important"];
const EMPTIED_ROLES = ["trash", "junk"];

export class FolderDialogs {
    /** @param {object} parts */
    constructor({client, store, dialog}) {
        this.client = client;
        this.folders = client.folders;
        this.store = store;
        this.dialog = dialog;
    }

    /**
     * What fits a folder; nothing when the reader may not, or when only the CRM knows
     * the folder.
     *
     * @param {Folder} folder
     * @returns {FolderAction[]}
     */
    for(folder) {
        if (folder.local || !this.store.mayActIn(folder.account_id)) {
            return [];
        }
        const {role, selectable, subscribed, unread} = folder;
        const isVirtual = VIRTUAL_ROLES.includes(role);
        const actions = [];
        const add = (name, icon, label, run) => actions.push({name, icon, label, run});
        if (selectable && unread) {
            add("read", "fa-envelope-open-o", _t("Mark all as read"), () =>
                this.folders.markRead(folder)
            );
        }
        if (EMPTIED_ROLES.includes(role)) {
            add("empty", "fa-eraser", _t("Empty"), () => this.empty(folder));
        }
        if (!isVirtual) {
            add("create", "fa-plus", _t("New folder inside"), () =>
                this.create(folder.account_id, folder)
            );
        }
        if (OWN_ROLES.includes(role)) {
            add("rename", "fa-pencil", _t("Rename"), () => this.rename(folder));
        }
        if (this.store.isKept(folder.account_id)) {
            // There is no other program to subscribe for.
        } else if (role !== "inbox" && subscribed) {
            add("unsubscribe", "fa-eye-slash", _t("Unsubscribe"), () =>
                this.folders.subscribe(folder, false)
            );
        } else if (role !== "inbox") {
            add("subscribe", "fa-eye", _t("Subscribe"), () =>
                this.folders.subscribe(folder, true)
            );
        }
        this.addNotify(folder, add);
        if (OWN_ROLES.includes(role)) {
            add("delete", "fa-trash-o", _t("Delete"), () => this.delete(folder));
        }
        return actions;
    }

    /**
     * Only where the reader wants to hear of new mail at all.
     *
     * @param {Folder} folder
     * @param {Function} add
     */
    addNotify(folder, add) {
        const {layout} = this.store;
        if (!folder.selectable || !(layout.notify || layout.sound)) {
            return;
        }
        const isNotified = this.store.isNotified(folder);
        add(
            "notify",
            isNotified ? "fa-bell-slash-o" : "fa-bell-o",
            isNotified ? _t("Do not notify of new mail") : _t("Notify of new mail"),
            () => this.notify(folder, !isNotified)
        );
    }

    /**
     * @param {Folder} folder
     * @param {boolean} isNotified
     */
    notify(folder, isNotified) {
        const folders = this.store.layout.notify_folders;
        this.client.saveLayout({
            notify_folders: {...folders, [folder.id]: isNotified},
        });
    }

    /**
     * @param {number} accountId
     * @param {Folder|false} [parent]
     */
    create(accountId, parent = false) {
        this.dialog.add(FolderNameDialog, {
            title: parent
                ? _t("New folder in “%s”", folderName(parent))
                : _t("New folder"),
            confirmLabel: _t("Create"),
            save: (name) => this.folders.create(accountId, parent && parent.id, name),
        });
    }

    /** @param {Folder} folder */
    rename(folder) {
        this.dialog.add(FolderNameDialog, {
            title: _t("Rename “%s”", folderName(folder)),
            name: folder.name,
            confirmLabel: _t("Rename"),
            save: (name) => this.folders.rename(folder, name),
        });
    }

    /** @param {Folder} folder */
    delete(folder) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Delete “%s”", folderName(folder)),
            body: this.store.isKept(folder.account_id)
                ? _t(
                      "The folder, all its mail and the folders in it will be deleted for good. Nothing brings them back."
                  )
                : _t(
                      "The folder, all its mail and the folders in it will be deleted on the mail server. Nothing brings them back."
                  ),
            confirmLabel: _t("Delete the folder"),
            confirmClass: "btn-danger",
            confirm: () => this.folders.delete(folder),
            cancel: () => undefined,
        });
    }

    /** @param {Folder} folder */
    empty(folder) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Empty “%s”", folderName(folder)),
            body: this.store.isKept(folder.account_id)
                ? _t(
                      "All mail in this folder will be deleted for good. Nothing brings it back."
                  )
                : _t(
                      "All mail in this folder will be deleted on the mail server. Nothing brings it back."
                  ),
            confirmLabel: _t("Empty"),
            confirmClass: "btn-danger",
            // Not awaited: the mails leave the list at once.
            confirm: () => {
                this.folders.empty(folder);
            },
            cancel: () => undefined,
        });
    }
}

/** @returns {FolderDialogs} */
export function useFolderDialogs() {
    return new FolderDialogs({...useMailClient(), dialog: useService("dialog")});
}
