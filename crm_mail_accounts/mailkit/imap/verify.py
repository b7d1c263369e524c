"""Is a UID still the mail that the caller means?

Asked right before anything that moves or removes mail, because a UID alone is no
proof: servers renumber (UIDVALIDITY), and some hand a UID out again (one well-known
bridge deleted the wrong mails that way).  Size and arrival date, as the index knows
them, decide; the Message-ID too where the caller gives it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from ..errors import InvalidArgument, ServerRefused, UidValidityChanged
from ..limits import CHANGE_GROUP, MAX_HEADER_LITERAL
from ..values import FetchedMessage, FolderState
from . import sets
from .fetch import FetchReader
from .session import ImapSession

OPERATION_FIELD = "X-CRM-Op"
"""The header field by which a mail that we stored is found again."""
_SECTION = "HEADER.FIELDS"
_HEADERS = b" BODY.PEEK[HEADER.FIELDS (MESSAGE-ID X-CRM-OP)]"
_FIELD = rb"^%s:[ \t]*(.*(?:\r?\n[ \t].*)*)"
_MESSAGE_ID = re.compile(_FIELD % b"Message-ID", re.IGNORECASE | re.MULTILINE)
_OPERATION = re.compile(_FIELD % b"X-CRM-Op", re.IGNORECASE | re.MULTILINE)
_BRACKETED = re.compile(r"<([^<>]*)>")
UNKNOWN_UIDVALIDITY = 1
"""Stands for the number of a server that tells none (``sync.plan``)."""


@dataclass(frozen=True)
class Expected:
    """What the caller knows of a mail; ``None`` is not compared.

    ``internaldate``: without a zone it is UTC (the database's form).
    ``message_id``: as stored (``<...>``); ``""`` means that the mail has none.
    ``operation``: the value of the field ``X-CRM-Op`` of a mail that we stored; where
    a mail has the field it decides alone, whatever else the server made of the mail
    (the versions of a draft share their Message-ID).
    """

    size: int | None = None
    internaldate: datetime | None = None
    message_id: str | None = None
    operation: str | None = None

    @property
    def decisive(self) -> bool:
        """Whether there is enough here to tell one mail from another one."""
        return bool(
            self.operation
            or self.message_id
            or (self.size is not None and self.internaldate is not None)
        )


@dataclass(frozen=True)
class Verified:
    """UIDs by what became of them."""

    same: frozenset[int]
    not_the_same: frozenset[int]
    gone: frozenset[int]


class VerifyingSession(ImapSession):
    """A session that compares before it touches."""

    def open_known(
        self, raw: str, *, uidvalidity: int, writable: bool = True
    ) -> FolderState:
        """Open a folder whose UIDs the caller knows.

        :raises UidValidityChanged: they are other ones by now
        :raises ServerRefused: ``folder_missing``
        """
        with self._telling_missing(raw):
            state = self.select(raw) if writable else self.examine(raw)
        self._need_uidvalidity(uidvalidity)
        return state

    @contextmanager
    def _telling_missing(self, raw: str, code: str = "folder_missing"):
        """Many servers refuse a folder that is not there without a word why
        (Dovecot: no NONEXISTENT to SELECT), so the list decides."""
        try:
            yield
        except ServerRefused as err:
            if not err.retry and raw not in {
                folder.raw for folder in self.list_folders() if folder.selectable
            }:
                err.code, err.response_code = code, "NONEXISTENT"
            raise

    def verify(self, expected: Mapping[int, Expected], *, uidvalidity: int) -> Verified:
        """Compare mails of the open folder with what the caller knows of them.

        :raises UidValidityChanged: the folder's UIDs are other ones by now
        """
        self._need_uidvalidity(uidvalidity)
        for known in expected.values():
            if not known.decisive:
                raise InvalidArgument("too little is known of a mail")
        found: dict[int, FetchedMessage] = {}
        with_header = any(
            known.message_id is not None or known.operation is not None
            for known in expected.values()
        )
        for chunk in sets.chunks(expected):
            for message in self._facts(chunk, with_header=with_header):
                found.setdefault(message.uid, message)
        same = {
            uid
            for uid, known in expected.items()
            if uid in found and matches(known, found[uid])
        }
        there = expected.keys() & found.keys()
        return Verified(
            same=frozenset(same),
            not_the_same=frozenset(there - same),
            gone=frozenset(expected.keys() - there),
        )

    def _facts(self, uid_set: bytes, *, with_header: bool) -> Iterator[FetchedMessage]:
        """Size, date and, if asked, the two header fields that identify."""
        items = b"(UID RFC822.SIZE INTERNALDATE%s)" % (_HEADERS if with_header else b"")
        reader = FetchReader(
            section=_SECTION if with_header else None, dropped=self.dropped
        )
        for message in self._fetch(reader, uid_set, items, keep=MAX_HEADER_LITERAL):
            # a flag change that came by itself has neither size nor date
            if message.size is not None or with_header:
                yield message

    def _need_uidvalidity(self, uidvalidity: int) -> None:
        self._need_folder()
        told = self.state.uidvalidity if self.state is not None else None
        if (told or UNKNOWN_UIDVALIDITY) != uidvalidity:
            raise UidValidityChanged(f"{uidvalidity} became {told}")

    def _need_writable(self, uidvalidity: int) -> None:
        """The folder is open, may be changed, and its UIDs are the caller's."""
        self._need_uidvalidity(uidvalidity)
        if self.state is None or self.state.read_only:
            raise ServerRefused(
                "the folder is open for reading only",
                response_code="READ-ONLY",
                code="folder_read_only",
            )


def matches(known: Expected, message: FetchedMessage) -> bool:
    """Whether a mail as fetched is the one that is known."""
    operation, message_id = mentioned(message)
    if known.operation:
        if operation:
            return operation == known.operation
        if not replace(known, operation=None).decisive:
            return False
    if known.size is not None and known.size != message.size:
        return False
    if known.internaldate is not None and not _same_moment(
        known.internaldate, message.internaldate
    ):
        return False
    if known.message_id is None:
        return True
    return plain_id(message_id) == plain_id(known.message_id)


def mentioned(message: FetchedMessage) -> tuple[str, str]:
    """X-CRM-Op and Message-ID of a mail as written, ``""`` where it has none."""
    header = message.sections.get(_SECTION) or b""
    operation, message_id = _OPERATION.search(header), _MESSAGE_ID.search(header)
    return (
        operation.group(1).strip().decode("latin-1") if operation else "",
        message_id.group(1).decode("utf-8", "replace") if message_id else "",
    )


def plain_id(text: str) -> str:
    """A Message-ID without brackets and spaces, for comparing two forms of it."""
    bracketed = _BRACKETED.search(text)
    return "".join((bracketed.group(1) if bracketed else text).split())


def groups(uids: Iterable[int], most: int = CHANGE_GROUP) -> Iterator[list[int]]:
    """The UIDs, ascending, in pieces that one command takes each."""
    ordered = sorted(set(uids))
    for start in range(0, len(ordered), most):
        yield ordered[start : start + most]


def within(uids: Sequence[int], pairs: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Those of the ascending UIDs that lie in a server's ranges, which may be huge."""
    beyond = 0
    for low, high in sorted(pairs):
        first = bisect_left(uids, max(low, beyond))
        yield from uids[first : bisect_right(uids, high)]
        beyond = max(beyond, high + 1)


def _same_moment(one: datetime, other: datetime | None) -> bool:
    if other is None:
        return False
    return _seconds(one) == _seconds(other)


def _seconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return int(moment.timestamp())
