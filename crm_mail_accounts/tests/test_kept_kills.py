from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from ..mailkit.pop3.session import Pop3Session
from ..tools.kept_turn import KeptTurn
from .kept_common import KeptMixin
from .pop3_kills_common import Pop3KillCase
from .worker_common import PLACES


@tagged("post_install", "-at_install")
class TestKeptKills(KeptMixin, Pop3KillCase):
    """A worker of a mailbox that is kept here may be killed at every step: at rest each
    mail is here once with its bytes, also when the POP3 server has none left."""

    def setUp(self):
        super().setUp()
        self.number = 100  # as text they sort like numbers

    def test_a_worker_that_keeps_copies_may_be_killed_at_every_commit(self):
        """[F7]"""
        self.at_every_commit(keep_copy=True, shift=1, least=9)

    def test_a_worker_that_deletes_may_be_killed_at_every_commit(self):
        """[F5] [F7]"""
        self.at_every_commit(keep_copy=False, shift=0, least=9)

    def test_a_worker_that_deletes_may_be_killed_within_each_command(self):
        """[F5] [F7]: before the server was asked, and behind its answer."""
        commands = ("retrieve_blocks", "delete", "quit")
        self.within_commands(*((Pop3Session, name) for name in commands))

    def test_changes_may_be_cut_off_at_every_commit(self):
        """A move, a copy of a filter, and a deletion for good, with the mails of before
        and after."""
        self.new_mailbox(keep_copy=True)
        self.rest(self.account_id)
        commit, killed = 0, True
        while killed:
            commit += 1
            with self.committed() as env:
                client = env["crm.mail.client"].with_user(self.owner)
                account = self.account(self.account_id)
                mails = env["crm.mail.message"].search(
                    [("account_id", "=", account.id), ("state", "=", "ok")]
                )
                role = "trash" if commit % 2 else "junk"
                client.mark(mails.ids, ["flagged"] if commit % 2 else (), ())
                client.move(mails.ids, self.folder(account, role).id)
            with self.subTest(commit=commit):
                killed = self.killed_worker(commit, PLACES[commit % 3])
                self.rest(self.account_id)
                with self.committed() as env:
                    account = self.account(self.account_id)
                    self.assertFalse(env["crm.mail.operation"].search([]))
                    self.assertEqual(
                        self.kept_now(account),
                        [(f"number {number}", True) for number in self.mails],
                    )
                    folder = self.folder(account, role)
                    self.assertEqual(folder.indexed_total, len(self.mails))
        self.assertGreater(commit, 5, "a turn has more commits than that")

    # -- the story -------------------------------------------------------------------

    @contextmanager
    def collecting(self):
        """Until what was collected is handled as well."""
        handle = KeptTurn._handle_arrivals

        with super().collecting() as collecting:

            def handled(turn):
                handle(turn)
                collecting.clear()

            with patch.object(KeptTurn, "_handle_arrivals", handled):
                yield collecting

    def collected(self, collecting):
        """Not over yet."""

    def new_mailbox(self, keep_copy):
        """A new account with two new mails; its first turn is the one that dies."""
        self.two_new_mails()
        with self.committed() as env:
            env["crm.mail.account"].browse(self.accounts).unlink()
            account = self.kept_account()
            self.own(account).sudo().keep_copy = keep_copy
            self.account_id = account.id
            self.accounts[:] = account.ids
        self.make_due(self.account_id)

    def assertAllOnce(self, keep_copy):
        self.rest(self.account_id)
        with self.committed() as env:
            account = self.account(self.account_id)
            self.assertFalse(account.error_message)
            self.assertEqual(
                self.kept_now(account),
                [(f"number {number}", True) for number in self.mails],
            )
            mails = env["crm.mail.message"].search([("account_id", "=", account.id)])
            self.assertEqual(len(mails), 2)
            self.assertFalse(any(mails.mapped("arrived")))
            self.assertTrue(all(mail.thread_id for mail in mails))
            inbox = self.folder(account, "inbox")
            self.assertEqual((inbox.indexed_total, inbox.unread), (2, 2))
        self.assertNothingLeftOver(keep_copy)
