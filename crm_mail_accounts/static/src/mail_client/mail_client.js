import {
    Component,
    onWillDestroy,
    onWillStart,
    useEffect,
    useExternalListener,
    useState,
} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {SIZES} from "@web/core/ui/ui_service";
import {useService} from "@web/core/utils/hooks";

import {useMailClient} from "../messages_service/use_mail_client";
import {AccountBanner} from "./account_banner/account_banner";
import {AwayBanner} from "./away_banner/away_banner";
import {ContextPanel} from "./context_panel/context_panel";
import {FolderList} from "./folder_list/folder_list";
import {MessageList} from "./message_list/message_list";
import {PANE_LIMITS, usePaneSizes} from "./pane_splitter/pane_sizes";
import {PaneSplitter} from "./pane_splitter/pane_splitter";
import {OutgoingList} from "./outgoing_list/outgoing_list";
import {ReadingPane} from "./reading_pane/reading_pane";
import {useMailKeys} from "./use_mail_keys";
import {Welcome} from "./welcome/welcome";

/**
 * The screen "Messages": folders, list, mail, and what the CRM knows beside it.
 *
 * Wide: four columns. Middle: what the CRM knows folds into the reading pane. Narrow:
 * a mail takes the place of the list. Phone: one pane at a time, each with a way back.
 */
export class MailClient extends Component {
    static template = "crm_mail_accounts.MailClient";
    static components = {
        AccountBanner,
        AwayBanner,
        ContextPanel,
        FolderList,
        MessageList,
        OutgoingList,
        PaneSplitter,
        ReadingPane,
        Welcome,
    };
    static props = {
        className: {type: String, optional: true},
        place: {
            type: Object,
            optional: true,
            shape: {
                folderId: {type: [Number, String, Boolean], optional: true},
                messageId: {type: [Number, Boolean], optional: true},
                threadId: {type: [Number, Boolean], optional: true},
            },
        },
        onPlaceChanged: {type: Function, optional: true},
    };
    static defaultProps = {className: ""};

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.ui = useState(useService("ui"));
        this.paneSizes = usePaneSizes();
        this.paneLimits = PANE_LIMITS;
        useMailKeys();
        // Not awaited: the frame of the screen appears at once, its parts fill up.
        onWillStart(() => {
            this.client.enter(this.props.place);
        });
        onWillDestroy(() => this.client.leave());
        useEffect(
            (folderId, messageId) => {
                if (folderId) {
                    this.props.onPlaceChanged?.({folderId, messageId});
                }
            },
            () => [this.store.placeId, this.store.openId]
        );
        useExternalListener(window, "visibilitychange", () => {
            if (document.visibilityState === "visible") {
                this.client.lookAgain();
            }
        });
    }

    get isPhone() {
        return this.ui.isSmall;
    }

    /** Whether there is room for a fourth column */
    get isWide() {
        return this.ui.size >= SIZES.XL;
    }

    /** An account whose folders must be mapped before there is anything to show */
    get unmappedAccount() {
        const {boot, startFolderId, accounts} = this.store;
        return boot === "ready" && !startFolderId
            ? accounts.find((account) => account.state === "mapping" && !account.owner)
            : undefined;
    }

    /** Whether the place of the list tells that there is no mailbox to read */
    get showsSendingOnly() {
        const {onlySends, outgoing, placeId} = this.store;
        return onlySends && !placeId && !outgoing.kind;
    }

    get troubledAccounts() {
        return this.store.accounts.filter(
            (account) => account.health.state === "error"
        );
    }

    get awayAccounts() {
        return this.store.accounts.filter((account) => account.away);
    }

    /** Accounts that run full, as long as the reader has not heard of it */
    get crowdedAccounts() {
        return this.store.accounts.filter(
            ({id, quota}) => quota && quota.warning && !this.store.quotaHeard[id]
        );
    }

    /** Where a mail is read: where two panes have no room it takes the list's place */
    get pane() {
        const {pane} = this.store.layout;
        const isNarrow = this.ui.size < SIZES.LG && pane === "right";
        return this.isPhone || isNarrow ? "off" : pane;
    }

    /** @param {"folders"|"list"|"message"} pane */
    shows(pane) {
        const {store} = this;
        if (this.isPhone) {
            return store.pane === pane;
        }
        if (this.pane !== "off" || pane === "folders") {
            return true;
        }
        return (pane === "message") === (store.pane === "message");
    }

    get arrivalText() {
        const {count} = this.store.arrival;
        if (!count) {
            return "";
        }
        return count === 1 ? _t("1 new message") : _t("%s new messages", count);
    }
}

registry
    .category("lazy_components")
    .add("crm_mail_accounts.MailClient", MailClient, {force: true});
