import {browser} from "@web/core/browser/browser";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";
import {effect} from "@web/core/utils/reactive";

import {ANSWERS, newToken} from "./compose_windows";

/**
 * Several people in one mailbox: says to the others what this tab shows, hears what
 * theirs show, and gives conversations to colleagues.
 *
 * While nobody else reads any of the mailboxes nothing is sent at all.
 *
 * @typedef {import("./mail_client_service").MailClientService} MailClientService
 * @typedef {import("./mail_client_store").Row} Row
 * @typedef {import("./team_state").Person} Person
 */

const BUS_PRESENCE = "crm_mail_accounts/presence";
const BUS_ASSIGNED = "crm_mail_accounts/assigned";
const BUS_DRAFT = "crm_mail_accounts/draft";
/** Milliseconds after which the server hears again that we are still there */
export const PRESENCE_PERIOD = 20000;
/** Milliseconds in which several steps of the reader become one word to the server */
export const PRESENCE_DELAY = 250;

export class TeamActions {
    /** @param {MailClientService} client */
    constructor(client) {
        this.client = client;
        /** By it the server tells one tab of a person from another */
        this.tab = newToken();
        this.timer = 0;
        /** What the server was told last, and what it is to be told now */
        this.told = "";
        this.places = "";
        this.serial = 0;
    }

    get store() {
        return this.client.store;
    }

    listen() {
        const {bus, store} = this.client;
        bus.subscribe(BUS_PRESENCE, (payload) => this.onPresence(payload));
        bus.subscribe(BUS_ASSIGNED, (payload) => this.onAssigned(payload));
        bus.subscribe(BUS_DRAFT, (payload) => this.onDraft(payload));
        effect((state) => this.follow(state), [store]);
        document.addEventListener("visibilitychange", () => this.follow(store));
        browser.addEventListener("pagehide", () => this.leave());
    }

    // --------------------------------------------------------------- presence

    /**
     * Looks what this tab shows; called whenever something changes of what is read here.
     *
     * @param {import("./mail_client_store").MailClientStore} store
     */
    follow(store) {
        const places = this.placesOf(store);
        if (places !== this.places) {
            this.places = places;
            this.schedule(PRESENCE_DELAY);
        }
    }

    /**
     * What the server is told, as one value that can be compared; empty when nobody
     * else would hear of it.
     *
     * @param {import("./mail_client_store").MailClientStore} store
     */
    placesOf(store) {
        const {message, openId, compose, sharedAccountIds} = store;
        const answering = compose.answered
            .filter(({account_id: accountId}) => sharedAccountIds.has(accountId))
            .map(({message_id: messageId}) => messageId);
        const {row} = message;
        const isRead =
            this.client.screens > 0 &&
            document.visibilityState !== "hidden" &&
            Boolean(openId && row && !row.shared) &&
            sharedAccountIds.has(row.account_id);
        const isLooking = this.client.screens > 0 && sharedAccountIds.size > 0;
        return isLooking || answering.length
            ? JSON.stringify([isRead && openId, answering])
            : "";
    }

