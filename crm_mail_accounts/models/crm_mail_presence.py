from collections.abc import Mapping
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

GONE_AFTER = timedelta(seconds=60)
"""Who has not been heard of for so long is not there: a tab says three times in this
time that it is."""
KINDS = [("reading", "Reading"), ("answering", "Answering")]


class CrmMailPresence(models.Model):
    """A tab of somebody shows this mail, in a mailbox that several people use.

    One row for each tab and mail, renewed in place while it lasts; the bus is told of
    changes alone.  Mails rather than conversations, because conversations merge.
    Closed to everybody: ``crm.mail.client.presence`` writes and tells.
    """

    _name = "crm.mail.presence"
    _description = "Who is at a mail"
    _log_access = False
    _rec_name = "message_id"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    tab = fields.Char(required=True, help="Made up by the browser, one for each tab.")
    message_id = fields.Many2one(
        "crm.mail.message", "Mail", required=True, index=True, ondelete="cascade"
    )
    account_id = fields.Many2one(
        "crm.mail.account", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(KINDS, required=True)
    seen_at = fields.Datetime(required=True)

    _tab_unique = models.UniqueIndex("(user_id, tab, message_id)")

    @api.model
    def _note(self, tab: str, places: Mapping):
        """This is what the current user's tab shows, and nothing else.

        :param places: mail -> kind
        :return: the accounts in which something is different from before
        """
        now = fields.Datetime.now()
        own = self.search([("user_id", "=", self.env.uid), ("tab", "=", tab)])
        before = {row.message_id: row.kind for row in own if row._is_fresh(now)}
        gone = own.filtered(lambda row: row.message_id not in places)
        accounts = gone.account_id
        for message, kind in places.items():
            if before.get(message) != kind:
                accounts |= message.account_id
        gone.unlink()
        self.flush_model()
        for message, kind in places.items():
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO crm_mail_presence
                           (user_id, tab, message_id, account_id, kind, seen_at)
                    VALUES (%s, %s, %s, %s, %s, %s)
                        ON CONFLICT (user_id, tab, message_id)
                        DO UPDATE SET kind = excluded.kind, seen_at = excluded.seen_at
                    """,
                    self.env.uid,
                    tab,
                    message.id,
                    message.account_id.id,
                    kind,
                    now,
                )
            )
        self.invalidate_model()
        return accounts

    @api.model
    def _in_accounts(self, accounts):
        """Who is there now, whoever that is, as far as they may read there still."""
        rows = self.search(
            Domain("account_id", "in", accounts.ids)
            & Domain("seen_at", ">", fields.Datetime.now() - GONE_AFTER)
        )
        readers = {account: account._team() for account in accounts}
        return rows.filtered(lambda row: row.user_id in readers[row.account_id])

    def _is_fresh(self, now) -> bool:
        return self.seen_at > now - GONE_AFTER

    @api.autovacuum
    def _gc_gone(self):
        self.search([("seen_at", "<", fields.Datetime.now() - GONE_AFTER)]).unlink()
