"""Modified UTF-7 of folder names, both ways (RFC 3501 5.1.3).

Decoding is tolerant, because the name of a folder must never make it vanish: a
name that is not valid modified UTF-7 is shown as it is (as UTF-8 when its 8-bit
bytes are that).  The decoded name is for people; commands use the raw name.
"""

from __future__ import annotations

import binascii
import re

from ..stream import checked_text

_SHIFTED = re.compile(r"&([^-]*)-")
_CODE = re.compile(r"[A-Za-z0-9+,]+")
_UNENCODED = re.compile(r"[^\x20-\x7e]+|&")


def decode(raw: bytes | str) -> str:
    """The readable form of a raw name (``str``: its bytes as latin-1)."""
    data = raw if isinstance(raw, bytes) else raw.encode("latin-1")
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        # not allowed, yet some servers store UTF-8 as it came
        return data.decode("utf-8", "replace") if _is_utf8(data) else _latin(data)
    if "&" not in text:
        return text
    try:
        decoded = _SHIFTED.sub(_unshift, text)
    except (ValueError, binascii.Error):
        return text
    return decoded if decoded.isprintable() else text


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _latin(data: bytes) -> str:
    return data.decode("latin-1")


def _unshift(match: re.Match[str]) -> str:
    code = match.group(1)
    if not code:
        return "&"
    if not _CODE.fullmatch(code):
        raise ValueError("not base64")
    padded = code.replace(",", "/") + "=" * (-len(code) % 4)
    return binascii.a2b_base64(padded.encode("ascii")).decode("utf-16-be")


def encode(name: str) -> bytes:
    """The raw form of a name that a person typed; refuses control characters,
    which the encoding would hide from every later check."""
    checked_text(name)
    return _UNENCODED.sub(_shift, name).encode("ascii")


def _shift(match: re.Match[str]) -> str:
    text = match.group()
    if text == "&":
        return "&-"
    data = binascii.b2a_base64(text.encode("utf-16-be"), newline=False)
    return "&" + data.decode("ascii").rstrip("=").replace("/", ",") + "-"
