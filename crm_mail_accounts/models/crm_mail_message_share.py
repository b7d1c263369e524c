# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models


class CrmMailMessage(models.Model):
    """Who else reads a mail, and what they say to each other about it."""

    _inherit = "crm.mail.message"

    share_ids = fields.One2many("crm.mail.share", "message_id", "Shared with")
    comment_ids = fields.One2many("crm.mail.comment", "message_id", "Comments")
    shared_with_me = fields.Boolean(
        compute="_compute_shared_with_me",
        help="The user reads this mail alone, not the mailbox that it lies in.",
    )

    @api.depends("user_id", "account_id")
    @api.depends_context("uid")
    def _compute_shared_with_me(self):
        others = self.filtered(lambda message: message.user_id != self.env.user)
        mailboxes = set(others.account_id._filtered_access("read")._ids)
        for message in self:
            message.shared_with_me = (
                message in others and message.account_id.id not in mailboxes
            )

    def _mailbox(self):
        """The account that the mail lies in, for whoever may read the mail.

        For fetching it and for what its header means (whether it is the owner's own
        address); nothing of the account leaves for the browser.
        """
        self.check_access("read")
        # sudo: a colleague with whom the mail is shared reads no account
        return self.account_id.sudo()

    def _may_share(self) -> bool:
        """Whether the user may give the mail to others: its owner, and who acts for
        them."""
        self.ensure_one()
        if self.user_id == self.env.user:
            return True
        return bool(self.account_id) and self.account_id._has_right("act")

    def _readers(self):
        """Everybody who may read the mail in the mail client. As superuser."""
        self.ensure_one()
        return (
            self.user_id
            | self.account_id.delegate_ids._in_force().user_id
            | self.share_ids.user_id
        )
