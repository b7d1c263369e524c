import {Component, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {Notebook} from "@web/core/notebook/notebook";
import {useService} from "@web/core/utils/hooks";

import {useMailClient} from "../../messages_service/use_mail_client";
import {FilterDialog} from "../filter_dialog/filter_dialog";

/** How the screen looks and what it tells of; each choice is kept at once. */
export class SettingsDialog extends Component {
    static template = "crm_mail_accounts.SettingsDialog";
    static components = {Dialog, Notebook};
    static props = {close: Function};

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.dialog = useService("dialog");
        this.state = useState({isDenied: false});
        this.title = _t("Settings of Messages");
    }

    get switches() {
        return [
            {
                name: "preview",
                label: _t("Preview"),
                help: _t("Show the beginning of each mail in the list."),
            },
            {
                name: "threads",
                label: _t("Thread view"),
                help: _t("Show a conversation as one row."),
            },
            {
                name: "merge",
                label: _t("Merge account folders"),
                help: _t("Show the inboxes of all accounts as one, and so on."),
            },
        ];
    }

    get choices() {
        return [
            {
                name: "density",
                label: _t("Density"),
                options: [
                    ["comfortable", _t("Comfortable")],
                    ["compact", _t("Compact")],
                ],
            },
            {
                name: "pane",
                label: _t("Reading pane"),
                options: [
                    ["right", _t("Right")],
                    ["below", _t("Below")],
                    ["off", _t("Off")],
                ],
            },
        ];
    }

    /** What there is to set up of an account, and the way there */
    get pages() {
        const page = (method, name) => ({
            method,
            name,
            open: (accountId) => this.client[method](accountId),
        });
        return [
            page("openSetup", _t("Account")),
            page("openFolderMapping", _t("Folders")),
            {
                method: "filters",
                name: _t("Filters"),
                open: (accountId) => this.dialog.add(FilterDialog, {accountId}),
            },
            {
                method: "away",
                name: _t("Out of office"),
                open: (accountId) => this.client.filters.openAway(accountId),
            },
            page("openPop3", _t("POP3")),
            page("openAccount", _t("Signature, delegates and more")),
        ];
    }

    /** Accounts that the reader may set up: not those of which they are a delegate */
    get ownAccounts() {
        return this.store.accounts.filter((account) => !account.owner);
    }

    /**
     * @param {string} name
     * @param {any} value
     */
    save(name, value) {
        return this.client.saveLayout({[name]: value});
    }

    /** The browser asks the reader, too, and only when they have just clicked. */
    async onNotify(ev) {
        const wanted = ev.target.checked;
        const {Notification} = browser;
        if (wanted && Notification && Notification.permission !== "granted") {
            this.state.isDenied =
                (await Notification.requestPermission()) !== "granted";
        }
        await this.save("notify", wanted);
    }

    /**
     * @param {(accountId?: number) => any} open
     * @param {number} [accountId]
     */
    leave(open, accountId) {
        this.props.close();
        open(accountId);
    }

    addAccount() {
        this.leave(() => this.client.openSetup());
    }
}
