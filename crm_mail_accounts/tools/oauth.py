"""Keeping an access token alive: one request at a time, none inside a transaction.

An access token lasts an hour; a new one is had with the refresh token, which
Microsoft replaces each time.  So of all workers and requests that need the same
account's token exactly one asks, and what it got is committed at once, in a transaction
of its own: an error elsewhere must not roll back the only copy of a rotated token.  No
transaction is open while the provider is asked (law 8), so it is no row lock that keeps
the others off but a claim with an end (``crm.mail.account.token.renewing_until``); they
wait a little and read what the first one stored.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ..mailkit.errors import NetworkError
from ..mailkit.oauth import TokenRequest
from .transaction import in_transaction

_logger = logging.getLogger(__name__)

RENEW_BEFORE = timedelta(minutes=2)
"""Longer than a worker's turn and a slow login together."""
CLAIM = timedelta(seconds=60)
"""Twice the longest that ``mailkit/net_oauth.py`` waits for an answer."""
WAIT = 15.0
"""Seconds to wait for somebody else's answer."""
PAUSE = 0.2
CONNECT_CODES = frozenset(
    {"token_missing", "token_withdrawn", "token_refused", "token_scope"}
)
"""Errors that the owner mends by signing in at the provider again."""


class Busy(Exception):
    """Somebody else is asking the provider for this account."""


@dataclass(frozen=True)
class Renewal:
    """The right to ask once. ``version`` is that of the tokens it begins with."""

    token_id: int
    version: int
    kind: str
    request: TokenRequest


def renew(
    door,
    account_id: int,
    refused: str = "",
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """See to it that the account's access token is good for a while.

    The caller has no transaction open.  ``door`` is any ``crm.mail.account``
    recordset; ``refused`` is an access token that the mail server did not take, however
    long it was meant to last.

    :raises MailError: ``token_missing``, ``token_withdrawn``, ``oauth_not_configured``:
        a person must act; ``token_unavailable``: try again later
    """
    registry = door.env.registry

    def begin(env):
        return env["crm.mail.account.token"]._begin_renewal(account_id, refused)

    give_up = clock() + WAIT
    while True:
        try:
            renewal = in_transaction(registry, begin)
            break
        except Busy:
            if clock() >= give_up:
                raise NetworkError(
                    "another request is waiting for the provider",
                    code="token_unavailable",
                ) from None
            sleep(PAUSE)
    if renewal is None:
        return
    try:
        answer = door._ask_token__(renewal.request)
    except Exception:
        # Whatever it was: the others need not wait for the claim to end.
        in_transaction(
            registry,
            lambda env: env["crm.mail.account.token"]._give_up_renewal(renewal),
        )
        raise
    in_transaction(
        registry,
        lambda env: env["crm.mail.account.token"]._finish_renewal(renewal, answer),
    )
    _logger.info("account %s: access token renewed", account_id)
