import {_t} from "@web/core/l10n/translation";

/**
 * What filters are made of, as a reader chooses and reads it; the names are those of
 * `mailkit/rules/match.py`.
 *
 * @typedef {import("../../messages_service/filter_actions").Filter} Filter
 * @typedef {import("../../messages_service/filter_actions").Condition} Condition
 * @typedef {import("../../messages_service/filter_actions").Action} Action
 */

const TEXT = ["contains", "is", "begins", "ends", "matches"];
const OPERATORS = {
    size: ["larger", "smaller"],
    attachment: ["exists"],
    sender: ["is"],
    list: [...TEXT, "exists"],
    header: [...TEXT, "exists"],
};
export const INTO_FOLDER = ["move", "copy"];
/** A negated operator, as one choice */
const NOT = "!";

/** @returns {[string, string][]} */
export function fieldChoices() {
    return [
        ["from", _t("Sender")],
        ["sender", _t("Kind of sender")],
        ["to", _t("To")],
        ["cc", _t("Cc")],
        ["recipient", _t("To or Cc")],
        ["address", _t("My address used")],
        ["subject", _t("Subject")],
        ["body", _t("Text")],
        ["list", _t("Mailing list")],
        ["attachment", _t("Attachment")],
        ["size", _t("Size")],
        ["header", _t("Header field")],
    ];
}

/** @returns {{[name: string]: string}} by operator, with NOT in front the negated ones */
function operatorWords() {
    return {
        contains: _t("contains"),
        "!contains": _t("does not contain"),
        is: _t("is"),
        "!is": _t("is not"),
        begins: _t("begins with"),
        "!begins": _t("does not begin with"),
        ends: _t("ends with"),
        "!ends": _t("does not end with"),
        matches: _t("fits the pattern"),
        "!matches": _t("does not fit the pattern"),
        exists: _t("is there"),
        "!exists": _t("is not there"),
        larger: _t("is larger than"),
        "!larger": _t("is not larger than"),
        smaller: _t("is smaller than"),
        "!smaller": _t("is not smaller than"),
    };
}

/** @returns {[string, string][]} */
export function senderChoices() {
    return [
        ["contact", _t("a contact")],
        ["colleague", _t("a colleague")],
        ["unknown", _t("unknown")],
    ];
}

/** @returns {[string, string][]} */
export function actionChoices() {
    return [
        ["move", _t("Move to")],
        ["copy", _t("Copy to")],
        ["delete", _t("Delete")],
        ["read", _t("Mark as read")],
        ["flag", _t("Flag")],
        ["keyword", _t("Give the keyword")],
        ["link", _t("Link to the sender's record")],
        ["opportunity", _t("Create an opportunity")],
        ["forward", _t("Forward to")],
        ["notify", _t("Notify me")],
        ["mute", _t("Do not notify")],
    ];
}

/** @returns {[string, string][]} */
export function matchChoices() {
    return [
        ["all", _t("all conditions hold")],
        ["any", _t("one of the conditions holds")],
        ["every", _t("every mail")],
    ];
}

/** @param {Condition} condition */
export function operatorKey({negated, operator}) {
    return negated ? NOT + operator : operator;
}

/**
 * What can be chosen for a field; a size that is not larger is smaller, so its negations
 * are there only where somebody has chosen one elsewhere.
 *
 * @param {Condition} condition
 * @returns {[string, string][]}
 */
export function operatorChoices(condition) {
    const words = operatorWords();
    const current = operatorKey(condition);
    const keys = (OPERATORS[condition.field] || TEXT).flatMap((name) => [
        name,
        NOT + name,
    ]);
    return keys
        .filter(
            (key) =>
                condition.field !== "size" || !key.startsWith(NOT) || key === current
        )
        .map((key) => [key, words[key]]);
}

/**
 * @param {Condition} condition
 * @param {string} key as of {@link operatorKey}
 */
export function setOperator(condition, key) {
    condition.negated = key.startsWith(NOT);
    condition.operator = key.replace(NOT, "");
}

/**
 * Looks at something else; what does not fit that is left behind.
 *
 * @param {Condition} condition
 * @param {string} field
 */
export function setField(condition, field) {
    const isText = (name) => !(name in OPERATORS) || OPERATORS[name].length > 2;
    if (!isText(field) || !isText(condition.field)) {
        condition.value = field === "sender" ? "contact" : "";
    }
    condition.field = field;
    const operators = OPERATORS[field] || TEXT;
    if (!operators.includes(condition.operator)) {
        condition.operator = operators[0];
    }
}

/** @returns {Condition} */
export function newCondition() {
    return {field: "from", header: "", negated: false, operator: "contains", value: ""};
}

/** @returns {Action} */
export function newAction() {
    return {kind: "move", folder_id: false, keyword: "", address: ""};
}

/** @returns {Filter} */
export function newFilter() {
    return {
        name: "",
        active: true,
        match: "all",
        stop: false,
        conditions: [newCondition()],
        actions: [newAction()],
    };
}

/** @param {[string, string][]} choices */
const wordOf = (choices, name) =>
    (choices.find(([key]) => key === name) || ["", ""])[1];

/**
 * A filter in two short lines.
 *
 * @param {Filter} filter
 * @param {(action: Action) => string} folderOf
 * @returns {{when: string, does: string}}
 */
export function summaryOf(filter, folderOf) {
    const conditions = filter.conditions.map((condition) => {
        const {field, header, value} = condition;
        const subject = field === "header" ? header : wordOf(fieldChoices(), field);
        const operator = operatorWords()[operatorKey(condition)];
        const object =
            field === "sender"
                ? wordOf(senderChoices(), value)
                : field === "size"
                  ? _t("%s KB", value)
                  : condition.operator === "exists"
                    ? ""
                    : `“${value}”`;
        return [subject, operator, object].filter(Boolean).join(" ");
    });
    const when =
        filter.match === "every"
            ? _t("Every mail")
            : conditions.join(filter.match === "any" ? _t(" or ") : _t(" and "));
    const deeds = filter.actions.map((action) => {
        const word = wordOf(actionChoices(), action.kind);
        const object = INTO_FOLDER.includes(action.kind)
            ? `“${folderOf(action)}”`
            : action.kind === "keyword"
              ? action.keyword
              : action.kind === "forward"
                ? action.address
                : "";
        return [word, object].filter(Boolean).join(" ");
    });
    if (filter.stop) {
        deeds.push(_t("Then stop"));
    }
    return {when, does: deeds.join(", ")};
}

/**
 * A name for a filter that was given none.
 *
 * @param {Filter} filter
 * @param {(action: Action) => string} folderOf the name of an action's folder
 * @returns {string}
 */
export function proposedName(filter, folderOf) {
    const {conditions, actions} = filter;
    const first = filter.match !== "every" && conditions[0];
    return (
        (first && first.value.trim()) || summaryOf({...filter, actions}, folderOf).does
    );
}
