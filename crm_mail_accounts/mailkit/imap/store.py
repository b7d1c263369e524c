"""Setting flags: UID STORE (RFC 9051 6.4.6).

Flags are added and removed, never replaced: ``FLAGS`` would wipe out what another
program has set meanwhile.  Doing it twice does no harm, so a command whose answer was
lost is simply sent again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..errors import InvalidArgument, ProtocolError
from ..limits import MAX_COMMAND_LINE
from . import quote, sets
from .fetch import FetchReader
from .verify import VerifyingSession, within
from .wire import Status, Untagged

_ROOM = 80
"""Bytes of ``A12345 UID STORE  +FLAGS.SILENT `` and a reserve."""


@dataclass(frozen=True)
class Stored:
    """What a server told about a change of flags.

    ``refused``: flags that it would not keep, in the caller's spelling; they were
    not sent.
    ``modseq``: the new mod-sequences, of the mails that it told them for.
    ``modified``: UIDs that it left alone because they had changed (MODIFIED).
    """

    refused: frozenset[str] = frozenset()
    modseq: dict[int, int] = field(default_factory=dict)
    modified: frozenset[int] = frozenset()


class StoringSession(VerifyingSession):
    """A session that can also set flags."""

    def refused_flags(self, flags: Iterable[str]) -> frozenset[str]:
        """Those that the open folder would not keep (PERMANENTFLAGS).

        A keyword needs ``\\*`` or itself in the list.  A server that tells no list
        keeps the flags of the standard (RFC 9051 6.3.2), and no keyword for sure.
        """
        self._need_folder()
        known = self.state.permanent_flags if self.state is not None else frozenset()
        kept = {flag.lower() for flag in known}
        refused = set()
        for flag in flags:
            if flag.startswith("\\"):
                if kept and flag.lower() not in kept:
                    refused.add(flag)
            elif "\\*" not in kept and flag.lower() not in kept:
                refused.add(flag)
        return frozenset(refused)

    def store_flags(
        self,
        uids: Iterable[int],
        *,
        uidvalidity: int,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
    ) -> Stored:
        """Add and remove flags of mails of the open folder; UIDs that are gone are
        passed over, of which :meth:`still_there` tells.

        :raises UidValidityChanged: the folder's UIDs are other ones by now
        :raises ServerRefused: ``folder_read_only``
        """
        adding, removing = _clean(add), _clean(remove)
        if {flag.lower() for flag in adding} & {flag.lower() for flag in removing}:
            raise InvalidArgument("a flag both added and removed")
        self._need_writable(uidvalidity)
        wanted = sorted(set(uids))
        refused = self.refused_flags([*adding, *removing])
        answers = _Answers(wanted, FetchReader(dropped=self.dropped))
        for sign, flags in ((b"+", adding), (b"-", removing)):
            kept = [flag for flag in flags if flag not in refused]
            if kept:
                self._store(wanted, sign + b"FLAGS.SILENT", kept, answers)
        return Stored(
            refused=refused,
            modseq=answers.modseq,
            modified=frozenset(answers.modified),
        )

    def still_there(self, uids: Iterable[int]) -> frozenset[int]:
        """Those of the UIDs that the open folder has: a server says OK to a command
        about mails that another client has just moved (RFC 9051 6.4.9)."""
        self._need_folder()
        wanted = set(uids)
        reader = FetchReader(dropped=self.dropped)
        return frozenset(
            message.uid
            for chunk in sets.chunks(sorted(wanted))
            for message in self._fetch(reader, chunk, b"(UID)")
            if message.uid in wanted
        )

    def _store(
        self,
        uids: Iterable[int],
        item: bytes,
        flags: list[str],
        answers: _Answers | None = None,
    ) -> None:
        arguments = item, quote.flag_list(flags)
        room = MAX_COMMAND_LINE - _ROOM - len(arguments[1])
        if room < 40:
            raise InvalidArgument("more flags than one command can carry")
        take = answers.take if answers is not None else None
        for chunk in sets.chunks(uids, room):
            status = self._wire.command("UID STORE", chunk, *arguments, handler=take)
            if answers is not None:
                answers.end(status)

    def _mark_deleted(self, uids: Iterable[int]) -> None:
        """Not asked about PERMANENTFLAGS: some servers leave \\Deleted out."""
        self._store(uids, b"+FLAGS.SILENT", ["\\Deleted"])


class _Answers:
    """Reads what comes although nothing was asked for: MODSEQ is told in spite of
    .SILENT (RFC 7162 3.1.3)."""

    def __init__(self, uids: list[int], reader: FetchReader):
        self._uids = uids
        self._asked = set(uids)
        self._reader = reader
        self.modseq: dict[int, int] = {}
        self.modified: set[int] = set()

    def take(self, response: Untagged) -> None:
        if response.name == "OK" and response.status is not None:
            self.end(response.status)
            return
        message = self._reader.read(response)
        if message is None or message.uid not in self._asked:
            return
        if message.modseq is not None:
            known = self.modseq.get(message.uid, 0)
            self.modseq[message.uid] = max(known, message.modseq)

    def end(self, status: Status) -> None:
        if status.code != "MODIFIED":
            return
        try:
            pairs = sets.parse(status.arguments.strip())
            self.modified.update(within(self._uids, pairs))
        except ProtocolError:
            self._reader.dropped["modified"] += 1


def _clean(flags: Iterable[str]) -> list[str]:
    """Each once, checked; \\Recent is the server's own (RFC 9051 2.3.2)."""
    if isinstance(flags, str):
        raise InvalidArgument("one text instead of a list of flags")
    found = {flag.lower(): flag for flag in flags}
    quote.flag_list(found.values())
    if "\\recent" in found:
        raise InvalidArgument("\\Recent cannot be set")
    return sorted(found.values())
