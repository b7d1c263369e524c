"""Parameters of Content-Type and Content-Disposition, and the file names in them.

Reads RFC 2231 (continuations, charset) and the encoded words that clients put
there although RFC 2047 forbids it; also values without quotes and quotes that are
never closed.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from . import charsets
from .encoded_words import decode_words

_MAX_VALUE = 64 * 1024  # bytes of a field that are read
_MAX_SECTIONS = 200  # continuations of one parameter

_PARAMETER = re.compile(
    rb";\s*([^\s=;\"]{1,100})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;]*))", re.DOTALL
)
_SECTION = re.compile(r"(.*?)\*(\d{1,4})(\*?)")
_QUOTED_PAIR = re.compile(rb"\\([\"\\])")


def parameters(value: bytes) -> dict[str, str]:
    """Names in lower case to decoded values; the first of a name counts."""
    plain: dict[str, bytes] = {}
    extended: dict[str, bytes] = {}
    sections: dict[str, dict[int, tuple[bool, bytes]]] = {}
    value = value[:_MAX_VALUE]
    if value.count(b'"') % 2:
        value += b'"'  # never closed: the rest of the line belongs to it
    for match in _PARAMETER.finditer(value):
        name = match[1].decode("latin-1").lower()
        if match[2] is not None:
            # Only pairs that RFC 822 needs: Windows paths have backslashes too.
            content = _QUOTED_PAIR.sub(rb"\1", match[2])
        else:
            content = match[3].strip().strip(b"\"'")
        if split := _SECTION.fullmatch(name):
            found = sections.setdefault(split[1], {})
            if len(found) < _MAX_SECTIONS:
                found.setdefault(int(split[2]), (bool(split[3]), content))
        elif name.endswith("*"):
            extended.setdefault(name[:-1], content)
        else:
            plain.setdefault(name, content)
    result = {name: decode_words(content) for name, content in plain.items()}
    result |= {name: _joined(found) for name, found in sections.items()}
    result |= {name: _extended(content) for name, content in extended.items()}
    return result


def _charset_of(content: bytes) -> tuple[str | None, bytes]:
    """``charset'language'text`` of RFC 2231 4."""
    parts = content.split(b"'", 2)
    if len(parts) < 3:
        return None, content
    return parts[0].decode("latin-1"), parts[2]


def _extended(content: bytes) -> str:
    charset, text = _charset_of(content)
    if charset is None and b"=?" in text:
        return decode_words(text)
    return charsets.decode(unquote_to_bytes(text), charset)[0]


def _joined(found: dict[int, tuple[bool, bytes]]) -> str:
    charset = None
    content = b""
    any_extended = False
    for index in sorted(found):
        encoded, piece = found[index]
        if encoded:
            if not any_extended:
                charset, piece = _charset_of(piece)
                any_extended = True
            piece = unquote_to_bytes(piece)
        content += piece
    if not any_extended:
        return decode_words(content)
    # A character may be split over two sections: decoded only when all are there.
    return charsets.decode(content, charset)[0]
