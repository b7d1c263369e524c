from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..mailkit.errors import AuthError, MailError, NetworkError
from ..mailkit.oauth import TokenAnswer
from ..tools import oauth, secret_store


class CrmMailAccountToken(models.Model):
    """The tokens of an account that signs in by OAuth 2, encrypted.

    Closed to everybody, the account's owner and administrators included: tokens come
    out in :meth:`_access_token`, for logging in, and nowhere else (law 13).  Apart from
    the account, so that a user who saves the form never meets a worker who renews a
    token; see ``tools/oauth.py`` for how that is done.
    """

    _name = "crm.mail.account.token"
    _description = "Sign-in of a mail account"
    _log_access = False

    account_id = fields.Many2one(
        "crm.mail.account", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("google", "Google"), ("microsoft", "Microsoft")], required=True
    )
    refresh_token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    access_token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    expires_at = fields.Datetime()
    version = fields.Integer(default=0, help="Counts up with each new access token.")
    renewing_until = fields.Datetime(help="Somebody asks the provider until then.")

    _account_unique = models.Constraint(
        "UNIQUE (account_id)", "An account has one sign-in."
    )

    @api.model
    def _of(self, account):
        return self.search([("account_id", "=", account.id)])

    def _keep(self, answer: TokenAnswer):
        """Store tokens; a refresh token that was not replaced stays."""
        self.ensure_one()
        values = {
            "access_token": secret_store.encrypt(answer.access_token),
            "expires_at": fields.Datetime.now() + timedelta(seconds=answer.expires_in),
            "version": self.version + 1,
            "renewing_until": False,
        }
        if answer.refresh_token:
            values["refresh_token"] = secret_store.encrypt(answer.refresh_token)
        self.write(values)

    def _access_token(self) -> str:
        """What to log in with.

        :raises MailError: ``token_missing``: its owner has to sign in;
            ``token_unavailable``: it was not renewed in time
        """
        if not self:
            raise AuthError("never signed in", code="token_missing")
        if not self.expires_at or self.expires_at <= fields.Datetime.now():
            raise NetworkError("the access token has expired", code="token_unavailable")
        return self._secret("access_token")

    def _is_fresh(self, refused: str = "") -> bool:
        """Good for a while, and not the one that the mail server refused."""
        self.ensure_one()
        soon = fields.Datetime.now() + oauth.RENEW_BEFORE
        if not self.expires_at or self.expires_at <= soon:
            return False
        return not refused or self._secret("access_token") != refused

    def _secret(self, name: str) -> str:
        try:
            return secret_store.decrypt(self[name])
        except MailError as error:
            # The server's key was lost: signing in again brings new tokens.
            raise AuthError(error.detail, code="token_missing") from error

    # -- renewing: each in a transaction of its own (tools/oauth.py) -----------------

    @api.model
    def _begin_renewal(self, account_id: int, refused: str) -> oauth.Renewal | None:
        """The right to ask the provider, or ``None`` when nothing is to be done.

        :raises Busy: somebody else is asking
        :raises MailError: see :func:`tools.oauth.renew`
        """
        token = self.search([("account_id", "=", account_id)])
        if not token:
            raise AuthError("never signed in", code="token_missing")
        if token._is_fresh(refused):
            return None
        request = token.account_id._token_request(
            token.kind,
            grant_type="refresh_token",
            refresh_token=token._secret("refresh_token"),
        )
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_mail_account_token
                   SET renewing_until = clock_timestamp() AT TIME ZONE 'UTC' + %s
                 WHERE id = %s AND version = %s
                   AND (renewing_until IS NULL
                        OR renewing_until < clock_timestamp() AT TIME ZONE 'UTC')
             RETURNING id
                """,
                oauth.CLAIM,
                token.id,
                token.version,
            )
        )
        self.invalidate_model(["renewing_until"])
        if not rows:
            raise oauth.Busy
        return oauth.Renewal(token.id, token.version, token.kind, request)

    @api.model
    def _finish_renewal(self, renewal: oauth.Renewal, answer: TokenAnswer):
        """Store the answer, unless the owner has signed in anew meanwhile."""
        token = self.browse(renewal.token_id).exists()
        if token and token.version == renewal.version:
            token._keep(answer)

    @api.model
    def _give_up_renewal(self, renewal: oauth.Renewal):
        token = self.browse(renewal.token_id).exists()
        if token and token.version == renewal.version:
            token.renewing_until = False
