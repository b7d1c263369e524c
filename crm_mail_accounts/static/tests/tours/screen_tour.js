import {addTour} from "./tour_steps";

/**
 * The screen as people use it: by mouse, by keyboard alone, with a finger, over several
 * mailboxes, and while it is searched. What lies in the mailboxes is in
 * `tests/test_web_screen.py`.
 */

const row = (subject) => `.o_crm_mail_row:contains(${subject})`;
const gone = (subject) => `.o_crm_mail_client:not(:has(${row(subject)}))`;
const folder = (name) => `.o_crm_mail_folder:contains(${name})`;

/** A key, where the keyboard is, or at the list */
const key = (content, keys, trigger = ".o_crm_mail_rows") => ({
    content,
    trigger,
    run: `press ${keys}`,
});

/** A finger that goes so many pixels to the side */
function swipe(target, distance) {
    const {left, top} = target.getBoundingClientRect();
    const touch = (x) =>
        new Touch({
            identifier: 1,
            target,
            clientX: left + 180 + x,
            clientY: top + 20,
        });
    const fire = (type, touches) =>
        target.dispatchEvent(
            new TouchEvent(type, {touches, bubbles: true, cancelable: true})
        );
    fire("touchstart", [touch(0)]);
    for (const part of [0.2, 0.6, 1]) {
        fire("touchmove", [touch(distance * part)]);
    }
    fire("touchend", []);
}

addTour("crm_mail_accounts_triage_by_mouse", {
    steps: () => [
        {content: "Read the newest", trigger: row("Mail 5"), run: "click"},
        {
            content: "It has been read",
            trigger: `.o_crm_mail_row_open:not(.o_crm_mail_row_unread):contains(Mail 5)`,
        },
        {
            content: "Archive it",
            trigger: ".o_crm_mail_reading_pane [data-action='archive']",
            run: "click",
        },
        {
            content: "It has left, and the next one is open",
            trigger: `${gone("Mail 5")} .o_crm_mail_row_open:contains(Mail 4)`,
        },
        {
            content: "Select two",
            trigger: `${row("Mail 3")} .o_crm_mail_row_check`,
            run: "click",
        },
        {
            content: "and the other one",
            trigger: `${row("Mail 2")} .o_crm_mail_row_check`,
            run: "click",
        },
        {
            content: "Delete both",
            trigger: ".o_crm_mail_selection [data-action='delete']",
            run: "click",
        },
        {content: "Both have left", trigger: gone("Mail 3")},
        {
            content: "Take that back",
            trigger:
                ".o_notification:contains(2 messages) .o_notification_buttons button",
            run: "click",
        },
        {content: "They are here again", trigger: row("Mail 3")},
        {
            content: "Flag one by its star",
            trigger: `${row("Mail 2")} .o_crm_mail_row_star`,
            run: "click",
        },
        {content: "It has one", trigger: `${row("Mail 2")} .fa-star`},
    ],
});

addTour("crm_mail_accounts_triage_by_keys", {
    steps: () => [
        {content: "The list is there", trigger: row("Mail 5")},
        key("To the first row", "j"),
        key("Open it", "Enter"),
        {content: "It is open", trigger: ".o_crm_mail_row_open:contains(Mail 5)"},
        key("Archive it", "e"),
        {
            content: "The next one opens",
            trigger: ".o_crm_mail_row_open:contains(Mail 4)",
        },
        key("Flag that", "s"),
        {content: "It has a star", trigger: `${row("Mail 4")} .fa-star`},
        key("Down", "ArrowDown"),
        {
            content: "The cursor is on the next row",
            trigger: ".o_crm_mail_row_cursor:contains(Mail 3)",
        },
        key("Select it", "x"),
        key("And the one below", "Shift+ArrowDown"),
        {
            content: "Two are selected",
            trigger: ".o_crm_mail_selected_count:contains(2)",
        },
        key("To the trash", "#"),
        {
            content: "They have left, and can come back",
            trigger: `body:has(.o_notification:contains(2 messages)) ${gone("Mail 2")}`,
        },
        key("Take that back", "z"),
        {content: "They are here again", trigger: row("Mail 2")},
        {
            content: "Delete one, and take that back before the answer has come",
            trigger: ".o_crm_mail_rows",
            run: async ({press}) => {
                await press("#");
                await press("z");
            },
        },
        {content: "It never left", trigger: row("Mail 2")},
        key("Look for one", "/"),
        {
            content: "The search has the keyboard",
            trigger: ".o_crm_mail_search_input:focus",
            run: "edit Mail 1",
        },
        {content: "It is found, alone", trigger: `${gone("Mail 2")} ${row("Mail 1")}`},
        key("End the search", "Escape", ".o_crm_mail_search_input"),
        key("for good", "Escape", ".o_crm_mail_search_input"),
        {content: "The list is back", trigger: row("Mail 2")},
        key("What keys are there", "?"),
        {content: "They are listed", trigger: ".o_crm_mail_keys_help kbd"},
    ],
});

