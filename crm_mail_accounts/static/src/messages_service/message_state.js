import {ListState} from "./list_state";

/**
 * The mail in the reading pane, and what the CRM knows beside it.
 *
 * @typedef {import("./mail_client_store").Row} Row
 * @typedef {import("./mail_client_store").Message} Message
 * @typedef {{id: number, person: import("./team_state").Person, may_take: boolean}} DraftBy
 * @typedef {DraftBy & {date: string, subject: string, preview: string}} Draft
 * @typedef {import("./mail_client_store").MessageContext} MessageContext
 * @typedef {import("./mail_client_store").Link} Link
 */

export const OPPORTUNITY_MODEL = "crm.lead";
export const TASK_MODEL = "project.task";

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

function emptyThread() {
    return {
        /** @type {number|false} the conversation that the open mail is shown in */
        id: false,
        /** @type {"none"|"loading"|"ready"|"error"} */
        status: "none",
        error: "",
        /** @type {Row[]} its mails in all folders, oldest first */
        rows: [],
        /** @type {Draft[]} what colleagues have begun to write there */
        drafts: [],
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

export class MessageState extends ListState {
    constructor() {
        super();
        /** @type {number|false} the mail in the reading pane */
        this.openId = false;
        this.message = emptyMessage();
        this.thread = emptyThread();
        this.context = emptyContext();
    }

    /** Whether the reader may change the mailbox that the open mail lies in */
    get mayAct() {
        const row = this.message.row || this.message.data;
        return !row || this.mayActOn([row]);
    }

    /** Whether the reader may link the open mail, as they may what is shared with them */
    get mayLink() {
        const row = this.message.row || this.message.data;
        return this.mayAct || Boolean(row && row.shared);
    }

    // ---------------------------------------------------------------- reading

    /** @param {number} messageId */
    startMessage(messageId) {
        const row = this.list.rows[this.indexOf(messageId)];
        const mate = this.thread.rows.find((candidate) => candidate.id === messageId);
        if (!mate && (!row || row.thread_id !== this.thread.id)) {
            this.thread = emptyThread();
        }
        this.openId = messageId;
        if (row || !mate) {
            this.cursorId = messageId;
        }
        this.message = emptyMessage();
        this.message.status = "loading";
        this.message.row = row || mate || null;
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
        const index = this.indexOf(message.id);
        if (index !== -1) {
            const row = this.list.rows[index];
            for (const name of Object.keys(row)) {
                // A row may stand for a conversation, of which the mail knows nothing
                if (name in message && name !== "thread") {
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
        this.thread = emptyThread();
        this.context = emptyContext();
        if (this.pane === "message") {
            this.pane = "list";
        }
    }

    /** The open mail is put away when its mailbox is not the reader's any more. */
    closeOfGoneAccount() {
        const row = this.message.row || this.message.data;
        const isKnown = row && row.account_id && !row.shared;
        if (isKnown && !this.getAccount(row.account_id)) {
            this.closeMessage();
        }
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

    // ----------------------------------------------------------- conversation

    /** @param {number} threadId */
    startThread(threadId) {
        const {id, rows, drafts} = this.thread;
        // One that is shown already goes on being shown until it was read anew.
        this.thread = {
            ...emptyThread(),
            id: threadId,
            status: "loading",
            rows: id === threadId ? rows : [],
            drafts: id === threadId ? drafts : [],
        };
    }

    /**
     * @param {number} threadId
     * @param {{rows: Row[], drafts?: Draft[]}} thread
     */
    setThread(threadId, {rows, drafts = []}) {
        if (threadId === this.thread.id) {
            Object.assign(this.thread, {status: "ready", error: "", rows, drafts});
        }
    }

    /**
     * @param {number} threadId
     * @param {string} error
     */
    failThread(threadId, error) {
        if (threadId === this.thread.id) {
            Object.assign(this.thread, {status: "error", error});
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
        for (const row of [...this.list.rows, ...this.thread.rows]) {
            if (row.id === messageId) {
                add(row.links);
            }
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
        this.thread.rows.forEach(drop);
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
}
