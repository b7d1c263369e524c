import {Component, useEffect, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";
import {AddressList} from "../address_list/address_list";
import {AttachmentCard} from "../attachment_card/attachment_card";
import {ContextPanel} from "../context_panel/context_panel";
import {MailToolbar} from "../mail_toolbar/mail_toolbar";
import {longDate} from "../message_list/message_date";

/**
 * One mail.
 *
 * The body comes from the server into a frame without scripts and without our
 * origin: nothing of the mail ever is in this document. A new address makes a new
 * frame, because a frame that is sent elsewhere leaves a step in the browser's
 * history, and "back" would then turn pages inside the mail.
 */
export class ReadingPane extends Component {
    static template = "crm_mail_accounts.ReadingPane";
    static components = {AddressList, AttachmentCard, ContextPanel, MailToolbar};
    static props = {
        isPhone: {type: Boolean, optional: true},
        /** Whether what the CRM knows is folded in here, for want of a column */
        foldsContext: {type: Boolean, optional: true},
    };

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.longDate = longDate;
        this.state = useState({frameLoading: true, contextOpen: false});
        useEffect(
            (frameUrl) => {
                this.state.frameLoading = Boolean(frameUrl);
            },
            () => [this.frameUrl]
        );
        useEffect(
            () => {
                this.state.contextOpen = false;
            },
            () => [this.store.openId]
        );
    }

    /** What the toolbar acts on */
    get rows() {
        const {row} = this.store.message;
        return row ? [row] : [];
    }

    get hasHead() {
        return this.props.isPhone || (this.rows.length > 0 && this.store.mayAct);
    }

    get subject() {
        const {row} = this.store.message;
        return (row && row.subject) || _t("(no subject)");
    }

    get sender() {
        const {row} = this.store.message;
        const from = row && row.from;
        return {
            name: (from && (from.name || from.email)) || _t("(unknown sender)"),
            email: from && from.name ? `<${from.email}>` : "",
        };
    }

    /** A reply address that is not simply the sender's is worth a line. */
    get replyTo() {
        const {data} = this.store.message;
        if (!data) {
            return [];
        }
        const sender = data.from ? data.from.email : "";
        return data.reply_to.filter((address) => address.email !== sender);
    }

    get initial() {
        return [...this.sender.name][0].toUpperCase();
    }

    /** One of a few colours, always the same for the same sender */
    get colour() {
        let sum = 0;
        for (const letter of this.sender.name) {
            sum += letter.codePointAt(0);
        }
        return sum % 6;
    }

    get frameUrl() {
        const {data, remoteShown} = this.store.message;
        if (!data) {
            return "";
        }
        if (!remoteShown) {
            return data.body_url;
        }
        return data.body_url + (data.body_url.includes("?") ? "&" : "?") + "remote=1";
    }

    get showsRemoteBar() {
        const {data, remoteShown} = this.store.message;
        return Boolean(data) && data.remote > 0 && !remoteShown;
    }

    /** What the folded panel says of itself: who wrote, and what hangs on it */
    get contextSummary() {
        const {data} = this.store.context;
        if (!data) {
            return "";
        }
        const parts = [];
        if (data.partner) {
            parts.push(data.partner.name);
        }
        const open = data.opportunities.length;
        if (open) {
            parts.push(open === 1 ? _t("1 opportunity") : _t("%s opportunities", open));
        }
        if (data.links.length) {
            parts.push(_t("%s linked", data.links.length));
        }
        return parts.join(" · ") || _t("Not a contact yet");
    }
}
