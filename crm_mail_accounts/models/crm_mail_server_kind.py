# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models

KINDS = [
    ("imap", "Mailbox (IMAP)"),
    ("smtp", "Sending only (SMTP)"),
]


class CrmMailServerMixin(models.AbstractModel):
    """What an account is for: a mailbox, or sending alone [A18].

    Mail of POP3 mailboxes is collected into an account (``crm.mail.pop3.bridge``).
    """

    _inherit = "crm.mail.server.mixin"

    kind = fields.Selection(
        KINDS,
        "Type",
        default="imap",
        required=True,
        help="A mailbox receives and sends. Sending only: an address to write from, "
        "whose mail arrives somewhere else.",
    )

    @api.model
    def _server_field_names(self) -> list[str]:
        return [*super()._server_field_names(), "kind"]
