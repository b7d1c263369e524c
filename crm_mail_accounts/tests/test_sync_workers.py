import threading
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.account_worker import AccountWorker
from .common import PATIENCE, Mailbox, simple_mail
from .worker_common import PLACES, WorkerCase


@tagged("post_install", "-at_install")
class TestSyncWorkers(WorkerCase):
    """Workers that are killed, taken over, and side by side."""

    # -- killed --------------------------------------------------------------------

    def test_a_worker_may_be_killed_at_every_commit(self):
        """Laws 2, 6 and 8: at rest nothing is lost, doubled or done twice."""
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(8)))
        self.mailbox.append(simple_mail("Work 0"), folder="Work", create=True)
        account_id = self.committed_account()
        with self.committed():
            kept = self.linked_mail(self.account(account_id)).id
            self.leads = self.env["crm.mail.link"].search([]).mapped("res_id")
        number, killed = 0, True
        while killed:
            number += 1
            place = PLACES[number % 3]
            with self.subTest(commit=number, place=place):
                wanted = self.disturb(account_id)
                killed = self.killed_worker(number, place)
                self.rest(account_id)
                with self.committed() as env:
                    account = self.account(account_id)
                    self.assertFalse(env["crm.mail.operation"].search([]))
                    self.assertFalse(account.error_code)
                    self.assertDone(account, wanted)
                    self.assertInStep(account)
                    self.assertEachOnce(account)
                    self.assertKept(account, env["crm.mail.message"].browse(kept))
        self.assertGreater(number, 15, "a turn has more commits than that")

    def test_a_worker_may_be_killed_within_the_first_index(self):
        """Law 2."""
        mails = [simple_mail(f"Mail {n}").as_bytes() for n in range(60)]
        for number in (4, 5, 6, 8):
            with self.subTest(commit=number):
                self.mailbox = Mailbox()
                self.mailbox.append(*mails)
                with self.committed():
                    account_id = self.new_account().id
                    self.accounts.append(account_id)
                self.assertTrue(self.killed_worker(number, "after"))
                self.rest(account_id)
                with self.committed():
                    account = self.account(account_id)
                    self.assertInStep(account)
                    self.assertEqual(len(self.messages(account)), 60)

    def disturb(self, account_id) -> dict:
        """What other clients and the owner do, and a lease that is due."""
        self.make_due(account_id)
        with self.committed():
            account = self.account(account_id)
            wanted = self.user(account, lambda: self.between(account_id))
            mail = simple_mail(f"Late {self.number}")
        self.mailbox.append(mail)
        self.store("INBOX", "2", "+FLAGS", "(Urgent)")
        return wanted

    def between(self, account_id):
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.rest(account_id)
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()

    # -- taken over ----------------------------------------------------------------

    def test_a_worker_that_was_taken_over_stores_nothing_any_more(self):
        """The fence of law 8, at every commit of a turn."""
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(4)))
        account_id = self.committed_account()
        for number in range(2, 12, 2):
            with self.subTest(commit=number):
                self.mailbox.append(simple_mail(f"New {number}"))
                self.make_due(account_id)
                held, go_on = threading.Event(), threading.Event()
                slow = threading.Thread(
                    target=self.slow_worker, args=(number, held, go_on)
                )
                slow.start()
                self.assertTrue(held.wait(PATIENCE))
                self.rest(account_id)
                stored = self.stored(account_id)
                go_on.set()
                slow.join(PATIENCE)
                self.assertFalse(slow.is_alive())
                self.assertEqual(self.stored(account_id), stored)
        with self.committed():
            self.assertInStep(self.account(account_id))

    def slow_worker(self, number, held, go_on):
        """A worker that sleeps at its ``number``-th commit, as long as it is told."""
        with self.registry.cursor() as cr:
            claim = api.Environment(cr, SUPERUSER_ID, {})[
                "crm.mail.account.lease"
            ]._claim()
        worker = AccountWorker(self.registry, self.door(), claim)
        commit, calls = worker.commit, []

        def late(work):
            calls.append(work)
            if len(calls) == number:
                held.set()
                go_on.wait(PATIENCE)
            return commit(work)

        worker.commit = late
        worker.run()
        held.set()

    def stored(self, account_id) -> list:
        """Every row of the account, as the database has it."""
        found = []
        with self.committed() as env:
            for table in ("message", "folder", "account_lease", "log", "operation"):
                env.cr.execute(
                    f"SELECT to_jsonb(row) FROM crm_mail_{table} row"  # noqa: S608
                    " WHERE account_id = %s ORDER BY id",
                    [account_id],
                )
                found.append(env.cr.fetchall())
        return found

    def test_a_mailbox_that_is_removed_meanwhile_leaves_no_mail_behind(self):
        """No foreign key finds what was stored since the removal began: the lease
        does, which both have changed."""
        self.mailbox.append(simple_mail("One"))
        account_id = self.committed_account()
        with self.registry.cursor() as cr:
            account = api.Environment(cr, SUPERUSER_ID, {})["crm.mail.account"].browse(
                account_id
            )
            self.assertTrue(account.name)
            self.mailbox.append(simple_mail("Two"))
            self.make_due(account_id)
            self.lane()
            with (
                self.assertRaises(SerializationFailure),
                mute_logger("odoo.sql_db"),
            ):
                account.unlink()
            cr.rollback()
        with self.committed():
            self.account(account_id).unlink()
            self.accounts.remove(account_id)
        with self.committed() as env:
            mails = env["crm.mail.message"].search([("account_id", "=", account_id)])
            self.assertFalse(mails)

    # -- side by side ----------------------------------------------------------------

    def test_several_lanes_work_on_several_accounts(self):
        """Law 10: every account by one worker at a time, and all of them in the end."""
        account_ids, boxes = [], []
        with self.committed():
            for box in range(4):
                self.mailbox = Mailbox()
                self.mailbox.append(*(simple_mail(f"{box}.{n}") for n in range(20)))
                boxes.append(self.mailbox)
                account_ids.append(self.new_account().id)
            self.accounts += account_ids
        failures = []
        at_work: set[int] = set()
        run = AccountWorker.run

        def alone(worker):
            if worker.claim.account_id in at_work:
                failures.append(f"two workers on {worker.claim.account_id}")
            at_work.add(worker.claim.account_id)
            try:
                return run(worker)
            finally:
                at_work.discard(worker.claim.account_id)

        def lane():
            try:
                while True:
                    with self.registry.cursor() as cr:
                        env = api.Environment(cr, SUPERUSER_ID, {})
                        claim = env["crm.mail.account"]._claim_account()
                    if claim is None:
                        return
                    with self.registry.cursor() as cr:
                        env = api.Environment(cr, SUPERUSER_ID, {})
                        env["crm.mail.account"]._work_on(claim)
            except Exception as error:  # whatever it is, the test must hear of it
                failures.append(error)

        with patch.object(AccountWorker, "run", alone):
            lanes = [threading.Thread(target=lane) for _n in range(3)]
            for thread in lanes:
                thread.start()
            for thread in lanes:
                thread.join(PATIENCE)
            self.assertFalse(any(thread.is_alive() for thread in lanes))
        self.assertFalse(failures)
        for account_id, self.mailbox in zip(account_ids, boxes, strict=True):
            self.rest(account_id)
            with self.committed():
                account = self.account(account_id)
                self.assertFalse(account.error_code)
                self.assertEqual(len(self.messages(account)), 20)
                self.assertInStep(account)
