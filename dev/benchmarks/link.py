"""Take in many new mails and link them by rule, and the same mails without rules.

Two mailboxes get the same new mails; one of them links by rule: every sender is a
contact with one open opportunity, so each mail is posted on two records. Both are
synchronized until nothing is left to do, the one without rules first and last, so that
a machine that grows slower or quicker does not favour either.

``dev/bench link --messages 1000 [--json]``. ``links`` were made and posted;
``statements_per_mail`` is what linking adds, ``ratio`` the time of both;
``rule_statements`` found the records and made the links, the rest fetched and posted
(``post_statements_per_mail``). ``load`` is of the machine in the last minute.
"""

from __future__ import annotations

import os
from contextlib import contextmanager

from benchmarks.kit import report
from benchmarks.kit.engine import Engine, open_registry
from benchmarks.rules import SENDERS, mailbox, take_in


def make_records(engine: Engine) -> None:
    """A contact and an opportunity for every sender of the generated mails."""
    contacts = engine.env["res.partner"].create(
        [
            {"name": f"Person {number}", "email": f"p{number}@pavarin.example"}
            for number in range(SENDERS)
        ]
    )
    engine.env["crm.lead"].create(
        [
            {
                "name": f"Deal with {contact.name}",
                "type": "opportunity",
                "partner_id": contact.id,
            }
            for contact in contacts
        ]
    )
    engine.cr.commit()


@contextmanager
def rules_count(engine: Engine):
    """Statements that found the records of new mail and made their links."""
    accounts = type(engine.env["crm.mail.account"])
    spent = [0]
    real = accounts._arrived_linking

    def counted(self, messages):
        before = self.env.cr.sql_log_count
        real(self, messages)
        self.env.flush_all()
        spent[0] += self.env.cr.sql_log_count - before

    accounts._arrived_linking = counted
    try:
        yield spent
    finally:
        accounts._arrived_linking = real


def take_alone(engine: Engine, name: str, count: int, **values):
    """What the new mails of a mailbox cost, and it; at the end it is put aside, so that
    turns are the next one's."""
    account = mailbox(engine, f"link-{name}")
    account.write(values)
    engine.cr.commit()
    cost, _step = take_in(engine, account, count)
    account.active = False
    engine.cr.commit()
    return cost, account


def posted(engine: Engine, account) -> tuple[int, int]:
    """Links of the account, and how many of them are shown on their records."""
    engine.cr.execute(
        "SELECT count(*), count(mail_message_id) FROM crm_mail_link link"
        "  JOIN crm_mail_message mail ON mail.id = link.message_id"
        " WHERE mail.account_id = %s",
        [account.id],
    )
    found = engine.cr.fetchone()
    engine.cr.commit()
    return found


def measure(options) -> dict:
    engine = Engine(open_registry())
    make_records(engine)
    take_alone(engine, "warm", 200)  # what is done for the first time
    first, _plain = take_alone(engine, "plain", options.messages)
    with rules_count(engine) as by_rules:
        cost, linking = take_alone(engine, "linked", options.messages, link_rule="on")
    links, shown = posted(engine, linking)
    if links != shown or links < options.messages:
        raise SystemExit(f"of {links} links {shown} are shown on their records")
    last, _other = take_alone(engine, "other", options.messages)
    engine.close()
    plain_seconds = (first.seconds + last.seconds) / 2
    plain_statements = (first.statements + last.statements) / 2
    added = cost.statements - plain_statements
    return report.rounded(
        {
            "benchmark": "link",
            "messages": options.messages,
            "links": links,
            "seconds": cost.seconds,
            "plain_seconds": plain_seconds,
            "ratio": cost.seconds / plain_seconds,
            "statements": cost.statements,
            "plain_statements": plain_statements,
            "rule_statements": by_rules[0],
            "statements_per_mail": added / options.messages,
            "post_statements_per_mail": (added - by_rules[0]) / options.messages,
            "mails_per_second": options.messages / cost.seconds,
            "load": os.getloadavg()[0],
        }
    )


def main() -> None:
    parser = report.arguments("link", __doc__)
    parser.add_argument("--messages", type=int, default=1_000)
    options = parser.parse_args()
    report.show(measure(options), options.json)


if __name__ == "__main__":
    main()
