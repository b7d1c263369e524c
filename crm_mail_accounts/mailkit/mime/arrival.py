"""A mail that is to be put into an IMAP folder: its line ends and its arrival date."""

from __future__ import annotations

import re
from datetime import datetime

from ..limits import MAX_HEADER_LITERAL
from .dates import parse_date
from .header_fields import fields

_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")


def with_crlf(raw: bytes) -> bytes:
    """Every line ended by CRLF: servers refuse APPEND of bare CR or LF (RFC 9051
    section 6.3.12 wants RFC 5322 text; Cyrus says "Message contains bare newlines")."""
    return _BARE.sub(b"\r\n", raw)


def arrival(raw: bytes, now: datetime) -> datetime:
    """When a mail arrived, in UTC: INTERNALDATE for a mail that POP3 tells none of.

    The newest Received field that names a moment, as the last server to have had the
    mail wrote it; else the Date field; never later than ``now`` (with a time zone),
    which also stands in where neither can be believed.
    """
    sent = None
    for name, value in fields(raw[:MAX_HEADER_LITERAL]):
        if name == b"received":
            moment = parse_date(value.rpartition(b";")[2])
            if moment is not None:
                return min(moment, now)
        elif name == b"date" and sent is None:
            sent = parse_date(value)
    return now if sent is None else min(sent, now)
