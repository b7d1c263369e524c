from odoo import fields, models
from odoo.tools import SQL


class CrmMailHealth(models.Model):
    """How every mailbox is doing, for the administrator, and nothing of what is in it.

    A view of its own, because the accounts themselves are their owners' alone: it has
    no column that tells of a mail, a folder or a correspondent (law 11).
    """

    _name = "crm.mail.health"
    _description = "Health of a mailbox"
    _auto = False
    _order = "error_at NULLS LAST, id"
    _rec_name = "email"

    user_id = fields.Many2one("res.users", "Owner", readonly=True)
    email = fields.Char(readonly=True)
    imap_host = fields.Char("IMAP server", readonly=True)
    state = fields.Selection(
        [("mapping", "Folders to be mapped"), ("ready", "In use")], readonly=True
    )
    active = fields.Boolean(readonly=True)
    checked_at = fields.Datetime("Last checked", readonly=True)
    failures = fields.Integer("Failed tries in a row", readonly=True)
    error_message = fields.Char("Problem", readonly=True)
    error_at = fields.Datetime("Since", readonly=True)
    due = fields.Datetime("Next try", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT account.id, account.user_id, account.email, account.imap_host,
                   account.state, account.active, lease.checked_at, lease.failures,
                   lease.error_message, lease.error_at, lease.due
              FROM crm_mail_account account
              LEFT JOIN crm_mail_account_lease lease
                ON lease.account_id = account.id
            """
        )
