import json

from odoo import api, fields, models


class MailScheduledMessage(models.Model):
    """A message that waits keeps the mailbox that it is sent from, and says which.

    It is posted as its author, whose right to the sender is asked then.
    """

    _inherit = "mail.scheduled.message"

    crm_mail_sender = fields.Char("From", compute="_compute_crm_mail_sender")

    @api.depends("notification_parameters")
    def _compute_crm_mail_sender(self):
        for message in self:
            chosen = json.loads(message.notification_parameters or "{}")
            account_id = chosen.get("crm_mail_account_id") or False
            # sudo: whoever sees the message sees from whom it will come, as they do
            # once it is posted
            account = self.env["crm.mail.account"].sudo().browse(account_id).exists()
            sender = account and account._sender_for(message.create_uid)
            message.crm_mail_sender = sender and f"{sender.name} <{sender.email}>"

    @api.model
    def _notification_parameters_whitelist(self):
        return {*super()._notification_parameters_whitelist(), "crm_mail_account_id"}

    def _to_store_defaults(self, target):
        return [*super()._to_store_defaults(target), "crm_mail_sender"]
