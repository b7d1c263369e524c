import {QUOTE_SELECTOR} from "../../messages_service/mail_body";

/**
 * The editor's looks, for mail programs that do not have the host's style sheets.
 *
 * Only what the editor marks by a class is written out, with the value that the browser
 * has computed for it. What is quoted came as mail, and stays as it came.
 */

/** Classes of the editor, and the properties by which they show */
const MARKS = [
    [/(^|\s)(h\d|display-\d|base|o_small)-fs(\s|$)|(^|\s)small(\s|$)/, ["font-size"]],
    [
        /(^|\s)text-(o-color|black|white|\d|primary|success|info|warning|danger)/,
        ["color"],
    ],
    [/(^|\s)bg-/, ["background-color"]],
];
/**
 * The greys of the editor's palette on white paper, where mails are read: a dark theme
 * turns them round, and what was black would arrive as white on white.
 */
const PAPER_GREYS = {
    black: "#000000",
    900: "#212529",
    800: "#343a40",
    700: "#495057",
    600: "#6c757d",
    500: "#adb5bd",
    400: "#ced4da",
    300: "#dee2e6",
    200: "#e9ecef",
    100: "#f8f9fa",
    white: "#ffffff",
};
const GREY = {
    color: /(?:^|\s)text-(black|white|\d00)(?:\s|$)/,
    "background-color": /(?:^|\s)bg-(black|white|\d00)(?:\s|$)/,
};
/** Grey that is seen on white paper and on a dark screen */
const LINE = "1px solid #bfbfbf";

/**
 * @param {HTMLElement} shown
 * @param {HTMLElement} element
 */
function writeOut(shown, element) {
    if (element.closest(QUOTE_SELECTOR)) {
        return;
    }
    for (const [pattern, names] of MARKS) {
        if (pattern.test(element.className)) {
            const style = getComputedStyle(shown);
            for (const name of names) {
                const grey = GREY[name] && element.className.match(GREY[name]);
                element.style.setProperty(
                    name,
                    grey ? PAPER_GREYS[grey[1]] : style.getPropertyValue(name)
                );
            }
        }
    }
}

/**
 * @param {HTMLElement} shown the element that is on screen
 * @param {HTMLElement} copy a copy of it, to be written into
 */
export function inlineStyles(shown, copy) {
    const shownElements = shown.querySelectorAll("[class]");
    const copies = copy.querySelectorAll("[class]");
    // The copy was cleaned of what belongs to the editor only, so that it may differ.
    if (shownElements.length === copies.length) {
        copies.forEach((element, index) => writeOut(shownElements[index], element));
    }
    for (const table of copy.querySelectorAll("table.o_table")) {
        if (table.closest(QUOTE_SELECTOR)) {
            continue;
        }
        table.style.borderCollapse = "collapse";
        for (const cell of table.querySelectorAll("td, th")) {
            cell.style.border ||= LINE;
            cell.style.padding ||= "4px 8px";
        }
    }
}
