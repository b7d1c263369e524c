import {addTour} from "./tour_steps";

/** A mail is given to a colleague by naming them, answered, and taken back. */

const row = ".o_crm_mail_row:contains(Offer 12)";
const input = ".o_crm_mail_comment_input";

addTour("crm_mail_accounts_share", {
    steps: () => [
        {content: "Open the mail", trigger: row, run: "click"},
        {
            content: "Talk about it",
            trigger: ".o_crm_mail_discuss",
            run: "click",
        },
        {
            content: "Name Anna",
            trigger: input,
            run: "edit Please have a look @Ann",
        },
        {
            content: "She is proposed",
            trigger: ".o_crm_mail_named:contains(Anna Rossi)",
            run: ({anchor}) =>
                anchor.dispatchEvent(new MouseEvent("mousedown", {bubbles: true})),
        },
        {
            content: "One is told what that means",
            trigger: ".o_crm_mail_comment_write:contains(will be able to read)",
        },
        {content: "Say it", trigger: ".o_crm_mail_comment_send", run: "click"},
        {
            content: "She can read the mail now",
            trigger: ".o_crm_mail_reader_shared:contains(Anna Rossi)",
        },
    ],
});

addTour("crm_mail_accounts_shared_with_me", {
    steps: () => [
        {
            content: "Who has no mailbox starts in what is shared; open it",
            trigger: row,
            run: "click",
        },
        {
            content: "What was said is there, and the text of the mail",
            trigger:
                ".o_crm_mail_comment:contains(Please have a look), .o_crm_mail_frame_box iframe",
        },
        {content: "Answer", trigger: input, run: "edit I have linked it"},
        {content: "Say it", trigger: ".o_crm_mail_comment_send", run: "click"},
        {
            content: "It is said",
            trigger: ".o_crm_mail_comment:contains(I have linked it)",
        },
    ],
});

addTour("crm_mail_accounts_withdraw", {
    steps: () => [
        {content: "Open the mail", trigger: row, run: "click"},
        {
            content: "The answer is there; take the mail back",
            trigger:
                ".o_crm_mail_comments:has(.o_crm_mail_comment:contains(I have linked it)) .o_crm_mail_withdraw",
            run: "click",
        },
        {
            content: "Only the owner reads it",
            trigger:
                ".o_crm_mail_comments:not(:has(.o_crm_mail_reader_shared)) .o_crm_mail_reader",
        },
    ],
});
