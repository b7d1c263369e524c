"""Where a person's folders lie, and the raw name of a new one (RFC 2342).

Some servers put every folder below INBOX (``INBOX.Sent``); a folder made beside it
there is refused or invisible.  NAMESPACE tells the prefix, or the folders that exist.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ..errors import InvalidArgument, LimitExceeded, ProtocolError, ServerRefused
from ..limits import MAX_FOLDER_NAME, MAX_FOLDER_PATH
from . import folders, quote, tokens, utf7
from .session import ImapSession
from .wire import Untagged

_HIDDEN = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Namespace:
    """``prefix``: what the raw name of a folder of one's own begins with, delimiter
    included, mostly ``""``.  ``delimiter``: ``None`` in a flat mailbox.

    ``others`` and ``shared``: prefixes of other people's and of common folders.
    """

    prefix: str = ""
    delimiter: str | None = None
    others: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


class NamespaceSession(ImapSession):
    """A session that knows where folders lie."""

    def namespace(self) -> Namespace:
        """As the server tells it, else guessed from its folders."""
        found: list[Namespace] = []

        def take(response: Untagged) -> None:
            if response.name == "NAMESPACE":
                read = read_namespace(response)
                if read is None:
                    self.dropped["namespace"] += 1
                else:
                    found.append(read)

        if self.offers("NAMESPACE"):
            try:
                self._wire.command("NAMESPACE", handler=take)
            except (ServerRefused, ProtocolError):
                if self.closed:
                    raise
                self.dropped["namespace"] += 1
        return found[-1] if found else self._guessed()

    def _guessed(self) -> Namespace:
        """``LIST "" ""`` tells the delimiter (RFC 9051 6.3.9).  When INBOX has
        children and no folder lies beside it, they all lie below it."""
        delimiters: list[str] = []
        top: dict[str, frozenset[str]] = {}

        def take_root(response: Untagged) -> None:
            # the root has the empty name, which is no folder's
            if response.name != "LIST":
                return
            try:
                parts = tokens.parse(response.segments, response.start)
            except (ProtocolError, LimitExceeded):
                return
            if len(parts) > 1 and _one_byte(parts[1]):
                delimiters.append(parts[1].decode("latin-1"))

        def take_top(response: Untagged) -> None:
            folder = folders.read_list(response) if response.name == "LIST" else None
            if folder is not None:
                top[folder.raw] = folder.attributes
                if folder.delimiter:
                    delimiters.append(folder.delimiter)

        empty = quote.string("")
        self._wire.command("LIST", empty, empty, handler=take_root)
        self._wire.command("LIST", empty, quote.string("%"), handler=take_top)
        delimiter = delimiters[0] if delimiters else None
        inboxes = [raw for raw in top if raw.upper() == "INBOX"]
        below = bool(inboxes) and len(top) == 1 and "haschildren" in top[inboxes[0]]
        if delimiter and len(top) == 1 and inboxes and not below:
            below = self._has_children(inboxes[0], delimiter)
        prefix = f"{inboxes[0]}{delimiter}" if below and delimiter else ""
        return Namespace(prefix, delimiter)

    def _has_children(self, raw: str, delimiter: str) -> bool:
        """For servers that do not tell ``\\HasChildren``."""
        found = []
        self._wire.command(
            "LIST",
            quote.string(""),
            quote.mailbox(f"{raw}{delimiter}%"),
            handler=lambda response: found.append(response)
            if response.name == "LIST"
            else None,
        )
        return bool(found)


def read_namespace(response: Untagged) -> Namespace | None:
    """``* NAMESPACE (("INBOX." ".")) NIL (("#shared/" "/"))``"""
    try:
        parts = tokens.parse(response.segments, response.start)
    except (ProtocolError, LimitExceeded):
        return None
    if not parts:
        return None
    kinds = [_entries(part) for part in (*parts[:3], None, None)[:3]]
    if not kinds[0]:
        return None
    prefix, delimiter = kinds[0][0]
    if delimiter and prefix and not prefix.endswith(delimiter):
        prefix += delimiter  # ("INBOX" ".") is written by a few servers
    return Namespace(
        prefix,
        delimiter,
        others=tuple(name for name, _delimiter in kinds[1]),
        shared=tuple(name for name, _delimiter in kinds[2]),
    )


def _entries(part) -> list[tuple[str, str | None]]:
    if not isinstance(part, list):
        return []
    if part and not isinstance(part[0], list):
        part = [part]  # one pair of parentheses too few
    found = []
    for entry in part:
        if not isinstance(entry, list) or len(entry) < 2:
            continue
        prefix, delimiter = entry[:2]
        if not isinstance(prefix, bytes) or any(b < 0x20 or b == 0x7F for b in prefix):
            continue
        mark = delimiter.decode("latin-1") if _one_byte(delimiter) else None
        found.append((prefix.decode("latin-1"), mark))
    return found


def _one_byte(value) -> bool:
    return isinstance(value, bytes) and len(value) == 1


def child_raw(
    parent_raw: str | None,
    name: str,
    delimiter: str | None,
    prefix: str = "",
    *,
    utf8: bool = False,
) -> str:
    """The raw name of a new folder that a person called ``name``.

    Below ``parent_raw``, or at the top of the mailbox.  ``utf8``: UTF8=ACCEPT was
    enabled in the session that will create it (RFC 6855), else modified UTF-7.

    :raises InvalidArgument: ``folder_name_empty``, ``folder_name_control``,
        ``folder_name_delimiter``, ``folder_name_too_long``,
        ``folder_name_reserved``, ``folder_flat``
    """
    name = unicodedata.normalize("NFC", name.strip(" "))
    if not name:
        raise _bad("empty")
    if _HIDDEN.search(name) or not name.isprintable():
        # not only control characters: utf7.decode shows no name that has a character
        # which cannot be seen, and two names that look the same deceive
        raise _bad("control")
    encoded = name.encode("utf-8") if utf8 else utf7.encode(name)
    raw = encoded.decode("latin-1")
    if delimiter and (delimiter in name or delimiter in raw):
        raise _bad("delimiter")
    if parent_raw is not None and not delimiter:
        raise InvalidArgument("no folders within folders", code="folder_flat")
    if parent_raw is None and name.upper() == "INBOX":
        raise _bad("reserved")
    start = prefix if parent_raw is None else f"{parent_raw}{delimiter}"
    if len(raw) > MAX_FOLDER_NAME or len(start) + len(raw) > MAX_FOLDER_PATH:
        raise _bad("too_long")
    return start + raw


def _bad(reason: str) -> InvalidArgument:
    return InvalidArgument(f"a folder name: {reason}", code=f"folder_name_{reason}")
