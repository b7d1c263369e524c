import {Component} from "@odoo/owl";
import {deserializeDate, deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";

const {DateTime} = luxon;
/** People who are named before "and n more" */
const NAMED = 5;

/** The facts of an invitation: what, when, where, who. */
export class InvitationCard extends Component {
    static template = "crm_mail_accounts.InvitationCard";
    static props = {invitation: Object};

    get kind() {
        const {cancelled, method} = this.props.invitation;
        if (cancelled) {
            return _t("Cancelled");
        }
        return method === "reply" ? _t("Answer to an invitation") : _t("Invitation");
    }

    get title() {
        return this.props.invitation.summary || _t("(no title)");
    }

    get when() {
        const {all_day: isAllDay, end, start} = this.props.invitation;
        if (!start) {
            return "";
        }
        const read = isAllDay ? deserializeDate : deserializeDateTime;
        const format = isAllDay
            ? DateTime.DATE_MED_WITH_WEEKDAY
            : DateTime.DATETIME_MED_WITH_WEEKDAY;
        const from = read(start);
        if (!end || end === start) {
            return from.toLocaleString(format);
        }
        const to = read(end);
        const short =
            !isAllDay && from.hasSame(to, "day") ? DateTime.TIME_SIMPLE : format;
        return `${from.toLocaleString(format)} – ${to.toLocaleString(short)}`;
    }

    get people() {
        const {attendees} = this.props.invitation;
        const names = attendees.slice(0, NAMED).map(({name}) => name);
        const more = attendees.length - names.length;
        return names.join(", ") + (more > 0 ? ` ${_t("and %s more", more)}` : "");
    }
}
