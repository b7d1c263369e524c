import {_t} from "@web/core/l10n/translation";

import {specialOf, unifiedRoleOf} from "../../messages_service/places";

const ROLE_ICONS = {
    inbox: "fa-inbox",
    drafts: "fa-pencil-square-o",
    sent: "fa-paper-plane-o",
    junk: "fa-ban",
    trash: "fa-trash-o",
    archive: "fa-archive",
    all: "fa-envelope-o",
    flagged: "fa-star-o",
    important: "fa-bookmark-o",
    none: "fa-folder-o",
};

/**
 * The name of a folder as the reader's language has it.
 *
 * Only names that programs give by themselves are put into other words, and only
 * where the folder has the role that goes with them: all other names are the
 * mailbox's own.
 *
 * @param {import("../../messages_service/mail_client_store").Folder} folder
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

/**
 * @param {import("../../messages_service/mail_client_store").Folder} folder
 * @returns {string} class of the icon
 */
export function folderIcon(folder) {
    return folder.local ? "fa-tag" : ROLE_ICONS[folder.role] || ROLE_ICONS.none;
}

const SPECIAL_ICONS = {
    flagged: "fa-star-o",
    imported: "fa-chain",
    shared: "fa-share-alt",
};

function roleName(role) {
    const names = {
        inbox: _t("Inbox"),
        drafts: _t("Drafts"),
        sent: _t("Sent"),
        archive: _t("Archive"),
        junk: _t("Spam"),
        trash: _t("Trash"),
    };
    return names[role] || role;
}

function specialName(special) {
    const names = {
        flagged: _t("Flagged"),
        imported: _t("Imported"),
        shared: _t("Shared"),
    };
    return names[special] || special;
}

/**
 * @param {import("../../messages_service/mail_client_store").MailClientStore} store
 * @param {import("../../messages_service/mail_client_store").PlaceId} placeId
 * @returns {string}
 */
export function placeName(store, placeId) {
    if (typeof placeId === "number") {
        const folder = store.getFolder(placeId);
        return folder ? folderName(folder) : "";
    }
    const role = unifiedRoleOf(placeId);
    return role ? roleName(role) : specialName(specialOf(placeId));
}

/**
 * @param {import("../../messages_service/mail_client_store").PlaceId} placeId
 * @returns {string} class of the icon of a place that is no single folder
 */
export function placeIcon(placeId) {
    return ROLE_ICONS[unifiedRoleOf(placeId)] || SPECIAL_ICONS[specialOf(placeId)];
}
