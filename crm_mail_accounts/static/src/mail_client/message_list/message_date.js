import {deserializeDateTime} from "@web/core/l10n/dates";

const {DateTime} = luxon;

/**
 * The date of a mail in a list, as short as its age allows: the time today, day and
 * month this year, the date before.
 *
 * @param {string} value UTC, as the server writes dates
 * @param {object} [now] a luxon DateTime
 * @returns {string}
 */
export function shortDate(value, now = DateTime.local()) {
    if (!value) {
        return "";
    }
    const date = deserializeDateTime(value);
    if (date.hasSame(now, "day")) {
        return date.toLocaleString(DateTime.TIME_SIMPLE);
    }
    if (date.hasSame(now, "year")) {
        return date.toLocaleString({day: "numeric", month: "short"});
    }
    return date.toLocaleString(DateTime.DATE_SHORT);
}

/**
 * @param {string} value UTC, as the server writes dates
 * @returns {string} day of the week, date and time
 */
export function longDate(value) {
    return value
        ? deserializeDateTime(value).toLocaleString(DateTime.DATETIME_MED_WITH_WEEKDAY)
        : "";
}

/**
 * @param {string} value UTC, as the server writes dates
 * @returns {string} the time, with its day when that is not today
 */
export function timeOfDay(value) {
    const date = deserializeDateTime(value);
    return date.hasSame(DateTime.local(), "day")
        ? date.toLocaleString(DateTime.TIME_SIMPLE)
        : longDate(value);
}
