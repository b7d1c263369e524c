/**
 * The HTML of a mail that is being written, as a string: where the signature stands,
 * what is quoted, what is new.
 *
 * Everything is read in a document of its own that runs and loads nothing.
 */

export const QUOTE_SELECTOR = ".o_crm_mail_quote";
const INTRO_SELECTOR = ".o_crm_mail_quote_intro";
const FORWARD_SELECTOR = ".o_crm_mail_forward";
const SIGNATURE_SELECTOR = "div.o_crm_mail_signature";
/** Where the address of a picture from elsewhere waits while a mail is edited */
export const ASIDE = "data-crm-mail-src";
const NO_PICTURE =
    "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
/** Further attributes that make a browser fetch something as soon as it draws them */
const LOADING_ATTRIBUTES = ["srcset", "background", "poster"];
const BLOCKS =
    "ADDRESS ARTICLE ASIDE BLOCKQUOTE DIV DL DT DD FIELDSET FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN NAV OL P PRE SECTION TABLE TR UL".split(
        " "
    );

/**
 * @param {string} html
 * @returns {HTMLElement} the body of a document that is not shown
 */
function parse(html) {
    return new DOMParser().parseFromString(html || "", "text/html").body;
}

/** @param {Element} element */
function isOwn(element) {
    return !element.closest(QUOTE_SELECTOR);
}

// ---------------------------------------------------------------- plain text

const SKIPPED_BLANKS = /[\u200b\ufeff]/g;
const BLANKS = /[ \t\r\n]+/g;

/** The text of a part of a mail; blocks begin and end lines. */
const plain = {
    /** @param {Node} node */
    of(node) {
        let text = "";
        const breakLine = () => {
            if (text && !text.endsWith("\n")) {
                text += "\n";
            }
        };
        for (const child of node.childNodes) {
            if (child.nodeType === Node.TEXT_NODE) {
                text += plain.words(child);
            } else if (child.nodeName === "BR") {
                text += "\n";
            } else if (child.nodeName === "IMG") {
                text += child.alt ? `[${child.alt}]` : "";
            } else if (BLOCKS.includes(child.nodeName)) {
                breakLine();
                text += plain.block(child);
                breakLine();
            } else if (child.nodeType === Node.ELEMENT_NODE) {
                text += plain.of(child);
            }
        }
        return text;
    },

    /** @param {Text} node */
    words(node) {
        return node.parentElement.closest("pre")
            ? node.data
            : node.data.replace(SKIPPED_BLANKS, "").replace(BLANKS, " ");
    },

    /** @param {HTMLElement} element */
    block(element) {
        const name = element.nodeName;
        if (name === "HR") {
            return "---";
        }
        if (!element.textContent.trim()) {
            // An empty line that was meant: <div><br></div>
            return "\n".repeat(element.querySelectorAll("br").length);
        }
        if (name === "TR") {
            return [...element.children]
                .map((cell) => plain.of(cell).trim())
                .join("\t");
        }
        const text = plain.of(element).replace(/^\n+|\n+$/g, "");
        if (name === "BLOCKQUOTE") {
            return text
                .split("\n")
                .map((line) => (line.startsWith(">") ? `>${line}` : `> ${line}`))
                .join("\n");
        }
        if (name === "LI") {
            return `- ${text.trim()}`;
        }
        return name === "P" ? `${text}\n\n` : text;
    },
};

// -------------------------------------------------- what belongs to whom

/** @param {HTMLElement} body */
function findSignature(body) {
    return [...body.querySelectorAll(SIGNATURE_SELECTOR)].find(isOwn);
}

/** @param {HTMLElement} body */
function quoteStart(body) {
    return body.querySelector(`:scope > :is(${QUOTE_SELECTOR}, ${INTRO_SELECTOR})`);
}

/**
 * Parts what is new from what is answered below it. A mail that is passed on is no
 * quote in this sense: its sender wants to see it.
 *
 * @param {string} html
 * @returns {{written: string, quote: string}} together they are the mail
 */
export function splitQuote(html) {
    const body = parse(html);
    const quote = body.querySelector(`:scope > ${QUOTE_SELECTOR}`);
    if (!quote || quote.matches(FORWARD_SELECTOR)) {
        return {written: html || "", quote: ""};
    }
    const intro = quote.previousElementSibling;
    const folded = document.implementation.createHTMLDocument("").body;
    for (let node = intro?.matches(INTRO_SELECTOR) ? intro : quote; node; ) {
        const next = node.nextSibling;
        folded.append(node);
        node = next;
    }
    return {written: body.innerHTML, quote: folded.innerHTML};
}

