import {_t} from "@web/core/l10n/translation";

import {folderName} from "../../messages_service/folder_name";
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
