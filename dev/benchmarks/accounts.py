"""Poll many accounts with nothing new, and again while one server hangs.

Every account is a user of its own on the live server, with the same few mails. All are
made due at once, and lanes (threads of this process, as the host's cron threads are)
run ``_cron_sync_lane`` until none is left: first one lane, for the cost of a poll; then
``--lanes``; then the same with ``--hanging`` accounts more, due before all others,
whose server accepts the connection and never says a word.

``dev/bench accounts --count 200 [--hanging 1] [--lanes 2] [--json]``. Figures:
``polls_per_minute`` of one lane by the clock, ``polls_per_minute_per_core`` by the
processor time of worker and database together, the same ``_of_worker`` alone;
``others_seconds`` and ``others_seconds_hanging`` until every other account was polled
by the lanes, ``slowdown`` between the two, which may be ``allowed_slowdown``: the
hanging ones take a lane each; ``hanging_lane_seconds``, how long they did, and
``hanging_pause_seconds`` until the next try; ``lanes_ended_by_conflicts`` should be
none. The floor is a bare client: connect, log
in, LIST-STATUS.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time

from psycopg2.errors import SerializationFailure

from benchmarks.kit import report
from benchmarks.kit.engine import Engine, open_registry
from benchmarks.kit.raw import STATUS, RawImap, median
from benchmarks.kit.servers import mail_server, small_mails
from demo.imap_append import Connection
from demo.mail import INBOX

MAILS = 3
FLOOR_USERS = 20


class Silence:
    """A server that accepts every connection and never answers."""

    def __enter__(self) -> Silence:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._held: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._held.append(self._listener.accept()[0])

    def __exit__(self, *_exc) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._held:
            sock.close()


class Lanes:
    """Runs lanes side by side; ``ends`` is when each account's turn was over."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.turns: dict[int, tuple[float, float]] = {}
        self.errors: list[BaseException] = []
        self.conflicts = 0
        """Lanes that a claim of another lane ended; the host starts them again."""
        real = engine.registry["crm.mail.account"]._work_on
        turns = self.turns

        def work_on(accounts, claim):
            started = time.perf_counter()
            try:
                return real(accounts, claim)
            finally:
                turns[claim.account_id] = started, time.perf_counter()

        engine.registry["crm.mail.account"]._work_on = work_on

    def run(self, count: int) -> float:
        """Let ``count`` lanes work until nothing is due; when they began."""
        self.turns.clear()
        threads = [threading.Thread(target=self._lane) for _lane in range(count)]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.errors:
            raise self.errors[0]
        return started

    def _lane(self) -> None:
        from odoo import SUPERUSER_ID, api

        while True:
            try:
                with self.engine.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    env["crm.mail.account"]._cron_sync_lane()
            except SerializationFailure:
                self.conflicts += 1
                continue
            except BaseException as error:
                self.errors.append(error)
            return


def make_due(engine: Engine, first: tuple[int, ...]) -> None:
    """All are due, these before the others."""
    engine.cr.execute(
        "UPDATE crm_mail_account_lease"
        "   SET due = (clock_timestamp() AT TIME ZONE 'UTC')"
        "             - CASE WHEN account_id = ANY(%s) THEN interval '1 hour'"
        "                    ELSE interval '1 minute' END",
        [list(first)],
    )
    engine.cr.commit()


def check(engine: Engine, hanging: tuple[int, ...]) -> None:
    engine.cr.execute(
        "SELECT account_id, error_code FROM crm_mail_account_lease"
        " WHERE error_code IS NOT NULL AND NOT account_id = ANY(%s)",
        [list(hanging)],
    )
    failed = engine.cr.fetchall()
    engine.cr.commit()
    if failed:
        raise SystemExit(f"turns failed: {failed[:3]}")


def floor() -> float:
    seconds = []
    for number in range(FLOOR_USERS):
        started = time.perf_counter()
        with RawImap(user_name(number)) as raw:
            raw.command(STATUS)
        seconds.append(time.perf_counter() - started)
    return median(seconds)


def user_name(number: int) -> str:
    return f"account-{number}@live.test"


def mailboxes(count: int) -> None:
    mail = mail_server()
    for number in range(count):
        with Connection(
            mail["host"], mail["ports"]["imaps"], mail["ca_file"]
        ) as server:
            server.login(user_name(number), mail["password"])
            if server.status(INBOX)["MESSAGES"] < MAILS:
                server.append(list(small_mails({INBOX: MAILS})))
            server.logout()


def measure(options) -> dict:
    mailboxes(options.count)
    engine = Engine(open_registry())
    for number in range(options.count):
        engine.account(user_name(number))
    lanes = Lanes(engine)
    for _time in range(3):  # the first index, bodies, then rest
        make_due(engine, ())
        lanes.run(1)
    engine.vacuum()
    make_due(engine, ())
    with engine.cost() as cost:
        lanes.run(1)
    check(engine, ())
    if len(lanes.turns) != options.count:
        raise SystemExit(f"{len(lanes.turns)} accounts were polled")
    each = cost.each(options.count)
    processor = each["cpu_seconds"] + each["postgres_cpu_seconds"]
    result = {
        "benchmark": "accounts",
        "count": options.count,
        "polls_per_minute": 60 / each["seconds"],
        "polls_per_minute_per_core": 60 / processor,
        "polls_per_minute_per_core_of_worker": 60 / each["cpu_seconds"],
        **each,
        "floor_seconds": floor(),
    }
    make_due(engine, ())
    started = lanes.run(options.lanes)
    result["lanes"] = options.lanes
    result["others_seconds"] = max(end for _, end in lanes.turns.values()) - started
    if options.hanging:
        result |= with_hanging(engine, lanes, options, result["others_seconds"])
    result["lanes_ended_by_conflicts"] = lanes.conflicts
    engine.close()
    return report.rounded(result)


def with_hanging(engine: Engine, lanes: Lanes, options, before: float) -> dict:
    with Silence() as silence:
        hanging = tuple(
            engine.account(
                f"hanging-{number}@live.test",
                imap_host="localhost",
                imap_port=silence.port,
                imap_security="none",
            ).id
            for number in range(options.hanging)
        )
        make_due(engine, hanging)
        started = lanes.run(options.lanes)
    check(engine, hanging)
    turns = dict(lanes.turns)
    held = [turns.pop(one) for one in hanging]
    if len(turns) != options.count:
        raise SystemExit(f"{len(turns)} of the other accounts were polled")
    after = max(end for _, end in turns.values()) - started
    engine.cr.execute(
        "SELECT min(extract(epoch FROM due - error_at))::float"
        "  FROM crm_mail_account_lease WHERE account_id = ANY(%s)",
        [list(hanging)],
    )
    (pause,) = engine.cr.fetchone()
    engine.cr.commit()
    free = options.lanes - options.hanging
    return {
        "hanging": options.hanging,
        "others_seconds_hanging": after,
        "slowdown": after / before,
        "allowed_slowdown": options.lanes / free if free > 0 else None,
        "hanging_lane_seconds": max(end - begin for begin, end in held),
        "hanging_pause_seconds": pause,
    }


def main() -> None:
    parser = report.arguments("accounts", __doc__)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--hanging", type=int, default=0)
    parser.add_argument("--lanes", type=int, default=2)
    options = parser.parse_args()
    report.show(measure(options), options.json)


if __name__ == "__main__":
    main()