addTour("crm_mail_accounts_phone", {
    steps: () => [
        {content: "Only the list is shown", trigger: row("Mail 5")},
        {
            content: "To the folders",
            trigger:
                ".o_crm_mail_client:not(:has(.o_crm_mail_folder_list)) .o_crm_mail_to_folders",
            run: "click",
        },
        {
            content: "Open another",
            trigger: `.o_crm_mail_client:not(:has(.o_crm_mail_row)) ${folder("Projects")}`,
            run: "click",
        },
        {content: "Its mails are shown", trigger: row("Contract")},
        {
            content: "Back to the folders",
            trigger: ".o_crm_mail_to_folders",
            run: "click",
        },
        {content: "To the inbox", trigger: "[data-role='inbox']", run: "click"},
        {content: "Read one", trigger: row("Mail 5"), run: "click"},
        {
            content: "It has the screen, with the ways to answer",
            trigger:
                ".o_crm_mail_client:not(:has(.o_crm_mail_row)):has([data-answer='reply']) .o_crm_mail_subject:contains(Mail 5)",
        },
        {
            content: "What the CRM knows unfolds",
            trigger: ".o_crm_mail_context_toggle",
            run: "click",
        },
        {
            content: "Back to the list",
            trigger: ".o_crm_mail_reading_pane button:contains(Back)",
            run: "click",
        },
        {
            content: "Swipe a mail to the right",
            trigger: row("Mail 3"),
            run: ({anchor}) => swipe(anchor, 160),
        },
        {content: "It is archived", trigger: gone("Mail 3")},
        {
            content: "A little to the left is too little",
            trigger: row("Mail 2"),
            run: ({anchor}) => swipe(anchor, -40),
        },
        {
            content: "It stays, at its place",
            trigger: `${row("Mail 2")}:not([data-swipe])`,
        },
        {content: "Write", trigger: ".o_crm_mail_write", run: "click"},
        {
            content: "The window covers the screen, and can send",
            trigger: ".o_crm_mail_dock_phone .o_crm_mail_send",
        },
    ],
});

