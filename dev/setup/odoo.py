"""Run Odoo: its configuration file, its command lines, its environment."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .commands import clean_env, run
from .odoo_tree import OdooTree
from .paths import ADDON_ROOT, DEV, dev_dir
from .postgres import PORT, USER, Cluster

# For addons that only developers need, if there are any.
DEV_ADDONS = DEV / "addons"


@dataclass(frozen=True)
class Odoo:
    """Odoo of one flavour: shared tree and Python, but its own data and conf."""

    tree: OdooTree
    python: Path
    cluster: Cluster
    home: Path

    @property
    def conf(self) -> Path:
        return self.home / "odoo.conf"

    @property
    def data_dir(self) -> Path:
        return self.home / "data"

    @property
    def addons(self) -> tuple[Path, ...]:
        own = (ADDON_ROOT, *([DEV_ADDONS] if DEV_ADDONS.is_dir() else ()))
        return (*self.tree.addons, *own)

    def filestore(self, database: str) -> Path:
        return self.data_dir / "filestore" / database

    def write_conf(self, http_port: int, options: Mapping[str, object]) -> None:
        """The configuration file; `options` adds to it or replaces what is here."""
        values: dict[str, object] = {
            "addons_path": ",".join(str(path) for path in self.addons),
            "data_dir": self.data_dir,
            "db_host": self.cluster.sockets,
            "db_port": PORT,
            "db_user": USER,
            "list_db": False,
            "admin_passwd": secrets.token_urlsafe(24),
            "http_interface": "127.0.0.1",
            "http_port": http_port,
            "workers": 0,
            "screenshots": dev_dir() / "screenshots",
            **options,
        }
        lines = [f"{name} = {value}" for name, value in values.items()]
        self.data_dir.mkdir(parents=True, exist_ok=True)
        part = self.conf.with_suffix(".part")
        part.write_text("[options]\n" + "\n".join(lines) + "\n")
        part.chmod(0o600)
        part.rename(self.conf)

    def env(
        self, extra: Mapping[str, str] | None = None, *paths: Path
    ) -> dict[str, str]:
        """Environment of an Odoo process; `paths` go on PYTHONPATH after Odoo."""
        pythonpath = os.pathsep.join(map(str, (self.tree.pythonpath, *paths)))
        return clean_env(
            {"PYTHONPATH": pythonpath, "PYTHONUNBUFFERED": "1", **(extra or {})}
        )

    def command(self, command: str, *args: str | Path) -> list[str]:
        start = [self.python, "-m", "odoo", command, "-c", self.conf]
        return [str(part) for part in (*start, *args)]

    def server_once(self, what: str, database: str, *args: str, log: str) -> str:
        """Install or update, then end; returns the log."""
        command = self.command("server", "-d", database, "--no-http", *args)
        command += ["--stop-after-init", "--max-cron-threads=0"]
        return run(what, command, log=log, env=self.env())

    def shell(
        self, what: str, database: str, script: str, log: str, *paths: Path
    ) -> str:
        """Run Python lines with `env` at hand; they commit what they want kept."""
        command = self.command("shell", "-d", database, "--no-http")
        env = self.env(None, *paths)
        return run(what, command, log=log, env=env, stdin=script)
