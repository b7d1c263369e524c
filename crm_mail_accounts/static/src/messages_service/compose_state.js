import {ComposeWindows, newToken} from "./compose_windows";

/**
 * The mails that are being written: one window each, in the order in which they were
 * opened.
 *
 * A part of the store (`mail_client_store.js`), so without RPC, DOM and words. A
 * window holds the values of a `Composition` beside what only the screen knows. The
 * windows themselves are in `compose_windows.js`; here is what becomes of their values.
 *
 * Invariants:
 * - `quote_html` is what is quoted, as long as it is folded; it is no part of
 *   `body_html` then. `valuesOf` puts both together.
 * - `serial` grows with each change, so that an answer of the server can tell whether
 *   what it saved is what the window shows.
 * - `bodySerial` grows when the body was changed by another than the editor, which
 *   then starts anew from `body_html`.
 *
 * @typedef {{name: string, email: string, wrong?: boolean}} ChipAddress
 * @typedef {{key: string, kind: "own"|"delegated"|"shared"|"system", account_id: number|false, name: string, email: string, main: boolean, signature_html: string, max_size: number}} Sender
 * @typedef {{id: number, filename: string, content_type: string, size: number, url: string, cid: string}} ComposeAttachment
 * @typedef {{id: number|false, version: number, state: string, sender_key: string, senders: Sender[], to: ChipAddress[], cc: ChipAddress[], bcc: ChipAddress[], subject: string, body_html: string, plain: boolean, importance: "normal"|"high"|"low", read_receipt: boolean, attachments: ComposeAttachment[], parent: {message_id: number, kind: string, account_id: number|false}|false, record: {model: string, res_id: number, name: string}|false, send_at: string|false, error: string, started_at: string|false}} Composition
 * @typedef {{key: number, filename: string, size: number, progress: number, error: string, isInline: boolean}} Upload
 * @typedef {"to"|"cc"|"bcc"} AddressFieldName
 * @typedef {"none"|"dirty"|"saving"|"saved"|"waiting"|"failed"} SaveState
 * @typedef {Composition & {key: number, token: string, mode: "normal"|"minimised"|"full", status: "loading"|"ready"|"leaving", kind: string, messageId: number|false, quote_html: string, serial: number, savedSerial: number, bodySerial: number, saving: SaveState, savedAt: string|false, saveError: string, conflict: Composition|null, takenBy: string, uploads: Upload[]}} ComposeWindow
 */

export class ComposeState extends ComposeWindows {
    constructor() {
        super();
        /** @type {{key: number, field: AddressFieldName, index: number}|null} */
        this.dragged = null;
        this.nextUploadKey = 1;
    }

    // ---------------------------------------------------------------- changes

    /**
     * @param {number} key
     * @param {Partial<ComposeWindow>} values
     * @param {{isOfEditor?: boolean}} [options] whether the editor shows it already
     */
    change(key, values, {isOfEditor = false} = {}) {
        const window = this.get(key);
        Object.assign(window, values);
        window.serial++;
        window.saving = "dirty";
        if ("body_html" in values && !isOfEditor) {
            window.bodySerial++;
        }
    }

    /**
     * @param {number} key
     * @param {AddressFieldName} field
     * @param {ChipAddress[]} addresses
     */
    addAddresses(key, field, addresses) {
        const known = new Set(
            this.get(key)[field].map(({email}) => email.toLowerCase())
        );
        const added = addresses.filter(({email}) => {
            const isNew = !known.has(email.toLowerCase());
            known.add(email.toLowerCase());
            return isNew;
        });
        this.change(key, {[field]: [...this.get(key)[field], ...added]});
    }

    /**
     * @param {number} key
     * @param {AddressFieldName} field
     * @param {number} index
     */
    removeAddress(key, field, index) {
        this.change(key, {
            [field]: this.get(key)[field].filter((_address, place) => place !== index),
        });
    }

    /**
     * @param {number} key
     * @param {AddressFieldName} from
     * @param {number} index
     * @param {AddressFieldName} to
     */
    moveAddress(key, from, index, to) {
        const address = this.get(key)[from][index];
        if (address && from !== to) {
            this.removeAddress(key, from, index);
            this.addAddresses(key, to, [address]);
        }
    }

