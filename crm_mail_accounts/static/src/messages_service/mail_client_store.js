import {reactive} from "@odoo/owl";

/**
 * What the mail client shows, and nothing else: no RPC, no DOM, no words.
 *
 * The service (`mail_client_service.js`) brings values in, the components read
 * them. Every change of state is one method here, so that a test can play a whole
 * morning of mail without a server.
 *
 * Invariants:
 * - `list.rows` is one run of mails without a gap, newest first; `list.before` is
 *   the place from which the next (older) page is asked, or false at the end.
 * - an answer that comes late never overwrites what the reader chose meanwhile:
 *   the methods that bring answers in take the id they were asked for.
 * - `message.row` stays what it was while the list below it changes.
 *
 * @typedef {{indexed: number, total: number, running: boolean}} Progress
 * @typedef {{state: "ok"|"syncing"|"waiting"|"error", message: string, at: string|false}} Health
 * @typedef {{percent: number, warning: string}} Quota
 * @typedef {{id: number, name: string, email: string, state: "mapping"|"ready", owner: string|false, repair: "connect"|"folders"|"", may_act: boolean, quota: Quota|false, health: Health, progress: Progress}} Account
 * @typedef {{id: number, account_id: number, parent_id: number|false, name: string, path: string, role: string, local: boolean, selectable: boolean, unread: number, total: number, indexed: number, monitored: boolean}} Folder
 * @typedef {{name: string, email: string}} Address
 * @typedef {{id: number, model: string, res_id: number, name: string, model_label: string}} Link
 * @typedef {{id: number, folder_id: number, account_id: number, subject: string, from: Address, to: Address[], date: string, seen: boolean, flagged: boolean, answered: boolean, forwarded: boolean, draft: boolean, has_attachments: boolean, preview: string, size: number, unreadable: boolean, links: Link[]}} Row
 * @typedef {{number: string|number, filename: string, content_type: string, size: number, url: string}} Attachment
 * @typedef {Row & {cc: Address[], reply_to: Address[], body_url: string, remote: number, attachments: Attachment[]}} Message
 * @typedef {{id: number, name: string, stage: string, expected_revenue: string, salesperson: string, link_id: number|false}} Opportunity
 * @typedef {{id: number, name: string, company_name: string, 'function': string, email: string, phone: string, avatar_url: string}} Partner
 * @typedef {{partner: Partner|false, sender: Address, opportunities: Opportunity[], links: Link[]}} MessageContext
 * @typedef {[string, number]|false} Cursor place in a folder: the next page is older than it
 * @typedef {{rows: Row[], before: Cursor, total: number, indexed: number}} Page
 * @typedef {"folders"|"list"|"message"} Pane the one pane that a phone shows
 */

export const OPPORTUNITY_MODEL = "crm.lead";

function emptyList() {
    return {
        /** @type {"idle"|"loading"|"ready"|"error"} */
        status: "idle",
        error: "",
        /** @type {Row[]} */
        rows: [],
        /** @type {Cursor} */
        before: false,
        total: 0,
        indexed: 0,
        loadingMore: false,
        moreError: "",
    };
}

function emptyMessage() {
    return {
        /** @type {"none"|"loading"|"ready"|"error"} */
        status: "none",
        error: "",
        /** @type {Row|null} what the header shows while the body is on its way */
        row: null,
        /** @type {Message|null} */
        data: null,
        remoteShown: false,
    };
}

function emptyContext() {
    return {
        /** @type {"none"|"loading"|"ready"|"error"} */
        status: "none",
        error: "",
        /** @type {MessageContext|null} */
        data: null,
    };
}

/**
 * The order of the list: newest first, and the younger id first within a second.
 *
 * @param {Row} row
 * @param {Row} other
 * @returns {boolean}
 */
function isOlder(row, other) {
    return row.date < other.date || (row.date === other.date && row.id < other.id);
}

export class MailClientStore {
    constructor() {
        /** @type {"idle"|"loading"|"ready"|"error"} */
        this.boot = "idle";
        this.bootError = "";
        this.online = true;
        /** @type {Account[]} */
        this.accounts = [];
        /** @type {Folder[]} */
        this.folders = [];
        this.unread = 0;
        /** @type {{[accountId: number]: boolean}} whose full mailbox was taken note of */
        this.quotaHeard = {};
        /** @type {{[key: string]: boolean}} branches of the folder tree that are shut */
        this.collapsed = {};
        /** @type {number|false} */
        this.folderId = false;
        this.list = emptyList();
        /** @type {number|false} the row that the keyboard stands on */
        this.cursorId = false;
        /** @type {number|false} the mail in the reading pane */
        this.openId = false;
        this.message = emptyMessage();
        this.context = emptyContext();
        /** @type {Pane} */
        this.pane = "list";
        /** New mails for the ear; `serial` makes two equal counts two announcements */
        this.arrival = {count: 0, serial: 0};
    }

    // ---------------------------------------------------------------- reading

    get hasAccounts() {
        return this.accounts.length > 0;
    }

