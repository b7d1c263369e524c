from odoo import api, fields, models
from odoo.tools import SQL


class MailMessage(models.Model):
    """Links of mails go where their posted messages go."""

    _inherit = "mail.message"

    crm_mail_account_id = fields.Many2one(
        "crm.mail.account",
        "Sent from the mailbox",
        ondelete="set null",
        index="btree_not_null",
        copy=False,
        groups=fields.NO_ACCESS,
        help="Whoever is outside got this message as one mail of that mailbox.",
    )

    @api.constrains("crm_mail_account_id")
    def _check_crm_mail_account_id(self):
        """:raises UserError: not an address that its author may write from"""
        # sudo: nobody reads the field
        for message in self.sudo().filtered("crm_mail_account_id"):
            accounts = self.env["crm.mail.account"].with_user(message.create_uid)
            accounts._check_sender(message.crm_mail_account_id.id)

    def write(self, vals):
        result = super().write(vals)
        if "model" in vals or "res_id" in vals:
            # sudo: merging records moves everybody's mails, whoever does it
            self.env["crm.mail.link"].sudo()._follow(self)
        return result

    def unlink(self):
        # sudo: the links end with the message, whoever deletes it or its record;
        # before the message, because afterwards nothing tells them
        if self:
            self.check_access("unlink")
            self.env["crm.mail.link"].sudo()._released_by(self)
            self.env["crm.mail.outgoing"].sudo()._chatter_forgets(self)
        return super().unlink()

    def _make_older_than_the_loop_guard(self):
        """Let copies of mails not count as mail that the gateway received just now.

        It bounces a sender of whom many messages were made on a record within a short
        time (``mail.gateway.loop.minutes``): a linked conversation would do that.
        """
        # sudo: one number, which is no secret
        parameters = self.env["ir.config_parameter"].sudo()
        minutes = int(parameters.get_param("mail.gateway.loop.minutes", 120)) + 1
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE mail_message"
                " SET create_date = create_date - make_interval(mins => %s)"
                " WHERE id = ANY(%s)",
                minutes,
                self.ids,
            )
        )
        self.invalidate_recordset(["create_date"])
