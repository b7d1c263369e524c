"""Content-Transfer-Encoding undone (RFC 2045 6), also where it was done badly."""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64, a2b_qp

from .uuencoded import decode_block

WRONG = "transfer_encoding_wrong"
"""Called base64 but is not; kept as it came."""
DAMAGED = "base64_damaged"
UNKNOWN = "transfer_encoding_unknown"

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_SPACE = b" \t\r\n\f\v\x00"
_UUENCODE = frozenset(("x-uuencode", "uuencode", "x-uue", "uue"))
_AS_IS = frozenset(("", "7bit", "8bit", "binary", "none", "7-bit", "8-bit", "utf-8"))


def decode_transfer(data: bytes, encoding: bytes) -> tuple[bytes, str | None]:
    """The content, and what was odd; never raises."""
    name = encoding.split(b"(", 1)[0].strip(b" \t\"';.").decode("latin-1").lower()
    if name == "base64":
        return _base64(data)
    if name in ("quoted-printable", "quotedprintable", "quoted printable"):
        return a2b_qp(data), None
    if name in _UUENCODE and (content := decode_block(data)) is not None:
        return content, None
    return data, None if name in _AS_IS else UNKNOWN


def _base64(data: bytes) -> tuple[bytes, str | None]:
    strange = data.translate(None, _ALPHABET + _SPACE)
    if len(strange) * 20 > len(data):
        return data, WRONG
    clean = data.translate(None, _SPACE + strange)
    defect = DAMAGED if strange else None
    clean = clean.rstrip(b"=")
    if b"=" in clean:
        # Encoded in pieces that were put one behind the other, each padded.
        return b"".join(_group(piece) for piece in clean.split(b"=")), defect
    if len(clean) % 4 == 1:
        defect = DAMAGED
    return _group(clean), defect


def _group(clean: bytes) -> bytes:
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    try:
        return a2b_base64(clean + b"=" * (-len(clean) % 4))
    except Base64Error:
        return b""
