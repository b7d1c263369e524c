import os
import signal
from unittest.mock import patch

from odoo.tests import tagged

from ..mailkit.imap.mailbox import MailboxSession
from ..mailkit.pop3.session import Pop3Session
from ..tools.pop3_collect import Pop3Collect
from .common import Mailbox
from .pop3_common import Pop3Mixin
from .worker_common import PLACES, WorkerCase


@tagged("post_install", "-at_install")
class TestPop3Kills(Pop3Mixin, WorkerCase):
    """A worker may be killed at every step of collecting a POP3 mailbox: at rest each
    mail is in the folder once, and none is lost [E5]."""

    def setUp(self):
        super().setUp()
        self.number = 0
        self.account_id = self.committed_account()

    def test_a_worker_that_keeps_copies_may_be_killed_at_every_commit(self):
        """[E5]"""
        self.at_every_commit(keep_copy=True, shift=1)

    def test_a_worker_that_deletes_may_be_killed_at_every_commit(self):
        """[E5] [F5]"""
        for shift in (0, 2):
            self.at_every_commit(keep_copy=False, shift=shift)

    def test_a_worker_that_deletes_may_be_killed_within_each_command(self):
        """[E5] [F5]: before the server was asked, and behind its answer."""
        for session, name in (
            (Pop3Session, "retrieve_blocks"),
            (MailboxSession, "append"),
            (Pop3Session, "delete"),
            (Pop3Session, "quit"),
        ):
            for behind in (False, True):
                with self.subTest(command=name, behind=behind):
                    self.new_maildrop(keep_copy=False)
                    with patch.object(
                        session, name, self.deadly(getattr(session, name), behind)
                    ):
                        self.assertTrue(self.killed_worker(0, "after"))
                    self.assertAllOnce(keep_copy=False)

    def at_every_commit(self, keep_copy, shift):
        """``shift``: at which of the places the first commit is struck."""
        collecting = []
        run = Pop3Collect.run

        def noted(collect, session):
            collecting.append(session)
            try:
                return run(collect, session)
            finally:
                collecting.clear()

        commit, killed = 0, True
        while killed:
            commit += 1
            place = PLACES[(commit + shift) % 3]
            with (
                self.subTest(commit=commit, place=place),
                patch.object(Pop3Collect, "run", noted),
            ):
                self.new_maildrop(keep_copy=keep_copy)
                killed = self.killed_worker(commit, place, lambda: bool(collecting))
                self.assertAllOnce(keep_copy=keep_copy)
        self.assertGreater(commit, 8, "a run has more commits than that")

    def deadly(self, method, behind):
        def dying(session, *arguments, **options):
            if behind:
                answer = method(session, *arguments, **options)
                if name == "retrieve_blocks":
                    answer = list(answer)
            os.kill(os.getpid(), signal.SIGKILL)

        name = method.__name__
        return dying

    def new_maildrop(self, keep_copy):
        """Two new mails in a POP3 mailbox of their own, due together with the account.

        The first run of the bridge is the one that dies.
        """
        self.maildrop = Mailbox()
        self.mails = [self.number + 1, self.number + 2]
        self.number += 2
        self.fill(*self.mails)
        with self.committed() as env:
            env["crm.mail.pop3.bridge"].search([]).unlink()
            account = self.account(self.account_id)
            self.bridge_id = self.new_bridge(account, keep_copy=keep_copy).id
        self.make_due(self.account_id)

    def rest(self, account_id):
        for _turn in range(2):
            self.make_due(account_id)
            self.lane()

    def make_due(self, account_id):
        due = super().make_due(account_id)
        with self.committed() as env:
            env["crm.mail.pop3.seen"].search([]).busy_until = False
            env["crm.mail.pop3.bridge"].search([])._make_due()
        return due

    def assertAllOnce(self, keep_copy):
        self.rest(self.account_id)
        with self.committed() as env:
            self.assertFalse(
                env["crm.mail.pop3.bridge"].browse(self.bridge_id).error_message
            )
            rows = env["crm.mail.pop3.seen"].search([])
            if keep_copy:
                self.assertEqual(set(rows.mapped("state")), {"appended"})
            for row in rows if not keep_copy else ():
                # killed behind QUIT, the next listing told that it is gone
                self.assertTrue(row.state == "deleted" or row.vanished)
            env.cr.execute("SELECT count(raw) FROM crm_mail_pop3_seen")
            self.assertEqual(env.cr.fetchone(), (0,))
            self.assertInStep(self.account(self.account_id))
        self.assertEqual(self.numbers_in(self.mailbox), list(range(1, self.number + 1)))
        left = self.numbers_in(self.maildrop)
        self.assertEqual(left, self.mails if keep_copy else [])
