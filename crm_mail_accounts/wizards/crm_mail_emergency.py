from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from ..models.crm_mail_delegate import EMERGENCY

SHORTEST_REASON = 15
"""Characters: a word is no reason."""


class CrmMailEmergency(models.TransientModel):
    """Let an administrator read somebody's mailbox for a while, for a written reason.

    Only where the setting allows it.  It reads, and changes and sends nothing; the
    owner is told at once, and finds who, until when and why among the delegates of the
    mailbox and in its log, from where nobody can take it away in the CRM.
    """

    _name = "crm.mail.emergency"
    _description = "Emergency access to a mailbox"

    health_id = fields.Many2one(
        "crm.mail.health", "Mailbox", required=True, readonly=True
    )
    owner_id = fields.Many2one(related="health_id.user_id")
    reason = fields.Text(required=True, help="The owner of the mailbox reads it.")
    hours = fields.Selection(
        [("1", "1 hour"), ("4", "4 hours"), ("24", "24 hours")],
        "For",
        required=True,
        default="1",
    )

    def action_give(self):
        """:raises AccessError: no administrator, or not allowed by the setting"""
        self.ensure_one()
        self._check_administrator()
        reason = (self.reason or "").strip()
        if len(reason) < SHORTEST_REASON:
            raise UserError(
                self.env._("Write the reason in a sentence: the owner will read it.")
            )
        until = fields.Datetime.now() + timedelta(hours=int(self.hours))
        # sudo: administrators see no account but their own; who may do this, and
        # whether it is allowed here, was asked just before
        account = self.env["crm.mail.account"].sudo().browse(self.health_id.id)
        account._give_emergency_access(self.env.user, until, reason)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "You can read %(mailbox)s in Messages until %(time)s. Its owner "
                    "was told, with your reason.",
                    mailbox=self.health_id.email,
                    time=format_datetime(self.env, until, dt_format="short"),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _check_administrator(self):
        # sudo: the parameter is no secret
        allowed = self.env["ir.config_parameter"].sudo().get_param(EMERGENCY)
        if not self.env.user.has_group("base.group_system") or not allowed:
            raise AccessError(
                self.env._(
                    "Emergency access is switched off. Mailboxes are private, for "
                    "administrators as well."
                )
            )
