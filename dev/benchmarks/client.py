"""What the mail screen asks of the server, against the bare SQL for the same rows.

The mails are written straight into the index: how they get there is measured by
``index``. The floor of a page is one statement of the database driver that fetches the
same rows with the same columns, in the same run; nothing that shows these rows can be
quicker.

``dev/bench client --messages 100000 [--times 20] [--json]``. Figures, by the size of
the inbox (1,000 and ``--messages``) and by what is asked: ``seconds`` (the median) and
``statements`` on the server, ``bytes`` of the answer as JSON; of the pages also
``bare_seconds`` and ``ratio``, and of the first one ``rules_seconds``: what the host
would take to ask the record rules, which one's own mails are spared
(``tools/own_records``). ``growth`` is the first page of the large inbox to that
of the small one.
"""

from __future__ import annotations

import json
import time

from benchmarks.kit import report
from benchmarks.kit.engine import Engine, open_registry
from benchmarks.kit.raw import median

SMALL = 1000
EACH_THREAD = 4
FLAGGED = 200
COLUMNS = (
    "id, account_id, shown_folder_id, thread_id, uid, internal_date, sent_at, subject,"
    " from_name, from_email, recipients, preview, size, state, seen, flagged, answered,"
    " forwarded, draft, has_attachments"
)


