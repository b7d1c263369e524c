import {Component, onWillStart} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

import {useMailClient} from "../messages_service/use_mail_client";

/** Above this the envelope says "99+" */
const BADGE_MAX = 99;

/** The envelope in the top bar: how many mails are unread, and the way to them. */
export class MessagesSystray extends Component {
    static template = "crm_mail_accounts.MessagesSystray";
    static props = {};

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        onWillStart(() => {
            if (this.isVisible) {
                // Not awaited: the top bar does not wait for a mailbox.
                this.client.loadQuietly();
            }
        });
    }

    /** Only for whom the menu is there */
    get isVisible() {
        return Boolean(this.client.messagesMenu);
    }

    get badge() {
        const {unread} = this.store;
        return unread > BADGE_MAX ? `${BADGE_MAX}+` : String(unread);
    }

    get label() {
        const {unread} = this.store;
        if (!unread) {
            return _t("Messages");
        }
        return unread === 1
            ? _t("Messages, 1 unread")
            : _t("Messages, %s unread", unread);
    }
}

export const messagesSystray = {Component: MessagesSystray};

// Between the activities (20) and Discuss (25)
registry
    .category("systray")
    .add("crm_mail_accounts.messages", messagesSystray, {sequence: 24});
