"""What STAT, LIST and UIDL tell of a maildrop (RFC 1939 sections 5 and 7).

Numbers hold within one session only.  Lines may come in any order, with more spaces
than one and with more words than needed; a line that cannot be read is passed over, so
its mail is one without size or UIDL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import LimitExceeded, ProtocolError
from ..limits import MAX_LISTED, MAX_UIDL

_NUMBERS = re.compile(r"(?<![\d.])\d{1,18}(?![\d.])")
_SIZE = re.compile(rb"(?m)^[ \t]*(\d{1,10})[ \t]+(\d{1,18})(?=[ \t\r\n]|\Z)")
_UIDL = re.compile(rb"(?m)^[ \t]*(\d{1,10})[ \t]+([^\r\n]+?)[ \t]*\r?$")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Maildrop:
    """Number of mails and their octets in all; ``None`` where that is not told."""

    count: int
    octets: int | None


def read_stat(text: str) -> Maildrop:
    """The first two numbers among the words."""
    numbers = [int(found) for found in _NUMBERS.findall(text)[:2]]
    if not numbers:
        raise ProtocolError("the answer to STAT has no number")
    return Maildrop(numbers[0], numbers[1] if len(numbers) > 1 else None)


def read_sizes(listing: bytes) -> dict[int, int]:
    """Number to octets, in the order of the answer.

    :raises LimitExceeded: more than ``MAX_LISTED`` mails
    """
    found: dict[int, int] = {}
    for match in _bounded(_SIZE, listing):
        number = int(match[1])
        if number:
            found.setdefault(number, int(match[2]))
    return found


def read_uidls(listing: bytes) -> dict[int, str]:
    """Number to UIDL (bytes as latin-1), in the order of the answer.

    A UIDL may stand at several mails: some servers make it of the mail's content.
    """
    found: dict[int, str] = {}
    for match in _bounded(_UIDL, listing):
        number, uidl = int(match[1]), match[2]
        if number and len(uidl) <= MAX_UIDL and not _CONTROL.search(uidl):
            found.setdefault(number, uidl.decode("latin-1"))
    return found


def _bounded(pattern: re.Pattern[bytes], listing: bytes) -> Iterator[re.Match[bytes]]:
    for count, match in enumerate(pattern.finditer(listing)):
        if count >= MAX_LISTED:
            raise LimitExceeded(f"a listing of more than {MAX_LISTED} mails")
        yield match
