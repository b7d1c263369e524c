import {addTour} from "./tour_steps";

/**
 * A mailbox that is read by POP3 alone is set up, and its first mail read. The server's
 * values come in the parameter `crm_mail_tour`, as in the tour of the first mailbox.
 */
const given = new URLSearchParams(window.location.search).get("crm_mail_tour");
const values = given ? JSON.parse(given) : {};

function fill(name) {
    return {
        content: `Fill in ${name}`,
        trigger: `.modal .o_field_widget[name='${name}'] input:visible`,
        run: `edit ${values[name]}`,
    };
}

addTour("crm_mail_accounts_kept", {
    steps: () => [
        {
            content: "There is no mailbox yet: press Configure",
            trigger: ".o_crm_mail_welcome .o_crm_mail_configure",
            run: "click",
        },
        {
            content: "Choose POP3",
            trigger:
                ".modal .o_field_widget[name='kind'] .o_radio_item:contains(POP3) input",
            run: "click",
        },
        {
            content: "No IMAP server is asked for",
            trigger:
                ".modal:not(:has(.o_field_widget[name='imap_host'])) .o_field_widget[name='pop3_host']",
        },
        fill("username"),
        fill("password"),
        fill("pop3_host"),
        fill("pop3_port"),
        fill("smtp_host"),
        fill("smtp_port"),
        {
            content: "Test the connection",
            trigger: ".modal button[name='action_test']",
            run: "click",
        },
        {
            content: "It is told how many mails wait",
            trigger:
                ".modal [data-server='pop3'] [data-step='mailbox']:not(.o_crm_mail_test_step_failed):contains(2,)",
        },
        {
            content: "Save",
            trigger: ".modal button[name='action_continue']",
            run: "click",
        },
        {
            content: "The folders are there, and so is the mail: open the first",
            trigger:
                ".o_crm_mail_client:has([data-role='sent']):has([data-role='trash']) .o_crm_mail_row:contains(number 2)",
            run: "click",
        },
        {
            content: "It is read",
            trigger:
                ".o_crm_mail_reading_pane:has(.o_crm_mail_subject:contains(number 2)) iframe.o_crm_mail_frame",
        },
        {
            content: "And shown as read in the list",
            trigger: ".o_crm_mail_row:contains(number 2):not(.o_crm_mail_row_unread)",
        },
    ],
});
