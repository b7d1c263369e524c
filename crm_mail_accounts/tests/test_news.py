from unittest.mock import patch

from odoo.tests import tagged

from ..tools.account_worker import AccountWorker
from .common import simple_mail
from .worker_common import WorkerCase


@tagged("post_install", "-at_install")
class TestNews(WorkerCase):
    """What open screens are told: each notice costs a connection to the database."""

    def turn(self, account_id) -> list[set[int]]:
        """Do a turn in which no time goes by; the folders of each notice."""
        self.make_due(account_id)
        with self.committed() as env:
            claim = env["crm.mail.account.lease"]._claim()
        told = []

        def tell(_accounts, folders=None):
            told.append(set(folders.ids) if folders else set())

        accounts = type(self.env["crm.mail.account"])
        with patch.object(accounts, "_tell_screens", tell):
            worker = AccountWorker(self.registry, self.door(), claim, lambda: 0.0)
            self.assertFalse(worker.run())
        return told

    def test_a_first_index_is_told_at_once_and_when_it_ends(self):
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(3)))
        for number in range(6):
            mail = simple_mail(f"Work {number}")
            self.mailbox.append(mail, folder=f"Work{number}", create=True)
        with self.committed():
            account_id = self.new_account().id
            self.accounts.append(account_id)
        told = self.turn(account_id)
        with self.committed():
            folders = self.account(account_id).folder_ids
            inbox = folders.filtered(lambda folder: folder.role == "inbox")
            filled = folders.filtered("indexed_total")
        self.assertEqual(len(filled), 7)
        self.assertEqual(told[0], set(inbox.ids))
        self.assertLessEqual(set(filled.ids), set.union(*told))
        self.assertEqual(len(told), 2)

    def test_new_mail_is_told_before_anything_else_is_done_with_it(self):
        account_id = self.committed_account()
        self.assertEqual(self.turn(account_id), [], "nothing is new")
        self.mailbox.append(simple_mail("New"))
        with self.committed():
            inbox = self.account(account_id).folder_ids.filtered(
                lambda folder: folder.role == "inbox"
            )
        told = self.turn(account_id)
        self.assertEqual(told[0], set(inbox.ids))
