from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class CrmMailLeave(models.TransientModel):
    """Somebody leaves: their mailbox is handed over or closed, and not read for it."""

    _name = "crm.mail.leave"
    _description = "Hand over or close a mailbox"

    health_id = fields.Many2one(
        "crm.mail.health", "Mailbox", required=True, readonly=True
    )
    owner_id = fields.Many2one(related="health_id.user_id")
    what = fields.Selection(
        [
            ("hand_over", "Hand it over to a colleague"),
            ("close", "Close it: forget the mailbox and its mails here"),
        ],
        required=True,
        default="hand_over",
        string="What happens",
    )
    user_id = fields.Many2one(
        "res.users",
        "New owner",
        domain="[('share', '=', False), ('id', '!=', owner_id)]",
        help="Reads every mail of the mailbox from then on.",
    )
    links = fields.Selection(
        [
            ("keep", "Keep them on their records"),
            ("remove", "Take them off their records"),
        ],
        "Linked mails",
        default="keep",
        required=True,
    )

    def action_apply(self):
        """:raises AccessError: no administrator"""
        self.ensure_one()
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._("Only an administrator can hand over or close a mailbox.")
            )
        # sudo: administrators see no account but their own; nothing of it is returned
        account = self.env["crm.mail.account"].sudo().browse(self.health_id.id)
        if self.what == "close":
            if self.links == "remove":
                account._take_links_back()
            account.unlink()
        elif not self.user_id:
            raise UserError(self.env._("Choose who gets the mailbox."))
        else:
            account._hand_over(self.user_id)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
