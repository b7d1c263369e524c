"""Arguments of commands: atom, quoted string or literal (RFC 9051 section 4).

Everything that comes from a person or from a mail goes through here, hence
through :func:`stream.checked`: names, patterns, search values, flags.  What these
functions return is either bytes that are ready for the line or a
:class:`Literal`, which the wire announces and sends as its own block.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from ..errors import InvalidArgument
from ..stream import checked, checked_text

_FLAG = re.compile(r"\\?[A-Za-z0-9!#$&'+,\-./:;<=>?@^_`|~]+\Z")
_MAX_QUOTED = 1000
"""Bytes; longer strings go as a literal, below every server's line limit."""
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True)
class Literal:
    """Content that is sent by its size.  ``binary``: literal8 of RFC 3516."""

    content: bytes = field(repr=False)
    binary: bool = False


Argument = bytes | Literal


def string(value: bytes | str) -> Argument:
    """A quoted string, or a literal when the value has 8-bit bytes or is long."""
    data = _checked(value)
    if len(data) > _MAX_QUOTED or not data.isascii():
        return Literal(data)
    return b'"' + data.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def mailbox(raw: str | bytes) -> Argument:
    """A folder by its raw name (``str``: bytes as latin-1), byte for byte."""
    try:
        data = raw.encode("latin-1") if isinstance(raw, str) else raw
    except UnicodeEncodeError as err:
        raise InvalidArgument("a folder name that is not in its raw form") from err
    return string(data)


def flag_list(flags) -> bytes:
    """``(\\Seen $Forwarded)``; each flag is an atom or a system flag."""
    for flag in flags:
        if not _FLAG.match(flag):
            raise InvalidArgument("a flag with characters that flags cannot have")
    return b"(" + " ".join(flags).encode("ascii") + b")"


def number(value: int, *, most: int = 0xFFFFFFFF) -> bytes:
    """An unsigned number; ``bool`` and text are refused."""
    if type(value) is not int or not 0 <= value <= most:
        raise InvalidArgument("a number out of range")
    return str(value).encode("ascii")


def date_time(moment: datetime) -> bytes:
    """INTERNALDATE's form (RFC 9051 date-time); needs a time zone."""
    offset = moment.utcoffset()
    if offset is None:
        raise InvalidArgument("a date without time zone")
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    hours, minutes = divmod(abs(minutes), 60)
    return (
        f'"{moment.day:2d}-{_MONTHS[moment.month - 1]}-{moment.year:04d} '
        f'{moment:%H:%M:%S} {sign}{hours:02d}{minutes:02d}"'
    ).encode("ascii")


def day(value: date) -> bytes:
    """A SEARCH key's date: ``1-Feb-2026`` (RFC 9051 date-text)."""
    return f"{value.day}-{_MONTHS[value.month - 1]}-{value.year:04d}".encode("ascii")


def _checked(value: bytes | str) -> bytes:
    return checked(value) if isinstance(value, bytes) else checked_text(value)
