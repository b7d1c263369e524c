import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..mailkit.errors import InvalidArgument, MailError
from ..mailkit.server_names import read_server
from ..mailkit.values import Credentials, Endpoint
from ..tools import host_policy, send_test
from ..tools.error_messages import describe

PORTS = {
    "imap": {"tls": 993, "starttls": 143, "none": 143},
    "smtp": {"tls": 465, "starttls": 587, "none": 25},
    "pop3": {"tls": 995, "starttls": 110, "none": 110},
}
SECURITIES = [
    ("none", "--None--"),
    ("starttls", "STARTTLS"),
    ("tls", "SSL/TLS"),
]
SYSTEM_SMTP = "crm_mail_accounts.system_smtp"
"""Parameter: users may send through the host's own outgoing server (A15)."""
WEB_PORTS = (80, 443)
"""Ports of web servers; people mistake 443 for "the secure port" (mission B10)."""


class CrmMailServerMixin(models.AbstractModel):
    """The two servers of a mailbox and how to log in to them.

    Shared by the account and by its set-up assistant, so that what was tested is
    what is saved.  Passwords come out nowhere but in :meth:`_imap_credentials` and
    :meth:`_smtp_credentials`.
    """

    _name = "crm.mail.server.mixin"
    _inherit = "crm.mail.login.mixin"
    _description = "Servers of a mailbox"

    provider_id = fields.Many2one(
        "crm.mail.provider",
        "Account",
        ondelete="restrict",
        default=lambda self: self._default_provider(),
        domain=[("system", "=", False)],
        help="Who runs the mailbox. Custom lets you enter every server yourself.",
    )
    provider_custom = fields.Boolean(related="provider_id.custom")
    provider_hint = fields.Html(related="provider_id.hint", string="Hint")
    provider_hint_url = fields.Char(related="provider_id.hint_url", string="Help page")
    username = fields.Char(
        "User name",
        help="What the server knows you by: normally your whole e-mail address.",
    )

    imap_domain = fields.Char(
        "Domain",
        help="For old servers that know their users without the domain, for example "
        "company.com: it is cut off the user name when logging in.",
    )
    sender_name = fields.Char(
        "Sender's name",
        help="What recipients see beside the address. Your own name when left empty.",
    )

    imap_host = fields.Char("IMAP server")
    imap_port = fields.Integer("IMAP port", default=993)
    imap_security = fields.Selection(SECURITIES, "IMAP security", default="tls")

    smtp_provider_id = fields.Many2one(
        "crm.mail.provider",
        "Outgoing mail",
        ondelete="restrict",
        domain=lambda self: self._smtp_provider_domain(),
        help="Who sends the mails of this mailbox; the same provider when left empty.",
    )
    smtp_system = fields.Boolean(related="smtp_provider_id.system")
    smtp_host = fields.Char("SMTP server")
    smtp_port = fields.Integer("SMTP port", default=465)
    smtp_security = fields.Selection(SECURITIES, "SMTP security", default="tls")
    smtp_authentication = fields.Boolean("Requires authentication?", default=True)
    smtp_same_login = fields.Boolean("Same user name and password", default=True)
    smtp_username = fields.Char("SMTP user name")
    smtp_password = fields.Char(
        "SMTP password",
        compute="_compute_smtp_password",
        inverse="_inverse_smtp_password",
        copy=False,
    )
    smtp_password_token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    has_smtp_password = fields.Boolean(
        compute="_compute_has_smtp_password", compute_sudo=True
    )

    imap_pin = fields.Char(
        "Trusted IMAP certificate",
        copy=False,
        help="SHA-256 of the only certificate that is accepted, whoever issued it.",
    )
    smtp_pin = fields.Char(
        "Trusted SMTP certificate",
        copy=False,
        help="SHA-256 of the only certificate that is accepted, whoever issued it.",
    )

    @api.model
    def _default_provider(self):
        return self.env["crm.mail.provider"].search([("custom", "=", True)], limit=1)

    # -- secrets -------------------------------------------------------------------

    def _compute_smtp_password(self):
        self.smtp_password = False

    def _inverse_smtp_password(self):
        self._store_secret("smtp_password")

    @api.depends("smtp_password_token")
    def _compute_has_smtp_password(self):
        for record in self:
            record.has_smtp_password = bool(record.smtp_password_token)

    # -- servers as people type them -------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._read_servers(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._read_servers(vals))

    @api.model
    def _read_servers(self, vals: dict) -> dict:
        """``vals`` with server names as a connection needs them (mission B4).

        ``ssl://`` in a name chooses SSL/TLS, ``:port`` chooses the port; values given
        beside the name count less than what the name itself says.

        :raises ValidationError: a name that is none, in words
        """
        vals = dict(vals)
        for protocol, ports in PORTS.items():
            typed = vals.get(f"{protocol}_host")
            if not typed:
                continue
            server = self._read_server(typed)
            vals[f"{protocol}_host"] = server.host
            if server.security is not None:
                vals[f"{protocol}_security"] = server.security.value
                vals[f"{protocol}_port"] = server.port or ports[server.security.value]
            elif server.port:
                vals[f"{protocol}_port"] = server.port
        return vals

    @api.model
    def _read_server(self, typed: str):
        try:
            return read_server(typed)
        except InvalidArgument as error:
            raise ValidationError(describe(self.env, error).text) from error

    @api.onchange("imap_host", "smtp_host", "pop3_host")
    def _onchange_hosts(self):
        """Show at once how a typed name was understood; errors wait for saving."""
        for protocol, ports in PORTS.items():
            typed = self[f"{protocol}_host"]
            if not typed or re.fullmatch(r"[a-z0-9.-]+", typed):
                continue
            try:
                server = read_server(typed)
            except InvalidArgument:
                continue
            self[f"{protocol}_host"] = server.host
            if server.security is not None:
                self[f"{protocol}_security"] = server.security.value
                self[f"{protocol}_port"] = server.port or ports[server.security.value]
            elif server.port:
                self[f"{protocol}_port"] = server.port

    @api.onchange("imap_security")
    def _onchange_imap_security(self):
        self._follow_security("imap")

    @api.onchange("smtp_security")
    def _onchange_smtp_security(self):
        self._follow_security("smtp")

    def _follow_security(self, protocol: str):
        """The port follows the security until somebody typed an unusual one (B5)."""
        ports, name = PORTS[protocol], f"{protocol}_port"
        if not self[name] or self[name] in ports.values():
            self[name] = ports.get(self[f"{protocol}_security"])

    @api.onchange("imap_port", "smtp_port", "pop3_port")
    def _onchange_ports(self):
        """443 is a web server's port, whatever the provider (B10): correct it."""
        for protocol, ports in PORTS.items():
            name = f"{protocol}_port"
            if self[name] in WEB_PORTS:
                wrong, self[name] = self[name], ports[self[f"{protocol}_security"]]
                return {
                    "warning": {
                        "title": self.env._("Port of a web server"),
                        "message": self.env._(
                            "Port %(wrong)s belongs to web servers. Mail is on port "
                            "%(port)s, which was entered instead.",
                            wrong=wrong,
                            port=self[name],
                        ),
                    }
                }

    @api.onchange("provider_id")
    def _onchange_provider(self):
        """A preset brings its servers; Custom keeps what stands there."""
        provider = self.provider_id
        if provider and not provider.custom:
            for name in provider._server_names():
                if not (self.smtp_provider_id and name.startswith("smtp_")):
                    self[name] = provider[name]
            if not self.smtp_provider_id:
                self.smtp_authentication = True
                self.smtp_same_login = True

    @api.onchange("smtp_provider_id")
    def _onchange_smtp_provider(self):
        """Who sends is chosen independently of who receives (B2)."""
        provider = self.smtp_provider_id or self.provider_id
        if not provider or provider.custom or provider.system:
            return
        for name in provider._server_names():
            if name.startswith("smtp_"):
                self[name] = provider[name]
        self.smtp_authentication = True
        # Another provider knows other users.
        self.smtp_same_login = provider == self.provider_id

    @api.model
    def _smtp_provider_domain(self) -> list:
        """The host's own server only where the administrator lets users have it."""
        # sudo: the switch is the administrator's; the outcome is in the list
        parameters = self.env["ir.config_parameter"].sudo()
        return [] if parameters.get_param(SYSTEM_SMTP) else [("system", "=", False)]

    @api.model
    def _server_field_names(self) -> list[str]:
        """The stored fields that make up a connection, secrets included."""
        return [
            "provider_id",
            "username",
            "password_token",
            "imap_domain",
            "sender_name",
            "smtp_provider_id",
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
            "imap_pin",
            "smtp_pin",
            "any_certificate",
        ]

    # -- sending a test mail ---

    def action_send_test_mail(self):
        """Send a mail to oneself and wait for it in the inbox [C2].

        Works on what is entered, saved or not; saves nothing itself.
        """
        self.ensure_one()
        self.check_access("write")
        accounts = self.env["crm.mail.account"]
        address = (self["email"] or self.username or "").strip()
        mail = send_test.test_mail(
            address,
            self.env._("Test mail from Odoo"),
            self.env._("This mailbox can send and receive mail in Odoo.")
            if self.kind == "imap"
            else self.env._("This address can send mail in Odoo."),
        )
        at_imap, at_smtp = self.kind == "imap" and self._imap_endpoint(), None
        methods = ["_imap_credentials"]
        if self.smtp_system:
            send_test.send_by_host(self.env, mail)
        else:
            at_smtp = self._smtp_endpoint()
            methods.append("_smtp_credentials")

        def send(*logins):
            outcome = send_test.send_and_wait(
                accounts,
                address,
                mail,
                send_test.Login(at_imap, logins[0]) if at_imap else None,
                send_test.Login(at_smtp, logins[1]) if at_smtp else None,
            )
            refused = outcome.error and outcome.error.code == "token_refused"
            if refused and not outcome.sent:
                raise outcome.error
            return outcome

        try:
            outcome = self._with_login(send, *methods)
        except MailError as error:
            raise UserError(describe(self.env, error).text) from error
        if outcome.error:
            kind, text = "danger", describe(self.env, outcome.error, outcome.at).text
            if outcome.sent:
                text = self.env._("The mail was sent. %(problem)s", problem=text)
        elif not at_imap:
            kind = "success"
            text = self.env._(
                "The test mail was sent to %(address)s. Look for it where the mail of "
                "this address arrives.",
                address=address,
            )
        elif outcome.arrived:
            kind = "success"
            text = self.env._(
                "The test mail was sent to %(address)s and arrived after %(seconds)s "
                "seconds.",
                address=address,
                seconds=round(outcome.seconds, 1),
            )
        else:
            kind = "warning"
            text = self.env._(
                "The test mail was sent to %(address)s but has not arrived yet. Look "
                "into the inbox, and into the spam folder, in a few minutes.",
                address=address,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": kind, "message": text, "sticky": kind != "success"},
        }

    def _login_credentials(self, method: str) -> Credentials | None:
        """``_imap_credentials`` or ``_smtp_credentials``, by name."""
        return getattr(self, method)()

    # -- connections -----------------------------------------------------------------

    def _mailbox_owner(self):
        """Whose rights count when this server is connected to."""
        return self.env.user

    def _imap_endpoint(self) -> Endpoint:
        return self._endpoint("imap")

    def _smtp_endpoint(self) -> Endpoint:
        return self._endpoint("smtp")

    def _endpoint(self, protocol: str) -> Endpoint:
        self.ensure_one()
        return host_policy.endpoint(
            self.env,
            self._mailbox_owner(),
            self[f"{protocol}_host"] or "",
            self[f"{protocol}_port"],
            self[f"{protocol}_security"],
            pin=self[f"{protocol}_pin"] or "",
            any_certificate=self.any_certificate,
        )

    def _imap_credentials(self) -> Credentials:
        """What to log in with; raises what :meth:`_secret` raises."""
        return Credentials(self._login_name(), self._secret())

    def _login_name(self) -> str:
        """The user name as the IMAP server wants it, without the domain if so (B1)."""
        name = (self.username or "").strip()
        domain = (self.imap_domain or "").strip().lstrip("@").lower()
        if domain and name.lower().endswith(f"@{domain}"):
            return name[: -len(domain) - 1]
        return name

    def _smtp_credentials(self) -> Credentials | None:
        """``None`` when the server wants no authentication."""
        self.ensure_one()
        if not self.smtp_authentication:
            return None
        if self.smtp_same_login:
            return self._imap_credentials()
        name = (self.smtp_username or "").strip()
        return Credentials(name, self._secret("smtp_password"))
