"""The header of a mail, split and read: the hot path of indexing.

``index_header`` is called for every mail of every mailbox, so the splitter is our
own: the standard library's header objects cost twenty times as much.  It takes any
line ending, folded lines (RFC 5322 2.2.3), lines that are no field, and 8-bit
bytes; fields that nobody asks for are passed over unread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from ..limits import MAX_EMAIL, MAX_HEADER_LITERAL, MAX_SUBJECT
from ..values import Address, IndexHeader
from .addresses import parse_addresses
from .charsets import clean_text, decode
from .dates import parse_date
from .encoded_words import decode_words
from .parameters import parameters
from .references import message_id, message_ids

__all__ = ["decode_words", "fields", "index_header", "media_type"]

_WHITE = (b" ", b"\t")
_MEDIA_TYPE = re.compile(rb"\s*([\w!#$&^.+*'-]{1,127}/[\w!#$&^.+*'-]{1,127})", re.ASCII)
_SPACES = re.compile(r"\s+")
_LIST_ID = re.compile(r"<([^<>]*)>")
_FIRST_WORD = re.compile(r"[\w-]+", re.ASCII)
_ANGLED = re.compile(r"<([^<>]*)>")
_MAX_TECHNICAL = 2000
"""Characters kept of a field that programs read."""
_SUBJECT_BYTES = 16 * MAX_SUBJECT
"""Enough for MAX_SUBJECT characters of four bytes in encoded words."""

_ONCE = frozenset(
    {b"subject", b"from", b"sender", b"reply-to", b"date", b"message-id",
     b"content-type", b"list-id", b"auto-submitted", b"precedence", b"importance",
     b"x-priority", b"x-msmail-priority", b"priority", b"return-path",
     b"x-auto-response-suppress", b"list-unsubscribe", b"list-unsubscribe-post",
     b"authentication-results"}
)  # fmt: skip
"""Of these the first one that holds something counts: what was added below it
does not change who a mail is from."""
_GATHERED = {
    b"to": b", ",
    b"cc": b", ",
    b"bcc": b", ",
    b"mail-followup-to": b", ",
    b"references": b" ",
    b"in-reply-to": b" ",
}
"""These may come in several fields (RFC 5322 4.5)."""

_URGENCY = (b"importance", b"x-priority", b"priority", b"x-msmail-priority")
_IMPORTANCE = {
    "high": "high", "urgent": "high", "1": "high", "2": "high", "highest": "high",
    "low": "low", "non-urgent": "low", "4": "low", "5": "low", "lowest": "low",
}  # fmt: skip


_SPELLINGS = {
    spelling: (name, _GATHERED.get(name))
    for name in (*_ONCE, *_GATHERED)
    for spelling in (
        name, name.title(), name.upper(), name.title().replace(b"-Id", b"-ID")
    )
}  # fmt: skip
"""Names as they are mostly written: a look-up instead of turning each to lower case."""


def _lines(block: bytes) -> list[bytes]:
    """The lines of a header, unfolded, up to the first empty one."""
    lines: list[bytes] = []
    folded: list[bytes] = []
    for line in block.splitlines():
        if line[:1] in _WHITE and lines:
            folded.append(line.lstrip(b" \t"))
            continue
        if folded:
            # once for all of them: a header may have a hundred thousand lines
            lines[-1] = b" ".join((lines[-1], *folded))
            folded.clear()
        if not line and lines:
            return lines
        lines.append(line)
    if folded:
        lines[-1] = b" ".join((lines[-1], *folded))
    return lines


def fields(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names (lower case) and values (unfolded, stripped) of a header block.

    Ends at the first empty line.  A line without a colon, or with something else
    than a name before it, is passed over.
    """
    for line in _lines(block):
        name, colon, value = line.partition(b":")
        if colon:
            name = name.rstrip().lower()
            if name and b" " not in name and b"\t" not in name:
                yield name, value.strip()


def media_type(value: bytes) -> str:
    """``type/subtype`` of a Content-Type field, or ``""``."""
    value = value.partition(b";")[0]
    return _media_type(value) if len(value) < 100 else _read_media_type(value)


def _read_media_type(value: bytes) -> str:
    match = _MEDIA_TYPE.match(value)
    return match[1].decode("ascii").lower() if match else ""


_media_type = lru_cache(maxsize=256)(_read_media_type)


def _line(value: bytes, limit: int) -> str:
    """Unstructured text on one line, at most ``limit`` characters."""
    value = value[:_SUBJECT_BYTES]
    if value.isascii() and b"=?" not in value:
        # what most are: there is nothing to decode
        text = value.decode("ascii")
        if "  " not in text and text.isprintable():
            return text.strip()[:limit]
    text = decode_words(value)
    if "  " in text or not text.isprintable():
        text = _SPACES.sub(" ", text)
    return text.strip()[:limit]


