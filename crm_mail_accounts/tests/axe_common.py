import json
import os
from pathlib import Path

from odoo.tests import HttpCase

from .common import PATIENCE, MailCase

RUN = """
;(async () => {
    const {rpcBus} = odoo.loader.modules.get("@web/core/network/rpc");
    let asked = 0;
    rpcBus.addEventListener("RPC:REQUEST", () => asked++);
    rpcBus.addEventListener("RPC:RESPONSE", () => (asked = Math.max(0, asked - 1)));
    const frame = () =>
        new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const wait = async (selector) => {
        const until = Date.now() + 60000;
        while (Date.now() < until) {
            const found = document.querySelector(selector);
            if (found) {
                return found;
            }
            await frame();
        }
        throw new Error(`${selector} did not come`);
    };
    // What a click asked for is there, and shown.
    const rest = async () => {
        do {
            await frame();
        } while (asked);
        await frame();
    };
    const problems = [];
    const colour = (text) => {
        const [red, green, blue, alpha = 1] = text.match(/[\\d.]+/g).map(Number);
        return {light: (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255, alpha};
    };
    // A large patch of light in a dark theme: a ground that was written down.
    const findLight = (state, root) => {
        for (const element of document.querySelectorAll(`${root}, ${root} *`)) {
            const {width, height} = element.getBoundingClientRect();
            const {light, alpha} = colour(getComputedStyle(element).backgroundColor);
            if (
                light > 0.6 &&
                alpha > 0.5 &&
                width > 30 &&
                height > 30 &&
                !element.closest(paper)
            ) {
                problems.push(`${state}: light in the dark: ${element.className}`);
            }
        }
    };
    const look = async (state, root) => {
        // What fades in has another contrast while it does.
        await Promise.allSettled(document.getAnimations().map((each) => each.finished));
        // The tabs of a form and what stands in its lists are the host's.
        const host = [
            ".o_notebook_headers",
            ".o_progress",
            ".o_optional_columns_dropdown",
            ".o_date_picker",
            ".o_datetime_picker",
        ];
        const looked = {
            include: [document.querySelector(root)],
            exclude: host.map((selector) => [selector]),
        };
        if (paper) {
            findLight(state, root);
        }
        const {violations} = await axe.run(looked, {
            iframes: false,
            runOnly: rules,
        });
        for (const {id, impact, nodes: found} of violations) {
            // The host says of each line of a menu that it is not selected.
            const nodes = found.filter(
                ({html}) =>
                    id !== "aria-allowed-attr" ||
                    !/o-dropdown-item|o_time_picker/.test(html)
            );
            if (nodes.length && ["serious", "critical"].includes(impact)) {
                const where = nodes.slice(0, 4).map((node) => node.html.slice(0, 160));
                problems.push(`${state}: ${id} (${impact}) ${where.join(" ; ")}`);
            }
        }
    };
    const {steps, rules, paper} = %s;
    for (const [state, click, waited, root] of steps) {
        if (click.startsWith("key ")) {
            const key = click.slice(4);
            document.body.dispatchEvent(
                new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true})
            );
        } else if (click) {
            (await wait(click)).click();
        }
        await rest();
        await wait(waited);
        if (root) {
            await rest();
            await look(state, root);
        }
    }
    if (problems.length) {
        console.error(problems.join("\\n"));
    } else {
        console.log("test successful");
    }
})().catch((error) => console.error(error.message));
"""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


class AxeCase(MailCase, HttpCase):
    """Walks through states of the screen and tries each with axe-core."""

    rules = RULES
    paper = ""
    """What may be light in a dark theme; empty: the theme is a light one."""

    def setUp(self):
        super().setUp()
        self.owner.password = self.owner.login

    def check(self, *steps, path="/odoo/crm-messages"):
        """Steps: name, what is clicked ("key x": what is pressed) or "", what must be
        there, what is tried or "" for nothing."""
        axe = Path(os.environ["CRM_MAIL_AXE"]).read_text()
        values = {"steps": steps, "rules": self.rules, "paper": self.paper}
        self.browser_js(
            path,
            axe + RUN % json.dumps(values),
            "Boolean(document.querySelector('.o_web_client'))",
            login=self.owner.login,
            timeout=PATIENCE,
        )