    /** @param {number} delay */
    schedule(delay) {
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.tell(), delay);
    }

    /** Says it, hears who else is there, and says it again in time. */
    async tell() {
        const {places, store} = this;
        const isNoMore = !places && !this.told;
        this.told = places;
        if (isNoMore) {
            return;
        }
        const serial = ++this.serial;
        const [reading, answering] = places ? JSON.parse(places) : [false, []];
        const answer = await this.client.ask("presence", [
            this.tab,
            reading,
            answering,
        ]);
        if (serial !== this.serial) {
            return;
        }
        if (!answer.failed) {
            store.team.setAll(answer.value);
        }
        // Who only looks at the list asks while others are there, lest they stay for ever.
        if (reading || answering.length || store.team.people.length || answer.failed) {
            this.schedule(PRESENCE_PERIOD);
        }
    }

    /** The page goes away; whoever is not heard of is gone after a minute anyway. */
    leave() {
        if (this.told) {
            this.client.ask("presence", [this.tab, false, []]);
            this.told = "";
        }
    }

    /** @param {{account_id: number, people: import("./team_state").Presence[]}} payload */
    onPresence({account_id: accountId, people}) {
        const {store} = this;
        const others = people.filter(({person}) => person.id !== user.userId);
        store.team.setIn(accountId, others);
        if (this.client.screens && others.length) {
            this.schedule(PRESENCE_PERIOD);
        }
    }

    // ----------------------------------------------------------------- drafts

    /** @param {{thread_id: number}} payload somebody begins or ends an answer there */
    onDraft({thread_id: threadId}) {
        if (this.client.screens && this.store.thread.id === threadId) {
            this.client.loadThread(threadId);
        }
    }

    /** The author of a draft is another one: in the list and in the conversation. */
    lookAgain() {
        const {client, store} = this;
        if (!client.screens) {
            return;
        }
        client.refreshList({announce: false});
        if (store.thread.id) {
            client.loadThread(store.thread.id);
        }
    }

    // ------------------------------------------------------------- assignment

    /**
     * @param {Row[]} rows
     * @returns {Promise<import("./mail_client_service").Answer>} whom they may be given to
     */
    candidates(rows) {
        return this.client.ask("assign_candidates", [rows.map(({id}) => id)]);
    }

    /**
     * Gives the conversations of these mails to somebody, or to nobody.
     *
     * @param {Row[]} rows
     * @param {Person|false} person
     */
    async assign(rows, person) {
        const {client, store} = this;
        const before = rows.map((row) => [row.thread_id, row.assigned]);
        const threadIds = rows.map((row) => row.thread_id);
        store.setAssigned(threadIds, person);
        const args = [rows.map(({id}) => id), person ? person.id : false];
        const answer = await client.askChange("assign", args);
        if (answer.failed) {
            before.forEach(([threadId, one]) => store.setAssigned([threadId], one));
            client.tell(answer.sentence);
        } else {
            // The list may have been read anew meanwhile.
            store.setAssigned(threadIds, person);
            this.refreshAssigned();
        }
    }

    /** Where only some people's conversations are listed, others come and go. */
    refreshAssigned() {
        const {client, store} = this;
        if (client.screens && store.assignedFacet) {
            client.refreshList({announce: false});
        }
    }

    /**
     * @param {{account_id: number, thread_ids: number[], assigned: Person|false, by: string, message_id: number, subject: string}} payload
     */
    onAssigned(payload) {
        const {assigned, by} = payload;
        this.store.setAssigned(payload.thread_ids, assigned);
        this.refreshAssigned();
        if (!assigned || assigned.id !== user.userId) {
            return;
        }
        const subject = payload.subject || _t("(no subject)");
        const count = payload.thread_ids.length;
        this.client.notification.add(
            count === 1
                ? _t("%(by)s has assigned “%(subject)s” to you.", {by, subject})
                : _t("%(by)s has assigned %(count)s conversations to you.", {
                      by,
                      count,
                  }),
            {
                type: "info",
                sticky: true,
                buttons: [
                    {
                        name: _t("Open"),
                        primary: true,
                        onClick: () => this.show(payload),
                    },
                ],
            }
        );
    }

    /** @param {{account_id: number, message_id: number}} payload a mail of a mailbox */
    async show({account_id: accountId, message_id: messageId}) {
        const {client, store} = this;
        await client.showScreen();
        const inbox = store.folders.find(
            (folder) => folder.account_id === accountId && folder.role === "inbox"
        );
        if (inbox) {
            await client.openFolder(inbox.id);
        }
        await client.openMessage(messageId);
    }

    // --------------------------------------------------- before an answer leaves

    /**
     * Whether an answer may leave: asks its author when a colleague is answering the
     * same conversation, or has answered since they began to write.
     *
     * @param {import("./compose_state").ComposeWindow} draft
     * @returns {Promise<{isWanted: boolean, look: number|false}>} `look`: the mail that
     * the author wants to look at instead
     */
    async mayLeave({parent, id, started_at: startedAt}) {
        const {sharedAccountIds} = this.store;
        if (
            !parent ||
            !ANSWERS.includes(parent.kind) ||
            !sharedAccountIds.has(parent.account_id)
        ) {
            return {isWanted: true, look: false};
        }
        const {message_id: messageId} = parent;
        const args = [messageId, startedAt || false, id];
        const answer = await this.client.ask("answer_check", args);
        const {answering, answered} = answer.failed
            ? {answering: [], answered: []}
            : answer.value;
        if (!answering.length && !answered.length) {
            return {isWanted: true, look: false};
        }
        const names = (people) => [...new Set(people.map(({name}) => name))].join(", ");
        const body = answered.length
            ? _t("%(names)s has answered this conversation since you began to write.", {
                  names: names(answered),
              })
            : _t("%(names)s is answering this conversation just now.", {
                  names: names(answering),
              });
        const newest = answered.at(-1);
        return new Promise((resolve) => {
            const choose = (isWanted, look) => () => resolve({isWanted, look});
            this.client.dialog.add(
                ConfirmationDialog,
                {
                    title: _t("Send a second answer?"),
                    body,
                    confirmLabel: _t("Send anyway"),
                    cancelLabel: _t("Look first"),
                    confirm: choose(true, false),
                    cancel: choose(false, (newest && newest.message_id) || messageId),
                    dismiss: choose(false, false),
                },
                {onClose: choose(false, false)}
            );
        });
    }
}
