"""FETCH: which items the index asks for, and what the answers say.

The reader takes items in any order, because servers differ, and drops every
response without a literal UID: servers also send flag changes of other mails, by
sequence number, in between, and a number that is not a UID would give one mail
another mail's flags.  One response that cannot be read is dropped and counted;
the others are read.

No ENVELOPE and no BODYSTRUCTURE in the index: the first is the item that servers
get wrong most and lacks References and the list fields, the second multiplies the
cost.  Only ``BODY.PEEK``: fetching never sets ``\\Seen`` (RFC 9051 6.4.5).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from ..errors import LimitExceeded, ProtocolError
from ..values import FetchedMessage
from . import tokens, utf7
from .sets import MAX_UID
from .tokens import Atom
from .wire import Untagged

INDEX_HEADERS = (
    "DATE FROM SENDER REPLY-TO TO CC SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES "
    "CONTENT-TYPE LIST-ID AUTO-SUBMITTED PRECEDENCE"
)
"""What a row stores, and nothing more: the fields of mail systems are often longer than
all others together, and are read with the mail."""
INDEX_SECTION = "HEADER.FIELDS"
"""The key of the index's header fields in ``FetchedMessage.sections``."""
_MAX_INTEGER = 2**63 - 1
"""The database's largest; sizes and MODSEQ above it are a server's invention."""

_DATE = re.compile(
    rb"\s*(\d{1,2})-([A-Za-z]{3})-(\d{4})\s+(\d{1,2}):(\d{2}):(\d{2})"
    rb"\s*(?:([+-])(\d{2})(\d{2}))?"
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        b"JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), start=1
    )
}
_MONTH_TEXTS = {
    b"-%s-" % name.title(): f"-{number:02}-" for name, number in _MONTHS.items()
}
_ZONE = re.compile(r"([+-])(\d\d)(\d\d)", re.ASCII)
_SECTION = re.compile(
    rb"(BODY|BINARY)\[([^ \]]*)(?:[^\]]*\]<(\d{1,10})>\Z)?", re.IGNORECASE
)

_WORDS = rb'\(([^()"{\[]{0,200})\)'
_LISTED = rb'\((?:[^()"{\[]|"(?:[^"\\{]|\\.){0,255}"){0,400}\)'
_FIELDS = rb'[A-Za-z0-9 -]*(?:"[A-Za-z0-9-]*"[A-Za-z0-9 -]*)*'
# no alternative begins like another one, and each ends at a sign that it cannot
# hold, so nothing is tried twice
_USUAL = re.compile(
    rb"\((?:(?:UID (\d{1,10})|FLAGS " + _WORDS + rb'|INTERNALDATE "([^"\\]{1,40})"'
    rb"|RFC822\.SIZE (\d{1,18})|MODSEQ \((\d{1,18})\)"
    rb'|PREVIEW (NIL|"[^"\\{\0]*")'
    rb"|EMAILID (" + _LISTED + rb")|THREADID (NIL|" + _LISTED + rb")"
    rb"|X-GM-MSGID (\d{1,20})|X-GM-THRID (\d{1,20})|X-GM-LABELS (" + _LISTED + rb")"
    rb") )*BODY\[HEADER\.FIELDS \(" + _FIELDS + rb"\)\] ~?\{\d+\+?\}\Z",
    re.DOTALL,
)
_OTHERS = (b"EMAILID", b"THREADID", b"X-GM-MSGID", b"X-GM-THRID", b"X-GM-LABELS")


def index_items(capabilities: Collection[str], *, modseq: bool) -> bytes:
    """The item list of an index window for a server with these capabilities."""
    items = "UID FLAGS INTERNALDATE RFC822.SIZE"
    if modseq:
        items += " MODSEQ"
    if "OBJECTID" in capabilities:
        items += " EMAILID THREADID"
    if "X-GM-EXT-1" in capabilities:
        items += " X-GM-MSGID X-GM-THRID X-GM-LABELS"
    if "PREVIEW" in capabilities:
        items += " PREVIEW (LAZY)"
    return f"({items} BODY.PEEK[HEADER.FIELDS ({INDEX_HEADERS})])".encode("ascii")


