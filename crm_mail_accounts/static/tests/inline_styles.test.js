import {expect, getFixture, test} from "@odoo/hoot";

import {inlineStyles} from "@crm_mail_accounts/mail_client/compose_editor/inline_styles";

/** What a dark theme makes of the host's classes */
const SHOWN = `
    <p class="text-black" style="color: white !important">Black</p>
    <p class="a bg-200" style="background-color: black !important">Pale</p>
    <p class="text-o-color-2" style="color: rgb(1, 2, 3) !important">Own</p>
    <blockquote class="o_crm_mail_quote"><p class="text-black">Old</p></blockquote>`;

test("greys leave as they are on white paper, whatever the theme shows", () => {
    const shown = document.createElement("div");
    shown.innerHTML = SHOWN;
    getFixture().append(shown);
    const copy = shown.cloneNode(true);
    for (const element of copy.querySelectorAll("[style]")) {
        element.removeAttribute("style");
    }
    inlineStyles(shown, copy);
    const styles = [...copy.querySelectorAll("p")].map(({style}) => [
        style.color,
        style.backgroundColor,
    ]);
    expect(styles).toEqual([
        ["rgb(0, 0, 0)", ""],
        ["", "rgb(233, 236, 239)"],
        ["rgb(1, 2, 3)", ""],
        ["", ""],
    ]);
});
