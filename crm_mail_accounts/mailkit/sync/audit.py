"""A window of a folder, compared: the server's UIDs and flags with our rows.

The audit is what makes all other ways of following changes safe to be clever: once a
week, and whenever counts differ, every mail's flags are read again (44 bytes each).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..values import FlagChange
from .delta import Span, span_of
from .plan import windows_down

AUDIT_WINDOW = 2000
"""Mails of one window: about 90 kB on the wire."""


@dataclass(frozen=True)
class WindowDifference:
    """``changed``: mails whose flags are other ones than ours.  ``missing``: UIDs of
    ours that the server did not name: candidates, not removals (``deletions``).
    ``unknown``: UIDs that we have no row for, to be indexed like new ones."""

    changed: tuple[FlagChange, ...] = ()
    missing: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing or self.unknown)


def audit_windows(known: Span, count: int) -> Iterator[Span]:
    """The windows of an audit, newest first; to go on after an interruption, end
    ``known`` below the last window that was done."""
    return windows_down(*known, span_of(AUDIT_WINDOW, known, count))


def compare_window(
    window: Span,
    ours: Mapping[int, Iterable[str]],
    server: Iterable[FlagChange],
) -> WindowDifference:
    """``ours`` maps the UIDs of our rows within the window to their flags; ``server``
    is the whole answer about it (of a command that ended with OK)."""
    first, last = window
    told: dict[int, FlagChange] = {}
    for change in server:
        if first <= change.uid <= last:
            told[change.uid] = change
    changed = [
        told[uid]
        for uid in sorted(told)
        if uid in ours and flag_key(told[uid].flags) != flag_key(ours[uid])
    ]
    missing = [uid for uid in ours if first <= uid <= last and uid not in told]
    return WindowDifference(
        tuple(changed),
        tuple(sorted(missing)),
        tuple(sorted(uid for uid in told if uid not in ours)),
    )


def flag_key(flags: Iterable[str]) -> frozenset[str]:
    """Flags to compare: case does not count (RFC 9051 2.3.2), and ``\\Recent`` is of
    the session, not of the mail."""
    return frozenset(flag.lower() for flag in flags) - {"\\recent"}
