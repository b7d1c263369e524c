from odoo import api, models


class MailScheduledMessage(models.Model):
    """A message that waits keeps the mailbox that it is sent from.

    It is posted as its author, whose right to the sender is asked then.
    """

    _inherit = "mail.scheduled.message"

    @api.model
    def _notification_parameters_whitelist(self):
        return {*super()._notification_parameters_whitelist(), "crm_mail_account_id"}
