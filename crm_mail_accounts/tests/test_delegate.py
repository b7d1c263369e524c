from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import GROUPS, Mailbox, MailCase, simple_mail


@tagged("post_install", "-at_install")
class TestDelegate(MailCase):
    """Several people in one mailbox, by its owner's leave only (law 11)."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Offer 12"))
        self.account = self.new_account()
        self.work(self.account)
        self.inbox = self.folder(self.account, "inbox")
        self.mail = self.env["crm.mail.message"].search(
            [("account_id", "=", self.account.id)]
        )
        self.lead = self.env["crm.lead"].create(
            {"name": "Deal", "type": "opportunity", "user_id": self.colleague.id}
        )

    def delegate(self, **rights):
        """As the owner does it: on the account's form."""
        self.account.with_user(self.owner).write(
            {"delegate_ids": [Command.create({"user_id": self.colleague.id, **rights})]}
        )
        return self.account.delegate_ids

    def test_a_delegate_sees_the_whole_mailbox_and_reads_its_mails(self):
        """[F6]"""
        self.delegate()
        client = self.client(self.colleague)
        answer = client.bootstrap()
        (account,) = answer["accounts"]
        self.assertEqual(account["owner"], self.owner.name)
        self.assertFalse(account["may_act"])
        names = {folder["role"] for folder in answer["folders"]}
        self.assertLessEqual({"inbox", "sent", "drafts", "trash"}, names)
        (row,) = client.list_messages(self.inbox.id)["rows"]
        self.assertEqual(row["subject"], "Offer 12")
        self.assertTrue(client.open_message(row["id"])["body_url"])
        self.assertEqual(
            answer["unread"], 0, "somebody else's mail is not on one's envelope"
        )

    def test_only_a_delegate_who_may_act_links_a_mail(self):
        """[F6]"""
        delegate = self.delegate()
        client = self.client(self.colleague)
        client.open_message(self.mail.id)
        with self.assertRaisesRegex(AccessError, "but not change it"):
            client.link_message(self.mail.id, "crm.lead", self.lead.id)
        delegate.with_user(self.owner).may_act = True
        link = client.link_message(self.mail.id, "crm.lead", self.lead.id)
        self.assertEqual(self.mail.link_ids.user_id, self.owner)
        delegate.with_user(self.owner).may_act = False
        with self.assertRaisesRegex(AccessError, "but not change it"):
            client.unlink_message(link["id"])
        delegate.with_user(self.owner).may_act = True
        client.unlink_message(link["id"])
        self.assertFalse(self.mail.link_ids)

    def test_only_a_delegate_who_may_send_as_has_the_address(self):
        """[F6]"""
        delegate = self.delegate()
        accounts = self.env["crm.mail.account"].with_user(self.colleague)
        self.assertFalse(accounts._senders())
        delegate.with_user(self.owner).may_send_as = True
        (sender,) = accounts._senders()
        self.assertEqual((sender.kind, sender.email), ("delegated", self.account.email))

    def test_withdrawn_is_withdrawn(self):
        """[F6]"""
        delegate = self.delegate(may_act=True, may_send_as=True)
        self.client(self.colleague).open_message(self.mail.id)
        delegate.with_user(self.owner).unlink()
        self.env.invalidate_all()
        client = self.client(self.colleague)
        self.assertFalse(client.bootstrap()["accounts"])
        for method, record in (
            ("list_messages", self.inbox),
            ("open_message", self.mail),
            ("sync_now", self.account),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(client, method)(record.id)
        self.assertFalse(
            self.env["crm.mail.account"].with_user(self.colleague)._senders()
        )

    def test_a_delegate_changes_neither_the_account_nor_its_delegates(self):
        """[F6]"""
        delegate = self.delegate(may_act=True, may_send_as=True)
        account = self.account.with_user(self.colleague)
        with mute_logger("odoo.addons.base.models.ir_rule"):
            for operation in ("write", "unlink"):
                self.assertFalse(account.has_access(operation))
                self.assertFalse(
                    delegate.with_user(self.colleague).has_access(operation)
                )
            with self.assertRaises(AccessError), self.cr.savepoint():
                delegate.with_user(self.colleague).write({"may_send_as": True})
            third = new_test_user(self.env, login="mail_third", groups=GROUPS)
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.env["crm.mail.delegate"].with_user(self.colleague).create(
                    {"account_id": self.account.id, "user_id": third.id}
                )
            with self.assertRaises(AccessError), self.cr.savepoint():
                account.action_send_test_mail()
        self.assertFalse(self.mail.with_user(third).has_access("read"))

    def test_nobody_makes_themselves_a_delegate(self):
        """[F6]"""
        for user in (self.colleague, self.administrator):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["crm.mail.delegate"].with_user(user).create(
                    {"account_id": self.account.id, "user_id": user.id}
                )
            self.assertFalse(self.mail.with_user(user).has_access("read"))

    def test_a_delegate_sees_no_secret_and_no_other_mailbox(self):
        """[F6]"""
        other = self.new_account(username=Mailbox().username)
        self.delegate(may_act=True)
        accounts = self.env["crm.mail.account"].with_user(self.colleague).search([])
        self.assertEqual(accounts, self.account)
        self.assertNotIn(other, accounts)
        values = accounts.read()[0]
        self.assertFalse(values["password"] or values["smtp_password"])
        self.assertNotIn("password_token", values)

    def test_a_person_who_cannot_use_mailboxes_cannot_be_a_delegate(self):
        plain = new_test_user(self.env, login="mail_plain", groups="base.group_user")
        delegates = self.env["crm.mail.delegate"].with_user(self.owner)
        for user, sentence in (
            (plain, "right to Mailboxes"),
            (self.owner, "is your own"),
        ):
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(ValidationError, sentence),
                self.cr.savepoint(),
            ):
                delegates.create({"account_id": self.account.id, "user_id": user.id})

    def test_new_mail_is_told_to_the_delegates_as_well(self):
        self.delegate()
        told = []
        self.startPatch(
            type(self.env["res.users"]),
            "_bus_send",
            lambda users, kind, payload, **_kw: told.extend(users),
        )
        self.mailbox.append(simple_mail("Another"))
        self.work(self.account)
        self.assertLessEqual({self.owner, self.colleague}, set(told))
