"""Poll a mailbox in which nothing has changed.

The commonest thing that the engine does. The floor is a bare client in the same run
that logs in and asks for the numbers of all folders (LIST-STATUS, RFC 5819), which is
the least that can tell that nothing has changed.

``dev/bench poll --folders 50 --messages 100000 [--polls 20] [--mode all] [--json]``.
Figures, each per poll: ``seconds``, ``cpu_seconds`` of the worker and
``postgres_cpu_seconds``, ``statements`` and ``transactions`` of the database, straight
to the server by TLS; by mode, counted by a proxy that hides what the mode must not
have: ``commands`` after the login, bytes both ways with the login; ``listing_commands``
of the poll every ten minutes that also reads the list of folders. ``ratio`` is the
worker's clock to the floor's.
"""

from __future__ import annotations

import time

from benchmarks.kit import report
from benchmarks.kit.engine import Engine, open_registry
from benchmarks.kit.proxy import MODES, CountingProxy, summary
from benchmarks.kit.raw import STATUS, RawImap, median
from benchmarks.kit.servers import fill, mail_server, spread


def floor(user: str, times: int) -> dict:
    """A connection, a login and the numbers of all folders, unread."""
    seconds, cpu = [], time.process_time()
    received = 0
    for _time in range(times):
        started = time.perf_counter()
        with RawImap(user) as raw:
            received = raw.command(STATUS).received
        seconds.append(time.perf_counter() - started)
    return {
        "floor_seconds": median(seconds),
        "floor_cpu_seconds": (time.process_time() - cpu) / times,
        "floor_list_status_bytes": received,
    }


def direct(engine: Engine, polls: int) -> dict:
    seconds = []
    with engine.cost() as cost:
        for _poll in range(polls):
            engine.make_due()
            started = time.perf_counter()
            engine.turn()
            seconds.append(time.perf_counter() - started)
    each = cost.each(polls)
    each["seconds"] = median(seconds)
    return each


def through_proxy(engine: Engine, account, mode: str) -> dict:
    """What one poll says in this mode; the first ones may have to audit."""
    mail = mail_server()
    with CountingProxy(mode, mail["host"], mail["ports"]["imap"]) as proxy:
        engine.connect_by(account, proxy.port)
        for _turn in range(3):
            engine.settle()
        proxy.take()
        engine.poll()
        said = summary(proxy.take())
        account.lease_ids.listed_at = False
        engine.cr.commit()
        engine.poll()
        said["listing_commands"] = summary(proxy.take())["commands"]
    return said


def measure(options) -> dict:
    user = f"poll-{options.folders}-{options.messages}@live.test"
    fill(user, spread(options.messages, options.folders))
    engine = Engine(open_registry())
    account = engine.account(user)
    with engine.cost() as first:
        engine.settle()
    engine.vacuum()
    if engine.count(account) < options.messages:
        raise SystemExit("not all mails were indexed")
    engine.settle()
    engine.poll()
    result = {
        "benchmark": "poll",
        "folders": len(account.folder_ids.filtered("selectable")),
        "messages": options.messages,
        "polls": options.polls,
        **direct(engine, options.polls),
        **floor(user, options.polls),
        "first_index_seconds": first.seconds,
    }
    result["ratio"] = result["seconds"] / result["floor_seconds"]
    modes = MODES if options.mode == "all" else [options.mode]
    for mode in modes:
        result[mode] = through_proxy(engine, account, mode)
    engine.close()
    return report.rounded(result)


def main() -> None:
    parser = report.arguments("poll", __doc__)
    parser.add_argument("--folders", type=int, default=50)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--polls", type=int, default=20)
    parser.add_argument("--mode", choices=(*MODES, "all"), default="qresync")
    options = parser.parse_args()
    report.show(measure(options), options.json)


if __name__ == "__main__":
    main()