def fill(engine: Engine, owner, count: int):
    """An inbox of so many mails, four in a conversation; one in ten of them says
    "offer", one in ten thousand "zeppelin"."""
    from odoo.addons.crm_mail_accounts.tools import search_writer

    account = engine.account(f"client{count}@live.test", user_id=owner.id)
    inbox = engine.env["crm.mail.folder"].create(
        {
            "account_id": account.id,
            "raw": "INBOX",
            "name": "INBOX",
            "path": "INBOX",
            "role": "inbox",
            "server_total": count,
            "indexed_total": count,
        }
    )
    engine.env.flush_all()
    cr = engine.cr
    cr.execute(
        "INSERT INTO crm_mail_thread (account_id, user_id)"
        " SELECT %s, %s FROM generate_series(1, %s) RETURNING id",
        [account.id, owner.id, count // EACH_THREAD],
    )
    first = min(row[0] for row in cr.fetchall())
    cr.execute(
        """
        INSERT INTO crm_mail_message
               (account_id, user_id, folder_id, shown_folder_id, uidvalidity, uid,
                state, seen, flagged, answered, forwarded, draft, has_attachments,
                internal_date, size, subject, from_name, from_email, recipients,
                preview, thread_id)
        SELECT %(account)s, %(user)s, %(folder)s, %(folder)s, 1, n, 'ok',
               n %% 5 <> 0, false, n %% 7 = 0, false, false, n %% 6 = 0,
               timestamp '2026-11-01' - (%(count)s - n) * interval '1 minute', 4000 + n,
               CASE WHEN n %% 10 = 0 THEN 'Offer ' ELSE 'News ' END || n
                 || CASE WHEN n %% 10000 = 17 THEN ' zeppelin' ELSE '' END,
               'Person ' || n %% 97, 'p' || n %% 97 || '@pavarin.example',
               '{"to": [["Laura", "laura@demo.test"]], "cc": []}',
               'Good morning, please look at the papers of number ' || n,
               %(first)s + (n * 7919 %% %(count)s) / %(each)s
          FROM generate_series(1, %(count)s) n
        """,
        {
            "account": account.id,
            "user": owner.id,
            "folder": inbox.id,
            "count": count,
            "first": first,
            "each": EACH_THREAD,
        },
    )
    search_writer.fill(engine.env)
    engine.cr.commit()
    return inbox


def timed(engine: Engine, times: int, ask, *, floor=None) -> dict:
    """``floor``: measured in turn with it, so that a busy machine slows both."""
    from odoo import sql_db

    seconds, floors, answer = [], [], None
    for _time in range(times + 1):
        engine.env.invalidate_all()
        counter, started = sql_db.sql_counter, time.perf_counter()
        answer = ask()
        seconds.append(time.perf_counter() - started)
        statements = sql_db.sql_counter - counter
        if floor:
            started = time.perf_counter()
            floor()
            floors.append(time.perf_counter() - started)
        engine.cr.commit()
    found = {
        "seconds": median(seconds[1:]),
        "statements": statements,
        "bytes": len(json.dumps(answer)),
    }
    if floor:
        found["bare_seconds"] = median(floors[1:])
        found["ratio"] = found["seconds"] / found["bare_seconds"]
    return found


def bare(engine: Engine, page: dict) -> None:
    """The rows of a page by one statement, which is told their ids."""
    engine.cr.execute(
        f"SELECT {COLUMNS} FROM crm_mail_message"  # noqa: S608 (our own constant)
        " WHERE id = ANY(%s) ORDER BY internal_date DESC, uid DESC LIMIT 50",
        [[row["id"] for row in page["rows"]]],
    )
    engine.cr.fetchall()


def rules(client, inbox, page: dict) -> None:
    """What the host takes to ask the record rules of a page: of its folder, and of its
    mails by a query that is not run."""
    folders = client.env["crm.mail.folder"]
    folders.search_fetch([("id", "=", inbox.id)], ("local",), order="id")
    ids = [row["id"] for row in page["rows"]]
    client.env["crm.mail.message"]._search([("id", "in", ids)])


def questions(engine: Engine, owner, inbox, times: int) -> dict:
    client = engine.env["crm.mail.client"].with_user(owner)

    def search(word):
        return {"folder_id": inbox.id, "search": {"words": [["text", word]]}}

    plain = client.list_messages(inbox.id)
    threaded = client.list_messages(inbox.id, False, 50, True)
    ids = [row["id"] for row in client.list_messages(inbox.id, False, FLAGGED)["rows"]]
    asked = {
        "page": lambda: client.list_messages(inbox.id),
        "next_page": lambda: client.list_messages(inbox.id, plain["before"]),
        "threads": lambda: client.list_messages(inbox.id, False, 50, True),
        "next_threads": lambda: client.list_messages(
            inbox.id, threaded["before"], 50, True
        ),
        "unified": lambda: client.list_messages({"role": "inbox"}, False, 50, True),
        "thread": lambda: client.open_thread(threaded["rows"][0]["thread_id"]),
        "progress": lambda: client.progress(),
        "flag_200": lambda: client.mark(ids, ["flagged"]),
        "search_common": lambda: client.list_messages(search("offers")),
        "search_every": lambda: client.list_messages(search("papers")),
        "search_rare": lambda: client.list_messages(search("zeppelin")),
    }
    floors = {
        "page": lambda: bare(engine, plain),
        "threads": lambda: bare(engine, threaded),
    }
    found = {}
    for name, ask in asked.items():
        count = 1 if name == "flag_200" else times
        found[name] = timed(engine, count, ask, floor=floors.get(name))
    host = timed(engine, times, lambda: rules(client, inbox, plain))
    found["page"]["rules_seconds"] = host["seconds"]
    return found


def measure(options) -> dict:
    engine = Engine(open_registry())
    result = {"benchmark": "client", "messages": options.messages}
    for count in dict.fromkeys((SMALL, options.messages)):
        owner = engine.env["res.users"].create(
            {
                "name": f"Owner of {count}",
                "login": f"owner{count}",
                "group_ids": [
                    (4, engine.env.ref("sales_team.group_sale_salesman").id),
                ],
            }
        )
        inbox = fill(engine, owner, count)
        engine.vacuum()
        result[f"of_{count}"] = questions(engine, owner, inbox, options.times)
    small, large = result[f"of_{SMALL}"], result[f"of_{options.messages}"]
    result["growth"] = large["page"]["seconds"] / small["page"]["seconds"]
    result["growth_threads"] = large["threads"]["seconds"] / small["threads"]["seconds"]
    engine.close()
    return report.rounded(result, 5)


def main() -> None:
    parser = report.arguments("client", __doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    report.show(measure(options), options.json)


if __name__ == "__main__":
    main()
