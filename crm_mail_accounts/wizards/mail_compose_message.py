from odoo import api, fields, models


class MailComposeMessage(models.TransientModel):
    """The full composer of a record can send from a mailbox.

    Only a screen chooses one: what a program composes goes as usual, and so do
    mailings and what goes to several records at once.
    """

    _inherit = "mail.compose.message"

    crm_mail_account_id = fields.Integer(
        "Mailbox to send from",
        help="The mailbox that recipients outside get one mail from. Zero: as usual.",
    )
    crm_mail_has_sender = fields.Boolean(compute="_compute_crm_mail_has_sender")
    crm_mail_signature = fields.Html(
        "Signature", compute="_compute_crm_mail_signature", sanitize=False
    )

    @api.depends("composition_mode", "composition_batch", "subtype_id")
    @api.depends_context("uid")
    def _compute_crm_mail_has_sender(self):
        senders = self.env["crm.mail.account"]._senders()
        for composer in self:
            composer.crm_mail_has_sender = bool(
                composer._crm_mail_allowed()
                and any(sender.account_id for sender in senders)
            )

    @api.depends("crm_mail_account_id", "email_add_signature")
    @api.depends_context("uid")
    def _compute_crm_mail_signature(self):
        accounts = self.env["crm.mail.account"]
        known = {sender.account_id for sender in accounts._senders()}
        for composer in self:
            chosen = composer.crm_mail_account_id
            signed = composer.email_add_signature and chosen and chosen in known
            composer.crm_mail_signature = (
                accounts.browse(chosen)._signature_html() if signed else False
            )

    def _crm_mail_allowed(self) -> bool:
        return (
            self.composition_mode == "comment"
            and not self.composition_batch
            and not self.subtype_is_log
            and bool(self.model)
            and self.env["crm.mail.link"]._has_chatter(self.model)
        )

    def _prepare_mail_values_static(self):
        values = super()._prepare_mail_values_static()
        if self.crm_mail_account_id and self._crm_mail_allowed():
            # now, so that nothing is scheduled that cannot be sent
            sender = self.env["crm.mail.account"]._check_sender(
                self.crm_mail_account_id
            )
            values["crm_mail_account_id"] = sender.account_id
        return values
