"""Index the headers of a mailbox: our engine against the floor of the same work.

The floor is measured in the same run: the same FETCH drained from a raw socket
without looking at it, plus one COPY of the finished rows into a table with the same
columns and indexes. Nothing that reads these mails and keeps these rows can be
quicker.

``dev/bench index --messages 10000 [--peers] [--json]``. Figures: ``seconds`` and
``mails_per_second`` of our first index, ``first_screen_seconds`` until the newest 50
are stored,
``floor_seconds`` with its two parts, ``ratio`` to the floor, ``cpu_seconds`` of the
worker and of the database and their ``cpu_ratio`` to those of the floor, which other
work on the machine does not change; ``peak_memory_mib`` that the worker needed above
what it had before, ``wire_bytes_per_mail`` and ``stored_bytes_per_mail`` (rows with
their indexes). With ``--peers`` also how long others take for a mailbox of
``PEERS_MESSAGES`` (``kit/peers.py``): the host's own ``fetchmail.server``, and mbsync
and OfflineIMAP where they are installed.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from benchmarks.kit.engine import Engine, open_registry
from benchmarks.kit.peers import compare
from setup import state

FIELDS_COMMAND = b"UID FETCH 1:* "
PEERS_MESSAGES = 200
"""The host's gateway makes eight records a second."""


def mailbox(messages: int, mail: dict) -> str:
    """A user whose inbox holds ``messages`` generated mails; loaded once, then kept."""
    user = f"bench{messages}@live.test"
    command = [sys.executable, "-m", "demo.load", "--state"]
    command += [os.environ["CRM_MAIL_DEV_STATE"], "--bulk", str(messages)]
    subprocess.run([*command, "--user", user], check=True, stdout=sys.stderr)
    return user


def drain(mail: dict, user: str, items: bytes) -> tuple[float, int]:
    """Seconds and bytes to receive the answer to the index's FETCH, unread."""
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
        return time.perf_counter() - started, size


class Spent:
    """Seconds on the processor: of this process, and of the database's for it."""

    def __init__(self, cr):
        self.cr = cr
        self.before = self._now()

    def since(self) -> tuple[float, float]:
        ours, database = self._now()
        return ours - self.before[0], database - self.before[1]

    def _now(self) -> tuple[float, float]:
        self.cr.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        )
        pids = [pid for (pid,) in self.cr.fetchall()]
        self.cr.commit()
        return time.process_time(), Engine.processor(pids)


def copy_floor(cr) -> tuple[float, float]:
    """Seconds to COPY the finished rows into a like table with the same indexes, by the
    clock and on the processor."""
    stream = io.StringIO()
    cr.copy_expert("COPY crm_mail_message TO STDOUT", stream)
    cr.execute("CREATE TABLE bench_floor (LIKE crm_mail_message INCLUDING ALL)")
    stream.seek(0)
    cr.commit()
    spent = Spent(cr)
    started = time.perf_counter()
    cr.copy_expert("COPY bench_floor FROM STDIN", stream)
    cr.commit()
    seconds = time.perf_counter() - started
    cpu = sum(spent.since())
    cr.execute("DROP TABLE bench_floor")
    cr.commit()
    return seconds, cpu


def memory(name: str) -> float:
    """``VmRSS`` or ``VmHWM`` of this process in MiB."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024


def reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def measure(messages: int) -> dict:
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(
        ["-c", os.environ["CRM_MAIL_BENCH_CONF"], "--log-level=warn"],
        setup_logging=True,
    )
    registry = Registry(os.environ["CRM_MAIL_BENCH_DB"])

    from odoo.addons.crm_mail_accounts.mailkit.imap.session import index_items
    from odoo.addons.crm_mail_accounts.tools import account_worker, folder_pass

    mail = state.read()["mail"]
    user = mailbox(messages, mail)
    account_worker.SLICE_SECONDS = 3600.0
    # the index alone; previews, bodies and threads are other work
    account_worker.ReadAhead.run = lambda _self, _tasks: False
    account_worker.thread_writer.assign_threads = lambda env, account: 0

    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        allowed = "crm_mail_accounts.allowed_hosts"
        env["ir.config_parameter"].set_param(allowed, mail["host"])
        values = {"username": user, "password": mail["password"], "state": "ready"}
        for kind, port in (("imap", "imaps"), ("smtp", "smtps")):
            values[f"{kind}_host"] = mail["host"]
            values[f"{kind}_port"] = mail["ports"][port]
            values[f"{kind}_security"] = "tls"
        account_id = env["crm.mail.account"].create(values).id

    seen = SimpleNamespace(first=None, items=None)
    real_window = folder_pass.FolderPass._store

    def store(self, found, *args, **kwargs):
        result = real_window(self, found, *args, **kwargs)
        if found and seen.first is None:
            seen.first = time.perf_counter()
        return result

    folder_pass.FolderPass._store = store
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        accounts = env["crm.mail.account"]
        endpoint = accounts.browse(account_id)._imap_endpoint()
        credentials = accounts.browse(account_id)._imap_credentials()
        with accounts._open_imap__(endpoint, credentials) as session:
            session.examine("INBOX")
            seen.items = index_items(session.capabilities, modseq=session.modseq)
        drain(mail, user, seen.items)  # warms the server's caches for everybody
        claim = env["crm.mail.account.lease"]._claim()
        cr.commit()
        gc.collect()
        reset_peak()
        before = memory("VmRSS")
        spent = Spent(cr)
        started = time.perf_counter()
        accounts._work_on(claim)
        seconds = time.perf_counter() - started
        ours, database = spent.since()
        peak = memory("VmHWM") - before
        cr.commit()
        cr.execute(
            "SELECT count(*) FROM crm_mail_message WHERE account_id = %s", [account_id]
        )
        (count,) = cr.fetchone()
        if count != messages:
            raise SystemExit(f"{count} mails indexed, {messages} expected")
        cr.execute("SELECT pg_total_relation_size('crm_mail_message')")
        stored = cr.fetchone()[0]
        spent = Spent(cr)
        drained, wire = min(drain(mail, user, seen.items) for _ in range(3))
        drain_cpu = spent.since()[0] / 3
        copied, copy_cpu = min(copy_floor(cr) for _ in range(3))
    floor = drained + copied
    return {
        "benchmark": "index",
        "messages": messages,
        "seconds": round(seconds, 3),
        "mails_per_second": round(messages / seconds),
        "first_screen_seconds": round(seen.first - started, 3),
        "floor_seconds": round(floor, 3),
        "floor_drain_seconds": round(drained, 3),
        "floor_copy_seconds": round(copied, 3),
        "ratio": round(seconds / floor, 2),
        "cpu_seconds": round(ours, 3),
        "postgres_cpu_seconds": round(database, 3),
        "floor_cpu_seconds": round(drain_cpu + copy_cpu, 3),
        "cpu_ratio": round((ours + database) / (drain_cpu + copy_cpu), 2),
        "peak_memory_mib": round(peak, 1),
        "wire_bytes_per_mail": round(wire / messages),
        "stored_bytes_per_mail": round(stored / messages),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="dev/bench index", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--peers", action="store_true", help="and what others take")
    parser.add_argument("--json", action="store_true", help="nothing but the result")
    arguments = parser.parse_args()
    peers = (
        compare(Engine(open_registry()), PEERS_MESSAGES) if arguments.peers else None
    )
    result = measure(arguments.messages)
    if peers:
        result["peers"] = peers
    if not arguments.json:
        for name, value in result.items():
            sys.stdout.write(f"{name:>24}  {value}\n")
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
