"""Bring what a user does to the mail server.

Two parts. Grouped: ``--flags`` mails are marked by one call and ``--moves`` are moved
by another, and one turn of the worker, called in this process, pushes them; its
commands are counted by a proxy. The floor is imaplib with the same UIDs in one STORE
and one MOVE on another mailbox, its login included.

Single: ``--clicks`` times one mail is marked by ``crm.mail.client.mark``, as the screen
calls it but in this process, and committed; an Odoo server of its own with two cron
threads runs the lanes, woken as always; a second IMAP client asks every few
milliseconds until it sees the flag. The next click waits until the lane is idle again.
The floor is a bare client that connects, logs in, selects, and stores; and the one
round trip of a STORE alone.

``dev/bench writeback --flags 1000 --moves 500 [--clicks 30] [--messages 5000]
[--json]``.
"""

from __future__ import annotations

import contextlib
import imaplib
import os
import socket
import ssl
import subprocess
import sys
import time

from benchmarks.kit import report
from benchmarks.kit.engine import Engine, open_registry
from benchmarks.kit.proxy import CountingProxy, summary
from benchmarks.kit.raw import RawImap, median, percentile
from benchmarks.kit.servers import fill, mail_server
from demo.mail import INBOX
from setup.ports import choose

TARGET = "Archive"
LOOK_EVERY = 0.004
"""Seconds between two looks of the second client."""
PATIENCE = 60
"""Seconds until a click must have arrived, or the server must have started."""
HTTP_PORT = 28369


# -- grouped --------------------------------------------------------------------


def grouped(engine: Engine, account, options) -> dict:
    mail = mail_server()
    client = engine.env["crm.mail.client"].with_user(account.user_id)
    messages = engine.env["crm.mail.message"].search(
        [("account_id", "=", account.id), ("folder_id.role", "=", "inbox")],
        limit=max(options.flags, options.moves),
        order="uid",
    )
    target = account.folder_ids.filtered(lambda folder: folder.raw == TARGET)
    result = {}
    with CountingProxy("qresync", mail["host"], mail["ports"]["imap"]) as proxy:
        engine.connect_by(account, proxy.port)
        engine.settle()
        for name, count, call in (
            ("flags", options.flags, lambda ids: client.mark(ids, add=["flagged"])),
            ("moves", options.moves, lambda ids: client.move(ids, target.id)),
        ):
            proxy.take()
            with engine.cost() as asked:
                call(messages[:count].ids)
                engine.cr.commit()
            with engine.cost() as pushed:
                engine.poll()
            result[name] = {
                "count": count,
                "call_seconds": asked.seconds,
                **pushed.each(1),
                **summary(proxy.take()),
            }
            engine.settle()
            waiting = engine.env["crm.mail.operation"].search_count([])
            if waiting:
                raise SystemExit(f"{waiting} operations were not pushed")
    return result


def check_grouped(user: str, options) -> None:
    """The second client's word."""
    with RawImap(user) as raw:
        marked = 0
        for folder in ("INBOX", TARGET):
            raw.command(f"EXAMINE {folder}")
            answer = raw.command("UID SEARCH RETURN (COUNT) FLAGGED").answer
            marked += int(answer.partition(b"COUNT ")[2].split()[0])
        if marked < options.flags:
            raise SystemExit(f"{marked} mails are marked on the server")


def floor_grouped(user: str, options) -> dict:
    """imaplib, told what to do by sets."""
    mail = mail_server()
    context = ssl.create_default_context(cafile=mail["ca_file"])
    started = time.perf_counter()
    imap = imaplib.IMAP4_SSL(mail["host"], mail["ports"]["imaps"], ssl_context=context)
    imap.login(user, mail["password"])
    imap.select("INBOX")
    logged_in = time.perf_counter()
    _ok(imap.uid("STORE", f"1:{options.flags}", "+FLAGS.SILENT", r"(\Flagged)"))
    stored = time.perf_counter()
    _ok(imap.uid("MOVE", f"1:{options.moves}", TARGET))
    moved = time.perf_counter()
    imap.logout()
    login = logged_in - started
    return {
        "flags_floor_seconds": login + stored - logged_in,
        "moves_floor_seconds": login + moved - stored,
    }


def _ok(answer) -> None:
    if answer[0] != "OK":
        raise SystemExit(f"the floor was refused: {answer}")


# -- single clicks ----------------------------------------------------------------


@contextlib.contextmanager
def odoo_server(database: str):
    """An Odoo with two cron threads on the benchmark's database."""
    port = choose("Odoo", HTTP_PORT)
    command = [sys.executable, "-m", "odoo", "server", "-d", database]
    command += ["-c", os.environ["CRM_MAIL_BENCH_CONF"], "--log-level=warn"]
    command += [f"--db-filter=^{database}$", "--max-cron-threads=2"]
    command += [f"--http-port={port}"]
    child = subprocess.Popen(command, stdout=sys.stderr)
    try:
        _wait_for(port, child)
        yield
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()


