import {Component} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {useMailClient} from "../../messages_service/use_mail_client";
import {AttachmentDialog} from "../attachment_dialog/attachment_dialog";
import {FilterDialog} from "../filter_dialog/filter_dialog";
import {HeadersDialog} from "../headers_dialog/headers_dialog";
import {useMailActions} from "../mail_toolbar/use_mail_actions";
import {VisibilityDialog} from "../visibility_dialog/visibility_dialog";

/** What else there is of one mail: its header, its source, on paper, as a file. */
export class MessageMenu extends Component {
    static template = "crm_mail_accounts.MessageMenu";
    static components = {Dropdown, DropdownItem};
    static props = {
        message: Object,
        /** Whether it also has what can be done with this mail of a conversation */
        hasActions: {type: Boolean, optional: true},
    };

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.mailActions = useMailActions();
        this.dialog = useService("dialog");
    }

    /** But for those that the menu has of its own */
    get actions() {
        const {hasActions, message} = this.props;
        return hasActions
            ? this.mailActions.for([message]).filter(({name}) => name !== "filter")
            : [];
    }

    get base() {
        return `/crm_mail_accounts/message/${this.props.message.id}`;
    }

    /** Paper shows the pictures that the screen shows. */
    get printUrl() {
        const {message} = this.props;
        const view = this.store.viewOf(message.id);
        const showsRemote = message.trusted || (view && view.remoteShown);
        return `${this.base}/print${showsRemote ? "?remote=1" : ""}`;
    }

    get sourceUrl() {
        return `${this.base}/source`;
    }

    print() {
        browser.open(this.printUrl, "_blank", "noopener");
    }

    /** The server says that it is a file: the new tab closes by itself. */
    download() {
        browser.open(this.sourceUrl, "_blank", "noopener");
    }

    showHeaders() {
        this.dialog.add(HeadersDialog, {messageId: this.props.message.id});
    }

    /** Filters are their owner's alone. */
    get mayFilter() {
        return this.store.isOwn(this.props.message.account_id);
    }

    /** It is said of the conversation, by who acts in its mailbox. */
    get maySetVisibility() {
        const {message} = this.props;
        return Boolean(message.thread_id) && this.store.mayActOn([message]);
    }

    setVisibility() {
        this.dialog.add(VisibilityDialog, {messageId: this.props.message.id});
    }

    get showsImagesAlways() {
        const {trusted, remote} = this.props.message;
        return Boolean(trusted && remote);
    }

    askForImages() {
        return this.client.reading.trustSender(this.props.message, false);
    }

    filterLikeThis() {
        const {account_id: accountId, id} = this.props.message;
        this.dialog.add(FilterDialog, {accountId, messageId: id});
    }

    showSource() {
        this.dialog.add(AttachmentDialog, {
            name: _t("Source"),
            kind: "text",
            viewUrl: `${this.sourceUrl}?view=1`,
            downloadUrl: this.sourceUrl,
        });
    }
}
