import {addTour} from "./tour_steps";

/** A mailbox of several people: who is there, whose it is, a draft that is taken over. */

const row = ".o_crm_mail_row:contains(Offer 12)";

addTour("crm_mail_accounts_team_owner", {
    steps: () => [
        {
            content: "A colleague is answering: the row says so; open it",
            trigger: `${row} .o_crm_mail_answering:contains(Marco)`,
            run: "click",
        },
        {
            content: "So does the conversation",
            trigger: ".o_crm_mail_team_bar:contains(Marco Neri is answering)",
        },
        {
            content:
                "What they have written is there; leave it, and give them the rest",
            trigger: ".o_crm_mail_draft_note:contains(Draft by Marco Neri)",
        },
        {content: "Assign it", trigger: ".o_crm_mail_assign", run: "click"},
        {
            content: "To Marco",
            trigger: ".o_crm_mail_assign_to:contains(Marco Neri)",
            run: "click",
        },
        {
            content: "The row shows whose it is",
            trigger: `${row} .o_crm_mail_row_assigned[title="Assigned to Marco Neri"]`,
        },
        {content: "Filters", trigger: ".o_crm_mail_search_filters", run: "click"},
        {
            content: "What is nobody's",
            trigger: ".o_crm_mail_filter_assigned_nobody",
            run: "click",
        },
        {
            content: "The other one is",
            trigger: `.o_crm_mail_rows:not(:has(${row})) .o_crm_mail_row:contains(Invoice)`,
        },
    ],
});

addTour("crm_mail_accounts_team_colleague", {
    steps: () => [
        {content: "Filters", trigger: ".o_crm_mail_search_filters", run: "click"},
        {
            content: "What is mine to do",
            trigger: ".o_crm_mail_filter_assigned_me",
            run: "click",
        },
        {
            content: "There it is; open it",
            trigger: `.o_crm_mail_rows:not(:has(.o_crm_mail_row:contains(Invoice))) ${row}`,
            run: "click",
        },
        {
            content: "The owner has begun to write too: take it over",
            trigger: ".o_crm_mail_draft_note:contains(Laura) .o_crm_mail_take_over",
            run: "click",
        },
        {
            content: "It is open to be written",
            trigger:
                ".o_crm_mail_composer .o_crm_mail_subject_input, .o_crm_mail_composer [contenteditable=true]",
        },
    ],
});
