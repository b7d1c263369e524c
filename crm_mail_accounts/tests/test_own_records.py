from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..tools.own_records import owner_reads
from .common import GROUPS, Mailbox, MailCase, simple_mail

MODELS = ("message", "folder", "thread", "account")


@tagged("post_install", "-at_install")
class TestOwnRecords(MailCase):
    """What is read without the rest of the record rules is what they allow."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("First"), simple_mail("Second"))
        self.account = self.new_account()
        self.work(self.account)
        self.inbox = self.folder(self.account, "inbox")
        self.mails = self.env["crm.mail.message"].search([], order="subject")
        self.assertEqual(self.mails.mapped("subject"), ["First", "Second"])

    def listed(self, user=None, folder=None):
        page = self.client(user).list_messages((folder or self.inbox).id)
        return sorted(row["subject"] for row in page["rows"])

    def narrow(self, model, domain):
        return self.env["ir.rule"].create(
            {
                "name": "Narrowed by the administrator",
                "model_id": self.env["ir.model"]._get(model).id,
                "domain_force": domain,
            }
        )

    def test_owners_read_by_our_rules_whatever_is_theirs(self):
        for name in MODELS:
            with self.subTest(model=name):
                model = self.env[f"crm.mail.{name}"]
                self.assertTrue(owner_reads(model.with_user(self.owner)))

    def test_a_rule_that_narrows_ours_is_asked(self):
        self.narrow("crm.mail.message", "[('subject', '!=', 'First')]")
        self.assertFalse(owner_reads(self.mails.with_user(self.owner)))
        self.assertEqual(self.listed(), ["Second"])
        first = self.mails[0]
        for ask in ("open_message", "message_headers", "conversation"):
            with self.subTest(ask), self.assertRaises(AccessError):
                getattr(self.client(), ask)(first.id)

    def test_a_rule_that_narrows_the_folders_is_asked(self):
        self.narrow("crm.mail.folder", "[('role', '!=', 'inbox')]")
        with self.assertRaises(AccessError):
            self.listed()

    def test_our_rule_may_be_changed_to_say_less(self):
        rule = self.env.ref("crm_mail_accounts.crm_mail_message_rule_reader")
        rule.domain_force = "[('share_ids.user_id', '=', user.id)]"
        self.assertFalse(owner_reads(self.mails.with_user(self.owner)))
        self.assertEqual(self.listed(), [])

    def test_somebody_else_s_mail_in_a_folder_of_mine_stays_theirs(self):
        """Whose a mail is says the mail, and not the list that it is found in."""
        self.mails[0].user_id = self.colleague
        self.env.flush_all()
        self.assertEqual(self.listed(), ["Second"])
        self.assertEqual(self.listed(folder=self.inbox), ["Second"])
        page = self.client().list_messages({"role": "inbox"}, False, 50, True)
        self.assertEqual([row["subject"] for row in page["rows"]], ["Second"])

    def test_own_and_shared_mails_and_those_of_a_mailbox_stand_in_one_list(self):
        reader = new_test_user(self.env, login="own_reader", groups=GROUPS)
        rights = self.env["crm.mail.delegate"].with_user(self.owner)
        rights.create({"account_id": self.account.id, "user_id": reader.id})
        self.mails[0].user_id = reader
        self.env.flush_all()
        self.assertEqual(self.listed(reader), ["First", "Second"])

    def test_who_may_use_no_mailbox_is_refused_before_anything_is_read(self):
        portal = new_test_user(self.env, login="own_portal", groups="base.group_portal")
        with self.assertRaises(AccessError):
            owner_reads(self.mails.with_user(portal))
        with self.assertRaises(AccessError):
            self.listed(portal)
