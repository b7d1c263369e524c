"""Files that stand in a text as ``begin 644 name`` ... ``end`` (uuencode, POSIX).

Older Outlooks, scanners and scripts still send them so.  A block counts only if its
every line is a line of uuencode and something comes out, so that a sentence that begins
with the word stays text.
"""

from __future__ import annotations

import re
from binascii import Error as UuError
from binascii import a2b_uu

from .tnef import PackedFile

MAX_FILES = 200
_BLOCK = re.compile(
    rb"^begin[ ]+[0-7]{3,4}[ ]+([^\r\n]{1,1000})\r?\n"
    rb"((?:[!-`][ -`]{0,120}\r?\n)*)"
    rb"(?:[ `]?\r?\n)?end[ \t]*(?:\r?\n|\Z)",
    re.MULTILINE,
)


def split_uuencoded(text: bytes) -> tuple[bytes, list[PackedFile]]:
    """The text without its blocks, and their files; never raises."""
    if b"begin " not in text:
        return text, []
    files: list[PackedFile] = []

    def taken(match: re.Match[bytes]) -> bytes:
        content = decode_lines(match[2])
        if not content or len(files) >= MAX_FILES:
            return match[0]
        name = match[1].decode("utf-8", "replace").strip(" \t\"'")
        files.append(PackedFile(filename=name, content=content))
        return b""

    return _BLOCK.sub(taken, text), files


def decode_block(data: bytes) -> bytes | None:
    """The content of a part whose transfer encoding is uuencode; None if it is not."""
    match = _BLOCK.search(data)
    return decode_lines(match[2]) if match else None


def decode_lines(lines: bytes) -> bytes | None:
    """The content of lines that each tell their length; None when one is not so."""
    content = []
    for line in lines.splitlines():
        size = (line[0] - 32) & 63
        # Mailers cut the spaces that end a line, and add a checksum of one character.
        needed = (size + 2) // 3 * 4
        if len(line) > 1 + needed + 2 and line[1 + needed :].strip():
            return None
        try:
            content.append(a2b_uu(line[: 1 + needed]))
        except UuError:
            return None
    return b"".join(content)
