from odoo.tests import Form, tagged

from ..mailkit.errors import AuthError, TlsError
from ..mailkit.values import Endpoint, Security
from ..tools.error_messages import describe
from .common import MailCase


@tagged("post_install", "-at_install")
class TestProviderHints(MailCase):
    """What a user is told under the field, before anything can go wrong."""

    def hint(self, name):
        """Text and link as the assistant shows them for this provider."""
        form = Form(self.env["crm.mail.account.setup"].with_user(self.owner))
        form.provider_id = self.env.ref(f"crm_mail_accounts.provider_{name}")
        return " ".join(str(form.provider_hint).split()), form.provider_hint_url

    def test_gmail_wants_an_app_password_in_two_steps(self):
        """[B7] [E9]"""
        text, link = self.hint("gmail")
        self.assertIn("Since 30 May 2022", text)
        first, second = text.index("2-step"), text.index("create an app password")
        self.assertLess(first, second)
        self.assertIn("support.google.com", link)

    def test_google_workspace_must_have_imap_switched_on(self):
        """[B15]"""
        text, _link = self.hint("gmail")
        self.assertIn("Disable POP and IMAP access", text)
        self.assertIn("turn IMAP on in Gmail", text)
        self.assertIn("support.google.com/a/answer/105694", text)

    def test_yahoo_takes_user_name_and_app_password_only(self):
        """[B11]"""
        text, link = self.hint("yahoo")
        self.assertIn("app password", text)
        self.assertTrue(link)
        yahoo = self.env.ref("crm_mail_accounts.provider_yahoo")
        self.assertFalse(yahoo.oauth)
        self.assertEqual(yahoo.auth_method, "password")

    def test_outlook_must_let_devices_use_imap(self):
        """[B16]"""
        text, _link = self.hint("outlook")
        self.assertIn("Let devices and apps use IMAP", text)
        self.assertIn("app password", text)

    def test_every_provider_that_wants_app_passwords_says_where(self):
        """[B17]"""
        providers = self.env["crm.mail.provider"].search([])
        wanting = providers.filtered(
            lambda provider: "app password" in (provider.hint or "")
            or "app-specific" in (provider.hint or "")
        )
        self.assertLessEqual(
            {"Gmail", "Yahoo!", "Outlook.com", "iCloud", "Fastmail"},
            set(wanting.mapped("name")),
        )
        for provider in wanting:
            with self.subTest(provider=provider.name):
                self.assertTrue(provider.hint_url)
                self.assertIn("instead of your usual", " ".join(provider.hint.split()))

    def test_a_server_without_starttls_gets_the_advice_to_use_ssl(self):
        """[B6]"""
        endpoint = Endpoint("outlook.office365.com", 143, Security.STARTTLS)
        found = describe(self.env, TlsError(code="tls_not_offered"), endpoint)
        self.assertIn("Choose SSL/TLS", found.hint)
        self.assertIn("993", found.hint)

    def test_a_refused_password_speaks_of_app_passwords(self):
        """[B17]"""
        endpoint = Endpoint("imap.mail.yahoo.com", 993, Security.TLS)
        found = describe(self.env, AuthError(code="auth_failed"), endpoint)
        self.assertIn("made for this application", found.text)
