from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    crm_mail_account_ids = fields.One2many(
        "crm.mail.account", "user_id", "Mail accounts", readonly=True
    )

    crm_mail_from_addresses = fields.Char(
        "Addresses to write from",
        groups="base.group_erp_manager",
        help="Where the administrator limits them: addresses, separated by spaces, "
        "that this user may write from besides their own.",
    )

    crm_mail_undo_seconds = fields.Integer(
        "Seconds to undo sending",
        default=10,
        help="A mail leaves this much later, 30 seconds at most, and can be taken back "
        "until then.",
    )

    _crm_mail_undo_range = models.Constraint(
        "CHECK (crm_mail_undo_seconds BETWEEN 0 AND 30)",
        "Sending can be undone for 0 to 30 seconds.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [
            *super().SELF_READABLE_FIELDS,
            "crm_mail_account_ids",
            "crm_mail_undo_seconds",
        ]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "crm_mail_undo_seconds"]

    def action_crm_mail_senders(self):
        """Show the current user the addresses that they may write from."""
        return self.env["crm.mail.sender"]._open()
