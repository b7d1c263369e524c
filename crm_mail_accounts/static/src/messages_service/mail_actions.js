import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";

import {mailsOf} from "./list_state";
import {UndoOffer} from "./undo_offer";

/**
 * What the reader does to mails.
 *
 * Each change is shown at once by the store, then asked of the server, and taken back
 * when that refuses. For a few seconds the reader can take it back as well.
 *
 * @typedef {import("./mail_client_service").MailClientService} MailClientService
 * @typedef {import("./mail_client_store").Row} Row
 * @typedef {import("./mail_client_store").Folder} Folder
 * @typedef {"seen"|"flagged"} Mark
 */

/** The server takes that many mails in one call */
export const AT_ONCE = 5000;
/** Times and milliseconds between them in which copies are looked for, to be undone */
export const COPY_LOOKS = 5;
export const COPY_PAUSE = 1500;

/**
 * @template T
 * @param {T[]} items
 * @returns {T[][]}
 */
function slices(items) {
    const count = Math.ceil(items.length / AT_ONCE);
    return Array.from({length: count}, (_item, index) =>
        items.slice(index * AT_ONCE, (index + 1) * AT_ONCE)
    );
}

export class MailActions {
    /** @param {MailClientService} client */
    constructor(client) {
        this.client = client;
        this.undoing = new UndoOffer(client);
    }

    get store() {
        return this.client.store;
    }

    // -------------------------------------------------------------- selection

    /** All mails of the list, also those further down that were not loaded. */
    async selectAll() {
        const {client, store} = this;
        const {view, viewKey} = store;
        const answer = await client.ask("select_all", [view]);
        if (answer.failed) {
            client.tell(answer.sentence);
        } else if (viewKey === store.viewKey) {
            store.selectMails(answer.value.mails);
            if (answer.value.more) {
                const count = answer.value.mails.length;
                client.tell(_t("The first %s messages were selected.", count), {
                    type: "info",
                });
            }
        }
    }

    // ------------------------------------------------------------------ marks

    /**
     * @param {Row[]} rows
     * @param {Mark[]} add
     * @param {Mark[]} remove
     * @param {{isAsked?: boolean, whole?: boolean}} [options] `isAsked`: by the reader,
     * who is to hear when Odoo is away; the screen says so anyway; `whole`:
     * conversations, not only the mails that stand for them
     */
    async mark(rows, add, remove = [], {isAsked = true, whole = false} = {}) {
        const {client, store} = this;
        const flags = {};
        add.forEach((name) => (flags[name] = true));
        remove.forEach((name) => (flags[name] = false));
        const ids = rows.map((row) => row.id);
        const before = store.setFlags(ids, flags, {whole});
        const asked = this.ask("mark", whole ? mailsOf(rows) : ids, [add, remove]);
        const offer =
            isAsked &&
            this.undoing.begin(() => this.unmark(before, asked, add, remove));
        const answer = await asked;
        if (answer.failed && !offer.isTaken) {
            store.restoreFlags(before);
        }
        if (answer.failed && (isAsked || store.online)) {
            client.tell(answer.sentence);
        }
        if (offer) {
            this.offerUndo(offer, answer, () =>
                this.markedText(answer.changed, add, remove)
            );
        }
        await client.settle(answer);
    }

    /**
     * The server has answered: what changed something can be taken back.
     *
     * @param {import("./undo_offer").Offer} offer
     * @param {{failed: boolean, changed?: number[], moved?: Array}} answer
     * @param {() => string} text
     */
    offerUndo(offer, answer, text) {
        if (answer.failed || !(answer.changed.length || answer.moved.length)) {
            this.undoing.withdraw(offer);
        } else {
            this.undoing.show(offer, text());
        }
    }

    /**
     * The opposite, of those mails that were not like this before.
     *
     * @param {import("./change_state").FlagsBefore[]} before
     * @param {Promise<object>} asked
     * @param {Mark[]} add
     * @param {Mark[]} remove
     */
    async unmark(before, asked, add, remove) {
        const {client, store} = this;
        store.restoreFlags(before);
        const {failed, changed} = await asked;
        if (failed || !changed.length) {
            return;
        }
        const answer = await this.ask("mark", changed, [remove, add]);
        if (answer.failed) {
            client.tell(answer.sentence);
        }
        await client.settle(answer, {refresh: true});
    }

