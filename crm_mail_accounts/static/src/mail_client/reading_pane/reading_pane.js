import {Component, useEffect, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";
import {ContextPanel} from "../context_panel/context_panel";
import {DraftNote} from "../draft_note/draft_note";
import {MailToolbar} from "../mail_toolbar/mail_toolbar";
import {shortDate} from "../message_list/message_date";
import {MessageView} from "../message_view/message_view";
import {ReplyBar} from "../reply_bar/reply_bar";
import {TeamBar} from "../team_bar/team_bar";

/** Folded mails of a conversation above which the middle ones are one line */
const FOLDED_MOST = 6;

/**
 * The chosen mail, in its conversation: older mails folded to a line, unread ones open.
 */
export class ReadingPane extends Component {
    static template = "crm_mail_accounts.ReadingPane";
    static components = {
        ContextPanel,
        DraftNote,
        MailToolbar,
        MessageView,
        ReplyBar,
        TeamBar,
    };
    static props = {
        isPhone: {type: Boolean, optional: true},
        /** Whether it stands in the place of the list */
        hasBack: {type: Boolean, optional: true},
        /** Whether what the CRM knows is folded in here, for want of a column */
        foldsContext: {type: Boolean, optional: true},
    };

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.shortDate = shortDate;
        this.body = useRef("body");
        this.state = useState({contextOpen: false, isWhole: false});
        useEffect(
            () => {
                this.state.contextOpen = false;
                this.scrollToChosen();
            },
            () => [this.store.openId]
        );
        useEffect(
            (threadId, status) => {
                this.state.isWhole = false;
                if (threadId && status === "ready") {
                    this.client.reading.openUnread();
                    this.scrollToChosen();
                }
            },
            () => [this.store.thread.id, this.store.thread.status]
        );
    }

    /** What the toolbar acts on */
    get rows() {
        const {row} = this.store.message;
        return row ? [row] : [];
    }

    get hasHead() {
        return this.props.hasBack || (this.rows.length > 0 && this.store.mayAct);
    }

    get subject() {
        const {row} = this.store.message;
        return (row && row.subject) || _t("(no subject)");
    }

    get isConversation() {
        return this.store.readingRows.length > 1;
    }

    get countText() {
        return _t("%s messages", this.store.readingRows.length);
    }

    get isAllOpen() {
        return this.store.readingRows.every((row) => this.store.viewOf(row.id));
    }

    /**
     * Mails and gaps, oldest first. Of a long run of folded mails only the first and the
     * last are shown until somebody asks for the rest.
     *
     * @returns {({row: import("../../messages_service/mail_client_store").Row}|{gap: number, id: number})[]}
     */
    get entries() {
        const entries = [];
        let run = [];
        const flush = () => {
            if (run.length > FOLDED_MOST && !this.state.isWhole) {
                const hidden = run.slice(1, -1);
                entries.push({row: run[0]});
                entries.push({gap: hidden.length, id: hidden[0].id});
                entries.push({row: run.at(-1)});
            } else {
                entries.push(...run.map((row) => ({row})));
            }
            run = [];
        };
        for (const row of this.store.readingRows) {
            if (this.store.viewOf(row.id)) {
                flush();
                entries.push({row});
            } else {
                run.push(row);
            }
        }
        flush();
        return entries;
    }

    /** The mail that was chosen is in sight, whatever stands above it. */
    scrollToChosen() {
        const body = this.body.el;
        const chosen = body && body.querySelector(".o_crm_mail_chosen");
        if (chosen && this.isConversation) {
            body.scrollTop = chosen.offsetTop - body.offsetTop;
        }
    }

    /** @param {import("../../messages_service/mail_client_store").Row} row */
    nameOf(row) {
        return row.from.name || row.from.email || _t("(unknown sender)");
    }

    /** @param {import("../../messages_service/mail_client_store").Row} row */
    retry(row) {
        return row.id === this.store.openId
            ? this.client.openMessage(row.id)
            : this.client.reading.open(row);
    }

    /** What the folded panel says of itself: who wrote, and what hangs on it */
    get contextSummary() {
        const {data} = this.store.context;
        if (!data) {
            return "";
        }
        const parts = [];
        if (data.partner) {
            parts.push(data.partner.name);
        }
        const open = data.opportunities.length;
        if (open) {
            parts.push(open === 1 ? _t("1 opportunity") : _t("%s opportunities", open));
        }
        const linked = data.links.length;
        if (linked) {
            parts.push(linked === 1 ? _t("1 link") : _t("%s links", linked));
        }
        return parts.join(" · ") || _t("Not a contact yet");
    }
}