    get isIndexing() {
        return this.accounts.some((account) => account.progress.running);
    }

    /** No folder is open although one could be */
    get isWaiting() {
        return this.boot === "ready" && !this.folderId && Boolean(this.startFolderId);
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

    /** Whether the reader may change the mailbox that the open mail lies in */
    get mayAct() {
        const row = this.message.row || this.message.data;
        const account = row && this.getAccount(row.account_id);
        return !account || account.may_act !== false;
    }

    /**
     * @param {number|false} folderId
     * @returns {Folder|undefined}
     */
    getFolder(folderId) {
        return this.folders.find((folder) => folder.id === folderId);
    }

    /**
     * The folders of an account as lines of a tree, without those under a shut
     * branch. A folder whose parent is not listed stands at the first level.
     *
     * @param {number} accountId
     * @returns {{folder: Folder, level: number, hasChildren: boolean, isOpen: boolean}[]}
     */
    folderTree(accountId) {
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
                const isOpen = hasChildren && !this.collapsed[`folder-${folder.id}`];
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

    /** @returns {Row|undefined} */
    get cursorRow() {
        return this.list.rows.find((row) => row.id === this.cursorId);
    }

    /**
     * The row that lies `step` rows below the cursor (above it when negative), kept
     * inside the list.
     *
     * @param {number} step
     * @returns {Row|undefined}
     */
    neighbour(step) {
        const {rows} = this.list;
        const index = rows.findIndex((row) => row.id === this.cursorId);
        if (index === -1) {
            return rows[0];
        }
        return rows[Math.min(Math.max(index + step, 0), rows.length - 1)];
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
        this.boot = "ready";
        if (this.folderId && !this.getFolder(this.folderId)) {
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
     * @returns {boolean} whether the counts of the open folder moved
     */
    setProgress(values) {
        this.unread = values.unread;
        for (const next of values.accounts || []) {
            const account = this.getAccount(next.id);
            if (account) {
                Object.assign(account, next);
            }
        }
        let openFolderMoved = false;
        for (const next of values.folders || []) {
            const folder = this.getFolder(next.id);
            if (!folder) {
                continue;
            }
            if (folder.id === this.folderId) {
                openFolderMoved = ["unread", "total", "indexed"].some(
                    (name) => name in next && folder[name] !== next[name]
                );
            }
            Object.assign(folder, next);
        }
        return openFolderMoved;
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

    // ------------------------------------------------------------------- list

    /** @param {number} folderId */
    startFolder(folderId) {
        this.folderId = folderId;
        this.list = emptyList();
        this.list.status = "loading";
        this.cursorId = false;
        this.pane = "list";
    }

    leaveFolder() {
        this.folderId = false;
        this.list = emptyList();
        this.cursorId = false;
        this.closeMessage();
    }

    /**
     * @param {number} folderId the folder that was asked for
     * @param {Page} page
     */
    setFirstPage(folderId, page) {
        if (folderId !== this.folderId) {
            return;
        }
        const {rows, before, total, indexed} = page;
        Object.assign(this.list, {rows, before, total, indexed});
        this.list.status = "ready";
        this.list.error = "";
        this.list.moreError = "";
    }

    /**
     * @param {number} folderId
     * @param {string} error
     */
    failFolder(folderId, error) {
        if (folderId === this.folderId) {
            this.list.status = "error";
            this.list.error = error;
        }
    }

    /** @returns {boolean} whether an older page may be asked for now */
    startMore() {
        const {status, before, loadingMore} = this.list;
        if (status !== "ready" || !before || loadingMore) {
            return false;
        }
        this.list.loadingMore = true;
        this.list.moreError = "";
        return true;
    }

    /**
     * @param {number} folderId
     * @param {Page} page
     */
    addPage(folderId, page) {
        if (folderId !== this.folderId) {
            return;
        }
        const known = new Set(this.list.rows.map((row) => row.id));
        this.list.rows.push(...page.rows.filter((row) => !known.has(row.id)));
        this.list.before = page.before;
        this.list.total = page.total;
        this.list.indexed = page.indexed;
        this.list.loadingMore = false;
    }

    /**
     * @param {number} folderId
     * @param {string} error
     */
    failMore(folderId, error) {
        if (folderId === this.folderId) {
            this.list.loadingMore = false;
            this.list.moreError = error;
        }
    }

    /**
     * Lays a fresh first page over the list. Rows that both know are replaced, new
     * ones come in, those that left the server's page go. Rows older than the page
     * stay, but only when the page reaches down to a row that we had: otherwise
     * mails between the two are unknown and the list starts again from the page.
     *
     * @param {number} folderId
     * @param {Page} page
     * @returns {number} unread mails that came in above the newest one we had
     */
    mergeFirstPage(folderId, page) {
        if (folderId !== this.folderId) {
            return 0;
        }
        const {rows: ours, before} = this.list;
        const knownIds = new Set(ours.map((row) => row.id));
        const pageIds = new Set(page.rows.map((row) => row.id));
        const firstKnown = page.rows.findIndex((row) => knownIds.has(row.id));
        const tail =
            page.before && firstKnown !== -1
                ? ours.filter(
                      (row) => !pageIds.has(row.id) && isOlder(row, page.rows.at(-1))
                  )
                : [];
        const rows = [...page.rows, ...tail];
        // "This was the end of the folder" must still be true to be kept.
        const isWhole = before || rows.length >= page.indexed;
        if (tail.length && isWhole) {
            this.list.rows = rows;
        } else {
            this.list.rows = page.rows;
            this.list.before = page.before;
        }
        this.list.total = page.total;
        this.list.indexed = page.indexed;
        this.list.status = "ready";
        this.list.error = "";
        for (const row of page.rows) {
            this.patchOpenMessage(row);
        }
        const fresh = firstKnown === -1 ? [] : page.rows.slice(0, firstKnown);
        return fresh.filter((row) => !row.seen).length;
    }

    /** @param {number} count */
    announceArrival(count) {
        this.arrival = {count, serial: this.arrival.serial + 1};
    }

    /** @param {number|false} messageId */
    setCursor(messageId) {
        this.cursorId = messageId;
    }

    // ---------------------------------------------------------------- reading

    /** @param {number} messageId */
    startMessage(messageId) {
        const row = this.list.rows.find((candidate) => candidate.id === messageId);
        this.openId = messageId;
        this.cursorId = messageId;
        this.message = emptyMessage();
        this.message.status = "loading";
        this.message.row = row || null;
        this.context = emptyContext();
        this.context.status = "loading";
        this.pane = "message";
    }

    /** @param {Message} message */
    setMessage(message) {
        if (message.id !== this.openId) {
            return;
        }
        this.message.status = "ready";
        this.message.row = message;
        this.message.data = message;
        const index = this.list.rows.findIndex((row) => row.id === message.id);
        if (index !== -1) {
            const row = this.list.rows[index];
            for (const name of Object.keys(row)) {
                if (name in message) {
                    row[name] = message[name];
                }
            }
        }
    }

    /**
     * @param {number} messageId
     * @param {string} error
     */
    failMessage(messageId, error) {
        if (messageId === this.openId) {
            this.message.status = "error";
            this.message.error = error;
        }
    }

    closeMessage() {
        this.openId = false;
        this.message = emptyMessage();
        this.context = emptyContext();
        if (this.pane === "message") {
            this.pane = "list";
        }
    }

    showRemote() {
        this.message.remoteShown = true;
    }

    /**
     * Flags and links of the open mail follow the list.
     *
     * @param {Row} row
     */
    patchOpenMessage(row) {
        const {data} = this.message;
        if (data && data.id === row.id) {
            for (const name of ["seen", "flagged", "answered", "forwarded", "links"]) {
                data[name] = row[name];
            }
        }
    }

    // ---------------------------------------------------------------- context

    /** @param {number} messageId */
    startContext(messageId) {
        if (messageId === this.openId) {
            this.context.status = "loading";
            this.context.error = "";
        }
    }

    /**
     * @param {number} messageId
     * @param {MessageContext} context
     */
    setContext(messageId, context) {
        if (messageId === this.openId) {
            this.context.status = "ready";
            this.context.data = context;
        }
    }

    /**
     * @param {number} messageId
     * @param {string} error
     */
    failContext(messageId, error) {
        if (messageId === this.openId) {
            this.context.status = "error";
            this.context.error = error;
        }
    }

    /**
     * @param {number} messageId
     * @param {Link} link
     */
    addLink(messageId, link) {
        const add = (links) => {
            if (!links.some((known) => known.id === link.id)) {
                links.push(link);
            }
        };
        const row = this.list.rows.find((candidate) => candidate.id === messageId);
        if (row) {
            add(row.links);
        }
        if (messageId !== this.openId) {
            return;
        }
        if (this.message.data) {
            add(this.message.data.links);
        }
        if (this.context.data) {
            add(this.context.data.links);
            if (link.model === OPPORTUNITY_MODEL) {
                for (const opportunity of this.context.data.opportunities) {
                    if (opportunity.id === link.res_id) {
                        opportunity.link_id = link.id;
                    }
                }
            }
        }
    }

    /** @param {number} linkId */
    removeLink(linkId) {
        const drop = (owner) => {
            if (owner && owner.links.some((link) => link.id === linkId)) {
                owner.links = owner.links.filter((link) => link.id !== linkId);
            }
        };
        this.list.rows.forEach(drop);
        drop(this.message.data);
        drop(this.context.data);
        if (this.context.data) {
            for (const opportunity of this.context.data.opportunities) {
                if (opportunity.link_id === linkId) {
                    opportunity.link_id = false;
                }
            }
        }
    }

    // ------------------------------------------------------------------ shell

    /** @param {Pane} pane */
    showPane(pane) {
        this.pane = pane;
    }

    /** @param {boolean} online */
    setOnline(online) {
        this.online = online;
    }
}

/** @returns {MailClientStore} */
export function makeMailClientStore() {
    return reactive(new MailClientStore());
}
