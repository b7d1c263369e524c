"""Mails in one file, as most mail programs read it: mbox (RFC 4155), in the form
"mboxrd".

Each mail begins with a line of its envelope; lines of the mail that look like one get
a ``>`` in front, and so do those that have it already, so that nothing is lost when it
is taken away again.  Line ends become those of the format, a single LF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone

_FROM = re.compile(rb"^(>*From )", re.MULTILINE)
_NOT_IN_ENVELOPE = re.compile(r"[^!-~]")
LONGEST_HELD = 64 * 1024
"""Bytes of a line that are held back until its end has come."""


def mbox_entry(
    pieces: Iterable[bytes],
    sender: str,
    arrived: datetime | None,
    status: str = "",
) -> Iterator[bytes]:
    """One mail, piece by piece.

    :param pieces: the mail as it came
    :param arrived: when it came in, in UTC
    :param status: of ``R`` (read), ``F`` (flagged), ``A`` (answered), ``T`` (draft), as
        most programs read them from ``Status`` and ``X-Status``
    """
    date = (arrived or datetime(1970, 1, 1)).replace(tzinfo=timezone.utc)
    name = _NOT_IN_ENVELOPE.sub("", sender) or "MAILER-DAEMON"
    yield f"From {name} {date:%a %b} {date.day:2} {date:%H:%M:%S %Y}\n".encode()
    yield _status(status)
    held, ends_line = b"", True
    for piece in pieces:
        held += piece
        cut = held.rfind(b"\n") + 1
        if not cut and len(held) < LONGEST_HELD:
            continue
        if not cut:
            # no line ends here; a CR may be half of one
            cut = len(held) - held.endswith(b"\r")
        part, held = held[:cut], held[cut:]
        yield _quoted(part, ends_line)
        ends_line = part.endswith(b"\n")
    yield _quoted(held, ends_line)
    yield b"\n" if ends_line and not held else b"\n\n"


def _status(status: str) -> bytes:
    """Two header fields, before those of the mail."""
    other = "".join(letter for letter in "AFT" if letter in status)
    return f"Status: {'R' if 'R' in status else ''}O\nX-Status: {other}\n".encode()


def _quoted(part: bytes, begins_line: bool) -> bytes:
    part = part.replace(b"\r\n", b"\n")
    if begins_line:
        return _FROM.sub(rb">\1", part)
    first, end, rest = part.partition(b"\n")
    return first + end + _FROM.sub(rb">\1", rest)
