"""Which mails of a POP3 maildrop a session fetches, and which it deletes.

A mail goes through these states, each stored before the next step begins::

    SEEN -> FETCHED -> APPENDED -> DELETE_OK -> DELETED
            (bytes      (in the    (about to    (QUIT said yes)
             stored)     folder)    be marked)

Its key is the UIDL (RFC 1939 section 7) with an ordinal, since some servers give one
UIDL to identical mails; never the number, which is another mail's in the next session.
Without UIDL the key is the SHA-256 of all bytes, which have to be fetched for it.

What a server promises of a UIDL is little: it may give it to another mail once the
first one is gone.  So the SHA-256 of every fetched mail is kept, and decides:

* a mail that was deleted or had vanished, and is listed again, is fetched again; other
  bytes are another mail;
* a mail whose bytes are known under another key is not appended twice (the server has
  renumbered, lost its UIDLs, or got some);
* nothing is deleted whose size is another one than when it was fetched.

Deleting is off unless the user chose it (``Policy.leave_days``).  Dates are all UTC,
with or without saying so.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from ..limits import (
    MAX_LITERAL,
    POP3_MEMORY,
    POP3_SESSION_BYTES,
    POP3_SESSION_MAILS,
    POP3_TRIES,
)


class MailState(str, Enum):
    """How far a mail has come; the values are stored."""

    SEEN = "seen"
    FETCHED = "fetched"
    APPENDED = "appended"
    DELETE_OK = "delete_ok"
    DELETED = "deleted"


_HAVE = frozenset({MailState.APPENDED, MailState.DELETE_OK, MailState.DELETED})


@dataclass(frozen=True)
class KnownMail:
    """What is stored of a mail.

    ``size``: octets as LIST told them; ``digest``: :func:`digest_of`, ``""`` until it
    was fetched; ``vanished``: since when it is not listed any more; ``failures``:
    sessions that could not fetch it, or could not delete it.
    """

    key: str
    state: MailState
    size: int
    first_seen: datetime
    digest: str = ""
    vanished: datetime | None = None
    failures: int = 0


@dataclass(frozen=True)
class Policy:
    """``leave_days``: days that a mail stays on the server behind our first sight of
    it; 0: it goes as soon as it is appended; ``None``: it stays for ever.

    ``max_bytes`` and ``max_mails`` bound a session, ``max_size`` a mail.
    """

    leave_days: int | None = None
    max_bytes: int = POP3_SESSION_BYTES
    max_mails: int = POP3_SESSION_MAILS
    max_size: int = MAX_LITERAL


@dataclass(frozen=True)
class ListedMail:
    """A mail of this session.  ``key`` is ``""`` until its bytes are known; ``known``
    is our record of that key."""

    number: int
    size: int
    key: str = ""
    known: KnownMail | None = None


@dataclass(frozen=True)
class SessionPlan:
    """What to do with a maildrop, from its listing.

    ``new``: records to store now, for their date counts.  ``fetch``: in this order;
    hand each to :func:`settle` or :func:`failed`.  ``delete``: store as DELETE_OK
    first.  ``vanished`` and ``returned``: keys whose ``vanished`` is set or emptied;
    ``forget``: keys whose record is no longer needed.

    ``left``: mails that the next session will fetch.  ``too_large`` are never fetched
    and never deleted; ``given_up`` have failed too often.

    ``uidl_lost``: the server had UIDLs and now has none, so nothing is done.
    ``after``: to hand in next time.
    """

    new: tuple[KnownMail, ...] = ()
    fetch: tuple[ListedMail, ...] = ()
    delete: tuple[ListedMail, ...] = ()
    vanished: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()
    left: int = 0
    too_large: tuple[ListedMail, ...] = ()
    given_up: tuple[ListedMail, ...] = ()
    uidl_lost: bool = False
    after: int = 0


# -- keys ---------------------------------------------------------------------


def uidl_key(uidl: str, ordinal: int = 1) -> str:
    """``ordinal``: the how-manyth mail with this UIDL, from 1, by number."""
    return f"u{ordinal}:{uidl}"


def digest_of(raw: bytes) -> str:
    """SHA-256 of a whole mail, 64 hexadecimal digits."""
    return hashlib.sha256(raw).hexdigest()


def digest_key(digest: str) -> str:
    return f"d:{digest}"


def _keys(uidls: Mapping[int, str]) -> tuple[dict[int, str], Counter[str]]:
    """Number to key, and how many mails each UIDL has."""
    counts: Counter[str] = Counter()
    keys: dict[int, str] = {}
    for number in sorted(uidls):
        uidl = uidls[number]
        counts[uidl] += 1
        keys[number] = uidl_key(uidl, counts[uidl])
    return keys, counts


# -- the plan -----------------------------------------------------------------


def plan_session(
    sizes: Mapping[int, int],
    uidls: Mapping[int, str] | None,
    known: Mapping[str, KnownMail],
    policy: Policy,
    now: datetime,
    *,
    after: int = 0,
    uidl_lost_for_good: bool = False,
) -> SessionPlan:
    """Compare a complete listing with our records, by key.

    Mails are chosen newest first and fetched in the order of their numbers; those that
    failed before come last, so that they keep no other one waiting.  A mail without
    UIDL whose size we know is probably one that we have: those are looked at in turn,
    from number ``after`` on.

    ``uidl_lost_for_good``: the caller has seen ``uidl_lost`` often enough; all mails
    are fetched again, and recognised by their bytes.
    """
    if uidls is None and not uidl_lost_for_good:
        if any(key.startswith("u") and not one.vanished for key, one in known.items()):
            return SessionPlan(uidl_lost=True, after=after)
    keys, counts = _keys(uidls or {})
    new: list[KnownMail] = []
    wanted: list[tuple[tuple, ListedMail]] = []
    due: list[tuple[str, ListedMail]] = []
    familiar = {one.size for one in known.values() if one.digest}
    for number in sorted(sizes):
        size = sizes[number]
        key = keys.get(number, "")
        if not key:
            mail = ListedMail(number, size)
            rank = (0, 2, number <= after, number)
            wanted.append((rank if size in familiar else (0, 0, -number), mail))
            continue
        uidl = (uidls or {})[number]
        one = known.get(key)
        if one is None:
            one = KnownMail(key, MailState.SEEN, size, now)
            new.append(one)
        mail = ListedMail(number, size, key, one)
        alone = counts[uidl] == 1 and uidl_key(uidl, 2) not in known
        if one.state is MailState.SEEN:
            wanted.append(((one.failures, 0, -number), mail))
        elif _in_doubt(one, size, alone=alone):
            wanted.append(((one.failures, 1, -number), mail))
        elif _due(one, policy, now):
            if size == one.size:
                due.append((uidl, mail))
            else:
                wanted.append(((one.failures, 1, -number), mail))
    fetch, left, too_large, given_up = _chosen(wanted, policy)
    # of mails that share a UIDL the ordinals shift when one goes
    ready = Counter(uidl for uidl, _mail in due)
    delete = tuple(mail for uidl, mail in due if ready[uidl] == counts[uidl])
    listed = set(keys.values())
    bare_sizes = {size for number, size in sizes.items() if number not in keys}
    in_turn = [mail.number for rank, mail in fetch if rank[1] == 2]
    in_turn.sort(key=lambda number: (number <= after, number))
    return SessionPlan(
        new=tuple(new),
        fetch=tuple(sorted((mail for _rank, mail in fetch), key=lambda m: m.number)),
        delete=delete,
        vanished=_vanished(known.values(), listed, bare_sizes),
        returned=_returned(known.values(), listed, bare_sizes, keys, sizes),
        forget=_forgotten(known.values(), listed, bare_sizes, now),
        left=left,
        too_large=too_large,
        given_up=given_up,
        after=in_turn[-1] if in_turn else after,
    )


def _in_doubt(one: KnownMail, size: int, *, alone: bool) -> bool:
    """Whether what is listed under this key may be another mail than ours."""
    if one.state is MailState.DELETED:
        return True
    return size != one.size and (one.vanished is not None or not alone)


def _chosen(wanted, policy: Policy):
    """What this session fetches, with its ranks; how many are left; what cannot be."""
    fetch: list[tuple[tuple, ListedMail]] = []
    too_large: list[ListedMail] = []
    given_up: list[ListedMail] = []
    octets = left = 0
    for rank, mail in sorted(wanted, key=lambda pair: pair[0]):
        if mail.size > policy.max_size:
            too_large.append(mail)
        elif mail.known is not None and mail.known.failures >= POP3_TRIES:
            given_up.append(mail)
        elif left or len(fetch) >= policy.max_mails:
            left += 1
        elif fetch and octets + mail.size > policy.max_bytes:
            left += 1  # the first one next time, so it is not overtaken for ever
        else:
            fetch.append((rank, mail))
            octets += mail.size
    return fetch, left, tuple(too_large), tuple(given_up)


def _is_listed(one: KnownMail, listed: set[str], bare_sizes: set[int]) -> bool:
    """A mail known by its bytes alone counts as listed while one of its size is."""
    if one.key.startswith("d"):
        return one.size in bare_sizes
    return one.key in listed


def _vanished(known: Iterable[KnownMail], listed, bare_sizes) -> tuple[str, ...]:
    return tuple(
        one.key
        for one in known
        if one.vanished is None and not _is_listed(one, listed, bare_sizes)
    )


def _returned(known, listed, bare_sizes, keys, sizes) -> tuple[str, ...]:
    """Those in doubt are not among them: :func:`settle` decides."""
    size_of = {key: sizes.get(number) for number, key in keys.items()}
    return tuple(
        one.key
        for one in known
        if one.vanished is not None
        and one.state is not MailState.DELETED
        and _is_listed(one, listed, bare_sizes)
        and size_of.get(one.key, one.size) == one.size
    )


def _forgotten(known, listed, bare_sizes, now: datetime) -> tuple[str, ...]:
    """Never one whose bytes still wait to be appended."""
    oldest = now - timedelta(days=POP3_MEMORY)
    return tuple(
        one.key
        for one in known
        if one.vanished is not None
        and one.vanished < oldest
        and one.state is not MailState.FETCHED
        and not _is_listed(one, listed, bare_sizes)
    )


# -- behind RETR --------------------------------------------------------------


def settle(
    mail: ListedMail, digest: str, twin: KnownMail | None, now: datetime
) -> KnownMail:
    """The record to store for a mail that was fetched.

    ``twin``: our record with the same digest, under whatever key.  The state is FETCHED
    where the mail is to be appended (store its bytes with it), else the mail is one
    that we have; SEEN while its twin waits to be appended.
    """
    key = mail.key or digest_key(digest)
    own = mail.known
    if own is None and twin is not None and twin.key == key:
        own = twin
    if own is not None and own.digest == digest:
        # DELETED and still there: the server did not do it, and may never
        undone = own.state is MailState.DELETED
        return replace(
            own,
            state=MailState.APPENDED if own.state in _HAVE else own.state,
            size=mail.size,
            vanished=None,
            failures=own.failures + undone,
        )
    if twin is not None and twin.key != key:
        if twin.state in _HAVE:
            state = MailState.APPENDED
            return KnownMail(key, state, mail.size, twin.first_seen, digest)
        return KnownMail(key, MailState.SEEN, mail.size, twin.first_seen)
    # a record with other bytes is about another mail, which had this key before
    fresh = own is not None and not own.digest
    first_seen = own.first_seen if own is not None and fresh else now
    return KnownMail(key, MailState.FETCHED, mail.size, first_seen, digest)


def failed(mail: ListedMail) -> KnownMail | None:
    """The record to store for a mail that could not be fetched; ``None`` where there is
    none, as of a mail without UIDL."""
    known = mail.known
    return None if known is None else replace(known, failures=known.failures + 1)


def deletable(mail: KnownMail, size: int, policy: Policy, now: datetime) -> bool:
    """Whether a mail that is listed with this size may be deleted now.

    For mails of the plan's ``delete`` this was asked; for those that were fetched and
    appended in the same session ask it then.
    """
    return mail.size == size and _due(mail, policy, now)


def _due(mail: KnownMail, policy: Policy, now: datetime) -> bool:
    if policy.leave_days is None:
        return False
    if mail.state not in (MailState.APPENDED, MailState.DELETE_OK):
        return False
    return now - mail.first_seen >= timedelta(days=policy.leave_days)
