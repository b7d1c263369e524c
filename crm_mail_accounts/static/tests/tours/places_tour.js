import {registry} from "@web/core/registry";

/**
 * Where the screen is: addresses that lead into it, the browser's way back and forward,
 * two tabs, and how it is laid out. What lies in the mailboxes is in
 * `tests/test_web_screen.py`.
 */

const row = (subject) => `.o_crm_mail_row:contains(${subject})`;
const opened = (place, subject) =>
    `.o_crm_mail_client:has(.o_crm_mail_message_list h2:contains(${place})) .o_crm_mail_subject:contains(${subject})`;
const closed = (place) =>
    `.o_crm_mail_client:has(.o_crm_mail_message_list h2:contains(${place})) .o_crm_mail_nothing_open`;
const tours = registry.category("web_tour.tours");

const step = (content, trigger, run) => ({content, trigger, run});
const back = (content) => step(content, "body", () => window.history.back());
const forward = (content) => step(content, "body", () => window.history.forward());

tours.add("crm_mail_accounts_places", {
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

let second = null;
/** What is shown in the second tab, which the selectors of a tour do not reach */
const seen = (subject) =>
    [...second.document.querySelectorAll(".o_crm_mail_row")].find((each) =>
        each.textContent.includes(subject)
    );
const comeToSight = (view) => view.dispatchEvent(new Event("visibilitychange"));

/** @param {() => any} condition */
async function until(condition) {
    for (let tries = 0; tries < 300; tries++) {
        if (condition()) {
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`It did not come: ${condition}`);
}

tours.add("crm_mail_accounts_two_tabs", {
    steps: () => [
        step("Open the screen in a second tab, too", row("Mail 5"), async () => {
            second = window.open("/odoo/crm-messages", "second");
            await until(
                () => second.document.readyState === "complete" && seen("Mail 5")
            );
        }),
        step("Read a mail in the first", row("Mail 5"), "click"),
        step("Archive it", ".o_crm_mail_reading_pane [data-action='archive']", "click"),
        step("It has left", `.o_crm_mail_client:not(:has(${row("Mail 5")}))`),
        step("Turn to the second: there it has left as well", "body", async () => {
            comeToSight(second);
            await until(() => seen("Mail 4") && !seen("Mail 5"));
        }),
        step("Flag a mail there", "body", async () => {
            seen("Mail 4").querySelector(".o_crm_mail_row_star").click();
            await until(() => seen("Mail 4").querySelector(".fa-star"));
        }),
        step("Back to the first, which counts the flag", "body", () =>
            comeToSight(window)
        ),
        step(
            "in the folders",
            "[data-place='special-flagged'] .o_crm_mail_folder_count:contains(1)"
        ),
        step("and in the list", `${row("Mail 4")} .fa-star`),
        step("Close the second", "body", () => second.close()),
    ],
});

tours.add("crm_mail_accounts_settings", {
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
