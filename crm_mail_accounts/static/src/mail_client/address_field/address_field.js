import {Component, onWillDestroy, useEffect, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useDebounced} from "@web/core/utils/timing";

import {useMailClient} from "../../messages_service/use_mail_client";

/** Milliseconds of rest after which people are looked up */
export const COMPLETE_DELAY = 200;
/** An address as most are: for these the server need not be asked */
const PLAIN_ADDRESS = /^[^\s@<>()[\],;:"\\]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u;
/** Letters that end an address while it is typed */
const SEPARATORS = [",", ";"];

/**
 * The addresses of one header line: a chip each, and an input behind them.
 *
 * Keys: what is typed becomes a chip by comma, semicolon, Enter or Tab; the arrows go
 * through what is proposed, and, from an empty input, through the chips; on a chip
 * Enter edits it, Delete removes it, Alt with an arrow moves it to the next line.
 */
export class AddressField extends Component {
    static template = "crm_mail_accounts.AddressField";
    static props = {
        draft: Object,
        field: {validate: (name) => ["to", "cc", "bcc"].includes(name)},
        label: String,
        /** Fields that are shown, in their order: where chips can be moved */
        fields: {type: Array, element: String},
        hasFocus: {type: Boolean, optional: true},
        slots: {type: Object, optional: true},
    };

    setup() {
        const {client, store} = useMailClient();
        this.compose = client.compose;
        this.store = store;
        this.draft = useState(this.props.draft);
        this.input = useRef("input");
        this.root = useRef("root");
        this.state = useState({found: [], active: -1, isOpen: false, isOver: false});
        this.lookUp = useDebounced((term) => this.complete(term), COMPLETE_DELAY);
        this.isGone = false;
        onWillDestroy(() => {
            this.isGone = true;
        });
        useEffect(
            (hasFocus) => {
                if (hasFocus) {
                    this.input.el.focus({preventScroll: true});
                }
            },
            () => [this.props.hasFocus]
        );
    }

    get addresses() {
        return this.draft[this.props.field];
    }

    removeLabel({name, email}) {
        return _t("Remove %s", name || email);
    }

    get inputId() {
        return `o_crm_mail_${this.props.field}_${this.draft.key}`;
    }

    /** @param {number} index */
    optionId(index) {
        return `${this.inputId}_option_${index}`;
    }

    get kindTexts() {
        return {
            contact: _t("Contact"),
            colleague: _t("Colleague"),
            correspondent: _t("Wrote before"),
        };
    }

    /** @param {{name: string, email: string, wrong?: boolean}} address */
    title({name, email, wrong}) {
        if (wrong) {
            return _t("This is not an e-mail address. Double-click to correct it.");
        }
        return name ? `${name} <${email}>` : email;
    }

    /** @param {{name: string, email: string}} address */
    asText({name, email}) {
        return name ? `${name} <${email}>` : email;
    }

    // ---------------------------------------------------------------- typing

    onInput() {
        const text = this.input.el.value;
        if (SEPARATORS.includes(text.trim().slice(-1)) && !this.isInQuotes(text)) {
            this.commit();
        } else {
            this.lookUp(text.trim());
        }
    }

    /** A comma within a quoted name ends nothing: "Rossi, Anna" <anna@...> */
    isInQuotes(text) {
        return text.split('"').length % 2 === 0;
    }

    /** @param {string} term */
    async complete(term) {
        if (this.isGone) {
            return;
        }
        if (!term) {
            this.shutList();
            return;
        }
        const found = await this.compose.complete(term);
        if (this.isGone || !this.input.el || this.input.el.value.trim() !== term) {
            return;
        }
        const known = new Set(this.addresses.map(({email}) => email.toLowerCase()));
        this.state.found = found.filter(({email}) => !known.has(email.toLowerCase()));
        this.state.active = this.state.found.length ? 0 : -1;
        this.state.isOpen = this.state.found.length > 0;
    }

    shutList() {
        this.state.isOpen = false;
        this.state.found = [];
        this.state.active = -1;
    }

    /** What is typed becomes a chip. */
    async commit() {
        const text = this.input.el.value.replace(/[\s,;]+$/, "").trim();
        this.lookUp.cancel();
        this.shutList();
        this.input.el.value = "";
        if (text) {
            await this.add(text);
        }
    }

    /** @param {string} text one address, or many */
    async add(text) {
        const {field} = this.props;
        const addresses = PLAIN_ADDRESS.test(text)
            ? [{name: "", email: text}]
            : await this.compose.parse(text);
        if (this.store.compose.get(this.draft.key)) {
            this.compose.addAddresses(this.draft.key, field, addresses);
        }
    }

    /** @param {{name: string, email: string}} found */
    choose({name, email}) {
        this.lookUp.cancel();
        this.shutList();
        this.input.el.value = "";
        this.compose.addAddresses(this.draft.key, this.props.field, [{name, email}]);
        this.input.el.focus();
    }

    /** @param {ClipboardEvent} ev */
    onPaste(ev) {
        const text = ev.clipboardData.getData("text/plain").trim();
        // A part of an address goes into the input, whole ones become chips.
        if (text.includes("@") && !this.input.el.value) {
            ev.preventDefault();
            this.add(text);
        }
    }

    onBlur() {
        if (this.input.el) {
            this.commit();
        }
    }

    /** @param {KeyboardEvent} ev */
    onKeydown(ev) {
        const {state} = this;
        const {value} = this.input.el;
        const steps = {ArrowDown: 1, ArrowUp: -1};
        if (ev.isComposing || ev.ctrlKey || ev.metaKey || ev.altKey) {
            return;
        }
        if (ev.key in steps && state.isOpen) {
            const count = state.found.length;
            state.active = (state.active + steps[ev.key] + count) % count;
        } else if (["Enter", "Tab"].includes(ev.key) && this.chosen && !ev.shiftKey) {
            this.choose(this.chosen);
        } else if (ev.key === "Enter") {
            this.commit();
        } else if (ev.key === "Escape" && state.isOpen) {
            this.shutList();
        } else if (["Backspace", "ArrowLeft"].includes(ev.key) && !value) {
            this.focusChip(this.addresses.length - 1);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    /** What is proposed and stood on; a whole address that was typed goes before */
    get chosen() {
        const {isOpen, found, active} = this.state;
        return isOpen && !PLAIN_ADDRESS.test(this.input.el.value.trim())
            ? found[active]
            : undefined;
    }

    // ----------------------------------------------------------------- chips

    /** @param {number} index behind the last chip is the input */
    focusChip(index) {
        const chips = this.root.el.querySelectorAll(".o_crm_mail_address_chip");
        (chips[Math.max(0, index)] || this.input.el).focus();
    }

    /** @param {number} index */
    remove(index) {
        this.compose.removeAddress(this.draft.key, this.props.field, index);
        this.input.el.focus();
    }

    /**
     * A chip becomes text again.
     *
     * @param {number} index
     */
    async edit(index) {
        const text = this.asText(this.addresses[index]);
        await this.commit();
        this.compose.removeAddress(this.draft.key, this.props.field, index);
        this.input.el.value = text;
        this.input.el.focus();
        this.input.el.select();
    }

    /**
     * @param {number} index
     * @param {number} step down or up the fields
     */
    moveBy(index, step) {
        const {field, fields} = this.props;
        const target = fields[fields.indexOf(field) + step];
        if (target) {
            this.compose.moveAddress(this.draft.key, field, index, target);
            this.input.el.focus();
        }
    }

    /**
     * @param {KeyboardEvent} ev
     * @param {number} index
     */
    onChipKeydown(ev, index) {
        const {key} = ev;
        if (ev.ctrlKey || ev.metaKey) {
            return;
        }
        if (ev.altKey && (key === "ArrowDown" || key === "ArrowUp")) {
            this.moveBy(index, key === "ArrowDown" ? 1 : -1);
        } else if (key === "ArrowLeft") {
            this.focusChip(index - 1);
        } else if (key === "ArrowRight") {
            this.focusChip(index + 1);
        } else if (key === "Delete" || key === "Backspace") {
            this.remove(index);
        } else if (key === "Enter" || key === "F2") {
            this.edit(index);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    // ------------------------------------------------------------------ drag

    /**
     * @param {DragEvent} ev
     * @param {number} index
     */
    onDragStart(ev, index) {
        const {field} = this.props;
        this.store.compose.setDragged({key: this.draft.key, field, index});
        ev.dataTransfer.effectAllowed = "move";
        ev.dataTransfer.setData("text/plain", this.asText(this.addresses[index]));
    }

    onDragEnd() {
        this.store.compose.setDragged(null);
        this.state.isOver = false;
    }

    /** @returns {boolean} whether a chip of another line of this mail is over it */
    get mayDrop() {
        const {dragged} = this.store.compose;
        return (
            Boolean(dragged) &&
            dragged.key === this.draft.key &&
            dragged.field !== this.props.field
        );
    }

    /** @param {DragEvent} ev */
    onDragOver(ev) {
        if (this.mayDrop) {
            ev.preventDefault();
            this.state.isOver = true;
        }
    }

    /** @param {DragEvent} ev */
    onDrop(ev) {
        this.state.isOver = false;
        if (this.mayDrop) {
            ev.preventDefault();
            ev.stopPropagation();
            const {field, index} = this.store.compose.dragged;
            this.compose.moveAddress(this.draft.key, field, index, this.props.field);
            this.store.compose.setDragged(null);
        }
    }
}
