import {reactive} from "@odoo/owl";

import {ChangeState} from "./change_state";
import {CommentState} from "./comment_state";
import {ComposeState} from "./compose_state";
import {OutgoingState} from "./outgoing_state";
import {TeamState} from "./team_state";

export {OPPORTUNITY_MODEL, TASK_MODEL} from "./message_state";

/**
 * What the mail client shows, and nothing else: no RPC, no DOM, no words.
 *
 * The service (`mail_client_service.js`) brings values in, the components read
 * them. Every change of state is one method here, so that a test can play a whole
 * morning of mail without a server.
 *
 * One store in files by subject, each a class on top of the one before, so that
 * `this` is the whole everywhere: `layout_state.js`, `folder_state.js`,
 * `search_state.js`, `list_state.js`, `message_state.js`, `view_state.js`,
 * `change_state.js` (what is shown of a change before the server knows it), and this
 * one. Beside the mails that are read stand the mails that are written
 * (`compose_state.js`), those that leave (`outgoing_state.js`), what colleagues say
 * (`comment_state.js`) and where they are (`team_state.js`).
 *
 * Invariants:
 * - `list.rows` is one run of mails without a gap, newest first; `list.before` is
 *   the place from which the next (older) page is asked, or false at the end.
 * - an answer that comes late never overwrites what the reader chose meanwhile:
 *   the methods that bring answers in take the id they were asked for.
 * - `message.row` stays what it was while the list below it changes.
 *
 * @typedef {{indexed: number, total: number, exact: boolean, running: boolean}} Progress
 * @typedef {{state: "ok"|"syncing"|"waiting"|"error", message: string, at: string|false}} Health
 * @typedef {{percent: number, full: boolean, warning: string}} Quota
 * @typedef {{id: number, name: string, email: string, state: "mapping"|"ready", kind: "imap"|"pop3"|"smtp", owner: string|false, repair: "connect"|"folders"|"", may_act: boolean, shared: boolean, away: {until: string|false}|false, quota: Quota|false, health: Health, progress: Progress}} Account
 * @typedef {{id: number, account_id: number, parent_id: number|false, name: string, path: string, role: string, local: boolean, selectable: boolean, unread: number, quiet: number, unreadable: number, total: number, indexed: number, monitored: boolean, subscribed: boolean, problem: string}} Folder
 * @typedef {{name: string, email: string}} Address
 * @typedef {{count: number, unread: number, people: Address[], ids: number[]}} Thread what a row tells of the conversation that it stands for; `ids`: its mails in the view
 * @typedef {number|string|false} PlaceId see `places.js`
 * @typedef {{id: number, message_id: number, model: string, res_id: number, name: string, model_label: string, reason: string, content: "whole"|"text"|"fact", shown: "whole"|"text"|"fact"|"who"|"nothing", waiting: boolean, error: string}} Link
 * @typedef {{id: number, uid: number, folder_id: number, account_id: number, thread_id: number|false, thread: Thread|false, subject: string, from: Address, to: Address[], date: string, seen: boolean, flagged: boolean, answered: boolean, forwarded: boolean, draft: boolean, has_attachments: boolean, preview: string, size: number, unreadable: boolean, shared: boolean, assigned: import("./team_state").Person|false, draft_by: import("./message_state").DraftBy|false, comments: number, undelivered: number|false, links: Link[]}} Row
 * @typedef {{number: string|number, filename: string, content_type: string, size: number, url: string}} Attachment
 * @typedef {{email: string, state: "refused"|"bounced", text: string}} Failure
 * @typedef {Row & {cc: Address[], reply_to: Address[], body_url: string, remote: number, attachments: Attachment[], delivery: Failure[]}} Message
 * @typedef {{id: number, name: string, stage: string, expected_revenue: string, salesperson: string, link_id: number|false}} Opportunity
 * @typedef {{id: number, name: string, project: string, stage: string}} Task
 * @typedef {{id: number, name: string, company_name: string, 'function': string, email: string, phone: string, avatar_url: string}} Partner
 * @typedef {{partner: Partner|false, sender: Address, opportunities: Opportunity[], links: Link[], tasks: Task[], may_create_task: boolean}} MessageContext
 * @typedef {[string, number, number, number?]|false} Cursor place in a folder, as the server says it: the next page is older
 * @typedef {{rows: Row[], before: Cursor, total: number, indexed: number}} Page
 * @typedef {"folders"|"list"|"message"} Pane the one pane that a phone shows
 */

export class MailClientStore extends ChangeState {
    constructor() {
        super();
        this.online = true;
        /** @type {Pane} */
        this.pane = "list";
        /** New mails for the ear; `serial` makes two equal counts two announcements */
        this.arrival = {count: 0, serial: 0};
        this.comments = new CommentState();
        this.compose = new ComposeState();
        this.outgoing = new OutgoingState();
        this.team = new TeamState();
    }

    /** Of the mailboxes that others read as well @returns {Set<number>} */
    get sharedAccountIds() {
        return new Set(this.accounts.filter(({shared}) => shared).map(({id}) => id));
    }

    /** What stands open, as one value that can be compared @returns {string} */
    get opened() {
        return JSON.stringify([this.placeId, this.openId, this.outgoing.kind]);
    }

    /** @param {number} count */
    announceArrival(count) {
        this.arrival = {count, serial: this.arrival.serial + 1};
    }

    /** Each time that a mail is on screen, or was loaded for it @returns {Row[]} */
    get shownMails() {
        const views = Object.values(this.views).map((view) => view.data);
        const {row, data} = this.message;
        const shown = [...this.list.rows, ...this.thread.rows, row, data, ...views];
        return shown.filter(Boolean);
    }

    /**
     * @param {number} messageId
     * @param {number} count
     */
    setCommentCount(messageId, count) {
        for (const mail of this.shownMails) {
            if (mail.id === messageId) {
                mail.comments = count;
            }
        }
    }

    /**
     * Whose these conversations are, wherever mails of them are shown.
     *
     * @param {(number|false)[]} threadIds
     * @param {import("./team_state").Person|false} person
     */
    setAssigned(threadIds, person) {
        for (const mail of this.shownMails) {
            if (mail.thread_id && threadIds.includes(mail.thread_id)) {
                mail.assigned = person;
            }
        }
    }

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
