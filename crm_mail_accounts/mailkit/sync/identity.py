"""Which mail this is, whatever its UID.

UIDs change when a server is rebuilt, and a moved mail gets a new one.  A fingerprint
recognises the mail again: Message-ID with size and arrival time, which COPY and MOVE
keep (RFC 9051 6.4.7).  The Message-ID alone is no identity: copies sent to oneself and
through a list share it, and whoever writes to us chooses it.  A mail without
Message-ID is known by its other header fields instead.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

from ..values import IndexHeader


def fingerprint(header: IndexHeader, size: int, internaldate: datetime | None) -> str:
    """32 hexadecimal digits, equal for the same mail in the same account."""
    date = str(int(internaldate.timestamp())) if internaldate else ""
    if header.message_id:
        parts = ["id", header.message_id.strip().lower(), str(size), date]
    else:
        parts = [
            "fields",
            str(size),
            date,
            header.sent_at.isoformat() if header.sent_at else "",
            header.from_.key if header.from_ else "",
            ",".join(address.key for address in header.to),
            header.subject,
        ]
    digest = blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16)
    return digest.hexdigest()
