"""What the tests of OAuth 2 share: a local authorization server that stands in for
Google and Microsoft, presets that point at the local mail servers, a mailbox there."""

import json
from urllib.parse import parse_qsl, urlencode, urlsplit

from ..mailkit import oauth as protocol
from ..mailkit.oauth import TokenAnswer
from ..mailkit.tests import live
from ..models.crm_mail_account_oauth import CLIENTS
from .common import Mailbox, MailCase

KINDS = ("google", "microsoft")


class OAuthCase(MailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.live = live.load()
        cls.local = cls.live.oauth["endpoint"]
        parameters = cls.env["ir.config_parameter"]
        for client in CLIENTS.values():
            for name in ("id", "secret"):
                value = cls.live.oauth[f"client_{name}"]
                parameters.set_param(f"{client}_{name}", value)
        # Microsoft's address is a parameter of the host; Google's is not, see setUp.
        parameters.set_param("microsoft_outlook.endpoint", f"{cls.local}microsoft/")
        cls.presets = {
            kind: cls.env["crm.mail.provider"].create(
                {
                    "name": f"Local {kind}",
                    "oauth": kind,
                    "auth_method": "oauth2",
                    "imap_host": cls.live.host,
                    "imap_port": cls.live.ports["imaps"],
                    "imap_security": "tls",
                    "smtp_host": cls.live.host,
                    "smtp_port": cls.live.ports["submissions"],
                    "smtp_security": "tls",
                }
            )
            for kind in KINDS
        }

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.startPatch(protocol, "GOOGLE_TOKEN_URL", f"{self.local}google/token")
        self.startPatch(
            protocol,
            "GOOGLE_IDENTITY_URL",
            f"{self.local}google/oauth2/v2/userinfo",
        )

    def servers(self, kind="microsoft") -> dict:
        """What a user enters for OAuth2, and what the preset brings."""
        preset = self.presets[kind]
        return {
            "provider_id": preset.id,
            "auth_method": "oauth2",
            "username": self.mailbox.username,
            "password": False,
            **{name: preset[name] for name in preset._server_names()},
        }

    def assistant(self, kind="microsoft", **values):
        return (
            self.env["crm.mail.account.setup"]
            .with_user(self.owner)
            .create({**self.servers(kind), **values})
        )

    def signed_in(self, kind="microsoft", **values):
        """A ready account whose owner has agreed at the provider."""
        account = self.new_account(**{**self.servers(kind), **values})
        self.sign_in(account, kind)
        return account

    def sign_in(self, account, kind="microsoft"):
        given = self.live.consent(account.username, kind)
        account._store_sign_in(
            kind,
            TokenAnswer(
                given["access_token"], given["expires_in"], given["refresh_token"]
            ),
        )
        self.env.flush_all()

    def tokens(self, account):
        return self.env["crm.mail.account.token"].search(
            [("account_id", "in", account.ids)]
        )

    def secrets_of(self, account) -> list[str]:
        """What nobody must ever see, refresh token first."""
        (token,) = self.tokens(account)
        return [token._secret("refresh_token"), token._secret("access_token")]

    def control(self, action, **wanted):
        return self.live.control(action, mailbox=self.mailbox.username, **wanted)

    def renewals(self) -> int:
        """How often the provider gave a new access token for a refresh token."""
        return self.control("counts").get("refresh_token", 0)

    def make_due(self, account):
        """The access token is about to end, as far as we know."""
        self.tokens(account).expires_at = self.env.cr.now()
        self.env.flush_all()

    def mails(self, account):
        return self.env["crm.mail.message"].search([("account_id", "=", account.id)])

    def consent_page(self, action, **answer) -> str:
        """The local provider's page for the address that an action opens.

        :param answer: ``allow=mailbox`` or ``refuse="1"``, as if a person pressed it
        """
        self.assertEqual(action["type"], "ir.actions.act_url")
        address = urlsplit(action["url"])
        query = dict(parse_qsl(address.query))
        self.assertEqual(json.loads(query["state"])["model"], "crm.mail.account")
        page = address._replace(query="").geturl()
        if address.hostname == "accounts.google.com":
            page = f"{self.local}google/authorize"
        return f"{page}?{urlencode({**query, **answer})}"
