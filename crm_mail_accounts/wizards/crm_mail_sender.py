from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..mailkit.errors import MailError
from ..tools import send_test
from ..tools.error_messages import describe

KINDS = [
    ("own", "Own mailbox"),
    ("delegated", "On behalf of a colleague"),
    ("shared", "Shared by the administrator"),
    ("system", "Odoo's outgoing server"),
]


class CrmMailSender(models.TransientModel):
    """The addresses that a user may write from, as a list to look at and to try."""

    _name = "crm.mail.sender"
    _description = "Address to write from"
    _order = "id"
    _rec_name = "email"

    kind = fields.Selection(KINDS, required=True, readonly=True)
    name = fields.Char("Sender", readonly=True)
    email = fields.Char("Address", readonly=True)
    main = fields.Boolean(readonly=True)
    account_ref = fields.Integer(readonly=True)

    @api.model
    def _open(self):
        """An action that shows the current user's senders."""
        rows = [
            {
                "kind": sender.kind,
                "name": sender.name,
                "email": sender.email,
                "main": sender.main,
                "account_ref": sender.account_id,
            }
            for sender in self.env["crm.mail.account"]._senders()
        ]
        # sudo: the rows are made here and nowhere else; users read their own
        lines = self.sudo().create(rows)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_mail_accounts.crm_mail_sender_action"
        )
        return {**action, "domain": [("id", "in", lines.ids)]}

    def action_test(self):
        """Send oneself a mail from this address; the right is checked anew."""
        self.ensure_one()
        user = self.env.user
        recipient = email_normalize(user.email or "")
        if not recipient:
            raise UserError(
                self.env._("Enter your own e-mail address in your preferences first.")
            )
        accounts = self.env["crm.mail.account"]
        sender = accounts._check_sender(self.account_ref)
        mail = send_test.test_mail(
            sender.email,
            self.env._("Test mail from Odoo"),
            self.env._("%(name)s may write from this address.", name=user.name),
            recipient=recipient,
            name=sender.name,
        )
        # sudo: a shared sender is used without being readable; who may use it was
        # checked above, and nothing but the way to send is taken from it
        account = accounts.sudo().browse(sender.account_id or [])
        if not account or account.smtp_system:
            send_test.send_by_host(self.env, mail)
        else:
            self._send(account, recipient, mail)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "A test mail from %(sender)s was sent to %(recipient)s.",
                    sender=sender.email,
                    recipient=recipient,
                ),
            },
        }

    def _send(self, account, recipient: str, mail: tuple[str, bytes]):
        endpoint, address = account._smtp_endpoint(), account.email

        def send(credentials):
            with account._open_smtp__(endpoint, credentials) as smtp:
                smtp.send(address, [recipient], mail[1])

        try:
            account._with_login(send, "_smtp_credentials")
        except MailError as error:
            raise UserError(describe(self.env, error, endpoint).text) from error
