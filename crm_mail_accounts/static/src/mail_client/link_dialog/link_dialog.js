import {Component, onWillStart, useEffect, useRef, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {useMailClient} from "../../messages_service/use_mail_client";
import {audienceText, contents, visibilityText} from "../link_list/link_words";
import {RecordSearch} from "../record_search/record_search";

/**
 * Links a mail, or its conversation, to a record: which one, what it shows of the
 * mail, and who reads that.
 *
 * Made for the keyboard: type, Enter takes the record, Enter links.
 *
 * @typedef {import("../../messages_service/link_actions").FoundRecord} FoundRecord
 */
export class LinkDialog extends Component {
    static template = "crm_mail_accounts.LinkDialog";
    static components = {Dialog, RecordSearch};
    static props = {messageId: Number, close: Function};

    setup() {
        const {client} = useMailClient();
        this.client = client;
        this.contents = contents();
        this.audienceText = audienceText;
        this.confirm = useRef("confirm");
        this.state = useState({
            error: "",
            isLinking: false,
            /** @type {{model: string, label: string}[]} */
            models: [],
            /** The kind of records that is searched; empty for those mostly wanted */
            model: "",
            /** @type {FoundRecord|null} */
            record: null,
            content: "whole",
            /** What colleagues see at most, whatever is chosen here */
            visibility: "all",
            /** How many mails the conversation has, and whether all are linked */
            mails: 1,
            isThread: false,
            /** @type {import("../../messages_service/link_actions").Audience|false|null}
             * null before it is known */
            audience: null,
        });
        useEffect(
            (record) => {
                if (record) {
                    this.confirm.el.focus();
                }
            },
            () => [this.state.record]
        );
        onWillStart(async () => {
            const answer = await client.links.options(this.props.messageId);
            if (answer.failed) {
                this.state.error = answer.sentence;
            } else {
                const {content, mails, models, visibility} = answer.value;
                Object.assign(this.state, {content, mails, models, visibility});
            }
        });
    }

    /** Why the record may show less than is chosen */
    get visibilityText() {
        const {visibility} = this.state;
        return (
            visibility !== "all" &&
            _t(
                "Of this conversation colleagues see at most: %s.",
                visibilityText(visibility)
            )
        );
    }

    /** What "Link" does, for the ear as well */
    get confirmLabel() {
        const {isThread, mails} = this.state;
        return isThread ? _t("Link %s messages", mails) : _t("Link");
    }

    /** @param {FoundRecord} record */
    async choose(record) {
        const {model, res_id: resId} = record;
        Object.assign(this.state, {record, audience: null});
        const audience = await this.client.links.audience(model, resId);
        // Changed one's mind meanwhile: the next answer is the one that counts.
        const chosen = this.state.record;
        if (chosen && chosen.model === model && chosen.res_id === resId) {
            this.state.audience = audience;
        }
    }

    chooseOther() {
        this.state.record = null;
    }

    async link() {
        const {content, isThread, record} = this.state;
        const {close, messageId} = this.props;
        const {links} = this.client;
        this.state.isLinking = true;
        const {model, res_id: resId} = record;
        const isDone = isThread
            ? await links.linkThread(messageId, model, resId, content)
            : await links.link(messageId, model, resId, content);
        this.state.isLinking = false;
        if (isDone) {
            close();
        }
    }
}

/** @returns {(messageId: number) => void} */
export function useLinkDialog() {
    const dialog = useService("dialog");
    return (messageId) => dialog.add(LinkDialog, {messageId});
}
