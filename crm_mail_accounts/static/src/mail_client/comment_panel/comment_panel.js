import {Component, onWillUpdateProps, useEffect, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useDebounced} from "@web/core/utils/timing";

import {useMailClient} from "../../messages_service/use_mail_client";
import {shortDate} from "../message_list/message_date";

/** Milliseconds of rest after which colleagues are looked up */
const LOOK_UP_DELAY = 200;
/** The name that is being typed at the end of a text: an @ and what follows it */
const NAMING = /(?:^|\s)@([^\s@]*(?: [^\s@]*)?)$/u;

/**
 * What colleagues say about a mail, below it: whom it names may read the mail.
 *
 * Keys: `@` proposes colleagues, the arrows go through them, Enter takes one;
 * Ctrl+Enter sends.
 */
export class CommentPanel extends Component {
    static template = "crm_mail_accounts.CommentPanel";
    static props = {row: Object};

    setup() {
        const {client, store} = useMailClient();
        this.comments = client.comments;
        this.store = store;
        this.shortDate = shortDate;
        this.input = useRef("input");
        this.state = useState({
            isOpen: false,
            isBusy: false,
            hasText: false,
            /** @type {{id: number, name: string, reads: boolean}[]} */
            named: [],
            found: [],
            active: -1,
        });
        this.lookUp = useDebounced((term) => this.propose(term), LOOK_UP_DELAY);
        onWillUpdateProps(({row}) => {
            if (row.id !== this.props.row.id) {
                Object.assign(this.state, {isOpen: false, named: [], found: []});
            }
        });
        useEffect(
            (messageId, isShown) => {
                if (isShown && !this.view) {
                    this.comments.load(messageId);
                }
            },
            () => [this.props.row.id, this.isShown]
        );
        // The input is there when the conversation was loaded, and stays in sight.
        useEffect(
            (input) => {
                if (input && this.isAsked) {
                    this.isAsked = false;
                    input.focus();
                    input.parentElement.scrollIntoView({block: "nearest"});
                }
            },
            () => [this.input.el, this.talk && this.talk.comments.length]
        );
    }

    /** @returns {import("../../messages_service/comment_state").TalkView|undefined} */
    get view() {
        return this.store.comments.get(this.props.row.id);
    }

    get talk() {
        return this.view && this.view.data;
    }

    /** A mail that nobody has said anything about has one quiet line only. */
    get isShown() {
        const {row} = this.props;
        return this.state.isOpen || row.comments > 0 || Boolean(row.shared);
    }

    get listId() {
        return `o_crm_mail_named_${this.props.row.id}`;
    }

    /** Those who would get to read the mail by what is written */
    get newReaders() {
        return this.state.named.filter(({reads}) => !reads);
    }

    get newReadersText() {
        const names = this.newReaders.map(({name}) => name).join(", ");
        return _t("%s will be able to read this message.", names);
    }

    /** @param {import("../../messages_service/comment_state").Reader} reader */
    readerTitle({kind, opened_at: openedAt}) {
        if (kind === "owner") {
            return _t("Owner of the mailbox");
        }
        if (kind === "delegate") {
            return _t("Reads the whole mailbox");
        }
        return openedAt
            ? _t("Opened it on %s", shortDate(openedAt))
            : _t("Has not opened it yet");
    }

    /** @param {import("../../messages_service/comment_state").Reader} reader */
    withdrawLabel({name}) {
        return _t("Withdraw it from %s", name);
    }

    open() {
        this.state.isOpen = true;
        this.isAsked = true;
    }

    // ----------------------------------------------------------------- naming

    onInput() {
        const {el} = this.input;
        this.state.hasText = Boolean(el.value.trim());
        this.state.named = this.state.named.filter(({name}) =>
            el.value.includes(`@${name}`)
        );
        const naming = NAMING.exec(el.value.slice(0, el.selectionStart));
        if (naming) {
            this.lookUp(naming[1]);
        } else {
            this.shut();
        }
    }

    /** @param {string} term */
    async propose(term) {
        const found = await this.comments.candidates(this.props.row.id, term);
        const {el} = this.input;
        const naming = el && NAMING.exec(el.value.slice(0, el.selectionStart));
        if (naming && naming[1] === term) {
            this.state.found = found;
            this.state.active = found.length ? 0 : -1;
        }
    }

    shut() {
        this.lookUp.cancel();
        this.state.found = [];
        this.state.active = -1;
    }

    /** @param {{id: number, name: string, reads: boolean}} person */
    take(person) {
        const {el} = this.input;
        const head = el.value.slice(0, el.selectionStart);
        const tail = el.value.slice(el.selectionStart);
        const begun = head.slice(0, head.lastIndexOf("@"));
        const written = `${begun}@${person.name} `;
        el.value = written + tail;
        el.setSelectionRange(written.length, written.length);
        el.focus();
        if (!this.state.named.some(({id}) => id === person.id)) {
            this.state.named.push(person);
        }
        this.state.hasText = true;
        this.shut();
    }

    /** @param {KeyboardEvent} ev */
    onKeydown(ev) {
        const {found, active} = this.state;
        const step = {ArrowDown: 1, ArrowUp: -1}[ev.key];
        if (found.length && step) {
            this.state.active = (active + step + found.length) % found.length;
        } else if (found.length && ["Enter", "Tab"].includes(ev.key)) {
            this.take(found[active]);
        } else if (found.length && ev.key === "Escape") {
            this.shut();
        } else if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            this.send();
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    async send() {
        const {state} = this;
        const {el} = this.input;
        if (state.isBusy || !el.value.trim()) {
            return;
        }
        state.isBusy = true;
        this.isAsked = true;
        const ids = state.named.map(({id}) => id);
        const isSaid = await this.comments.add(this.props.row.id, el.value, ids);
        state.isBusy = false;
        if (isSaid && this.input.el) {
            this.input.el.value = "";
            Object.assign(state, {named: [], hasText: false});
        }
    }
}
