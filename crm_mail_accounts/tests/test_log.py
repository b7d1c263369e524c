from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import Mailbox, MailCase, simple_mail


@tagged("post_install", "-at_install")
class TestLog(MailCase):
    """The connection log as a person looks at it."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()

    def lines(self, *domain):
        log = self.env["crm.mail.log"].with_user(self.owner)
        return log.search(list(domain))

    def test_what_a_line_holds(self):
        """[C5]"""
        account = self.new_account(password="wrong")
        self.work(account)
        (line,) = self.lines()
        self.assertEqual((line.source, line.level), ("imap_auth", "error"))
        self.assertEqual(line.user_id, self.owner)
        self.assertEqual(line.account_id, account)
        self.assertTrue(line.create_uid and line.create_date and line.message)
        for name in ("source", "level", "user_id"):
            self.assertTrue(line._fields[name].required, name)

    def test_a_day_in_the_life_of_a_mailbox_uses_the_sources(self):
        """[C6] [C7]"""
        self.mailbox.append(simple_mail())
        assistant = (
            self.env["crm.mail.account.setup"]
            .with_user(self.owner)
            .create(self.mailbox.account_values())
        )
        assistant.action_continue()
        assistant.action_map()
        assistant.action_finish()
        account = assistant.account_id
        account.debug = True
        self.work()
        self.mailbox.append(simple_mail("Next"))
        self.work(account)
        account.write({"imap_port": 1})
        self.work(account)
        pairs = {(line.source, line.level) for line in self.lines()}
        for pair in (
            ("imap_auth", "info"),
            ("smtp_auth", "info"),
            ("incoming", "info"),
            ("logger", "debug"),
            ("imap_auth", "error"),
        ):
            self.assertIn(pair, pairs)
        sources = dict(self.env["crm.mail.log"]._fields["source"].selection)
        for name in ("SMTP Auth", "IMAP Auth", "POP3 Auth", "Incoming mail"):
            self.assertIn(name, sources.values())
        self.assertEqual(sources["logger"], "Email Logger")
        levels = dict(self.env["crm.mail.log"]._fields["level"].selection)
        self.assertEqual(
            set(levels.values()), {"Debug", "Information", "Warning", "Error"}
        )

    def test_the_ready_filters_find_their_lines(self):
        """[C8]"""
        log = self.env["crm.mail.log"]
        for source in ("imap_auth", "smtp_auth", "pop3_auth", "incoming", "logger"):
            for level in ("debug", "info", "warning", "error"):
                log.create(
                    {
                        "user_id": self.owner.id,
                        "source": source,
                        "level": level,
                        "message": "x",
                    }
                )
        arch = etree.fromstring(
            log.with_user(self.owner).get_view(view_type="search")["arch"]
        )
        domains = {
            node.get("name"): safe_eval(node.get("domain"))
            for node in arch.iter("filter")
            if node.get("domain")
        }
        self.assertEqual(len(self.lines(*domains["auth"])), 12)
        (line,) = self.lines(*domains["logger_errors"])
        self.assertEqual((line.source, line.level), ("logger", "error"))
        for name in ("debug", "information", "warnings", "errors"):
            self.assertEqual(len(self.lines(*domains[name])), 5, name)
        self.assertLessEqual(
            {"source", "level"}, {node.get("name") for node in arch.iter("field")}
        )
