"""Transactions of our own, which are done again when two writers meet.

The host does so for requests and no one else: what runs in a cron, or beside the
running transaction, has to do it itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

T = TypeVar("T")

WRITERS_MET = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)
"""What says that two transactions touched the same rows.  Nobody's failure: whoever
catches everything lets these pass, so that the whole transaction is done again."""
TRIES = 5


def in_transaction(registry, work: Callable[[api.Environment], T]) -> T:
    """``work(env)`` as superuser in a transaction of its own, committed at its end."""
    for attempt in range(1, TRIES + 1):
        try:
            with registry.cursor() as cr:
                return work(api.Environment(cr, SUPERUSER_ID, {}))
        except WRITERS_MET:
            if attempt == TRIES:
                raise
            time.sleep(0.05 * attempt)
    raise AssertionError("unreachable")
