import {describe, expect, test} from "@odoo/hoot";
import {queryAllTexts} from "@odoo/hoot-dom";
import {defineModels, fields, models, mountView} from "@web/../tests/web_test_helpers";

import {defineMailClientModels} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const STEPS = [
    {
        server: "imap",
        name: "connect",
        label: "Connect",
        ok: true,
        seconds: 0.0123,
        detail: "imap.demo.test:993, TLS 1.3",
        message: "",
        hint: "",
    },
    {
        server: "imap",
        name: "login",
        label: "Log in",
        ok: false,
        seconds: 1.5,
        detail: "",
        message: "The server refused the password.",
        hint: "You may need an app password.",
    },
    {
        server: "smtp",
        name: "connect",
        label: "Connect",
        ok: true,
        seconds: 0.0001,
        detail: "",
        message: "",
        hint: "",
    },
];

class Setup extends models.Model {
    _name = "setup";

    steps = fields.Json();

    _records = [
        {id: 1, steps: STEPS},
        {id: 2, steps: false},
        {id: 3, steps: STEPS.filter((step) => step.ok)},
    ];
}
defineModels([Setup]);

function showSteps(resId) {
    return mountView({
        type: "form",
        resModel: "setup",
        resId,
        arch: `<form><field name="steps" widget="crm_mail_test_steps"/></form>`,
    });
}

test("steps are grouped by server, with their time", async () => {
    await showSteps(1);
    expect(queryAllTexts(".o_crm_mail_test_steps_title")).toEqual([
        "Incoming mail (IMAP)",
        "Outgoing mail (SMTP)",
    ]);
    expect("[data-server=imap] .o_crm_mail_test_step").toHaveCount(2);
    expect("[data-server=imap] [data-step=connect]").toHaveText(
        /Connect\s+12 ms\s+imap\.demo\.test:993, TLS 1\.3/
    );
    expect("[data-server=smtp] [data-step=connect]").toHaveText(/1 ms/);
});

test("a failed step says what is wrong and what may help", async () => {
    await showSteps(1);
    const step = "[data-server=imap] [data-step=login]";
    expect(`${step} .fa-times-circle`).toHaveCount(1);
    expect(`${step} .fw-bolder`).toHaveText("The server refused the password.");
    expect(step).toHaveText(/You may need an app password\./);
    expect("[role=status]").toHaveText(
        "The test failed: The server refused the password."
    );
});

test("success is announced too", async () => {
    await showSteps(3);
    expect(".o_crm_mail_test_steps .fa-check-circle").toHaveCount(2);
    expect(".o_crm_mail_test_steps [role=status]").toHaveText(
        "Every step of the test succeeded."
    );
});

test("nothing is shown before a test", async () => {
    await showSteps(2);
    expect(".o_crm_mail_test_step").toHaveCount(0);
    expect(".o_crm_mail_test_steps [role=status]").toHaveText("");
});
