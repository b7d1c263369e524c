import {ListState} from "./list_state";

/**
 * The mail in the reading pane, and what the CRM knows beside it.
 *
 * @typedef {import("./mail_client_store").Row} Row
 * @typedef {import("./mail_client_store").Message} Message
 * @typedef {import("./mail_client_store").MessageContext} MessageContext
 * @typedef {import("./mail_client_store").Link} Link
 */

export const OPPORTUNITY_MODEL = "crm.lead";

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

export class MessageState extends ListState {
    constructor() {
        super();
        /** @type {number|false} the mail in the reading pane */
        this.openId = false;
        this.message = emptyMessage();
        this.context = emptyContext();
    }

    /** Whether the reader may change the mailbox that the open mail lies in */
    get mayAct() {
        const row = this.message.row || this.message.data;
        return !row || this.mayActIn(row.account_id);
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
}
