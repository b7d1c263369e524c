import {Mutex} from "@web/core/utils/concurrency";

/**
 * Changes of mails go to the server one after the other, in the order in which the
 * reader made them: "read" and then "archived" must not overtake each other.
 *
 * While one is on its way, what was asked before it says less than the screen does.
 * Whoever asks notes `serial` and finds by `isStale` whether the answer still counts.
 */
export class ChangeQueue {
    constructor() {
        this.mutex = new Mutex();
        /** Changes that were begun so far */
        this.serial = 0;
        /** The same of what is only watched: what stands beside mails, not in them */
        this.facts = 0;
        this.waiting = 0;
    }

    get isBusy() {
        return this.waiting > 0;
    }

    /** Resolves when the changes that were begun until now are answered. */
    rest() {
        return this.mutex.getUnlockedDef();
    }

    /** @param {number} serial as it was when the question was asked */
    isStale(serial) {
        return this.isBusy || serial !== this.serial;
    }

    /**
     * @template T
     * @param {() => Promise<T>} call
     * @returns {Promise<T>}
     */
    async run(call) {
        this.serial++;
        this.waiting++;
        try {
            return await this.mutex.exec(call);
        } finally {
            this.waiting--;
        }
    }

    /**
     * A change that keeps no order with others, and whose outcome is shown when it is
     * answered: what was asked before that answer is asked again.
     *
     * @template T
     * @param {() => Promise<T>} call
     * @returns {Promise<T>}
     */
    async watch(call) {
        this.note();
        try {
            return await call();
        } finally {
            this.note();
        }
    }

    note() {
        this.serial++;
        this.facts++;
    }
}
