import {addTour} from "./tour_steps";

/** From the menu to the figures of linked mail, and from a line to its record. */
addTour("crm_mail_accounts_report", {
    steps: () => [
        {
            content: "Look at the reports",
            trigger: "button[data-menu-xmlid='crm.crm_menu_report']",
            run: "click",
        },
        {
            content: "Those of mail",
            trigger: "a[data-menu-xmlid='crm_mail_accounts.crm_mail_report_menu']",
            run: "click",
        },
        {content: "There is a graph", trigger: ".o_graph_view canvas"},
        {content: "As a table", trigger: ".o_switch_view.o_pivot", run: "click"},
        {
            content: "What was received, and the hours to its answer",
            trigger:
                ".o_pivot:has(th:contains(Received)):has(th:contains(Hours to answer)) td:contains(2.00)",
        },
        {content: "As a list", trigger: ".o_switch_view.o_list", run: "click"},
        {
            content: "Open the record of a mail",
            trigger: ".o_list_view td[name=subject]:contains(Drawings for the order)",
            run: "click",
        },
        {
            content: "The mail is there",
            trigger: ".o-mail-Chatter .o-mail-Message:contains(Drawings for the order)",
        },
    ],
});
