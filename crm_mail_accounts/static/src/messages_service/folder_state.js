import {LayoutState} from "./layout_state";
import {
    SPECIAL_PLACES,
    UNIFIED_ROLES,
    rolePlace,
    specialOf,
    specialPlace,
    unifiedRoleOf,
} from "./places";

/**
 * Accounts and folders: what there is, how it is, which place is open.
 *
 * Part of the store (`mail_client_store.js`).
 *
 * @typedef {import("./mail_client_store").Account} Account
 * @typedef {import("./mail_client_store").Folder} Folder
 */

export class FolderState extends LayoutState {
    constructor() {
        super();
        /** @type {"idle"|"loading"|"ready"|"error"} */
        this.boot = "idle";
        this.bootError = "";
        /** @type {Account[]} */
        this.accounts = [];
        /** @type {Folder[]} */
        this.folders = [];
        this.unread = 0;
        /** @type {{[accountId: number]: boolean}} whose full mailbox was taken note of */
        this.quotaHeard = {};
        /** @type {{[key: string]: boolean}} branches of the folder tree that are shut */
        this.collapsed = {};
        /** @type {{[name: string]: number}} how many mails the special folders have */
        this.specials = {};
        /** @type {import("./mail_client_store").PlaceId} what is open */
        this.placeId = false;
    }

    // ---------------------------------------------------------------- reading

    get hasAccounts() {
        return this.accounts.length > 0;
    }

    /** Whether there is anything to show: a mailbox, or what colleagues share */
    get hasMail() {
        return this.hasAccounts || this.specials.shared > 0;
    }

    get isIndexing() {
        return this.accounts.some((account) => account.progress.running);
    }

    /** No folder is open although one could be */
    get isWaiting() {
        return this.boot === "ready" && !this.placeId && Boolean(this.startPlaceId);
    }

    /** The open folder, when the place is one @returns {number|false} */
    get folderId() {
        return typeof this.placeId === "number" ? this.placeId : false;
    }

    /** The role whose folders of all mailboxes are open as one @returns {string} */
    get unifiedRole() {
        return unifiedRoleOf(this.placeId);
    }

    /** The folders whose mails are listed @returns {Folder[]} */
    get openFolders() {
        const {unifiedRole} = this;
        return unifiedRole
            ? this.foldersOfRole(unifiedRole)
            : [this.folder].filter(Boolean);
    }

    /** @returns {Folder|undefined} */
    get folder() {
        return this.folders.find((folder) => folder.id === this.folderId);
    }

    /** @returns {Account|undefined} of the open folder */
    get account() {
        return this.folder && this.getAccount(this.folder.account_id);
    }

    /**
     * @param {number} accountId
     * @returns {Account|undefined}
     */
    getAccount(accountId) {
        return this.accounts.find((account) => account.id === accountId);
    }

    /**
     * @param {number|false} folderId
     * @returns {Folder|undefined}
     */
    getFolder(folderId) {
        return this.folders.find((folder) => folder.id === folderId);
    }

    /**
     * Whether the reader may change a mailbox. An account that is not (yet) known
     * refuses nothing: the server does.
     *
     * @param {number} accountId
     */
    mayActIn(accountId) {
        const account = this.getAccount(accountId);
        return !account || account.may_act !== false;
    }

    /** Whether a mailbox is the reader's own: filters are its owner's alone. */
    isOwn(accountId) {
        const account = this.getAccount(accountId);
        return Boolean(account) && !account.owner;
    }

    /**
     * Whether a mailbox is kept in Odoo alone, and on no mail server.
     *
     * @param {number} accountId
     */
    isKept(accountId) {
        return this.getAccount(accountId)?.kind === "pop3";
    }

    /** Whether there is nothing to read here: all accounts are for sending only */
    get onlySends() {
        return (
            this.boot === "ready" &&
            this.hasAccounts &&
            this.accounts.every((account) => account.kind === "smtp")
        );
    }

    /**
     * @param {number} accountId
     * @param {string} role
     * @returns {Folder|undefined}
     */
    roleFolder(accountId, role) {
        return this.folders.find(
            (folder) =>
                folder.account_id === accountId &&
                folder.role === role &&
                folder.selectable &&
                !folder.local
        );
    }

    /**
     * The folders of an account as lines of a tree, without those under a shut
     * branch. A folder whose parent is not listed stands at the first level.
     *
     * @param {number} accountId
     * @param {{whole?: boolean}} [options] `whole`: shut branches as well
     * @returns {{folder: Folder, level: number, hasChildren: boolean, isOpen: boolean}[]}
     */
    folderTree(accountId, {whole = false} = {}) {
        const folders = this.folders.filter(
            (folder) => folder.account_id === accountId
        );
        const known = new Set(folders.map((folder) => folder.id));
        /** @type {Map<number|false, Folder[]>} */
        const children = new Map();
        for (const folder of folders) {
            const parent = known.has(folder.parent_id) ? folder.parent_id : false;
            children.set(parent, [...(children.get(parent) || []), folder]);
        }
        const lines = [];
        const walk = (parent, level) => {
            for (const folder of children.get(parent) || []) {
                const hasChildren = children.has(folder.id);
                const isShut = !whole && this.collapsed[`folder-${folder.id}`];
                const isOpen = hasChildren && !isShut;
                lines.push({folder, level, hasChildren, isOpen});
                if (isOpen) {
                    walk(folder.id, level + 1);
                }
            }
        };
        walk(false, 1);
        return lines;
    }

