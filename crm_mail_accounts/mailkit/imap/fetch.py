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
from . import tokens
from .sets import MAX_UID
from .tokens import Atom
from .wire import Untagged

INDEX_HEADERS = (
    "DATE FROM SENDER REPLY-TO TO CC SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES "
    "CONTENT-TYPE LIST-ID LIST-UNSUBSCRIBE LIST-UNSUBSCRIBE-POST AUTO-SUBMITTED "
    "PRECEDENCE X-AUTO-RESPONSE-SUPPRESS RETURN-PATH IMPORTANCE X-PRIORITY "
    "AUTHENTICATION-RESULTS"
)
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
_SECTION = re.compile(rb"(BODY|BINARY)\[([^ \]]*)", re.IGNORECASE)


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
        moment.astimezone(timezone.utc)  # the year 1 or 9999 may not survive it
    except (ValueError, OverflowError):
        return None
    return moment


@lru_cache(maxsize=256)
def _zone(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes)) if abs(minutes) < 1440 else timezone.utc


class FetchReader:
    """Reads FETCH responses; ``dropped`` counts by reason what was not usable.

    Reasons: ``no uid``, ``unreadable``, ``not asked`` (another mail, or without
    the items in ``required``: the names of fields of ``FetchedMessage`` or, for a
    section, its key).
    """

    def __init__(
        self,
        first: int = 1,
        last: int = MAX_UID,
        *,
        section: str | None = None,
        dropped: Counter | None = None,
    ):
        self._first = first
        self._last = last
        self._section = section
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
        if not self._first <= message.uid <= self._last or (
            self._section is not None and self._section not in message.sections
        ):
            self.dropped["not asked"] += 1
            return None
        return message


def read_fetch(response: Untagged) -> FetchedMessage | None:
    """One FETCH response; ``None`` without a UID.  May raise ProtocolError."""
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
        match = _SECTION.match(name)
        if match and not isinstance(value, list):
            sections[match.group(2).decode("latin-1").upper()] = value
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
    return tuple(flag.decode("latin-1") for flag in value if isinstance(flag, bytes))


def _moment(value) -> datetime | None:
    return read_date(value) if isinstance(value, bytes) else None


def _extra(value) -> object:
    """EMAILID, THREADID, X-GM-*, PREVIEW: text, ``None``, or a tuple of text.

    An id in parentheses (RFC 8474) is the id; Gmail's numbers stay text, since
    they are unsigned and 64 bits long.
    """
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], Atom) and value[0][:1] != b"\\":
            return _extra(value[0])
        return tuple(_extra(item) for item in value)
    return value


_READERS = {
    b"UID": ("uid", _number),
    b"FLAGS": ("flags", _flags),
    b"INTERNALDATE": ("internaldate", _moment),
    b"RFC822.SIZE": ("size", _number),
    b"MODSEQ": ("modseq", _number),
}
