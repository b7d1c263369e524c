import {Component, useEffect, useRef, useState} from "@odoo/owl";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {htmlToText, textToHtml, writtenText} from "../../messages_service/mail_body";
import {useMailClient} from "../../messages_service/use_mail_client";
import {AddressField} from "../address_field/address_field";
import {ComposeAttachments} from "../compose_attachments/compose_attachments";
import {ComposeEditor} from "../compose_editor/compose_editor";
import {RecordFilesDialog} from "../record_files_dialog/record_files_dialog";
import {ScheduleDialog} from "../schedule_dialog/schedule_dialog";
import {announcesFile} from "./forgotten_attachment";

const {DateTime} = luxon;
/** What opens above a window, and closes by the Escape key before the window does */
const ABOVE = [".o_popover", ".o_bottom_sheet", ".o-we-powerbox", ".o-we-linkpopover"]
    .map((name) => `.o-overlay-container ${name}`)
    .join();

/** One mail that is being written. */
export class Composer extends Component {
    static template = "crm_mail_accounts.Composer";
    static components = {
        AddressField,
        ComposeAttachments,
        ComposeEditor,
        Dropdown,
        DropdownItem,
    };
    static props = {
        draft: Object,
        isPhone: {type: Boolean, optional: true},
    };

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.compose = client.compose;
        this.store = store;
        // It stays whole when its window is gone before this component is.
        this.draft = useState(this.props.draft);
        this.dialog = useService("dialog");
        this.action = useService("action");
        this.root = useRef("root");
        this.fileInput = useRef("files");
        this.state = useState({
            showsCc: false,
            showsBcc: false,
            isDropping: false,
            templates: null,
        });
        /** Filled by the editor, once there is one */
        this.editor = {};
        // What could not be sent is read out, and stands where the eye is.
        useEffect(
            (error) => {
                if (error && this.root.el) {
                    this.root.el.querySelector(".o_crm_mail_compose_error")?.focus();
                }
            },
            () => [this.draft.error]
        );
    }

    // ------------------------------------------------------------- what shows

    get isMinimised() {
        return this.draft.mode === "minimised";
    }

    get title() {
        return this.draft.subject || _t("New message");
    }

    get minimiseText() {
        return this.isMinimised ? _t("Open") : _t("Minimize");
    }

    get fullText() {
        return this.draft.mode === "full" ? _t("Smaller") : _t("Full screen");
    }

    get saveText() {
        const {saving, savedAt, saveError} = this.draft;
        const texts = {
            none: "",
            dirty: "",
            saving: _t("Saving…"),
            saved: savedAt
                ? _t(
                      "Saved at %s",
                      deserializeDateTime(savedAt).toLocaleString(DateTime.TIME_SIMPLE)
                  )
                : _t("Saved"),
            waiting: _t("Odoo is away: kept in this browser"),
            failed: saveError ? _t("Not saved: %s", saveError) : _t("Not saved"),
        };
        return texts[saving];
    }

    get showsCc() {
        return this.state.showsCc || this.draft.cc.length > 0;
    }

    get showsBcc() {
        return this.state.showsBcc || this.draft.bcc.length > 0;
    }

    get fields() {
        const fields = [{name: "to", label: _t("To")}];
        if (this.showsCc) {
            fields.push({name: "cc", label: _t("Cc")});
        }
        if (this.showsBcc) {
            fields.push({name: "bcc", label: _t("Bcc")});
        }
        return fields;
    }

    get fieldNames() {
        return this.fields.map(({name}) => name);
    }

    /** An answer starts with its text, everything else with whom it goes to */
    get startsInText() {
        return this.draft.to.length > 0;
    }

    get senderLabel() {
        return (sender) =>
            sender.name ? `${sender.name} <${sender.email}>` : sender.email;
    }

    get ids() {
        const {key} = this.draft;
        return {
            title: `o_crm_mail_compose_${key}`,
            subject: `o_crm_mail_subject_${key}`,
        };
    }

    get importanceMark() {
        return {
            high: {icon: "fa-exclamation text-danger", text: _t("High importance")},
            low: {icon: "fa-arrow-down text-info", text: _t("Low importance")},
        }[this.draft.importance];
    }

    get recordTitle() {
        return _t("Will be linked to %s", this.draft.record.name);
    }

    get conflictText() {
        const {takenBy, attachments} = this.draft;
        if (takenBy && attachments.length) {
            return _t(
                "%s has taken this draft over. What you keep as a new draft is without its attachments.",
                takenBy
            );
        }
        if (takenBy) {
            return _t("%s has taken this draft over.", takenBy);
        }
        return _t(
            "This message was changed elsewhere meanwhile. Which version do you want to keep?"
        );
    }

    // ---------------------------------------------------------- what it does

    /** @param {object} values */
    change(values) {
        this.compose.change(this.draft.key, values);
    }

    /** @param {"normal"|"minimised"|"full"} mode */
    setMode(mode) {
        this.editor.flush?.();
        this.store.compose.setMode(this.draft.key, mode);
    }

    onHeaderClick() {
        this.setMode(this.isMinimised ? "normal" : "minimised");
    }

    close() {
        this.editor.flush?.();
        this.compose.close(this.draft.key);
    }

    discard() {
        this.editor.flush?.();
        this.compose.discard(this.draft.key);
    }

    /** @param {"cc"|"bcc"} field */
    showField(field) {
        this.state[field === "cc" ? "showsCc" : "showsBcc"] = true;
    }

    /** @param {Event} ev */
    setSender(ev) {
        this.editor.flush?.();
        this.compose.setSender(this.draft.key, ev.target.value);
    }

    togglePlain() {
        this.editor.flush?.();
        const {draft} = this;
        if (draft.plain) {
            const lines = htmlToText(draft.body_html).split("\n");
            const holder = document.implementation.createHTMLDocument("").body;
            for (const line of lines) {
                const block = document.createElement("div");
                block.append(line || document.createElement("br"));
                holder.append(block);
            }
            this.change({plain: false, body_html: holder.innerHTML});
        } else {
            const text = [draft.body_html, draft.quote_html]
                .map(htmlToText)
                .filter(Boolean)
                .join("\n\n");
            this.change({plain: true, body_html: textToHtml(text), quote_html: ""});
        }
    }

    /** @param {"high"|"low"} importance */
    toggleImportance(importance) {
        const isSet = this.draft.importance === importance;
        this.change({importance: isSet ? "normal" : importance});
    }

    toggleReceipt() {
        this.change({read_receipt: !this.draft.read_receipt});
    }

    async loadTemplates() {
        this.state.templates = null;
        this.state.templates = await this.compose.templates.list(this.draft.key);
    }

    /** @param {import("../../messages_service/compose_templates").Template} template */
    applyTemplate(template) {
        this.editor.flush?.();
        this.compose.templates.apply(this.draft.key, template);
    }

    editCanned() {
        this.action.doAction("mail.mail_canned_response_action");
    }

    // -------------------------------------------------------------- sending

    /**
     * Asks about what looks like an oversight, then sends.
     *
     * @param {string|false} [sendAt] UTC
     */
    async send(sendAt = false) {
        // What was typed into an address line becomes a chip as it loses the focus.
        document.activeElement?.blur();
        await Promise.resolve();
        this.editor.finish?.();
        const {draft, store} = this;
        const fail = (sentence) => store.compose.failSending(this.draft.key, sentence);
        if (store.compose.isUploading(draft)) {
            fail(_t("A file is still on its way. Send when it has arrived."));
            return;
        }
        if (!draft.to.length && !draft.cc.length && !draft.bcc.length) {
            fail(_t("Say whom this message goes to."));
            return;
        }
        const [wrong] = store.compose.wrongOf(draft);
        if (wrong) {
            fail(
                _t("“%s” is not an e-mail address. Correct or remove it.", wrong.email)
            );
            return;
        }
        for (const doubt of this.doubts) {
            if (!(await this.confirm(doubt))) {
                return;
            }
        }
        if (store.compose.get(draft.key)) {
            this.compose.sending.send(this.draft.key, sendAt);
        }
    }

    /** What the author may have forgotten */
    get doubts() {
        const {draft} = this;
        const doubts = [];
        if (!draft.subject.trim()) {
            doubts.push({
                title: _t("No subject"),
                body: _t("This message has no subject. Send it anyway?"),
            });
        }
        const failed = draft.uploads.find(({error}) => error);
        const hasFiles = draft.attachments.some(({cid}) => !cid);
        if (failed) {
            doubts.push({
                title: _t("A file is missing"),
                body: _t(
                    "“%s” could not be attached. Send the message without it?",
                    failed.filename
                ),
            });
        } else if (!hasFiles && announcesFile(this.newText)) {
            doubts.push({
                title: _t("No file is attached"),
                body: _t(
                    "Your message speaks of an attachment, but there is none. Send it anyway?"
                ),
            });
        }
        return doubts;
    }

    get newText() {
        const {body_html: html, plain} = this.draft;
        if (!plain) {
            return writtenText(html);
        }
        const lines = htmlToText(html).split("\n");
        return lines.filter((line) => !line.startsWith(">")).join("\n");
    }

    /**
     * @param {{title: string, body: string}} doubt
     * @returns {Promise<boolean>}
     */
    confirm({title, body}) {
        return new Promise((resolve) => {
            this.dialog.add(
                ConfirmationDialog,
                {
                    title,
                    body,
                    confirmLabel: _t("Send anyway"),
                    cancelLabel: _t("Back to the message"),
                    confirm: () => resolve(true),
                    cancel: () => resolve(false),
                },
                {onClose: () => resolve(false)}
            );
        });
    }

    schedule() {
        this.dialog.add(ScheduleDialog, {onChosen: (sendAt) => this.send(sendAt)});
    }

    // ---------------------------------------------------------------- files

    chooseFiles() {
        this.fileInput.el.click();
    }

    chooseRecordFiles() {
        this.editor.flush?.();
        this.dialog.add(RecordFilesDialog, {draftKey: this.draft.key});
    }

    onFilesChosen() {
        const {el} = this.fileInput;
        this.attach([...el.files]);
        el.value = "";
    }

    /** @param {File[]} files */
    attach(files) {
        this.editor.flush?.();
        this.compose.uploads.add(this.draft.key, files);
    }

    /** @param {DragEvent} ev */
    onDragOver(ev) {
        if (ev.dataTransfer.types.includes("Files")) {
            ev.preventDefault();
            this.state.isDropping = true;
        }
    }

    /** @param {DragEvent} ev */
    onDragLeave(ev) {
        if (!this.root.el.contains(ev.relatedTarget)) {
            this.state.isDropping = false;
        }
    }

    /**
     * Pictures that are dropped on the text stay there, in the editor's hands;
     * everything else becomes an attachment.
     *
     * @param {DragEvent} ev
     */
    onDrop(ev) {
        this.state.isDropping = false;
        const files = [...ev.dataTransfer.files];
        const isForText =
            ev.target.closest(".o_crm_mail_editable") &&
            files.every(({type}) => type.startsWith("image/"));
        if (files.length && !isForText) {
            ev.preventDefault();
            ev.stopPropagation();
            this.attach(files);
        }
    }

    // ----------------------------------------------------------------- keys

    /** @param {KeyboardEvent} ev */
    onKeydown(ev) {
        if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey) && !ev.isComposing) {
            this.send();
        } else if (
            ev.key === "Escape" &&
            !ev.defaultPrevented &&
            !document.querySelector(ABOVE)
        ) {
            this.setMode(this.draft.mode === "full" ? "normal" : "minimised");
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }
}
