import {Component, useRef} from "@odoo/owl";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {specialPlace} from "../../messages_service/places";
import {useMailClient} from "../../messages_service/use_mail_client";
import {longDate, shortDate, timeOfDay} from "../message_list/message_date";
import {ScheduleDialog} from "../schedule_dialog/schedule_dialog";

/** Pixels above the end of the list at which the next page is fetched */
const NEXT_PAGE_AHEAD = 400;

/** Mails that wait for their time, that are on their way or stuck, or came back. */
export class OutgoingList extends Component {
    static template = "crm_mail_accounts.OutgoingList";
    static props = {isPhone: {type: Boolean, optional: true}};

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.dialog = useService("dialog");
        this.scroller = useRef("scroller");
        this.longDate = longDate;
        this.shortDate = shortDate;
    }

    get title() {
        return {
            scheduled: _t("Scheduled"),
            outgoing: _t("Outgoing"),
            drafts: _t("Drafts kept in Odoo"),
            undelivered: _t("Not delivered"),
        }[this.store.outgoing.kind];
    }

    get emptyText() {
        return {
            scheduled: _t("No message waits for its time."),
            outgoing: _t("Everything has been sent."),
            drafts: _t("All drafts are in the Drafts folders of their mailboxes."),
            undelivered: _t("No message has come back."),
        }[this.store.outgoing.kind];
    }

    /** @param {import("../../messages_service/outgoing_state").OutgoingRow} row */
    who(row) {
        const names = row.to.map(({name, email}) => name || email).join(", ");
        return names ? _t("To: %s", names) : _t("(no recipient)");
    }

    /** @param {import("../../messages_service/outgoing_state").OutgoingRow} row */
    subject(row) {
        return row.subject || _t("(no subject)");
    }

    /**
     * How a mail stands, in plain words.
     *
     * @param {import("../../messages_service/outgoing_state").OutgoingRow} row
     */
    stateOf(row) {
        const {state, send_at: sendAt, error} = row;
        const states = {
            draft: {icon: "fa-pencil", text: _t("Not sent yet")},
            scheduled: error
                ? this.waiting({error})
                : {icon: "fa-clock-o", text: _t("Leaves on %s", longDate(sendAt))},
            queued: this.waiting(row),
            sending: {
                icon: "fa-circle-o-notch fa-spin",
                text: _t("Is being handed to the mail server"),
            },
            failed: {
                icon: "fa-exclamation-triangle",
                text: error || _t("Could not be sent"),
                className: "text-danger",
            },
            uncertain: {
                icon: "fa-question-circle",
                text: _t(
                    "It may have been sent: the connection broke before the mail server answered. Look into your sent mail, or ask the recipient, before you send it again."
                ),
                className: "text-warning-emphasis",
            },
            sent: this.sent(row),
        };
        return states[state] || {icon: "", text: ""};
    }

    /** @param {import("../../messages_service/outgoing_state").OutgoingRow} row */
    waiting({error, next_try: nextTry}) {
        if (!error) {
            return {icon: "fa-hourglass-half", text: _t("Waits for its turn")};
        }
        const time = nextTry && timeOfDay(nextTry);
        return {
            icon: "fa-exclamation-circle",
            text: time
                ? _t("%(reason)s It is tried again at %(time)s.", {reason: error, time})
                : error,
            className: "text-warning-emphasis",
        };
    }

    /** @param {import("../../messages_service/outgoing_state").OutgoingRow} row */
    sent({error, is_unfiled: isUnfiled}) {
        if (isUnfiled) {
            return {
                icon: "fa-check",
                text: _t(
                    "It was sent, but its copy is not in Sent yet. %s",
                    error || _t("It is stored as soon as the mail server takes it.")
                ),
                className: "text-warning-emphasis",
            };
        }
        return {
            icon: "fa-undo",
            text: error || _t("Somebody did not get it."),
            className: "text-danger",
        };
    }

    /**
     * What can be done with a mail, the likeliest first.
     *
     * @param {import("../../messages_service/outgoing_state").OutgoingRow} row
     */
    actionsOf(row) {
        const {outgoing} = this.client;
        const actions = [];
        const add = (name, icon, label, run) => actions.push({name, icon, label, run});
        if (row.state === "uncertain" && row.may_decide) {
            add("sent", "fa-check", _t("It was sent"), () =>
                outgoing.decide(row.id, "sent")
            );
            add("again", "fa-repeat", _t("Send it again"), () =>
                outgoing.decide(row.id, "again")
            );
        }
        if (row.copy_id) {
            add("again", "fa-pencil", _t("Write it anew"), () =>
                this.client.compose.start("edit_as_new", row.copy_id)
            );
            add("open", "fa-envelope-open-o", _t("Open"), () => this.open(row));
        }
        if (row.state === "sent" && this.store.outgoing.kind === "undelivered") {
            add("dismiss", "fa-check", _t("Done"), () => outgoing.dismiss(row.id));
        }
        if (row.state === "draft") {
            add("open", "fa-pencil", _t("Continue"), () =>
                this.client.compose.open(row.id)
            );
            add("discard", "fa-trash-o", _t("Discard"), () => this.discard(row));
        }
        if (row.state === "queued" && row.error) {
            add("now", "fa-repeat", _t("Try now"), () => outgoing.sendNow(row.id));
        }
        if (row.state === "failed") {
            add("retry", "fa-repeat", _t("Try again"), () => outgoing.retry(row.id));
        }
        if (row.state === "scheduled" && row.may_cancel) {
            add("now", "fa-paper-plane-o", _t("Send now"), () =>
                outgoing.sendNow(row.id)
            );
            add("reschedule", "fa-clock-o", _t("Another time"), () =>
                this.reschedule(row)
            );
        }
        if (row.may_cancel) {
            add("edit", "fa-pencil", _t("Edit"), () => outgoing.edit(row.id));
            add("cancel", "fa-ban", _t("Do not send"), () => this.cancel(row));
        }
        return actions;
    }

    /**
     * Where it lies among the mails that were not delivered.
     *
     * @param {import("../../messages_service/outgoing_state").OutgoingRow} row
     */
    async open(row) {
        await this.client.openFolder(specialPlace("imported"));
        await this.client.openMessage(row.copy_id);
    }

    /** @param {import("../../messages_service/outgoing_state").OutgoingRow} row */
    reschedule(row) {
        this.dialog.add(ScheduleDialog, {
            sendAt: row.send_at,
            onChosen: (sendAt) => this.client.outgoing.reschedule(row.id, sendAt),
        });
    }

    /** @param {import("../../messages_service/outgoing_state").OutgoingRow} row */
    cancel(row) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Do not send"),
            body: _t("“%s” will go back to the drafts.", this.subject(row)),
            confirmLabel: _t("Do not send"),
            confirm: () => {
                this.client.outgoing.cancel(row.id);
            },
            cancel: () => undefined,
        });
    }

    /** @param {import("../../messages_service/outgoing_state").OutgoingRow} row */
    discard(row) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Discard the draft"),
            body: _t("“%s” will be gone for good.", this.subject(row)),
            confirmLabel: _t("Discard"),
            confirm: () => {
                this.client.outgoing.discard(row.id);
            },
            cancel: () => undefined,
        });
    }

    onScroll() {
        const {el} = this.scroller;
        if (el.scrollHeight - el.scrollTop - el.clientHeight < NEXT_PAGE_AHEAD) {
            this.client.outgoing.loadMore();
        }
    }
}
