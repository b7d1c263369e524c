from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    crm_mail_account_ids = fields.One2many(
        "crm.mail.account", "user_id", "Mail accounts", readonly=True
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "crm_mail_account_ids"]
