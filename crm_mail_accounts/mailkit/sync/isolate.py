"""Finding the mails that spoil a window.

One mail that the server cannot read fails the FETCH of its whole window, again and
again; the folder must go on without it.  Halving finds it in a bounded number of
commands, and everything beside it is fetched on the way.

A mail can do worse and make the server hang up.  Nothing more is learned on that
connection then, so what was asked is remembered (:class:`Break`) and halved on the
connections that follow: :func:`after_break`, :func:`around`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

EXTRA_COMMANDS = 10
"""Commands for each 1000 mails: enough for one bad mail among them (2**10)."""


@dataclass(frozen=True)
class Isolated:
    """``spoilt``: UIDs that fail alone; read them by ``fetch_index_one``, else set them
    apart.  ``left``: UIDs of which nothing is known yet, for the next pass.  Ascending.
    """

    spoilt: tuple[int, ...]
    left: tuple[int, ...]


def isolate(
    uids: Sequence[int],
    works: Callable[[Sequence[int]], bool],
    commands: int | None = None,
) -> Isolated:
    """Halve a window that failed as a whole, newest first.

    ``uids`` are the ascending UIDs that exist in it (``existing``).  ``works`` fetches
    and stores some of them, which lie side by side, and says whether that worked; it
    is called ``commands`` times at most, by default :data:`EXTRA_COMMANDS` for each
    1000 UIDs.  An error that says nothing of the mails, a lost network, it raises.
    """
    if commands is None:
        commands = max(1, -(-len(uids) // 1000)) * EXTRA_COMMANDS
    spoilt: list[int] = []
    rest = list(uids)
    fails = bool(rest)  # known of ``rest[low:]``, without asking again
    low = 0
    while rest:
        if not fails:
            if not commands:
                break
            commands -= 1
            if works(tuple(rest)):
                rest = []
                break
            low = 0
        # rest[low:] holds a spoilt mail; what is below ``low`` is open
        while len(rest) - low > 1 and commands:
            commands -= 1
            middle = (low + len(rest)) // 2
            if works(tuple(rest[middle:])):
                del rest[middle:]
            else:
                low = middle
        if len(rest) - low > 1:
            break
        spoilt.append(rest.pop())
        fails, low = False, 0
    return Isolated(tuple(sorted(spoilt)), tuple(rest))


SURE = 2
"""Breaks in a row by the same UIDs: once may be the network."""


@dataclass(frozen=True)
class Break:
    """UIDs whose FETCH broke the connection, ``times`` in a row.

    ``rung``: once a single UID is left, how many of the ways to ask for it broke the
    connection, too (``imap.changes.RUNGS``).
    """

    first: int
    last: int
    times: int = 1
    rung: int = 0

    def covers(self, first: int, last: int) -> bool:
        return self.first <= first and last <= self.last


def after_break(span: tuple[int, int], known: Break | None, rung: int = 0) -> Break:
    """What is known after the connection broke while ``span`` was asked for."""
    if known is None or not known.covers(*span):
        return Break(*span, rung=rung)
    return Break(*span, times=known.times + 1, rung=rung)


def around(uids: Sequence[int], known: Break) -> list[tuple[int, ...]]:
    """The ascending UIDs of a window in parts to fetch one by one, newest first.

    What broke the connection is a part of its own, so that the mails beside it arrive;
    when it did so :data:`SURE` times, it comes in halves.
    """
    above = tuple(uid for uid in uids if uid > known.last)
    inside = tuple(uid for uid in uids if known.first <= uid <= known.last)
    below = tuple(uid for uid in uids if uid < known.first)
    parts = [above]
    if known.times >= SURE and len(inside) > 1:
        middle = len(inside) // 2
        parts += [inside[middle:], inside[:middle]]
    else:
        parts.append(inside)
    return [part for part in (*parts, below) if part]
