import {Component, onWillStart, useRef, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {useAutofocus} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";

import {useMailClient} from "../../messages_service/use_mail_client";
import {fileSize} from "../attachment_card/file_size";
import {sizeNote} from "../compose_attachments/size_note";
import {SEARCH_DELAY} from "../record_search/record_search";

const {DateTime} = luxon;
/** Letters before which a search finds everything and helps nobody */
const MIN_LENGTH = 2;

/**
 * Chooses files of records for a mail that is being written. Those of the records that
 * the mail has to do with are there before anything is typed.
 *
 * Made for the keyboard: arrows lead from the search to the files and back, the space
 * bar chooses, Enter attaches.
 *
 * @typedef {import("../../messages_service/compose_record_files").RecordFile} RecordFile
 * @typedef {import("../../messages_service/compose_record_files").RecordFileGroup} RecordFileGroup
 */
export class RecordFilesDialog extends Component {
    static template = "crm_mail_accounts.RecordFilesDialog";
    static components = {Dialog};
    static props = {
        /** Of the window */
        draftKey: Number,
        close: Function,
    };

    setup() {
        const {client, store} = useMailClient();
        this.files = client.compose.recordFiles;
        this.compose = store.compose;
        this.body = useRef("body");
        this.state = useState({
            term: "",
            /** What the list answers; it may be less than what is typed */
            asked: "",
            /** @type {"searching"|"done"|"failed"} */
            status: "searching",
            error: "",
            /** @type {RecordFileGroup[]} */
            groups: [],
            hasMore: false,
            /** @type {(RecordFile & {record: string})[]} in the order of choosing */
            chosen: [],
            isAttaching: false,
            attachError: "",
        });
        this.searchSoon = useDebounced(() => this.search(), SEARCH_DELAY);
        useAutofocus({refName: "search"});
        // Not awaited: one can type meanwhile.
        onWillStart(() => {
            this.search();
        });
    }

    // ------------------------------------------------------------- what shows

    /** What is asked for: nothing before there are a few letters */
    get term() {
        const term = this.state.term.trim();
        return term.length < MIN_LENGTH ? "" : term;
    }

    /** What was chosen stays in sight when something else is searched for */
    get outOfSight() {
        const shown = new Set(
            this.state.groups.flatMap(({files}) => files.map(({id}) => id))
        );
        return this.state.chosen.filter(({id}) => !shown.has(id));
    }

    /** @returns {{key: string, name: string, label: string, files: RecordFile[]}[]} */
    get groups() {
        const groups = this.state.groups.map((group) => ({
            key: `${group.model}-${group.res_id}`,
            name: group.name,
            label: group.model_label,
            files: group.files,
        }));
        const files = this.outOfSight;
        if (files.length) {
            groups.unshift({key: "chosen", name: _t("Selected"), label: "", files});
        }
        return groups;
    }

    get emptyText() {
        if (this.state.asked) {
            return _t("No file and no record of this name has been found.");
        }
        return _t(
            "This message belongs to no record that has files. Search for a file, or for the record that has it."
        );
    }

    /** What the list has become, for the ear */
    get statusText() {
        const {groups, status} = this.state;
        if (status !== "done") {
            return "";
        }
        const count = groups.reduce((sum, {files}) => sum + files.length, 0);
        return count === 1 ? _t("1 file") : _t("%s files", count);
    }

    /** @param {RecordFile & {record?: string}} file */
    details({record, size, date}) {
        return [
            record,
            fileSize(size),
            date && deserializeDateTime(date).toLocaleString(DateTime.DATE_MED),
        ]
            .filter(Boolean)
            .join(" · ");
    }

    get confirmText() {
        const {length} = this.state.chosen;
        if (!length) {
            return _t("Attach");
        }
        return length === 1 ? _t("Attach 1 file") : _t("Attach %s files", length);
    }

    get note() {
        const draft = this.compose.get(this.props.draftKey);
        const sender = draft && this.compose.senderOf(draft);
        return (
            sender &&
            this.state.chosen.length > 0 &&
            sizeNote(sender.max_size || 0, [
                ...draft.attachments,
                ...draft.uploads,
                ...this.state.chosen,
            ])
        );
    }

    // ---------------------------------------------------------- what it does

    onInput() {
        this.state.status = "searching";
        this.searchSoon();
    }

    async search() {
        const {term} = this;
        this.state.status = "searching";
        const answer = await this.files.find(this.props.draftKey, term);
        // Typed on meanwhile: the next answer is the one that counts.
        if (term !== this.term) {
            return;
        }
        if (answer.failed) {
            Object.assign(this.state, {
                status: "failed",
                error: answer.sentence,
                groups: [],
                hasMore: false,
            });
            return;
        }
        const {groups, more} = answer.value;
        Object.assign(this.state, {
            status: "done",
            asked: term,
            groups,
            hasMore: more,
        });
    }

    /** @param {RecordFile} file */
    isChosen({id}) {
        return this.state.chosen.some((one) => one.id === id);
    }

    /**
     * @param {RecordFile} file
     * @param {string} record its name
     */
    toggle(file, record) {
        const {chosen} = this.state;
        this.state.chosen = this.isChosen(file)
            ? chosen.filter(({id}) => id !== file.id)
            : [...chosen, {record, ...file}];
    }

    async attach() {
        const {state} = this;
        if (!state.chosen.length || state.isAttaching) {
            return;
        }
        state.isAttaching = true;
        state.attachError = await this.files.attach(
            this.props.draftKey,
            state.chosen.map(({id}) => id)
        );
        state.isAttaching = false;
        if (!state.attachError) {
            this.props.close();
        }
    }

    /** @param {KeyboardEvent} ev */
    onKeydown(ev) {
        if (ev.isComposing) {
            return;
        }
        if (ev.key === "Escape" && this.state.term) {
            this.state.term = "";
            this.onInput();
        } else if (ev.key === "ArrowDown" || ev.key === "ArrowUp") {
            this.step(ev.key === "ArrowDown" ? 1 : -1);
        } else if (ev.key === "Enter") {
            this.attach();
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    /** @param {1|-1} direction */
    step(direction) {
        const stops = [...this.body.el.querySelectorAll("input")];
        const next = stops.indexOf(document.activeElement) + direction;
        stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
    }
}
