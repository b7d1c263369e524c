"""UID sets: compressed, ascending, and cut to the servers' command lines.

Ascending, because one large provider refuses descending sets; cut by bytes and
not by count, because the limit is a line's length (Exchange Online 4096 bytes).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from ..errors import InvalidArgument, LimitExceeded, ProtocolError
from ..limits import MAX_COMMAND_LINE, MAX_UIDS

MAX_UID = 0xFFFFFFFF
_SET = re.compile(rb"\d{1,10}(?::\d{1,10})?(?:,\d{1,10}(?::\d{1,10})?)*\Z")
_ROOM = 500
"""Bytes left of a command line for everything that is not the set."""


def ranges(uids: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending, disjoint ``(first, last)`` pairs; duplicates are harmless."""
    found: list[tuple[int, int]] = []
    for uid in sorted(set(uids)):
        if type(uid) is not int or not 1 <= uid <= MAX_UID:
            raise InvalidArgument("a UID out of range")
        if found and found[-1][1] + 1 == uid:
            found[-1] = (found[-1][0], uid)
        else:
            found.append((uid, uid))
    return found


def compress(uids: Iterable[int]) -> bytes:
    """``1:3,7``; empty for no UIDs (a command must not be sent then)."""
    return b",".join(_range(first, last) for first, last in ranges(uids))


def chunks(
    uids: Iterable[int], limit: int = MAX_COMMAND_LINE - _ROOM
) -> Iterator[bytes]:
    """The set in pieces of at most ``limit`` bytes."""
    piece = b""
    for first, last in ranges(uids):
        item = _range(first, last)
        if piece and len(piece) + 1 + len(item) > limit:
            yield piece
            piece = b""
        piece = piece + b"," + item if piece else item
    if piece:
        yield piece


def window(first: int, last: int) -> bytes:
    """``first:last`` with an explicit end: ``n:*`` is never empty, it names the
    last mail even when its UID is below ``n`` (RFC 9051 section 9, seq-range)."""
    for uid in (first, last):
        if type(uid) is not int or not 1 <= uid <= MAX_UID:
            raise InvalidArgument("a UID out of range")
    if first > last:
        raise InvalidArgument("a UID window that ends before it begins")
    return b"%d:%d" % (first, last)


def parse(text: bytes) -> list[tuple[int, int]]:
    """The ranges of a set that a server sent, as written but each ascending."""
    if not _SET.match(text):
        raise ProtocolError("a UID set that cannot be read")
    found = []
    for item in text.split(b","):
        first, _colon, last = item.partition(b":")
        low, high = sorted((int(first), int(last or first)))
        found.append((low, high))
    return found


def expand(
    pairs: Iterable[tuple[int, int]], first: int = 1, last: int = MAX_UID
) -> list[int]:
    """The UIDs within ``first..last``, ascending.

    A server may claim ``1:4294967295`` in fifteen bytes, so the number of UIDs is
    checked before the list is made.
    """
    clipped = [
        (max(low, first), min(high, last))
        for low, high in sorted(pairs)
        if high >= first and low <= last
    ]
    if sum(high - low + 1 for low, high in clipped) > MAX_UIDS:
        raise LimitExceeded(f"more than {MAX_UIDS} mails in one answer")
    return sorted({uid for low, high in clipped for uid in range(low, high + 1)})


def merged(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same UIDs as ascending ranges that do not touch; nothing is counted out."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(pairs):
        if found and low <= found[-1][1] + 1:
            if high > found[-1][1]:
                found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return found


def outside(uids: Iterable[int], pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Those UIDs, in their order, that are in none of the :func:`merged` ranges."""
    known = list(pairs)
    return [
        uid
        for uid in uids
        if not (at := bisect_right(known, (uid, MAX_UID))) or known[at - 1][1] < uid
    ]


def _range(first: int, last: int) -> bytes:
    return b"%d" % first if first == last else b"%d:%d" % (first, last)
