from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import Mailbox
from .pop3_common import Pop3Mixin
from .sync_common import SyncCase


@tagged("post_install", "-at_install")
class TestPop3Deleting(Pop3Mixin, SyncCase):
    """A POP3 mailbox is emptied when somebody has seen what that means [E5] [F5]."""

    def setUp(self):
        super().setUp()
        self.account = self.new_account()
        self.work(self.account)

    def test_nothing_is_deleted_before_somebody_has_seen_how_much(self):
        """[F5]"""
        self.fill(1, 2, 3)
        bridge = self.new_bridge(self.account)
        self.assertTrue(bridge.keep_copy)
        for values in ({"keep_copy": False}, {"leave_days": 3}):
            with self.assertRaises(UserError):
                bridge.write(values)
            with self.assertRaises(UserError), self.cr.savepoint():
                bridge.create(self.bridge_values(self.account, **values))
            defaults = {f"default_{name}": value for name, value in values.items()}
            with self.assertRaises(UserError), self.cr.savepoint():
                bridge.with_context(**defaults).create(self.bridge_values(self.account))
        self.collect(bridge)
        wizard = self.confirmation(bridge)
        self.assertEqual((wizard.total, wizard.at_once, wizard.later), (3, 3, 0))
        self.assertIn("B", wizard.size)
        self.assertTrue(bridge.keep_copy)
        with self.assertRaises(AccessError), self.cr.savepoint():
            wizard.total = 0
        wizard.action_confirm()
        self.assertFalse(bridge.keep_copy)
        self.collect(bridge)
        self.assertEqual(self.maildrop_count(), 0)
        self.assertEqual(self.numbers_in(self.mailbox), [1, 2, 3])
        self.assertIn("3 deleted", bridge.result)

    def test_mails_can_stay_some_days(self):
        """[F5]"""
        self.fill(1, 2, 3)
        bridge = self.new_bridge(self.account)
        self.collect(bridge)
        older = fields.Datetime.now() - timedelta(days=5)
        rows = self.env["crm.mail.pop3.seen"].search([("bridge_id", "=", bridge.id)])
        rows[:2].first_seen = older
        wizard = self.confirmation(bridge)
        wizard.leave_days = 4
        self.assertEqual((wizard.total, wizard.at_once, wizard.later), (3, 2, 1))
        wizard.action_confirm()
        self.collect(bridge)
        self.assertEqual(self.maildrop_count(), 1)
        bridge.action_keep()
        rows.first_seen = older
        self.collect(bridge)
        self.assertEqual(self.maildrop_count(), 1)

    def confirmation(self, bridge):
        action = bridge.with_user(self.owner).action_stop_keeping()
        return (
            self.env["crm.mail.pop3.empty"]
            .with_user(self.owner)
            .browse(action["res_id"])
        )

    def test_a_mailbox_that_is_read_by_imap_here_is_never_emptied(self):
        """[F5]: whoever's account it is, and that is not told."""
        self.fill(1)
        bridge = self.new_bridge(self.account)
        wizard = self.confirmation(bridge)
        mine, self.mailbox = self.mailbox, self.maildrop
        other = self.new_account(user_id=self.colleague.id)
        self.mailbox = mine
        with self.assertRaises(UserError) as caught:
            bridge.action_stop_keeping()
        self.assertIn("read by IMAP here", str(caught.exception))
        self.assertNotIn(self.colleague.name, str(caught.exception))
        with self.assertRaises(UserError):
            wizard.action_confirm()
        # confirmed before the other account came
        bridge.sudo().keep_copy = False
        self.collect(bridge)
        self.assertEqual(self.maildrop_count(), 1)
        self.assertIn("read by IMAP here", bridge.result)
        other.active = False
        with self.assertRaises(UserError):
            bridge.action_stop_keeping()

    def test_a_mailbox_that_somebody_else_collects_is_never_emptied(self):
        """[F5]"""
        bridge = self.new_bridge(self.account)
        self.mailbox = Mailbox()
        self.new_bridge(self.new_account(user_id=self.colleague.id))
        with self.assertRaises(UserError) as caught:
            bridge.action_stop_keeping()
        self.assertIn("collected by POP3", str(caught.exception))

    def test_who_cannot_log_in_does_not_learn_who_else_reads_it(self):
        bridge = self.new_bridge(self.account, password="wrong")
        self.mailbox = self.maildrop
        self.new_account(user_id=self.colleague.id)
        with self.assertRaises(UserError) as caught:
            bridge.action_stop_keeping()
        self.assertIn("user name or the password", str(caught.exception))

    def test_another_mailbox_is_kept_until_it_is_confirmed_anew(self):
        """[F5]"""
        bridge = self.new_bridge(self.account, keep_copy=False)
        self.fill(1)
        self.collect(bridge)
        self.maildrop = Mailbox()
        self.fill(2)
        bridge.write({"username": self.maildrop.username})
        self.assertTrue(bridge.keep_copy)
        self.assertFalse(bridge.sudo().seen_ids)
        self.collect(bridge)
        self.assertEqual(self.maildrop_count(), 1)
        self.assertEqual(self.numbers_in(self.mailbox), [1, 2])

    def test_an_account_is_not_collected_into_itself(self):
        self.maildrop = self.mailbox
        with self.assertRaises(ValidationError):
            self.new_bridge(self.account)
