"""Which UIDs of a folder to fetch next, newest first.

Two numbers tell how far a folder is known (:class:`FolderMark`)::

    1 ........ low_uid ............ uidnext ........ server's UIDNEXT
      to fill           known                 new

New mail is ``[uidnext, UIDNEXT)``; the first index fills from ``low_uid`` down to 1.
New mail comes first, always.  Both numbers move only together with the rows they speak
of, and ``uidnext`` moves to the UIDNEXT that the server told *before* the fetch, and
only after the last window of new mail was stored (architecture, law 2): a mail
that arrives during the fetch is the next pass's.

An UID range says nothing of how many mails are in it: UIDs of deleted mails never come
back (RFC 9051 2.3.1.1).  :func:`next_span` widens the window while answers are thin.

The first mark of a folder starts with an empty known range at the server's UIDNEXT, so
the first index and everything later are the same walk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..limits import FIRST_WINDOW, WINDOW
from ..values import FolderState

MOST_GAPS = 20
"""Spans that :func:`unknown_spans` makes; each is a command of its own."""
MAX_SPAN = 50_000
"""UIDs of one range, however thin: bounds what one FETCH may answer."""


@dataclass(frozen=True)
class FolderMark:
    """How far we know a folder; all ``None`` before the first look."""

    uidvalidity: int | None = None
    uidnext: int | None = None
    low_uid: int | None = None


@dataclass(frozen=True)
class FolderPlan:
    """What to do with a folder, from one look at it.

    ``reset``: the server's UIDs are other ones than those of our rows, which must be
    bound anew by identity before anything else (law 5).
    ``mark``: where to start from (after the reset, if any).
    ``uidnext``: the server's, the new end of the known range once ``new`` is done.
    """

    reset: bool
    mark: FolderMark
    uidnext: int

    @property
    def new(self) -> tuple[int, int] | None:
        """First and last UID that are new, or ``None``."""
        if self.mark.uidnext is not None and self.mark.uidnext < self.uidnext:
            return self.mark.uidnext, self.uidnext - 1
        return None

    @property
    def to_fill(self) -> tuple[int, int] | None:
        """First and last UID that the first index has yet to fill, or ``None``."""
        if self.mark.low_uid is not None and self.mark.low_uid > 1:
            return 1, self.mark.low_uid - 1
        return None

    @property
    def idle(self) -> bool:
        return not self.reset and self.new is None and self.to_fill is None


def plan_folder(server: FolderState, ours: FolderMark) -> FolderPlan:
    """Compare what SELECT or EXAMINE told with our mark.

    A server that tells no UIDVALIDITY gets the constant 1; one that tells no UIDNEXT
    must have been asked for its highest UID by the caller, so ``uidnext`` is known.
    UIDNEXT that went back with the same UIDVALIDITY breaks RFC 9051 2.3.1.1 and means
    the same as a new UIDVALIDITY: our rows point to other mails.
    """
    uidvalidity = server.uidvalidity or 1
    uidnext = server.uidnext or 1
    fresh = FolderMark(uidvalidity, uidnext, uidnext)
    if ours.uidvalidity is None or ours.uidnext is None:
        return FolderPlan(reset=False, mark=fresh, uidnext=uidnext)
    if ours.uidvalidity != uidvalidity or ours.uidnext > uidnext:
        return FolderPlan(reset=True, mark=fresh, uidnext=uidnext)
    return FolderPlan(reset=False, mark=ours, uidnext=uidnext)


def windows_down(first: int, last: int, span: int) -> Iterator[tuple[int, int]]:
    """The range cut into windows of ``span`` UIDs, newest first."""
    while last >= first:
        low = max(first, last - span + 1)
        yield low, last
        last = low - 1


def first_span(mark: FolderMark, uidnext: int) -> int:
    """UIDs of the next window: one screenful when nothing of the folder is shown."""
    nothing_shown = mark.low_uid is None or mark.low_uid >= uidnext
    return FIRST_WINDOW if nothing_shown else WINDOW


def next_span(span: int, found: int) -> int:
    """Widen the window while UIDs are thin, narrow it again where they are dense."""
    if found >= WINDOW // 2:
        return min(max(WINDOW, span * WINDOW // found), span * 2, MAX_SPAN)
    return min(max(span * 2, WINDOW), MAX_SPAN)


def unknown_spans(span: tuple[int, int], known: Sequence[int]) -> list[tuple[int, int]]:
    """The parts of a span without the UIDs that are ``known`` (ascending), newest
    first; the whole span where they lie too scattered to be left out."""
    first, last = span
    edges = [first - 1, *(uid for uid in known if first <= uid <= last), last + 1]
    gaps = [
        (before + 1, after - 1)
        for before, after in pairwise(edges)
        if after - before > 1
    ]
    return gaps[::-1] if len(gaps) <= MOST_GAPS else [span]
