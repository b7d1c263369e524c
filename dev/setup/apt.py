"""Debian packages of the machine: only what is missing, the only use of sudo."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from .commands import clean_env, run
from .errors import SetupError
from .paths import is_root
from .steps import cached, timed

DOVECOT = (
    "dovecot-imapd",
    "dovecot-lmtpd",
    "dovecot-managesieved",
    "dovecot-pop3d",
    "dovecot-sieve",
    "dovecot-submissiond",
)
BROWSER = ("chromium", "fonts-dejavu-core")
POSTGRESQL = ("postgresql",)
# python-magic looks for this library; the rest of the Python packages are wheels.
LIBRARIES = ("ca-certificates", "libmagic1")

# A package that brings a service starts it. The service that was not there before is
# ours to switch off again: it would sit on the standard ports of the machine.
SERVICES = {"dovecot": "dovecot-imapd", "postgresql": "postgresql"}


def installed(packages: Iterable[str]) -> set[str]:
    """Those of the packages that are installed."""
    command = ["dpkg-query", "-W", "-f=${db:Status-Status} ${Package}\n", *packages]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SetupError("This set-up needs a Debian system (no dpkg here).") from None
    lines = (line.split() for line in done.stdout.splitlines())
    return {words[1] for words in lines if words[:1] == ["installed"]}


def apt_get(what: str, *args: str) -> None:
    """Run apt-get as root, by sudo where we are not."""
    command = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=600", *args]
    # sudo clears the environment, so the variable is given on the command line.
    command = ["env", "DEBIAN_FRONTEND=noninteractive", *command]
    if not is_root():
        command = ["sudo", *command]
    run(what, command, log="apt", env=clean_env())


def require_rights(missing: Iterable[str]) -> None:
    if not is_root() and shutil.which("sudo") is None:
        names = " ".join(sorted(missing))
        raise SetupError(
            "You are neither root nor is there a sudo; "
            f"please have somebody install these Debian packages: {names}"
        )


def ensure(label: str, packages: Iterable[str]) -> None:
    """Install those of the packages that are missing."""
    wanted = set(packages)
    missing = sorted(wanted - installed(wanted))
    if not missing:
        cached(label)
        return
    require_rights(missing)
    with timed(f"{label}: {' '.join(missing)}"):
        apt_get("Reading Debian's package lists", "update")
        apt_get(
            f"Installing {' '.join(missing)}",
            "install",
            "--no-install-recommends",
            *missing,
        )
        if Path("/run/systemd/system").is_dir():
            for service, package in SERVICES.items():
                if package in missing:
                    switch_off(service)


def switch_off(service: str) -> None:
    command = ["systemctl", "disable", "--now", service]
    if not is_root():
        command = ["sudo", *command]
    run(f"Switching off the new service {service}", command, log="apt")
