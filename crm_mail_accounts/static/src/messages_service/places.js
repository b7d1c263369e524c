/**
 * What can be open: a folder, by its id; the folders of one role in all mailboxes,
 * "role-inbox"; a special folder, "special-flagged". So it stands in the address, too.
 *
 * @typedef {import("./mail_client_store").PlaceId} PlaceId
 */

const ROLE = "role-";
const SPECIAL = "special-";

/** Roles that are shown as one folder over all mailboxes, in their order */
export const UNIFIED_ROLES = ["inbox", "drafts", "sent", "archive", "junk", "trash"];
export const SPECIALS = ["flagged", "imported", "shared"];
export const SPECIAL_PLACES = SPECIALS.map((name) => SPECIAL + name);

/** @param {string} role @returns {PlaceId} */
export function rolePlace(role) {
    return ROLE + role;
}

/** @param {string} special @returns {PlaceId} */
export function specialPlace(special) {
    return SPECIAL + special;
}

function rest(placeId, prefix) {
    const text = String(placeId);
    return text.startsWith(prefix) ? text.slice(prefix.length) : "";
}

/** @param {PlaceId} placeId @returns {string} empty when it is another kind of place */
export function unifiedRoleOf(placeId) {
    return rest(placeId, ROLE);
}

/** @param {PlaceId} placeId @returns {string} empty when it is another kind of place */
export function specialOf(placeId) {
    return rest(placeId, SPECIAL);
}

/** @param {any} value as it stands in the address @returns {PlaceId} */
export function readPlace(value) {
    const text = String(value || "");
    return unifiedRoleOf(text) || specialOf(text) ? text : Number(text) || false;
}
