# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..mailkit.errors import MailError
from ..mailkit.same_mailbox import same_mailbox
from ..mailkit.sync.pop3 import Policy
from ..tools.error_messages import describe


class CrmMailPop3Bridge(models.Model):
    """Whether mails are deleted from the POP3 mailbox, and when they never are [F5]."""

    _inherit = "crm.mail.pop3.bridge"

    keep_copy = fields.Boolean(
        "Keep a copy on the server",
        default=True,
        copy=False,
        help="Mails stay in the POP3 mailbox, where other programs and people find "
        "them.",
    )
    leave_days = fields.Integer(
        "Delete there after (days)",
        copy=False,
        help="Days that a mail stays in the POP3 mailbox after it was seen there for "
        "the first time.",
    )

    _days_range = models.Constraint(
        "CHECK (leave_days BETWEEN 0 AND 3650)",
        "Mails can be left on the server for 0 to 3650 days.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        bridges = super().create(vals_list)
        for bridge in bridges:  # and not the values: a context brings defaults
            self._check_keeps(
                {"keep_copy": bridge.keep_copy}
                | ({"leave_days": bridge.leave_days} if bridge.leave_days else {})
            )
        return bridges

    def write(self, vals):
        self._check_keeps(vals)
        return super().write(vals)

    @api.model
    def _check_keeps(self, vals: dict):
        """Deleting is confirmed with the number of mails, or it is not done [F5]."""
        deletes = not vals.get("keep_copy", True) or "leave_days" in vals
        if self.env.su or not deletes:
            return
        raise UserError(
            self.env._(
                "Mails can only be deleted from the POP3 server once you have seen how "
                "many they are: press “Do not keep a copy” and confirm."
            )
        )

    def action_keep(self):
        """Delete nothing any more."""
        self.write({"keep_copy": True})
        return True

    def action_stop_keeping(self):
        """Count what would be deleted, and ask for a confirmation.

        :raises UserError: the mailbox cannot be reached, or must not be emptied
        """
        self.ensure_one()
        self.check_access("write")
        accounts = self.env["crm.mail.account"]
        endpoint, credentials = self._login()
        accounts._release_transaction__()
        try:
            with accounts._open_pop3__(endpoint, credentials) as session:
                sizes, uidls = session.sizes(), session.uidls()
        except MailError as error:
            raise UserError(describe(self.env, error, endpoint).text) from error
        # Behind the login: only who may open the mailbox learns who else does.
        obstacle = self._deletion_obstacle()
        if obstacle:
            raise UserError(obstacle)
        wizard = self.env["crm.mail.pop3.empty"]._open(self, sizes, uidls)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_mail_accounts.crm_mail_pop3_empty_action"
        )
        return {**action, "res_id": wizard.id}

    def _policy(self) -> Policy:
        """What is deleted; nothing while another one reads the same mailbox."""
        if self.keep_copy or self._deletion_obstacle():
            return Policy()
        return Policy(leave_days=self.leave_days)

    def _is_read_by(self, account) -> bool:
        return same_mailbox(
            account.imap_host or "",
            (account.username or "", account.email or ""),
            self.host,
            self.username,
        )

    def _deletion_obstacle(self) -> str:
        """Why nothing may be deleted from this mailbox; ``""`` when it may [F5]."""
        self.ensure_one()
        # sudo: whoever's mailbox it is would lose its mail; only that there is one
        # leaves this method, never whose
        everybody = self.sudo().with_context(active_test=False)
        accounts = everybody.env["crm.mail.account"].search(
            [("imap_host", "!=", False)]
        )
        others = everybody.search([("id", "!=", self.id)])
        if any(everybody._is_read_by(account) for account in accounts):
            return self.env._(
                "This mailbox is also read by IMAP here. What is deleted by POP3 "
                "disappears there too, for everybody who reads it, so a copy is kept."
            )
        if any(
            same_mailbox(other.host, (other.username,), self.host, self.username)
            for other in others
        ):
            return self.env._(
                "This mailbox is also collected by POP3 for another folder or another "
                "person here, who would miss what is deleted, so a copy is kept."
            )
        return ""
