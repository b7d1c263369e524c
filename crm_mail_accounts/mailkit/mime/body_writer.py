"""The content of a part on the wire: which transfer encoding, which lines.

* Text that is ASCII in lines of 78 goes as it is (``7bit``); other text as
  quoted-printable or base64, whichever is shorter.
* Files are base64.
* A mail within the mail is never encoded (RFC 2046 5.2.1): ``7bit`` or ``8bit``.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp

_TEXT_LINE = 78
_LONGEST_LINE = 998
_LINE_END = re.compile(rb"\r\n|\r|\n")
_FROM = re.compile(rb"^From ", re.MULTILINE)


def write_text(text: str) -> tuple[str, bytes]:
    """Transfer encoding and content of a text, in CRLF lines that end with one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.endswith("\n"):
        text += "\n"
    data = text.encode("utf-8", "replace")
    lines = data.split(b"\n")
    if data.isascii() and b"\x00" not in data:
        if all(len(line) <= _TEXT_LINE and not _is_from(line) for line in lines):
            return "7bit", data.replace(b"\n", b"\r\n")
    quoted = _quoted_printable(data)
    coded = encodebytes(data.replace(b"\n", b"\r\n")).replace(b"\n", b"\r\n")
    if len(quoted) <= len(coded):
        return "quoted-printable", quoted
    return "base64", coded


def _is_from(line: bytes) -> bool:
    """What mailboxes in one file change into ``>From``, and a signature with it."""
    return line.startswith(b"From ")


def _quoted_printable(data: bytes) -> bytes:
    # Its lines have 76 characters; the escape adds two, to a soft line break at most.
    written = _FROM.sub(b"=46rom ", b2a_qp(data, istext=True))
    return written.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def write_file(content: bytes) -> tuple[str, bytes]:
    return "base64", encodebytes(content).replace(b"\n", b"\r\n")


def write_mail(content: bytes) -> tuple[str, bytes] | None:
    """A whole mail in CRLF lines, or ``None`` where no server would take it as it is:
    longer lines than allowed, or NUL."""
    content = _LINE_END.sub(b"\r\n", content)
    if b"\x00" in content:
        return None
    if any(len(line) > _LONGEST_LINE for line in content.split(b"\r\n")):
        return None
    # The last line end before a boundary belongs to the boundary (RFC 2046 5.1.1).
    return ("7bit" if content.isascii() else "8bit"), content + b"\r\n"
