import {_t} from "@web/core/l10n/translation";

/**
 * @param {import("../../messages_service/team_state").PersonHere} person
 * @returns {string} what somebody does at a conversation now
 */
export function hereText({name, kind}) {
    return kind === "answering"
        ? _t("%s is answering", name)
        : _t("%s is reading", name);
}

/** @param {{name: string}} person */
export function firstName({name}) {
    return name.split(/[\s,]+/)[0];
}

/** @param {{name: string}} person */
export function assignedText({name}) {
    return _t("Assigned to %s", name);
}
