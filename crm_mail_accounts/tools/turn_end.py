"""How a turn ends: the account is given back, with what became of it.

Every outcome is stored on the lease: when the next turn is due, and what is wrong.
"""

from __future__ import annotations

import logging

from odoo import fields

from ..mailkit.errors import MailError
from ..mailkit.sync.backoff import pause_after
from ..mailkit.values import Endpoint
from .error_messages import describe
from .lease import LeaseLost

_logger = logging.getLogger(__name__)

POLL_SECONDS = 60.0


class TurnEnd:
    """Of the worker that holds the account."""

    def __init__(self, worker):
        self.worker = worker

    def give_back(self, env, more: bool):
        """Nothing is wrong; ``more`` is to be done at once."""
        worker = self.worker
        worker.log_trace(env, worker.trace)
        lease = env["crm.mail.account.lease"]._of(worker.claim)
        recovered = bool(lease.error_code)
        lease._release(
            self._no_later_than_outgoing(env, 0.0 if more else POLL_SECONDS),
            failures=0,
            error_code=False,
            error_message=False,
            error_at=False,
            checked_at=fields.Datetime.now(),
        )
        if recovered or worker.new_mails:
            text = env._("%(count)s new mails", count=worker.new_mails)
            worker.log(env, "info", text)
        if recovered:
            worker.tell(env)
        else:
            worker.tell_rest(env)

    def _no_later_than_outgoing(self, env, next_in: float) -> float:
        """A mail leaves at its time, whatever pause the mailbox is in."""
        account = self.worker.account(env)
        due = env["crm.mail.outgoing"]._next_due(account, self.worker.started)
        if not due:
            return next_in
        return max(0.0, min(next_in, (due - fields.Datetime.now()).total_seconds()))

    def fail_by_defect(self):
        """After a defect of ours: the owner is told, and the account tried again."""
        self.fail(MailError(code="defect", retry=True), None)

    def fail(self, error: MailError, endpoint: Endpoint | None):
        """The account pauses, as long as the error asks for."""
        worker = self.worker
        _logger.info("account %s: %s", worker.claim.account_id, error.code)

        def store(env):
            lease = env["crm.mail.account.lease"]._of(worker.claim)
            account = worker.account(env)
            env = env(context={"lang": account.user_id.lang})
            failures = lease.failures + 1
            worker.log_trace(env, worker.trace)
            worked = bool(lease.checked_at)
            text = describe(env, error, endpoint, worked=worked).text
            known = lease.error_code == error.code
            lease._release(
                self._no_later_than_outgoing(env, pause_after(error, failures)),
                failures=failures,
                error_code=error.code,
                error_message=text,
                error_at=lease.error_at if known else fields.Datetime.now(),
            )
            worker.log(env, "error", f"{text} [{error.detail[:500]}]", "imap_auth")
            worker.tell(env)
            if not known and not error.retry:
                # What only a person can mend is told once; later tries that fail for
                # the same reason stay silent.
                title = env._("Mailbox %(name)s", name=account.name)
                worker.tell_owner(env, title, text)

        try:
            worker.commit(store)
        except LeaseLost:
            _logger.info("account %s: taken over", worker.claim.account_id)
