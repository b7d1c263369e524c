import {_t} from "@web/core/l10n/translation";

/** Hours of the day at which mails are proposed to leave */
const MORNING = 8;
const AFTERNOON = 14;
/** Hours from now that are proposed, in steps of so many minutes */
const SOON = 2;
const STEP = 5;
/** Luxon counts the days of the week from Monday, 1 */
const MONDAY = 1;

/**
 * Times that are chosen by one click, each of them once and ahead.
 *
 * @param {object} now a luxon DateTime in the zone that the reader sees times in
 * @param {object} [last] the time that was chosen last
 * @returns {{name: string, label: string, time: object}[]}
 */
export function scheduleTimes(now, last) {
    const at = (day, hour) => day.startOf("day").set({hour});
    const tomorrow = now.plus({days: 1});
    const monday = now.plus({days: (MONDAY + 7 - now.weekday) % 7 || 7});
    const soon = now.plus({hours: SOON}).startOf("minute");
    const afternoon = at(now, AFTERNOON);
    const times = [
        {
            name: "soon",
            label: _t("In 2 hours"),
            time: soon.plus({minutes: (STEP - (soon.minute % STEP)) % STEP}),
        },
    ];
    if (now < afternoon.minus({minutes: 30})) {
        times.push({name: "afternoon", label: _t("This afternoon"), time: afternoon});
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
    if (last && last > now && !times.some(({time}) => Number(time) === Number(last))) {
        times.push({name: "last", label: _t("Last chosen"), time: last});
    }
    return times;
}