addTour("crm_mail_accounts_unified", {
    steps: () => [
        {
            content: "The inboxes are one, with what is unread in both",
            trigger: "[data-place='role-inbox'] .o_crm_mail_folder_count:contains(7)",
            run: "click",
        },
        {
            content: "Mails of both stand in it, and say whose they are",
            trigger: `.o_crm_mail_client:has(${row("Other 2")}:has(.o_crm_mail_row_place:contains(Second))) ${row("Mail 5")}:has(.o_crm_mail_row_place:contains(First))`,
        },
        {
            content: "Select one of each",
            trigger: `${row("Mail 5")} .o_crm_mail_row_check`,
            run: "click",
        },
        {
            content: "and of the other mailbox",
            trigger: `${row("Other 2")} .o_crm_mail_row_check`,
            run: "click",
        },
        {
            content: "Archive them, each in its mailbox",
            trigger: ".o_crm_mail_selection [data-action='archive']",
            run: "click",
        },
        {content: "Both have left", trigger: `${gone("Mail 5")}${gone("Other 2")}`},
        {
            content: "Five are unread",
            trigger: "[data-place='role-inbox'] .o_crm_mail_folder_count:contains(5)",
        },
        {
            content: "The archives are one too",
            trigger: "[data-place='role-archive']",
            run: "click",
        },
        {
            content: "Both lie there",
            trigger: `.o_crm_mail_client:has(${row("Other 2")}) ${row("Mail 5")}`,
        },
        {
            content: "Settings",
            trigger: ".o_crm_mail_settings",
            run: "click",
        },
        {
            content: "of the screen",
            trigger: ".o_crm_mail_menu_settings",
            run: "click",
        },
        {
            content: "Each mailbox by itself",
            trigger: ".modal [data-setting='merge']",
            run: "click",
        },
        {
            content: "There are no merged folders any more",
            trigger: ".o_crm_mail_client:not(:has([data-place='role-inbox']))",
        },
        {
            content: "No lines of preview",
            trigger: ".modal [data-setting='preview']",
            run: "click",
        },
        {
            content: "The list has none",
            trigger: ".o_crm_mail_client:not(:has(.o_crm_mail_row_preview))",
        },
        {
            content: "Accounts",
            trigger: ".modal .nav-link:contains(Accounts)",
            run: "click",
        },
        {
            content: "lead to what there is to set up",
            trigger: ".modal [aria-label='Second'] [data-page='openAccount']",
            run: "click",
        },
        {
            content: "of that account",
            trigger:
                ".o_form_view .o_field_widget[name='name'] input:value(Second), .o_breadcrumb:contains(Second)",
        },
    ],
});

addTour("crm_mail_accounts_search", {
    steps: () => [
        {
            content: "Look for a word of the text",
            trigger: `.o_crm_mail_client:has(${row("Mail 5")}) .o_crm_mail_search_input`,
            run: "edit zeppelin",
        },
        {
            content: "One mail has it",
            trigger: `${gone("Mail 5")} ${row("Mail 1")}`,
        },
        {
            content: "Look for a sender instead",
            trigger: ".o_crm_mail_search_input",
            run: "edit rosa",
        },
        {
            content: "who wrote it",
            trigger: ".o_crm_mail_search_choices [data-kind='from']",
            run: () => {
                const choice = document.querySelector(
                    ".o_crm_mail_search_choices [data-kind='from']"
                );
                choice.dispatchEvent(new MouseEvent("mousedown", {bubbles: true}));
            },
        },
        {
            content: "All of hers in this folder",
            trigger: `.o_crm_mail_client:has(.o_crm_mail_facet:contains(rosa)) ${row("Mail 5")}`,
        },
        {content: "Filters", trigger: ".o_crm_mail_search_filters", run: "click"},
        {
            content: "With attachments",
            trigger: ".o_crm_mail_filter_attachment",
            run: "click",
        },
        {content: "One of them", trigger: `${gone("Mail 5")} ${row("Mail 2")}`},
        {
            content: "In all folders",
            trigger: ".o_crm_mail_scope[data-everywhere='true']",
            run: "click",
        },
        {
            content: "Another folder has one, and it says which",
            trigger: `${row("Contract")} .o_crm_mail_row_place:contains(Projects)`,
        },
        {
            content: "Take the filter away",
            trigger: ".o_crm_mail_facet:contains(attachments) button",
            run: "click",
        },
        {content: "All of hers, everywhere", trigger: row("Mail 4")},
        {
            content: "Delete what is found",
            trigger: `${row("Contract")} .o_crm_mail_row_check`,
            run: "click",
        },
        {
            content: "into the trash",
            trigger: ".o_crm_mail_selection [data-action='delete']",
            run: "click",
        },
        {
            content: "It is still found, and lies there",
            trigger: `${row("Contract")} .o_crm_mail_row_place:contains(Trash)`,
        },
        {
            content: "End the search",
            trigger: ".o_crm_mail_search_clear",
            run: "click",
        },
        {
            content: "The folder is back",
            trigger: `${gone("Contract")} ${row("Mail 5")}`,
        },
    ],
});
