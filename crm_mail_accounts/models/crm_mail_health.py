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
    imap_host = fields.Char("Server", readonly=True)
    state = fields.Selection(
        [("mapping", "Folders to be mapped"), ("ready", "In use")], readonly=True
    )
    active = fields.Boolean(readonly=True)
    checked_at = fields.Datetime("Last checked", readonly=True)
    failures = fields.Integer("Failed tries in a row", readonly=True)
    error_message = fields.Char("Problem", readonly=True)
    error_at = fields.Datetime("Since", readonly=True)
    due = fields.Datetime("Next try", readonly=True)
    share_sender = fields.Boolean("Shared sender", readonly=True)

    def action_share_sender(self):
        """Open this address to all users, or close it again; the owner is told [A9].

        Writing from it is all that it gives: its mail stays its owner's.
        """
        self.check_access("read")
        for row in self:
            # sudo: administrators see no account but their own. This writes the one
            # switch that is theirs; who may press it is this list's access right.
            account = self.env["crm.mail.account"].sudo().browse(row.id)
            account.share_sender = not account.share_sender
            owner = account.user_id
            env = self.env(context={"lang": owner.lang})
            if account.share_sender:
                text = env._(
                    "All users may now write from %(address)s. Your mail stays yours "
                    "alone.",
                    address=account.email,
                )
            else:
                text = env._(
                    "Other users may no longer write from %(address)s.",
                    address=account.email,
                )
            owner._bus_send("simple_notification", {"type": "info", "message": text})
        self.invalidate_recordset(["share_sender"])
        return True

    def action_emergency(self):
        """Ask for a reason, then let the administrator read this mailbox a while."""
        return self._wizard("crm.mail.emergency", self.env._("Emergency access"))

    def action_leave(self):
        """Hand the mailbox over or close it, without reading it."""
        return self._wizard("crm.mail.leave", self.env._("Hand over or close"))

    def _wizard(self, model: str, name: str) -> dict:
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_health_id": self.id},
        }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT account.id, account.user_id, account.email,
                   COALESCE(account.imap_host, account.pop3_host) AS imap_host,
                   account.state, account.active,
                   COALESCE(maildrop.last_run, lease.checked_at) AS checked_at,
                   GREATEST(lease.failures, maildrop.failures) AS failures,
                   COALESCE(lease.error_message, maildrop.error_message)
                       AS error_message,
                   COALESCE(lease.error_at, maildrop.error_at) AS error_at,
                   COALESCE(maildrop.next_run, lease.due) AS due,
                   account.share_sender
              FROM crm_mail_account account
              LEFT JOIN crm_mail_account_lease lease
                ON lease.account_id = account.id
              LEFT JOIN crm_mail_pop3_bridge maildrop
                ON maildrop.account_id = account.id AND maildrop.own
            """
        )
