import {describe, expect, test} from "@odoo/hoot";
import {
    manuallyDispatchProgrammaticEvent,
    press,
    queryAllTexts,
    queryFirst,
} from "@odoo/hoot-dom";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {contains, getService} from "@web/../tests/web_test_helpers";

import {
    defineMailClientModels,
    makeComposition,
    mockMailServer,
    mountMailClient,
} from "./mail_client_test_helpers";

defineMailClientModels();
describe.current.tags("desktop");

const ROSA = {name: "Rosa Conti", email: "rosa@conti.test"};
const INPUT = ".o_crm_mail_address_field[data-field=to] input";
const CHIP = ".o_crm_mail_address_field[data-field=to] .o_crm_mail_address_chip";

async function write(values = {}, server = {}) {
    const mock = mockMailServer({composition: makeComposition(values), ...server});
    await mountMailClient();
    await contains(".o_crm_mail_write").click();
    await animationFrame();
    return mock;
}

/** The mail as the store has it */
const draft = () => getService("crm_mail_client").store.compose.windows[0];

async function type(text) {
    await contains(INPUT).edit(text, {confirm: false});
}

async function paste(text) {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    queryFirst(INPUT).focus();
    await manuallyDispatchProgrammaticEvent(queryFirst(INPUT), "paste", {
        clipboardData,
    });
    await animationFrame();
}

test("people are proposed, and chosen by the keyboard", async () => {
    await write(
        {},
        {
            people: (term) => {
                expect.step(term);
                return [
                    {...ROSA, kind: "contact", subtitle: "Conti Arredi"},
                    {
                        name: "Rosario Bo",
                        email: "bo@demo.test",
                        kind: "colleague",
                        subtitle: "",
                    },
                ];
            },
        }
    );
    await type("ros");
    await advanceTime(200);
    expect.verifySteps(["ros"]);
    expect(queryAllTexts(".o_crm_mail_completion [role=option]")).toEqual([
        "Rosa Conti\nrosa@conti.test\nConti Arredi",
        "Rosario Bo\nbo@demo.test\nColleague",
    ]);
    expect(INPUT).toHaveAttribute("aria-expanded", "true");
    await press("ArrowDown");
    await press("Enter");
    await animationFrame();
    expect(queryAllTexts(CHIP)).toEqual(["Rosario Bo"]);
    expect(INPUT).toHaveValue("");
    expect(".o_crm_mail_completion").toHaveCount(0);
});

test("who is in the line already is not proposed, nor taken twice", async () => {
    await write({to: [ROSA]}, {people: [{...ROSA, kind: "contact", subtitle: ""}]});
    await type("ros");
    await advanceTime(200);
    expect(".o_crm_mail_completion").toHaveCount(0);
    await type("ROSA@conti.test,");
    expect(CHIP).toHaveCount(1);
});

test("a whole address that is typed goes before what is proposed", async () => {
    await write({}, {people: [{...ROSA, kind: "contact", subtitle: ""}]});
    await type("rosa@conti.example");
    await advanceTime(200);
    await press("Enter");
    await animationFrame();
    expect(draft().to).toEqual([{name: "", email: "rosa@conti.example"}]);
});

test("a list that is pasted is understood, and what is wrong is marked", async () => {
    await write(
        {},
        {
            parsed: (text) => {
                expect.step(text);
                return {
                    addresses: [ROSA, {name: "", email: "a@b.test"}],
                    wrong: ["nobody@"],
                };
            },
        }
    );
    await paste('"Conti, Rosa" <rosa@conti.test>; a@b.test, nobody@');
    expect.verifySteps(['"Conti, Rosa" <rosa@conti.test>; a@b.test, nobody@']);
    expect(queryAllTexts(CHIP)).toEqual(["Rosa Conti", "a@b.test", "nobody@"]);
    expect(`${CHIP}:eq(2)`).toHaveClass("o_crm_mail_address_wrong");
    expect(`${CHIP}:eq(2)`).toHaveAttribute("aria-invalid", "true");
    await contains(".o_crm_mail_send").click();
    await animationFrame();
    expect(".o_crm_mail_compose_error").toHaveText(
        /“nobody@” is not an e-mail address/
    );
});

test("a comma within a quoted name ends nothing", async () => {
    await write({}, {parsed: () => ({addresses: [ROSA], wrong: []})});
    await type('"Conti,');
    expect(CHIP).toHaveCount(0);
    await type('"Conti, Rosa" <rosa@conti.test>,');
    await animationFrame();
    expect(queryAllTexts(CHIP)).toEqual(["Rosa Conti"]);
});

test("the keys go through the chips, edit and remove them", async () => {
    await write({to: [ROSA, {name: "", email: "a@b.test"}]});
    queryFirst(INPUT).focus();
    await press("Backspace");
    expect(`${CHIP}:eq(1)`).toBeFocused();
    await press("ArrowLeft");
    expect(`${CHIP}:eq(0)`).toBeFocused();
    await press("Enter");
    await animationFrame();
    expect(INPUT).toHaveValue("Rosa Conti <rosa@conti.test>");
    expect(CHIP).toHaveCount(1);
    await contains(INPUT).clear({confirm: false});
    queryFirst(CHIP).focus();
    await press("Delete");
    await animationFrame();
    expect(CHIP).toHaveCount(0);
});

test("a chip is moved to another line, by the mouse and by the keyboard", async () => {
    await write({to: [ROSA, {name: "", email: "a@b.test"}]});
    await contains(".o_crm_mail_show_cc").click();
    const {drag} = await contains(`${CHIP}:eq(0)`);
    const {drop} = await drag({
        dataTransfer: new DataTransfer(),
    });
    await drop(".o_crm_mail_address_field[data-field=cc]");
    await animationFrame();
    expect(draft().cc).toEqual([ROSA]);
    expect(draft().to).toEqual([{name: "", email: "a@b.test"}]);
    queryFirst(CHIP).focus();
    await press(["alt", "ArrowDown"]);
    await animationFrame();
    expect(draft().cc).toHaveLength(2);
    expect(draft().to).toEqual([]);
});

test("what is typed becomes a chip when the line is left", async () => {
    await write();
    await type("a@b.test");
    await contains(".o_crm_mail_subject_input").click();
    await animationFrame();
    expect(draft().to).toEqual([{name: "", email: "a@b.test"}]);
});

test("what is typed last is among the recipients of a mail that is sent at once", async () => {
    const server = await write({to: [ROSA], subject: "Hi"});
    await type("a@b.test");
    await press(["ctrl", "Enter"]);
    await animationFrame();
    const sent = server.changes.find(([name]) => name === "compose_send");
    expect(sent[3].to.map(({email}) => email)).toEqual(["rosa@conti.test", "a@b.test"]);
});
