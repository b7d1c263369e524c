"""When a mail counts as removed.

A UID that is missing in an answer is a candidate, no more: servers leave mails out of
answers that they cannot read, that are being moved, or that a cache has lost.  It is
confirmed by VANISHED (RFC 7162), or by a second, exact answer: UID SEARCH of a window
that holds it.  And what would empty a folder is believed only when two connections say
so.  Then the rows lose their place; a mail that turns up elsewhere is bound again
(``identity``).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .delta import Span

MASS_COUNT = 200
MASS_SHARE = 0.30
"""More mails than both of these at once need a second witness."""
LIST_AT_ONCE = 250
"""Mails of a span that is listed rather than halved once more."""
SAMPLES = 300
"""Mails whose places are asked for, at most."""


@dataclass(frozen=True)
class Answer:
    """An exact answer: of ``first..last`` these UIDs exist."""

    first: int
    last: int
    uids: tuple[int, ...]


def confirmed(candidates: Iterable[int], answers: Iterable[Answer]) -> list[Span]:
    """The candidates that are proven to be gone, as ascending ranges.

    A candidate that no answer was about stays; one that any answer has, stays.
    """
    asked: list[Span] = []
    there: set[int] = set()
    for answer in answers:
        asked.append((answer.first, answer.last))
        there.update(answer.uids)
    return as_ranges(
        uid
        for uid in candidates
        if uid not in there and any(first <= uid <= last for first, last in asked)
    )


def as_ranges(uids: Iterable[int]) -> list[Span]:
    """Ascending ranges of exactly these UIDs."""
    found: list[Span] = []
    for uid in sorted(set(uids)):
        if found and found[-1][1] + 1 == uid:
            found[-1] = (found[-1][0], uid)
        else:
            found.append((uid, uid))
    return found


def locate_missing(
    count_server: Callable[[int, int], int | None],
    count_ours: Callable[[int, int], int],
    first: int,
    last: int,
) -> Iterator[Span]:
    """Where the two sides differ, as spans to list exactly; newest first.

    Halves the range where the counts differ: about two counts of the server for each
    halving and hole.  Where the server does not count (``None``) the whole range comes
    back.  A mail missing on each side of one span evens out: that is the audit's work.
    """
    todo: list[tuple[int, int, int | None]] = [(first, last, None)]
    while todo:
        low, high, on_server = todo.pop()
        if low > high:
            continue
        if on_server is None:
            on_server = count_server(low, high)
        ours = count_ours(low, high)
        if on_server is not None and on_server == ours:
            continue
        if on_server is None or low == high or max(ours, on_server) <= LIST_AT_ONCE:
            yield low, high
            continue
        middle = (low + high) // 2
        upper = count_server(middle + 1, high)
        lower = None if upper is None else max(on_server - upper, 0)
        if upper is None:
            yield low, high
            continue
        todo.append((low, middle, lower))
        todo.append((middle + 1, high, upper))


def sample_places(total: int) -> range:
    """Places in a folder of so many mails, at equal distances, up to the last one."""
    return range(total, 0, -max(1, -(-total // SAMPLES)))


def differing_spans(
    places: Mapping[int, int],
    count_ours: Callable[[int, int], int],
    first: int,
    last: int,
) -> list[Span]:
    """Where the two sides differ, as spans to list exactly, out of the UIDs of some
    mails by their places: between two of them lie as many as their places say.

    All of it where the places cannot be right.
    """
    found: list[Span] = []
    before, low = 0, 1
    for place, uid in sorted(places.items()):
        if uid < low:
            return [(first, last)]
        span = max(low, first), min(uid, last)
        # of one that is cut off only a part was counted
        is_cut = span != (low, uid)
        if span[0] <= span[1] and (is_cut or count_ours(*span) != place - before):
            found.append(span)
        before, low = place, uid + 1
    low = max(low, first)
    if low <= last and count_ours(low, last):
        found.append((low, last))
    return found


def counter(uids: Sequence[int]) -> Callable[[int, int], int]:
    """``count_ours`` out of an ascending list of UIDs."""
    return lambda first, last: bisect_right(uids, last) - bisect_left(uids, first)


# -- the brake ----------------------------------------------------------------


@dataclass(frozen=True)
class Suspicion:
    """A mass removal that one connection told: to be stored with the folder.

    ``connection`` is any text that differs from connection to connection.
    """

    uidvalidity: int
    gone: int
    connection: str


@dataclass(frozen=True)
class Judgement:
    """``act``: take the places from the rows.  Not ``act``: do nothing, store
    ``suspicion``, leave the folder's marks where they are, connect anew and repeat.
    ``warn``: tell it in the log."""

    act: bool
    warn: bool = False
    suspicion: Suspicion | None = None


def judge_removal(
    gone: int,
    total: int,
    *,
    uidvalidity: int,
    connection: str,
    before: Suspicion | None = None,
) -> Judgement:
    """Whether ``gone`` of a folder's ``total`` rows may lose their place in one pass.

    A mass removal needs the word of two connections about the same UIDVALIDITY, and
    the second must not tell a lot more than the first.
    """
    if gone <= MASS_COUNT or gone <= MASS_SHARE * total:
        return Judgement(act=True)
    witnessed = (
        before is not None
        and before.uidvalidity == uidvalidity
        and before.connection != connection
        and gone <= before.gone + max(MASS_COUNT, before.gone // 10)
    )
    if witnessed:
        return Judgement(act=True, warn=True)
    if before is not None and before.connection == connection:
        return Judgement(act=False, warn=True, suspicion=before)
    return Judgement(
        act=False, warn=True, suspicion=Suspicion(uidvalidity, gone, connection)
    )
