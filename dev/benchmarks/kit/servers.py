"""The live mail server, and mailboxes of small mails on it."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo.load import load, stamp_file
from demo.mail import INBOX, Mail
from setup import state

END = datetime(2026, 11, 1, tzinfo=UTC)
"""The newest mail's day: the same mailbox in every run."""
BODY = "Good morning,\r\n\r\n" + "please look at the offer once more.\r\n" * 8


def mail_server() -> dict:
    """``mail`` of the state file: host, ports, password, ca_file..."""
    return state.read()["mail"]


class MailServer:
    """The seconds that the live server's processes spent on the processor.

    Some of them end with their connection: whoever wants to count those looks before.
    """

    def __init__(self):
        home = Path(os.environ[state.VARIABLE]).parent
        kept = json.loads((home / "pids" / "dovecot.json").read_text())
        self._master = kept["pid"]
        self._seen: dict[tuple[int, str], float] = {}

    def look(self) -> None:
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has just ended
                # behind the name in parentheses: state, parent, ...; 22nd: its start
                words = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(words[1]) == self._master:
                    spent = (folder / "schedstat").read_text().split()[0]
                    self._seen[int(folder.name), words[19]] = int(spent) / 1e9

    def seconds(self) -> float:
        self.look()
        return sum(self._seen.values())


def small_mails(
    counts: dict[tuple[str, ...], int], first: int = 0, flags=("\\Seen",)
) -> Iterator[Mail]:
    """So many mails of each folder, oldest first, of about 700 bytes."""
    number = first
    for folder, count in counts.items():
        for index in range(count):
            date = END - timedelta(minutes=count - index)
            lines = (
                f"Return-Path: <p{number % 97}@pavarin.example>",
                f"From: Person {number % 97} <p{number % 97}@pavarin.example>",
                "To: Laura <laura@demo.test>",
                f"Subject: Offer {number}, second version",
                f"Date: {date:%a, %d %b %Y %H:%M:%S} +0000",
                f"Message-ID: <bench.{number}.{'.'.join(folder)}@pavarin.example>",
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8",
            )
            raw = ("\r\n".join(lines) + "\r\n\r\n" + BODY).encode()
            yield Mail(folder, flags, date, raw)
            number += 1


def fill(user: str, counts: dict[tuple[str, ...], int]) -> None:
    """Give a user these mails; a mailbox that was filled so before is left alone."""
    mail = mail_server()
    wanted = " ".join(f"{'/'.join(path)}:{count}" for path, count in counts.items())
    done = load(
        mail["host"],
        mail["ports"]["imaps"],
        mail["ca_file"],
        user,
        mail["password"],
        small_mails(counts),
        set_id=f"small 1 {wanted}",
        stamp=stamp_file(Path(os.environ[state.VARIABLE]), user),
    )
    sys.stderr.write(f"{done}\n")


def spread(messages: int, folders: int) -> dict[tuple[str, ...], int]:
    """``messages`` over the inbox and ``folders - 1`` folders beside it."""
    paths = [INBOX, *(("Bench", f"Folder {number:03}") for number in range(1, folders))]
    each, rest = divmod(messages, len(paths))
    return {path: each + (index < rest) for index, path in enumerate(paths)}
