from unittest.mock import patch

from odoo.tests import tagged

from ..tools.operation_push import OperationPush
from .common import simple_mail
from .sync_common import SyncCase


@tagged("post_install", "-at_install")
class TestWritebackCopies(SyncCase):
    """Copies, which the server makes and a user may take back at any moment."""

    def setUp(self):
        super().setUp()
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(4)))

    def two_mails(self, account):
        """Two mails of the inbox, and the folder that they are copied to."""
        inbox, trash = (self.folder(account, role) for role in ("inbox", "trash"))
        return self.messages(account, folder_id=inbox.id)[:2], trash

    def copied(self, mails, folder) -> dict:
        return self.client().copy_mails(mails.ids, folder.id)

    def taken_back(self, answer) -> dict:
        return self.client().undo_copy(answer["copies"])

    def at_rest(self, account) -> tuple[int, int]:
        """Mails in the inbox and in the other folder once everything is pushed; without
        UIDPLUS those stay that are marked as deleted."""
        self.work(account)
        self.sync(account)
        self.assertInStep(account)
        inbox, trash = (self.alive(name) for name in ("INBOX", "Trash"))
        return len(inbox), len(trash)

    def test_a_copy_is_made_by_the_server_and_the_mail_stays(self):
        def story(account):
            mails, trash = self.two_mails(account)
            inbox = mails.folder_id
            self.assertEqual(self.copied(mails, trash)["copied"], 2)
            self.assertEqual(len(self.rows(inbox)), 4)
            self.assertEqual(self.at_rest(account), (4, 2))
            self.assertEqual(set(self.rows(trash)), set(mails.mapped("subject")))
            self.assertEqual(mails.folder_id, inbox)
            none = self.copied(mails, inbox)
            self.assertEqual(none["copied"], 0, "they are there already")

        self.in_each_mode(story)

    def test_a_copy_is_taken_back_before_and_after_it_is_made(self):
        def story(account):
            mails, trash = self.two_mails(account)
            undone = self.taken_back(self.copied(mails, trash))
            self.assertEqual((undone["changed"], undone["late"]), (mails.ids, []))
            self.assertEqual(self.at_rest(account), (4, 0))
            first = self.copied(mails[:1], trash)
            self.work(account)
            second = self.copied(mails, trash)
            self.assertEqual(self.at_rest(account), (4, 3))
            self.taken_back(second)
            self.assertEqual(self.at_rest(account), (4, 1))
            self.assertEqual(self.taken_back(second)["late"], second["copies"])
            self.taken_back(first)
            self.assertEqual(self.at_rest(account), (4, 0))

        self.in_each_mode(story)

    def test_a_copy_that_is_taken_back_while_it_is_sent_is_not_sent(self):
        with self.account_in_mode("qresync") as account:
            mails, trash = self.messages(account), self.folder(account, "trash")
            answer = self.copied(mails, trash)
            before = OperationPush._sending

            def undone(push, env, ids, state):
                client = env["crm.mail.client"].with_user(self.owner)
                client.undo_copy(answer["copies"][:1])
                return before(push, env, ids, state)

            with patch.object(OperationPush, "_sending", undone):
                self.work(account)
            self.assertEqual(self.at_rest(account), (4, len(mails) - 1))
            self.assertEqual(set(self.rows(trash)), set(mails[1:].mapped("subject")))
