from datetime import timedelta

from odoo import api, fields, models

RETENTION = timedelta(days=30)
LOG_DAYS = "crm_mail_accounts.log_days"
"""Parameter: how many days a line is kept; :data:`RETENTION` where it is unset."""


class CrmMailLog(models.Model):
    """One line of the connection log.

    Never a subject, an address of a correspondent or a secret: what went on between us
    and the server, in words that help to find out why mail does not arrive.
    """

    _name = "crm.mail.log"
    _description = "Mail connection log"
    _order = "id desc"
    _rec_name = "message"

    account_id = fields.Many2one("crm.mail.account", index=True, ondelete="cascade")
    user_id = fields.Many2one(
        "res.users",
        "User name",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="cascade",
        help="Whose mailbox it is about.",
    )
    source = fields.Selection(
        [
            ("imap_auth", "IMAP Auth"),
            ("smtp_auth", "SMTP Auth"),
            ("pop3_auth", "POP3 Auth"),
            ("incoming", "Incoming mail"),
            ("outgoing", "Outgoing mail"),
            ("logger", "Email Logger"),
        ],
        required=True,
    )
    level = fields.Selection(
        [
            ("debug", "Debug"),
            ("info", "Information"),
            ("warning", "Warning"),
            ("error", "Error"),
        ],
        required=True,
    )
    message = fields.Text()

    @api.autovacuum
    def _gc_old_lines(self):
        # sudo: the log is vacuumed for everybody
        days = self.env["ir.config_parameter"].sudo().get_param(LOG_DAYS)
        kept = timedelta(days=int(days)) if days else RETENTION
        self.sudo().search(
            [("create_date", "<", fields.Datetime.now() - kept)]
        ).unlink()
