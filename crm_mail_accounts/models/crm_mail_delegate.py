from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmMailDelegate(models.Model):
    """Another person who may use a mailbox, given by its owner and withdrawn at will.

    Reading is the right itself; acting and sending as its owner are given on top.
    """

    _name = "crm.mail.delegate"
    _description = "Mailbox delegate"
    _order = "account_id, id"
    _rec_name = "user_id"

    account_id = fields.Many2one(
        "crm.mail.account",
        "Mailbox",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["crm.mail.account"],
    )
    user_id = fields.Many2one(
        "res.users",
        "Delegate",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("share", "=", False)],
        help="Reads every mail of this mailbox.",
    )
    may_act = fields.Boolean(
        "May act", help="Marks, moves and deletes mails, and links them to records."
    )
    may_send_as = fields.Boolean(
        "May send as", help="Writes mails from the address of this mailbox."
    )

    _delegate_unique = models.Constraint(
        "UNIQUE (account_id, user_id)", "This person is a delegate already."
    )

    @api.constrains("user_id", "account_id")
    def _check_person(self):
        for delegate in self:
            if delegate.user_id == delegate.account_id.user_id:
                raise ValidationError(
                    self.env._("The mailbox is your own: you need no right to it.")
                )
            if not delegate.user_id.has_group("crm_mail_accounts.group_user"):
                raise ValidationError(
                    self.env._(
                        "%(name)s cannot use mailboxes: your administrator must first "
                        "give them the right to Mailboxes.",
                        name=delegate.user_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        delegates = super().create(vals_list)
        delegates._tell(delegates.user_id)
        return delegates

    def write(self, vals):
        users = self.user_id
        result = super().write(vals)
        self._tell(users | self.user_id)
        return result

    def unlink(self):
        users = self.user_id
        result = super().unlink()
        self._tell(users)
        return result

    @api.model
    def _tell(self, users):
        """An open Messages screen shows or drops the mailbox at once."""
        # sudo: the bus is nobody's own; what is sent names no mailbox
        for user in users.sudo():
            user._bus_send(
                "crm_mail_accounts/changed", {"account_id": False, "folder_ids": []}
            )
