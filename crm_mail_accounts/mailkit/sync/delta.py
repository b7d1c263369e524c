"""What one pass over a known folder has to do, from two sets of numbers.

The server's come from SELECT, EXAMINE or one line of LIST-STATUS, all told before
anything is fetched; ours (:class:`FolderKnown`) were stored with the rows that they
speak of.  From the difference, and from what the server can do (``mode``, see
``imap.changes``), :func:`plan_delta` makes a :class:`Delta`.  Order of its steps::

    reset          rows lose their places and are bound anew; nothing else counts
    new            UIDs that appeared; first, so that a moved mail is found again
    changes        CHANGEDSINCE over the known UIDs (condstore, qresync)
    flag_windows   flags window by window (bare)
    locate         find by counting where mails are missing
    audit          flags and existence of every known mail

Laws that it keeps: the cost follows the change, so equal numbers mean no command at
all; ``uidnext`` and ``modseq`` to store are the server's from *before*, both together,
and only when every step went through (:attr:`Delta.mark`); a mod-sequence that went
back is worth nothing; and counts are compared at the end (:func:`counts_differ`),
because that is the cheapest proof that all the rest was right.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..values import FolderState
from .plan import MAX_SPAN, FolderMark, FolderPlan, plan_folder

AUDIT_EVERY = 7 * 24 * 3600.0
"""Seconds between full audits: whatever was missed is mended within a week."""
SCAN_EVERY = 30 * 60.0
"""Seconds after which flags are read again although no number changed: a server
without mod-sequences tells nothing of a flag that is not ``\\Seen``."""
NEWEST = 500
"""Mails whose flags are read in every pass of a bare folder."""
OLDER = 2000
"""Mails of the one older window of such a pass."""

Span = tuple[int, int]
"""First and last UID, both included."""


@dataclass(frozen=True)
class FolderKnown:
    """What we know of a folder; the defaults are those of one never looked at.

    ``count``: rows that have a place in it with ``low_uid <= uid < uidnext``, those
    that could not be read included.  ``unseen``: how many of these are unread, or
    ``None``.  ``scan_uid``: the highest UID of the next older flag window, ``None``
    for "begin at the top".  ``scan_age`` and ``audit_age``: seconds since the last
    flag windows and since the last complete audit, ``None`` for never; the first index
    counts as an audit.
    """

    uidvalidity: int | None = None
    uidnext: int | None = None
    low_uid: int | None = None
    modseq: int | None = None
    count: int = 0
    unseen: int | None = None
    excess: int = 0
    scan_uid: int | None = None
    scan_age: float | None = None
    audit_age: float | None = None

    @property
    def there(self) -> int:
        """How many mails the server has among the known UIDs, as far as we know."""
        return self.count + max(self.excess, 0)

    @property
    def indexed(self) -> bool:
        """Whether the first index has reached the oldest mail."""
        return self.low_uid is not None and self.low_uid <= 1


@dataclass(frozen=True)
class Mark:
    """What to store when every step of the pass went through, with its last rows."""

    uidvalidity: int
    uidnext: int
    modseq: int | None


@dataclass(frozen=True)
class Delta:
    """What to do; ``folder`` tells of the reset, of new mail and of the first index.

    ``known`` is the span of UIDs that rows exist for, ``None`` while there is none.
    ``changes_since`` goes with ``changes``.  ``scan_uid`` is the pointer to store with
    the flags of ``flag_windows``; ``scan_round``: with these the windows have gone all
    the way down.  ``audit`` is the span to audit and ``reason`` why, a word for the
    log: ``due``, ``modseq_back``, ``modseq_new``, ``modseq_lost``.
    """

    folder: FolderPlan
    mark: Mark
    known: Span | None = None
    changes: Span | None = None
    changes_since: int = 0
    flag_windows: tuple[Span, ...] = ()
    scan_uid: int | None = None
    scan_round: bool = False
    locate: Span | None = None
    audit: Span | None = None
    reason: str = ""

    @property
    def new(self) -> Span | None:
        return self.folder.new

    @property
    def idle(self) -> bool:
        """Nothing to do: not even a folder to open, but for the first index."""
        return not (
            self.folder.reset
            or self.folder.new
            or self.changes
            or self.flag_windows
            or self.locate
            or self.audit
        )


def plan_delta(server: FolderState, ours: FolderKnown, mode: str) -> Delta:
    """Decide from one look; ``mode`` is ``qresync``, ``condstore`` or ``bare``.

    ``server`` may come from LIST-STATUS: then an idle plan means that the folder need
    not be opened.  Before it is opened the mode is the one it had last time; plan
    again with what SELECT tells.
    """
    folder = plan_folder(
        server, FolderMark(ours.uidvalidity, ours.uidnext, ours.low_uid)
    )
    modseq = None if mode == "bare" else server.highestmodseq
    mark = Mark(server.uidvalidity or 1, folder.uidnext, modseq)
    first_look = ours.uidvalidity is None or ours.uidnext is None
    low = ours.low_uid or 1
    if folder.reset or first_look or low >= (ours.uidnext or 1):
        return Delta(folder, mark)
    known = (low, ours.uidnext - 1)
    found = {
        "folder": folder,
        "mark": mark,
        "known": known,
        "scan_uid": ours.scan_uid,
    }
    reason = _audit_reason(ours, modseq)
    if reason:
        return Delta(**found, audit=known, reason=reason)
    arrived = folder.new is not None
    differs = (
        ours.indexed
        and not arrived
        and counts_differ(server, count=ours.count, excess=ours.excess)
    )
    if modseq is None:
        windows, pointer, went_round = _flag_windows(server, ours, known, differs)
        found |= {"scan_uid": pointer}
        return Delta(
            **found,
            flag_windows=windows,
            scan_round=went_round,
            locate=known if differs else None,
        )
    changed = modseq > ours.modseq
    # with QRESYNC the changes tell what went; count afterwards
    told = mode == "qresync" and changed
    return Delta(
        **found,
        changes=known if changed else None,
        changes_since=ours.modseq if changed else 0,
        locate=known if differs and not told else None,
    )


def _audit_reason(ours: FolderKnown, modseq: int | None) -> str:
    if modseq is None and ours.modseq is not None:
        return "modseq_lost"
    if modseq is not None and ours.modseq is None:
        return "modseq_new"  # nobody knows which changes it includes
    if modseq is not None and modseq < ours.modseq:
        return "modseq_back"
    due = ours.audit_age is None or ours.audit_age >= AUDIT_EVERY
    return "due" if due and ours.indexed else ""


def _flag_windows(
    server: FolderState, ours: FolderKnown, known: Span, differs: bool
) -> tuple[tuple[Span, ...], int | None, bool]:
    """The newest mails, and one older window that walks down from pass to pass."""
    same = (
        not differs
        and server.uidnext == ours.uidnext
        and (server.unseen is None or server.unseen == ours.unseen)
    )
    if same and ours.scan_age is not None and ours.scan_age < SCAN_EVERY:
        return (), ours.scan_uid, False
    low, last = known
    newest = (max(low, last - span_of(NEWEST, known, ours.there) + 1), last)
    if newest[0] == low:
        return (newest,), None, True
    top = newest[0] - 1
    if ours.scan_uid is not None and low <= ours.scan_uid < top:
        top = ours.scan_uid
    older = (max(low, top - span_of(OLDER, known, ours.there) + 1), top)
    went_round = older[0] == low
    return (newest, older), None if went_round else older[0] - 1, went_round


def span_of(mails: int, known: Span, count: int) -> int:
    """How many UIDs hold about so many mails, were they spread evenly; a folder that
    mails pass through has few mails and many UIDs."""
    width = known[1] - known[0] + 1
    if count <= mails:
        return width
    return min(max(mails, mails * width // max(count, 1)), max(MAX_SPAN, mails))


def counts_differ(
    server: FolderState,
    *,
    count: int,
    gone: int = 0,
    excess: int = 0,
    indexed: bool = True,
) -> bool:
    """Whether our rows do not add up, at the end of a pass.

    ``server``: what the pass began with.  ``count``: our rows below its UIDNEXT now.
    ``gone``: how many rows lost their place *because of what was told unasked during
    the pass*, so that the server had still counted them.  ``excess`` as in
    :class:`FolderKnown`; after a complete audit without a finding it is to be stored as
    ``server.exists - count``.  Locate and audit at once
    when it is true; never for a folder whose first index is not done.
    """
    return indexed and server.exists != count + gone + excess
