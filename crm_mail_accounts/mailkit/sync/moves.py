"""Which newly seen mail is one that we know.

A move is a removal here and an arrival there, with a new UID; a copy is an arrival
alone; a renumbered folder is all removals and arrivals at once.  Rows that lost their
place (``Unplaced``) meet mails that were just seen (``Arrived``) by fingerprint
(``identity``).  The rules, in this order, for each fingerprint:

1. as many rows as mails: bound, in the order of their UIDs (mostly one and one);
2. otherwise nobody knows which is which: new mails, unless
3. a row that has its place elsewhere has the same fingerprint: a copy of it, whose
   content need not be fetched again;
4. what is left on both sides is bound by the loose fingerprint, one and one alone: some
   servers change a mail's size when they move it.

The rows and the mails must be of one account.  All appearances of a pass come first,
removals after them, so that a mail on its way is never taken for a deleted one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple


class Unplaced(NamedTuple):
    """A row without place: its id, fingerprints, and the UID that it had (its order
    among equals; the id where none is known)."""

    row: int
    fingerprint: str
    uid: int | None = None
    loose: str = ""


class Arrived(NamedTuple):
    """A mail that no row stands for: any key, its UID, and its fingerprints."""

    key: Hashable
    uid: int
    fingerprint: str
    loose: str = ""


class Pairing(NamedTuple):
    """``bound``: (row, key); ``copies``: (key, row of the original); ``new``: keys.
    In the order of arrival; every key is in exactly one of them."""

    bound: tuple[tuple[int, Hashable], ...]
    copies: tuple[tuple[Hashable, int], ...]
    new: tuple[Hashable, ...]


def pair_moves(
    unplaced: Iterable[Unplaced],
    arrived: Iterable[Arrived],
    placed: Mapping[str, int] | None = None,
    *,
    complete: bool = True,
) -> Pairing:
    """``placed`` maps fingerprints of rows that have their place to one of those rows.

    ``complete=False``: ``arrived`` is a part of what is to come (a window of a
    renumbered folder), so fewer mails than rows, and fewer rows than mails, are bound
    as far as they go: mails with one fingerprint have one content.
    """
    rows = list(unplaced)
    mails = list(arrived)
    bound: dict[Hashable, int] = {}
    _bind(rows, mails, bound, "fingerprint", one_only=False, partly=not complete)
    taken = set(bound.values())
    copies: dict[Hashable, int] = {}
    for mail in mails:
        if mail.key not in bound and mail.fingerprint:
            original = (placed or {}).get(mail.fingerprint)
            if original is not None and original not in taken:
                copies[mail.key] = original
    _bind(
        [row for row in rows if row.row not in taken],
        [mail for mail in mails if mail.key not in bound and mail.key not in copies],
        bound,
        "loose",
        one_only=True,
        partly=False,
    )
    return Pairing(
        tuple((bound[mail.key], mail.key) for mail in mails if mail.key in bound),
        tuple((mail.key, copies[mail.key]) for mail in mails if mail.key in copies),
        tuple(
            mail.key
            for mail in mails
            if mail.key not in bound and mail.key not in copies
        ),
    )


def _bind(
    rows: list[Unplaced],
    mails: list[Arrived],
    bound: dict[Hashable, int],
    by: str,
    *,
    one_only: bool,
    partly: bool,
) -> None:
    rows_by: dict[str, list[Unplaced]] = defaultdict(list)
    mails_by: dict[str, list[Arrived]] = defaultdict(list)
    for row in rows:
        rows_by[getattr(row, by)].append(row)
    for mail in mails:
        mails_by[getattr(mail, by)].append(mail)
    for value, candidates in mails_by.items():
        homeless = rows_by.get(value, [])
        if not value or not homeless:
            continue
        if len(homeless) != len(candidates) and not partly:
            continue
        if one_only and len(candidates) != 1:
            continue
        homeless.sort(key=lambda row: (row.uid is None, row.uid or 0, row.row))
        candidates.sort(key=lambda mail: mail.uid)
        for row, mail in zip(homeless, candidates, strict=False):
            bound[mail.key] = row.row
