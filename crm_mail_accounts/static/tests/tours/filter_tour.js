import {addTour} from "./tour_steps";

/** Filters and out of office on screen, against the live servers. */

addTour("crm_mail_accounts_filter", {
    steps: () => [
        {
            content: "Open the mail",
            trigger: ".o_crm_mail_row:contains(Weekly news 2)",
            run: "click",
        },
        {
            content: "More to do with it",
            trigger: ".o_crm_mail_reading_pane .o_crm_mail_more_actions",
            run: "click",
        },
        {
            content: "A filter for mails like this one",
            trigger: ".o-dropdown--menu [data-action='filter']",
            run: "click",
        },
        {
            content: "It asks for the sender; choose where such mails go",
            trigger:
                ".o_crm_mail_filter_editor:has(.o_crm_mail_condition_value:value(news@shop.example)) .o_crm_mail_action_folder",
            run: "click",
        },
        {
            content: "The folder is new",
            trigger: ".o_crm_mail_folder_picker input",
            run: "edit News",
        },
        {
            trigger: ".o_crm_mail_pick_new",
            run: "click",
        },
        {
            content: "Try it",
            trigger: ".o_crm_mail_try_filter",
            run: "click",
        },
        {
            content: "It says which mails it fits",
            trigger:
                ".o_crm_mail_trial:has(.o_crm_mail_trial_count:contains(3)) .o_crm_mail_trial_row:contains(Weekly news 0)",
        },
        {
            content: "Keep it",
            trigger: ".o_crm_mail_save_filter",
            run: "click",
        },
        {
            content: "Run it on the inbox",
            trigger: ".o_crm_mail_filter:contains(News) .o_crm_mail_filter_run_one",
            run: "click",
        },
        {
            trigger: ".o_crm_mail_run_start",
            run: "click",
        },
        {
            content: "Three mails have left the inbox",
            trigger:
                ".o_crm_mail_run_result:contains(3 moved), .o_crm_mail_run_result:contains('3')",
        },
        {
            trigger:
                "body:not(:has(.o_crm_mail_row:contains(Weekly news))) .o_crm_mail_run_undo",
            run: "click",
        },
        {
            content: "They are back",
            trigger:
                "body:has(.o_crm_mail_row:contains(Weekly news 1)) .o_crm_mail_run_undone",
        },
        {
            trigger: ".o_crm_mail_filter_back",
            run: "click",
        },
        {
            trigger: ".o_crm_mail_close_filters",
            run: "click",
        },
        {
            content: "The dialog is closed",
            trigger: "body:not(:has(.o_crm_mail_filter_dialog))",
        },
    ],
});

addTour("crm_mail_accounts_filed", {
    steps: () => [
        {
            content: "The folder that the filter files into",
            trigger: ".o_crm_mail_folder:contains(News)",
            run: "click",
        },
        {
            trigger: ".o_crm_mail_row:contains(Fresh news)",
            run: "click",
        },
        {
            content: "The mail says which filter has put it there",
            trigger: ".o_crm_mail_filed_by_filter",
            run: "click",
        },
        {
            content: "That leads to the filter",
            trigger:
                ".o_crm_mail_filter_editor .o_crm_mail_condition_value:value(news@shop.example)",
        },
    ],
});

addTour("crm_mail_accounts_away", {
    steps: () => [
        {
            content: "The gear",
            trigger: ".o_crm_mail_settings",
            run: "click",
        },
        {
            trigger: ".o_crm_mail_menu_away",
            run: "click",
        },
        {
            content: "Write what the answer says",
            trigger: ".modal .o_field_widget[name=body] .odoo-editor-editable",
            run: "editor Dear {name}, I am at the sea.",
        },
        {
            content: "Look at what somebody gets",
            trigger: ".modal .nav-link:contains(Preview)",
            run: "click",
        },
        {
            trigger: ".modal [name=preview]:contains(Dear Rosa Conti)",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The screen says that it is on",
            trigger: "body:not(:has(.modal)) .o_crm_mail_away:contains(out of office)",
        },
    ],
});

addTour("crm_mail_accounts_back", {
    steps: () => [
        {
            content: "End it",
            trigger: ".o_crm_mail_away_end",
            run: "click",
        },
        {
            content: "Nobody is answered any more",
            trigger: "body:not(:has(.o_crm_mail_away)) .o_crm_mail_row",
        },
    ],
});
