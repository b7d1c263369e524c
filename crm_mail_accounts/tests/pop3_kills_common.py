"""A worker that collects a POP3 mailbox is killed at every step."""

import os
import signal
from contextlib import contextmanager
from unittest.mock import patch

from ..tools.pop3_collect import Pop3Collect
from .common import Mailbox
from .worker_common import PLACES, WorkerCase


class Pop3KillCase(WorkerCase):
    """Its subclasses say what is collected (:meth:`new_mailbox`) and what must be true
    at rest (:meth:`assertAllOnce`)."""

    def at_every_commit(self, keep_copy, shift, least):
        """``shift``: at which of the places the first commit is struck. ``least``: a
        run has more commits than that."""
        commit, killed = 0, True
        while killed:
            commit += 1
            place = PLACES[(commit + shift) % 3]
            with (
                self.subTest(commit=commit, place=place),
                self.collecting() as collecting,
            ):
                self.new_mailbox(keep_copy=keep_copy)
                killed = self.killed_worker(commit, place, lambda: bool(collecting))
                self.assertAllOnce(keep_copy=keep_copy)
        self.assertGreater(commit, least)

    @contextmanager
    def collecting(self):
        """What is in it while a POP3 mailbox is collected: nothing otherwise."""
        collecting = []
        method = Pop3Collect.collect

        def noted(collect, session, bridges):
            collecting.append(session)
            try:
                return method(collect, session, bridges)
            finally:
                self.collected(collecting)

        with patch.object(Pop3Collect, "collect", noted):
            yield collecting

    def collected(self, collecting):
        collecting.clear()

    def within_commands(self, *commands):
        """Each of ``(session, name)``: before the server was asked, and behind its
        answer."""
        for session, name in commands:
            for behind in (False, True):
                with self.subTest(command=name, behind=behind):
                    self.new_mailbox(keep_copy=False)
                    deadly = self.deadly(getattr(session, name), behind)
                    with patch.object(session, name, deadly):
                        self.assertTrue(self.killed_worker(0, "after"))
                    self.assertAllOnce(keep_copy=False)

    @staticmethod
    def deadly(method, behind):
        def dying(session, *arguments, **options):
            if behind:
                answer = method(session, *arguments, **options)
                if method.__name__ == "retrieve_blocks":
                    list(answer)
            os.kill(os.getpid(), signal.SIGKILL)

        return dying

    def two_new_mails(self):
        self.maildrop = Mailbox()
        self.mails = [self.number + 1, self.number + 2]
        self.number += 2
        self.fill(*self.mails)

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

    def assertNothingLeftOver(self, keep_copy):
        """No bytes wait here, and there is what was to stay."""
        with self.committed() as env:
            env.cr.execute("SELECT count(raw) FROM crm_mail_pop3_seen")
            self.assertEqual(env.cr.fetchone(), (0,))
        left = self.numbers_in(self.maildrop)
        self.assertEqual(left, self.mails if keep_copy else [])
