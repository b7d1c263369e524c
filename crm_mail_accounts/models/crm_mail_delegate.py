from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

EMERGENCY = "crm_mail_accounts.emergency_access"
"""Parameter: administrators may read a mailbox for a while, for a written reason."""


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

    expires_at = fields.Datetime(
        "Until",
        readonly=True,
        help="Emergency access of an administrator, who reads until then and does "
        "nothing else. The line stays, so that you know of it.",
    )
    reason = fields.Text(readonly=True)

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
        self._check_no_emergency()
        users = self.user_id
        accounts = self.account_id
        result = super().write(vals)
        accounts._withdraw_assignments()
        # sudo: users write no drafts of others; who may withdraw was asked just before
        self.env["crm.mail.outgoing"].sudo()._hand_back_drafts(accounts)
        self._tell(users | self.user_id)
        return result

    def unlink(self):
        self._check_no_emergency()
        users = self.user_id
        accounts = self.account_id
        result = super().unlink()
        accounts._withdraw_assignments()
        # sudo: users write no drafts of others; who may withdraw was asked just before
        self.env["crm.mail.outgoing"].sudo()._hand_back_drafts(accounts)
        self._tell(users)
        return result

    def _check_no_emergency(self):
        """Who read a mailbox in an emergency stays written down."""
        if not self.env.su and self.filtered("expires_at"):
            raise UserError(
                self.env._(
                    "This is an administrator's emergency access. It ends by itself, "
                    "and the line stays as a record of it."
                )
            )

    def _in_force(self):
        """Those whose time is not over."""
        now = fields.Datetime.now()
        return self.filtered(lambda one: not one.expires_at or one.expires_at > now)

    @api.model
    def _tell(self, users):
        """An open Messages screen shows or drops the mailbox at once."""
        # sudo: the bus is nobody's own; what is sent names no mailbox
        for user in users.sudo():
            user._bus_send(
                "crm_mail_accounts/changed", {"account_id": False, "folder_ids": []}
            )
