from unittest.mock import patch

from odoo.tests import tagged

from ..tools import thread_writer
from .common import Mailbox, MailCase, simple_mail


@tagged("post_install", "-at_install")
class TestThreads(MailCase):
    """Conversations, as mails come in."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()

    def mail(self, number, *references, subject="Offer"):
        mail = simple_mail(f"{subject} {number}")
        mail.replace_header("Message-ID", f"<{number:08d}.7fa31c@conti.example>")
        if references:
            ids = [f"<{one:08d}.7fa31c@conti.example>" for one in references]
            mail["References"] = " ".join(ids)
            mail["In-Reply-To"] = ids[-1]
        return mail

    def threads(self, account) -> set:
        """The partition: which mails are together."""
        mails = self.env["crm.mail.message"].search([("account_id", "=", account.id)])
        self.assertTrue(all(mails.mapped("thread_id")))
        return {
            frozenset(int(mail.subject.split()[-1]) for mail in found)
            for found in mails.grouped("thread_id").values()
        }

    def test_answers_are_with_what_they_answer_across_folders(self):
        self.mailbox.append(self.mail(1), self.mail(2, 1), self.mail(9))
        self.mailbox.append(self.mail(3, 1, 2), folder="Sent")
        account = self.new_account()
        self.work(account)
        self.assertEqual(self.threads(account), {frozenset({1, 2, 3}), frozenset({9})})

    def test_two_answers_to_an_absent_mail_are_one_conversation(self):
        self.mailbox.append(self.mail(2, 1), self.mail(3, 1))
        account = self.new_account()
        self.work(account)
        self.assertEqual(self.threads(account), {frozenset({2, 3})})

    def test_a_late_mail_joins_two_conversations_into_the_older_one(self):
        self.mailbox.append(self.mail(1), self.mail(5))
        account = self.new_account()
        self.work(account)
        mails = self.env["crm.mail.message"].search([("account_id", "=", account.id)])
        oldest = min(mails.thread_id.ids)
        self.mailbox.append(self.mail(6, 1, 5))
        self.work(account)
        self.assertEqual(self.threads(account), {frozenset({1, 5, 6})})
        self.assertEqual(mails.thread_id.ids, [oldest])
        threads = self.env["crm.mail.thread"].search([("account_id", "=", account.id)])
        self.assertEqual(threads.ids, [oldest])

    def test_the_same_subject_alone_joins_nothing(self):
        self.mailbox.append(self.mail(1, subject="Invoice"), self.mail(2))
        account = self.new_account()
        self.work(account)
        self.assertEqual(self.threads(account), {frozenset({1}), frozenset({2})})

    def test_the_order_and_the_size_of_batches_do_not_matter(self):
        self.mailbox.append(
            self.mail(4, 3), self.mail(3, 2), self.mail(2, 1), self.mail(1)
        )
        account = self.new_account()
        with patch.object(thread_writer.assign_threads, "__defaults__", (1,)):
            self.work(account)
        self.assertEqual(self.threads(account), {frozenset({1, 2, 3, 4})})

    def test_a_moved_mail_keeps_its_conversation(self):
        self.mailbox.append(self.mail(1), self.mail(2, 1))
        account = self.new_account()
        self.work(account)
        mail = self.env["crm.mail.message"].search(
            [("account_id", "=", account.id)], limit=1
        )
        before = mail.thread_id
        self.client().archive(mail.ids)
        self.work(account)
        self.assertEqual(mail.thread_id, before)
        self.assertEqual(self.threads(account), {frozenset({1, 2})})
