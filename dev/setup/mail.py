"""The mail servers of one flavour together: Dovecot and the SMTP server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import ports, processes, state
from .commands import clean_env
from .dovecot import PASSWORD, Dovecot, wait_for_port
from .flavour import PORTS, Flavour
from .paths import DEV, log_dir
from .steps import cached, timed

SERVERS = ("dovecot", "smtp")
LABEL = "Mail servers (Dovecot, SMTP)"


def describe(flavour: Flavour, certificates: Path, chosen: dict[str, int]) -> dict:
    """The part of the state file on mail."""

    def pair(stem: str) -> dict[str, str]:
        return {
            "cert_file": str(certificates / f"{stem}.pem"),
            "key_file": str(certificates / f"{stem}.key"),
        }

    return {
        "host": "localhost",
        "password": PASSWORD,
        "ports": chosen,
        "ca_file": str(certificates / "ca.pem"),
        "bundle_file": str(certificates / "bundle.pem"),
        **pair("server"),
        "expired": pair("expired"),
        "selfsigned": pair("selfsigned"),
        "log": str(flavour.servers / "dovecot/log/dovecot.log"),
    }


def ensure(
    flavour: Flavour, python: Path, certificates: Path, keep_mail: bool
) -> dict[str, Any]:
    """Have the mail servers running; returns their part of the state file."""
    pid_files = [flavour.pid_file(name) for name in SERVERS]
    known = state.read_or_empty(flavour.state_file).get("mail")
    if known and all(processes.running(pid_file) for pid_file in pid_files):
        cached(LABEL)
        return known
    for pid_file in reversed(pid_files):
        processes.stop(pid_file)
    with timed(LABEL):
        # Those of last time first: accounts in the demo's database name them.
        wanted = {**PORTS[flavour.name], **(known or {}).get("ports", {})}
        chosen = ports.choose_all(wanted)
        mail = describe(flavour, certificates, chosen)
        dovecot = Dovecot(
            flavour.name, flavour.servers / "dovecot", certificates, pid_files[0]
        )
        dovecot.start(chosen, keep_mail)
        start_smtp(flavour, python, mail)
    return mail


def start_smtp(flavour: Flavour, python: Path, mail: dict[str, Any]) -> None:
    settings = flavour.home / "smtp.json"
    state.write(settings, mail)
    log = log_dir() / f"smtp-{flavour.name}.log"
    pid_file = flavour.pid_file("smtp")
    processes.start(
        pid_file,
        [python, "-m", "setup.smtp_server", settings],
        log=log,
        env=clean_env({"PYTHONPATH": str(DEV)}),
    )
    wait_for_port(mail["ports"]["smtp_plain"], "The SMTP server", pid_file, log)
