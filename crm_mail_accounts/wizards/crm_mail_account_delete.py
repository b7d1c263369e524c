from odoo import api, fields, models


class CrmMailAccountDelete(models.TransientModel):
    """Delete a mail account, knowing what will happen."""

    _name = "crm.mail.account.delete"
    _description = "Delete a mail account"

    account_id = fields.Many2one("crm.mail.account", required=True, ondelete="cascade")
    kind = fields.Selection(related="account_id.kind")
    mail_count = fields.Integer("Mails known here", compute="_compute_counts")
    link_count = fields.Integer("Mails on records", compute="_compute_counts")
    waiting_count = fields.Integer(
        "Mails that wait to be sent", compute="_compute_counts"
    )
    links = fields.Selection(
        [
            ("keep", "Keep them on their records"),
            ("remove", "Take them off their records"),
        ],
        default="keep",
        required=True,
        string="Linked mails",
    )

    @api.depends("account_id")
    def _compute_counts(self):
        for wizard in self:
            mails = self.env["crm.mail.message"].search_count(
                [("account_id", "=", wizard.account_id.id)]
            )
            wizard.mail_count = mails
            wizard.link_count = self.env["crm.mail.link"].search_count(
                [("message_id.account_id", "=", wizard.account_id.id)]
            )
            # sudo: those of colleagues who write from it count as well
            outgoing = self.env["crm.mail.outgoing"].sudo()
            wizard.waiting_count = len(
                outgoing._waiting_for([("account_id", "=", wizard.account_id.id)])
            )

    def action_delete(self):
        self.ensure_one()
        account = self.account_id
        account.check_access("unlink")
        if self.links == "remove":
            account._take_links_back()
        account.unlink()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "crm_mail_accounts.crm_mail_account_action"
        ) | {"target": "main"}

    def action_archive(self):
        """Stop here, keep everything: the account can be taken up again."""
        self.ensure_one()
        self.account_id.active = False
        return {"type": "ir.actions.client", "tag": "soft_reload"}
