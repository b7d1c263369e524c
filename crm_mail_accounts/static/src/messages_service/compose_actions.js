import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";

import {ComposeBackup} from "./compose_backup";
import {ComposeLost} from "./compose_lost";
import {ComposeRecordFiles} from "./compose_record_files";
import {ComposeSaver} from "./compose_saver";
import {ComposeSending} from "./compose_sending";
import {ComposeTemplates} from "./compose_templates";
import {ComposeUploads} from "./compose_uploads";
import {exchangeSignature, splitQuote} from "./mail_body";

/**
 * Writing a mail, from the first letter until its window is shut or thrown away.
 * `sending` hands it over, `templates` and `uploads` bring what goes into it, `lost`
 * what a tab has left behind.
 *
 * Nothing here throws towards a component. A window that is sent, closed or thrown
 * away leaves the screen at once; when the server does not agree it comes back with
 * the server's sentence.
 *
 * @typedef {import("./mail_client_service").MailClientService} MailClientService
 * @typedef {import("./compose_state").Composition} Composition
 * @typedef {import("./compose_state").ComposeWindow} ComposeWindow
 * @typedef {"new"|"reply"|"reply_all"|"forward"|"forward_attachment"|"edit_as_new"|"draft"} ComposeKind
 */

const BUS_TAKEN_OVER = "crm_mail_accounts/taken_over";
/** Milliseconds in which a mail that was thrown away can be taken back */
export const DISCARD_TIME = 8000;

export class ComposeActions {
    /**
     * @param {MailClientService} client
     * @param {object} fileUpload
     */
    constructor(client, fileUpload) {
        this.client = client;
        this.backup = new ComposeBackup();
        this.saver = new ComposeSaver(client, this.backup);
        this.uploads = new ComposeUploads(client, this.saver, fileUpload);
        this.recordFiles = new ComposeRecordFiles(this);
        this.templates = new ComposeTemplates(this);
        this.sending = new ComposeSending(this);
        this.lost = new ComposeLost(this);
    }

    get state() {
        return this.client.store.compose;
    }

    /** Called once, when the web client starts. */
    listen() {
        this.client.bus.subscribe(BUS_TAKEN_OVER, (payload) =>
            this.onTakenOver(payload)
        );
        browser.addEventListener("pagehide", () => this.saver.saveAll());
        browser.addEventListener("visibilitychange", () => {
            if (document.visibilityState === "hidden") {
                this.saver.saveAll();
            }
        });
        browser.addEventListener("online", () => this.saver.saveAll());
    }

    // ---------------------------------------------------------------- opening

    /**
     * A new mail, or one that answers another.
     *
     * @param {ComposeKind} kind
     * @param {number|false} [messageId]
     * @param {object|null} [values] to, cc, subject, body_html, record
     */
    async start(kind, messageId = false, values = null) {
        const known = kind === "draft" && this.state.byDraft(messageId);
        if (known) {
            this.state.activate(known.key);
            return;
        }
        const {key} = this.state.add(kind, messageId);
        const answer = await this.client.ask("compose_start", [
            kind,
            messageId,
            values,
        ]);
        this.show(key, answer);
    }

    /**
     * A mail that lies here: a draft, one that waits, one that failed.
     *
     * @param {number} outgoingId
     */
    async open(outgoingId) {
        const known = this.state.byId(outgoingId);
        if (known) {
            this.state.activate(known.key);
            return;
        }
        const {key} = this.state.add("open");
        this.show(key, await this.client.ask("compose_open", [outgoingId]));
    }

    /**
     * Goes on with a colleague's draft, who is told.
     *
     * @param {number} outgoingId
     */
    async takeOver(outgoingId) {
        const {client} = this;
        const {key} = this.state.add("open");
        this.show(key, await client.ask("compose_take_over", [outgoingId]));
        client.team.lookAgain();
    }

    /**
     * A colleague goes on with what one was writing.
     *
     * @param {{id: number, by: string, subject: string}} payload
     */
    onTakenOver({id, by, subject}) {
        const draft = this.state.byId(id);
        if (draft) {
            this.state.setConflict(draft.key, {}, by);
        }
        this.client.notification.add(
            _t("%(by)s has taken over your draft “%(subject)s”.", {
                by,
                subject: subject || _t("(no subject)"),
            }),
            {type: "info", sticky: true}
        );
        this.client.team.lookAgain();
    }

    /**
     * @param {number} key
     * @param {import("./mail_client_service").Answer} answer with a composition
     */
    show(key, answer) {
        if (answer.failed) {
            this.state.remove(key);
            this.client.tell(answer.sentence);
            return;
        }
        this.fill(key, answer.value);
    }

    /**
     * @param {number} key
     * @param {Composition} composition
     */
    fill(key, composition) {
        const {written, quote} = composition.plain
            ? {written: composition.body_html, quote: ""}
            : splitQuote(composition.body_html);
        this.state.fill(key, {...composition, body_html: written}, quote);
    }

