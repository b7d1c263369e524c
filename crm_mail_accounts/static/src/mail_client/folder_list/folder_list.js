import {Component, useRef, useState} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {SPECIALS, rolePlace, specialPlace} from "../../messages_service/places";
import {useMailClient} from "../../messages_service/use_mail_client";
import {FilterDialog} from "../filter_dialog/filter_dialog";
import {useFolderDialogs} from "../folder_menu/folder_dialogs";
import {FolderMenu} from "../folder_menu/folder_menu";
import {SettingsDialog} from "../settings_dialog/settings_dialog";
import {folderIcon, placeIcon, placeName} from "./folder_name";
import {folderName} from "../../messages_service/folder_name";
import {MailDrop} from "./mail_drop";

const HEALTH_CLASSES = {
    ok: "text-success",
    syncing: "text-info",
    waiting: "text-warning",
    error: "text-danger",
};

/** Where a key leads from a line of the tree, branches left aside */
const MOVES = {
    ArrowDown: (items, index) => items[index + 1],
    ArrowUp: (items, index) => items[index - 1],
    ArrowRight: (items, index) => items[index + 1],
    ArrowLeft: (items, index, folder) =>
        items.find((item) => Number(item.dataset.folderId) === folder.parent_id),
    Home: (items) => items[0],
    End: (items) => items.at(-1),
};

