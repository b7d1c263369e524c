# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import fields, models
from odoo.exceptions import UserError


class CrmMailAccountSetup(models.TransientModel):
    """Signing in at the provider instead of giving a password [A5].

    The provider's page comes back to an account, so it is saved before, without a
    password and with its folders not mapped yet: nothing is fetched for it.
    """

    _inherit = "crm.mail.account.setup"

    connected = fields.Boolean(related="account_id.connected")

    def action_connect(self):
        """Save what is entered and go to the provider's page."""
        self.ensure_one()
        self.account_id.check_access("write")
        self._check_sign_in_possible()
        self._check_complete()
        account = self.account_id or self._unfinished_account()
        # What works today goes on working until the provider has agreed.
        works = account.state == "ready" and account.auth_method == "password"
        self.account_id = account
        account = self._save_account()
        if works:
            account.auth_method = "password"
        self.account_id = account
        return account.action_connect()

    def action_use_password(self):
        """OAuth2 cannot work here: the repair is one press of a button [B8]."""
        self.ensure_one()
        self.auth_method = "password"
        return self._reopen()

    def action_use_better_provider(self):
        """From servers entered by hand to the preset that knows them [B9]."""
        self.ensure_one()
        if self.better_provider_id:
            self.provider_id = self.better_provider_id
            self._onchange_provider()
        return self._reopen()

    # -- helpers -------------------------------------------------------------------

    def _unfinished_account(self):
        """The one that an earlier press of Connect left behind, if any."""
        return self.env["crm.mail.account"].search(
            [
                ("user_id", "=", self.env.uid),
                ("username", "=", (self.username or "").strip()),
                ("provider_id", "=", self.provider_id.id),
                ("auth_method", "=", "oauth2"),
                ("state", "=", "mapping"),
            ],
            limit=1,
        )

    def _needed(self) -> list[str]:
        needed = super()._needed()
        if self.auth_method == "oauth2":
            needed = [name for name in needed if name != "password"]
        return needed

    def _prepare_login(self, refused: str = ""):
        if self.auth_method != "oauth2":
            return
        self._check_sign_in_possible()
        if not self.connected:
            raise UserError(
                self.env._("Press Connect first, and sign in at your provider.")
            )
        self.account_id._prepare_login(refused)

    def _access_token(self) -> str:
        if not self.account_id:
            return super()._access_token()
        return self.account_id._access_token()
