"""A private PostgreSQL: own data, own socket folder, no TCP, nothing of the machine's.

There is one cluster per flavour, because the demo's data must survive a power cut and
the tests' need not: theirs runs without fsync. PostgreSQL refuses to run as root, so
then it runs as Debian's user postgres. Anybody who can enter the socket folder may
connect as anyone; it is open to the servers' user and to us alone.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import apt, processes
from .commands import as_user, clean_env, run
from .errors import SetupError
from .paths import is_root, log_dir
from .steps import cached, remove, timed

USER = "odoo"
PATIENCE = 120  # seconds
PORT = 5432  # only part of the socket's name: there is no TCP
DEBIAN_LIBRARY = Path("/usr/lib/postgresql")

ALWAYS = """
listen_addresses = ''
unix_socket_permissions = 0777  # the folder around it is closed
port = {port}
unix_socket_directories = '{sockets}'
max_connections = 150
shared_buffers = 512MB
jit = off
log_min_messages = fatal
log_min_error_statement = panic
"""
WITHOUT_FSYNC = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def binaries() -> Path | None:
    """The folder of initdb and postgres: pg_config's, else the newest of Debian's."""
    found = []
    if shutil.which("pg_config"):
        done = subprocess.run(
            ["pg_config", "--bindir"], capture_output=True, text=True, check=False
        )
        found.append(Path(done.stdout.strip()))

    def version(path: Path) -> int:
        number = re.match(r"\d+", path.parent.name)
        return int(number.group()) if number else 0

    found += sorted(DEBIAN_LIBRARY.glob("*/bin"), key=version, reverse=True)
    return next((path for path in found if (path / "initdb").exists()), None)


def ensure_installed() -> Path:
    folder = binaries()
    if folder:
        cached("Debian packages for the database")
        return folder
    apt.ensure("Debian packages for the database", apt.POSTGRESQL)
    folder = binaries()
    if not folder:
        raise SetupError("PostgreSQL was installed but its initdb is not to be found.")
    return folder


@dataclass(frozen=True)
class Cluster:
    """One private cluster; `home` is its folder, `fsync` whether it must last."""

    home: Path
    bin: Path
    fsync: bool
    pid_file: Path

    @property
    def sockets(self) -> Path:
        return self.home / "s"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def user(self) -> str | None:
        return "postgres" if is_root() else None

    @property
    def env(self) -> dict[str, str]:
        """For PostgreSQL's own programs, and for tools that use them."""
        return {"PGHOST": str(self.sockets), "PGPORT": str(PORT), "PGUSER": USER}

    def ensure_running(self) -> None:
        label = f"PostgreSQL ({'lasting' if self.fsync else 'for tests'})"
        if processes.running(self.pid_file) and self._answers():
            cached(label)
            return
        with timed(label):
            self._drop_if_doubtful()
            if not (self.data / "ready").exists():
                self._create()
            self._start()

    def _drop_if_doubtful(self) -> None:
        """Without fsync, data that was in use when the machine went down is lost.

        Nor can another major version of PostgreSQL read it.
        """
        if not (self.data / "ready").exists():
            return
        had = (self.data / "PG_VERSION").read_text().strip()
        has = self._major_version()
        if had != has:
            if self.fsync:
                raise SetupError(
                    f"The demo's data are of PostgreSQL {had}, installed is {has}: "
                    f"remove {self.home} and start dev/run --fresh."
                )
            remove(self.home)
            return
        crashed = (self.data / "postmaster.pid").exists()
        same_boot = self._boot_file.exists()
        same_boot = same_boot and self._boot_file.read_text() == processes.boot_id()
        if crashed and not same_boot and not self.fsync:
            remove(self.home)

    def _major_version(self) -> str:
        output = run("postgres", [self.bin / "postgres", "--version"], log="postgres")
        number = re.search(r"(\d+)[.\w]*", output)
        return number[1] if number else ""

    @property
    def _boot_file(self) -> Path:
        return self.home / "boot"

    def _create(self) -> None:
        remove(self.home)
        self.home.mkdir(parents=True)
        for folder in (self.data, self.sockets):
            folder.mkdir(mode=0o700)
            if self.user:
                shutil.chown(folder, self.user, self.user)
        command = [str(self.bin / "initdb"), "-U", USER, "-A", "trust", "-E", "UTF8"]
        command += ["--locale=C.UTF-8", "--no-sync", "-D", str(self.data)]
        run("initdb", as_user(self.user, command), log="postgres", env=clean_env())
        text = ALWAYS.format(port=PORT, sockets=self.sockets)
        text += "" if self.fsync else WITHOUT_FSYNC
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(text)
        (self.data / "ready").touch()

    def _start(self) -> None:
        log = log_dir() / f"postgres-{self.pid_file.parent.parent.name}.log"
        command = as_user(self.user, [str(self.bin / "postgres"), "-D", str(self.data)])
        processes.start(
            self.pid_file,
            command,
            log=log,
            env=clean_env({"LC_ALL": "C.UTF-8"}),
            cwd=Path("/"),
            # "fast shutdown": does not wait for the clients to leave
            stop_signal=signal.SIGINT,
        )
        self._boot_file.write_text(processes.boot_id())
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if not processes.running(self.pid_file):
                raise SetupError(f"PostgreSQL did not start; see {log}.")
            if time.monotonic() > deadline:
                raise SetupError(
                    f"PostgreSQL gave no answer in {PATIENCE} s; see {log}."
                )
            time.sleep(0.05)

    def _answers(self) -> bool:
        command = [str(self.bin / "pg_isready"), "-q", "-d", "postgres"]
        env = {**os.environ, **self.env}
        return subprocess.run(command, env=env, check=False).returncode == 0

    def sql(self, statement: str, database: str = "postgres") -> list[str]:
        """Rows of one statement as text."""
        command = [self.bin / "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"]
        command += ["-d", database, "-c", statement]
        env = clean_env(self.env)
        text = run(f"SQL on {database}", command, log="postgres", env=env)
        return [line for line in text.splitlines() if line]

    def databases(self) -> list[str]:
        return self.sql("SELECT datname FROM pg_database WHERE NOT datistemplate")

    def create(self, name: str, template: str = "template0") -> None:
        """A new database, in place of one of that name."""
        self.drop(name)
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def rename(self, name: str, new: str) -> None:
        self.drop(new)
        self.sql(f'ALTER DATABASE "{name}" RENAME TO "{new}"')

    def drop(self, name: str) -> None:
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def dump(self, name: str, target: Path) -> None:
        command = [self.bin / "pg_dump", "-Fc", "-Z1", "-f", target, name]
        run(f"Saving {name}", command, log="postgres", env=clean_env(self.env))

    def restore(self, source: Path, name: str) -> None:
        self.create(name)
        command = [self.bin / "pg_restore", "-j2", "-O", "-d", name, source]
        run(f"Restoring {name}", command, log="postgres", env=clean_env(self.env))
