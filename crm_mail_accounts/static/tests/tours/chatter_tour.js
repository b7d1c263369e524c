import {addTour} from "./tour_steps";

/** Writing to a customer from the chatter of an opportunity. */

const select = ".o_crm_mail_chatter_sender_select";

const write = () => [
    {
        content: "Send a message",
        trigger: ".o-mail-Chatter-sendMessage:not([disabled])",
        run: "click",
    },
    {
        content: "The main mailbox is chosen",
        trigger: `.o-mail-Composer ${select}:has(option:checked:contains(Laura))`,
    },
];

const type = {
    content: "Write",
    trigger: ".o-mail-Composer-input",
    run: "edit Here is our offer",
};

const send = {
    content: "Send",
    trigger: ".o-mail-Composer-send:not([disabled])",
    run: "click",
};

const posted = {
    content: "The chatter shows it",
    trigger: ".o-mail-Message:contains(Here is our offer)",
};

addTour("crm_mail_accounts_chatter", {
    steps: () => [...write(), type, send, posted],
});

addTour("crm_mail_accounts_chatter_answer", {
    steps: () => [
        {
            content: "What was written is there",
            trigger: ".o-mail-Message:contains(Here is our offer)",
        },
        {
            content: "And the answer, which the host shows in a root of its own",
            trigger:
                ".o-mail-Message .overflow-x-auto:shadow :contains(The roof is fine)",
        },
    ],
});

addTour("crm_mail_accounts_chatter_usual", {
    steps: () => [
        ...write(),
        {
            content: "As usual",
            trigger: select,
            run: "selectByLabel As usual (Odoo)",
        },
        type,
        send,
        posted,
    ],
});

addTour("crm_mail_accounts_chatter_full", {
    steps: () => [
        ...write(),
        type,
        {
            content: "More room",
            trigger: "button[title='Open Full Composer']",
            run: "click",
        },
        {
            content: "The same mailbox, and its signature below the text",
            trigger: `.o_mail_composer_form:has(${select}:has(option:checked:contains(Laura))) .o_crm_mail_signature_preview:contains(Laura, Sales)`,
        },
        {
            content: "No signature in the text itself",
            trigger:
                ".o_mail_composer_form .odoo-editor-editable:contains(Here is our offer):not(:has(.o-signature-container))",
        },
        {
            content: "A subject",
            trigger: ".o_mail_composer_form [name='subject'] input",
            run: "edit Offer 9",
        },
        {
            content: "Send",
            trigger: ".o_mail_send:visible",
            run: "click",
        },
        posted,
    ],
});
