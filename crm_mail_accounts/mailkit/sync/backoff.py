"""How long to leave an account alone after a failure."""

from __future__ import annotations

from ..errors import AuthError, MailError

FIRST_PAUSE = 60.0
LONGEST_PAUSE = 30 * 60.0
FIRST_AUTH_PAUSE = 15 * 60.0
LONGEST_AUTH_PAUSE = 6 * 3600.0
"""Servers lock a user name after a few wrong passwords: ask rarely."""


def pause_after(error: MailError, failures: int) -> float:
    """Seconds until the next try; ``failures`` counts this one, from 1.

    What the server itself asked for is never cut short.  An error that only a person
    can mend (a password, a certificate) is tried again rarely, because saving
    the account asks for a try at once.
    """
    doublings = min(max(failures, 1) - 1, 20)
    if isinstance(error, AuthError) or not error.retry:
        pause = min(FIRST_AUTH_PAUSE * 2**doublings, LONGEST_AUTH_PAUSE)
    else:
        pause = min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
    return max(pause, error.retry_after or 0.0)
