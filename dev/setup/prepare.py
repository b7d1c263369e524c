"""All that dev/run, dev/test and dev/bench have in common: from nothing to servers.

What waits for the network or the disk runs side by side. A lock lets one command at a
time prepare; the servers of a flavour are then used together, and the last user of the
tests' servers ends them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import (
    apt,
    certificates,
    mail,
    odoo_tree,
    postgres,
    processes,
    state,
    template,
    venv,
)
from .errors import SetupError
from .flavour import HTTP_PORT, TEST, Flavour
from .odoo import Odoo
from .paths import dev_dir, server_dir
from .steps import locked, nobody_holds, remove

GIB = 1024**3
SPACE_FROM_NOTHING = 3 * GIB  # downloads, Odoo, Python, chromium, two clusters
SPACE_WARM = GIB // 2
# Full disk, quota, read-only disk, no rights: the sentence of the system says it all.
EXPECTED = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)
# In the order of ending.
SERVERS = ("odoo", "smtp", "dovecot", "authorization", "postgres")


@dataclass(frozen=True)
class Ready:
    """What the preparation hands to a command."""

    flavour: Flavour
    odoo: Odoo
    plain: str
    mail: dict[str, Any]

    @property
    def env(self) -> dict[str, str]:
        """What every process that meets our servers is told."""
        return {
            state.VARIABLE: str(self.flavour.state_file),
            "SSL_CERT_FILE": self.mail["bundle_file"],
        }


def require_space() -> None:
    warm = is_built_before()
    needed = SPACE_WARM if warm else SPACE_FROM_NOTHING
    for folder in (dev_dir(), server_dir()):
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise SetupError(
                f"{free / GIB:.1f} GiB are free at {folder}; "
                f"this needs {needed / GIB:.1f} GiB."
            )


def is_built_before() -> bool:
    return (dev_dir() / "template" / "dump").exists()


def require_browser() -> None:
    """Odoo skips browser tests silently when it finds none; we do not start then."""
    names = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
    if not any(shutil.which(name) for name in names):
        raise SetupError(
            "No Chromium found on PATH, and browser tests must not be skipped: "
            "install Debian's package chromium."
        )


def fetch_all(browser: bool) -> tuple[odoo_tree.OdooTree, Path, Path]:
    """Odoo, Python and Debian's packages, fetched side by side."""
    packages = [*apt.DOVECOT, *apt.LIBRARIES]
    if browser and not shutil.which("google-chrome"):
        packages += apt.BROWSER
    tasks: list[Callable[[], Any]] = [odoo_tree.ensure, venv.ensure]
    # One apt-get at a time, and PostgreSQL first: the template waits for it.
    tasks.append(postgres.ensure_installed)
    with ThreadPoolExecutor(len(tasks) + 1) as pool:
        futures = [pool.submit(task) for task in tasks]
        packages_done = pool.submit(
            lambda: (futures[2].result(), apt.ensure("Debian packages", packages))
        )
        tree, python, binaries = (future.result() for future in futures)
        packages_done.result()
    return tree, python, binaries


def prepare(flavour: Flavour, browser: bool, keep_mail: bool) -> Ready:
    """Have everything of this flavour up but Odoo itself; writes the state file."""
    require_space()
    tree, python, binaries = fetch_all(browser)
    if browser:
        require_browser()
    trusted = certificates.ensure(python)
    cluster = flavour.cluster(binaries)
    cluster.ensure_running()
    servers = mail.ensure(flavour, python, trusted, keep_mail)
    odoo = flavour.odoo(tree, python, cluster)
    known = state.read_or_empty(flavour.state_file).get("odoo", {})
    http_port = known.get("port", HTTP_PORT[flavour.name])
    publish(flavour, odoo, servers, http_port)
    plain = template.ensure_plain(odoo)
    return Ready(flavour, odoo, plain, servers)


