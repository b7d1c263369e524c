import os
import signal
from unittest.mock import patch

from odoo.tests import tagged

from ..mailkit.pop3.session import Pop3Session
from ..tools.kept_turn import KeptTurn
from ..tools.pop3_collect import Pop3Collect
from .common import Mailbox
from .kept_common import KeptMixin
from .worker_common import PLACES, WorkerCase


@tagged("post_install", "-at_install")
class TestKeptKills(KeptMixin, WorkerCase):
    """A worker of a mailbox that is kept here may be killed at every step: at rest each
    mail is here once with its bytes, also when the POP3 server has none left."""

    def setUp(self):
        super().setUp()
        self.number = 100  # as text they sort like numbers

    def test_a_worker_that_keeps_copies_may_be_killed_at_every_commit(self):
        """[F7]"""
        self.at_every_commit(keep_copy=True, shift=1)

    def test_a_worker_that_deletes_may_be_killed_at_every_commit(self):
        """[F5] [F7]"""
        self.at_every_commit(keep_copy=False, shift=0)

    def test_a_worker_that_deletes_may_be_killed_within_each_command(self):
        """[F5] [F7]: before the server was asked, and behind its answer."""
        for name in ("retrieve_blocks", "delete", "quit"):
            for behind in (False, True):
                with self.subTest(command=name, behind=behind):
                    self.new_mailbox(keep_copy=False)
                    deadly = self.deadly(getattr(Pop3Session, name), behind)
                    with patch.object(Pop3Session, name, deadly):
                        self.assertTrue(self.killed_worker(0, "after"))
                    self.assertAllOnce(keep_copy=False)

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

    def at_every_commit(self, keep_copy, shift):
        collecting = []
        run, handle = Pop3Collect.run, KeptTurn._handle_arrivals

        def noted(collect, session):
            collecting.append(session)
            return run(collect, session)

        def handled(turn):
            handle(turn)
            collecting.clear()

        commit, killed = 0, True
        while killed:
            commit += 1
            place = PLACES[(commit + shift) % 3]
            with (
                self.subTest(commit=commit, place=place),
                patch.object(Pop3Collect, "run", noted),
                patch.object(KeptTurn, "_handle_arrivals", handled),
            ):
                self.new_mailbox(keep_copy=keep_copy)
                killed = self.killed_worker(commit, place, lambda: bool(collecting))
                self.assertAllOnce(keep_copy=keep_copy)
        self.assertGreater(commit, 9, "it has more commits than that")

    def deadly(self, method, behind):
        def dying(session, *arguments, **options):
            if behind:
                answer = method(session, *arguments, **options)
                if name == "retrieve_blocks":
                    answer = list(answer)
            os.kill(os.getpid(), signal.SIGKILL)

        name = method.__name__
        return dying

    def new_mailbox(self, keep_copy):
        """A new account with two new mails; its first turn is the one that dies."""
        self.maildrop = Mailbox()
        self.mails = [self.number + 1, self.number + 2]
        self.number += 2
        self.fill(*self.mails)
        with self.committed() as env:
            env["crm.mail.account"].browse(self.accounts).unlink()
            account = self.kept_account()
            self.own(account).sudo().keep_copy = keep_copy
            self.account_id = account.id
            self.accounts[:] = account.ids
        self.make_due(self.account_id)

    def make_due(self, account_id):
        due = super().make_due(account_id)
        with self.committed() as env:
            env["crm.mail.pop3.seen"].search([]).busy_until = False
            env["crm.mail.pop3.bridge"].search([])._make_due()
        return due

    def rest(self, account_id):
        for _turn in range(2):
            self.make_due(account_id)
            self.lane()

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
            env.cr.execute("SELECT count(raw) FROM crm_mail_pop3_seen")
            self.assertEqual(env.cr.fetchone(), (0,))
        left = self.numbers_in(self.maildrop)
        self.assertEqual(left, self.mails if keep_copy else [])
