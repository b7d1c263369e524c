"""Whether a filter may forward a mail by itself.

Two machines that forward to each other never stop, so a mail that a machine sent is not
forwarded, nor one that has been here before.  What we forward says so in fields that
others honour as well (:func:`forward_headers`), and takes along the marks of everybody
who forwarded it before: a circle of three is seen by the first one.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

from .autoreply import LOOP_FIELD, Silence, correspondent, gathered, machine_made

PER_DAY = 200
"""Forwards of one account in a day: beyond it something is wrong."""
MOST_MARKS = 20
"""Marks that are taken along; a mail that has more of them goes round."""
MOST_RECEIVED = 60
"""Servers on a mail's way (RFC 5321 6.3 calls 100 of them a loop)."""


class Refusal(Enum):
    """Why a mail is not forwarded; the value is a word for the log."""

    REPORT = "report"
    AUTOMATIC = "automatic"
    LOOP = "loop"
    BACK = "back_to_its_sender"
    OURS = "to_myself"
    BRAKE = "brake"


def refusal(
    raw_header: bytes, to: str, *, mine: Collection[str], token: str, sent_today: int
) -> Refusal | None:
    """Why this mail is not forwarded to ``to``, or ``None``.

    :param mine: the account's addresses, in lower case
    :param token: our own mark in ``X-Loop``
    :param sent_today: what this account has forwarded by itself in a day
    """
    header = gathered(raw_header)
    marks = header.get(LOOP_FIELD.lower(), ())
    if any(token.encode() in value for value in marks) or len(marks) > MOST_MARKS:
        return Refusal.LOOP
    if len(header.get("received", ())) > MOST_RECEIVED:
        return Refusal.LOOP
    made = machine_made(header, token)
    if made is not None:
        return Refusal.REPORT if made is Silence.REPORT else Refusal.AUTOMATIC
    if to.strip().lower() in mine:
        return Refusal.OURS
    if to.strip().lower() == correspondent(header):
        return Refusal.BACK
    return Refusal.BRAKE if sent_today >= PER_DAY else None


def forward_headers(raw_header: bytes, token: str) -> tuple[tuple[str, str], ...]:
    """What keeps others from answering or forwarding it again (RFC 3834 section 5),
    and the marks by which everybody knows their own."""
    marks = gathered(raw_header).get(LOOP_FIELD.lower(), ())
    kept = [value.decode("latin-1").strip() for value in marks]
    return (
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        *((LOOP_FIELD, mark) for mark in dict.fromkeys([*kept, token]) if mark),
    )
