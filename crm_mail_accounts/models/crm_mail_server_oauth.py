# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..mailkit.errors import AuthError, MailError
from ..mailkit.values import Credentials
from ..tools.error_messages import describe
from .crm_mail_provider_oauth import AUTH_METHODS

FREE_GOOGLE = ("gmail.com", "googlemail.com")
"""Domains of Google's free addresses, which OAuth2 does not work for [B8]."""


class CrmMailServerMixin(models.AbstractModel):
    """Password or OAuth2: what is offered where, and what must be said about it [A5].

    Tokens are the account's alone (``crm_mail_account_oauth``); here is what it shares
    with its set-up assistant.
    """

    _inherit = "crm.mail.server.mixin"

    auth_method = fields.Selection(
        AUTH_METHODS,
        "Authentication method",
        default="password",
        required=True,
        help="OAuth2: you sign in on your provider's page, and no password is kept "
        "here.",
    )
    provider_oauth = fields.Selection(related="provider_id.oauth")
    oauth_obstacle = fields.Char(compute="_compute_oauth_obstacle")
    oauth_free_google = fields.Boolean(compute="_compute_oauth_obstacle")
    better_provider_id = fields.Many2one(
        "crm.mail.provider", compute="_compute_better_provider"
    )

    @api.depends("auth_method", "provider_id", "username")
    def _compute_oauth_obstacle(self):
        """Why OAuth2 cannot work with what is entered, before anybody tries [B8]."""
        for record in self:
            chosen = record.auth_method == "oauth2"
            record.oauth_free_google = chosen and record._is_free_google()
            record.oauth_obstacle = chosen and record._oauth_obstacle()

    @api.depends("provider_id", "imap_host", "smtp_host", "username")
    def _compute_better_provider(self):
        """Microsoft's servers entered by hand: the preset knows OAuth2 [B9]."""
        for record in self:
            record.better_provider_id = record.provider_custom and self.env[
                "crm.mail.provider"
            ]._of_microsoft([record.imap_host, record.smtp_host], record.username)

    def _is_free_google(self) -> bool:
        if self.provider_id.oauth != "google":
            return False
        addresses = (self.username or "", self["email"] or "")
        return any(
            address.strip().lower().rpartition("@")[2] in FREE_GOOGLE
            for address in addresses
        )

    def _oauth_obstacle(self) -> str | bool:
        kind = self.provider_id.oauth
        if not kind:
            return self.env._(
                "%(provider)s offers no OAuth2 here. Choose Password.",
                provider=self.provider_id.name or "",
            )
        if self._is_free_google():
            return self.env._(
                "OAuth2 does not work for free Gmail addresses, only for those of "
                "Google Workspace. Use an app password instead."
            )
        if not all(self.env["crm.mail.account"]._oauth_client(kind)):
            return describe(
                self.env, AuthError("no client", code="oauth_not_configured")
            ).text
        return False

    @api.constrains(
        "auth_method",
        "provider_id",
        "imap_host",
        "smtp_host",
        "smtp_provider_id",
        "smtp_same_login",
    )
    def _check_auth_method(self):
        """OAuth2 belongs to a preset and its servers: a token goes to nobody else."""
        for record in self.filtered(lambda record: record.auth_method == "oauth2"):
            provider = record.provider_id
            better = record.better_provider_id
            if better:
                raise ValidationError(
                    self.env._(
                        "With Custom only a password can be used. These servers are "
                        "Microsoft's: choose %(provider)s.",
                        provider=better.name,
                    )
                )
            if not provider.oauth:
                raise ValidationError(record._oauth_obstacle())
            other = record.smtp_provider_id not in (provider.browse(), provider)
            if other and record.smtp_same_login and record.smtp_authentication:
                raise ValidationError(
                    self.env._(
                        "%(other)s does not know what you sign in with at "
                        "%(provider)s. Enter the user name and password for the "
                        "outgoing mail.",
                        other=record.smtp_provider_id.name,
                        provider=provider.name,
                    )
                )
            hosts = [(record.imap_host, provider.imap_host)]
            if not other:
                hosts.append((record.smtp_host, provider.smtp_host))
            if any(host and host != known for host, known in hosts):
                raise ValidationError(
                    self.env._(
                        "With OAuth2 the servers are those of %(provider)s.",
                        provider=provider.name,
                    )
                )

    def _check_sign_in_possible(self):
        """:raises UserError: OAuth2 cannot work with what is entered, and why"""
        self.ensure_one()
        obstacle = self._oauth_obstacle()
        if obstacle:
            raise UserError(obstacle)

    @api.onchange("provider_id")
    def _onchange_provider(self):
        result = super()._onchange_provider()
        self.auth_method = self.provider_id.auth_method or "password"
        return result

    @api.model
    def _server_field_names(self) -> list[str]:
        return [*super()._server_field_names(), "auth_method"]

    # -- logging in ------------------------------------------------------------------

    def _access_token(self) -> str:
        """What to log in with by OAuth2.

        :raises AccessError: the caller may not read this record
        :raises MailError: ``token_missing``, ``token_unavailable``
        """
        raise AuthError("no account yet", code="token_missing")

    def _prepare_login(self, refused: str = ""):
        """Before credentials are taken; see ``crm.mail.account._prepare_login``."""

    def _imap_credentials(self) -> Credentials:
        if self.auth_method != "oauth2":
            return super()._imap_credentials()
        return Credentials(self._login_name(), access_token=self._access_token())

    def _with_login(self, work, *methods: str):
        """``work(*credentials)``, with no transaction open (law 8).

        Done once more, and never again, when the server refuses a token that should
        have been good: it may have ended early.

        :param methods: where credentials come from; ``_imap_credentials`` when left out
        :raises MailError: what ``work`` raises, or why there is nothing to log in with
        """
        refused = ""
        while True:
            self._prepare_login(refused)
            credentials = [
                self._login_credentials(method)
                for method in methods or ("_imap_credentials",)
            ]
            self.env["crm.mail.account"]._release_transaction__()
            try:
                return work(*credentials)
            except MailError as error:
                tokens = [one.access_token for one in credentials if one]
                if error.code != "token_refused" or refused or not any(tokens):
                    raise
                refused = next(filter(None, tokens))
