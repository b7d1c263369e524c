from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.tests import tagged

from ..tools.account_worker import AccountWorker
from ..tools.lease import LeaseLost
from .common import MailCase


@tagged("post_install", "-at_install")
class TestLease(MailCase):
    """Who works on an account, and that nobody else does."""

    def setUp(self):
        super().setUp()
        self.leases = self.env["crm.mail.account.lease"]
        self.leases.search([]).due = fields.Datetime.now() + timedelta(days=1)
        self.account = self.new_account()
        self.lease = self.account.lease_ids

    def test_a_claimed_account_is_not_claimed_twice(self):
        self.assertEqual(self.leases._claim().account_id, self.account.id)
        self.assertIsNone(self.leases._claim())

    def test_an_account_that_is_not_due_rests(self):
        self.lease.due = fields.Datetime.now() + timedelta(minutes=1)
        self.assertIsNone(self.leases._claim())

    def test_an_account_whose_folders_are_not_mapped_rests(self):
        self.account.state = "mapping"
        self.assertIsNone(self.leases._claim())

    def test_an_archived_account_rests(self):
        self.account.active = False
        self.assertIsNone(self.leases._claim())

    def test_the_account_of_a_worker_that_died_is_taken_over(self):
        first = self.leases._claim()
        self.lease.until = fields.Datetime.now() - timedelta(seconds=1)
        second = self.leases._claim()
        self.assertEqual(second.account_id, first.account_id)
        self.assertGreater(second.fence, first.fence)

    def test_a_worker_that_was_taken_over_writes_nothing(self):
        """The fence of law 8."""
        first = self.leases._claim()
        self.lease.until = fields.Datetime.now() - timedelta(seconds=1)
        self.leases._claim()
        self.env.flush_all()
        worker = AccountWorker(self.env.registry, self.env["crm.mail.account"], first)

        def rename(env):
            worker.account(env).name = "written by a ghost"

        with self.enter_registry_test_mode(), self.assertRaises(LeaseLost):
            worker.commit(rename)
        self.env.invalidate_all()
        self.assertNotEqual(self.account.name, "written by a ghost")

    def test_a_wish_to_look_again_is_not_lost_while_a_worker_is_busy(self):
        self.leases._claim()
        self.leases._make_due(self.account)
        wished = self.lease.due
        self.lease._release(3600)
        self.assertEqual(self.lease.due, wished)

    def test_an_account_that_was_given_back_waits_for_its_time(self):
        self.leases._claim()
        self.lease._release(3600)
        self.assertIsNone(self.leases._claim())
        self.assertGreater(
            self.lease.due, fields.Datetime.now() + timedelta(minutes=59)
        )

    def test_a_claim_that_another_lane_was_quicker_with_is_made_again(self):
        """Under REPEATABLE READ a row that was changed since the snapshot fails the
        statement, SKIP LOCKED or not; the lane must go on."""
        self.new_account()
        self.env.flush_all()
        claim = type(self.env["crm.mail.account.lease"])._claim
        met = []

        def quicker(leases):
            if not met:
                met.append(True)
                raise SerializationFailure("could not serialize access")
            return claim(leases)

        with (
            self.enter_registry_test_mode(),
            patch.object(type(self.env["crm.mail.account.lease"]), "_claim", quicker),
            self.registry.cursor() as cr,
        ):
            accounts = self.env["crm.mail.account"].with_env(self.env(cr=cr))
            found = accounts._claim_account()
        self.assertTrue(found and met)
