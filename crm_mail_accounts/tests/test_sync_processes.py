import multiprocessing
import os
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..tools.account_worker import AccountWorker
from ..tools.lease import LeaseLost
from ..tools.transaction import in_transaction
from .common import PATIENCE, Mailbox, simple_mail
from .worker_common import WorkerCase

PROCESSES = 3
_context = multiprocessing.get_context("fork")


@tagged("post_install", "-at_install")
class TestSyncProcesses(WorkerCase):
    """Processes with connections of their own, as on several hosts that share the
    database; all of them have claimed before the first one begins."""

    def setUp(self):
        super().setUp()
        self.claimed = _context.Semaphore(0)
        self.go = _context.Event()
        self.claims = _context.Array("i", PROCESSES)
        self.lost = _context.Value("i", 0)

    def begin(self, claim, rest) -> list[int]:
        """Processes that claim one after the other, then all work at once."""
        children = []
        for number in range(PROCESSES):
            children.append(self.process(lambda n=number: self.work(n, claim, rest)))
            self.assertTrue(self.claimed.acquire(timeout=PATIENCE))
        self.go.set()
        return children

    def work(self, number, claim, rest):
        commit = AccountWorker.commit

        def counted(worker, work):
            try:
                return commit(worker, work)
            except LeaseLost:
                with self.lost.get_lock():
                    self.lost.value += 1
                raise

        found = claim()
        self.claims[number] = found.account_id if found else 0
        self.claimed.release()
        if not self.go.wait(PATIENCE):
            raise TimeoutError()
        with patch.object(AccountWorker, "commit", counted):
            if found:
                self.door()._work_on(found)
            rest()

    def end(self, children):
        ends = [os.waitpid(child, 0)[1] for child in children]
        self.assertEqual(ends, [0] * PROCESSES)

    def next_claim(self):
        return in_transaction(
            self.registry, lambda env: env["crm.mail.account"]._claim_account()
        )

    def until_nothing_is_due(self):
        while claim := self.next_claim():
            self.door()._work_on(claim)

    def new_mailbox(self, mails: int) -> int:
        self.mailbox = Mailbox()
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(mails)))
        with self.committed():
            account_id = self.new_account().id
        self.accounts.append(account_id)
        return account_id

    # -- the stories -----------------------------------------------------------------

    def test_one_account_that_is_taken_away_again_and_again(self):
        """Law 8: of workers on one account only the last one stores anything."""
        account_id = self.new_mailbox(60)

        def take_over():
            def expire(env):
                # whoever renews it goes first: this one is not tried again for ever
                env.cr.execute("LOCK TABLE crm_mail_account_lease IN EXCLUSIVE MODE")
                lease = env["crm.mail.account"].browse(account_id).lease_ids
                now = fields.Datetime.now()
                lease.write({"due": now - timedelta(seconds=5), "until": False})

            in_transaction(self.registry, expire)
            return self.next_claim()

        def again():
            for _turn in range(3):
                if claim := take_over():
                    self.door()._work_on(claim)

        children = self.begin(take_over, again)
        for number in range(5):
            self.mailbox.append(simple_mail(f"Late {number}"))
            self.store("INBOX", f"{number + 1}", "+FLAGS", r"(\Flagged)")
        self.end(children)
        self.assertEqual(list(self.claims), [account_id] * PROCESSES)
        self.assertGreaterEqual(self.lost.value, PROCESSES - 1)
        self.rest(account_id)
        with self.committed():
            account = self.account(account_id)
            self.assertFalse(account.error_code)
            self.assertInStep(account)
            self.assertEachOnce(account)
            self.assertEqual(len(self.messages(account)), 65)

    def test_many_accounts_are_shared_out(self):
        """Law 10: no account is worked on twice at once, and none is left over."""
        boxes = {}
        for _account in range(PROCESSES + 2):
            account_id = self.new_mailbox(20)
            boxes[account_id] = self.mailbox
        self.end(self.begin(self.next_claim, self.until_nothing_is_due))
        self.assertEqual(len(set(self.claims)), PROCESSES)
        self.assertLessEqual(set(self.claims), set(boxes))
        self.assertEqual(self.lost.value, 0)
        for account_id, self.mailbox in boxes.items():
            with self.committed():
                account = self.account(account_id)
                self.assertFalse(account.error_code)
                self.assertEqual(len(self.messages(account)), 20)
                self.assertInStep(account)
