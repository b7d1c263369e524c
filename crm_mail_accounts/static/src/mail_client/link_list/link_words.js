import {_t} from "@web/core/l10n/translation";

/**
 * What a record shows of a mail that is linked to it.
 *
 * @returns {{value: import("../../messages_service/link_actions").Content, label: string, help: string}[]}
 */
export function contents() {
    return [
        {
            value: "whole",
            label: _t("The whole message"),
            help: _t("with its attachments"),
        },
        {value: "text", label: _t("The text"), help: _t("without attachments")},
        {
            value: "fact",
            label: _t("Only that there is a message"),
            help: _t("from whom, when, and its subject"),
        },
    ];
}

/**
 * What colleagues see at most.
 *
 * @returns {{value: import("../../messages_service/link_actions").Visibility, label: string}[]}
 */
export function visibilities() {
    return [
        {value: "nothing", label: _t("Nothing")},
        {value: "metadata", label: _t("Who and when")},
        {value: "subject", label: _t("Who, when and the subject")},
        {value: "all", label: _t("All that is linked")},
    ];
}

/** @param {import("../../messages_service/link_actions").Visibility} visibility */
export function visibilityText(visibility) {
    return visibilities().find(({value}) => value === visibility).label;
}

/** @param {import("../../messages_service/link_actions").Shown} content */
export function contentText(content) {
    if (content === "nothing") {
        return _t("Colleagues see nothing of it");
    }
    if (content === "who") {
        return _t("Only from whom and when");
    }
    const {label, help} = contents().find(({value}) => value === content);
    return _t("%(what)s, %(detail)s", {what: label, detail: help});
}

/**
 * Who reads what is posted on a record.
 *
 * @param {import("../../messages_service/link_actions").Audience|false} audience
 * @returns {string}
 */
export function audienceText(audience) {
    if (!audience || !audience.names) {
        return _t("Everybody who may open the record can read it there.");
    }
    const {names, more} = audience;
    if (!names.length) {
        return _t("At present nobody else may open the record.");
    }
    const people = names.join(", ");
    if (more === 1) {
        return _t("%s and one more person can read it there.", people);
    }
    return more
        ? _t("%(people)s and %(more)s more people can read it there.", {people, more})
        : _t("%s can read it there.", people);
}
