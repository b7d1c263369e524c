from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import Mailbox, MailCase


@tagged("post_install", "-at_install")
class TestSmtpOnly(MailCase):
    """An account that sends and has no mailbox [A18]."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()

    def assistant(self, **values):
        given = self.mailbox.account_values()
        given = {
            name: value for name, value in given.items() if not name.startswith("imap")
        }
        return (
            self.env["crm.mail.account.setup"]
            .with_user(self.owner)
            .create({"kind": "smtp", "email": self.mailbox.username, **given, **values})
        )

    def test_it_is_set_up_without_an_imap_server(self):
        """[A18]"""
        setup = self.assistant()
        setup.action_test()
        self.assertTrue(setup.test_passed)
        self.assertEqual({step["server"] for step in setup.test_steps}, {"smtp"})
        account_id = setup.action_continue()["infos"]["account"]
        account = self.env["crm.mail.account"].browse(account_id)
        self.assertEqual((account.kind, account.state), ("smtp", "ready"))
        self.assertFalse(account.imap_host)
        senders = self.env["crm.mail.account"].with_user(self.owner)._senders()
        self.assertIn(account.id, [sender.account_id for sender in senders])
        self.work(account)
        self.assertFalse(account.error_message)
        (shown,) = self.client().bootstrap()["accounts"]
        self.assertEqual(shown["health"]["state"], "ok")
        self.assertFalse(shown["progress"]["running"])

    def test_from_and_server_are_needed(self):
        """[A18]"""
        for name in ("email", "smtp_host", "smtp_port", "username", "password"):
            with self.subTest(missing=name), self.assertRaises(ValidationError):
                self.assistant(**{name: False}).action_continue()
        with self.assertRaises(ValidationError):
            self.assistant(kind="imap").action_continue()

    def test_its_test_mail_is_sent(self):
        """[A18]"""
        answer = self.assistant().action_send_test_mail()
        self.assertEqual(answer["params"]["type"], "success")
        self.assertIn("was sent", answer["params"]["message"])
        self.assertTrue(self.mailbox.flags()[0])

    def test_no_pop3_mailbox_is_collected_into_it(self):
        account = self.new_account(kind="smtp", imap_host=False)
        with self.assertRaises(ValidationError):
            self.env["crm.mail.pop3.bridge"].create(
                {
                    "name": "Old",
                    "account_id": account.id,
                    "host": "pop3.company.example",
                    "username": "old",
                }
            )