    /**
     * What there is to say: of one mail its row says it.
     *
     * @param {number[]} changed
     * @param {Mark[]} add
     * @param {Mark[]} remove
     */
    markedText({length: count}, [add], [remove]) {
        if (count < 2) {
            return "";
        }
        if (add === "seen") {
            return _t("%s messages were marked as read.", count);
        }
        if (remove === "seen") {
            return _t("%s messages were marked as unread.", count);
        }
        return add
            ? _t("%s messages were flagged.", count)
            : _t("The flag was removed from %s messages.", count);
    }

    /** @param {Row[]} rows */
    markRead(rows) {
        return this.mark(rows, ["seen"], [], {whole: true});
    }

    /**
     * The open mail is put back with it: as long as it is open it counts as read.
     *
     * @param {Row[]} rows
     */
    markUnread(rows) {
        if (rows.some((row) => row.id === this.store.openId)) {
            this.store.closeMessage();
        }
        return this.mark(rows, [], ["seen"]);
    }

    /** @param {Row[]} rows */
    flag(rows) {
        return this.mark(rows, ["flagged"]);
    }

    /** @param {Row[]} rows */
    unflag(rows) {
        return this.mark(rows, [], ["flagged"]);
    }

    // ------------------------------------------------------------------ moves

    /** @param {Row[]} rows */
    archive(rows) {
        return this.takeAway("archive", rows, {
            targetId: this.target(rows, "archive") || this.target(rows, "all"),
            tell: (count) =>
                count === 1
                    ? _t("The message was archived.")
                    : _t("%s messages were archived.", count),
        });
    }

    /** @param {Row[]} rows */
    junk(rows) {
        return this.takeAway("junk", rows, {
            targetId: this.target(rows, "junk"),
            tell: (count) =>
                count === 1
                    ? _t("The message was moved to spam.")
                    : _t("%s messages were moved to spam.", count),
        });
    }

    /** @param {Row[]} rows */
    notJunk(rows) {
        return this.takeAway("not_junk", rows, {
            targetId: this.target(rows, "inbox"),
            tell: (count) =>
                count === 1
                    ? _t("The message was moved to the inbox.")
                    : _t("%s messages were moved to the inbox.", count),
        });
    }

    /**
     * To the trash, or for good: `store.isDeletingFinal` tells before.
     *
     * @param {Row[]} rows
     */
    delete(rows) {
        const isFinal = this.store.isDeletingFinal(rows);
        return this.takeAway("delete", rows, {
            isFinal,
            targetId: isFinal ? false : this.target(rows, "trash"),
            tell: (count) =>
                count === 1
                    ? _t("The message was moved to the trash.")
                    : _t("%s messages were moved to the trash.", count),
        });
    }

    /**
     * @param {Row[]} rows
     * @param {Folder} folder
     */
    move(rows, folder) {
        const {name} = folder;
        return this.takeAway("move", rows, {
            args: [folder.id],
            targetId: folder.id,
            tell: (count) =>
                count === 1
                    ? _t("The message was moved to “%s”.", name)
                    : _t("%(count)s messages were moved to “%(name)s”.", {count, name}),
        });
    }

    /**
     * The server makes the copies, which appear in their folder with its next answers.
     *
     * @param {Row[]} rows
     * @param {Folder} folder
     */
    async copy(rows, folder) {
        const {client} = this;
        const {name} = folder;
        const asked = this.ask("copy_mails", mailsOf(rows), [folder.id]);
        const offer = this.undoing.begin(() => this.uncopy(asked, name));
        const answer = await asked;
        if (answer.failed) {
            client.tell(answer.sentence);
        }
        const count = answer.copies ? answer.copies.length : 0;
        this.offerUndo(offer, {...answer, changed: answer.copies}, () =>
            count === 1
                ? _t("The message was copied to “%s”.", name)
                : _t("%(count)s messages were copied to “%(name)s”.", {count, name})
        );
        await client.settle(answer);
    }