def read_date(value: bytes) -> datetime | None:
    """INTERNALDATE (RFC 9051 date-time), with or without the leading space.

    ``None`` for a date that does not exist.  An absurd zone is read as UTC, which
    moves a mail by hours; dropping the date would move it by years.
    """
    if (usual := _usual_date(value)) is not None:
        return usual
    match = _DATE.match(value)
    month = _MONTHS.get(match.group(2).upper()) if match else None
    if match is None or month is None:
        return None
    day, _month, year, hour, minute, second, sign, zone_h, zone_m = match.groups()
    zone = timezone.utc
    if sign:
        minutes = int(zone_h) * 60 + int(zone_m)
        zone = _zone(-minutes if sign == b"-" else minutes)
    try:
        moment = datetime(
            int(year),
            month,
            int(day),
            int(hour),
            int(minute),
            min(int(second), 59),  # a leap second
            tzinfo=zone,
        )
        if not 1 < moment.year < 9999:
            moment.astimezone(timezone.utc)  # these two may not survive it
    except (ValueError, OverflowError):
        return None
    return moment


def _usual_date(value: bytes) -> datetime | None:
    """``18-Nov-2023 01:11:18 +0000``, letter by letter; ``None`` for all else."""
    month = _MONTH_TEXTS.get(value[2:7])
    if month is None or value[11:21:3] != b" :: " or len(value) != 26:
        return None
    text = value.decode("latin-1")
    zone = _usual_zone(text[21:])
    try:
        moment = datetime.fromisoformat(
            f"{text[7:11]}{month}{text[:2]}T{text[12:20]}+00:00"
        )
    except ValueError:
        return None
    if zone is None or not 1 < moment.year < 9999 or text[12:14] == "24":
        return None
    return moment if zone is timezone.utc else moment.replace(tzinfo=zone)


@lru_cache(maxsize=256)
def _usual_zone(text: str) -> timezone | None:
    match = _ZONE.fullmatch(text)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    return _zone(-minutes if match[1] == "-" else minutes)


@lru_cache(maxsize=256)
def _zone(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes)) if abs(minutes) < 1440 else timezone.utc


class FetchReader:
    """Reads FETCH responses; ``dropped`` counts by reason what was not usable.

    Reasons: ``no uid``, ``unreadable``, ``not asked`` (another mail, or without
    the ``section``: its key in ``FetchedMessage.sections``).

    ``lenient``: an answer to the question (it has a size or a date, which nobody
    tells unasked) whose section is missing counts, with ``None`` for the section, so
    that the mail is not lost to whoever counts.
    """

    def __init__(
        self,
        first: int = 1,
        last: int = MAX_UID,
        *,
        section: str | None = None,
        lenient: bool = False,
        dropped: Counter | None = None,
    ):
        self._first = first
        self._last = last
        self._section = section
        self._lenient = lenient
        self.dropped: Counter = Counter() if dropped is None else dropped

    def read(self, response: Untagged) -> FetchedMessage | None:
        """The mail of a response, or ``None`` when it is none that was asked."""
        if response.name != "FETCH":
            return None
        try:
            message = read_fetch(response)
        except (ProtocolError, LimitExceeded):
            self.dropped["unreadable"] += 1
            return None
        if message is None:
            self.dropped["no uid"] += 1
            return None
        if not self._first <= message.uid <= self._last:
            self.dropped["not asked"] += 1
            return None
        section = self._section
        if section is not None and section not in message.sections:
            answered = message.size is not None or message.internaldate is not None
            if not (self._lenient and answered):
                self.dropped["not asked"] += 1
                return None
            message.sections[section] = None
        return message


def read_fetch(response: Untagged) -> FetchedMessage | None:
    """One FETCH response; ``None`` without a UID.  May raise ProtocolError."""
    return _read_usual(response) or _read_any(response)


def _read_usual(response: Untagged) -> FetchedMessage | None:
    """The answer to the index's FETCH as nearly every server writes it.

    A mailbox has a hundred thousand of them, and one expression is five times as
    quick as word by word.  ``None`` for what is unusual in any way (another case, a
    literal more, an item that nobody asked for, something behind the header):
    :func:`_read_any` decides about it, and reads what is read here to the same.
    """
    segments = response.segments
    if len(segments) != 3 or segments[2] != b")":
        return None
    match = _USUAL.match(segments[0], response.start)
    if match is None:
        return None
    number, flags, date, size, modseq, preview, *others = match.groups()
    uid = int(number or 0)
    if not 0 < uid <= MAX_UID:
        return None
    extra: dict[str, object] = {}
    if preview is not None:
        extra["preview"] = (
            None if preview == b"NIL" else preview[1:-1].decode("utf-8", "replace")
        )
    if any(others):
        for name, text in zip(_OTHERS, others, strict=True):
            if text is not None:
                field, read = _EXTRAS[name]
                extra[field] = read(tokens.parse([text])[0])
    # what __init__ does, which for a frozen class costs half as much as all above
    message = object.__new__(FetchedMessage)
    message.__dict__.update(
        uid=uid,
        flags=None if flags is None else _usual_flags(flags),
        internaldate=None if date is None else read_date(date),
        size=None if size is None else int(size),
        modseq=None if modseq is None else int(modseq),
        sections={INDEX_SECTION: segments[1]},
        extra=extra,
    )
    return message


