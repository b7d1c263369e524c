"""The sync engine in this process: accounts, turns, and what a turn costs."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from .servers import mail_server

PATIENCE = 1000
"""Turns until an account must have come to rest."""


def open_registry():
    """Odoo's registry of the benchmark's database."""
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(
        ["-c", os.environ["CRM_MAIL_BENCH_CONF"], "--log-level=warn"],
        setup_logging=True,
    )
    return Registry(os.environ["CRM_MAIL_BENCH_DB"])


@dataclass
class Cost:
    """Of some work: seconds of the clock, of our processor time and of PostgreSQL's,
    SQL statements, and transactions of the worker."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    postgres_cpu_seconds: float = 0.0
    statements: int = 0
    transactions: int = 0

    def each(self, times: int) -> dict:
        return {name: value / times for name, value in asdict(self).items()}


class Engine:
    """One cursor's view of the engine; ``account_ids`` are those that it made."""

    def __init__(self, registry):
        from odoo import SUPERUSER_ID, api

        from odoo.addons.crm_mail_accounts.tools import account_worker

        self.registry = registry
        self.worker = account_worker
        self.transactions = 0
        self._count_transactions()
        self.cr = registry.cursor()
        self.env = api.Environment(self.cr, SUPERUSER_ID, {})
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("crm_mail_accounts.allowed_hosts", mail_server()["host"])
        self.cr.commit()

    def close(self) -> None:
        self.cr.close()

    def _count_transactions(self) -> None:
        real = self.worker.AccountWorker.commit

        def commit(worker, work):
            self.transactions += 1
            return real(worker, work)

        self.worker.AccountWorker.commit = commit

    # -- accounts ----------------------------------------------------------------

    def account(self, user: str, **values):
        """A ready account of this user name on the live server, by TLS."""
        mail = mail_server()
        known = {"username": user, "password": mail["password"], "state": "ready"}
        for kind, port in (("imap", "imaps"), ("smtp", "smtps")):
            known[f"{kind}_host"] = mail["host"]
            known[f"{kind}_port"] = mail["ports"][port]
            known[f"{kind}_security"] = "tls"
        account = self.env["crm.mail.account"].create({**known, **values})
        self.cr.commit()
        return account

    def connect_by(self, account, port: int, security: str = "none") -> None:
        """Reach the same mailbox another way; nothing else of the account changes."""
        self.cr.execute(
            "UPDATE crm_mail_account SET imap_port = %s, imap_security = %s"
            " WHERE id = %s",
            [port, security, account.id],
        )
        self.cr.commit()
        self.env.invalidate_all()

    # -- turns -------------------------------------------------------------------

    def make_due(self) -> None:
        """Every account is due, as if its pause were over."""
        self.cr.execute(
            "UPDATE crm_mail_account_lease"
            "   SET due = (clock_timestamp() AT TIME ZONE 'UTC') - interval '1 second'"
        )
        self.cr.commit()

    def turn(self) -> bool:
        """One turn of the account that waits longest; true when it has more to do.

        :raises SystemExit: nothing was due, or the turn failed
        """
        claim = self.env["crm.mail.account.lease"]._claim()
        self.cr.commit()
        if not claim:
            raise SystemExit("no account is due")
        more = self.env["crm.mail.account"]._work_on(claim)
        self.cr.commit()
        self.cr.execute(
            "SELECT error_code, error_message FROM crm_mail_account_lease"
            " WHERE account_id = %s",
            [claim.account_id],
        )
        code, text = self.cr.fetchone()
        self.cr.commit()
        if code:
            raise SystemExit(f"the turn failed: {code}: {text}")
        return more

    def poll(self) -> bool:
        """Make due and do a turn."""
        self.make_due()
        return self.turn()

    def settle(self) -> None:
        """Poll until nothing is left to do."""
        for _turn in range(PATIENCE):
            if not self.poll():
                break
        else:
            raise SystemExit("the account does not come to rest")
        self.env.invalidate_all()

    def look_everywhere(self) -> bool:
        """A poll that opens every folder, as if none had been looked at for long."""
        self.cr.execute("UPDATE crm_mail_folder SET checked_at = NULL")
        self.cr.commit()
        self.env.invalidate_all()
        return self.poll()

    def vacuum(self) -> None:
        """What the database does by itself within minutes of so many new rows."""
        self.cr.commit()
        connection = self.cr._cnx
        connection.autocommit = True
        self.cr.execute("VACUUM ANALYZE")
        connection.autocommit = False

    def count(self, account) -> int:
        """Mails with a place on the server."""
        self.cr.execute(
            "SELECT count(*) FROM crm_mail_message"
            " WHERE account_id = %s AND uid IS NOT NULL",
            [account.id],
        )
        (count,) = self.cr.fetchone()
        self.cr.commit()
        return count

    # -- costs -------------------------------------------------------------------

    @contextmanager
    def cost(self):
        """What happens inside, as a :class:`Cost` that is complete behind it."""
        from odoo import sql_db

        found = Cost()
        backends = self._backends()
        postgres = self.processor(backends)
        self.transactions = 0
        statements = sql_db.sql_counter
        cpu, started = time.process_time(), time.perf_counter()
        yield found
        found.seconds = time.perf_counter() - started
        found.cpu_seconds = time.process_time() - cpu
        found.statements = sql_db.sql_counter - statements
        found.transactions = self.transactions
        found.postgres_cpu_seconds = self.processor(self._backends()) - postgres

    def _backends(self) -> list[int]:
        self.cr.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        )
        pids = [pid for (pid,) in self.cr.fetchall()]
        self.cr.commit()
        return pids

    @staticmethod
    def processor(pids: list[int]) -> float:
        """Seconds on the processor of these processes so far; the file has the
        nanoseconds first."""
        total = 0
        for pid in pids:
            path = Path(f"/proc/{pid}/schedstat")
            total += int(path.read_text().split()[0]) if path.exists() else 0
        return total / 1e9
