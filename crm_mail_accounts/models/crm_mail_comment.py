from odoo import fields, models


class CrmMailComment(models.Model):
    """What a colleague said to others about a mail; it never leaves the CRM.

    Whoever may read the mail reads all of it (the record rule follows the mail's).
    Plain text of its own rather than a chatter: a chatter mails and keeps
    notifications, which would outlive the right to the mail.
    """

    _name = "crm.mail.comment"
    _description = "Comment on a mail"
    _order = "id"
    _rec_name = "body"

    message_id = fields.Many2one(
        "crm.mail.message", "Mail", required=True, index=True, ondelete="cascade"
    )
    author_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="cascade",
    )
    body = fields.Text(required=True)
    named_ids = fields.Many2many("res.users", string="Named colleagues")

    def _tell(self):
        """Screens that show the mail show the comment."""
        # sudo: all readers of the mail are told, whoever of them wrote
        for message in self.message_id.sudo():
            for user in message._readers():
                user._bus_send("crm_mail_accounts/comment", {"message_id": message.id})
