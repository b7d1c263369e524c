from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import Mailbox, simple_mail
from .outgoing_common import WritingMixin
from .worker_common import PLACES, WorkerCase


@tagged("post_install", "-at_install")
class TestFilterKills(WritingMixin, WorkerCase):
    """A worker is killed at every commit with filters and an out of office at work.

    At rest the mail lies where the filter put it, marked, once; what it forwards has
    arrived once, or is in doubt where the worker died at the dot; its sender has one
    answer, or none where the worker died while that was being sent, and never two.
    """

    def setUp(self):
        super().setUp()
        self.mailbox, self.friend, self.sender = Mailbox(), Mailbox(), Mailbox()
        self.mailbox.append(simple_mail("x"), folder="Clients", create=True)
        self.account_id = self.committed_account()
        with self.committed() as env:
            account = self.account(self.account_id)
            clients = self.named(account, "Clients")
            self.client().filter_save(
                self.account_id,
                {
                    "name": "Mine",
                    "match": "every",
                    "actions": [
                        {"kind": "move", "folder_id": clients.id},
                        {"kind": "flag"},
                        {"kind": "forward", "address": self.friend.username},
                    ],
                },
            )
            vacation = env["crm.mail.vacation"].create(
                {"account_id": self.account_id, "body": "<p>Away</p>"}
            )
            vacation.date_from = fields.Datetime.now() - timedelta(hours=1)
            vacation.enabled_at = vacation.date_from

    def clean_up(self):
        with self.committed() as env:
            env["crm.mail.outgoing"].search([]).unlink()
        return super().clean_up()

    def test_filters_and_answers_take_effect_once_wherever_the_worker_dies(self):
        """Law 7."""
        number, killed, died, silent, doubtful = 0, True, 0, 0, 0
        while killed:
            number += 1
            place = PLACES[number % 3]
            subject = f"New {number}"
            with self.subTest(commit=number, place=place):
                self.next_mail(subject)
                killed = self.killed_worker(number, place)
                died += killed
                self.all_rest()
                answers = self.count(self.sender, "INBOX", subject)
                self.assertLessEqual(answers, 1)
                if not killed:
                    self.assertEqual(answers, 1)
                silent += not answers
                forwarded = self.count(self.friend, "INBOX", subject)
                self.assertLessEqual(forwarded, 1)
                with self.committed() as env:
                    if not forwarded:
                        # killed at the dot: nobody knows, and its owner is asked
                        self.assertTrue(killed)
                        last = env["crm.mail.outgoing"].search(
                            [], order="id desc", limit=1
                        )
                        self.assertEqual(last.state, "uncertain")
                    doubtful += not forwarded
                    account = self.account(self.account_id)
                    (mail,) = self.messages(account, subject=subject)
                    self.assertEqual(mail.shown_folder_id.name, "Clients")
                    self.assertTrue(mail.flagged and not mail.arrived)
                    self.assertInStep(account)
        self.assertGreater(died, 12, "a turn has more commits than that")
        self.assertLessEqual(doubtful, 2, "only who dies at the dot is in doubt")
        self.assertLessEqual(silent, 3, "only who dies while sending loses an answer")

    def next_mail(self, subject: str):
        with self.committed() as env:
            # nobody was answered yet today, so that each round is the first one
            env["crm.mail.vacation.reply"].search([]).unlink()
        mail = simple_mail(subject, self.sender.username)
        mail.replace_header("To", self.mailbox.username)
        mail["Return-Path"] = f"<{self.sender.username}>"
        self.mailbox.append(mail)
        self.make_due(self.account_id)

    def all_rest(self):
        for _turn in range(3):
            with self.committed():
                self.pauses_are_over()
            self.make_due(self.account_id)
            self.lane()

    def count(self, mailbox, folder, subject: str) -> int:
        found = self.received(mailbox, folder)
        return sum(mail["Subject"].endswith(f" {subject}") for mail in found)
