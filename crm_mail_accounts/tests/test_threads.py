import random
from itertools import permutations
from unittest.mock import patch

from odoo.tests import tagged

from ..mailkit.sync import threads
from ..tools import thread_writer
from ..tools.message_query import THREAD_MAILS
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

    def test_a_conversation_of_more_than_a_thousand_mails_goes_on_in_another(self):
        """The list, the counts and new answers work as in any other one."""
        answers = [self.mail(number, 1).as_bytes() for number in range(2, 1004)]
        self.mailbox.append(self.mail(1), *answers)
        account = self.new_account()
        for _turn in range(3):
            self.work(account)
        found = self.env["crm.mail.message"].search([("account_id", "=", account.id)])
        self.assertEqual(len(found), 1003)
        sizes = sorted(len(mails) for mails in found.grouped("thread_id").values())
        self.assertEqual(sizes, [3, threads.MAX_THREAD])
        last = min(found.grouped("thread_id").items(), key=lambda item: len(item[1]))[0]
        self.mailbox.append(self.mail(2000, 1, 500))
        self.work(account)
        new = found.search([("account_id", "=", account.id)]) - found
        self.assertEqual(new.thread_id, last)
        inbox = account.folder_ids.filtered(lambda folder: folder.role == "inbox")
        listed = self.client().list_messages(inbox.id, threads=True)
        self.assertEqual(
            [row["thread"]["count"] for row in listed["rows"]], [4, THREAD_MAILS]
        )

    # -- what is known only afterwards -----------------------------------------------

    def shared(self, number, message_id="<constant-id@broken.example>", answers=None):
        """A mail of somebody else with the same Message-ID as others."""
        mail = simple_mail(f"Scan {number}")
        mail.replace_header("Message-ID", message_id)
        mail.replace_header("From", f"scanner{number}@office.example")
        if answers:
            mail["In-Reply-To"] = answers
        return mail

    def in_this_order(self, mails, batch: int = 1000):
        self.mailbox = Mailbox()
        self.mailbox.append(*mails)
        account = self.new_account()
        with patch.object(thread_writer.assign_threads, "__defaults__", (batch,)):
            self.work(account)
        threads = self.threads(account)
        account.unlink()
        return threads

    def count(self, mails) -> int:
        """How many conversations they are, one after the other."""
        self.mailbox = Mailbox()
        self.mailbox.append(*mails)
        account = self.new_account()
        with patch.object(thread_writer.assign_threads, "__defaults__", (1,)):
            self.work(account)
        found = self.env["crm.mail.message"].search([("account_id", "=", account.id)])
        count = len(found.thread_id)
        account.unlink()
        return count

    def test_an_id_that_many_senders_share_joins_nothing_any_more(self):
        mails = [self.shared(number) for number in range(100, 125)]
        # the real conversation of one of them stays one
        answered = "<0000.anna.7fa31c@conti.example>"
        mails.append(self.shared(200, answered))
        mails.append(self.shared(201, "<0001.anna.7fa31c@conti.example>", answered))
        mails.append(self.shared(202, answers=answered))
        alone = {frozenset({number}) for number in range(100, 125)}
        wanted = {*alone, frozenset({200, 201, 202})}
        for batch in (1000, 7, 1):
            with self.subTest(batch=batch):
                dice = random.Random(batch)
                dice.shuffle(mails)
                self.assertEqual(self.in_this_order(mails, batch), wanted)

    def test_the_denylist_is_kept(self):
        self.mailbox.append(*(self.shared(number) for number in range(25)))
        account = self.new_account()
        self.work(account)
        refs = self.env["crm.mail.thread.ref"].search(
            [("account_id", "=", account.id), ("thread_id", "=", False)]
        )
        self.assertEqual(len(refs), 1)
        self.mailbox.append(self.shared(50), self.shared(51))
        self.work(account)
        self.assertEqual(len(self.threads(account)), 27)

    def test_copies_of_one_mail_are_one_conversation(self):
        """The same id from one sender is no denial."""
        copies = [self.shared(1) for _copy in range(25)]
        self.assertEqual(self.in_this_order(copies), {frozenset({1})})

    def test_an_answer_without_ids_joins_by_its_subject_in_any_order(self):
        first = self.mail(1, subject="Quote for pumps")
        first.replace_header("Subject", "Quote for pumps 1")
        second = self.mail(2, 1)
        second.replace_header("Subject", "Re: Quote for pumps 2")
        guess = self.mail(3)
        guess.replace_header("Subject", "AW: Quote for pumps 1")
        # answers the guess by its id: goes wherever that goes
        answer = self.mail(4, 3)
        answer.replace_header("Subject", "Other words 4")
        mails = {"first": first, "guess": guess, "second": second, "answer": answer}
        whole = {frozenset({1, 2, 4})}
        for order in permutations(mails):
            with self.subTest(order=order):
                found = self.in_this_order([mails[name] for name in order], 1)
                self.assertEqual(found, whole)

    def test_a_subject_that_leads_to_two_conversations_leads_to_none(self):
        def named(number, subject, *references):
            mail = self.mail(number, *references)
            mail.replace_header("Subject", subject)
            return mail

        one, two = named(1, "Minutes 1"), named(2, "Minutes 1")
        guess = named(3, "Re: Minutes 1")
        both = named(5, "Unlike 5", 1, 2)
        for order in permutations([one, two, guess]):
            self.assertEqual(self.count(order), 3)
        for order in permutations([one, two, guess, both]):
            with self.subTest(order=[mail["Message-ID"] for mail in order]):
                self.assertEqual(self.count(order), 1)

    def test_a_conversation_that_is_full_goes_on_in_another_one(self):
        mails = [self.mail(1), *(self.mail(n, 1) for n in range(2, 15))]
        self.mailbox.append(*mails)
        account = self.new_account()
        with patch.object(threads.assign, "__defaults__", (None, 5)):
            self.work(account)
            self.mailbox.append(self.mail(15, 1))
            self.work(account)
        found = self.env["crm.mail.thread"].search([("account_id", "=", account.id)])
        self.assertEqual([len(one.message_ids) for one in found], [5, 5, 5])
        self.assertEqual(found[0].next_id, found[1])
        self.assertEqual(found[1].next_id, found[2])
