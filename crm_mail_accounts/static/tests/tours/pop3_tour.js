import {addTour} from "./tour_steps";

/**
 * A POP3 mailbox is set up, tested and collected. What the server's values are comes
 * in the parameter `crm_mail_tour` of the address, as in the tour of the first mailbox.
 */
const given = new URLSearchParams(window.location.search).get("crm_mail_tour");
const values = given ? JSON.parse(given) : {};

function fill(name) {
    return {
        content: `Fill in ${name}`,
        trigger: `.o_field_widget[name='${name}'] input:visible`,
        run: `edit ${values[name]}`,
    };
}

addTour("crm_mail_accounts_pop3", {
    steps: () => [
        {
            content: "Open the gear of Messages",
            trigger: ".o_crm_mail_settings",
            run: "click",
        },
        {
            content: "Choose POP3",
            trigger: ".o_crm_mail_menu_pop3",
            run: "click",
        },
        {
            content: "There is none yet: make one",
            trigger: ".o_list_button_add",
            run: "click",
        },
        fill("username"),
        fill("password"),
        fill("host"),
        fill("port"),
        {
            content: "Test it",
            trigger: "button[name='action_test']",
            run: "click",
        },
        {
            content: "Every step succeeded, and two mails wait",
            trigger:
                "[data-server='pop3'] [data-step='mailbox']:not(.o_crm_mail_test_step_failed):contains(2,)",
        },
        {
            content: "Collect it",
            trigger: "button[name='action_collect']",
            run: "click",
        },
        {
            content: "The result is told in words",
            trigger: ".o_field_widget[name='result']:contains(2 new mails)",
        },
        {
            content: "Ask to delete on the server",
            trigger: "button[name='action_stop_keeping']:contains(Do not keep)",
            run: "click",
        },
        {
            content: "The number of mails is told",
            trigger: ".modal .o_field_widget[name='at_once']:contains(2)",
        },
        {
            content: "Rather keep a copy",
            trigger: ".modal button.btn-secondary:contains(Keep a copy)",
            run: "click",
        },
        {
            content: "The copy is kept",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name='keep_copy'] input:checked",
        },
    ],
});
