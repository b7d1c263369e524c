import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.fields import BigInteger
from ..tools.lease import Claim, LeaseLost

LEASE = timedelta(seconds=90)
"""How long a worker may be silent before another one takes the account over."""


class CrmMailAccountLease(models.Model):
    """Who works on an account now, when it is due next, and how the last try went.

    Apart from the account, so that a user who saves the form never meets a worker who
    writes progress.  Every transaction of a worker starts with :meth:`_renew`, which
    fails when another host has taken the account over: that is the fence (law 8).
    """

    _name = "crm.mail.account.lease"
    _description = "Work on a mail account"
    _log_access = False

    account_id = fields.Many2one(
        "crm.mail.account", required=True, index=True, ondelete="cascade"
    )
    due = fields.Datetime(index=True, default=lambda self: fields.Datetime.now())
    owner = fields.Char()
    until = fields.Datetime()
    fence = BigInteger(default=0)
    failures = fields.Integer(default=0)
    error_code = fields.Char()
    error_message = fields.Char()
    error_at = fields.Datetime()
    checked_at = fields.Datetime()
    listed_at = fields.Datetime()
    host_seen = fields.Integer(
        help="Newest message of the host that was looked at for Imported."
    )
    pass_number = fields.Integer(
        default=1, help="Counts the turns in which every folder was looked at."
    )
    smtp_failures = fields.Integer(default=0)
    smtp_error_code = fields.Char()
    smtp_error_message = fields.Char()
    smtp_error_at = fields.Datetime()
    files_sent = fields.Boolean(
        help="Its provider was seen to put sent mail into Sent by itself."
    )
    smtp_size = BigInteger(help="Bytes that the SMTP server takes; 0: it does not say.")
    quota_used = BigInteger(help="Bytes; of the fullest storage quota.")
    quota_limit = BigInteger(help="Bytes; 0 where the server tells none.")

    _account_unique = models.Constraint(
        "UNIQUE (account_id)", "An account has one lease."
    )

    @api.model
    def _claim(self) -> Claim | None:
        """Take the account that waits longest, or ``None`` when nothing is due.

        The row is locked for this statement only; the caller commits at once.  While
        an account is worked on its ``due`` is empty, so that a wish to look again
        that arrives meanwhile (:meth:`_make_due`) is not lost; a worker that died
        leaves ``until`` behind, which then counts as the due date.
        """
        owner = uuid.uuid4().hex
        self.flush_model()
        self.env["crm.mail.account"].flush_model(["active", "state"])
        # Not logged: another lane's claim is no error, and the caller looks again.
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_mail_account_lease
                   SET owner = %(owner)s, fence = fence + 1, due = NULL,
                       until = clock.now_utc + %(lease)s
                  FROM (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now_utc) clock
                 WHERE id = (
                    SELECT lease.id
                      FROM crm_mail_account_lease lease
                      JOIN crm_mail_account account ON account.id = lease.account_id
                     WHERE account.active
                       AND account.state = 'ready'
                       AND COALESCE(lease.due, lease.until)
                           <= clock_timestamp() AT TIME ZONE 'UTC'
                       AND (lease.until IS NULL
                            OR lease.until < clock_timestamp() AT TIME ZONE 'UTC')
                     ORDER BY COALESCE(lease.due, lease.until)
                       FOR UPDATE OF lease SKIP LOCKED
                     LIMIT 1)
             RETURNING account_id, fence
                """,
                owner=owner,
                lease=LEASE,
            ),
            log_exceptions=False,
        )
        rows = self.env.cr.fetchall()
        self.invalidate_model()
        return Claim(rows[0][0], owner, rows[0][1]) if rows else None

    @api.model
    def _renew(self, claim: Claim):
        """Prove that the claim still holds, and hold it for another while.

        :raises LeaseLost: it does not; the transaction must be rolled back.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_mail_account_lease
                   SET until = (clock_timestamp() AT TIME ZONE 'UTC') + %s
                 WHERE account_id = %s AND owner = %s AND fence = %s
             RETURNING id
                """,
                LEASE,
                claim.account_id,
                claim.owner,
                claim.fence,
            )
        )
        self.invalidate_model(["until"])
        if not rows:
            raise LeaseLost(claim.account_id)

    @api.model
    def _of(self, claim: Claim):
        return self.search([("account_id", "=", claim.account_id)])

    def _release(self, next_in: float, **values):
        """Give the account back; due again in ``next_in`` seconds at the latest."""
        self.ensure_one()
        due = fields.Datetime.now() + timedelta(seconds=next_in)
        self.write(
            {
                "owner": False,
                "until": False,
                "due": min(self.due, due) if self.due else due,
                **values,
            }
        )

    @api.model
    def _make_due(self, accounts):
        """Look at these accounts now, whatever pause they were in.

        A worker that is busy with one of them is left alone: it looks at the due
        date when it gives the account back.
        """
        self.search([("account_id", "in", accounts.ids)]).write(
            {"due": fields.Datetime.now(), "failures": 0}
        )

    @api.model
    def _make_due_at(self, accounts, at=None):
        """Look at these accounts at a time (now when left out), or before.

        A worker that is busy with one of them computes that time itself when it gives
        the account back; the row is written all the same, so that one of the two
        transactions sees what the other did.
        """
        at = at or fields.Datetime.now()
        if not accounts:
            return
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_mail_account_lease
                   SET due = CASE WHEN due IS NOT NULL THEN LEAST(due, %(at)s)
                                  WHEN until IS NULL OR %(at)s <= until THEN %(at)s
                              END
                 WHERE account_id = ANY(%(accounts)s)
                """,
                at=at,
                accounts=accounts.ids,
            )
        )
        self.invalidate_model(["due"])
