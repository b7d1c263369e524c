# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models

from ..mailkit.values import Credentials, Endpoint
from .crm_mail_server_mixin import SECURITIES

KINDS = [
    ("imap", "Mailbox (IMAP)"),
    ("pop3", "Mailbox (POP3)"),
    ("smtp", "Sending only (SMTP)"),
]


class CrmMailServerMixin(models.AbstractModel):
    """What an account is for: a mailbox on a server, one that is kept here and
    collected by POP3, or sending alone [A18].

    Further POP3 mailboxes are collected into any account that has a mailbox
    (``crm.mail.pop3.bridge``).
    """

    _inherit = "crm.mail.server.mixin"

    kind = fields.Selection(
        KINDS,
        "Type",
        default="imap",
        required=True,
        help="IMAP: the mailbox is on its server, and every program sees the same. "
        "POP3: for servers without IMAP; mail is collected, and folders are kept here. "
        "Sending only: an address to write from, whose mail arrives somewhere else.",
    )
    pop3_host = fields.Char("POP3 server")
    pop3_port = fields.Integer("POP3 port", default=995)
    pop3_security = fields.Selection(SECURITIES, "POP3 security", default="tls")
    pop3_pin = fields.Char(
        "Trusted POP3 certificate",
        copy=False,
        help="SHA-256 of the only certificate that is accepted, whoever issued it.",
    )

    @api.model
    def _server_field_names(self) -> list[str]:
        names = ["kind", "pop3_host", "pop3_port", "pop3_security", "pop3_pin"]
        return [*super()._server_field_names(), *names]

    @api.onchange("pop3_security")
    def _onchange_pop3_security(self):
        self._follow_security("pop3")

    @api.onchange("kind")
    def _onchange_kind(self):
        """Presets know no POP3 servers: they are entered by hand."""
        if self.kind == "pop3" and not self.provider_custom:
            self.provider_id = self._default_provider()
            self.auth_method = "password"

    def _pop3_endpoint(self) -> Endpoint:
        return self._endpoint("pop3")

    def _pop3_credentials(self) -> Credentials:
        """The account's own login; :raises: as :meth:`_imap_credentials`"""
        return self._imap_credentials()
