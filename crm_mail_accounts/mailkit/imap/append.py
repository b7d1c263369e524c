"""Storing mails: APPEND, MULTIAPPEND (RFC 3502), and finding again what was stored.

An APPEND or COPY whose answer was lost may have been done or not.  Doing it again on
suspicion made a hundred copies of one mail in a well-known program, so the caller
notes :meth:`before` first, and after a crash asks :meth:`find_appended`: it reads the
new mails of the folder and compares them here.  SEARCH HEADER is not used: its value
would come from a mail, Exchange does not find reliably, and some servers refuse it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from ..errors import InvalidArgument, MailError, UidValidityChanged
from ..limits import APPEND_BATCH, APPEND_BATCH_LINE, WINDOW
from ..values import FetchedMessage
from . import quote, sets
from .copyuid import appended
from .verify import (
    UNKNOWN_UIDVALIDITY,
    Expected,
    VerifyingSession,
    matches,
    mentioned,
    plain_id,
)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Before:
    """A folder as it was before something was put into it: mails that are new have
    ``uidnext`` or a higher UID (RFC 9051 2.3.1.1)."""

    uidvalidity: int
    uidnext: int


@dataclass(frozen=True)
class NewMail:
    content: bytes = field(repr=False)
    flags: tuple[str, ...] = ()
    date: datetime | None = None


@dataclass(frozen=True)
class AppendResult:
    """``place``: UIDVALIDITY and UID where the server told; ``error``: it refused."""

    place: tuple[int, int] | None = None
    error: MailError | None = None


class AppendingSession(VerifyingSession):
    """A session that can also store many mails and look for them."""

    def before(self, raw: str) -> Before:
        """What to note, and to commit, before an APPEND, COPY or MOVE into a folder.

        By STATUS; from a server that leaves something out by EXAMINE, which opens
        the folder: call it before the source is opened.

        :raises ServerRefused: ``target_missing``
        """
        with self._telling_missing(raw, "target_missing"):
            state = self.status(raw)
        if state.uidnext is None or state.uidvalidity is None:
            state = self.examine(raw)
        return Before(state.uidvalidity or UNKNOWN_UIDVALIDITY, state.uidnext or 1)

    def find_appended(
        self, raw: str, before: Before, identities: Mapping[Key, Expected]
    ) -> dict[Key, int]:
        """The UIDs of those mails among the ones that came after ``before``; opens
        the folder for reading.

        One mail answers for one identity; of several the lowest UID counts, and equal
        identities get ascending UIDs in their order.  What is missing is not there
        (yet: the server may still be busy with the command that was lost).

        :raises UidValidityChanged: the folder was made anew; look for the mails by
            syncing it
        :raises ServerRefused: ``folder_missing``
        """
        wanted = _Wanted(identities)
        state = self.open_known(raw, uidvalidity=before.uidvalidity, writable=False)
        found: dict[Key, int] = {}
        # never n:* (sets.window), and mails that arrive from now on are nobody's
        end = (state.uidnext or 1) - 1
        for first in range(before.uidnext, end + 1, WINDOW):
            window = sets.window(first, min(first + WINDOW - 1, end))
            messages = {
                message.uid: message
                for message in self._facts(window, with_header=True)
                if before.uidnext <= message.uid <= end
            }
            for uid in sorted(messages):
                key = wanted.take(messages[uid])
                if key is not None:
                    found[key[0]] = uid
            if len(found) == len(identities):
                break
        return found

    def find_stored(
        self, raw: str, before: Before, identities: Mapping[Key, Expected]
    ) -> tuple[int, dict[Key, int]]:
        """UIDVALIDITY and UIDs as :meth:`find_appended`; in a folder that was
        renumbered since, of all its mails."""
        try:
            return before.uidvalidity, self.find_appended(raw, before, identities)
        except UidValidityChanged:
            told = (self.state and self.state.uidvalidity) or UNKNOWN_UIDVALIDITY
            return told, self.find_appended(raw, Before(told, 1), identities)

    def append_many(self, raw: str, mails: Sequence[NewMail]) -> list[AppendResult]:
        """Store mails, several by one command where MULTIAPPEND is offered.

        A mail that is refused for itself costs only itself.  When the connection
        breaks or the folder is missing or full, the error is raised, and its
        ``facts`` are the results of the mails that were certainly stored.
        """
        results: list[AppendResult] = []
        try:
            for batch in self._batches(mails):
                if len(batch) > 1:
                    places = self._append_batch(raw, batch)
                    if places is not None:
                        results += [AppendResult(place) for place in places]
                        continue
                for mail in batch:
                    results.append(self._append_one(raw, mail))
        except MailError as err:
            err.facts = results
            raise
        return results

    def _append_one(self, raw: str, mail: NewMail) -> AppendResult:
        try:
            return AppendResult(self.append(raw, mail.content, mail.flags, mail.date))
        except MailError as err:
            if not err.connection_usable or err.retry or err.code in _FOR_ALL:
                raise
            return AppendResult(error=err)

    def _append_batch(
        self, raw: str, batch: Sequence[NewMail]
    ) -> list[tuple[int, int] | None] | None:
        """``None``: refused, hence nothing stored (RFC 3502); try one by one."""
        arguments: list[quote.Argument] = [quote.mailbox(raw)]
        for mail in batch:
            arguments += _of(mail)
        try:
            status = self._wire.command("APPEND", *arguments)
        except MailError as err:
            if not err.connection_usable or err.retry or err.code in _FOR_ALL:
                raise
            return None
        places = appended(status, len(batch))
        return [None] * len(batch) if places is None else list(places)

    def _batches(self, mails: Sequence[NewMail]) -> Iterator[list[NewMail]]:
        """Within the bounds of one command; mails with NUL go alone, because
        MULTIAPPEND with literal8 is more than many servers know."""
        several = self.offers("MULTIAPPEND")
        batch: list[NewMail] = []
        size = line = 0
        for mail in mails:
            alone = not several or b"\0" in mail.content
            length = 20 + sum(len(part) for part in _of(mail)[:-1])
            full = (
                size + len(mail.content) > APPEND_BATCH
                or line + length > APPEND_BATCH_LINE
            )
            if batch and (full or alone):
                yield batch
                batch, size, line = [], 0, 0
            batch.append(mail)
            size, line = size + len(mail.content), line + length
            if alone:
                yield batch
                batch, size, line = [], 0, 0
        if batch:
            yield batch


_FOR_ALL = frozenset(
    "folder_missing mailbox_full not_permitted server_busy target_missing".split()
)
"""Refusals that the next mail would meet as well."""


def _of(mail: NewMail) -> list[quote.Argument]:
    found: list[quote.Argument] = [quote.flag_list(mail.flags)]
    if mail.date is not None:
        found.append(quote.date_time(mail.date))
    return [*found, quote.Literal(mail.content, binary=b"\0" in mail.content)]


class _Wanted:
    """Identities that have no mail yet, by what finds them quickly."""

    def __init__(self, identities: Mapping[Key, Expected]):
        self._waiting: dict[tuple[str, str], dict] = defaultdict(dict)
        for key, known in identities.items():
            if not known.decisive:
                raise InvalidArgument("too little is known of a mail")
            for place in _places(known):
                self._waiting[place][key] = known

    def take(self, message: FetchedMessage) -> tuple | None:
        """The key, in a tuple, whose mail this is; it is not given twice."""
        operation, message_id = mentioned(message)
        for place in (
            ("operation", operation),
            ("id", plain_id(message_id)),
            ("any", ""),
        ):
            for key, known in self._waiting.get(place, {}).items():
                if matches(known, message):
                    for other in _places(known):
                        del self._waiting[other][key]
                    return (key,)
        return None


def _places(known: Expected) -> list[tuple[str, str]]:
    places = [("operation", known.operation)] if known.operation else []
    if known.message_id is not None:
        places.append(("id", plain_id(known.message_id)))
    elif known.size is not None:
        places.append(("any", ""))
    return places
