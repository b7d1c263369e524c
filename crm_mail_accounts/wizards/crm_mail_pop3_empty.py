from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..mailkit.steps import size_in_words
from ..mailkit.sync.pop3 import MailState, Policy, plan_session


class CrmMailPop3Empty(models.TransientModel):
    """Confirm, knowing how many mails go, that a POP3 mailbox is emptied [F5]."""

    _name = "crm.mail.pop3.empty"
    _description = "Delete mails from a POP3 mailbox"

    bridge_id = fields.Many2one(
        "crm.mail.pop3.bridge",
        "POP3 mailbox",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    leave_days = fields.Integer(
        "Delete there after (days)",
        help="0: as soon as a mail is safe in its folder.",
    )
    total = fields.Integer("Mails in the POP3 mailbox now", readonly=True)
    size = fields.Char(readonly=True)
    ages = fields.Json(
        help="Days since the first sight of each mail that is safe in its folder."
    )
    at_once = fields.Integer(
        "Mails deleted as soon as they are collected", compute="_compute_at_once"
    )
    later = fields.Integer("Mails deleted later", compute="_compute_at_once")
    target = fields.Char(related="bridge_id.account_id.name")

    @api.model
    def _open(self, bridge, sizes, uidls):
        """The confirmation for a listing; see ``Pop3Session.sizes`` and ``uidls``."""
        now = fields.Datetime.now()
        # sudo: what is known of the mails is the workers' own table
        known = self.env["crm.mail.pop3.seen"].sudo()._known(bridge)
        plan = plan_session(sizes, uidls, known, Policy(leave_days=0), now)
        # sudo: users make none of their own: it would tell of mailboxes that they
        # cannot log in to
        return (
            self.sudo()
            .create(
                {
                    "bridge_id": bridge.id,
                    "leave_days": bridge.leave_days,
                    "total": len(sizes),
                    "size": size_in_words(sum(sizes.values())),
                    "ages": [
                        (now - mail.known.first_seen).days
                        for mail in plan.delete
                        if mail.known.state in (MailState.APPENDED, MailState.DELETE_OK)
                    ],
                }
            )
            .sudo(False)
        )

    def write(self, vals):
        if not self.env.su and set(vals) - {"leave_days"}:
            raise AccessError(self.env._("Only the number of days can be changed."))
        return super().write(vals)

    @api.depends("leave_days", "total", "ages")
    def _compute_at_once(self):
        for wizard in self:
            due = sum(age >= wizard.leave_days for age in wizard.ages or [])
            wizard.at_once = due if wizard.leave_days > 0 else wizard.total
            wizard.later = wizard.total - wizard.at_once

    def action_confirm(self):
        self.ensure_one()
        bridge = self.bridge_id
        bridge.check_access("write")
        obstacle = bridge._deletion_obstacle()
        if obstacle:
            raise UserError(obstacle)
        # sudo: this is the confirmation that the model asks for; see `_check_keeps`
        bridge.sudo().write({"keep_copy": False, "leave_days": self.leave_days})
        bridge._make_due()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
