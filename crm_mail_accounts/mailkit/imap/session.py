"""An IMAP session: folders and the reading of mail (RFC 3501, RFC 9051).

States: connected, authenticated, a folder open (``selected`` is its raw name),
closed.  Folders are named by their raw form (``ServerFolder.raw``), which goes back
to the server byte for byte.  Everything that reads mail uses ``BODY.PEEK``: nothing
here sets a flag of a mail that exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from ..errors import (
    CapabilityMissing,
    InvalidArgument,
    LimitExceeded,
    ProtocolError,
    ServerRefused,
)
from ..limits import MAX_HEADER_LITERAL, MAX_UIDS, SEARCH_WINDOW
from ..values import Endpoint, FetchedMessage, FolderState, Quota, ServerFolder
from . import folders, quote, sets
from .connection import ImapConnection
from .fetch import INDEX_SECTION, FetchReader, index_items
from .search import SearchResult
from .state import StateReader, read_quota, read_status
from .unsolicited import Unsolicited
from .wire import Untagged

_EVERYTHING = (quote.string(""), quote.string("*"))


class ImapSession(ImapConnection):
    """One connection and the folder that is open in it."""

    selected: str | None = None
    state: FolderState | None = None

    def __init__(self, sock, endpoint: Endpoint, **options):
        super().__init__(sock, endpoint, **options)
        self.unsolicited = Unsolicited(self.dropped)
        """What the server tells of folders unasked; to be taken after commands."""

    def _notice(self, response: Untagged) -> None:
        super()._notice(response)
        self.unsolicited.offer(response)

    @property
    def modseq(self) -> bool:
        """Whether mod-sequences can be used in the folder that is open: either the
        server confirmed them for the session, or SELECT asked for them."""
        if "CONDSTORE" in self.without:
            return False
        known = self.enabled & {"CONDSTORE", "QRESYNC"} or self.offers("CONDSTORE")
        return bool(known) and (
            self.state is not None and self.state.highestmodseq is not None
        )

    def known_capabilities(self) -> frozenset[str]:
        """What the server offers in this state; asked where it has not told."""
        if not self.capabilities:
            self._ask_capabilities()
        return self.capabilities

    # -- folders --------------------------------------------------------------

    def list_folders(self) -> list[ServerFolder]:
        """All folders with roles and subscriptions, in the server's order.

        A line that cannot be read is dropped and counted; the others stay.
        """
        found: dict[str, ServerFolder] = {}

        def take(response: Untagged) -> None:
            if response.name == "LIST":
                folder = folders.read_list(response)
                if folder is None:
                    self.dropped["folder"] += 1
                else:
                    found.setdefault(folder.raw, folder)

        if self.offers("LIST-EXTENDED"):
            options = b"SPECIAL-USE SUBSCRIBED"
            if not self.offers("SPECIAL-USE"):
                options = b"SUBSCRIBED"
            arguments = (*_EVERYTHING, b"RETURN", b"(" + options + b")")
            self._wire.command("LIST", *arguments, handler=take)
            return folders.with_roles(list(found.values()))
        self._wire.command("LIST", *_EVERYTHING, handler=take)
        subscribed = self._subscribed()
        return folders.with_roles(folders.with_subscriptions(found, subscribed))

    def _subscribed(self) -> set[str] | None:
        names: set[str] = set()

        def take(response: Untagged) -> None:
            folder = folders.read_list(response) if response.name == "LSUB" else None
            if folder is not None and folder.selectable:
                names.add(folder.raw)

        try:
            self._wire.command("LSUB", *_EVERYTHING, handler=take)
        except (ServerRefused, ProtocolError):
            if self.closed:
                raise
            return None
        return names

    def status(self, raw: str) -> FolderState:
        """STATUS of a folder that is not the selected one (RFC 9051 6.3.11)."""
        found: list[FolderState] = []

        def take(response: Untagged) -> None:
            if response.name == "STATUS":
                answer = read_status(response)
                if answer is not None:
                    found.append(answer[1])

        self._wire.command(
            "STATUS", quote.mailbox(raw), self._status_items(), handler=take
        )
        if not found:
            raise ServerRefused("STATUS without an answer")
        return found[-1]

    def list_states(self) -> dict[str, FolderState] | None:
        """STATUS of all folders in one round trip, by raw name; ``None`` when the
        server cannot (RFC 5819)."""
        if not self.offers("LIST-STATUS"):
            return None
        found: dict[str, FolderState] = {}

        def take(response: Untagged) -> None:
            if response.name == "STATUS":
                answer = read_status(response)
                if answer is None:
                    self.dropped["status"] += 1
                else:
                    found[answer[0]] = answer[1]

        items = b"(STATUS " + self._status_items() + b")"
        self._wire.command("LIST", *_EVERYTHING, b"RETURN", items, handler=take)
        return found

    def _status_items(self) -> bytes:
        items = b"MESSAGES UIDNEXT UIDVALIDITY UNSEEN"
        if self.offers("CONDSTORE") or self.offers("QRESYNC"):
            items += b" HIGHESTMODSEQ"
        return b"(" + items + b")"

    def examine(self, raw: str) -> FolderState:
        """Open a folder for reading; no flag can change in it, not even \\Recent."""
        return self._open_folder("EXAMINE", raw)

    def select(self, raw: str) -> FolderState:
        """Open a folder for reading and writing."""
        return self._open_folder("SELECT", raw)

    def _open_folder(self, command: str, raw: str) -> FolderState:
        arguments = [quote.mailbox(raw)]
        if self.offers("CONDSTORE") and not self.enabled & {"CONDSTORE", "QRESYNC"}:
            arguments.append(b"(CONDSTORE)")
        # a failed SELECT leaves no folder selected (RFC 9051 6.3.2)
        self.selected = self.state = None
        self.unsolicited.begin_opening()
        reader = StateReader()
        try:
            status = self._wire.command(command, *arguments, handler=reader.take)
        except BaseException:
            self.unsolicited.closed()
            raise
        read_only = command == "EXAMINE" or status.code == "READ-ONLY"
        found = reader.state(read_only=read_only)
        self.unsolicited.opened(raw, found.uidvalidity)
        self.selected = raw
        if found.uidnext is None and found.exists:
            found = replace(found, uidnext=self._last_uid() + 1)
        self.state = found
        return found

    def _last_uid(self) -> int:
        """For servers that do not tell UIDNEXT."""
        reader = FetchReader(dropped=self.dropped)
        found = 0
        for message in self._fetch(reader, b"*", b"(UID)"):
            found = max(found, message.uid)
        return found

    def _fetch(
        self,
        reader: FetchReader,
        *arguments: bytes,
        keep: int | None = None,
        flags_asked: bool = False,
    ) -> Iterator[FetchedMessage]:
        """What ``reader`` takes of the answers to a UID FETCH; the rest is
        unsolicited.  Nothing is sent before the first ``next()``."""
        for response in self._wire.responses("UID FETCH", *arguments, keep=keep):
            message = self._read(reader, response)
            if message is not None:
                if not flags_asked:
                    self.unsolicited.note_flags(message)
                yield message

    def _read(self, reader: FetchReader, response: Untagged) -> FetchedMessage | None:
        message = reader.read(response)
        if message is not None:
            self.unsolicited.claim()
        elif response.name == "FETCH":
            self.unsolicited.counted()
        return message

    def create_folder(self, raw: str) -> None:
        self._wire.command("CREATE", quote.mailbox(raw))

    def rename_folder(self, raw: str, new_raw: str) -> None:
        self._leave(raw)
        self._wire.command("RENAME", quote.mailbox(raw), quote.mailbox(new_raw))

    def delete_folder(self, raw: str) -> None:
        """DELETE with all mail in it; the caller has asked."""
        self._leave(raw)
        self._wire.command("DELETE", quote.mailbox(raw))

    def _leave(self, raw: str) -> None:
        """Close a folder before it goes away: servers hang up on whoever has a
        deleted folder open.  Never by CLOSE, which would expunge."""
        if self.selected is None or not self.selected.startswith(raw):
            return
        quote.mailbox(raw)
        if self.offers("UNSELECT"):
            self._wire.command("UNSELECT")
            self.selected = self.state = None
            self.unsolicited.closed()
        else:
            self.examine("INBOX")

    def subscribe(self, raw: str, subscribed: bool = True) -> None:
        command = "SUBSCRIBE" if subscribed else "UNSUBSCRIBE"
        self._wire.command(command, quote.mailbox(raw))

    # -- mail -----------------------------------------------------------------

    def fetch_index(self, first_uid: int, last_uid: int) -> Iterator[FetchedMessage]:
        """The index items of a UID window of the selected folder, as they come.

        Nothing is sent before the first mail is asked for.  Mails may come in any
        order, and a UID that is missing is no proof that the mail is gone.  A mail
        whose header the server does not give comes with ``None`` for it, so that it
        can be set apart; beyond ``MAX_HEADER_LITERAL`` bytes a header is cut off.
        """
        self._need_folder()
        window = sets.window(first_uid, last_uid)
        yield from self._fetch(
            FetchReader(
                first_uid,
                last_uid,
                section=INDEX_SECTION,
                lenient=True,
                dropped=self.dropped,
            ),
            window,
            self._index_items(),
            keep=MAX_HEADER_LITERAL,
            flags_asked=True,
        )

    def ask_index(self, first_uid: int, last_uid: int) -> None:
        """Send the question of :meth:`fetch_index` already, so that the server works
        while the mails of the window before are stored.

        When the next command is another one after all, the answer is thrown away.
        """
        self._need_folder()
        window = sets.window(first_uid, last_uid)
        self._wire.send_ahead("UID FETCH", window, self._index_items())

    def _index_items(self) -> bytes:
        return index_items(self.capabilities - self.without, modseq=self.modseq)

    def fetch_body(self, uid: int) -> bytes:
        """The whole mail, its flags left as they are."""
        self._need_folder()
        reader = FetchReader(uid, uid, section="", dropped=self.dropped)
        body: bytes | None = None
        arguments = (sets.window(uid, uid), b"(UID BODY.PEEK[])")
        for message in self._fetch(reader, *arguments):
            body = message.sections[""]
        if body is None:
            raise ServerRefused(
                "no such mail", response_code="NONEXISTENT", code="message_gone"
            )
        return body

    def fetch_heads(self, uids: Iterable[int], octets: int) -> dict[int, bytes]:
        """The first ``octets`` bytes of each mail: its header and, mostly, its text.

        One command for each chunk of UIDs, on any server: a partial fetch needs no
        structure first (RFC 9051 6.4.5). Mails that are gone are missing.
        """
        self._need_folder()
        heads: dict[int, bytes] = {}
        items = b"(UID BODY.PEEK[]<0.%d>)" % octets
        for chunk in sets.chunks(uids):
            reader = FetchReader(section="", dropped=self.dropped)
            for message in self._fetch(reader, chunk, items):
                heads[message.uid] = message.sections[""] or b""
        return heads

    def search_uids(self, first: int, last: int) -> list[int]:
        """The UIDs that exist within a window, ascending.

        Without ESEARCH the window is asked in pieces, so that no answer is longer
        than a line may be.

        :raises ProtocolError: the server said OK and no result (RFC 9051 6.4.4): that
            must not be read as "no mails"
        """
        return self._search(first, last)

    def _search(self, first: int, last: int, key: bytes = b"") -> list[int]:
        """The UIDs of a window that match ``key``, a search key with a space before
        it."""
        self._need_folder()
        window = sets.window(first, last)
        if self.offers("ESEARCH"):
            result = SearchResult()
            arguments = b"RETURN (ALL) UID " + window + key
            self._wire.command("UID SEARCH", arguments, handler=result.take)
            return result.uids(first, last)
        uids: list[int] = []
        step = sets.MAX_UID if self._lists_at_once() else SEARCH_WINDOW
        for start in range(first, last + 1, step):
            if start - first > 100 * MAX_UIDS:
                raise LimitExceeded("too wide a UID window for SEARCH")
            end = min(start + step - 1, last)
            result = SearchResult()
            arguments = b"UID " + sets.window(start, end) + key
            self._wire.command("UID SEARCH", arguments, handler=result.take)
            uids += result.uids(start, end)
        return uids

    def _lists_at_once(self) -> bool:
        """Whether so few mails are in the folder that a list of all their UIDs is short
        enough for one line, however far apart these are."""
        return self.state is not None and self.state.exists <= SEARCH_WINDOW // 2

    def append(
        self,
        raw: str,
        message: bytes,
        flags: Iterable[str] = (),
        date: datetime | None = None,
    ) -> tuple[int, int] | None:
        """Store a mail; its UIDVALIDITY and UID where the server tells (UIDPLUS).

        A connection lost in here leaves it open whether the mail was stored: look
        for it before trying again.
        """
        arguments: list[quote.Argument] = [quote.mailbox(raw), quote.flag_list(flags)]
        if date is not None:
            arguments.append(quote.date_time(date))
        binary = b"\0" in message
        if binary and not self.offers("BINARY"):
            # "BINARY" is what lets NUL through (RFC 3516)
            raise CapabilityMissing("BINARY")
        arguments.append(quote.Literal(message, binary=binary))
        status = self._wire.command("APPEND", *arguments)
        if status.code != "APPENDUID":
            return None
        words = status.arguments.split()
        if len(words) != 2 or not all(word.isdigit() for word in words):
            return None
        return int(words[0]), int(words[1])

    def quota(self, raw: str) -> Quota | None:
        """The fullest storage quota of a folder, or ``None`` when it has none."""
        if "QUOTA" not in self.capabilities:
            raise CapabilityMissing("QUOTA")
        found: list[Quota] = []

        def take(response: Untagged) -> None:
            if response.name == "QUOTA":
                found.extend(read_quota(response))

        self._wire.command("GETQUOTAROOT", quote.mailbox(raw), handler=take)
        return max(found, key=lambda quota: quota.used / quota.limit, default=None)

    def _need_folder(self) -> None:
        if self.selected is None:
            raise InvalidArgument("no folder is open")
