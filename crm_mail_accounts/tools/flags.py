"""Flags as the index stores them: bits for those that the screen knows, and words.

The bits are those of ``crm.mail.message.server_flags``, ``pending_add`` and
``pending_remove``.  What is shown is ``(server & ~remove) | add``.
"""

from __future__ import annotations

from collections.abc import Iterable

SEEN, FLAGGED, ANSWERED, FORWARDED, DRAFT, DELETED = (1 << bit for bit in range(6))
NAMES = {
    SEEN: "\\Seen",
    FLAGGED: "\\Flagged",
    ANSWERED: "\\Answered",
    FORWARDED: "$Forwarded",
    DRAFT: "\\Draft",
    DELETED: "\\Deleted",
}
SHOWN = {
    "seen": SEEN,
    "flagged": FLAGGED,
    "answered": ANSWERED,
    "forwarded": FORWARDED,
    "draft": DRAFT,
}
"""Columns of ``crm.mail.message`` that show a bit."""
_BITS = {name.lower(): bit for bit, name in NAMES.items()}


def pack(flags: Iterable[str]) -> tuple[int, str | None]:
    """Bits and the other keywords, in one order, or ``None`` where there are none.

    System flags without a bit (``\\Recent``) say nothing of the mail and are left out.
    """
    bits = 0
    words = []
    for flag in flags:
        bit = _BITS.get(flag.lower())
        if bit:
            bits |= bit
        elif not flag.startswith("\\"):
            words.append(flag)
    return bits, " ".join(sorted(words)) or None


def unpack(bits: int, keywords: str | None = None) -> tuple[str, ...]:
    """The flags' names for a command."""
    return tuple(name for bit, name in NAMES.items() if bits & bit) + tuple(
        (keywords or "").split()
    )
