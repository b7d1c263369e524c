"""The mail servers of one flavour together.

Dovecot, the SMTP server, and the authorization server that both Dovecot and a person's
browser ask. Servers that were started from other code or settings are replaced.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import ports, processes, state
from .commands import clean_env
from .dovecot import PASSWORD, Dovecot, wait_for_port
from .flavour import PORTS, Flavour
from .paths import DEV, log_dir
from .steps import cached, digest, timed

SERVERS = ("authorization", "dovecot", "smtp")
LABEL = "Mail servers (Dovecot, SMTP, OAuth 2)"
# Of a server that only this machine reaches.
CLIENT = {"client_id": "local-client", "client_secret": "local-secret"}


def inputs(flavour: Flavour) -> str:
    """Hash of what the servers are started from."""
    folder = Path(__file__).parent
    files = [folder / "dovecot.py", folder / "smtp_server.py"]
    files += sorted(folder.glob("authorization_*.py"))
    return digest(*files, PORTS[flavour.name], CLIENT)


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
        "oauth": {
            "endpoint": f"http://localhost:{chosen['oauth']}/",
            "port": chosen["oauth"],
            **CLIENT,
        },
        "ca_file": str(certificates / "ca.pem"),
        "bundle_file": str(certificates / "bundle.pem"),
        **pair("server"),
        "expired": pair("expired"),
        "selfsigned": pair("selfsigned"),
        "log": str(flavour.servers / "dovecot/log/dovecot.log"),
        "inputs": inputs(flavour),
    }


def ensure(
    flavour: Flavour, python: Path, certificates: Path, keep_mail: bool
) -> dict[str, Any]:
    """Have the mail servers running; returns their part of the state file."""
    pid_files = [flavour.pid_file(name) for name in SERVERS]
    known = state.read_or_empty(flavour.state_file).get("mail")
    same = known and known.get("inputs") == inputs(flavour)
    if same and all(processes.running(pid_file) for pid_file in pid_files):
        cached(LABEL)
        return known
    for pid_file in reversed(pid_files):
        processes.stop(pid_file)
    with timed(LABEL):
        # Those of last time first: accounts in the demo's database name them.
        wanted = {**PORTS[flavour.name], **(known or {}).get("ports", {})}
        chosen = ports.choose_all(wanted)
        mail = describe(flavour, certificates, chosen)
        start_authorization(flavour, python, mail, keep_mail)
        imap = Dovecot(
            flavour.name,
            flavour.servers / "dovecot",
            certificates,
            flavour.pid_file("dovecot"),
        )
        imap.start(chosen, mail["oauth"], keep_mail)
        start_smtp(flavour, python, mail)
    return mail


def start_authorization(
    flavour: Flavour, python: Path, mail: dict[str, Any], keep: bool
) -> None:
    """With `keep` it knows what it granted before, as Dovecot keeps the mail."""
    settings = flavour.home / "authorization.json"
    store = flavour.home / "grants.json"
    if not keep:
        store.unlink(missing_ok=True)
    state.write(settings, {**mail["oauth"], "store": store if keep else None})
    log = log_dir() / f"authorization-{flavour.name}.log"
    pid_file = flavour.pid_file("authorization")
    processes.start(
        pid_file,
        [python, "-m", "setup.authorization_server", settings],
        log=log,
        env=clean_env({"PYTHONPATH": str(DEV)}),
    )
    wait_for_port(mail["oauth"]["port"], "The authorization server", pid_file, log)


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