@lru_cache(maxsize=1024)
def _usual_flags(text: bytes) -> tuple[str, ...]:
    """Flags without their parentheses: the same few combinations come again."""
    return _flags(tokens.parse([b"(" + text + b")"])[0])


def _read_any(response: Untagged) -> FetchedMessage | None:
    """Items in any order and case, with literals anywhere."""
    top = tokens.parse(response.segments, response.start)
    if not top or not isinstance(top[0], list) or len(top[0]) % 2:
        raise ProtocolError("a FETCH response that cannot be read")
    items = top[0]
    values: dict = {}
    sections: dict[str, bytes | None] = {}
    extra: dict[str, object] = {}
    for name, value in zip(items[::2], items[1::2], strict=True):
        if not isinstance(name, Atom):
            raise ProtocolError("a FETCH item without a name")
        reader = _READERS.get(name) or _READERS.get(name.upper())
        if reader is not None:
            field, read = reader
            values[field] = read(value)
            continue
        known = _EXTRAS.get(name.upper())
        if known is not None:
            field, read = known
            extra[field] = read(value)
            continue
        match = _SECTION.match(name)
        if match and not isinstance(value, list):
            sections[match.group(2).decode("latin-1").upper()] = value
            if match.group(3):
                extra["origin"] = int(match.group(3))
        else:
            extra[name.decode("latin-1").upper()] = _extra(value)
    uid = values.pop("uid", None)
    if not uid or uid > MAX_UID:
        return None
    return FetchedMessage(uid=uid, sections=sections, extra=extra, **values)


def _number(value) -> int | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]  # MODSEQ comes in parentheses
    if not isinstance(value, bytes) or not value.isdigit() or len(value) > 19:
        return None
    number = int(value)
    return number if number <= _MAX_INTEGER else None


def _flags(value) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        flag.decode("latin-1")
        for flag in value
        # with NUL it is no flag's name, and nothing could store it
        if isinstance(flag, bytes) and b"\0" not in flag
    )


def _moment(value) -> datetime | None:
    return read_date(value) if isinstance(value, bytes) else None


def _identifier(value) -> str | None:
    """An id is text: Gmail's numbers are unsigned and 64 bits long, and an id of RFC
    8474 comes in parentheses.  ``None`` where the server knows none."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return _text(value) or None


def _text(value) -> str | None:
    """Without NUL, which no database stores."""
    if not isinstance(value, bytes):
        return None
    return value.decode("utf-8", "replace").replace("\0", "")


def _labels(value) -> tuple[str, ...]:
    """Gmail's labels: modified UTF-7, like the folders that they are (``\\Inbox``)."""
    if not isinstance(value, list):
        value = [value]
    return tuple(utf7.decode(label) for label in value if isinstance(label, bytes))


def _extra(value) -> object:
    """An item that nobody asked for: text, ``None``, or a tuple of these."""
    if isinstance(value, list):
        return tuple(_extra(item) for item in value)
    return _text(value)


_EXTRAS = {
    b"EMAILID": ("emailid", _identifier),
    b"THREADID": ("threadid", _identifier),
    b"X-GM-MSGID": ("gm_msgid", _identifier),
    b"X-GM-THRID": ("gm_thrid", _identifier),
    b"X-GM-LABELS": ("gm_labels", _labels),
    b"PREVIEW": ("preview", _text),
}
_READERS = {
    b"UID": ("uid", _number),
    b"FLAGS": ("flags", _flags),
    b"INTERNALDATE": ("internaldate", _moment),
    b"RFC822.SIZE": ("size", _number),
    b"MODSEQ": ("modseq", _number),
}
