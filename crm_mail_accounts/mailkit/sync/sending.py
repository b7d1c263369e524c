"""What to do with a mail after an attempt to hand it over (RFC 5321 4.2.1, 4.5.4.1).

The rule that everything follows from: once the final dot was written and no answer
came, nobody knows, and the mail is never sent again by itself (RFC 1047).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from ..errors import (
    CapabilityMissing,
    InvalidArgument,
    LimitExceeded,
    MailError,
    ServerRefused,
)
from .backoff import pause_after

GIVE_UP = 3 * 24 * 3600.0
"""Seconds after which trying again ends (RFC 5321 4.5.4.1 wants four to five days of
servers; people want to hear sooner)."""


class Action(Enum):
    AGAIN = "again"
    FAIL = "fail"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Verdict:
    """``pause``: seconds until the next attempt; ``connection``: what is wrong is not
    this mail's, so the others would meet it as well."""

    action: Action
    pause: float = 0.0
    connection: bool = False


@dataclass(frozen=True)
class Refused:
    """Recipients by whether it is worth trying them again; words of the server."""

    for_now: dict[str, str] = field(default_factory=dict)
    for_good: dict[str, str] = field(default_factory=dict)


def by_patience(refused: Mapping[str, str]) -> Refused:
    """``refused``: address to the reply, which begins with its three digits."""
    for_now = {
        address: words for address, words in refused.items() if words.startswith("4")
    }
    return Refused(
        for_now,
        {
            address: words
            for address, words in refused.items()
            if address not in for_now
        },
    )


def after_error(error: MailError, *, tries: int, age: float) -> Verdict:
    """``tries`` counts this failure, from 1; ``age``: seconds since it was queued.

    An error without a step was met before the mail's turn came (connecting, logging
    in).
    """
    refused = isinstance(error, ServerRefused)
    if error.step == "dot" and not refused:
        return Verdict(Action.UNCERTAIN)
    if error.step and (
        (refused and not error.retry)
        or isinstance(error, (CapabilityMissing, InvalidArgument, LimitExceeded))
    ):
        return Verdict(Action.FAIL)
    connection = not error.step or not error.connection_usable
    if age >= GIVE_UP:
        return Verdict(Action.FAIL, connection=connection)
    return Verdict(Action.AGAIN, pause_after(error, tries), connection)
