import {
    Component,
    markup,
    onMounted,
    onWillUnmount,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import {Wysiwyg} from "@html_editor/wysiwyg";
import {browser} from "@web/core/browser/browser";
import {localization} from "@web/core/l10n/localization";
import {_t} from "@web/core/l10n/translation";

import {
    ASIDE,
    htmlToText,
    putAside,
    QUOTE_SELECTOR,
    textToHtml,
} from "../../messages_service/mail_body";
import {isDarkTheme} from "../../messages_service/theme";
import {useMailClient} from "../../messages_service/use_mail_client";
import {COMPOSE_PLUGINS} from "./compose_plugins";
import {inlineStyles} from "./inline_styles";

/** Milliseconds after a stroke until the store has it */
export const TYPE_DELAY = 300;
/** Attributes of mails that are kept; all others that start with "data-" are not */
const KEPT_ATTRIBUTES = ["data-sender", ASIDE];
/**
 * Pictures that stand in the text as data, and are no mere place for another. What is
 * quoted has its own, which the server takes along.
 */
const DATA_PICTURES = `img[src^='data:image/']:not([${ASIDE}]):not(${QUOTE_SELECTOR} img)`;

/**
 * @param {string} html of a mail, cleaned by the server
 * @param {import("../../messages_service/compose_state").Sender[]} senders
 * @returns {ReturnType<markup>} what may stand in this page: it runs nothing, and
 * loads nothing from elsewhere
 */
export function editableHtml(html, senders) {
    const clean = window.DOMPurify.sanitize(putAside(html, senders), {
        ALLOW_DATA_ATTR: false,
        ADD_ATTR: KEPT_ATTRIBUTES,
        // "account:5" looks like an address of its own kind.
        ADD_URI_SAFE_ATTR: KEPT_ATTRIBUTES,
        FORBID_TAGS: ["style", "form", "input", "button", "select", "textarea"],
        FORBID_ATTR: ["id", "contenteditable"],
    });
    return markup(clean);
}

/**
 * @param {string} source "data:image/png;base64,..."
 * @param {string} [name]
 * @returns {File}
 */
function pictureFile(source, name) {
    const [head, data] = source.split(",");
    const [, type] = head.match(/^data:([^;]+)/);
    const bytes = Uint8Array.from(atob(data.replace(/\s/g, "")), (letter) =>
        letter.charCodeAt(0)
    );
    const extension = type.split("/")[1].split("+")[0];
    return new File([bytes], name || `picture.${extension}`, {type});
}

/**
 * The text of a mail: the host's editor, or plain lines.
 *
 * The store gets what is written a moment after the last stroke; `api.flush` gives it
 * at once. A body that was changed by another (a template, another signature) makes
 * the editor start anew.
 */
export class ComposeEditor extends Component {
    static template = "crm_mail_accounts.ComposeEditor";
    static components = {Wysiwyg};
    static props = {
        draft: Object,
        /** Gets the methods `flush`, `focus`, `finish` for the composer around it */
        api: Object,
        hasFocus: {type: Boolean, optional: true},
    };

    setup() {
        const {client, store} = useMailClient();
        this.compose = client.compose;
        this.store = store;
        this.draft = useState(this.props.draft);
        this.root = useRef("root");
        this.text = useRef("text");
        this.timer = null;
        /** @type {import("@html_editor/editor").Editor|null} */
        this.editor = null;
        this.configs = {serial: -1, config: null};
        /** Pictures that are on their way to the server, by what shows them */
        this.uploading = new Set();
        Object.assign(this.props.api, {
            flush: () => this.flush(),
            focus: () => this.focus(),
            finish: () => this.finish(),
        });
        onMounted(() => this.props.hasFocus && this.focus());
        useEffect(
            () => {
                if (this.text.el) {
                    this.text.el.value = htmlToText(this.draft.body_html);
                }
            },
            () => [this.draft.plain, this.draft.bodySerial]
        );
        onWillUnmount(() => this.flush());
    }

    get hasQuote() {
        return Boolean(this.draft.quote_html);
    }

    /** One for each life of the editor */
    get config() {
        const {bodySerial: serial, body_html: html, senders} = this.draft;
        if (this.configs.serial !== serial) {
            this.configs = {
                serial,
                config: {
                    content: editableHtml(html, senders),
                    Plugins: COMPOSE_PLUGINS,
                    baseContainers: ["DIV", "P"],
                    direction: localization.direction || "ltr",
                    dropImageAsAttachment: false,
                    allowChecklist: false,
                    onChange: () => this.onChange(),
                },
            };
        }
        return this.configs.config;
    }

    get contentClass() {
        const base = "o_crm_mail_editable px-3 py-2";
        return isDarkTheme() ? `${base} o_crm_mail_editable_dark` : base;
    }

    get label() {
        return _t("Text of the message");
    }

    /** @param {import("@html_editor/editor").Editor} editor */
    onLoad(editor) {
        this.editor = editor;
    }

    onChange() {
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.flush(), TYPE_DELAY);
        this.uploadPictures();
    }

    /** Brings what is on screen into the store. */
    flush() {
        const {draft} = this;
        if (!this.timer || !this.store.compose.get(draft.key)) {
            return;
        }
        browser.clearTimeout(this.timer);
        this.timer = null;
        const html = draft.plain ? this.plainHtml() : this.richHtml();
        if (html !== null && html !== draft.body_html) {
            this.compose.change(draft.key, {body_html: html}, {isOfEditor: true});
        }
    }

    plainHtml() {
        return this.text.el ? textToHtml(this.text.el.value) : null;
    }

    richHtml() {
        return this.editor && this.editor.editable ? this.editor.getContent() : null;
    }

    /** As it is to be sent: with the looks that the host's style sheets give. */
    finish() {
        this.flush();
        const {draft, editor} = this;
        if (draft.plain || !editor || !editor.editable) {
            return;
        }
        const copy = editor.getElContent();
        inlineStyles(editor.editable, copy);
        const html = copy.innerHTML;
        if (html !== draft.body_html) {
            this.compose.change(draft.key, {body_html: html}, {isOfEditor: true});
        }
    }

    /** The caret goes before everything else: above the signature and the quote. */
    focus() {
        if (this.text.el) {
            this.text.el.focus();
            this.text.el.setSelectionRange(0, 0);
            return;
        }
        const editable = this.editor && this.editor.editable;
        if (editable) {
            editable.focus();
            this.editor.shared.selection.setCursorStart(editable.firstElementChild);
        }
    }

    unfold() {
        this.flush();
        this.compose.unfoldQuote(this.draft.key);
    }

    // -------------------------------------------------------------- pictures

    /**
     * A picture that was pasted or dropped stands in the text as data at first; it
     * travels with the mail as a file of its own.
     */
    uploadPictures() {
        const editable = this.editor && this.editor.editable;
        if (!editable) {
            return;
        }
        for (const image of editable.querySelectorAll(DATA_PICTURES)) {
            if (!this.uploading.has(image.src)) {
                this.uploadPicture(image.src, image.dataset.fileName);
            }
        }
    }

    /**
     * @param {string} source address with the data in it
     * @param {string} [name]
     */
    async uploadPicture(source, name) {
        this.uploading.add(source);
        const file = pictureFile(source, name);
        const attachment = await this.compose.uploads.addInline(this.draft.key, file);
        const editable = this.editor && this.editor.editable;
        if (!attachment || !editable) {
            return;
        }
        for (const image of editable.querySelectorAll(DATA_PICTURES)) {
            if (image.src === source) {
                image.setAttribute("src", attachment.url);
                image.removeAttribute("data-file-name");
            }
        }
        this.editor.shared.history.addStep();
        this.uploading.delete(source);
        this.onChange();
    }
}