def publish(
    flavour: Flavour, odoo: Odoo, servers: dict[str, Any], http_port: int
) -> None:
    """Write Odoo's configuration and the state file."""
    # Odoo's own outgoing mail goes to our SMTP server and nowhere else.
    options = {
        "smtp_server": servers["host"],
        "smtp_port": servers["ports"]["smtp_plain"],
        "email_from": "odoo@demo.test",
    }
    known = {
        "python": str(odoo.python),
        "pythonpath": str(odoo.tree.pythonpath),
        "conf": str(odoo.conf),
        "data_dir": str(odoo.data_dir),
        "port": http_port,
    }
    if flavour.database:
        options["db_name"] = known["database"] = flavour.database
        options["dbfilter"] = f"^{flavour.database}$"
        options["max_cron_threads"] = 2
    odoo.write_conf(http_port, options)
    database = {
        "host": str(odoo.cluster.sockets),
        "port": postgres.PORT,
        "user": postgres.USER,
    }
    text = {"mail": servers, "pg": database, "odoo": known}
    state.write(flavour.state_file, text)


def preparing() -> contextlib.AbstractContextManager[None]:
    """Held while one command prepares."""
    return locked(
        dev_dir() / "prepare.lock",
        "Waiting for another command of dev/ to finish its preparations...",
    )


def end_servers(flavour: Flavour) -> list[str]:
    """End what runs of a flavour; returns the names of what was running."""
    pid_files = [flavour.pid_file(name) for name in SERVERS]
    return [path.stem for path in pid_files if processes.stop(path)]


@contextlib.contextmanager
def test_servers(browser: bool) -> Iterator[Ready]:
    """The tests' servers, shared with other runs; the last one out ends them."""
    with contextlib.ExitStack() as stack:
        with preparing():
            if nobody_holds(TEST.in_use):
                clean_up()
            stack.enter_context(locked(TEST.in_use, shared=True))
            ready = prepare(TEST, browser, keep_mail=False)
            sweep(ready.odoo)
        try:
            yield ready
        finally:
            stack.close()
            with preparing():
                if nobody_holds(TEST.in_use) and not os.environ.get("CRM_MAIL_KEEP"):
                    end_servers(TEST)


def clean_up() -> None:
    """What an earlier run left, when nobody else is testing: orphans, old mail."""
    processes.end_orphans(dev_dir())
    for name in mail.SERVERS:
        processes.stop(TEST.pid_file(name))
    remove(dev_dir() / "screenshots")


def scratch_name(kind: str) -> str:
    """Name of a database that lives as long as this process."""
    return f"scratch_{kind}_{os.getpid()}_{processes.start_time(os.getpid())}"


def sweep(odoo: Odoo) -> None:
    """Drop the scratch databases whose process has gone."""
    for name in odoo.cluster.databases():
        if not name.startswith("scratch_"):
            continue
        pid, started = (int(part) for part in name.split("_")[-2:])
        if processes.start_time(pid) != started:
            template.drop(odoo, name)


@contextlib.contextmanager
def scratch(odoo: Odoo, source: str, kind: str) -> Iterator[str]:
    """A copy of a template, dropped at the end.

    Its scheduler is as late as the template is old, which the addon would tell.
    """
    name = scratch_name(kind)
    template.copy(odoo, source, name)
    now = "now() AT TIME ZONE 'UTC'"
    odoo.cluster.sql(
        f"UPDATE ir_cron SET nextcall = {now} WHERE nextcall < {now}", name
    )
    try:
        yield name
    finally:
        template.drop(odoo, name)


def command_line(name: str, main: Callable[[list[str]], int]) -> None:
    """Run a command: expected failures are one sentence, an interruption is quiet."""
    os.environ.pop("PYTHONPATH", None)
    # A closed terminal or a plain kill must clean up as Ctrl-C does.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        code = main(sys.argv[1:])
    except SetupError as error:
        print(f"dev/{name}: {error}", file=sys.stderr)
        code = 1
    except OSError as error:
        if error.errno not in EXPECTED:
            raise
        print(f"dev/{name}: {error}.", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        print(f"\ndev/{name}: interrupted; run it again to go on.", file=sys.stderr)
        code = 130
    sys.exit(code)
