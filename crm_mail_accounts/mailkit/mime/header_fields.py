"""The header of a mail, split and read: the hot path of indexing.

``index_header`` is called for every mail of every mailbox, so the splitter is our
own: the standard library's header objects cost twenty times as much.  It takes any
line ending, folded lines (RFC 5322 2.2.3), lines that are no field, and 8-bit
bytes; fields that nobody asks for are passed over unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..limits import MAX_HEADER_LITERAL, MAX_SUBJECT
from ..values import Address, IndexHeader
from .addresses import parse_addresses
from .dates import parse_date
from .encoded_words import decode_words
from .references import message_id, message_ids

__all__ = ["decode_words", "fields", "index_header", "media_type"]

_FOLD = re.compile(rb"\n[ \t]+")
_MEDIA_TYPE = re.compile(rb"\s*([\w!#$&^.+*'-]{1,127}/[\w!#$&^.+*'-]{1,127})", re.ASCII)
_SPACES = re.compile(r"\s+")
_LIST_ID = re.compile(r"<([^<>]*)>")
_FIRST_WORD = re.compile(r"[\w-]+", re.ASCII)
_SUBJECT_BYTES = 16 * MAX_SUBJECT
"""Enough for MAX_SUBJECT characters of four bytes in encoded words."""

_ONCE = frozenset(
    {b"subject", b"from", b"sender", b"reply-to", b"date", b"message-id",
     b"content-type", b"list-id", b"auto-submitted", b"precedence", b"importance",
     b"x-priority", b"x-msmail-priority", b"priority"}
)  # fmt: skip
"""Of these the first one that holds something counts: what was added below it
does not change who a mail is from."""
_GATHERED = {
    b"to": b", ",
    b"cc": b", ",
    b"references": b" ",
    b"in-reply-to": b" ",
}
"""These may come in several fields (RFC 5322 4.5)."""

_IMPORTANCE = {
    "high": "high", "urgent": "high", "1": "high", "2": "high", "highest": "high",
    "low": "low", "non-urgent": "low", "4": "low", "5": "low", "lowest": "low",
}  # fmt: skip


def fields(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names (lower case) and values (unfolded, stripped) of a header block.

    Ends at the first empty line.  A line without a colon, or with something else
    than a name before it, is passed over.
    """
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    end = block.find(b"\n\n")
    if end >= 0:
        block = block[:end]
    if b"\n " in block or b"\n\t" in block:
        block = _FOLD.sub(b" ", block)
    for line in block.split(b"\n"):
        name, colon, value = line.partition(b":")
        if colon:
            name = name.rstrip().lower()
            if name and b" " not in name and b"\t" not in name:
                yield name, value.strip()


def media_type(value: bytes) -> str:
    """``type/subtype`` of a Content-Type field, or ``""``."""
    match = _MEDIA_TYPE.match(value)
    return match[1].decode("ascii").lower() if match else ""


def _line(value: bytes, limit: int) -> str:
    """Unstructured text on one line, at most ``limit`` characters."""
    text = decode_words(value[:_SUBJECT_BYTES])
    if "  " in text or not text.isprintable():
        text = _SPACES.sub(" ", text)
    return text.strip()[:limit]


def _word(value: bytes) -> str:
    match = _FIRST_WORD.search(value[:200].decode("latin-1"))
    return match[0].lower() if match else ""


def _first(value: bytes | None) -> Address | None:
    found = parse_addresses(value) if value else ()
    return found[0] if found else None


def _list_id(value: bytes) -> str:
    text = _line(value, 2 * MAX_SUBJECT)
    match = _LIST_ID.search(text)
    return (match[1] if match else text).strip()[:255]


def _importance(found: dict[bytes, bytes]) -> str:
    for name in (b"importance", b"x-priority", b"priority", b"x-msmail-priority"):
        value = found.get(name)
        if value and (level := _IMPORTANCE.get(_word(value))):
            return level
    return ""


def gather(block: bytes) -> dict[bytes, bytes]:
    """The fields that the index reads, as bytes, one value for each name."""
    found: dict[bytes, bytes] = {}
    for name, value in fields(block[:MAX_HEADER_LITERAL]):
        if name in _ONCE:
            if value and name not in found:
                found[name] = value
        elif name in _GATHERED:
            before = found.get(name)
            found[name] = before + _GATHERED[name] + value if before else value
    return found


def index_header(raw: bytes) -> IndexHeader:
    """What the index stores of one mail, from its header; never raises.

    ``raw`` may be the HEADER.FIELDS literal of a FETCH or a whole header; beyond
    ``MAX_HEADER_LITERAL`` it is not read.  Importance is ``high``, ``low`` or empty.
    """
    found = gather(raw)
    get = found.get
    value = get(b"subject")
    subject = _line(value, MAX_SUBJECT) if value else ""
    value = get(b"reply-to")
    reply_to = parse_addresses(value) if value else ()
    value = get(b"to")
    to = parse_addresses(value) if value else ()
    value = get(b"cc")
    cc = parse_addresses(value) if value else ()
    value = get(b"date")
    sent_at = parse_date(value) if value else None
    value = get(b"message-id")
    own_id = message_id(value) if value else ""
    value = get(b"in-reply-to")
    in_reply_to = message_ids(value) if value else ()
    value = get(b"references")
    references = message_ids(value) if value else ()
    return IndexHeader(
        subject=subject,
        from_=_first(get(b"from")),
        sender=_first(get(b"sender")),
        reply_to=reply_to,
        to=to,
        cc=cc,
        sent_at=sent_at,
        message_id=own_id,
        in_reply_to=in_reply_to,
        references=references,
        content_type=media_type(get(b"content-type") or b""),
        list_id=_list_id(get(b"list-id") or b""),
        auto_submitted=_word(get(b"auto-submitted") or b""),
        precedence=_word(get(b"precedence") or b""),
        importance=_importance(found),
    )
