import {Component, onWillDestroy, useEffect, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";

import {useMailClient} from "../../messages_service/use_mail_client";

/** Milliseconds after which a try that nobody answered can be asked for again */
export const TRY_DELAY = 15000;

/** Why the mail of an account does not arrive, and the way to mend it. */
export class AccountBanner extends Component {
    static template = "crm_mail_accounts.AccountBanner";
    static props = {
        account: Object,
    };

    setup() {
        const {client} = useMailClient();
        this.client = client;
        this.state = useState({isTrying: false});
        this.timer = null;
        useEffect(
            () => this.endTry(),
            () => [this.props.account.health.message]
        );
        onWillDestroy(() => browser.clearTimeout(this.timer));
    }

    /** The outcome shows when the server has told another time, or nothing any more. */
    tryAgain() {
        this.state.isTrying = true;
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.endTry(), TRY_DELAY);
        return this.client.syncNow(this.props.account.id);
    }

    endTry() {
        browser.clearTimeout(this.timer);
        this.state.isTrying = false;
    }

    /** @returns {"connect"|"folders"|"settings"|""} what its owner can do about it */
    get repair() {
        const {owner, repair} = this.props.account;
        return owner ? "" : repair || "settings";
    }
}
