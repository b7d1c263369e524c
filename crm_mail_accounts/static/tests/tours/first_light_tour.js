import {addTour} from "./tour_steps";

/**
 * From nothing to a linked mail: the whole story of the first mailbox.
 *
 * The server's values come as JSON in the parameter `crm_mail_tour` of the address
 * that the tour starts at (`/odoo?crm_mail_tour=...`), or, for a tour started by hand,
 * in the local storage under `crm_mail_accounts.tour`. They are read when this file is
 * loaded: the router tidies the address up before the first step.
 */
const PARAMETER = "crm_mail_tour";
const STORAGE_KEY = "crm_mail_accounts.tour";

const DEFAULTS = {
    username: "laura@demo.test",
    password: "demo",
    imap_host: "localhost",
    imap_port: 993,
    imap_security: "tls",
    smtp_host: "localhost",
    smtp_port: 465,
    smtp_security: "tls",
    // What lies in the mailbox and in the CRM
    subject: "Drawings for the spring order",
    contact: "Rosa Conti",
    opportunity: "Spring order",
    attachment: "disegno.pdf",
};
/** The assistant's words for the values of its security fields */
const SECURITY_LABELS = {
    none: "None",
    starttls: "STARTTLS",
    tls: "SSL/TLS",
};

function readValues() {
    const given =
        new URLSearchParams(window.location.search).get(PARAMETER) ||
        window.localStorage.getItem(STORAGE_KEY);
    return {...DEFAULTS, ...(given ? JSON.parse(given) : {})};
}

const values = readValues();
const field = (name) => `.modal .o_field_widget[name='${name}']`;
const row = `.o_crm_mail_row:contains(${values.subject})`;
const opportunity = `.o_crm_mail_opportunity:contains(${values.opportunity})`;

function fill(name) {
    return {
        content: `Fill in ${name}`,
        trigger: `${field(name)} input:visible`,
        run: `edit ${values[name]}`,
    };
}

function choose(name) {
    return [
        {
            content: `Open the choices of ${name}`,
            trigger: `${field(name)} input`,
            run: "click",
        },
        {
            content: `Choose ${values[name]} for ${name}`,
            trigger: `.o_select_menu_item:contains(${SECURITY_LABELS[values[name]]})`,
            run: "click",
        },
    ];
}

addTour("crm_mail_accounts_first_light", {
    steps: () => [
        {
            content: "Open Messages by the envelope",
            trigger: ".o_crm_mail_systray button",
            run: "click",
        },
        {
            content: "There is no mailbox yet: press Configure",
            trigger: ".o_crm_mail_welcome .o_crm_mail_configure",
            run: "click",
        },
        fill("username"),
        fill("password"),
        fill("imap_host"),
        ...choose("imap_security"),
        fill("imap_port"),
        fill("smtp_host"),
        ...choose("smtp_security"),
        fill("smtp_port"),
        {
            content: "Test the connection",
            trigger: ".modal button[name='action_test']",
            run: "click",
        },
        {
            content: "Every step of the incoming server succeeded",
            trigger:
                ".modal [data-server='imap']:has(.fa-check-circle):not(:has(.fa-times-circle))",
        },
        {
            content: "Every step of the outgoing server succeeded",
            trigger:
                ".modal [data-server='smtp']:has(.fa-check-circle):not(:has(.fa-times-circle))",
        },
        {
            content: "Go on to the folders",
            trigger: ".modal button[name='action_continue']",
            run: "click",
        },
        {
            content: "The inbox was found and is proposed",
            trigger: `${field("inbox_folder_id")} input:value(INBOX)`,
        },
        {
            content: "Keep the mapping",
            trigger: ".modal button[name='action_map']",
            run: "click",
        },
        {
            content: "What is fetched is told in mails",
            trigger: ".modal [name='count_text']:contains('mails in')",
        },
        {
            content: "Fetch everything",
            trigger: ".modal button[name='action_finish']",
            run: "click",
        },
        {
            content: "The inbox fills",
            trigger: `body:not(:has(.modal)) ${row}`,
        },
        {
            content: "The newest mail is on top: open it",
            trigger: `${row}:first`,
            run: "click",
        },
        {
            content: "It is shown, in a frame of its own",
            trigger: `.o_crm_mail_reading_pane:has(.o_crm_mail_subject:contains(${values.subject})) iframe.o_crm_mail_frame[sandbox][src^='/crm_mail_accounts/message/']`,
        },
        {
            content: "It has been read, and the list says so",
            trigger: `.o_crm_mail_row_open:not(.o_crm_mail_row_unread):contains(${values.subject})`,
        },
        {
            content: "Flag it",
            trigger: ".o_crm_mail_reading_pane [data-action='flag']",
            run: "click",
        },
        {
            content: "The row has a star",
            trigger: `${row} .o_crm_mail_row_star .fa-star`,
        },
        {
            content: "Its attachment can be downloaded",
            trigger: `.o_crm_mail_attachment[href^='/crm_mail_accounts/message/'][aria-label*='${values.attachment}']`,
        },
        {
            content: "The customer who wrote it is named beside it",
            trigger: `.o_crm_mail_contact_name:contains(${values.contact})`,
        },
        {
            content: "Link the mail to the customer's opportunity",
            trigger: `${opportunity} .o_crm_mail_link_button`,
            run: "click",
        },
        {
            content: "It is linked, and the list says so too",
            trigger: `.o_crm_mail_client:has(${opportunity} .o_crm_mail_linked) ${row} .o_crm_mail_link_badge`,
        },
        {
            content: "Open the opportunity",
            trigger: `${opportunity} .o_crm_mail_opportunity_name`,
            run: "click",
        },
        {
            content: "The mail is in its chatter",
            trigger: `.o-mail-Chatter .o-mail-Message:contains(${values.subject})`,
        },
        {
            content: "The way back leads to the same mail",
            trigger: ".breadcrumb-item:contains(Messages) a, .o_back_button",
            run: "click",
        },
        {
            content: "It is open as before, and so is the list",
            trigger: `body:has(.o_crm_mail_row_open) .o_crm_mail_subject:contains(${values.subject})`,
        },
        {
            content: "Delete it",
            trigger: ".o_crm_mail_reading_pane [data-action='delete']",
            run: "click",
        },
        {
            content: "The next mail opened in its place, and has been read",
            trigger: `.o_crm_mail_row_open:not(.o_crm_mail_row_unread):not(:contains(${values.subject}))`,
        },
        {
            content: "It has left the list: take that back",
            trigger: `body:not(:has(${row})) .o_notification_buttons button`,
            run: "click",
        },
        {
            content: "It is in the list again",
            trigger: row,
        },
    ],
});
