from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .oauth_common import OAuthCase


@tagged("post_install", "-at_install")
class TestOAuthSetup(OAuthCase):
    """Which way to log in is offered where, and what is said about it."""

    def preset(self, name):
        return self.env.ref(f"crm_mail_accounts.provider_{name}")

    def form(self):
        return Form(self.env["crm.mail.account.setup"].with_user(self.owner))

    def hidden(self, form, name) -> bool:
        return form._get_modifier(name, "invisible")

    def test_what_each_provider_offers_and_proposes(self):
        """[A3] [A5]"""
        for name, oauth, proposed in (
            ("gmail", "google", "password"),
            ("office365", "microsoft", "oauth2"),
            ("outlook", "microsoft", "oauth2"),
            ("yahoo", False, "password"),
            ("custom", False, "password"),
        ):
            with self.subTest(provider=name):
                preset = self.preset(name)
                self.assertEqual((preset.oauth, preset.auth_method), (oauth, proposed))
                form = self.form()
                form.provider_id = preset
                self.assertEqual(form.auth_method, proposed)
                self.assertEqual(self.hidden(form, "auth_method"), not oauth)
                self.assertEqual(self.hidden(form, "password"), proposed == "oauth2")

    def test_the_password_is_asked_for_only_where_one_is_used(self):
        """[A5]"""
        with self.form() as form:
            form.provider_id = self.presets["microsoft"]
            form.username = self.mailbox.username
            self.assertTrue(self.hidden(form, "password"))
            form.auth_method = "password"
            self.assertFalse(self.hidden(form, "password"))
            form.auth_method = "oauth2"
        self.assertFalse(form.record.has_password)

    def test_custom_has_no_oauth2(self):
        """[B9]"""
        with self.assertRaisesRegex(ValidationError, "Choose Password"):
            self.assistant(provider_id=self.preset("custom").id)
        with self.assertRaisesRegex(ValidationError, "Choose Password"):
            self.new_account(
                **{**self.servers(), "provider_id": self.preset("custom").id}
            )

    def test_microsofts_servers_entered_by_hand_lead_to_the_preset(self):
        """[B9]"""
        office, custom = self.preset("office365"), self.preset("custom")
        for host in ("outlook.office365.com", "SMTP.Office365.com", "imap.outlook.com"):
            with self.subTest(host=host):
                form = self.form()
                form.username = "rosa@conti.example"
                form.imap_host = host
                self.assertEqual(form.better_provider_id, office)
                setup = form.save()
                setup.action_use_better_provider()
                self.assertEqual(
                    (setup.provider_id, setup.auth_method), (office, "oauth2")
                )
                self.assertEqual(setup.imap_host, "outlook.office365.com")
        form = self.form()
        for host in ("outlook.office365.com.evil.example", "notoffice365.com", "x.it"):
            form.imap_host = host
            self.assertFalse(form.better_provider_id, host)
        with self.assertRaisesRegex(ValidationError, "choose Microsoft Office365"):
            self.assistant(provider_id=custom.id, imap_host="outlook.office365.com")

    def test_a_private_address_of_microsoft_keeps_its_own_preset(self):
        form = self.form()
        form.imap_host = "outlook.office365.com"
        form.username = "rosa@hotmail.com"
        self.assertEqual(form.better_provider_id, self.preset("outlook"))

    def test_a_free_gmail_address_is_told_and_repaired_by_one_button(self):
        """[B8]"""
        form = self.form()
        form.provider_id = self.preset("gmail")
        form.username = "Rosa.Conti@GoogleMail.com "
        self.assertFalse(form.oauth_obstacle)
        form.auth_method = "oauth2"
        self.assertIn("does not work for free Gmail addresses", form.oauth_obstacle)
        setup = form.save()
        for action in (setup.action_connect, setup.action_test, setup.action_continue):
            with self.assertRaisesRegex(UserError, "Use an app password"):
                action()
        self.assertFalse(setup.account_id)
        setup.action_use_password()
        self.assertEqual(setup.auth_method, "password")
        self.assertFalse(setup.oauth_obstacle)

    def test_an_address_of_google_workspace_is_no_obstacle(self):
        """[B8]"""
        setup = self.assistant("google", username="rosa@gmail.com.conti.example")
        self.assertFalse(setup.oauth_obstacle)
        self.assertIn("Google Workspace only", self.preset("gmail").hint)

    def test_a_token_goes_to_nobody_but_its_provider(self):
        yahoo = self.preset("yahoo")
        for values, sentence in (
            ({"imap_host": "imap.evil.example"}, "the servers are those of"),
            ({"smtp_host": "smtp.evil.example"}, "the servers are those of"),
            (
                {"smtp_provider_id": yahoo.id, "smtp_host": yahoo.smtp_host},
                "does not know what you sign in with",
            ),
        ):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(ValidationError, sentence),
            ):
                self.new_account(**{**self.servers(), **values})
        account = self.new_account(
            **{
                **self.servers(),
                "smtp_provider_id": yahoo.id,
                "smtp_host": yahoo.smtp_host,
                "smtp_same_login": False,
                "smtp_username": "rosa",
                "smtp_password": "for yahoo",
            }
        )
        self.sign_in(account)
        login = account._smtp_credentials()
        self.assertEqual((login.password, login.access_token), ("for yahoo", ""))

    def test_nothing_is_tested_before_the_provider_has_agreed(self):
        setup = self.assistant()
        for action in (
            setup.action_test,
            setup.action_continue,
            setup.action_send_test_mail,
        ):
            with self.assertRaisesRegex(UserError, "Press Connect first"):
                action()
        self.assertFalse(setup.account_id)

    def test_an_account_that_never_signed_in_says_so(self):
        account = self.new_account(**self.servers())
        self.assertEqual(account.repair, "connect")
        self.work(account)
        self.assertEqual(account.error_code, "token_missing")
        self.assertIn("not connected to its provider", account.error_message)

    def test_a_proposal_brings_its_way_to_log_in(self):
        setup = self.assistant(
            provider_id=self.preset("custom").id, auth_method="password"
        )
        office = self.preset("office365")
        row = self.env["crm.mail.account.setup.proposal"].create(
            {
                "setup_id": setup.id,
                "provider_id": office.id,
                **{name: office[name] for name in office._server_names()},
            }
        )
        row.action_use()
        self.assertEqual((setup.provider_id, setup.auth_method), (office, "oauth2"))

    def test_administrators_offer_oauth2_for_presets_only(self):
        for provider, values in (
            ("custom", {"oauth": "google"}),
            ("yahoo", {"auth_method": "oauth2"}),
        ):
            with (
                self.subTest(provider=provider),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.preset(provider).write(values)
                self.env.flush_all()
