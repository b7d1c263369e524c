from odoo import api, fields, models
from odoo.exceptions import UserError


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

    def write(self, vals):
        leaving = self.browse()
        if "active" in vals and not vals["active"]:
            leaving = self.filtered("active")
        result = super().write(vals)
        if leaving:
            # sudo: only their number is told, to whoever may archive users
            self.env["crm.mail.outgoing"].sudo()._tell_of_leaving(leaving)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_mailbox(self):
        """The database would forget their mailboxes and mails without a word."""
        # sudo: only the fact that there are some is told
        accounts = self.env["crm.mail.account"].sudo().with_context(active_test=False)
        owned = accounts.search([("user_id", "in", self.ids)])
        mails = self.env["crm.mail.outgoing"].sudo()
        waiting = mails._waiting_for([("user_id", "in", self.ids)])
        for user in (owned.user_id | waiting.user_id).sorted()[:1]:
            raise UserError(
                self.env._(
                    "%(name)s has a mailbox in Odoo, or mails that wait to be sent. "
                    "Hand the mailbox over or close it first, or archive the user "
                    "instead.",
                    name=user.name,
                )
            )

    def unlink(self):
        # sudo: what is deleted here is theirs; the right to delete users is asked below
        self.check_access("unlink")
        mails = self.env["crm.mail.message"].sudo()
        # those of a mailbox go with it
        mails.search([("user_id", "in", self.ids), ("account_id", "=", False)]).unlink()
        return super().unlink()

    def action_crm_mail_senders(self):
        """Show the current user the addresses that they may write from."""
        return self.env["crm.mail.sender"]._open()
