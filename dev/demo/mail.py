"""The tuple that generators hand to the loader."""

from datetime import datetime
from random import Random
from typing import NamedTuple

INBOX = ("INBOX",)
SENT = ("Sent",)
DRAFTS = ("Drafts",)
JUNK = ("Junk",)
TRASH = ("Trash",)
ARCHIVE = ("Archive",)


class Mail(NamedTuple):
    """One mail as it will lie on the server; the folder is a path of names."""

    folder: tuple[str, ...]
    flags: tuple[str, ...]
    date: datetime
    raw: bytes


def chance(seed: int, *subject: object) -> Random:
    """The random source of one subject, so that subjects do not disturb each other."""
    return Random(":".join(map(str, (seed, *subject))))
