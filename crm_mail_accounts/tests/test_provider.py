from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..tools import host_policy
from .common import Mailbox, MailCase


@tagged("post_install", "-at_install")
class TestProvider(MailCase):
    """Presets, server names as people type them, and whom the server connects to."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.custom = self.env.ref("crm_mail_accounts.provider_custom")

    def assistant(self):
        return Form(self.env["crm.mail.account.setup"].with_user(self.owner))

    # -- presets -------------------------------------------------------------------

    def test_the_list_begins_as_users_know_it(self):
        """[A3]"""
        names = self.env["crm.mail.provider"].search([]).mapped("name")
        self.assertEqual(
            names[:4], ["Gmail", "Microsoft Office365", "Yahoo!", "Custom"]
        )

    def test_italian_presets_have_the_ports_of_implicit_tls(self):
        """[B12] [B13] [B14]"""
        for xmlid, imap, smtp in (
            ("provider_aruba", "imaps.aruba.it", "smtps.aruba.it"),
            ("provider_pec_aruba", "imaps.pec.aruba.it", "smtps.pec.aruba.it"),
            (
                "provider_pec_legalmail",
                "mbox.cert.legalmail.it",
                "sendm.cert.legalmail.it",
            ),
        ):
            with self.subTest(provider=xmlid):
                provider = self.env.ref(f"crm_mail_accounts.{xmlid}")
                self.assertEqual(
                    (provider.imap_host, provider.imap_port, provider.imap_security),
                    (imap, 993, "tls"),
                )
                self.assertEqual(
                    (provider.smtp_host, provider.smtp_port, provider.smtp_security),
                    (smtp, 465, "tls"),
                )

    def test_a_preset_brings_its_servers_and_hides_them(self):
        """[A3] The form asks for user name and password only."""
        with self.assistant() as form:
            self.assertEqual(form.provider_id, self.custom)
            form.provider_id = self.env.ref("crm_mail_accounts.provider_gmail")
            self.assertEqual(form.imap_host, "imap.gmail.com")
            self.assertEqual(form.smtp_port, 465)
            self.assertIn("app password", form.provider_hint)
            form.username = "somebody@gmail.com"
            form.password = "secret"

    def test_the_address_proposes_its_provider(self):
        with self.assistant() as form:
            form.username = "rosa@pec.it"
            self.assertEqual(form.provider_id.name, "PEC Aruba")
            self.assertEqual(form.imap_host, "imaps.pec.aruba.it")
            form.password = "secret"

    def test_what_was_entered_is_not_replaced_by_a_proposal(self):
        with self.assistant() as form:
            form.imap_host = "mail.company.example"
            form.username = "rosa@pec.it"
            self.assertEqual(form.provider_id, self.custom)
            self.assertEqual(form.imap_host, "mail.company.example")
            form.smtp_host = "mail.company.example"
            form.password = "secret"

    def test_a_domain_that_only_resembles_one_proposes_nothing(self):
        providers = self.env["crm.mail.provider"]
        for address in ("rosa@mail.com", "rosa@pec.it.example", "rosa", "@", ""):
            self.assertFalse(providers._of_address(address), address)

    def test_the_administrators_servers_are_in_the_same_list(self):
        """[A2]"""
        ours = (
            self.env["crm.mail.provider"]
            .with_user(self.administrator)
            .create(
                {
                    "name": "Our server",
                    "domains": "live.test",
                    "imap_host": self.mailbox.host,
                    "imap_port": self.mailbox.ports["imaps"],
                    "smtp_host": self.mailbox.host,
                    "smtp_port": self.mailbox.ports["smtps"],
                }
            )
        )
        with self.assistant() as form:
            form.username = self.mailbox.username
            self.assertEqual(form.provider_id, ours)
            form.password = self.mailbox.password
        setup = form.record
        setup.action_continue()
        self.assertTrue(setup.test_passed, setup.test_steps)
        self.assertEqual(setup.account_id.provider_id, ours)

    def test_users_do_not_change_providers(self):
        with self.assertRaises(AccessError):
            self.custom.with_user(self.owner).name = "Mine"

    # -- server names as people type them ----------------------------------------------

    def test_a_scheme_in_the_name_chooses_the_security(self):
        """[B4]"""
        account = self.new_account(
            smtp_host=" SSL://smtps.Aruba.it ", smtp_security="starttls", smtp_port=587
        )
        self.assertEqual(account.smtp_host, "smtps.aruba.it")
        self.assertEqual((account.smtp_security, account.smtp_port), ("tls", 465))

    def test_a_port_in_the_name_counts(self):
        """[B4]"""
        account = self.new_account(imap_host="imap.company.example:1993")
        self.assertEqual(
            (account.imap_host, account.imap_port), ("imap.company.example", 1993)
        )

    def test_the_form_shows_at_once_how_a_name_was_understood(self):
        """[B4]"""
        with self.assistant() as form:
            form.imap_host = "ssl://Imaps.Company.example"
            self.assertEqual(form.imap_host, "imaps.company.example")
            self.assertEqual(form.imap_port, 993)
            form.smtp_host = "smtp.company.example"
            form.username = "rosa@company.example"
            form.password = "secret"

    def test_what_is_no_server_name_is_refused_in_words(self):
        for typed, sentence in (
            ("rosa@company.example", "e-mail address, not the name of a server"),
            ("not a name!", "not the name of a server"),
        ):
            with (
                self.subTest(typed=typed),
                self.assertRaisesRegex(ValidationError, sentence),
                self.cr.savepoint(),
            ):
                self.new_account(imap_host=typed)

    def test_the_port_of_a_web_server_is_corrected(self):
        """[B10]"""
        setup = self.env["crm.mail.account.setup"].new({"imap_port": 443})
        warning = setup._onchange_ports()
        self.assertEqual(setup.imap_port, 993)
        self.assertIn("belongs to web servers", warning["warning"]["message"])

    # -- host policy ---------------------------------------------------------------

    def test_users_do_not_reach_the_own_network_unless_it_is_listed(self):
        parameters = self.env["ir.config_parameter"]
        setup = (
            self.env["crm.mail.account.setup"]
            .with_user(self.owner)
            .create(self.mailbox.account_values())
        )
        said = []
        for listed, port in (("", None), ("", 1), ("", None)):
            parameters.set_param(host_policy.PARAMETER, listed)
            if port:
                setup.imap_port = port
            setup.action_test()
            failed = [step for step in setup.test_steps if not step["ok"]][0]
            self.assertEqual(failed["name"], "resolve")
            said.append((failed["message"], failed["hint"]))
        self.assertEqual(len(set(said)), 1, "open and closed ports look the same")
        self.assertIn("must be allowed by the administrator", said[0][1])
        parameters.set_param(host_policy.PARAMETER, "localhost")
        setup.imap_port = self.mailbox.ports["imaps"]
        setup.action_test()
        self.assertTrue(setup.test_passed, setup.test_steps)

    def test_the_policy_holds_for_the_sync_as_well(self):
        account = self.new_account()
        self.env["ir.config_parameter"].set_param(host_policy.PARAMETER, "")
        self.work(account)
        self.assertEqual(account.error_code, "host_unknown")

    def test_the_list_knows_names_domains_addresses_and_networks(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param(
            host_policy.PARAMETER, "mail.local, .corp.local\n10.1.0.0/24 fd00::1"
        )
        for host, allowed in (
            ("mail.local", True),
            ("MAIL.local", True),
            ("xmail.local", False),
            ("a.corp.local", True),
            ("corp.local", False),
            ("10.1.0.77", True),
            ("10.1.1.77", False),
            ("fd00::1", True),
            ("fd00::2", False),
        ):
            with self.subTest(host=host):
                self.assertEqual(
                    host_policy.may_be_private(self.env, host, self.owner), allowed
                )
        self.assertTrue(
            host_policy.may_be_private(self.env, "any.local", self.administrator)
        )

    def test_the_administrator_sets_the_list_in_the_settings(self):
        settings = (
            self.env["res.config.settings"]
            .with_user(self.administrator)
            .create({"crm_mail_allowed_hosts": "mail.company.local"})
        )
        settings.execute()
        self.assertTrue(
            host_policy.may_be_private(self.env, "mail.company.local", self.owner)
        )
