import {browser} from "@web/core/browser/browser";
import {Mutex} from "@web/core/utils/concurrency";

/**
 * Keeps what is being written: at once in this browser, soon on the server.
 *
 * One save of a window is on its way at a time; what is typed meanwhile goes with the
 * next one. While Odoo is away the browser keeps everything, and the save is tried
 * again.
 *
 * @typedef {import("./mail_client_service").MailClientService} MailClientService
 * @typedef {import("./compose_backup").ComposeBackup} ComposeBackup
 */

/** Milliseconds of rest after which a mail is saved on the server */
export const SAVE_DELAY = 2000;
/** Milliseconds after which it is saved although its author goes on typing */
export const SAVE_PERIOD = 20000;
/** Milliseconds between two tries while Odoo is away, or does not take the mail */
export const RETRY_DELAY = 5000;

export class ComposeSaver {
    /**
     * @param {MailClientService} client
     * @param {ComposeBackup} backup
     */
    constructor(client, backup) {
        this.client = client;
        this.backup = backup;
        /** @type {Map<number, {timer: number, since: number, mutex: Mutex}>} */
        this.jobs = new Map();
    }

    get state() {
        return this.client.store.compose;
    }

    /** @param {number} key */
    job(key) {
        if (!this.jobs.has(key)) {
            this.jobs.set(key, {timer: 0, since: 0, mutex: new Mutex()});
        }
        return this.jobs.get(key);
    }

    /**
     * One thing after the other is done with a window.
     *
     * @template T
     * @param {number} key
     * @param {() => Promise<T>} call
     * @returns {Promise<T>}
     */
    run(key, call) {
        return this.job(key).mutex.exec(call);
    }

    /**
     * A window was changed: the browser keeps it at once, the server soon.
     *
     * @param {number} key
     */
    noteChange(key) {
        const draft = this.state.get(key);
        const job = this.job(key);
        job.since ||= Date.now();
        this.backup.write(draft, this.state.valuesOf(draft));
        const left = job.since + SAVE_PERIOD - Date.now();
        this.plan(key, Math.max(0, Math.min(SAVE_DELAY, left)));
    }

    /**
     * @param {number} key
     * @param {number} delay milliseconds
     */
    plan(key, delay) {
        const job = this.job(key);
        browser.clearTimeout(job.timer);
        job.timer = browser.setTimeout(() => this.save(key), delay);
    }

    /**
     * Saves what the server does not know yet.
     *
     * @param {number} key
     * @param {{isForced?: boolean}} [options] `isForced`: a row is needed even for an
     * empty mail, or one that has only been looked at
     * @returns {Promise<boolean>} whether the server has all of it now
     */
    save(key, {isForced = false} = {}) {
        browser.clearTimeout(this.job(key).timer);
        return this.run(key, () => this.saveNow(key, isForced));
    }

    async saveNow(key, isForced) {
        const {state} = this;
        const draft = state.get(key);
        if (!draft || draft.conflict) {
            return false;
        }
        if (!state.isDirty(draft) && !(isForced && !draft.id)) {
            return true;
        }
        const {serial} = draft;
        this.job(key).since = 0;
        state.startSave(key);
        const answer = await this.client.ask("compose_save", [
            draft.id,
            draft.version,
            state.valuesOf(draft),
        ]);
        if (answer.failed) {
            state.failSave(key, answer.sentence, !this.client.store.online);
            this.plan(key, RETRY_DELAY);
            return false;
        }
        if (answer.value.conflict) {
            const {composition, taken_by: takenBy} = answer.value;
            state.setConflict(key, composition, takenBy);
            return false;
        }
        state.setSaved(key, serial, answer.value);
        this.keep(key);
        return true;
    }

    /**
     * What the server has need not lie in the browser; what it has not, must.
     *
     * @param {number} key
     */
    keep(key) {
        const draft = this.state.get(key);
        if (!draft) {
            return;
        }
        if (this.state.isDirty(draft)) {
            this.noteChange(key);
        } else {
            this.backup.forget(key);
        }
    }

    /** Saves every window that is not saved: the page may go away now. */
    saveAll() {
        for (const draft of this.state.windows) {
            if (draft.status === "ready" && this.state.isDirty(draft)) {
                this.save(draft.key);
            }
        }
    }

    /**
     * The window is gone, and so is what the browser kept of it.
     *
     * @param {number} key
     */
    forget(key) {
        const job = this.jobs.get(key);
        if (job) {
            browser.clearTimeout(job.timer);
            this.jobs.delete(key);
        }
        this.backup.forget(key);
    }
}
