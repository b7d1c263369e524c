from odoo import api, fields, models

from ..mailkit.values import Credentials, Endpoint, Security
from ..tools import secret_store

IMAP_PORTS = {Security.TLS.value: 993, Security.STARTTLS.value: 143, "none": 143}
SMTP_PORTS = {Security.TLS.value: 465, Security.STARTTLS.value: 587, "none": 25}
SECURITIES = [
    ("none", "--None--"),
    ("starttls", "STARTTLS"),
    ("tls", "SSL/TLS"),
]


class CrmMailServerMixin(models.AbstractModel):
    """The two servers of a mailbox and how to log in to them.

    Shared by the account and by its set-up assistant, so that what was tested is
    what is saved.  Passwords are write-only: they go in through ``password`` and
    ``smtp_password``, are stored encrypted, and come out nowhere but in
    :meth:`_imap_credentials` and :meth:`_smtp_credentials`.
    """

    _name = "crm.mail.server.mixin"
    _description = "Servers of a mailbox"

    username = fields.Char(
        "User name",
        help="What the server knows you by: normally your whole e-mail address.",
    )
    password = fields.Char(
        compute="_compute_passwords",
        inverse="_inverse_password",
        copy=False,
        help="Kept encrypted and never shown again. Leave empty to keep the one saved.",
    )
    password_token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    has_password = fields.Boolean(compute="_compute_has_password", compute_sudo=True)

    imap_host = fields.Char("IMAP server")
    imap_port = fields.Integer("IMAP port", default=993)
    imap_security = fields.Selection(SECURITIES, "IMAP security", default="tls")

    smtp_host = fields.Char("SMTP server")
    smtp_port = fields.Integer("SMTP port", default=465)
    smtp_security = fields.Selection(SECURITIES, "SMTP security", default="tls")
    smtp_authentication = fields.Boolean("Requires authentication?", default=True)
    smtp_same_login = fields.Boolean("Same user name and password", default=True)
    smtp_username = fields.Char("SMTP user name")
    smtp_password = fields.Char(
        "SMTP password",
        compute="_compute_passwords",
        inverse="_inverse_smtp_password",
        copy=False,
    )
    smtp_password_token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    has_smtp_password = fields.Boolean(
        compute="_compute_has_password", compute_sudo=True
    )

    def _compute_passwords(self):
        """A password is never read back, not even by its owner (law 13)."""
        self.password = False
        self.smtp_password = False

    def _inverse_password(self):
        self._store_secret("password")

    def _inverse_smtp_password(self):
        self._store_secret("smtp_password")

    def _store_secret(self, name: str):
        """Encrypt what was written, and forget it at once.

        Without the second half the same request would read the password back from the
        cache: the web client saves and reads in one call.
        """
        for record in self.filtered(name):
            # sudo: the token is closed to everybody, that is its purpose
            record.sudo()[f"{name}_token"] = secret_store.encrypt(record[name])
        self.invalidate_recordset([name], flush=False)

    @api.depends("password_token", "smtp_password_token")
    def _compute_has_password(self):
        for record in self:
            record.has_password = bool(record.password_token)
            record.has_smtp_password = bool(record.smtp_password_token)

    @api.onchange("imap_security")
    def _onchange_imap_security(self):
        """The port follows the security until somebody typed an unusual one."""
        if not self.imap_port or self.imap_port in IMAP_PORTS.values():
            self.imap_port = IMAP_PORTS.get(self.imap_security)

    @api.onchange("smtp_security")
    def _onchange_smtp_security(self):
        if not self.smtp_port or self.smtp_port in SMTP_PORTS.values():
            self.smtp_port = SMTP_PORTS.get(self.smtp_security)

    @api.model
    def _server_field_names(self) -> list[str]:
        """The stored fields that make up a connection, secrets included."""
        return [
            "username",
            "password_token",
            "imap_host",
            "imap_port",
            "imap_security",
            "smtp_host",
            "smtp_port",
            "smtp_security",
            "smtp_authentication",
            "smtp_same_login",
            "smtp_username",
            "smtp_password_token",
        ]

    def _imap_endpoint(self) -> Endpoint:
        self.ensure_one()
        return Endpoint(
            host=(self.imap_host or "").strip(),
            port=self.imap_port,
            security=Security(self.imap_security),
        )

    def _smtp_endpoint(self) -> Endpoint:
        self.ensure_one()
        return Endpoint(
            host=(self.smtp_host or "").strip(),
            port=self.smtp_port,
            security=Security(self.smtp_security),
        )

    def _imap_credentials(self) -> Credentials:
        """What to log in with.

        :raises AccessError: the caller may not read this record
        :raises MailError: ``secret_unreadable`` when the server's key changed
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: the token is closed to everybody; the record itself was checked above
        token = self.sudo().password_token
        return Credentials((self.username or "").strip(), secret_store.decrypt(token))

    def _smtp_credentials(self) -> Credentials | None:
        """``None`` when the server wants no authentication."""
        self.ensure_one()
        if not self.smtp_authentication:
            return None
        if self.smtp_same_login:
            return self._imap_credentials()
        self.check_access("read")
        # sudo: as in _imap_credentials
        token = self.sudo().smtp_password_token
        return Credentials(
            (self.smtp_username or "").strip(), secret_store.decrypt(token)
        )
