/**
 * The windows in which mails are written: what stands in them, where they are.
 *
 * @typedef {import("./compose_state").Composition} Composition
 * @typedef {import("./compose_state").ComposeWindow} ComposeWindow
 * @typedef {import("./compose_state").Sender} Sender
 */

/** What the author may change, as `compose_save` takes it */
const VALUE_NAMES = [
    "token",
    "sender_key",
    "to",
    "cc",
    "bcc",
    "subject",
    "plain",
    "importance",
    "read_receipt",
    "parent",
];
/** What a mail is started as when it answers another */
export const ANSWERS = ["reply", "reply_all"];
/** Windows that stand open side by side; opening one more folds the oldest */
const OPEN_MAX = 2;

/** @returns {string} a name that nobody else has */
export function newToken() {
    const parts = crypto.getRandomValues(new Uint32Array(4));
    return Array.from(parts, (part) => part.toString(36)).join("");
}

/** @returns {Composition} */
export function emptyComposition() {
    return {
        id: false,
        version: 0,
        state: "draft",
        sender_key: "",
        senders: [],
        to: [],
        cc: [],
        bcc: [],
        subject: "",
        body_html: "",
        plain: false,
        importance: "normal",
        read_receipt: false,
        attachments: [],
        parent: false,
        record: false,
        send_at: false,
        error: "",
        started_at: false,
    };
}

export class ComposeWindows {
    constructor() {
        /** @type {ComposeWindow[]} */
        this.windows = [];
        /** @type {number} the window that was opened or touched last */
        this.activeKey = 0;
        this.nextKey = 1;
    }

    // ---------------------------------------------------------------- reading

    /**
     * @param {number} key
     * @returns {ComposeWindow|undefined}
     */
    get(key) {
        return this.windows.find((candidate) => candidate.key === key);
    }

    /** Windows that are on screen: not those whose mail is leaving */
    get shown() {
        return this.windows.filter(({status}) => status !== "leaving");
    }

    /** The mails that are answered in the windows on screen */
    get answered() {
        return this.shown
            .map(({parent}) => parent)
            .filter((parent) => parent && ANSWERS.includes(parent.kind));
    }

    /**
     * @param {number} outgoingId
     * @returns {ComposeWindow|undefined}
     */
    byId(outgoingId) {
        return this.windows.find(({id}) => id === outgoingId);
    }

    /**
     * The window in which a draft of the server is edited.
     *
     * @param {number} messageId
     * @returns {ComposeWindow|undefined}
     */
    byDraft(messageId) {
        return this.windows.find(
            (candidate) =>
                candidate.kind === "draft" && candidate.messageId === messageId
        );
    }

    /**
     * @param {ComposeWindow} window
     * @returns {Sender|undefined}
     */
    senderOf(window) {
        return window.senders.find(({key}) => key === window.sender_key);
    }

    /**
     * What the server keeps of a window.
     *
     * @param {ComposeWindow} window
     */
    valuesOf(window) {
        const values = {};
        for (const name of VALUE_NAMES) {
            values[name] = window[name];
        }
        for (const name of ["to", "cc", "bcc"]) {
            values[name] = window[name].map(({name: person, email}) => ({
                name: person,
                email,
            }));
        }
        const {record} = window;
        values.record = record ? {model: record.model, res_id: record.res_id} : false;
        values.body_html = window.body_html + window.quote_html;
        values.attachment_ids = window.attachments.map(({id}) => id);
        return values;
    }

    /** @param {ComposeWindow} window */
    isDirty(window) {
        return window.serial !== window.savedSerial;
    }

    /** @param {ComposeWindow} window */
    isUploading(window) {
        return window.uploads.some(({error}) => !error);
    }

    /** Addresses nobody could be reached at, over all fields of a window */
    wrongOf(window) {
        return [...window.to, ...window.cc, ...window.bcc].filter(({wrong}) => wrong);
    }

    // ---------------------------------------------------------------- windows

    /**
     * A window, empty as long as the server is asked what belongs into it.
     *
     * @param {string} kind
     * @param {number|false} [messageId]
     * @returns {ComposeWindow}
     */
    add(kind, messageId = false) {
        const key = this.nextKey++;
        this.windows.push({
            ...emptyComposition(),
            key,
            // It stays with what is written, in the browser's storage as well, so that
            // a save or a sending whose answer was lost is not done twice.
            token: newToken(),
            mode: "normal",
            status: "loading",
            kind,
            messageId,
            quote_html: "",
            serial: 0,
            savedSerial: 0,
            bodySerial: 0,
            saving: "none",
            savedAt: false,
            saveError: "",
            conflict: null,
            takenBy: "",
            uploads: [],
        });
        this.activate(key);
        return this.get(key);
    }

    /**
     * @param {number} key
     * @param {Composition} composition
     * @param {string} [quoteHtml] what is folded away of its body
     */
    fill(key, composition, quoteHtml = "") {
        const window = this.get(key);
        if (!window) {
            return;
        }
        Object.assign(window, composition, {
            status: "ready",
            quote_html: quoteHtml,
            conflict: null,
            takenBy: "",
            saving: "none",
            saveError: "",
            savedSerial: window.serial,
            bodySerial: window.bodySerial + 1,
        });
    }

    /** @param {number} key */
    remove(key) {
        this.windows = this.windows.filter((candidate) => candidate.key !== key);
    }

    /**
     * Brings a window forward; where there is no room the oldest one is folded.
     *
     * @param {number} key
     */
    activate(key) {
        const window = this.get(key);
        if (window.mode === "minimised") {
            window.mode = "normal";
        }
        window.status = window.status === "leaving" ? "ready" : window.status;
        this.activeKey = key;
        const others = this.shown.filter(
            (other) => other.key !== key && other.mode !== "minimised"
        );
        for (const other of others.slice(
            0,
            Math.max(0, others.length + 1 - OPEN_MAX)
        )) {
            other.mode = "minimised";
        }
    }

    /**
     * @param {number} key
     * @param {"normal"|"minimised"|"full"} mode
     */
    setMode(key, mode) {
        this.get(key).mode = mode;
        if (mode !== "minimised") {
            this.activate(key);
        }
    }

    /**
     * Off the screen while the server is told; `activate` brings it back.
     *
     * @param {number} key
     */
    hide(key) {
        this.get(key).status = "leaving";
    }
}
