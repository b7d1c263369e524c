"""Index the headers of a mailbox: our engine against the floor of the same work.

The floor is measured in the same run: the same FETCH drained from a raw socket
without looking at it, plus one COPY of the finished rows into a table with the same
columns and indexes. Nothing that reads these mails and keeps these rows can be
quicker.

``dev/bench index --messages 10000 [--runs 3] [--peers] [--json]``. Figures:
``seconds`` and ``mails_per_second`` of our first index, ``first_screen_seconds`` until
the newest 50 are stored, ``floor_seconds`` with its two parts, ``ratio`` to the floor;
``peak_memory_mib`` that the worker needed above what it had before,
``wire_bytes_per_mail`` and ``stored_bytes_per_mail`` (rows with their indexes). Of
several runs the quickest counts, on either side.

``work`` and ``floor_work`` are seconds on the processor: of the worker, of the database
and of the mail server for it. Their ``work_ratio`` tells the same of a machine that
has other things to do, where the clock tells of those.

With ``--peers`` also how long others take for a mailbox of ``PEERS_MESSAGES`` and of
so many mails (``kit/peers.py``): the host's own ``fetchmail.server``, and mbsync and
OfflineIMAP where they are installed.
"""

from __future__ import annotations

import gc
import io
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.kit.engine import Engine, open_registry
from benchmarks.kit.peers import compare
from benchmarks.kit.report import arguments, rounded, show
from benchmarks.kit.servers import MailServer, mail_server

FIELDS_COMMAND = b"UID FETCH 1:* "
PEERS_MESSAGES = 200
"""Few enough for the host's gateway, too."""


def mailbox(messages: int, mail: dict) -> str:
    """A user whose inbox holds ``messages`` generated mails; loaded once, then kept."""
    user = f"bench{messages}@live.test"
    command = [sys.executable, "-m", "demo.load", "--state"]
    command += [os.environ["CRM_MAIL_DEV_STATE"], "--bulk", str(messages)]
    subprocess.run([*command, "--user", user], check=True, stdout=sys.stderr)
    return user


def drain(mail: dict, user: str, items: bytes, done=None) -> tuple[float, int]:
    """Seconds and bytes to receive the answer to the index's FETCH, unread; ``done`` is
    called before the connection ends."""
    context = ssl.create_default_context(cafile=mail["ca_file"])
    raw = socket.create_connection((mail["host"], mail["ports"]["imaps"]))
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with context.wrap_socket(raw, server_hostname=mail["host"]) as sock:

        def command(tag: bytes, line: bytes) -> int:
            sock.sendall(tag + b" " + line + b"\r\n")
            total, tail = 0, b""
            end = b"\r\n" + tag + b" OK"
            while True:
                block = sock.recv(1 << 18)
                if not block:
                    raise ConnectionError(tail)
                total += len(block)
                tail = (tail + block)[-4096:]
                if end in b"\r\n" + tail and tail.endswith(b"\r\n"):
                    return total

        sock.recv(4096)
        command(b"a", f'LOGIN "{user}" "{mail["password"]}"'.encode())
        command(b"b", b"EXAMINE INBOX")
        started = time.perf_counter()
        size = command(b"c", FIELDS_COMMAND + items)
        seconds = time.perf_counter() - started
        if done is not None:
            done()
        return seconds, size


class Spent:
    """Seconds on the processor since it was made: of this process, of the database's
    and of the mail server's for it."""

    def __init__(self, cr, server: MailServer):
        self.cr = cr
        self.server = server
        self.before = self._now()

    def since(self) -> dict[str, float]:
        now = self._now()
        return {name: now[name] - before for name, before in self.before.items()}

    def _now(self) -> dict[str, float]:
        self.cr.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        )
        pids = [pid for (pid,) in self.cr.fetchall()]
        self.cr.commit()
        return {
            "worker": time.process_time(),
            "postgres": Engine.processor(pids),
            "server": self.server.seconds(),
        }


def copy_floor(cr, server: MailServer) -> tuple[float, float]:
    """Seconds to COPY the finished rows into a like table with the same indexes, by the
    clock and on the processor."""
    stream = io.StringIO()
    cr.copy_expert("COPY crm_mail_message TO STDOUT", stream)
    cr.execute("CREATE TABLE bench_floor (LIKE crm_mail_message INCLUDING ALL)")
    stream.seek(0)
    cr.commit()
    spent = Spent(cr, server)
    started = time.perf_counter()
    cr.copy_expert("COPY bench_floor FROM STDIN", stream)
    cr.commit()
    seconds = time.perf_counter() - started
    work = sum(spent.since().values())
    cr.execute("DROP TABLE bench_floor")
    cr.commit()
    return seconds, work


def memory(name: str) -> float:
    """``VmRSS`` or ``VmHWM`` of this process in MiB."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024


def reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def prepare(messages: int):
    """Odoo's registry, with an engine that does the first index and nothing else."""
    from odoo import SUPERUSER_ID, api

    registry = open_registry()
    from odoo.addons.crm_mail_accounts.tools import account_worker

    account_worker.SLICE_SECONDS = 3600.0
    # the index alone; previews, bodies and threads are other work
    account_worker.ReadAhead.run = lambda _self, _tasks: False
    account_worker.thread_writer.assign_threads = lambda env, account: 0
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        allowed = "crm_mail_accounts.allowed_hosts"
        env["ir.config_parameter"].set_param(allowed, mail_server()["host"])
    return registry


