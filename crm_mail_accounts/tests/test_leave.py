from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models.crm_mail_delegate import EMERGENCY
from .common import Mailbox, MailCase, simple_mail

REASON = "Complaint 31: the customer's order must be found today"


class AdministratorCase(MailCase):
    """A mailbox with a linked mail, and its line in the administrator's list."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Linked"), simple_mail("Other"))
        self.account = self.new_account(main=True)
        self.work(self.account)
        self.mail, self.other = self.env["crm.mail.message"].search(
            [("account_id", "=", self.account.id)], order="uid"
        )
        self.lead = self.env["crm.lead"].create(
            {"name": "Deal", "type": "opportunity", "user_id": self.owner.id}
        )
        self.client().link_message(self.mail.id, "crm.lead", self.lead.id)
        self.env.flush_all()
        self.health = (
            self.env["crm.mail.health"]
            .with_user(self.administrator)
            .browse(self.account.id)
        )

    def wizard(self, model, user=None, **values):
        wizards = self.env[model].with_user(user or self.administrator)
        return wizards.create({"health_id": self.account.id, **values})


@tagged("post_install", "-at_install")
class TestEmergency(AdministratorCase):
    """An administrator reads a mailbox where allowed, for a reason, for a while."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param(EMERGENCY, "True")

    def give(self, **values):
        wizard = self.wizard("crm.mail.emergency", **{"reason": REASON, **values})
        answer = wizard.action_give()
        self.env.flush_all()
        self.env.invalidate_all()
        return answer["params"]["message"]

    def reads(self):
        return self.mail.with_user(self.administrator).has_access("read")

    def test_it_is_off_until_it_is_switched_on(self):
        self.env["ir.config_parameter"].set_param(EMERGENCY, False)
        with self.assertRaisesRegex(AccessError, "switched off"):
            self.give()
        self.assertFalse(self.reads())

    def test_it_wants_a_reason_and_an_administrator(self):
        with self.assertRaisesRegex(UserError, "sentence"):
            self.give(reason="because")
        for user in (self.colleague, self.owner):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.wizard("crm.mail.emergency", user, reason=REASON)
        self.assertFalse(self.reads())

    def test_the_administrator_reads_and_does_nothing_else(self):
        self.assertFalse(self.reads())
        self.assertIn(f"read {self.account.email} in Messages until", self.give())
        self.assertTrue(self.reads())
        client = self.client(self.administrator)
        self.assertTrue(client.open_message(self.other.id)["body_url"])
        self.assertEqual(len(client.bootstrap()["accounts"]), 1)
        for method, arguments in {
            "mark": (self.mail.ids, ["seen"]),
            "delete": (self.mail.ids,),
            "comment": (self.mail.id, "Look", [self.colleague.id]),
        }.items():
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(client, method)(*arguments)
        senders = self.env["crm.mail.account"].with_user(self.administrator)._senders()
        self.assertFalse([one for one in senders if one.kind == "delegated"])

    def test_it_ends_by_itself(self):
        self.give(hours="4")
        (delegate,) = self.account.delegate_ids
        left = delegate.expires_at - fields.Datetime.now()
        self.assertLessEqual(left, timedelta(hours=4))
        self.assertTrue(self.reads())
        delegate.sudo().expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.reads())
        client = self.client(self.administrator)
        self.assertFalse(client.bootstrap()["accounts"])
        with self.assertRaises(AccessError):
            client.open_thread(self.mail.thread_id.id)
        readers = self.client().conversation(self.mail.id)["readers"]
        self.assertEqual([one["kind"] for one in readers], ["owner"])

    def test_the_owner_is_told_and_finds_it_for_ever(self):
        told = []
        self.startPatch(
            type(self.env["res.users"]),
            "_bus_send",
            lambda user, kind, payload, **_kw: told.append((user, kind, payload)),
        )
        self.give()
        notes = [note for user, kind, note in told if "message" in note]
        self.assertIn(REASON, notes[0]["message"])
        log = self.env["crm.mail.log"].with_user(self.owner).search([], limit=1)
        self.assertIn(REASON, log.message)
        self.assertIn(self.administrator.name, log.message)
        delegate = self.account.with_user(self.owner).delegate_ids
        self.assertEqual(delegate.reason, REASON)
        for attempt in (delegate.unlink, lambda: delegate.write({"may_act": True})):
            with self.assertRaisesRegex(UserError, "ends by itself"):
                attempt()
        with self.assertRaises(UserError):
            self.account.with_user(self.owner).delegate_ids = [Command.clear()]

    def test_asked_again_it_is_the_same_line_with_the_new_reason(self):
        self.give()
        self.give(reason="A second and quite different reason", hours="24")
        (delegate,) = self.account.delegate_ids
        self.assertIn("second", delegate.reason)


