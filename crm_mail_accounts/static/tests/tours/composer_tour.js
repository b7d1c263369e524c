import {addTour} from "./tour_steps";

/**
 * Answering a mail, scheduling one, and a draft that outlives its tab, against the
 * live servers.
 */

const answer = "Thank you, the drawings are fine.";
const editable = ".o_crm_mail_composer .o_crm_mail_editable";

/** The host's editor takes what a keyboard sends, letter by letter. */
const write = (text) => ({
    content: `Write: ${text}`,
    trigger: editable,
    run: `editor ${text}`,
});

const write_subject = (text) => ({
    content: `The subject: ${text}`,
    trigger: ".o_crm_mail_subject_input",
    run: `edit ${text}`,
});

const answerTheMail = () => [
    {
        content: "Open the mail",
        trigger: ".o_crm_mail_row:contains(Drawings)",
        run: "click",
    },
    {
        content: "Answer it",
        trigger: ".o_crm_mail_reading_pane [data-answer='reply']",
        run: "click",
    },
];

addTour("crm_mail_accounts_reply", {
    steps: () => [
        ...answerTheMail(),
        {
            content: "It goes to who wrote, and what they wrote is folded",
            trigger:
                ".o_crm_mail_composer:has(.o_crm_mail_address_chip):has(.o_crm_mail_unfold)",
        },
        write(answer),
        {
            content: "It is saved",
            trigger: ".o_crm_mail_save_state:contains(Saved)",
        },
        {
            content: "Send it",
            trigger: ".o_crm_mail_send",
            run: "click",
        },
        {
            content: "It is on its way, and its window is gone",
            trigger:
                "body:not(:has(.o_crm_mail_composer)) .o_notification:contains(on its way)",
        },
    ],
});

const row = (name) => `.o_crm_mail_record_file:contains(${name})`;

addTour("crm_mail_accounts_record_files", {
    steps: () => [
        ...answerTheMail(),
        {
            content: "More ways to attach",
            trigger: ".o_crm_mail_attach_menu",
            run: "click",
        },
        {
            content: "From a record",
            trigger: ".o_crm_mail_attach_record",
            run: "click",
        },
        {
            content: "A file of the opportunity that the mail is linked to",
            trigger: `[aria-label='Spring order'] ${row("plan.pdf")} input`,
            run: "click",
        },
        {
            content: "One of another opportunity, found by its name",
            trigger: ".o_crm_mail_record_files_search",
            run: "edit verona",
        },
        {
            content: "It lies on that one",
            trigger: `[aria-label='Bridge of Verona'] ${row("scan.pdf")} input`,
            run: "click",
        },
        {
            content: "Attach both",
            trigger: ".o_crm_mail_record_files_confirm:contains(Attach 2 files)",
            run: "click",
        },
        {
            content: "They are in the mail",
            trigger:
                "body:not(:has(.modal)) .o_crm_mail_compose_files:has(a:contains(plan.pdf)):has(a:contains(scan.pdf))",
        },
        {
            content: "Send it",
            trigger: ".o_crm_mail_send",
            run: "click",
        },
        {
            content: "It is on its way",
            trigger:
                "body:not(:has(.o_crm_mail_composer)) .o_notification:contains(on its way)",
        },
    ],
});

addTour("crm_mail_accounts_schedule", {
    steps: () => [
        {
            content: "Write a mail",
            trigger: ".o_crm_mail_write",
            run: "click",
        },
        {
            content: "To somebody",
            trigger: ".o_crm_mail_address_field[data-field='to'] input",
            run: "edit rosa@conti.example",
        },
        write_subject("Offer of spring"),
        write("Good morning"),
        {
            content: "The address has become a chip",
            trigger: ".o_crm_mail_address_chip:contains(rosa@conti.example)",
        },
        {
            content: "More ways to send",
            trigger: ".o_crm_mail_send_menu",
            run: "click",
        },
        {
            content: "Schedule",
            trigger: ".o_crm_mail_schedule_item",
            run: "click",
        },
        {
            content: "Tomorrow morning",
            trigger: ".o_crm_mail_schedule_time[data-time='tomorrow']",
            run: "click",
        },
        {
            content: "One mail waits: look at it",
            trigger: ".o_crm_mail_outgoing_line[data-kind='scheduled']:contains(1)",
            run: "click",
        },
        {
            content: "Edit it",
            trigger:
                ".o_crm_mail_outgoing_row:contains(Offer of spring) [data-action='edit']",
            run: "click",
        },
        {
            content: "It waits no longer, and is open as it was",
            trigger: `body:has(.o_crm_mail_outgoing_empty):has(.o_crm_mail_subject_input:value(Offer of spring)) ${editable}:contains(Good morning)`,
        },
        write_subject("Offer of summer"),
        {
            content: "Close it: it stays among the drafts",
            trigger: ".o_crm_mail_close_composer",
            run: "click",
        },
        {
            content: "It is closed",
            trigger: "body:not(:has(.o_crm_mail_composer))",
        },
    ],
});

addTour("crm_mail_accounts_killed_tab", {
    steps: () => [
        {
            content: "Write a mail",
            trigger: ".o_crm_mail_write",
            run: "click",
        },
        {
            content: "Its window is there",
            trigger: editable,
        },
        {
            content: "A subject, and the tab is killed before anything was saved",
            trigger: ".o_crm_mail_subject_input",
            run: async ({edit}) => {
                await edit("Half a mail");
                const names = Object.keys(window.localStorage);
                if (
                    !names.some((name) => name.startsWith("crm_mail_accounts.compose"))
                ) {
                    throw new Error("nothing was kept in the browser");
                }
                window.location.reload();
            },
            expectUnloadPage: true,
        },
        {
            content: "What was written is offered",
            trigger: ".o_notification:contains(Half a mail) button:contains(Continue)",
            run: "click",
        },
        {
            content: "And gone on with",
            trigger: ".o_crm_mail_subject_input:value(Half a mail)",
        },
        {
            content: "Now it is saved",
            trigger: ".o_crm_mail_save_state:contains(Saved)",
        },
    ],
});
