"""Reading what changed in the folder that is open.

Three ways, by what the server can do (:attr:`ChangesSession.mode`):

``qresync``
    CHANGEDSINCE tells changed flags, VANISHED tells removed mails (RFC 7162);
``condstore``
    CHANGEDSINCE tells changed flags; removed mails are found by counting;
``bare``
    flags are read window by window; where mails were removed is found by the places of
    some of the others in the folder.

The mod-sequence that is stored after the changes were read is the HIGHESTMODSEQ that
SELECT, EXAMINE or LIST told *before* (``session.state``): an answer to FETCH may know
mails of later changes and yet not all of them.  ``state`` is never moved by a fetch.

Whatever comes unasked during any of these commands is in ``session.unsolicited``; take
it behind them, or a removal is missed for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date

from ..errors import (
    CapabilityMissing,
    InvalidArgument,
    LimitExceeded,
    MailError,
    ProtocolError,
    ServerRefused,
)
from ..limits import (
    MAX_HEADER_LITERAL,
    MAX_PARTIAL_HEADER,
    MAX_UIDS,
    SEARCH_WINDOW,
)
from ..values import FetchedMessage, FlagChange, Vanished
from . import quote, sets
from .fetch import INDEX_SECTION, FetchReader
from .search import SearchResult
from .session import ImapSession
from .unsolicited import read_vanished

RUNGS = ("fields", "header", "bare")
"""The ladder of :meth:`ChangesSession.fetch_index_one`, best first."""


class ChangesSession(ImapSession):
    """A session that follows what other clients do."""

    @property
    def mode(self) -> str:
        """``qresync``, ``condstore`` or ``bare``, for the folder that is open.

        QRESYNC counts only when the server confirmed it (one large provider offers it
        and does not enable it), mod-sequences only when this folder has them.
        """
        if not self.modseq:
            return "bare"
        if "QRESYNC" in self.enabled and "QRESYNC" not in self.without:
            return "qresync"
        return "condstore"

    # -- flags and removals ---------------------------------------------------

    def fetch_changes(
        self, first_uid: int, last_uid: int, since_modseq: int
    ) -> Iterator[FlagChange | Vanished]:
        """Flags that changed after ``since_modseq`` within a UID range, and with
        QRESYNC the ranges of UIDs that are gone, as they come.

        Nothing is sent before the first item is asked for.  One mail may come twice;
        the greater MODSEQ is the truth.  A range may name UIDs outside of the window
        and UIDs that never were.  A VANISHED that cannot be read is told by
        ``unsolicited`` (``gone``).

        :raises CapabilityMissing: the mode is ``bare``
        """
        self._need_folder()
        mode = self.mode
        if mode == "bare":
            raise CapabilityMissing("CONDSTORE")
        since = quote.number(max(since_modseq, 1), most=2**63 - 1)
        modifier = b"CHANGEDSINCE " + since
        if mode == "qresync":
            modifier += b" VANISHED"
        reader = FetchReader(first_uid, last_uid, dropped=self.dropped)
        for response in self._wire.responses(
            "UID FETCH",
            sets.window(first_uid, last_uid),
            b"(UID FLAGS)",
            b"(" + modifier + b")",
        ):
            if response.name == "VANISHED":
                with suppress(ProtocolError):
                    earlier, found = read_vanished(response)
                    if earlier:
                        self.unsolicited.claim()
                        yield from found
                continue
            message = self._read(reader, response)
            if message is not None and message.flags is not None:
                yield FlagChange(message.uid, message.flags, message.modseq)

    def fetch_flags(self, first_uid: int, last_uid: int) -> Iterator[FlagChange]:
        """The flags of all mails of a UID window, as they come: about 44 bytes each.

        A UID that is missing is no proof that the mail is gone (:meth:`existing`).
        """
        self._need_folder()
        items = b"(UID FLAGS MODSEQ)" if self.modseq else b"(UID FLAGS)"
        reader = FetchReader(first_uid, last_uid, dropped=self.dropped)
        window = sets.window(first_uid, last_uid)
        for message in self._fetch(reader, window, items, flags_asked=True):
            if message.flags is not None:
                yield FlagChange(message.uid, message.flags, message.modseq)

    # -- counting and listing -------------------------------------------------

    def existing(self, first_uid: int, last_uid: int) -> list[int]:
        """Exactly the UIDs of a window that exist, ascending: the second answer that
        makes a missing UID a removed mail.

        :raises ProtocolError: the server said OK and no result
        """
        return self.search_uids(first_uid, last_uid)

    def search_count(self, first_uid: int, last_uid: int) -> int | None:
        """How many mails a UID window has, or ``None`` where the server cannot count
        (ESEARCH, RFC 4731)."""
        return self._count(b"UID " + sets.window(first_uid, last_uid))

    def uids_at(self, places: Iterable[int]) -> dict[int, int]:
        """The UIDs of mails by their places in the folder (message sequence numbers),
        as far as the server tells: 25 bytes each, and any server can.

        No place changes while the command runs (RFC 9051 7.5.1).

        :raises ProtocolError: there are fewer mails by now, and the server says BAD
        :raises ServerRefused: it says NO
        """
        self._need_folder()
        wanted = set(places)
        found: dict[int, int] = {}
        if not wanted:
            return found
        reader = FetchReader(dropped=self.dropped)
        numbers = b",".join(b"%d" % place for place in sorted(wanted))
        for response in self._wire.responses("FETCH", numbers, b"(UID)"):
            message = self._read(reader, response)
            if message is not None and response.number in wanted:
                found[response.number] = message.uid
        return found

    def highest_uid(self, first_uid: int, last_uid: int) -> int | None:
        """The highest UID of a window; 0 when it has no mail, ``None`` when the server
        cannot tell in a short answer."""
        if self.offers("ESEARCH"):
            result = SearchResult()
            arguments = b"RETURN (MAX) UID " + sets.window(first_uid, last_uid)
            self._wire.command("UID SEARCH", arguments, handler=result.take)
            return result.highest
        if self._lists_at_once():
            return max(self._search(first_uid, last_uid), default=0)
        return None

    def count_since(self, day: date) -> int:
        """How many mails of the folder arrived on ``day`` or later (INTERNALDATE).

        SEARCH knows days only, in the server's time zone and disregarding the time
        (RFC 9051 6.4.4), so mails of the day before may be counted or left out.
        """
        key = b"SINCE " + quote.day(day)
        found = self._count(key)
        if found is not None:
            return found
        last = (self.state.uidnext or 1) - 1 if self.state is not None else 0
        found = 0
        for start in range(1, last + 1, SEARCH_WINDOW):
            if start > 100 * MAX_UIDS:
                raise LimitExceeded("too wide a UID window for SEARCH")
            end = min(start + SEARCH_WINDOW - 1, last)
            found += len(self._search(start, end, b" " + key))
        return found

    def search_since(self, first_uid: int, last_uid: int, day: date) -> list[int]:
        """The UIDs of a window whose mails arrived on ``day`` or later, ascending;
        days as in :meth:`count_since`."""
        return self._search(first_uid, last_uid, b" SINCE " + quote.day(day))

    def _count(self, key: bytes) -> int | None:
        self._need_folder()
        if not self.offers("ESEARCH"):
            return None
        result = SearchResult()
        self._wire.command("UID SEARCH", b"RETURN (COUNT) " + key, handler=result.take)
        return result.count

    # -- a mail that spoils its window ----------------------------------------

    def fetch_index_one(self, uid: int, *, rung: int = 0) -> FetchedMessage | None:
        """The index items of one mail of a window that could not be fetched.

        Asks for less from rung to rung (:data:`RUNGS`): the header fields, the first
        ``MAX_PARTIAL_HEADER`` bytes of the header, no header at all.  The section
        ``INDEX_SECTION`` of what comes back is the header, or ``None`` for a mail to
        set apart.  ``None`` instead of a mail: the server knows no such UID (any more).

        An error that broke the connection is raised; its ``step`` is the rung's name:
        go on with the next ``rung`` in a new session.
        """
        self._need_folder()
        window = sets.window(uid, uid)
        if not 0 <= rung < len(RUNGS):
            raise InvalidArgument("no such rung")
        for name in RUNGS[rung:]:
            try:
                found = self._rung(name, uid, window)
            except MailError as err:
                err.step = name
                may_go_on = isinstance(err, ServerRefused | ProtocolError)
                if err.retry or self.closed or name == RUNGS[-1] or not may_go_on:
                    raise
                continue
            if found is not None:
                return found
        return None

    def _rung(self, name: str, uid: int, window: bytes) -> FetchedMessage | None:
        """The mail, if this rung brought what it is for."""
        section, items = INDEX_SECTION, self._index_items()
        if name == "header":
            section = "HEADER"
            items = b"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]<0.%d>)" % (
                MAX_PARTIAL_HEADER
            )
        elif name == "bare":
            section, items = None, b"(UID FLAGS RFC822.SIZE INTERNALDATE)"
        reader = FetchReader(uid, uid, section=section, dropped=self.dropped)
        found: FetchedMessage | None = None
        for message in self._fetch(
            reader, window, items, keep=MAX_HEADER_LITERAL, flags_asked=True
        ):
            header = message.sections.pop(section, None) if section else None
            if header is not None or section is None:
                message.sections[INDEX_SECTION] = header
                found = message
        return found
