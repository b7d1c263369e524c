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
from ..values import FetchedMessage, FolderState, Quota, ServerFolder
from . import folders, quote, sets, tokens
from .connection import ImapConnection
from .fetch import INDEX_SECTION, FetchReader, index_items
from .state import StateReader, read_quota, read_status
from .wire import Untagged

_EVERYTHING = (quote.string(""), quote.string("*"))


class ImapSession(ImapConnection):
    """One connection and the folder that is open in it."""

    selected: str | None = None
    state: FolderState | None = None

    @property
    def modseq(self) -> bool:
        """Whether mod-sequences can be used in the folder that is open: either the
        server confirmed them for the session, or SELECT asked for them."""
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
        reader = StateReader()
        status = self._wire.command(command, *arguments, handler=reader.take)
        read_only = command == "EXAMINE" or status.code == "READ-ONLY"
        found = reader.state(read_only=read_only)
        self.selected = raw
        if found.uidnext is None and found.exists:
            found = replace(found, uidnext=self._last_uid() + 1)
        self.state = found
        return found

    def _last_uid(self) -> int:
        """For servers that do not tell UIDNEXT."""
        reader = FetchReader(dropped=self.dropped)
        found = 0
        for response in self._wire.responses("UID FETCH", b"*", b"(UID)"):
            message = reader.read(response)
            if message is not None:
                found = max(found, message.uid)
        return found

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
        else:
            self.examine("INBOX")

    def subscribe(self, raw: str, subscribed: bool = True) -> None:
        command = "SUBSCRIBE" if subscribed else "UNSUBSCRIBE"
        self._wire.command(command, quote.mailbox(raw))

    # -- mail -----------------------------------------------------------------

    def fetch_index(self, first_uid: int, last_uid: int) -> Iterator[FetchedMessage]:
        """The index items of a UID window of the selected folder, as they come.

        Nothing is sent before the first mail is asked for.  Mails may come in any
        order, and a UID that is missing is no proof that the mail is gone.
        """
        self._need_folder()
        window = sets.window(first_uid, last_uid)
        items = index_items(self.capabilities, modseq=self.modseq)
        reader = FetchReader(
            first_uid, last_uid, section=INDEX_SECTION, dropped=self.dropped
        )
        for response in self._wire.responses(
            "UID FETCH", window, items, keep=MAX_HEADER_LITERAL
        ):
            message = reader.read(response)
            if message is not None:
                yield message

    def fetch_body(self, uid: int) -> bytes:
        """The whole mail, its flags left as they are."""
        self._need_folder()
        reader = FetchReader(uid, uid, section="", dropped=self.dropped)
        body: bytes | None = None
        arguments = (sets.window(uid, uid), b"(UID BODY.PEEK[])")
        for response in self._wire.responses("UID FETCH", *arguments):
            message = reader.read(response)
            if message is not None:
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
            for response in self._wire.responses("UID FETCH", chunk, items):
                message = reader.read(response)
                if message is not None:
                    heads[message.uid] = message.sections[""] or b""
        return heads

    def search_uids(self, first: int, last: int) -> list[int]:
        """The UIDs that exist within a window, ascending.

        Without ESEARCH the window is asked in pieces, so that no answer is longer
        than a line may be.
        """
        self._need_folder()
        sets.window(first, last)
        if self.offers("ESEARCH"):
            found: list[tuple[int, int]] = []
            self._wire.command(
                "UID SEARCH",
                b"RETURN (ALL) UID " + sets.window(first, last),
                handler=lambda response: found.extend(_esearch(response)),
            )
            return sets.expand(found, first, last)
        uids: set[int] = set()
        for start in range(first, last + 1, SEARCH_WINDOW):
            if start - first > 100 * MAX_UIDS:
                raise LimitExceeded("too wide a UID window for SEARCH")
            end = min(start + SEARCH_WINDOW - 1, last)
            self._wire.command(
                "UID SEARCH",
                b"UID " + sets.window(start, end),
                handler=lambda response: uids.update(_search(response)),
            )
        return sorted(uid for uid in uids if first <= uid <= last)

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


def _esearch(response: Untagged) -> list[tuple[int, int]]:
    """``* ESEARCH (TAG "A5") UID ALL 1:3,7``; without ALL nothing was found."""
    if response.name != "ESEARCH":
        return []
    parts = tokens.parse(response.segments, response.start)
    for name, value in zip(parts, parts[1:], strict=False):
        if isinstance(name, tokens.Atom) and name.upper() == b"ALL":
            if not isinstance(value, tokens.Atom):
                break
            return sets.parse(value)
    return []


def _search(response: Untagged) -> list[int]:
    """``* SEARCH 2 3 (MODSEQ 7)``"""
    if response.name != "SEARCH":
        return []
    return [
        int(word) for word in response.text.partition(b"(")[0].split() if word.isdigit()
    ]