/**
 * What an author has written into the signature, whose lines are easily taken for the
 * place to write in.
 *
 * @param {HTMLElement} signature
 * @param {{signature_html: string}|undefined} sender whose it is
 * @returns {ChildNode[]}
 */
function writtenInto(signature, sender) {
    const words = (node) => (node.textContent || "").trim();
    const known = new Set([...parse(sender?.signature_html).childNodes].map(words));
    return [...signature.childNodes].filter(
        (node) => words(node) && !known.has(words(node))
    );
}

/**
 * The mail with the signature of another sender. One that the author has removed
 * does not come back, and what they wrote into it stays, above the new one.
 *
 * @param {string} html
 * @param {{signature_html: string}|undefined} before
 * @param {{key: string, signature_html: string}} after
 * @returns {string}
 */
export function exchangeSignature(html, before, after) {
    const body = parse(html);
    let signature = findSignature(body);
    if (!signature && (!before || !before.signature_html) && after.signature_html) {
        signature = body.ownerDocument.createElement("div");
        signature.className = "o_crm_mail_signature";
        body.insertBefore(signature, quoteStart(body));
    }
    if (signature) {
        signature.before(...writtenInto(signature, before));
        signature.dataset.sender = after.key;
        signature.innerHTML = after.signature_html;
        if (!after.signature_html) {
            signature.remove();
        }
    }
    return body.innerHTML;
}

/**
 * Puts a template in front of the signature, in the place of what was written.
 *
 * @param {string} html
 * @param {string} added
 * @returns {string}
 */
export function insertBeforeSignature(html, added) {
    const body = parse(html);
    const signature = findSignature(body);
    let place = signature || quoteStart(body);
    while (place && place.parentElement !== body) {
        place = place.parentElement;
    }
    for (const node of [...parse(added).childNodes]) {
        body.insertBefore(node, place);
    }
    return body.innerHTML;
}

/**
 * What the author has written, as text: without signature and quote.
 *
 * @param {string} html
 * @returns {string}
 */
export function writtenText(html) {
    const body = parse(html);
    for (const element of body.querySelectorAll(
        `${SIGNATURE_SELECTOR}, ${QUOTE_SELECTOR}, ${INTRO_SELECTOR}`
    )) {
        element.remove();
    }
    return plain.of(body).trim();
}

/**
 * @param {string} html
 * @returns {string} the mail as somebody reads it whose program shows no HTML
 */
export function htmlToText(html) {
    return plain
        .of(parse(html))
        .replace(/[ \t]+$/gm, "")
        .replace(/\n{3,}/g, "\n\n")
        .replace(/^\n+|\n+$/g, "");
}

/**
 * @param {string} text
 * @returns {string} HTML that shows the text as it is
 */
export function textToHtml(text) {
    const pre = document.implementation.createHTMLDocument("").createElement("pre");
    pre.className = "o_crm_mail_plain";
    pre.textContent = text;
    // A newline right behind <pre> is not read.
    return pre.outerHTML.replace(">\n", ">\n\n");
}

// ------------------------------------------------------- what would be loaded

/** @param {string} value */
function isFar(value) {
    return /^\s*(https?:)?\/\//i.test(value);
}

/**
 * Puts pictures from elsewhere aside, as the server does with what it quotes (which
 * puts them back when the mail is sent): editing a mail tells its sender as little as
 * reading it. The author's own signature is left as it is.
 *
 * @param {string} html
 * @param {{key: string, signature_html: string}[]} [senders]
 * @returns {string}
 */
export function putAside(html, senders = []) {
    const body = parse(html);
    const signature = findSignature(body);
    const sender =
        signature && senders.find(({key}) => key === signature.dataset.sender);
    // Looking like the signature is not enough: a mail could.
    const isTrusted =
        sender && parse(sender.signature_html).innerHTML === signature.innerHTML;
    const isKept = (element) => isTrusted && signature.contains(element);
    for (const image of body.querySelectorAll("img[src]")) {
        const source = image.getAttribute("src");
        if (isFar(source) && !isKept(image)) {
            image.setAttribute(ASIDE, source);
            image.setAttribute("src", NO_PICTURE);
        }
    }
    for (const element of body.querySelectorAll("[srcset], [background], [poster]")) {
        if (!isKept(element)) {
            LOADING_ATTRIBUTES.forEach((name) => element.removeAttribute(name));
        }
    }
    for (const element of body.querySelectorAll("[style*='url' i]")) {
        if (!isKept(element)) {
            element.style.backgroundImage = "";
            element.style.listStyleImage = "";
            if (/url\s*\(/i.test(element.getAttribute("style"))) {
                element.removeAttribute("style");
            }
        }
    }
    return body.innerHTML;
}