    /**
     * Where a reader starts: the inbox of the first account that is ready, else the
     * first folder that can be opened.
     *
     * @returns {number|false}
     */
    get startFolderId() {
        const ready = this.folders.filter((folder) => {
            const account = this.getAccount(folder.account_id);
            return folder.selectable && account && account.state === "ready";
        });
        const inbox = ready.find((folder) => folder.role === "inbox");
        return (inbox || ready[0] || {id: false}).id;
    }

    /**
     * The place where a reader starts: all inboxes where they are merged; without a
     * mailbox what colleagues share.
     *
     * @returns {import("./mail_client_store").PlaceId}
     */
    get startPlaceId() {
        const {startFolderId} = this;
        if (!this.accounts.length && this.specials.shared) {
            return specialPlace("shared");
        }
        const isInbox = startFolderId && this.getFolder(startFolderId).role === "inbox";
        return isInbox && this.unifiedRoles.includes("inbox")
            ? rolePlace("inbox")
            : startFolderId;
    }

    /** @param {string} role @returns {Folder[]} */
    foldersOfRole(role) {
        return this.folders.filter(
            (folder) => folder.role === role && folder.selectable && !folder.local
        );
    }

    /**
     * The roles that are shown as one folder over all mailboxes: where their owner
     * wants it, and more than one mailbox is ready.
     *
     * @returns {string[]}
     */
    get unifiedRoles() {
        const ready = this.accounts.filter((account) => account.state === "ready");
        return this.layout.merge && ready.length > 1
            ? UNIFIED_ROLES.filter((role) => this.foldersOfRole(role).length)
            : [];
    }

    /**
     * Whether there is such a place now.
     *
     * @param {import("./mail_client_store").PlaceId} placeId
     */
    hasPlace(placeId) {
        if (typeof placeId === "number") {
            const folder = this.getFolder(placeId);
            return Boolean(folder && folder.selectable);
        }
        const role = unifiedRoleOf(placeId);
        return role
            ? this.foldersOfRole(role).length > 0
            : SPECIAL_PLACES.includes(placeId);
    }

    // --------------------------------------------------- accounts and folders

    startBoot() {
        if (this.boot !== "ready") {
            this.boot = "loading";
        }
        this.bootError = "";
    }

    /** @param {{accounts: Account[], folders: Folder[], unread: number}} values */
    setBoot(values) {
        this.accounts = values.accounts;
        this.folders = values.folders;
        this.unread = values.unread;
        this.outgoing.setCounts(values);
        this.specials = values.specials || {};
        if (values.layout) {
            this.setLayout(values.layout);
        }
        this.boot = "ready";
        if (this.placeId && !this.hasPlace(this.placeId)) {
            this.leaveFolder();
        }
    }

    /** @param {string} error */
    failBoot(error) {
        // A client that already shows mail goes on showing it.
        if (this.boot !== "ready") {
            this.boot = "error";
            this.bootError = error;
        }
    }

    /**
     * @param {{accounts: Account[], folders: Partial<Folder>[], unread: number}} values
     * @returns {boolean} whether the counts of what is open moved
     */
    setProgress(values) {
        this.unread = values.unread;
        this.outgoing.setCounts(values);
        const special = specialOf(this.placeId);
        const specials = values.specials || {};
        let placeMoved =
            Boolean(special) && specials[special] !== this.specials[special];
        this.specials = specials;
        const openIds = new Set(this.openFolders.map((folder) => folder.id));
        for (const next of values.accounts || []) {
            const account = this.getAccount(next.id);
            if (account) {
                Object.assign(account, next);
            }
        }
        for (const next of values.folders || []) {
            const folder = this.getFolder(next.id);
            if (!folder) {
                continue;
            }
            if (openIds.has(folder.id)) {
                placeMoved ||= ["unread", "total", "indexed"].some(
                    (name) => name in next && folder[name] !== next[name]
                );
            }
            Object.assign(folder, next);
        }
        return placeMoved;
    }

    /**
     * Whether the values name accounts or folders that we do not show yet (or still
     * show though they are gone): then counts are not enough.
     *
     * @param {{accounts: Account[], folders: Partial<Folder>[]}} values
     * @returns {boolean}
     */
    knowsLessThan(values) {
        const differs = (ours, theirs) =>
            ours.length !== theirs.length ||
            theirs.some((next) => !ours.some((own) => own.id === next.id));
        return (
            differs(this.accounts, values.accounts || []) ||
            differs(this.folders, values.folders || [])
        );
    }

    /** @param {string} key "account-1" or "folder-7" */
    toggleBranch(key) {
        this.collapsed[key] = !this.collapsed[key];
    }

    /** @param {string} key as in {@link toggleBranch} */
    openBranch(key) {
        this.collapsed[key] = false;
    }

    /**
     * @param {number} folderId
     * @param {boolean} subscribed
     */
    setSubscribed(folderId, subscribed) {
        const folder = this.getFolder(folderId);
        if (folder) {
            folder.subscribed = subscribed;
        }
    }

    /**
     * Counts unread mails of a folder; those of one's own inboxes are on the envelope
     * in the top bar as well.
     *
     * @param {number|false} folderId
     * @param {number} step added, or taken off when negative
     */
    countUnread(folderId, step) {
        const folder = this.getFolder(folderId);
        if (!folder) {
            return;
        }
        const before = folder.unread;
        folder.unread = Math.max(0, before + step);
        const account = this.getAccount(folder.account_id);
        if (folder.role === "inbox" && account && !account.owner) {
            this.unread = Math.max(0, this.unread + folder.unread - before);
        }
    }

    /** @param {number} accountId */
    hearQuota(accountId) {
        this.quotaHeard[accountId] = true;
    }

    /** @param {number} accountId */
    startSync(accountId) {
        const account = this.getAccount(accountId);
        if (account && account.health.state !== "error") {
            account.health.state = "syncing";
        }
    }
}