def new_account(env, user: str):
    """An account that has nothing of its mailbox yet; the ones before are gone."""
    mail = mail_server()
    env["crm.mail.account"].search([]).unlink()
    env.cr.execute("TRUNCATE crm_mail_message CASCADE")
    values = {"username": user, "password": mail["password"], "state": "ready"}
    for kind, port in (("imap", "imaps"), ("smtp", "smtps")):
        values[f"{kind}_host"] = mail["host"]
        values[f"{kind}_port"] = mail["ports"][port]
        values[f"{kind}_security"] = "tls"
    account = env["crm.mail.account"].create(values)
    env.cr.commit()
    return account


def asked_items(account) -> bytes:
    """What our index asks this server for."""
    from odoo.addons.crm_mail_accounts.mailkit.imap.session import index_items

    endpoint, credentials = account._imap_endpoint(), account._imap_credentials()
    with account._open_imap__(endpoint, credentials) as session:
        session.examine("INBOX")
        return index_items(session.capabilities, modseq=session.modseq)


def index_once(env, account, server: MailServer, messages: int) -> dict:
    """One first index, and what it took."""
    from odoo.addons.crm_mail_accounts.mailkit.imap import wire
    from odoo.addons.crm_mail_accounts.tools import folder_pass

    first: list[float] = []
    real_store, real_logout = folder_pass.FolderPass._store, wire.Wire.logout

    def store(self, found, *args, **kwargs):
        result = real_store(self, found, *args, **kwargs)
        if found and not first:
            first.append(time.perf_counter())
        return result

    def logout(self):
        server.look()
        real_logout(self)

    cr = env.cr
    claim = env["crm.mail.account.lease"]._claim()
    cr.commit()
    gc.collect()
    reset_peak()
    before = memory("VmRSS")
    folder_pass.FolderPass._store, wire.Wire.logout = store, logout
    try:
        spent = Spent(cr, server)
        started = time.perf_counter()
        account._work_on(claim)
        seconds = time.perf_counter() - started
        work = spent.since()
    finally:
        folder_pass.FolderPass._store, wire.Wire.logout = real_store, real_logout
    peak = memory("VmHWM") - before
    cr.commit()
    cr.execute(
        "SELECT count(*) FROM crm_mail_message WHERE account_id = %s", [account.id]
    )
    (count,) = cr.fetchone()
    if count != messages:
        raise SystemExit(f"{count} mails indexed, {messages} expected")
    return {
        "seconds": seconds,
        "first": first[0] - started,
        "work": work,
        "peak": peak,
    }


def measure(messages: int, runs: int) -> dict:
    from odoo import SUPERUSER_ID, api

    registry = prepare(messages)
    mail = mail_server()
    user = mailbox(messages, mail)
    server = MailServer()
    indexed, drained, drain_work, copied = [], [], [], []
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        for _run in range(runs):
            account = new_account(env, user)
            items = asked_items(account)
            drain(mail, user, items)  # warms the server's caches for everybody
            indexed.append(index_once(env, account, server, messages))
            for _again in range(3):
                spent = Spent(cr, server)
                drained.append(drain(mail, user, items, server.look))
                drain_work.append(sum(spent.since().values()))
                copied.append(copy_floor(cr, server))
        cr.execute("SELECT pg_total_relation_size('crm_mail_message')")
        stored = cr.fetchone()[0]
    best = min(indexed, key=lambda run: run["seconds"])
    work = min((run["work"] for run in indexed), key=lambda each: sum(each.values()))
    drain_seconds, wire = min(drained)
    copy_seconds = min(seconds for seconds, _work in copied)
    floor = drain_seconds + copy_seconds
    floor_work = min(drain_work) + min(work for _seconds, work in copied)
    return rounded(
        {
            "benchmark": "index",
            "messages": messages,
            "runs": runs,
            "seconds": best["seconds"],
            "mails_per_second": round(messages / best["seconds"]),
            "first_screen_seconds": min(run["first"] for run in indexed),
            "floor_seconds": floor,
            "floor_drain_seconds": drain_seconds,
            "floor_copy_seconds": copy_seconds,
            "ratio": best["seconds"] / floor,
            "work": work,
            "floor_work": floor_work,
            "work_ratio": sum(work.values()) / floor_work,
            "peak_memory_mib": max(run["peak"] for run in indexed),
            "wire_bytes_per_mail": round(wire / messages),
            "stored_bytes_per_mail": round(stored / messages),
        },
        3,
    )


def main() -> None:
    parser = arguments("index", __doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3, help="the quickest counts")
    parser.add_argument("--peers", action="store_true", help="and what others take")
    chosen = parser.parse_args()
    peers = {}
    if chosen.peers:
        engine = Engine(open_registry())
        peers = {
            str(count): compare(engine, count)
            for count in sorted({PEERS_MESSAGES, chosen.messages})
        }
        engine.close()
    result = measure(chosen.messages, chosen.runs)
    if peers:
        result["peers"] = rounded(peers, 3)
    show(result, chosen.json)


if __name__ == "__main__":
    main()
