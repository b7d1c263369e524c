"""The right to work on an account, as a value."""

from __future__ import annotations

from dataclasses import dataclass


class LeaseLost(Exception):
    """Another worker owns the account now: stop at once, write nothing more."""


@dataclass(frozen=True)
class Claim:
    """Holds until somebody else has a higher fence."""

    account_id: int
    owner: str
    fence: int
