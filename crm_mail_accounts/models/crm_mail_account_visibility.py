# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import fields, models

from .crm_mail_link_visibility import VISIBILITY


class CrmMailAccount(models.Model):
    """What colleagues who read a record see of the mails that are linked to it."""

    _inherit = "crm.mail.account"

    visibility = fields.Selection(
        VISIBILITY,
        "Colleagues see at most",
        required=True,
        default="all",
        help="Of mails of this mailbox that are linked to a record, whoever linked "
        "them. A conversation can say otherwise for itself. A change applies to "
        "what links have posted already, within a few minutes; messages that a record "
        "has by itself, because Odoo received or sent them there, stay.",
    )

    def write(self, vals):
        before = {account: account.visibility for account in self}
        result = super().write(vals)
        if "visibility" in vals:
            changed = self.filtered(lambda one: one.visibility != before[one])
            # sudo: users write no links; the right to write the account was checked
            self.env["crm.mail.link"].sudo().search(
                [("message_id.account_id", "in", changed.ids)]
            )._show_again()
        return result


class CrmMailThread(models.Model):
    """A conversation may say for itself what colleagues see of it."""

    _inherit = "crm.mail.thread"

    visibility = fields.Selection(
        VISIBILITY,
        "Colleagues see at most",
        help="Empty: as its mailbox says. When conversations are joined or parted, the "
        "stricter one goes along.",
    )
