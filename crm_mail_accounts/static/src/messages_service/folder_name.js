import {_t} from "@web/core/l10n/translation";

/**
 * The name of a folder as the reader's language has it.
 *
 * Only names that programs give by themselves are put into other words, and only
 * where the folder has the role that goes with them: all other names are the
 * mailbox's own.
 *
 * @param {import("./mail_client_store").Folder} folder
 * @returns {string}
 */
export function folderName(folder) {
    if (folder.role === "none") {
        return folder.name;
    }
    const names = {
        "all mail": _t("All Mail"),
        archive: _t("Archive"),
        bin: _t("Bin"),
        "deleted items": _t("Deleted Items"),
        "deleted messages": _t("Deleted Messages"),
        drafts: _t("Drafts"),
        flagged: _t("Flagged"),
        important: _t("Important"),
        inbox: _t("Inbox"),
        junk: _t("Junk"),
        "junk e-mail": _t("Junk E-mail"),
        sent: _t("Sent"),
        "sent items": _t("Sent Items"),
        "sent mail": _t("Sent Mail"),
        "sent messages": _t("Sent Messages"),
        spam: _t("Spam"),
        starred: _t("Starred"),
        trash: _t("Trash"),
    };
    return names[folder.name.toLowerCase()] || folder.name;
}