def _wait_for(port: int, child: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and child.poll() is None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), timeout=1),
        ):
            return
        time.sleep(0.1)
    raise SystemExit("Odoo did not start")


def clicks(engine: Engine, account, user: str, count: int) -> dict:
    client = engine.env["crm.mail.client"].with_user(account.user_id)
    messages = engine.env["crm.mail.message"].search(
        [("account_id", "=", account.id), ("folder_id.role", "=", "inbox")],
        limit=count,
        order="uid desc",
    )
    known = [(message.id, message.uid) for message in messages]
    engine.cr.commit()
    _wake(engine, account)
    shown, arrived = [], []
    with RawImap(user) as raw:
        raw.command("SELECT INBOX")
        for message_id, uid in known:
            _idle(engine, account)
            started = time.perf_counter()
            client.mark([message_id], add=["flagged"])
            engine.cr.commit()
            shown.append(time.perf_counter() - started)
            _see(raw, uid, started)
            arrived.append(time.perf_counter() - started)
            engine.env.invalidate_all()
    return {
        "clicks": count,
        "call_median_seconds": median(shown),
        "click_median_seconds": median(arrived),
        "click_p95_seconds": percentile(arrived, 95),
        "click_worst_seconds": max(arrived),
    }


def _wake(engine: Engine, account) -> None:
    """Have the lanes listen, and warm: what is told before they do is lost."""
    engine.make_due()
    for _try in range(PATIENCE):
        account._trigger_lanes()
        engine.cr.commit()
        time.sleep(1)
        if _is_idle(engine, account):
            return
    raise SystemExit("the lanes do not work")


def _see(raw: RawImap, uid: int, started: float) -> None:
    while True:
        raw.command("NOOP")
        if b"\\Flagged" in raw.command(f"UID FETCH {uid} (FLAGS)").answer:
            return
        if time.perf_counter() - started > PATIENCE:
            raise SystemExit("a click did not arrive")
        time.sleep(LOOK_EVERY)


def _idle(engine: Engine, account) -> None:
    """Wait until no lane works on the account, and a little more."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if _is_idle(engine, account):
            time.sleep(0.2)
            return
        time.sleep(0.02)
    raise SystemExit("the lane does not come to rest")


def _is_idle(engine: Engine, account) -> bool:
    engine.cr.execute(
        "SELECT until IS NULL AND due > clock_timestamp() AT TIME ZONE 'UTC'"
        "  FROM crm_mail_account_lease WHERE account_id = %s",
        [account.id],
    )
    (idle,) = engine.cr.fetchone()
    engine.cr.commit()
    return idle


def floor_click(user: str, count: int) -> dict:
    whole, alone = [], []
    for number in range(count):
        started = time.perf_counter()
        with RawImap(user) as raw:
            raw.command("SELECT INBOX")
            sign = "-+"[number % 2]
            stored = raw.command(f"UID STORE 1:1 {sign}FLAGS.SILENT ($Bench)")
        whole.append(time.perf_counter() - started)
        alone.append(stored.seconds)
    return {
        "floor_median_seconds": median(whole),
        "floor_store_median_seconds": median(alone),
    }


def measure(options) -> dict:
    user, twin = (f"back-{os.getpid()}-{name}@live.test" for name in ("ours", "floor"))
    for name in (user, twin):
        fill(name, {INBOX: options.messages, (TARGET,): 1})
    engine = Engine(open_registry())
    account = engine.account(user)
    engine.settle()
    engine.vacuum()
    result = {"benchmark": "writeback", "messages": options.messages}
    result |= grouped(engine, account, options)
    check_grouped(user, options)
    result |= floor_grouped(twin, options)
    if options.clicks:
        mail = mail_server()
        engine.connect_by(account, mail["ports"]["imaps"], "tls")
        engine.settle()
        with odoo_server(os.environ["CRM_MAIL_BENCH_DB"]):
            result |= clicks(engine, account, user, options.clicks)
        result |= floor_click(twin, options.clicks)
    engine.close()
    return report.rounded(result)


def main() -> None:
    parser = report.arguments("writeback", __doc__)
    parser.add_argument("--flags", type=int, default=1000)
    parser.add_argument("--moves", type=int, default=500)
    parser.add_argument("--clicks", type=int, default=30)
    parser.add_argument("--messages", type=int, default=2000)
    options = parser.parse_args()
    most = max(options.flags, options.moves + options.clicks + 1)
    if options.messages < most:
        parser.error(f"--messages must be at least {most}")
    report.show(measure(options), options.json)


if __name__ == "__main__":
    main()
