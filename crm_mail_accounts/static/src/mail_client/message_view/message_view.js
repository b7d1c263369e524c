import {Component, useEffect, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {isDarkTheme, pageAddress} from "../../messages_service/theme";
import {useMailClient} from "../../messages_service/use_mail_client";
import {AddressList} from "../address_list/address_list";
import {AttachmentBar} from "../attachment_bar/attachment_bar";
import {CommentPanel} from "../comment_panel/comment_panel";
import {DeliveryReport} from "../delivery_report/delivery_report";
import {DraftNote} from "../draft_note/draft_note";
import {FilterDialog} from "../filter_dialog/filter_dialog";
import {InvitationCard} from "../invitation_card/invitation_card";
import {longDate} from "../message_list/message_date";
import {MessageMenu} from "../message_menu/message_menu";
import {ReplyBar} from "../reply_bar/reply_bar";
import {FOLLOWS_CONTENT, useFrameWidth} from "./use_frame_width";

/**
 * One mail, as it is read: who, when, what speaks against it, its files, its text.
 *
 * The body comes from the server into a frame without scripts and without our
 * origin: nothing of the mail ever is in this document. A new address makes a new
 * frame, because a frame that is sent elsewhere leaves a step in the browser's
 * history, and "back" would then turn pages inside the mail.
 */
export class MessageView extends Component {
    static template = "crm_mail_accounts.MessageView";
    static components = {
        AddressList,
        AttachmentBar,
        CommentPanel,
        DeliveryReport,
        DraftNote,
        InvitationCard,
        MessageMenu,
        ReplyBar,
    };
    static props = {
        /** What is known of it before its text has come */
        row: {type: [Object, {value: null}]},
        view: Object,
        isPhone: {type: Boolean, optional: true},
        /** One of several in a conversation: it has actions of its own and folds */
        onFold: {type: Function, optional: true},
        onRetry: Function,
    };

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.longDate = longDate;
        this.dialog = useService("dialog");
        this.state = useState({frameLoading: true, quotesShown: false});
        this.frame = useFrameWidth();
        useEffect(
            (frameUrl) => {
                this.state.frameLoading = Boolean(frameUrl);
            },
            () => [this.frameUrl]
        );
    }

    get data() {
        return this.props.view.data;
    }

    get sender() {
        const {row} = this.props;
        const from = row && row.from;
        return {
            name: (from && (from.name || from.email)) || _t("(unknown sender)"),
            email: from && from.name ? `<${from.email}>` : "",
        };
    }

    /** A reply address that is not simply the sender's is worth a line. */
    get replyTo() {
        const {data} = this;
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

    get showsRemote() {
        return this.props.view.remoteShown || Boolean(this.data.trusted);
    }

    get frameUrl() {
        const {data} = this;
        if (!data) {
            return "";
        }
        const parameters = [];
        if (this.showsRemote) {
            parameters.push("remote=1");
        }
        if (data.quoted && FOLLOWS_CONTENT) {
            parameters.push(this.state.quotesShown ? "quotes=shown" : "quotes=hidden");
        }
        return pageAddress(data.body_url, ...parameters);
    }

    /** A sheet in a dark theme; what has no looks of its own lies on the theme's ground. */
    get paperClass() {
        if (!isDarkTheme()) {
            return "";
        }
        return this.data.paper ? "o_crm_mail_frame_sheet" : "o_crm_mail_frame_dark";
    }

    /** A frame whose document opens its quotes itself needs no button. */
    get hasQuotesButton() {
        return FOLLOWS_CONTENT && Boolean(this.data.quoted);
    }

    get showsRemoteBar() {
        return this.data.remote > 0 && !this.showsRemote;
    }

    /** Whoever may be somebody else is not trusted for the future. */
    get mayTrust() {
        const {from, warnings = []} = this.data;
        return Boolean(from.email) && !warnings.some(({level}) => level === "danger");
    }

    onFrameLoad() {
        this.state.frameLoading = false;
        this.frame.onLoad();
    }

    /** A new frame for a new address, and for another width */
    get frameKey() {
        return `${this.frameUrl} ${this.frame.state.serial}`;
    }

    get frameBoxStyle() {
        const {height} = this.frame.state;
        return height ? `min-height: ${height}px` : "";
    }

    /** Where the height cannot follow: about as many lines as the mail has */
    get frameStyle() {
        return `--o-crm-mail-lines: ${Math.min(Math.max(this.data.lines || 1, 5), 400)}`;
    }

    /** Deleted from its mailbox, or never in one: of a colleague's nothing is told. */
    get isImported() {
        const {folder_id: folderId, links, shared} = this.data;
        return !folderId && !shared && links.length > 0;
    }

    /** The filter that has put it here, to be looked at. */
    openFilter() {
        const {account_id: accountId, filed_by_id: filterId} = this.data;
        this.dialog.add(FilterDialog, {accountId, filterId});
    }

    /** What only tells something is no alarm. @param {{level: string}} warning */
    warningClass({level}) {
        return level === "info"
            ? "o_crm_mail_note"
            : `alert alert-${level} mb-0 rounded-0 border-0`;
    }

    /** @param {{level: string}} warning */
    warningIcon({level}) {
        return {
            danger: "fa-exclamation-triangle",
            warning: "fa-exclamation-circle",
            info: "fa-info-circle",
        }[level];
    }
}
