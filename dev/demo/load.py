"""Puts demo mail on an IMAP server: ``python -m demo.load --state STATE.json``.

Without further words the mailboxes of both salespeople are filled; ``--bulk N --user
ADDRESS`` fills one mailbox with N invented mails. A mailbox that was filled before is
left alone, even if somebody has read, moved or deleted mail since: a stamp beside the
state file remembers which set was loaded and the UIDVALIDITY of its folders, so that
only new folders (a new mail store) or ``--fresh`` load it again. A load that was cut
short is done again from the start, and another set replaces the one before: both empty
the folders of the stamp first.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .cast import SALESPEOPLE
from .imap_append import Connection, batches
from .mail import INBOX, Mail
from .mailbox import DEFAULT_SEED, SIZES, bulk, last_midnight, mailbox

# Raise it when the generator writes other mail than before.
GENERATION = 1
# Seconds between two looks at the progress line.
_PROGRESS = 1.0


@dataclass(frozen=True)
class Loaded:
    """What a call of ``load`` did."""

    username: str
    mails: int
    octets: int
    seconds: float
    skipped: bool = False

    def __str__(self) -> str:
        if self.skipped:
            return f"{self.username}: already there"
        rate = self.mails / max(self.seconds, 0.001)
        return (
            f"{self.username}: {self.mails} mails, {self.octets / 1e6:.1f} MB in "
            f"{self.seconds:.1f} s ({rate:.0f}/s)"
        )


def load(
    host: str,
    port: int,
    cafile: str | None,
    username: str,
    password: str,
    mails: Iterable[Mail],
    *,
    set_id: str = "",
    stamp: Path | None = None,
    fresh: bool = False,
    report: bool = False,
) -> Loaded:
    """Fill the mailbox of one user; see the module for when it is left alone.

    With ``cafile`` the connection is TLS from the start, else plain. ``stamp`` is the
    file that remembers the load and ``set_id`` what was loaded; without a stamp the
    mails are always appended. ``fresh`` empties the folders of the set first.
    """
    began = time.monotonic()
    with Connection(host, port, cafile) as server:
        server.login(username, password)
        known = _read(stamp)
        same_set = bool(set_id) and known.get("set") == set_id
        if same_set and known.get("done") and not fresh and _untouched(server, known):
            server.logout()
            return Loaded(username, 0, 0, time.monotonic() - began, skipped=True)
        if fresh or not (same_set and known.get("done")):
            _clear(server, known)
        count, octets = _fill(server, mails, stamp, set_id, username, report)
        server.logout()
    return Loaded(username, count, octets, time.monotonic() - began)


def _fill(
    server: Connection,
    mails: Iterable[Mail],
    stamp: Path | None,
    set_id: str,
    username: str,
    report: bool,
) -> tuple[int, int]:
    """Append everything; the stamp lists each folder before its first mail."""
    existing = server.folders()
    validity: dict[str, int] = {}
    count = octets = 0
    shown = time.monotonic()
    for batch in batches(mails):
        folder = batch[0].folder
        key = "\0".join(folder)
        if key not in validity:
            server.make(folder, existing)
            validity[key] = server.status(folder)["UIDVALIDITY"]
            _write(stamp, {"set": set_id, "done": False, "folders": validity})
        server.append(batch)
        count += len(batch)
        octets += sum(len(mail.raw) for mail in batch)
        if report and time.monotonic() - shown > _PROGRESS:
            shown = time.monotonic()
            print(f"\r{username}: {count} mails", end="", flush=True)
    _write(stamp, {"set": set_id, "done": True, "folders": validity})
    return count, octets


def _folders(known: dict) -> list[tuple[str, ...]]:
    return [tuple(key.split("\0")) for key in known.get("folders", {})]


def _untouched(server: Connection, known: dict) -> bool:
    """Whether the folders of the stamp are still the ones that were filled.

    A folder that somebody deleted does not count: at least the inbox must be the same.
    """
    existing = server.folders() | {b'"INBOX"'}
    for folder in _folders(known):
        if server.mailbox(folder) not in existing:
            continue
        expected = known["folders"]["\0".join(folder)]
        if server.status(folder)["UIDVALIDITY"] != expected:
            return False
    return True


def _clear(server: Connection, known: dict) -> None:
    """Empty the folders of the stamp, if they are still the same ones."""
    existing = server.folders() | {b'"INBOX"'}
    for folder in _folders(known):
        if server.mailbox(folder) in existing:
            expected = known["folders"]["\0".join(folder)]
            if server.status(folder)["UIDVALIDITY"] == expected:
                server.empty(folder)


def _read(stamp: Path | None) -> dict:
    try:
        return json.loads(stamp.read_text()) if stamp else {}
    except (OSError, ValueError):
        return {}


def _write(stamp: Path | None, content: dict) -> None:
    if stamp is None:
        return
    stamp.parent.mkdir(parents=True, exist_ok=True)
    part = stamp.with_suffix(".part")
    part.write_text(json.dumps(content, indent=1) + "\n")
    part.rename(stamp)


def stamp_file(state_file: Path, username: str) -> Path:
    """Where the stamp of a mailbox lies: beside the state file."""
    return state_file.parent / "demo-mail" / f"{username}.json"


def _by_folder(login: str, end: datetime, seed: int) -> Iterator[Mail]:
    """Folder by folder, each oldest first, so that batches are long.

    The mails are made only when the first one is asked for.
    """
    mails = mailbox(login, end, seed)
    mails.sort(key=lambda mail: (mail.folder != INBOX, mail.folder, mail.date))
    yield from mails


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="demo.load", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="state.json")
    parser.add_argument("--user", help="laura, marco, or with --bulk an address")
    parser.add_argument("--bulk", type=int, metavar="N", help="invent N mails")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--end", help="day after the newest mail, as 2026-01-31")
    parser.add_argument("--fresh", action="store_true", help="empty and load again")
    chosen = parser.parse_args(words)
    if chosen.bulk and "@" not in (chosen.user or ""):
        parser.error("--bulk needs --user with an address")
    if not chosen.bulk and chosen.user and chosen.user not in SIZES:
        parser.error(f"--user is one of {', '.join(SIZES)}")
    return chosen


def main(words: list[str] | None = None) -> int:
    """The command line."""
    chosen = _arguments(words)
    mail = json.loads(chosen.state.read_text())["mail"]
    end = last_midnight()
    if chosen.end:
        end = datetime.fromisoformat(chosen.end).replace(tzinfo=UTC)
    jobs: list[tuple[str, str, Iterable[Mail]]] = []
    if chosen.bulk:
        made = bulk(chosen.bulk, chosen.seed, end=end, to=chosen.user)
        set_id = f"bulk {GENERATION} {chosen.seed} {chosen.bulk}"
        jobs.append((chosen.user, set_id, made))
    for login in (s.login for s in SALESPEOPLE if not chosen.bulk):
        if chosen.user in (None, login):
            made = _by_folder(login, end, chosen.seed)
            set_id = f"mailbox {GENERATION} {chosen.seed} {SIZES[login]}"
            jobs.append((f"{login}@demo.test", set_id, made))
    for username, set_id, made in jobs:
        done = load(
            mail["host"],
            mail["ports"]["imaps"],
            mail["ca_file"],
            username,
            mail["password"],
            made,
            set_id=set_id,
            stamp=stamp_file(chosen.state, username),
            fresh=chosen.fresh,
            report=sys.stdout.isatty(),
        )
        print(f"\r{done}" if sys.stdout.isatty() else done, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
