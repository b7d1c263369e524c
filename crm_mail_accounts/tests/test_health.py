from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import Mailbox, MailCase, simple_mail


@tagged("post_install", "-at_install")
class TestHealth(MailCase):
    """Why mail does not arrive, in words; and the log."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()

    # -- the scheduler ---

    def test_a_scheduler_that_is_switched_off_is_told(self):
        """[A17]"""
        account = self.new_account()
        self.assertFalse(account.error_message)
        account._sync_lanes().active = False
        account.invalidate_recordset()
        self.assertEqual(account.error_code, "scheduler_off")
        health = self.client().bootstrap()["accounts"][0]["health"]
        self.assertEqual(health["state"], "error")
        self.assertIn("scheduler is not running", health["message"])

    def test_a_scheduler_that_does_not_run_is_told(self):
        """[A17]"""
        account = self.new_account()
        lanes = account._sync_lanes()
        lanes[0].nextcall = fields.Datetime.now() - timedelta(hours=2)
        account.invalidate_recordset()
        self.assertFalse(account.error_code, "the other lane runs")
        lanes.nextcall = fields.Datetime.now() - timedelta(hours=2)
        account.invalidate_recordset()
        self.assertEqual(account.error_code, "scheduler_off")

    # -- telling the owner ---

    def test_the_owner_is_told_once_what_only_a_person_can_mend(self):
        account = self.new_account(password="wrong")
        told = []
        self.startPatch(
            type(self.env["res.users"]),
            "_bus_send",
            lambda user, kind, payload, **_kw: told.append((user, kind)),
        )
        for _turn in range(3):
            self.work(account)
        notices = [user for user, kind in told if kind == "simple_notification"]
        self.assertEqual(notices, [self.owner])

    def test_an_outage_that_passes_is_no_notice(self):
        account = self.new_account(imap_port=1)
        told = []
        self.startPatch(
            type(self.env["res.users"]),
            "_bus_send",
            lambda user, kind, payload, **_kw: told.append(kind),
        )
        self.work(account)
        self.assertEqual(account.error_code, "connection_refused")
        self.assertNotIn("simple_notification", told)

    def test_the_next_try_is_told_and_an_early_one_is_made_when_asked(self):
        account = self.new_account(imap_port=1)
        self.work(account)
        self.assertGreater(account.next_try, fields.Datetime.now())
        (payload,) = self.client().bootstrap()["accounts"]
        self.assertRegex(payload["health"]["message"], r"port 1\..* Next try at ")
        account.imap_port = self.mailbox.ports["imaps"]
        self.work()
        self.assertFalse(account.error_message or account.next_try)
        (payload,) = self.client().bootstrap()["accounts"]
        self.assertFalse(payload["health"]["message"])

    def test_nobody_is_sent_to_look_for_a_mistake_where_none_was_before(self):
        account = self.new_account()
        self.work(account)
        account.imap_port = 1
        self.work(account)
        self.assertIn("does not answer on port 1", account.error_message)
        self.assertIn("out of service", account.error_message)
        self.assertNotIn("Check the port", account.error_message)
        never = self.new_account(username=Mailbox().username, imap_port=1)
        self.work(never)
        self.assertIn("Check the port", never.error_message)

    # -- preferences ---

    def test_preferences_show_ones_own_accounts_and_senders(self):
        """[A16]"""
        account = self.new_account()
        self.new_account(user_id=self.colleague.id)
        me = self.owner.with_user(self.owner)
        self.assertEqual(me.crm_mail_account_ids, account)
        view = me.get_view(self.env.ref("base.view_users_form_simple_modif").id)
        self.assertIn("crm_mail_account_ids", view["arch"])
        self.assertIn("action_crm_mail_senders", view["arch"])
        second = self.new_account(username=Mailbox().username)
        lines = self.env["crm.mail.sender"].search(
            me.action_crm_mail_senders()["domain"]
        )
        self.assertEqual(set(lines.mapped("account_ref")), set((account + second).ids))

    def test_nobody_reads_the_accounts_of_a_user_through_the_user(self):
        """Law 11."""
        self.new_account()
        for user in (self.colleague, self.administrator):
            self.env.invalidate_all()
            accounts = self.owner.with_user(user).crm_mail_account_ids
            self.assertFalse(accounts, user.login)

    # -- the debug switch ---

    def log(self, level):
        return (
            self.env["crm.mail.log"]
            .with_user(self.owner)
            .search([("level", "=", level)])
        )

    def test_debug_writes_what_was_said_without_secrets_and_without_mail(self):
        """[A21]"""
        self.mailbox.append(simple_mail("Confidential matter"))
        account = self.new_account()
        account.with_user(self.owner).debug = True
        self.work(account)
        (line,) = self.log("debug")
        self.assertEqual(line.source, "logger")
        self.assertIn("EXAMINE", line.message)
        self.assertIn("UID FETCH", line.message)
        self.assertNotIn(self.mailbox.password, line.message.replace("demo.test", ""))
        self.assertNotIn("Confidential", line.message)

    def test_debug_ends_by_itself(self):
        """[A21]"""
        account = self.new_account(debug=True)
        self.assertTrue(account.debug)
        account.debug_until = fields.Datetime.now() - timedelta(seconds=1)
        account.invalidate_recordset()
        self.assertFalse(account.debug)
        self.work(account)
        self.assertFalse(self.log("debug"))

    def test_old_lines_of_the_log_are_removed(self):
        old, new = self.env["crm.mail.log"].create(
            [
                {
                    "user_id": self.owner.id,
                    "source": "incoming",
                    "level": "info",
                    "message": age,
                }
                for age in ("old", "new")
            ]
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_mail_log SET create_date = create_date - interval '31 days'"
            " WHERE id = %s",
            [old.id],
        )
        self.env.invalidate_all()
        self.env["crm.mail.log"]._gc_old_lines()
        self.assertFalse(old.exists())
        self.assertTrue(new.exists())

    # -- the administrator's list ---

    def test_the_administrator_sees_the_health_of_every_mailbox_and_no_mail(self):
        account = self.new_account(imap_port=1)
        self.work(account)
        health = self.env["crm.mail.health"].with_user(self.administrator)
        row = health.search([("user_id", "=", self.owner.id)])
        self.assertEqual(row.email, account.email)
        self.assertIn("does not answer on port 1", row.error_message)
        self.assertEqual(row.failures, 1)
        columns = set(row.read()[0])
        self.assertFalse(
            {name for name in columns if "folder" in name or "message_" in name}
        )

    def test_nobody_but_the_administrator_sees_that_list(self):
        self.new_account()
        for user in (self.owner, self.colleague):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["crm.mail.health"].with_user(user).search([])
