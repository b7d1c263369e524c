import {Component, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {DateTimePicker} from "@web/core/datetime/datetime_picker";
import {Dialog} from "@web/core/dialog/dialog";
import {deserializeDateTime, serializeDateTime} from "@web/core/l10n/dates";

import {scheduleTimes} from "./schedule_times";

const {DateTime} = luxon;

/** Minutes between the times that the picker offers */
const STEP = 5;

/** Where this browser keeps the time that was chosen last */
export const LAST_CHOSEN = "crm_mail_accounts.schedule_last";

/** When a mail is to leave: a time by one click, or any other. */
export class ScheduleDialog extends Component {
    static template = "crm_mail_accounts.ScheduleDialog";
    static components = {DateTimePicker, Dialog};
    static props = {
        close: Function,
        /** Called with the time, UTC, as the server writes dates */
        onChosen: Function,
        /** The time so far, UTC */
        sendAt: {type: [String, Boolean], optional: true},
    };

    setup() {
        this.now = DateTime.local();
        const last = browser.localStorage.getItem(LAST_CHOSEN);
        this.times = scheduleTimes(this.now, last && deserializeDateTime(last));
        const {sendAt} = this.props;
        const {time: tomorrow} = this.times.find(({name}) => name === "tomorrow");
        const time = sendAt ? deserializeDateTime(sendAt) : tomorrow;
        this.state = useState({time});
    }

    get isPast() {
        return this.state.time <= DateTime.local();
    }

    /** @param {object} time a luxon DateTime */
    text(time) {
        return time.toLocaleString(DateTime.DATETIME_MED_WITH_WEEKDAY);
    }

    get pickerProps() {
        return {
            value: this.state.time,
            type: "datetime",
            rounding: STEP,
            minDate: this.now.startOf("day"),
            onSelect: (time) => {
                this.state.time = time;
            },
        };
    }

    /** @param {object} time a luxon DateTime */
    choose(time) {
        const sendAt = serializeDateTime(time);
        browser.localStorage.setItem(LAST_CHOSEN, sendAt);
        this.props.close();
        this.props.onChosen(sendAt);
    }
}