    /**
     * Copies go for good. Those that the server is making just now are seen a moment
     * later.
     *
     * @param {Promise<object>} asked
     * @param {string} name of their folder
     */
    async uncopy(asked, name) {
        const {client} = this;
        let {failed, copies} = await asked;
        let answer = {failed: true};
        for (let look = 0; !failed && copies.length && look < COPY_LOOKS; look++) {
            if (look) {
                await new Promise((done) => browser.setTimeout(done, COPY_PAUSE));
            }
            answer = await this.ask("undo_copy", copies, []);
            ({failed} = answer);
            copies = failed ? copies : answer.late;
        }
        if (answer.failed && answer.sentence) {
            client.tell(answer.sentence);
        } else if (!answer.failed && copies.length) {
            client.tell(
                _t(
                    "The mail server has not shown the copies yet. Delete them in “%s” when they are there.",
                    name
                )
            );
        }
        if (answer.progress) {
            await client.settle(answer, {refresh: true});
        }
    }

    /** Takes back what the reader did last. */
    undo() {
        return this.undoing.take();
    }

    // ---------------------------------------------------------------- helpers

    /**
     * The folder that mails go to, when the screen knows it.
     *
     * @param {Row[]} rows
     * @param {string} role
     * @returns {number|false}
     */
    target(rows, role) {
        const accountIds = new Set(rows.map((row) => row.account_id));
        if (accountIds.size !== 1) {
            return false;
        }
        const folder = this.store.roleFolder([...accountIds][0], role);
        return folder ? folder.id : false;
    }

    /**
     * Mails leave the list, and the next one is opened in the place of the open one.
     *
     * @param {string} method
     * @param {Row[]} rows
     * @param {{args?: Array, isFinal?: boolean, targetId: number|false, tell: (count: number) => string}} options
     */
    async takeAway(method, rows, {args = [], isFinal = false, targetId, tell}) {
        const {client, store} = this;
        this.undoing.end();
        const ids = rows.map((row) => row.id);
        const follower = store.followerOf(ids);
        const taken = store.takeRows(ids, targetId, {isFinal});
        const asked = this.ask(method, mailsOf(rows), args);
        const offer = this.undoing.begin(() => this.bringBack(taken, asked));
        if (taken.openLeft && follower) {
            client.openMessage(follower.id);
        } else if (taken.openLeft) {
            store.closeMessage();
        }
        const answer = await asked;
        if (answer.failed && !offer.isTaken) {
            store.giveBack(taken);
        }
        if (answer.failed) {
            client.tell(answer.sentence);
        }
        this.offerUndo(offer, answer, () => tell(answer.moved.length));
        if (answer.failed || !offer.isTaken) {
            await client.settle(answer);
        }
    }

    /**
     * Moved mails come back, on screen at once.
     *
     * @param {import("./change_state").Taken} taken
     * @param {Promise<object>} asked
     */
    async bringBack(taken, asked) {
        const {client, store} = this;
        store.giveBack(taken);
        const {failed, moved} = await asked;
        if (failed) {
            return;
        }
        const answer = await this.ask("undo_move", moved, []);
        if (answer.failed) {
            client.tell(answer.sentence);
        }
        await client.settle(answer, {refresh: true});
    }

    /**
     * One change, in as many calls as it takes.
     *
     * @param {string} method
     * @param {Array} items ids, or what `undo_move` and `undo_copy` take
     * @param {Array} args
     * @returns {Promise<{failed: boolean, sentence?: string, moved?: [number, number][], changed?: number[], copies?: Array, late?: Array, progress?: object}>}
     */
    ask(method, items, args) {
        const {client} = this;
        return client.changes.run(async () => {
            const moved = [];
            const changed = [];
            const copies = [];
            const late = [];
            let progress = null;
            for (const slice of slices(items)) {
                const answer = await client.ask(method, [slice, ...args]);
                if (answer.failed) {
                    return answer;
                }
                moved.push(...(answer.value.moved || []));
                changed.push(...(answer.value.changed || []));
                copies.push(...(answer.value.copies || []));
                late.push(...(answer.value.late || []));
                progress = answer.value.progress || answer.value;
            }
            return {failed: false, moved, changed, copies, late, progress};
        });
    }
}