def _word(value: bytes) -> str:
    match = _FIRST_WORD.search(value[:200].decode("latin-1"))
    return match[0].lower() if match else ""


def _technical(value: bytes) -> str:
    """What programs wrote for programs: no encoded words, one line, cut."""
    text = value[:_SUBJECT_BYTES].decode("utf-8", "replace")
    if "  " in text or not text.isprintable():
        text = clean_text(_SPACES.sub(" ", text))
    return text.strip()[:_MAX_TECHNICAL]


def _return_path(value: bytes) -> str:
    text = _technical(value)
    if not text:
        return ""
    match = _ANGLED.search(text)
    address = (match[1] if match else text).strip()
    return address[:MAX_EMAIL] if address else "<>"


def _subject(value: bytes) -> str:
    return _line(value, MAX_SUBJECT)


def _suppressed(value: bytes) -> str:
    return _technical(value).lower()


def _first(value: bytes) -> Address | None:
    found = parse_addresses(value)
    return found[0] if found else None


def _list_id(value: bytes) -> str:
    text = _line(value, 2 * MAX_SUBJECT)
    match = _LIST_ID.search(text)
    return (match[1] if match else text).strip()[:255]


def _importance(found: dict[bytes, bytes]) -> str:
    for name in _URGENCY:
        value = found.get(name)
        if value and (level := _IMPORTANCE.get(_word(value))):
            return level
    return ""


def gather(block: bytes) -> dict[bytes, bytes]:
    """The fields that the index reads, as bytes, one value for each name."""
    found: dict[bytes, bytes] = {}
    spellings = _SPELLINGS
    for line in _lines(block[:MAX_HEADER_LITERAL]):
        written, colon, value = line.partition(b":")
        known = spellings.get(written)
        if known is None and colon:
            known = spellings.get(written.rstrip().lower())
        if known is None or not colon:
            continue
        name, joint = known
        value = value.strip()
        before = found.get(name)
        if not before:
            if value or joint:
                found[name] = value
        elif joint:
            found[name] = before + joint + value
    return found


_READERS: dict[bytes, tuple[str, Callable[[bytes], object]]] = {
    b"subject": ("subject", _subject),
    b"from": ("from_", _first),
    b"sender": ("sender", _first),
    b"reply-to": ("reply_to", parse_addresses),
    b"to": ("to", parse_addresses),
    b"cc": ("cc", parse_addresses),
    b"bcc": ("bcc", parse_addresses),
    b"mail-followup-to": ("followup_to", parse_addresses),
    b"date": ("sent_at", parse_date),
    b"message-id": ("message_id", message_id),
    b"in-reply-to": ("in_reply_to", message_ids),
    b"references": ("references", message_ids),
    b"content-type": ("content_type", media_type),
    b"list-id": ("list_id", _list_id),
    b"auto-submitted": ("auto_submitted", _word),
    b"precedence": ("precedence", _word),
    b"return-path": ("return_path", _return_path),
    b"x-auto-response-suppress": ("auto_response_suppress", _suppressed),
    b"list-unsubscribe": ("list_unsubscribe", _technical),
    b"list-unsubscribe-post": ("list_unsubscribe_post", _technical),
    b"authentication-results": ("authentication_results", _technical),
}


def _in_utf8(value: bytes, charset: str) -> bytes:
    """A value in UTF-8: unlabelled bytes are taken for those of the text's charset."""
    if value.isascii():
        return value
    try:
        value.decode()
    except UnicodeDecodeError:
        return decode(value, charset)[0].encode()
    return value


def _labelled(found: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """The fields; those in raw 8-bit, which RFC 5322 forbids and old clients of Russia
    and Asia send, are read in the charset that the mail names for its text."""
    charset = parameters(found.get(b"content-type", b"")).get("charset")
    if not charset:
        return found
    return {name: _in_utf8(value, charset) for name, value in found.items()}


def index_header(raw: bytes) -> IndexHeader:
    """What the index stores of one mail, from its header; never raises.

    ``raw`` may be the HEADER.FIELDS literal of a FETCH or a whole header; beyond
    ``MAX_HEADER_LITERAL`` it is not read.  Importance is ``high``, ``low`` or empty.
    """
    found = gather(raw)
    if not raw.isascii():
        found = _labelled(found)
    values: dict = {}
    for name, value in found.items():
        if value and name in _READERS:
            attribute, read = _READERS[name]
            values[attribute] = read(value)
    if not found.keys().isdisjoint(_URGENCY):
        values["importance"] = _importance(found)
    # What __init__ does, which for a frozen class costs as much as reading five fields:
    # what is not in values is the class's own, the defaults.
    header = object.__new__(IndexHeader)
    header.__dict__.update(values)
    return header
