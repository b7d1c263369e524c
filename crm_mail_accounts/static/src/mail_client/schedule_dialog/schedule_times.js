import {_t} from "@web/core/l10n/translation";

/** Hours of the day at which mails are proposed to leave */
const MORNING = 8;
const AFTERNOON = 14;
/** Luxon counts the days of the week from Monday, 1 */
const MONDAY = 1;

/**
 * Times that are chosen by one click.
 *
 * @param {object} now a luxon DateTime in the zone that the reader sees times in
 * @returns {{name: string, label: string, time: object}[]}
 */
export function scheduleTimes(now) {
    const at = (day, hour) => day.startOf("day").set({hour});
    const tomorrow = now.plus({days: 1});
    const monday = now.plus({days: (MONDAY + 7 - now.weekday) % 7 || 7});
    const times = [];
    if (now < at(now, AFTERNOON).minus({minutes: 30})) {
        times.push({
            name: "afternoon",
            label: _t("This afternoon"),
            time: at(now, AFTERNOON),
        });
    }
    times.push({
        name: "tomorrow",
        label: _t("Tomorrow morning"),
        time: at(tomorrow, MORNING),
    });
    // On Sunday that is tomorrow.
    if (!monday.hasSame(tomorrow, "day")) {
        times.push({
            name: "monday",
            label: _t("Monday morning"),
            time: at(monday, MORNING),
        });
    }
    return times;
}
