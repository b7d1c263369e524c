import {Component, useEffect, useRef, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {normalize} from "@web/core/l10n/utils";
import {useAutofocus} from "@web/core/utils/hooks";

import {mailsOf} from "../../messages_service/list_state";
import {useMailClient} from "../../messages_service/use_mail_client";
import {folderIcon} from "../folder_list/folder_name";
import {folderName} from "../../messages_service/folder_name";

/**
 * The folders of a mailbox, found by typing a part of the name: where to move mails, or
 * one that is wanted for something else. The keyboard stays in the field; arrows choose,
 * Enter takes.
 */
export class FolderPicker extends Component {
    static template = "crm_mail_accounts.FolderPicker";
    static components = {Dialog};
    static props = {
        /** The mails to move; none when a folder is wanted for something else */
        rows: {type: Array, element: Object},
        accountId: {type: Number, optional: true},
        title: {type: String, optional: true},
        onPicked: Function,
        /** Called with the name of a folder that is to be made */
        onNew: {type: Function, optional: true},
        close: Function,
    };

    setup() {
        const {store} = useMailClient();
        this.store = store;
        this.folderIcon = folderIcon;
        this.folderName = folderName;
        this.list = useRef("list");
        this.state = useState({term: "", active: 0});
        useAutofocus();
        useEffect(
            () => {
                const active = this.list.el.querySelector("[aria-selected=true]");
                if (active) {
                    active.scrollIntoView({block: "nearest"});
                }
            },
            () => [this.state.active, this.state.term]
        );
    }

    get title() {
        if (this.props.title) {
            return this.props.title;
        }
        const {length: count} = mailsOf(this.props.rows);
        return count === 1
            ? _t("Move the message to")
            : _t("Move %s messages to", count);
    }

    /**
     * The tree, or, once something was typed, the folders whose path has it.
     *
     * @returns {{folder: object, level: number, canTake: boolean}[]}
     */
    get lines() {
        const {rows, accountId} = this.props;
        const term = normalize(this.state.term.trim());
        return this.store
            .folderTree(rows.length ? rows[0].account_id : accountId, {whole: true})
            .filter(({folder}) => !folder.local)
            .map(({folder, level}) => ({
                folder,
                level: term ? 1 : level,
                canTake: this.canTake(folder),
            }))
            .filter(
                ({folder, canTake}) =>
                    !term ||
                    (canTake &&
                        normalize(`${folder.path} ${folderName(folder)}`).includes(
                            term
                        ))
            );
    }

    /** @param {object} folder */
    canTake(folder) {
        const {rows} = this.props;
        return rows.length
            ? this.store.mayMoveTo(rows, folder)
            : folder.selectable && !folder.local;
    }

    /** A name that no folder has yet, where one can be made @returns {string} */
    get newName() {
        const name = this.state.term.trim();
        const isTaken = this.choices.some((folder) =>
            [folder.path, folder.name, folderName(folder)].includes(name)
        );
        return this.props.onNew && name && !isTaken ? name : "";
    }

    makeNew() {
        const name = this.newName;
        this.props.close();
        this.props.onNew(name);
    }

    /** @returns {object[]} the folders that the arrows go through */
    get choices() {
        return this.lines.filter((line) => line.canTake).map((line) => line.folder);
    }

    get active() {
        const {choices} = this;
        return choices[Math.min(this.state.active, choices.length - 1)];
    }

    optionId(folder) {
        return folder ? `o_crm_mail_pick_${folder.id}` : undefined;
    }

    onInput() {
        this.state.active = 0;
    }

    /** @param {KeyboardEvent} ev */
    onKeydown(ev) {
        const {choices} = this;
        const index = choices.indexOf(this.active);
        const moves = {ArrowDown: index + 1, ArrowUp: index - 1};
        if (ev.key in moves) {
            this.state.active = Math.min(
                Math.max(moves[ev.key], 0),
                choices.length - 1
            );
        } else if (ev.key === "Enter" && !ev.isComposing) {
            if (!choices.length && this.newName) {
                this.makeNew();
            } else {
                this.pick(this.active);
            }
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    /** @param {object|undefined} folder */
    pick(folder) {
        if (folder && this.canTake(folder)) {
            this.props.close();
            this.props.onPicked(folder);
        }
    }
}
