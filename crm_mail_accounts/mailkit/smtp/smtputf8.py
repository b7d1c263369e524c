"""Whether a mail may only go to a server that offers SMTPUTF8 (RFC 6531).

Not the envelope alone decides: an address with accents in Cc or Reply-To stands in the
header as UTF-8. Other servers must not be given such a mail (section 3.3), not even
when it is tried again for those recipients alone who have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import CapabilityMissing

SMTPUTF8 = "SMTPUTF8"
_HEADER_END = re.compile(rb"\r?\n\r?\n")


def needs_smtputf8(addresses: Iterable[str], raw: bytes) -> bool:
    """``addresses``: of the envelope; their domains count as ASCII, which they are made
    (RFC 5890)."""
    if not all(address.rpartition("@")[0].isascii() for address in addresses):
        return True
    end = _HEADER_END.search(raw)
    return not raw[: end.start() if end else len(raw)].isascii()


def missing_smtputf8() -> CapabilityMissing:
    return CapabilityMissing(SMTPUTF8, code="smtputf8_missing")
