"""Runs a Sieve script on a mail by Pigeonhole's own ``sieve-test``, without a server.

Mail and scripts lie in a folder of its own; when we are root, an unprivileged user
runs it, because Dovecot gives root no mail.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROGRAM = "sieve-test"
OWNER = "anna@corp.example"
EXTENSIONS = frozenset(
    "fileinto imap4flags variables mailbox copy body vacation include date relational "
    "index".split()
)
_CONFIG = """
mail_home = {home}
mail_location = maildir:{home}/Maildir
base_dir = {home}/base
protocols =
ssl = no
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
first_valid_gid = 1
plugin {{
  sieve = file:{home}/sieve;active={home}/active.sieve
}}
"""
_STORED = re.compile(
    r"store message in folder: (.*)\n((?:        \+ .*\n)*)", re.MULTILINE
)
_FLAGS = re.compile(r"\+ add IMAP flags: (.*)")
_ANSWER = re.compile(
    r"send vacation message:.*?=> subject : (.*?)\n"
    r".*?START MESSAGE\n(.*?)\nEND MESSAGE",
    re.DOTALL,
)


@dataclass(frozen=True)
class Outcome:
    """``stored``: folder to flags in lower case. ``subject`` and ``answer`` of the
    vacation, ``""`` for none."""

    stored: dict[str, frozenset[str]]
    subject: str = ""
    answer: str = ""


class SieveRun:
    """``folders`` exist beside the inbox."""

    def __init__(self, folders=()):
        root = os.geteuid() == 0
        account = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
        self._user = {"user": account.pw_uid, "group": account.pw_gid} if root else {}
        self._made = tempfile.mkdtemp(prefix="sieve-run-")
        self.home = Path(self._made)
        for name in ("base", "sieve", "Maildir"):
            (self.home / name).mkdir()
        for name in ("", *(f".{folder}" for folder in folders)):
            for part in ("cur", "new", "tmp"):
                (self.home / "Maildir" / name / part).mkdir(parents=True)
        (self.home / "dovecot.conf").write_text(
            _CONFIG.format(home=self.home, uid=account.pw_uid, gid=account.pw_gid)
        )
        if root:
            for path in (self.home, *self.home.rglob("*")):
                os.chown(path, account.pw_uid, account.pw_gid)

    def close(self):
        shutil.rmtree(self._made, ignore_errors=True)

    def beside(self, name: str, script: str):
        """A script of the owner's own."""
        (self.home / "sieve" / f"{name}.sieve").write_bytes(script.encode())

    def run(self, script: str, raw: bytes, sender="rosa@conti.example") -> Outcome:
        """:raises AssertionError: the script has an error, with the server's words"""
        (self.home / "sieve" / "ours.sieve").write_bytes(script.encode())
        (self.home / "mail.eml").write_bytes(raw)
        command = [
            *(PROGRAM, "-c", "dovecot.conf", "-f", sender, "-a", OWNER, "-r", OWNER),
            *("sieve/ours.sieve", "mail.eml"),
        ]
        done = subprocess.run(
            command,
            cwd=self.home,
            capture_output=True,
            check=False,
            env={"HOME": str(self.home), "PATH": os.environ.get("PATH", "")},
            **self._user,
        )
        told = (done.stdout + done.stderr).decode("utf-8", "replace")
        if "final result: success" not in told:
            raise AssertionError(f"{told}\n{script}")
        stored = {}
        for folder, notes in _STORED.findall(told):
            flags = _FLAGS.search(notes)
            stored[folder.strip()] = frozenset(
                flags[1].lower().split() if flags else ()
            )
        answer = _ANSWER.search(told)
        return Outcome(stored, *(answer.groups() if answer else ()))
