import {rpc} from "@web/core/network/rpc";

import {addTour} from "./tour_steps";

/**
 * Where the screen is: addresses that lead into it, the browser's way back and forward,
 * what another tab has done, and how it is laid out. What lies in the mailboxes is in
 * `tests/test_web_screen.py`.
 */

const row = (subject) => `.o_crm_mail_row:contains(${subject})`;
const opened = (place, subject) =>
    `.o_crm_mail_client:has(.o_crm_mail_message_list h2:contains(${place})) .o_crm_mail_subject:contains(${subject})`;
const closed = (place) =>
    `.o_crm_mail_client:has(.o_crm_mail_message_list h2:contains(${place})) .o_crm_mail_nothing_open`;

const step = (content, trigger, run) => ({content, trigger, run});
const back = (content) => step(content, "body", () => window.history.back());
const forward = (content) => step(content, "body", () => window.history.forward());

addTour("crm_mail_accounts_places", {
    steps: () => [
        step("The address led to a mail", opened("Projects", "Contract")),
        step("To the inbox", "[data-role='inbox']", "click"),
        step("Nothing is open there", closed("Inbox")),
        step("Read a mail", row("Mail 5"), "click"),
        step("It is open", opened("Inbox", "Mail 5")),
        step("and another one", row("Mail 3"), "click"),
        step("It is open", opened("Inbox", "Mail 3")),
        back("Back to the mail before"),
        step("It is open again", opened("Inbox", "Mail 5")),
        back("Back to the list"),
        step("Only the list is there", closed("Inbox")),
        back("Back to where it began"),
        step("The first mail is open", opened("Projects", "Contract")),
        forward("And forward"),
        step("The inbox again", closed("Inbox")),
        forward("to the mail"),
        step("which is open", opened("Inbox", "Mail 5")),
    ],
});

/** What another tab of the reader asks of the server */
const elsewhere = (method, ...args) =>
    rpc(`/web/dataset/call_kw/crm.mail.client/${method}`, {
        model: "crm.mail.client",
        method,
        args,
        kwargs: {},
    });
const idOf = (anchor) => Number(anchor.dataset.messageId);
/** The reader comes back to this tab */
const comeBack = () => window.dispatchEvent(new Event("visibilitychange"));

addTour("crm_mail_accounts_two_tabs", {
    steps: () => [
        step("Archive a mail in another tab", row("Mail 5"), ({anchor}) =>
            elsewhere("archive", [idOf(anchor)])
        ),
        step("Back in this one", ".o_crm_mail_rows", comeBack),
        step("it has left", `.o_crm_mail_client:not(:has(${row("Mail 5")}))`),
        step("Flag a mail there", row("Mail 4"), ({anchor}) =>
            elsewhere("mark", [idOf(anchor)], ["flagged"])
        ),
        step("Back in this one", ".o_crm_mail_rows", comeBack),
        step(
            "the flag is counted",
            "[data-place='special-flagged'] .o_crm_mail_folder_count:contains(1)"
        ),
        step("and shown", `${row("Mail 4")} .fa-star`),
    ],
});

addTour("crm_mail_accounts_settings", {
    steps: () => [
        step(
            "The gear",
            `.o_crm_mail_client:has(${row("Mail 5")}) .o_crm_mail_settings`,
            "click"
        ),
        step("Settings", ".o_crm_mail_menu_settings", "click"),
        step("No lines of preview", ".modal [data-setting='preview']", "click"),
        step(
            "The list has none",
            ".o_crm_mail_client:not(:has(.o_crm_mail_row_preview))"
        ),
        step("Each mail by itself", ".modal [data-setting='threads']", "click"),
        step("Compact rows", ".modal label:contains(Compact)", "click"),
        step("The mail below the list", ".modal label:contains(Below)", "click"),
        step("It is laid out so", ".o_crm_mail_panes.o_crm_mail_below"),
        step("Notifications", ".modal .nav-link:contains(Notifications)", "click"),
        step("with a sound", ".modal #o_crm_mail_setting_sound", "click"),
        step("Accounts", ".modal .nav-link:contains(Accounts)", "click"),
        step(
            "lead to the filters",
            ".modal [aria-label='First'] [data-page='filters']",
            "click"
        ),
        step("of that account", ".o_crm_mail_filter_dialog"),
    ],
});