    // ---------------------------------------------------------------- writing

    /**
     * @param {number} key
     * @param {Partial<ComposeWindow>} values
     * @param {{isOfEditor?: boolean}} [options]
     */
    change(key, values, options) {
        this.state.change(key, values, options);
        this.saver.noteChange(key);
    }

    /**
     * Another sender, with their signature.
     *
     * @param {number} key
     * @param {string} senderKey
     */
    setSender(key, senderKey) {
        const draft = this.state.get(key);
        const before = this.state.senderOf(draft);
        const after = draft.senders.find((sender) => sender.key === senderKey);
        if (!after || before === after) {
            return;
        }
        const values = {sender_key: senderKey};
        if (!draft.plain) {
            values.body_html = exchangeSignature(draft.body_html, before, after);
        }
        this.change(key, values);
    }

    /** @param {number} key */
    unfoldQuote(key) {
        const draft = this.state.get(key);
        const body = draft.body_html + draft.quote_html;
        this.change(key, {body_html: body, quote_html: ""});
    }

    /**
     * @param {number} key
     * @param {"to"|"cc"|"bcc"} field
     * @param {import("./compose_state").ChipAddress[]} addresses
     */
    addAddresses(key, field, addresses) {
        this.state.addAddresses(key, field, addresses);
        this.saver.noteChange(key);
    }

    removeAddress(key, field, index) {
        this.state.removeAddress(key, field, index);
        this.saver.noteChange(key);
    }

    moveAddress(key, from, index, to) {
        this.state.moveAddress(key, from, index, to);
        this.saver.noteChange(key);
    }

    /**
     * People whom a term names.
     *
     * @param {string} term
     * @returns {Promise<{name: string, email: string, kind: string, subtitle: string}[]>}
     */
    async complete(term) {
        const answer = await this.client.ask("compose_complete", [term]);
        return answer.failed ? [] : answer.value;
    }

    /**
     * @param {string} text typed or pasted
     * @returns {Promise<import("./compose_state").ChipAddress[]>} those that are none
     * are marked; all of them when Odoo is away, for the server looks again later
     */
    async parse(text) {
        const answer = await this.client.ask("compose_parse_addresses", [text]);
        if (answer.failed) {
            return [{name: "", email: text.trim(), wrong: true}];
        }
        const {addresses, wrong} = answer.value;
        return [
            ...addresses,
            ...wrong.map((part) => ({name: "", email: part, wrong: true})),
        ];
    }

    // ------------------------------------------------------- conflict, leaving

    /** @param {number} key */
    keepMine(key) {
        this.state.keepMine(key);
        return this.saver.save(key);
    }

    /** @param {number} key */
    takeTheirs(key) {
        if (this.state.get(key).takenBy) {
            this.drop(key);
            return;
        }
        this.fill(key, this.state.get(key).conflict);
        this.backup.forget(key);
    }

    /**
     * Shuts a window; what was written stays among the drafts.
     *
     * @param {number} key
     */
    async close(key) {
        const {state} = this;
        const draft = state.get(key);
        if (draft.conflict) {
            return;
        }
        state.hide(key);
        const isSaved = await this.saver.save(key);
        if (!state.get(key)) {
            return;
        }
        if (isSaved) {
            const {id} = state.get(key);
            this.drop(key);
            if (id) {
                // Whoever looks into Drafts next wants to find it there.
                await this.client.ask("compose_leave", [id]);
            }
            await this.client.outgoing.refresh();
            this.client.lookSoon();
        } else {
            state.activate(key);
        }
    }

    /**
     * Throws a mail away, for good after a few seconds.
     *
     * @param {number} key
     */
    discard(key) {
        const {state} = this;
        const draft = state.get(key);
        if (!draft.id && !state.isDirty(draft)) {
            this.drop(key);
            return;
        }
        state.hide(key);
        // Else it would be offered again as lost, although it was thrown away.
        this.backup.forget(key);
        let isWanted = false;
        const close = this.client.notification.add(_t("The draft was discarded."), {
            type: "info",
            autocloseDelay: DISCARD_TIME,
            buttons: [
                {
                    name: _t("Undo"),
                    onClick: () => {
                        isWanted = true;
                        close();
                        state.activate(key);
                        this.saver.keep(key);
                    },
                },
            ],
            onClose: () => isWanted || this.discardNow(key),
        });
    }

    /** @param {number} key */
    async discardNow(key) {
        const answer = await this.saver.run(key, async () => {
            const {id} = this.state.get(key);
            return id ? this.client.ask("compose_discard", [id]) : {};
        });
        if (answer.failed) {
            this.client.tell(answer.sentence);
        }
        this.drop(key);
        this.client.lookSoon();
    }

    /** @param {number} key */
    drop(key) {
        this.saver.forget(key);
        this.state.remove(key);
    }
}
