"""Which mail this is, whatever its UID.

UIDs change when a server is rebuilt, and a moved mail gets a new one.  What recognises
the mail again, the best first:

1. the server's own id of the content (:func:`server_key`: EMAILID, RFC 8474; Gmail's
   X-GM-MSGID), where it gives one;
2. a fingerprint of the Message-ID with size and arrival time, which COPY and MOVE keep
   (RFC 9051 6.4.7).  The Message-ID alone is no identity: copies sent to oneself and
   through a list share it, and whoever writes to us chooses it;
3. without Message-ID: one of size and arrival time with some header fields.

Fingerprints are stored: how one is made must not change, or every row would be a
stranger after the next renumbering.  So the server's id is kept beside it, and a server
that learns to give one, or stops, is followed all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b

from ..mime.header_fields import fields
from ..values import IndexHeader

_TELLING = (b"date", b"from", b"to", b"subject")
"""Fields that tell mails without Message-ID apart.  No Received: the index does not ask
for it, and what is asked once must be asked for ever."""


def fingerprint(
    header: IndexHeader,
    size: int,
    internaldate: datetime | None,
    *,
    raw: bytes | None = None,
) -> str:
    """32 hexadecimal digits, equal for the same mail in the same account.

    ``raw``: the header bytes as the server gave them, which tell mails without
    Message-ID apart whatever our decoding makes of them; without it their decoded
    fields do.
    """
    date = str(int(internaldate.timestamp())) if internaldate else ""
    if header.message_id:
        return _digest(["id", header.message_id.strip().lower(), str(size), date])
    if raw is not None:
        return _digest(["raw", str(size), date, _raw_fields(raw)])
    return _digest(
        [
            "fields",
            str(size),
            date,
            header.sent_at.isoformat() if header.sent_at else "",
            header.from_.key if header.from_ else "",
            ",".join(address.key for address in header.to),
            header.subject,
        ]
    )


def server_key(extra: Mapping[str, object]) -> str | None:
    """The server's own id of a mail's content, from ``FetchedMessage.extra``."""
    if not extra:
        return None
    for name, mark in (("emailid", "e"), ("gm_msgid", "g")):
        value = extra.get(name)
        if isinstance(value, str) and value:
            return f"{mark}:{value[:255]}"
    return None


def _raw_fields(raw: bytes) -> str:
    """A digest that folding, spaces and the order of the fields do not change."""
    found: dict[bytes, bytes] = {}
    for name, value in fields(raw):
        if name in _TELLING:
            found.setdefault(name, b" ".join(value.split()))
    joined = b"\0".join(found.get(name, b"") for name in _TELLING)
    return blake2b(joined, digest_size=16).hexdigest()


def _digest(parts: list[str]) -> str:
    digest = blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16)
    return digest.hexdigest()