/** Accounts with their folders. */
export class FolderList extends Component {
    static template = "crm_mail_accounts.FolderList";
    static components = {Dropdown, DropdownItem, FolderMenu};
    static props = {
        isPhone: {type: Boolean, optional: true},
    };

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.root = useRef("root");
        this.dialogs = useFolderDialogs();
        this.dialog = useService("dialog");
        this.folderIcon = folderIcon;
        this.folderName = folderName;
        /** The folder whose menu is open, and the one that mails are dragged over */
        this.state = useState({menuId: false, dropId: false});
        this.drop = new MailDrop(client, store, this.state);
        /** The one line of all trees that Tab reaches */
        this.focus = useState({folderId: false});
    }

    // ------------------------------------------------------------- what shows

    /** Accounts that the reader may set up: not those of which they are a delegate */
    get ownAccounts() {
        return this.store.accounts.filter((account) => !account.owner);
    }

    /** Mails that wait always have their line, mails that leave as long as there are any */
    get outgoingLines() {
        const {counts, kind} = this.store.outgoing;
        const lines = [
            {
                kind: "scheduled",
                name: _t("Scheduled"),
                icon: "fa-clock-o",
                count: counts.scheduled,
            },
            {
                kind: "outgoing",
                name: _t("Outgoing"),
                icon: "fa-share-square-o",
                count: counts.outgoing,
            },
            {
                kind: "drafts",
                name: _t("Drafts kept in Odoo"),
                icon: "fa-pencil-square-o",
                count: counts.drafts,
            },
            {
                kind: "undelivered",
                name: _t("Not delivered"),
                icon: "fa-undo",
                count: counts.undelivered,
            },
        ];
        return lines.filter(
            (line) => line.count || line.kind === "scheduled" || line.kind === kind
        );
    }

    /** @param {import("../../messages_service/mail_client_store").Folder} folder */
    isShown(folder) {
        return folder.id === this.store.folderId && !this.store.outgoing.kind;
    }

    /**
     * The folders of all mailboxes as one, and the special ones.
     *
     * @returns {{id: string, name: string, icon: string, count: number, isUnread: boolean, folders: object[]}[]}
     */
    get places() {
        const {store} = this;
        const unified = store.unifiedRoles.map((role) => {
            const folders = store.foldersOfRole(role);
            const count = folders.reduce((sum, folder) => sum + folder.unread, 0);
            return {id: rolePlace(role), count, isUnread: count > 0, folders};
        });
        const special = store.hasAccounts
            ? SPECIALS
            : SPECIALS.filter((name) => store.specials[name]);
        const others = special.map((name) => ({
            id: specialPlace(name),
            count: store.specials[name] || 0,
            isUnread: false,
            folders: [],
        }));
        return [...unified, ...others].map((place) => ({
            ...place,
            name: placeName(store, place.id),
            icon: placeIcon(place.id),
        }));
    }

    /** @param {import("../../messages_service/mail_client_store").Account} account */
    isOpen(account) {
        return !this.store.collapsed[`account-${account.id}`];
    }

    /** @param {import("../../messages_service/mail_client_store").Folder} folder */
    menuLabel(folder) {
        return _t("Menu of the folder %s", folderName(folder));
    }

    /**
     * The ids of what a screen reader says of a line.
     *
     * @param {import("../../messages_service/mail_client_store").Folder} folder
     */
    labelIds({id, unread, problem}) {
        const said = ["name", unread && "count", problem && "problem"].filter(Boolean);
        return said.map((part) => `o_crm_mail_folder_${part}_${id}`).join(" ");
    }

    /**
     * What a screen reader says of an account's buttons: a page has several of each.
     *
     * @param {import("../../messages_service/mail_client_store").Account} account
     */
    accountLabels({name}) {
        return {
            menu: _t("Menu of the mailbox %s", name),
            sync: _t("Synchronize now: %s", name),
            folders: _t("Folders of %s", name),
        };
    }

    /** @param {import("../../messages_service/mail_client_store").Account} account */
    healthClass(account) {
        return HEALTH_CLASSES[account.health.state] || "text-muted";
    }

    /** @param {import("../../messages_service/mail_client_store").Account} account */
    healthText(account) {
        const {state, message} = account.health;
        if (message) {
            return message;
        }
        const texts = {
            ok: _t("Connected"),
            syncing: _t("Synchronizing"),
            waiting: _t("Waiting for the next try"),
            error: _t("Not connected"),
        };
        return texts[state] || "";
    }

    /** @param {import("../../messages_service/mail_client_store").Account} account */
    isBusy(account) {
        return account.progress.running || account.health.state === "syncing";
    }

    /** @param {import("../../messages_service/mail_client_store").Account} account */
    percent(account) {
        const {indexed, total} = account.progress;
        return total ? Math.min(100, Math.round((indexed / total) * 100)) : 0;
    }

    /**
     * Tab comes to the open folder, or to the first line before one is open.
     *
     * @param {import("../../messages_service/mail_client_store").Folder} folder
     * @param {boolean} isFirst
     */
    tabIndex(folder, isFirst) {
        const place = this.focus.folderId || this.store.folderId;
        return folder.id === place || (!place && isFirst) ? 0 : -1;
    }

    // ------------------------------------------------------------ what it does

    /** @param {number} accountId */
    openFilters(accountId) {
        this.dialog.add(FilterDialog, {accountId});
    }

    openSettings() {
        this.dialog.add(SettingsDialog);
    }

    /** @param {string} placeId */
    openPlace(placeId) {
        if (placeId === this.store.placeId && !this.store.isSearching) {
            this.store.outgoing.close();
            this.store.showPane("list");
            this.client.refreshList();
        } else {
            this.store.closeMessage();
            this.client.openFolder(placeId);
        }
    }

    /** @param {import("../../messages_service/mail_client_store").Folder} folder */
    openFolder(folder) {
        this.focus.folderId = folder.id;
        if (!folder.selectable) {
            this.store.toggleBranch(`folder-${folder.id}`);
        } else if (folder.id === this.store.folderId && !this.store.isSearching) {
            this.store.outgoing.close();
            this.store.showPane("list");
            this.client.refreshList();
        } else {
            this.store.closeMessage();
            this.client.openFolder(folder.id);
        }
    }

    /** @param {import("../../messages_service/mail_client_store").Folder} folder */
    openMenu(folder) {
        this.focus.folderId = folder.id;
        this.state.menuId = this.dialogs.for(folder).length ? folder.id : false;
    }

    /** Back to the line, so that the keyboard goes on where it was */
    closeMenu() {
        const {menuId} = this.state;
        this.state.menuId = false;
        const line = this.root.el?.querySelector(`[data-folder-id='${menuId}']`);
        if (line) {
            line.focus({preventScroll: true});
        }
    }

    // --------------------------------------------------------------- the keys

    /**
     * The keys of a tree: up and down, right and left to open and shut a branch.
     *
     * @param {KeyboardEvent} ev
     */
    onTreeKeydown(ev) {
        const item = ev.target.closest("[role=treeitem]");
        if (!item || ev.altKey || ev.ctrlKey || ev.metaKey) {
            return;
        }
        const folder = this.store.getFolder(Number(item.dataset.folderId));
        if (ev.key === "Enter" || ev.key === " ") {
            this.openFolder(folder);
        } else if (ev.key === "ContextMenu" || (ev.key === "F10" && ev.shiftKey)) {
            this.openMenu(folder);
        } else if (ev.key in MOVES) {
            this.moveFocus(ev.key, item, folder);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    /**
     * @param {string} key
     * @param {HTMLElement} item
     * @param {import("../../messages_service/mail_client_store").Folder} folder
     */
    moveFocus(key, item, folder) {
        const expanded = item.getAttribute("aria-expanded");
        const turnsBranch =
            (key === "ArrowRight" && expanded === "false") ||
            (key === "ArrowLeft" && expanded === "true");
        if (turnsBranch) {
            this.store.toggleBranch(`folder-${folder.id}`);
            return;
        }
        if (key === "ArrowRight" && !expanded) {
            return;
        }
        const items = [...this.root.el.querySelectorAll("[role=treeitem]")];
        const next = MOVES[key](items, items.indexOf(item), folder);
        if (next) {
            this.focus.folderId = Number(next.dataset.folderId);
            next.focus();
        }
    }
}