@tagged("post_install", "-at_install")
class TestLeave(AdministratorCase):
    """Somebody leaves: the administrator hands their mailbox over, or closes it."""

    def hand_over(self, user):
        self.wizard("crm.mail.leave", what="hand_over", user_id=user.id).action_apply()
        self.env.flush_all()
        self.env.invalidate_all()

    def test_the_new_owner_has_it_all_and_the_old_one_nothing(self):
        self.client().comment(self.mail.id, "Look", [self.colleague.id])
        self.hand_over(self.colleague)
        client = self.client(self.colleague)
        self.assertEqual(len(client.bootstrap()["accounts"]), 1)
        inbox = self.folder(self.account, "inbox")
        self.assertEqual(len(client.list_messages(inbox.id)["rows"]), 2)
        self.assertTrue(client.mark(self.mail.ids, ["seen"]))
        self.assertEqual(self.mail.link_ids.user_id, self.colleague)
        self.assertTrue(self.mail.link_ids.with_user(self.colleague).unlink())
        self.assertTrue(self.account.main)
        self.assertFalse(self.mail.share_ids, "one's own mail is not shared with one")
        for record in (self.account, self.mail, self.mail.thread_id, inbox):
            self.assertFalse(record.with_user(self.owner).has_access("read"))
        self.assertFalse(self.client(self.owner).bootstrap()["accounts"])

    def test_the_administrator_sees_nothing_of_it(self):
        self.hand_over(self.colleague)
        self.assertFalse(self.mail.with_user(self.administrator).has_access("read"))
        self.assertFalse(self.client(self.administrator).bootstrap()["accounts"])
        log = self.env["crm.mail.log"].with_user(self.colleague).search([], limit=1)
        self.assertIn(self.owner.name, log.message)

    def test_mail_goes_on_arriving_for_the_new_owner(self):
        self.hand_over(self.colleague)
        self.mailbox.append(simple_mail("After"))
        self.work(self.account)
        after = self.env["crm.mail.message"].search([("subject", "=", "After")])
        self.assertEqual(after.user_id, self.colleague)

    def test_a_delegate_becomes_the_owner(self):
        self.env["crm.mail.delegate"].with_user(self.owner).create(
            {"account_id": self.account.id, "user_id": self.colleague.id}
        )
        self.hand_over(self.colleague)
        self.assertFalse(self.account.delegate_ids)

    def test_nobody_gets_a_mailbox_who_cannot_use_one(self):
        plain = new_test_user(self.env, login="mail_plain", groups="base.group_user")
        with self.assertRaisesRegex(UserError, "cannot use mailboxes"):
            self.hand_over(plain)
        with self.assertRaisesRegex(UserError, "theirs already"):
            self.hand_over(self.owner)
        with self.assertRaisesRegex(UserError, "Choose who"):
            self.wizard("crm.mail.leave").action_apply()
        for user in (self.colleague, self.owner):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.wizard("crm.mail.leave", user, what="close").action_apply()
        self.assertEqual(self.account.user_id, self.owner)

    def test_closed_the_mailbox_is_forgotten_and_links_stay_or_go(self):
        posted = self.mail.link_ids.mail_message_id
        self.wizard("crm.mail.leave", what="close", links="keep").action_apply()
        self.assertFalse(self.account.exists() or self.other.exists())
        self.assertTrue(self.mail.exists() and posted.exists())
        self.assertTrue(self.mailbox.flags(), "nothing is deleted on the server")

    def test_closed_with_its_links_nothing_is_left(self):
        posted = self.mail.link_ids.mail_message_id
        self.wizard("crm.mail.leave", what="close", links="remove").action_apply()
        self.assertFalse(self.mail.exists() or posted.exists())
        cached = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "crm.mail.message"),
                ("res_field", "=", "raw"),
                ("res_id", "in", [self.mail.id, self.other.id]),
            ]
        )
        self.assertFalse(cached)
