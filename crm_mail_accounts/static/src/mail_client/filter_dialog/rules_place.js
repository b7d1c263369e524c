import {Component, onMounted, onWillDestroy, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {useMailClient} from "../../messages_service/use_mail_client";

/** Milliseconds between two looks at rules that are being moved */
export const MOVING_PERIOD = 3000;

/** Where the filters and the out of office of a mailbox run, and the switch. */
export class RulesPlace extends Component {
    static template = "crm_mail_accounts.RulesPlace";
    static props = {
        accountId: Number,
        /** Gets what is known, whenever it was asked */
        onPlace: Function,
    };

    setup() {
        const {client} = useMailClient();
        this.filters = client.filters;
        this.dialog = useService("dialog");
        this.timer = null;
        this.state = useState({
            /** @type {import("../../messages_service/filter_actions").RulesPlace|null} */
            place: null,
            refusal: "",
            isAsking: false,
        });
        // Not before: an answer that changes a dialog that is being drawn begins it, and
        // this, anew.
        onMounted(() => {
            this.look();
        });
        onWillDestroy(() => {
            this.isGone = true;
            browser.clearTimeout(this.timer);
        });
    }

    get isHere() {
        return this.state.place.engine === "here";
    }

    async look() {
        this.take(await this.filters.place(this.props.accountId));
    }

    /** @param {import("../../messages_service/filter_actions").Answer} answer */
    take(answer) {
        if (this.isGone) {
            return;
        }
        if (answer.failed) {
            this.state.refusal = answer.sentence;
            return;
        }
        this.state.place = answer.value;
        this.props.onPlace(answer.value);
        browser.clearTimeout(this.timer);
        if (answer.value.moving) {
            this.timer = browser.setTimeout(() => this.look(), MOVING_PERIOD);
        }
    }

    /** @param {"here"|"server"} engine */
    async runAt(engine) {
        Object.assign(this.state, {refusal: "", isAsking: true});
        this.take(await this.filters.runAt(this.props.accountId, engine));
        this.state.isAsking = false;
    }

    toServer() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Run on the mail server"),
            body: _t(
                "All filters and the out of office of this mailbox will run on its mail server, also while Odoo is down. Nothing of your own scripts there is changed."
            ),
            confirmLabel: _t("Run on the mail server"),
            confirm: () => this.runAt("server"),
            cancel: () => undefined,
        });
    }
}
