"""Take in many new mails, with filters and without.

Two mailboxes get the same new mails; one of them has filters. Both are synchronized
until nothing is left to do, the one without filters first and last, so that a machine
that grows slower or quicker does not favour either.

``dev/bench rules --messages 10000 --rules 50 [--matching 5] [--json]``. The filters
ask for senders, subjects, lists, sizes and recipients, as people's filters do;
``matching`` mails in a hundred are flagged by one of them, which the server is told of
as well. ``seconds`` and ``plain_seconds`` are from the first turn to rest,
``mails_per_second`` is of the first, ``ratio`` of both, ``arrivals_seconds`` what the
step of new mail took, ``load`` of the machine in the last minute.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager

from benchmarks.kit import report
from benchmarks.kit.engine import Engine, open_registry
from benchmarks.kit.servers import fill, mail_server, small_mails
from demo.imap_append import Connection
from demo.mail import INBOX

SENDERS = 97
"""Different ones among the generated mails."""
FIRST = 10_000_000


def mailbox(engine: Engine, name: str):
    """An account that rests, with one old mail."""
    user = f"rules-{name}-{os.getpid()}@live.test"
    fill(user, {INBOX: 1})
    account = engine.account(user)
    only(engine, account)
    engine.settle()
    return account


def only(engine: Engine, account) -> None:
    """Let no other account be worked on: one that is not active is never due."""
    engine.env["crm.mail.account"].search([]).active = False
    account.active = True
    engine.cr.commit()


def append(account, count: int) -> None:
    mail = mail_server()
    with Connection(mail["host"], mail["ports"]["imaps"], mail["ca_file"]) as server:
        server.login(account.username, mail["password"])
        server.append(list(small_mails({INBOX: count}, FIRST, ())))
        server.logout()


def make_filters(engine: Engine, account, count: int, matching: int) -> None:
    """As many filters, of which the last one fits ``matching`` mails in a hundred."""
    kinds = (
        lambda n: {"field": "from", "operator": "is", "value": f"x{n}@shop.example"},
        lambda n: {"field": "subject", "operator": "contains", "value": f"invoice {n}"},
        lambda n: {"field": "list", "operator": "is", "value": f"l{n}.lists.example"},
        lambda n: {"field": "recipient", "operator": "contains", "value": f"team{n}@"},
        lambda n: {"field": "subject", "operator": "matches", "value": f"*x{n}*done*"},
    )
    for number in range(count - 1):
        one_filter(
            engine,
            account,
            number,
            [
                kinds[number % len(kinds)](number),
                {"field": "size", "operator": "smaller", "value": "500"},
            ],
        )
    wanted = max(1, round(SENDERS * matching / 100))
    one_filter(
        engine,
        account,
        count,
        [
            {"field": "from", "operator": "is", "value": f"p{number}@pavarin.example"}
            for number in range(wanted if matching else 0)
        ]
        or [{"field": "subject", "operator": "is", "value": "nothing"}],
        match="any",
    )
    engine.cr.commit()


def one_filter(engine, account, number: int, conditions, match: str = "all") -> None:
    from odoo import Command

    engine.env["crm.mail.filter"].create(
        {
            "name": f"Filter {number}",
            "account_id": account.id,
            "sequence": number,
            "match": match,
            "condition_ids": [Command.create(line) for line in conditions],
            "action_ids": [Command.create({"kind": "flag"})],
        }
    )


@contextmanager
def arrivals_clock():
    """Seconds that were spent on new mail, behind the indexing."""
    from odoo.addons.crm_mail_accounts.tools.arrivals import Arrivals

    spent = [0.0]
    real = Arrivals.run

    def run(self):
        started = time.perf_counter()
        real(self)
        spent[0] += time.perf_counter() - started

    Arrivals.run = run
    try:
        yield spent
    finally:
        Arrivals.run = real


def take_in(engine: Engine, account, count: int):
    """Append, and synchronize to rest: ``(cost, arrivals' seconds)``."""
    append(account, count)
    only(engine, account)
    before = engine.count(account)
    with arrivals_clock() as spent, engine.cost() as cost:
        engine.look_everywhere()
        engine.settle()
    if engine.count(account) != before + count:
        raise SystemExit("not all mails were taken in")
    engine.vacuum()
    return cost, spent[0]


def flagged(engine: Engine, account) -> int:
    engine.cr.execute(
        "SELECT count(*) FROM crm_mail_message WHERE account_id = %s AND flagged",
        [account.id],
    )
    (count,) = engine.cr.fetchone()
    engine.cr.commit()
    return count


def measure(options) -> dict:
    engine = Engine(open_registry())
    plain = mailbox(engine, "plain")
    take_in(engine, plain, 200)  # what is done for the first time
    first, first_step = take_in(engine, plain, options.messages)
    ruled = mailbox(engine, "ruled")
    make_filters(engine, ruled, options.rules, options.matching)
    cost, step = take_in(engine, ruled, options.messages)
    marked = flagged(engine, ruled)
    other = mailbox(engine, "other")
    last, last_step = take_in(engine, other, options.messages)
    engine.close()
    plain_seconds = (first.seconds + last.seconds) / 2
    plain_cpu = (first.cpu_seconds + last.cpu_seconds) / 2
    return report.rounded(
        {
            "benchmark": "rules",
            "messages": options.messages,
            "rules": options.rules,
            "matched": marked,
            "seconds": cost.seconds,
            "mails_per_second": options.messages / cost.seconds,
            "plain_seconds": plain_seconds,
            "ratio": cost.seconds / plain_seconds,
            "cpu_seconds": cost.cpu_seconds,
            "plain_cpu_seconds": plain_cpu,
            "cpu_ratio": cost.cpu_seconds / plain_cpu,
            "arrivals_seconds": step,
            "plain_arrivals_seconds": (first_step + last_step) / 2,
            "statements": cost.statements,
            "plain_statements": (first.statements + last.statements) / 2,
            "load": os.getloadavg()[0],
        }
    )


def main() -> None:
    parser = report.arguments("rules", __doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--rules", type=int, default=50)
    parser.add_argument("--matching", type=int, default=5, help="mails in a hundred")
    options = parser.parse_args()
    report.show(measure(options), options.json)


if __name__ == "__main__":
    main()
