# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import logging
import time

from psycopg2.errors import SerializationFailure

from odoo import api, models
from odoo.exceptions import ValidationError

from ..tools.account_worker import SLICE_SECONDS, AccountWorker
from ..tools.outgoing_send import OutgoingSend
from ..tools.transaction import in_transaction

_logger = logging.getLogger(__name__)

LARGEST_LANES = 32
CLAIM_TRIES = 5


class CrmMailAccount(models.Model):
    """When accounts are worked on, and by whom."""

    _inherit = "crm.mail.account"

    @api.model
    def _cron_sync_lane(self):
        """Work on accounts that are due, one after the other, until the time is up.

        Every lane is one ``ir.cron`` row, so the host's own engine spreads them over
        its workers and hosts; the lease keeps two lanes off one account.
        """
        cron = self.env["ir.cron"]
        # A snapshot of now: the host took its own when the job was picked.
        cron._commit_progress(0)
        while True:
            claim = self._claim_account()
            # Commits the claim. From here to the next look no transaction of this
            # cursor is open: the worker has its own (law 8).
            seconds_left = cron._commit_progress(1 if claim else 0, remaining=0)
            if not claim:
                self._send_by_host()
                return
            self._work_on(claim)
            if seconds_left <= 0 or cron._commit_progress(remaining=1) <= 0:
                return

    @api.model
    def _send_by_host(self):
        """Mails of users without a mailbox: no account, hence no lease; each mail is
        taken by itself."""
        deadline = time.monotonic() + SLICE_SECONDS
        registry = self.env.registry
        try:
            OutgoingSend(
                registry,
                self,
                False,
                lambda work: in_transaction(registry, work),
                lambda: time.monotonic() >= deadline,
            ).run()
        except Exception:  # a defect there must not stop the lane
            _logger.exception("defect while the host sends")

    @api.model
    def _claim_account(self):
        """The claim on an account that is due, or ``None``.

        A row that another lane has claimed since our snapshot began cannot be looked
        at any more, not even to pass over it: look again with a new one.
        """
        for _try in range(CLAIM_TRIES):
            try:
                return self.env["crm.mail.account.lease"]._claim()
            except SerializationFailure:
                self.env.cr.rollback()
        return None

    @api.model
    def _set_lanes(self, wanted: int):
        """Make ``wanted`` lanes run: known ones are switched on and off, more made.

        The rows are kept when they are switched off, so that their names and their
        settings survive a change of mind.

        :raises ValidationError: fewer than none, or more than can be meant
        """
        if not 0 <= wanted <= LARGEST_LANES:
            raise ValidationError(
                self.env._(
                    "Choose 1 to %(most)s mailboxes at the same time, or 0 to fetch no "
                    "mail at all.",
                    most=LARGEST_LANES,
                )
            )
        # sudo: crons are the system's; administrators alone reach this, by Settings
        lanes = self.with_context(active_test=False)._sync_lanes().sorted("id")
        for lane in lanes[:wanted].filtered(lambda lane: not lane.active):
            lane.active = True
        for lane in lanes[wanted:].filtered("active"):
            lane.active = False
        for number in range(len(lanes) + 1, wanted + 1):
            lanes[:1].copy({"name": f"CRM mail: sync lane {number}", "active": True})

    @api.model
    def _work_on(self, claim) -> bool:
        """One turn of one account; true when it has more to do.

        An account that fails must not stop the others (law 10), whatever the reason:
        a defect of ours is logged with its traceback, and the account pauses like after
        an outage.
        """
        worker = AccountWorker(self.env.registry, self, claim)
        try:
            return worker.run()
        except Exception:
            _logger.exception("account %s: defect in its turn", claim.account_id)
            worker.end.fail_by_defect()
        return False
