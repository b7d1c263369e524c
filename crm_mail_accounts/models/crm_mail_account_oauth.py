from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.urls import urljoin

from ..mailkit import net_oauth
from ..mailkit import oauth as protocol
from ..mailkit.errors import AuthError, MailError
from ..mailkit.oauth import TokenAnswer, TokenRequest
from ..tools import oauth
from ..tools.error_messages import describe
from ..tools.transaction import in_transaction

CLIENTS = {"google": "google_gmail_client", "microsoft": "microsoft_outlook_client"}
"""Beginnings of the parameters that the host's settings fill: ``_id``, ``_secret``."""
LANDINGS = {
    "google": "/google_gmail/confirm",
    "microsoft": "/microsoft_outlook/confirm",
}


class CrmMailAccount(models.Model):
    """Signing in at Google or Microsoft instead of giving a password [A5].

    The host's mixins bring the provider's address, the state that comes back and the
    landing pages, so that the client that an administrator registered for the host's
    own mail servers serves mailboxes as well.  Their columns for tokens stay empty:
    they are not encrypted, and an administrator could read them.  Ours are in
    ``crm.mail.account.token``.
    """

    _name = "crm.mail.account"
    _inherit = ["crm.mail.account", "google.gmail.mixin", "microsoft.outlook.mixin"]

    _email_field = "email"
    # One consent for both; `profile` makes Microsoft tell the name to log in with,
    # which is not always the address.
    _OUTLOOK_SCOPE = (
        "https://outlook.office.com/IMAP.AccessAsUser.All "
        "https://outlook.office.com/SMTP.Send profile"
    )

    connected = fields.Boolean(compute="_compute_connected", compute_sudo=True)
    token_ids = fields.One2many(
        "crm.mail.account.token", "account_id", groups=fields.NO_ACCESS
    )
    repair = fields.Selection(
        [("connect", "Connect again"), ("folders", "Map folders")],
        compute="_compute_repair",
        help="What its owner can do about the problem with one press of a button.",
    )

    google_gmail_refresh_token = fields.Char(
        compute="_compute_host_tokens", groups=fields.NO_ACCESS
    )
    google_gmail_access_token = fields.Char(
        compute="_compute_host_tokens", groups=fields.NO_ACCESS
    )
    google_gmail_access_token_expiration = fields.Integer(
        compute="_compute_host_tokens", groups=fields.NO_ACCESS
    )
    google_gmail_uri = fields.Char(groups=fields.NO_ACCESS)
    microsoft_outlook_refresh_token = fields.Char(
        compute="_compute_host_tokens", groups=fields.NO_ACCESS
    )
    microsoft_outlook_access_token = fields.Char(
        compute="_compute_host_tokens", groups=fields.NO_ACCESS
    )
    microsoft_outlook_access_token_expiration = fields.Integer(
        compute="_compute_host_tokens", groups=fields.NO_ACCESS
    )
    microsoft_outlook_uri = fields.Char(groups=fields.NO_ACCESS)

    def _compute_host_tokens(self):
        for kind in ("google_gmail", "microsoft_outlook"):
            self[f"{kind}_refresh_token"] = False
            self[f"{kind}_access_token"] = False
            self[f"{kind}_access_token_expiration"] = False

    @api.depends("token_ids")
    def _compute_connected(self):
        for account in self:
            account.connected = bool(account.token_ids)

    @api.depends("error_code", "auth_method", "connected")
    def _compute_repair(self):
        for account in self:
            signs_in = account.auth_method == "oauth2"
            missing = not account.connected or account.error_code in oauth.CONNECT_CODES
            if account.error_code == "inbox_missing":
                account.repair = "folders"
            else:
                account.repair = signs_in and missing and "connect"

    def write(self, vals):
        before = {account.id: account._signed_in_as() for account in self}
        result = super().write(vals)
        for account in self:
            if before[account.id] != account._signed_in_as():
                # Tokens of another mailbox, or that nobody needs any longer.
                # sudo: closed to everybody
                account.sudo().token_ids.unlink()
        return result

    def _signed_in_as(self) -> tuple:
        """What the tokens stand for: they end when any of it changes."""
        return (
            self.auth_method,
            self.provider_id.oauth,
            (self.username or "").strip().lower(),
        )

    # -- connecting --------------------------------------------------------------

    def action_connect(self):
        """Go to the provider's page, where the owner lets us into the mailbox.

        :raises AccessError: not the owner's own mailbox
        :raises UserError: the provider offers no OAuth2, the administrator has not
            configured it, or the address cannot have it
        """
        self.ensure_one()
        self.check_access("write")
        if self.user_id != self.env.user:
            raise AccessError(self.env._("Only its owner can connect a mailbox."))
        self._check_sign_in_possible()
        # sudo: the host lets administrators alone open these pages; the mailbox is the
        # user's own
        account = self.sudo().with_prefetch()
        if self.provider_id.oauth == "google":
            action = account.open_google_gmail_uri()
        else:
            action = account.open_microsoft_outlook_uri()
        hint = urlencode({"login_hint": (self.username or self.email).strip()})
        return {**action, "url": f"{action['url']}&{hint}"}

    def action_continue_setup(self):
        """After the provider's page: the set-up goes on by itself.

        Returns the assistant's action, at its folders or at the test that failed; or
        ``False`` when the mailbox is set up already.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "mapping" or not self.connected:
            return False
        setup = (
            self.env["crm.mail.account.setup"]
            .with_context(default_account_id=self.id)
            .create({})
        )
        return setup.action_continue()

    @api.model
    def _oauth_client(self, kind: str) -> tuple[str, str]:
        """Id and secret of the client that the administrator registered."""
        # sudo: an administrator's parameters; the id travels to the provider's page,
        # the secret to the provider
        parameters = self.env["ir.config_parameter"].sudo()
        return tuple(
            parameters.get_param(f"{CLIENTS[kind]}_{name}") or ""
            for name in ("id", "secret")
        )

    # -- tokens --------------------------------------------------------------------

    @api.model
    def _ask_token__(self, request: TokenRequest) -> TokenAnswer:
        """The network door to a provider. :raises MailError: see ``net_oauth``."""
        return net_oauth.ask_token(request)

    @api.model
    def _ask_google_identity__(self, access_token: str) -> str:
        """Whose token this is. :raises MailError: see ``net_oauth``."""
        return net_oauth.ask_google_identity(protocol.GOOGLE_IDENTITY_URL, access_token)

    @api.model
    def _token_request(self, kind: str, **grant: str) -> TokenRequest:
        """What to post for tokens.

        :raises MailError: ``oauth_not_configured``
        """
        client_id, client_secret = self._oauth_client(kind)
        if not (client_id and client_secret):
            raise AuthError("no client id or secret", code="oauth_not_configured")
        form = {
            "client_id": client_id,
            "client_secret": client_secret,
            "redirect_uri": urljoin(self.get_base_url(), LANDINGS[kind]),
            **grant,
        }
        if kind == "google":
            return TokenRequest(protocol.GOOGLE_TOKEN_URL, form)
        # As the host's mixin writes it into the page's address.
        form["scope"] = (
            "openid email offline_access https://outlook.office.com/User.read "
            f"{self._OUTLOOK_SCOPE}"
        )
        return TokenRequest(urljoin(self._get_microsoft_endpoint(), "token"), form)

    def _sign_in(self, kind: str, code: str):
        """Turn the provider's answer into tokens, when it is for this mailbox.

        For the landing pages, which have checked that the owner is asking.  Ends the
        running transaction: the provider is asked twice at most.

        :raises UserError: in words why nothing was stored
        """
        self.ensure_one()
        mine = {(name or "").strip().lower() for name in (self.email, self.username)}
        try:
            request = self._token_request(
                kind, grant_type="authorization_code", code=code
            )
            self._release_transaction__()
            answer = self._ask_token__(request)
            if kind == "google":
                found = {self._ask_google_identity__(answer.access_token).lower()}
            else:
                found = protocol.identities(answer.id_token)
        except MailError as error:
            raise UserError(describe(self.env, error).text) from error
        self._check_consent(kind, answer, {name for name in found if name}, mine)
        # In a transaction of its own: tried again after a conflict, this request would
        # come with a code that was used already.
        in_transaction(
            self.env.registry,
            lambda env: env[self._name].browse(self.id)._store_sign_in(kind, answer),
        )
        self.env.invalidate_all()

    def _store_sign_in(self, kind: str, answer: TokenAnswer):
        """Keep the tokens, use them from now on, and look for mail at once."""
        if not self.exists():
            return
        # The password has done its service.
        self.write({"auth_method": "oauth2", "password_token": False, "active": True})
        tokens = self.env["crm.mail.account.token"]
        token = tokens._of(self) or tokens.create({"account_id": self.id, "kind": kind})
        token.kind = kind
        token._keep(answer)
        self._log_sign_in("info", self.env._("Signed in at the provider."))
        self._request_sync()

    def _log_sign_in(self, level: str, message: str):
        # sudo: users read their log and write none of it
        self.env["crm.mail.log"].sudo().create(
            {
                "account_id": self.id,
                "user_id": self.user_id.id,
                "source": "imap_auth",
                "level": level,
                "message": message,
            }
        )

    def _check_consent(self, kind: str, answer, found: set[str], mine: set[str]):
        """:raises UserError: for another mailbox, or without a right that is needed"""
        missing = protocol.missing_rights(kind, answer.scope)
        if missing:
            rights = {
                "imap": self.env._("reading mail (IMAP)"),
                "smtp": self.env._("sending mail (SMTP)"),
            }
            raise UserError(
                self.env._(
                    "The permission that you gave does not include %(rights)s. Connect "
                    "again and allow everything that is asked for.",
                    rights=self.env._(" and ").join(rights[name] for name in missing),
                )
            )
        if not found:
            raise UserError(
                self.env._(
                    "The provider did not tell whose mailbox you opened, so nothing "
                    "was saved. Connect again and allow everything that is asked for."
                )
            )
        if not found & mine:
            raise UserError(
                self.env._(
                    "You signed in as %(found)s, but this mailbox is %(mine)s. Connect "
                    "again and choose the right account on the provider's page.",
                    found=", ".join(sorted(found)),
                    mine=self.email,
                )
            )
        if not answer.refresh_token:
            raise UserError(
                self.env._(
                    "The provider gave a permission for one hour only. Remove this "
                    "application from the list of connected applications in your "
                    "account there, and connect again."
                )
            )

    # -- logging in ------------------------------------------------------------------

    def _access_token(self) -> str:
        self.ensure_one()
        self.check_access("read")
        # sudo: closed to everybody; the account itself was checked above
        token = self.env["crm.mail.account.token"].sudo()._of(self)
        if token and token.kind != self.provider_id.oauth:
            raise AuthError("signed in elsewhere", code="token_missing")
        return token._access_token()

    def _prepare_login(self, refused: str = ""):
        """See to it that the access token is good for a while; nothing for passwords.

        Ends the running transaction when the provider has to be asked (law 8).

        :raises MailError: see :func:`tools.oauth.renew`
        """
        if not self._token_is_due(refused):
            return
        self._release_transaction__()
        oauth.renew(self, self.id, refused)
        self.env.invalidate_all()

    def _token_is_due(self, refused: str = "") -> bool:
        self.ensure_one()
        if self.auth_method != "oauth2":
            return False
        self.check_access("read")
        # sudo: closed to everybody; the account itself was checked above
        token = self.env["crm.mail.account.token"].sudo()._of(self)
        return not token or not token._is_fresh(refused)
