import {addTour} from "./tour_steps";

/**
 * A mail is linked by the dialog, taken back, and becomes an opportunity; a record
 * answers and writes mail. Against the live servers.
 */

const dialog = ".o_crm_mail_link_dialog";
const editable = ".o_crm_mail_composer .o_crm_mail_editable";

const click = (content, trigger) => ({content, trigger, run: "click"});
const see = (content, trigger) => ({content, trigger});

const write = (text) => [
    see("A window is there to write in", editable),
    {content: `Write: ${text}`, trigger: editable, run: `editor ${text}`},
    see("It is saved", ".o_crm_mail_save_state:contains(Saved)"),
    click("Send it", ".o_crm_mail_send"),
    see(
        "It is on its way, above the record",
        "body:not(:has(.o_crm_mail_composer)):has(.o_notification:contains(on its way)) .o_form_view"
    ),
    click("The message goes", ".o_notification_close"),
];

addTour("crm_mail_accounts_link", {
    steps: () => [
        click("Open the mail", ".o_crm_mail_row:contains(Drawings)"),
        see("It is linked to nothing", ".o_crm_mail_links:contains(No record yet)"),
        click("Link it", ".o_crm_mail_link_new"),
        see(
            "What has to do with the sender is proposed",
            `${dialog} .o_crm_mail_found_record:contains(Spring order)`
        ),
        {
            content: "Search something else",
            trigger: `${dialog} .o_crm_mail_record_search input`,
            run: "edit warehouse",
        },
        see(
            "It is found, and nothing else",
            `${dialog}:not(:has(.o_crm_mail_found_record:contains(Spring order))) .o_crm_mail_found_record:contains(New warehouse)`
        ),
        click("Take it", `${dialog} .o_crm_mail_found_record:contains(New warehouse)`),
        click("Only the text", `${dialog} input[value='text']`),
        see(
            "It is said who will read it",
            `${dialog} .o_crm_mail_link_audience_text:contains(can read it there), ${dialog} .o_crm_mail_link_audience_text:contains(nobody else)`
        ),
        click("Link", `${dialog} .o_crm_mail_link_confirm`),
        see(
            "It is linked, with the reason and what is shown",
            "body:not(:has(.modal)) .o_crm_mail_link:contains(New warehouse):contains(Linked by):contains(The text)"
        ),
        click("Take it back", ".o_crm_mail_link_remove"),
        click(
            "Not so",
            "body:not(:has(.o_crm_mail_link)) .o_notification_buttons button:contains(Undo)"
        ),
        click(
            "It is linked as before: take it back for good",
            ".o_crm_mail_link:contains(New warehouse):contains(The text) .o_crm_mail_link_remove"
        ),
        see("It is gone", ".o_crm_mail_links:contains(No record yet)"),
        click("Make an opportunity", ".o_crm_mail_new_opportunity"),
        {
            content: "Name it",
            trigger: ".o_crm_mail_opportunity_form_name",
            run: "edit Summer order",
        },
        click("Create it", ".o_crm_mail_opportunity_form_save"),
        click(
            "It is linked: open it",
            ".o_crm_mail_link:contains(Summer order) .o_crm_mail_link_open"
        ),
        see("The mail is there", ".o-mail-Chatter .o-mail-Message:contains(Drawings)"),
    ],
});

addTour("crm_mail_accounts_reply_and_link", {
    steps: () => [
        click("Open the mail", ".o_crm_mail_row:contains(Drawings)"),
        click("Answer it", ".o_crm_mail_reading_pane [data-answer='reply']"),
        see("A window is there to write in", editable),
        {
            content: "Write the answer",
            trigger: editable,
            run: "editor Thank you, the drawings are fine.",
        },
        see("It is saved", ".o_crm_mail_save_state:contains(Saved)"),
        click("Send it", ".o_crm_mail_send"),
        see(
            "It is on its way",
            "body:not(:has(.o_crm_mail_composer)) .o_notification:contains(on its way)"
        ),
        click("Link the mail", ".o_crm_mail_link_new"),
        click(
            "To what has to do with its sender",
            `${dialog} .o_crm_mail_found_record:contains(Spring order)`
        ),
        click("Link", `${dialog} .o_crm_mail_link_confirm`),
        see(
            "It is linked",
            "body:not(:has(.modal)) .o_crm_mail_link:contains(Spring order)"
        ),
    ],
});

addTour("crm_mail_accounts_record_mail", {
    steps: () => [
        click("Look at the record's mail", ".o_crm_mail_record_button:contains(1)"),
        click(
            "Answer the mail",
            ".o_crm_mail_record_dialog li:contains(Drawings) .o_crm_mail_record_answer"
        ),
        ...write("The drawings are fine."),
        click("Look again", ".o_crm_mail_record_button"),
        click("Write a new one", ".o_crm_mail_record_write"),
        see(
            "It goes to the record's contact",
            ".o_crm_mail_composer .o_crm_mail_address_chip:contains(Rosa Conti)"
        ),
        {
            content: "The subject",
            trigger: ".o_crm_mail_subject_input",
            run: "edit Our spring offer",
        },
        ...write("Here it is."),
        click("Once more", ".o_crm_mail_record_button"),
        click(
            "Open the mail in Messages",
            ".o_crm_mail_record_dialog .o_crm_mail_record_open:contains(Drawings)"
        ),
        see(
            "It is open",
            ".o_crm_mail_reading_pane .o_crm_mail_subject:contains(Drawings)"
        ),
    ],
});