    /** @param {{key: number, field: AddressFieldName, index: number}|null} dragged */
    setDragged(dragged) {
        this.dragged = dragged;
    }

    // ----------------------------------------------------------------- saving

    /** @param {number} key */
    startSave(key) {
        this.get(key).saving = "saving";
    }

    /**
     * The files of another mail that come along ("part:2") are the mail's own once
     * it is saved, under other ids.
     *
     * @param {number} key
     * @param {number} serial as it was when the values were taken
     * @param {{id: number, version: number, saved_at: string, attachments: ComposeAttachment[]}} saved
     */
    setSaved(key, serial, {id, version, saved_at: savedAt, attachments}) {
        const window = this.get(key);
        if (!window) {
            return;
        }
        if (attachments && window.serial === serial && !window.uploads.length) {
            window.attachments = attachments;
        }
        Object.assign(window, {
            id,
            version,
            savedAt,
            savedSerial: serial,
            saveError: "",
            saving: window.serial === serial ? "saved" : "dirty",
        });
    }

    /**
     * @param {number} key
     * @param {string} error
     * @param {boolean} isAway whether Odoo cannot be reached, and will be later
     */
    failSave(key, error, isAway) {
        const window = this.get(key);
        if (window) {
            window.saving = isAway ? "waiting" : "failed";
            window.saveError = error;
        }
    }

    /**
     * @param {number} key
     * @param {Partial<Composition>} composition what somebody else has saved meanwhile
     * @param {string|false} [takenBy] a colleague who goes on with it from now on
     */
    setConflict(key, composition, takenBy = "") {
        const window = this.get(key);
        if (window) {
            window.conflict = composition;
            window.takenBy = takenBy || "";
            window.saving = "failed";
        }
    }

    /**
     * Goes on with what is on screen; the next save replaces the other version, or
     * makes a mail of its own where a colleague has the other one.
     *
     * @param {number} key
     */
    keepMine(key) {
        const window = this.get(key);
        if (window.takenBy) {
            // Its files are rows of the other mail.
            Object.assign(window, {
                id: false,
                token: newToken(),
                attachments: [],
                takenBy: "",
            });
        }
        window.serial++;
        window.version = window.id ? window.conflict.version : 0;
        window.conflict = null;
        window.saving = "dirty";
    }

    /**
     * @param {number} key
     * @param {string} error
     */
    failSending(key, error) {
        const window = this.get(key);
        if (window) {
            window.error = error;
            this.activate(key);
        }
    }

    /** @param {number} key */
    clearError(key) {
        this.get(key).error = "";
    }

    // ------------------------------------------------------------ attachments

    /**
     * @param {number} key
     * @param {{name: string, size: number}} file
     * @param {boolean} isInline
     * @returns {number} key of the upload
     */
    addUpload(key, {name, size}, isInline) {
        const upload = {
            key: this.nextUploadKey++,
            filename: name,
            size,
            progress: 0,
            error: "",
            isInline,
        };
        this.get(key).uploads.push(upload);
        return upload.key;
    }

    /**
     * @param {number} key
     * @param {number} uploadKey
     * @param {{progress?: number, error?: string}} values
     */
    setUpload(key, uploadKey, values) {
        const window = this.get(key);
        const upload = window && window.uploads.find((one) => one.key === uploadKey);
        if (upload) {
            Object.assign(upload, values);
        }
    }

    /**
     * @param {number} key
     * @param {number} uploadKey
     */
    removeUpload(key, uploadKey) {
        const window = this.get(key);
        if (window) {
            window.uploads = window.uploads.filter((one) => one.key !== uploadKey);
        }
    }

    /**
     * @param {number} key
     * @param {ComposeAttachment[]} attachments
     */
    addAttachments(key, attachments) {
        const window = this.get(key);
        if (window) {
            window.attachments.push(...attachments);
        }
    }

    /**
     * @param {number} key
     * @param {number} attachmentId
     */
    removeAttachment(key, attachmentId) {
        const window = this.get(key);
        const attachments = window.attachments.filter(({id}) => id !== attachmentId);
        this.change(key, {attachments});
    }
}
