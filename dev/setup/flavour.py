"""The two flavours, `run` (the demo) and `test`: what each has of its own.

They share what is fetched and built (Odoo, Python, certificates, the plain template);
each has its own PostgreSQL, mail servers, ports, data and state file, so that tests
never touch a running demo.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .odoo import Odoo
from .odoo_tree import OdooTree
from .paths import dev_dir, server_dir
from .postgres import Cluster

PORTS = {
    "run": {
        "imap": 10143,
        "imaps": 10993,
        "pop3": 10110,
        "pop3s": 10995,
        "sieve": 14190,
        "lmtp": 10024,
        "smtp": 10587,
        "smtps": 10465,
        "smtp_plain": 10025,
        "submission": 11587,
        "submissions": 11465,
        "oauth": 10088,  # not 10080: browsers refuse that port
    },
    "test": {
        "imap": 20143,
        "imaps": 20993,
        "pop3": 20110,
        "pop3s": 20995,
        "sieve": 24190,
        "lmtp": 20024,
        "smtp": 20587,
        "smtps": 20465,
        "smtp_plain": 20025,
        "submission": 21587,
        "submissions": 21465,
        "oauth": 20088,
    },
}
HTTP_PORT = {"run": 8069, "test": 18069}


@dataclass(frozen=True)
class Flavour:
    """One flavour; `database` is the one that its Odoo serves, if it is always one."""

    name: str
    database: str = ""

    @property
    def home(self) -> Path:
        folder = dev_dir() / self.name
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def servers(self) -> Path:
        """Data and sockets of PostgreSQL and Dovecot (short path, other owner)."""
        folder = server_dir() / self.name
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def state_file(self) -> Path:
        return self.home / "state.json"

    @property
    def in_use(self) -> Path:
        """Lock that every user of this flavour's servers holds (shared)."""
        return self.home / "in-use.lock"

    def pid_file(self, process: str) -> Path:
        return self.home / "pids" / f"{process}.json"

    def cluster(self, binaries: Path) -> Cluster:
        return Cluster(
            home=self.servers / "pg",
            bin=binaries,
            fsync=self.name == "run",
            pid_file=self.pid_file("postgres"),
        )

    def odoo(self, tree: OdooTree, python: Path, cluster: Cluster) -> Odoo:
        return Odoo(tree, python, cluster, self.home)


RUN = Flavour("run", database="demo")
TEST = Flavour("test")
