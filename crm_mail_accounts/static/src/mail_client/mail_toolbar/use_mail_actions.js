import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {mailsOf, unreadOf} from "../../messages_service/list_state";
import {useMailClient} from "../../messages_service/use_mail_client";
import {AssignDialog} from "../assign_dialog/assign_dialog";
import {FilterDialog} from "../filter_dialog/filter_dialog";
import {FolderPicker} from "../folder_picker/folder_picker";

/**
 * What can be done with mails, in one place for the toolbar, the bar of the selection,
 * the icons of a row and the keys.
 *
 * @typedef {import("../../messages_service/mail_client_store").Row} Row
 * @typedef {"archive"|"delete"|"read"|"unread"|"junk"|"notJunk"|"move"|"flag"|"unflag"|"assign"|"copy"|"filter"} ActionName
 * @typedef {{name: ActionName, label: string, icon: string, key: string, run: () => void}} MailAction
 */

/** Folders that are the archive already; at Gmail that is the one with all mail */
const ARCHIVE_ROLES = ["archive", "all"];

export class MailActionList {
    /**
     * @param {object} parts
     */
    constructor({client, store, dialog}) {
        this.mails = client.mails;
        this.store = store;
        this.dialog = dialog;
    }

    /**
     * What fits these mails, the most important first.
     *
     * @param {Row[]} rows
     * @returns {MailAction[]}
     */
    for(rows) {
        const {mails, store} = this;
        if (!rows.length || !store.mayActOn(rows)) {
            return [];
        }
        const roles = store.rolesOf(rows);
        const actions = [];
        const add = (name, icon, key, label, run) =>
            actions.push({name, icon, key, label, run});
        if (!ARCHIVE_ROLES.some((role) => roles.has(role))) {
            add("archive", "fa-archive", "e", _t("Move to the archive"), () =>
                mails.archive(rows)
            );
        }
        const isFinal = store.isDeletingFinal(rows);
        add(
            "delete",
            "fa-trash-o",
            "#",
            isFinal ? _t("Delete for good") : _t("Delete"),
            () => this.delete(rows)
        );
        if (rows.some((row) => unreadOf(row))) {
            add("read", "fa-envelope-open-o", "Shift+I", _t("Mark as read"), () =>
                mails.markRead(rows)
            );
        } else {
            add("unread", "fa-envelope-o", "u", _t("Mark as unread"), () =>
                mails.markUnread(rows)
            );
        }
        add("move", "fa-folder-o", "v", _t("Move to…"), () => this.move(rows));
        if (roles.has("junk")) {
            add("notJunk", "fa-thumbs-o-up", "!", _t("Not spam"), () =>
                mails.notJunk(rows)
            );
        } else {
            add("junk", "fa-ban", "!", _t("Spam"), () => mails.junk(rows));
        }
        if (rows.every((row) => row.flagged)) {
            add("unflag", "fa-star text-warning", "s", _t("Remove the flag"), () =>
                mails.unflag(rows)
            );
        } else {
            add("flag", "fa-star-o", "s", _t("Flag"), () => mails.flag(rows));
        }
        if (rows.every((row) => store.sharedAccountIds.has(row.account_id))) {
            add("assign", "fa-user-plus", "Shift+A", _t("Assign…"), () =>
                this.dialog.add(AssignDialog, {rows})
            );
        }
        add("copy", "fa-files-o", "Shift+V", _t("Copy to…"), () => this.copy(rows));
        if (rows.length === 1 && store.isOwn(rows[0].account_id)) {
            add("filter", "fa-filter", "", _t("Filter mails like this"), () =>
                this.filter(rows[0])
            );
        }
        return actions;
    }

    /**
     * Does the first of these that fits.
     *
     * @param {ActionName[]} names
     * @param {Row[]} rows
     */
    run(names, rows) {
        const action = this.for(rows).find(({name}) => names.includes(name));
        if (action) {
            action.run();
        }
    }

    /**
     * By key: of some mails that are read and others that are not either may be meant.
     *
     * @param {"read"|"unread"} name
     * @param {Row[]} rows
     */
    markAs(name, rows) {
        if (!rows.length || !this.store.mayActOn(rows)) {
            return;
        }
        if (name === "read") {
            this.mails.markRead(rows);
        } else {
            this.mails.markUnread(rows);
        }
    }

    /** @param {Row[]} rows @returns {string} what deleting them for good means */
    finalText(rows) {
        const count = rows.length;
        if (rows.every((row) => this.store.isKept(row.account_id))) {
            return count === 1
                ? _t("This message will be deleted. Nothing brings it back.")
                : _t(
                      "These %s messages will be deleted. Nothing brings them back.",
                      count
                  );
        }
        return count === 1
            ? _t(
                  "This message will be deleted on the mail server. Nothing brings it back."
              )
            : _t(
                  "These %s messages will be deleted on the mail server. Nothing brings them back.",
                  count
              );
    }

    /** @param {Row[]} rows */
    delete(rows) {
        const {mails, store} = this;
        if (!store.isDeletingFinal(rows)) {
            mails.delete(rows);
            return;
        }
        this.dialog.add(ConfirmationDialog, {
            title: _t("Delete for good"),
            body: this.finalText(rows),
            confirmLabel: _t("Delete for good"),
            confirmClass: "btn-danger",
            // Not awaited: the mails leave the list at once.
            confirm: () => {
                mails.delete(rows);
            },
            cancel: () => undefined,
        });
    }

    /** @param {Row} row */
    filter(row) {
        this.dialog.add(FilterDialog, {
            accountId: row.account_id,
            messageId: row.id,
        });
    }

    /** @param {Row[]} rows */
    copy(rows) {
        const {length: count} = mailsOf(rows);
        this.dialog.add(FolderPicker, {
            rows,
            title:
                count === 1
                    ? _t("Copy the message to")
                    : _t("Copy %s messages to", count),
            onPicked: (folder) => {
                this.mails.copy(rows, folder);
            },
        });
    }

    /** @param {Row[]} rows */
    move(rows) {
        this.dialog.add(FolderPicker, {
            rows,
            onPicked: (folder) => {
                this.mails.move(rows, folder);
            },
        });
    }
}

/** @returns {MailActionList} */
export function useMailActions() {
    return new MailActionList({...useMailClient(), dialog: useService("dialog")});
}
