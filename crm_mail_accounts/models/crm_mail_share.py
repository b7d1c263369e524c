from odoo import fields, models


class CrmMailShare(models.Model):
    """This colleague may read this mail, because somebody named them beside it.

    One mail, never its mailbox nor its conversation with the customer.  Made and ended
    by :meth:`crm.mail.client.comment` and ``withdraw_share`` alone, which ask who may
    give a mail away; no user has the right to create one.
    """

    _name = "crm.mail.share"
    _description = "Mail shared with a colleague"
    _order = "id"
    _rec_name = "user_id"

    message_id = fields.Many2one(
        "crm.mail.message", "Mail", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users", "Shared with", required=True, index=True, ondelete="cascade"
    )
    opened_at = fields.Datetime("Opened", help="When they first looked at it.")

    _share_unique = models.Constraint(
        "UNIQUE (message_id, user_id)", "This mail is shared with this person already."
    )

    def unlink(self):
        users = self.user_id
        result = super().unlink()
        self._tell(users)
        return result

    def _tell(self, users, note=None):
        """Open Messages screens of these people look again.

        :param note: ``{message_id, author, subject}``: somebody named them there
        """
        # sudo: the bus is nobody's own; who is told may read what is named
        for user in users.sudo():
            user._bus_send(
                "crm_mail_accounts/changed", {"account_id": False, "folder_ids": []}
            )
            if note:
                user._bus_send("crm_mail_accounts/named", note)
