"""What a signature encloses (CMS, RFC 5652): the file in a ``.p7m``, the mail in an
``application/pkcs7-mime``.

Italian invoices and certified documents come as ``.p7m``, and whoever receives one
wants the document.  The signature is not verified, and nobody is told that it was.
The structure is read by asn1crypto, which Odoo brings; without it nothing is opened.
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from dataclasses import dataclass, field

SIGNED = "signed"
ENCRYPTED = "encrypted"

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 5
"""Signatures upon signatures: a countersigned document is signed as a whole again."""

_ARMOUR = re.compile(rb"-----(?:BEGIN|END) [A-Z0-9 ]+-----")
_ENCRYPTED_TYPES = frozenset(
    ("enveloped_data", "encrypted_data", "authenticated_enveloped_data",
     "signed_and_enveloped_data")
)  # fmt: skip


@dataclass(frozen=True)
class Enclosed:
    """``kind`` is SIGNED or ENCRYPTED; ``content`` is empty where it is not inside."""

    kind: str
    content: bytes = field(default=b"", repr=False)


def read_cms(data: bytes) -> Enclosed | None:
    """What ``data`` encloses, in DER, BER or base64; None for anything else."""
    found = None
    for _depth in range(MAX_DEPTH):
        inner = _read(found.content if found else data)
        if inner is None:
            break
        found = inner
    return found


def _read(data: bytes) -> Enclosed | None:
    data = _binary(data)
    if not data or len(data) > MAX_BYTES:
        return None
    try:
        from asn1crypto import cms
    except ImportError:
        return None
    try:
        info = cms.ContentInfo.load(data)
        kind = info["content_type"].native
        if kind in _ENCRYPTED_TYPES:
            return Enclosed(ENCRYPTED)
        if kind != "signed_data":
            return None
        # A clear-signed mail's signature encloses nothing.
        content = info["content"]["encap_content_info"]["content"]
        native = content.native if content is not None else None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        return None  # not CMS, or damaged: each kind of damage raises something else
    except RecursionError:
        return None
    return Enclosed(SIGNED, native if isinstance(native, bytes) else b"")


def _binary(data: bytes) -> bytes:
    """DER or BER; from base64 where it is that, which some signing programs write."""
    if data[:1] == b"\x30":
        return data
    start = data[:64].lstrip()
    if not start.startswith((b"MI", b"-----BEGIN")) or len(data) > 2 * MAX_BYTES:
        return b""
    try:
        binary = a2b_base64(_ARMOUR.sub(b"", data))
    except Base64Error:
        return b""
    return binary if binary[:1] == b"\x30" else b""
