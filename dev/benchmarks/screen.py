"""From a click to what it shows, in Chromium.

The inbox is that of ``client``; beside it are an empty folder, and the cached texts of
the newest conversations. The clock runs in the page: from the click until the second
frame after everything wanted is in the document, so until that was painted.

``dev/bench screen --messages 100000 [--times 10] [--scroll 400000] [--json]``. Figures,
each with ``median``, ``p95`` and ``longest`` in milliseconds: ``inbox`` (from another
folder), ``page`` (the end of the list comes into sight), ``mail`` (its text is known to
Odoo), ``next_mail`` (the one below, which was read ahead), ``thread`` (with its folded
mails), ``flag`` (everything in the list is selected). Of ``scroll``, so many pixels
down and up again with the compositor's own gesture: ``frames`` (between two of them),
``blank_rows``, places in sight that no row was drawn for, and ``frames_at_end``, those
that had to wait for the server below the last row.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from pathlib import Path

from benchmarks.client import fill
from benchmarks.kit import report
from benchmarks.kit.browser import Page, browser, running
from benchmarks.kit.engine import Engine, open_registry
from setup import ports

SCRIPT = Path(__file__).with_suffix(".js")
CACHED = 200
"""Newest mails whose conversations have their texts here."""
SPEED = 4000
"""Pixels in a second: a quick finger."""
STROKE = 20_000
"""Pixels of one gesture."""
RAW = (
    "From: Person <p%(n)s@pavarin.example>\r\nTo: laura@demo.test\r\n"
    "Subject: Offer %(n)s\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/html; charset=utf-8\r\n\r\n%(body)s"
)
BODY = "<p>Good morning,</p>" + "<p>please look at the <b>offer</b> again.</p>" * 40


def furnish(engine: Engine, owner, inbox) -> None:
    """An empty folder, and the texts of the newest conversations."""
    engine.env["crm.mail.folder"].create(
        {
            "account_id": inbox.account_id.id,
            "raw": "Sent",
            "name": "Sent",
            "path": "Sent",
            "role": "sent",
        }
    )
    messages = engine.env["crm.mail.message"]
    newest = messages.search([("account_id", "=", inbox.account_id.id)], limit=CACHED)
    mates = messages.search([("thread_id", "in", newest.thread_id.ids)])
    mates._keep_raws(
        {mail.id: (RAW % {"n": mail.id, "body": BODY}).encode() for mail in mates}
    )
    engine.cr.commit()


def spread(taken: list[float]) -> dict:
    ordered = sorted(taken)
    return {
        "median": ordered[len(ordered) // 2],
        "p95": ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))],
        "longest": ordered[-1],
    }


class Screen:
    """The mail screen of one user in one page."""

    def __init__(self, page: Page, address: str, engine: Engine, owner):
        self.page = page
        self.address = address
        self.client = engine.env["crm.mail.client"].with_user(owner)

    def log_in(self, login: str, password: str) -> None:
        self.page.go(f"{self.address}/web/login", "document.forms.length")
        known = {
            "db": os.environ["CRM_MAIL_BENCH_DB"],
            "login": login,
            "password": password,
        }
        asked = json.dumps({"jsonrpc": "2.0", "params": known})
        told = self.page.evaluate(
            "fetch('/web/session/authenticate', {method: 'POST',"
            " headers: {'Content-Type': 'application/json'},"
            f" body: {json.dumps(asked)}}}).then((answer) => answer.json())"
        )
        if "error" in told:
            raise SystemExit(f"cannot log in: {told['error']}")

    def open(self, **layout) -> None:
        """The screen anew with this layout, at its inbox."""
        self.client.save_layout(layout)
        self.client.env.cr.commit()
        self.page.go("about:blank", "location.href === 'about:blank'")
        self.page.go(
            f"{self.address}/odoo/crm-messages?debug=1",
            "document.querySelector('.o_crm_mail_folder_list [data-role=inbox]')",
        )
        self.page.evaluate(SCRIPT.read_text())
        # once for nothing: code and styles are compiled
        self.page.evaluate("bench.steps.inbox()")

    def times(self, step: str, times: int) -> dict:
        asked = (f"bench.steps.{step}({time})" for time in range(times))
        return spread([self.page.evaluate(each) for each in asked])

    def scroll(self, pixels: int) -> dict:
        self.page.evaluate("bench.toTop()")
        place = self.page.evaluate("bench.middle()")
        self.page.evaluate("bench.watch.start()")
        strokes = max(1, pixels // STROKE)
        for distance in [-STROKE] * strokes + [STROKE] * strokes:
            self.page.ask(
                "Input.synthesizeScrollGesture",
                **place,
                yDistance=distance,
                speed=SPEED,
                gestureSourceType="mouse",
            )
        seen = self.page.evaluate("bench.watch.stop()")
        return {**seen, "count": len(seen["frames"]), "frames": spread(seen["frames"])}


def measure(options) -> dict:
    engine = Engine(open_registry())
    password = secrets.token_hex()
    owner = engine.env["res.users"].create(
        {
            "name": "Laura",
            "login": "screen",
            "password": password,
            "group_ids": [(4, engine.env.ref("sales_team.group_sale_salesman").id)],
        }
    )
    inbox = fill(engine, owner, options.messages)
    furnish(engine, owner, inbox)
    engine.vacuum()
    port = ports.next_free("Odoo", 28169)
    command = [sys.executable, "-m", "odoo", "server"]
    command += ["-c", os.environ["CRM_MAIL_BENCH_CONF"]]
    command += ["-d", os.environ["CRM_MAIL_BENCH_DB"], f"--http-port={port}"]
    # The mailbox on the server is empty: nothing may look.
    command += ["--max-cron-threads=0", "--log-level=warn"]
    result = {"benchmark": "screen", "messages": options.messages}
    with running(command), browser() as page:
        screen = Screen(page, f"http://localhost:{port}", engine, owner)
        screen.log_in(owner.login, password)
        screen.open(threads=False)
        times = options.times
        result["inbox"] = screen.times("inbox", times)
        result["mail"] = screen.times("mail", min(times, 8))
        page.evaluate("bench.steps.inbox()")
        result["next_mail"] = screen.times("next_mail", min(times, 10))
        result["flag"] = screen.times("flag", times)
        result["page"] = screen.times("page", times)
        result["scroll"] = screen.scroll(options.scroll)
        screen.open(threads=True)
        result["thread"] = screen.times("thread", min(times, 8))
    engine.close()
    return report.rounded(result, 1)


def main() -> None:
    parser = report.arguments("screen", __doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--scroll", type=int, default=400_000)
    options = parser.parse_args()
    report.show(measure(options), options.json)


if __name__ == "__main__":
    main()
