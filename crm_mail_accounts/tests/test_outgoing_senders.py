from email.message import EmailMessage

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import Mailbox
from .outgoing_common import OutgoingCase


@tagged("post_install", "-at_install")
class TestOutgoingSenders(OutgoingCase):
    """In whose name a mail leaves, and who sees it before."""

    def delegate(self, **rights):
        self.account.with_user(self.owner).write(
            {"delegate_ids": [Command.create({"user_id": self.colleague.id, **rights})]}
        )

    def test_a_sender_cannot_be_forged(self):
        foreign = self.new_account(
            user_id=self.administrator.id, username=Mailbox().username
        )
        for key in (f"account:{foreign.id}", "system", "account:", "", None, "x:1"):
            with self.subTest(key=key), self.assertRaises(UserError):
                self.written(sender_key=key)
        mail = self.written()
        with self.assertRaises(AccessError):
            mail.with_user(self.owner).write({"account_id": foreign.id})
        with self.assertRaises(UserError):
            self.client().compose_send(
                mail.id, mail.version, self.values(sender_key=f"account:{foreign.id}")
            )

    def test_a_delegate_who_may_send_as_does_and_both_see_what_waits(self):
        """[F6]"""
        self.delegate()
        with self.assertRaises(UserError):
            self.written(self.colleague)
        self.account.delegate_ids.with_user(self.owner).may_send_as = True
        mail = self.queued(self.colleague)
        (row,) = self.client().outgoing_list("outgoing")["rows"]
        self.assertEqual(row["id"], mail.id)
        self.send(mail)
        (got,) = self.received()
        self.assertIn(self.account.email, got["From"])
        self.assertEqual(len(self.in_sent()), 1)

    def test_a_right_that_was_withdrawn_stops_what_waits(self):
        self.delegate(may_send_as=True)
        mail = self.queued(self.colleague)
        self.account.delegate_ids.with_user(self.owner).unlink()
        self.send(mail)
        self.assertFalse(self.received())
        self.assertEqual((mail.state, mail.error_code), ("failed", "sender_refused"))

    def test_a_draft_of_a_withdrawn_delegate_is_in_their_own_list(self):
        """[F6]"""
        self.delegate(may_act=True, may_send_as=True)
        question = EmailMessage()
        question["From"], question["Subject"] = "friend@live.test", "Offer 12"
        question["Message-ID"] = "<question@live.test>"
        question.set_content("How much?")
        self.mailbox.append(question)
        self.sync(self.account)
        answered = self.messages(self.account, subject="Offer 12")
        parent = {"message_id": answered.id, "kind": "reply"}
        mail = self.written(self.colleague, parent=parent)
        self.send(mail)
        self.assertEqual(len(self.in_drafts()), 1)

        self.account.delegate_ids.with_user(self.owner).unlink()
        client = self.client(self.colleague)
        (row,) = client.outgoing_list("drafts")["rows"]
        self.assertEqual(row["id"], mail.id)
        self.assertFalse(mail.with_user(self.owner).has_access("read"))

        own = self.new_account(user_id=self.colleague.id, username=Mailbox().username)
        opened = client.compose_open(mail.id)
        self.assertEqual(opened["sender_key"], f"account:{own.id}")
        values = self.values(sender_key=opened["sender_key"], parent=opened["parent"])
        saved = client.compose_save(mail.id, opened["version"], values)
        self.assertFalse(saved["conflict"])
        self.assertEqual(mail.account_id, own)
        self.assertEqual(mail.in_reply_to, "<question@live.test>")
        self.send(mail)
        self.assertEqual(len(self.in_drafts()), 1, "the owner's mailbox keeps its own")

    def test_a_draft_of_a_delegate_who_may_only_read_now_is_theirs(self):
        self.delegate(may_act=True, may_send_as=True)
        mail = self.written(self.colleague)
        self.account.delegate_ids.with_user(self.owner).may_send_as = False
        (row,) = self.client(self.colleague).outgoing_list("drafts")["rows"]
        self.assertEqual(row["id"], mail.id)
        self.send()
        self.assertFalse(self.in_drafts(), "nothing is written into the mailbox now")

    def test_an_empty_draft_of_a_withdrawn_delegate_goes(self):
        self.delegate(may_send_as=True)
        empty = self.written(self.colleague, to=[], subject="", body_html="")
        own = self.written(to=[], subject="", body_html="")
        self.account.delegate_ids.with_user(self.owner).unlink()
        self.assertFalse(empty.exists())
        self.assertTrue(own.exists(), "the owner has lost nothing")

    def test_a_draft_stays_where_its_author_may_still_write_from(self):
        self.delegate(may_act=True, may_send_as=True)
        mail = self.written(self.colleague)
        self.account.delegate_ids.with_user(self.owner).may_act = False
        self.assertEqual(mail.account_id, self.account)
        self.assertTrue(mail.next_at)

    def test_what_a_withdrawn_delegate_takes_back_is_theirs_alone(self):
        self.delegate(may_send_as=True)
        mail = self.queued(self.colleague)
        self.account.delegate_ids.with_user(self.owner).unlink()
        self.send(mail)
        self.assertEqual(mail.state, "failed")
        self.client(self.colleague).compose_undo(mail.id)
        self.assertFalse(mail.account_id)
        (row,) = self.client(self.colleague).outgoing_list("drafts")["rows"]
        self.assertEqual(row["id"], mail.id)
        self.send()
        self.assertFalse(self.in_drafts(), "the mailbox is not theirs any more")

    def test_a_delegate_without_the_right_to_send_sees_nothing_that_waits(self):
        self.delegate(may_act=True)
        mail = self.queued()
        self.assertFalse(self.client(self.colleague).outgoing_list("outgoing")["rows"])
        with self.assertRaises(AccessError):
            self.client(self.colleague).compose_open(mail.id)

    def test_what_is_written_from_a_shared_sender_is_its_authors_alone(self):
        """[A9]"""
        self.account.with_user(self.administrator).sudo().share_sender = True
        draft = self.written(self.colleague)
        self.assertEqual(draft.sender_kind, "shared")
        for user in (self.owner, self.administrator):
            with self.assertRaises(AccessError):
                self.client(user).compose_open(draft.id)
        self.send(draft)
        self.assertFalse(self.in_drafts(), "its owner would read it")
        mail = self.queued(self.colleague)
        self.send(mail)
        self.assertEqual((len(self.received()), len(self.in_sent())), (1, 1))
        self.assertFalse(self.client(self.colleague).bootstrap()["accounts"])

    def by_host(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env["crm.mail.account"]._send_by_host()
        self.env.invalidate_all()

    def test_the_host_sends_for_users_without_a_mailbox(self):
        """[A15]"""
        self.host_server(from_filter="live.test")
        self.colleague.email = "colleague@live.test"
        mail = self.queued(self.colleague, sender_key="system")
        self.by_host()
        self.assertFalse(self.received())
        self.time_comes(mail)
        self.by_host()
        (got,) = self.received()
        self.assertIn("colleague@live.test", got["From"])
        self.assertEqual(mail.state, "sent")
        self.by_host()
        self.assertEqual(len(self.received()), 1)

    def test_the_host_writes_from_its_own_address_where_it_must(self):
        """[A15]"""
        self.host_server()
        office = self.env["ir.mail_server"]._get_default_from_address()
        self.colleague.email = "colleague@live.test"
        mail = self.queued(self.colleague, sender_key="system")
        self.time_comes(mail)
        self.by_host()
        (got,) = self.received()
        self.assertIn(office, got["From"])
        self.assertIn("colleague@live.test", got["Reply-To"])

    def test_what_the_host_refuses_is_said(self):
        self.host_server()
        self.colleague.email = "colleague@live.test"
        nobody = [{"name": "", "email": "nobody@live.test"}]
        mail = self.queued(self.colleague, sender_key="system", to=nobody)
        self.time_comes(mail)
        self.by_host()
        self.assertEqual((mail.state, mail.undelivered), ("failed", True))
        self.assertIn("User unknown", mail.error)

    def test_a_mailbox_that_sends_through_the_host_files_its_copy(self):
        """[A15] [B2]"""
        self.host_server()
        self.owner.email = self.account.email
        self.account.smtp_provider_id = self.env.ref(
            "crm_mail_accounts.provider_system"
        )
        mail = self.queued()
        self.send(mail)
        self.assertEqual((len(self.received()), len(self.in_sent())), (1, 1))

    # -- the mailbox or the author goes ------------------------------------------

    def test_a_mailbox_that_is_deleted_takes_no_mail_with_it(self):
        """Nothing that waits is lost silently: its author edits it and sends it."""
        self.delegate(may_send_as=True)
        waiting = self.queued()
        scheduled = self.queued(self.colleague, send_at="2040-01-01 08:00:00")
        draft = self.written(subject="Half a mail")
        self.send(draft)
        left = self.queued()
        self.time_comes(left)
        left._begin()
        left.write({"phase": "dot"})
        wizard = self.env["crm.mail.account.delete"].with_user(self.owner)
        wizard = wizard.create({"account_id": self.account.id})
        self.assertEqual(wizard.waiting_count, 3)
        wizard.action_delete()
        self.assertEqual(
            [mail.state for mail in (waiting, scheduled, draft, left)],
            ["failed", "failed", "draft", "uncertain"],
        )
        for mail in (waiting, scheduled):
            self.assertIn("was removed", mail.error)
            self.assertFalse(mail.next_at)
        rows = self.client(self.colleague).outgoing_list("outgoing")["rows"]
        self.assertEqual([row["id"] for row in rows], scheduled.ids)
        rows = self.client().outgoing_list("drafts")["rows"]
        self.assertEqual([row["id"] for row in rows], draft.ids)
        with self.assertRaisesRegex(UserError, "may not write from"):
            self.client().outgoing_retry(waiting.id)
        other = self.new_account(username=Mailbox().username)
        self.work(other)
        opened = self.client().compose_undo(waiting.id)
        self.assertEqual(opened["sender_key"], f"account:{other.id}")
        values = self.values(sender_key=opened["sender_key"])
        self.client().compose_send(waiting.id, opened["version"], values)
        self.send(waiting, account=other)
        self.assertEqual(len(self.received()), 1)

    def test_what_waits_for_a_mailbox_that_is_switched_off_says_so(self):
        mail = self.queued(send_at="2040-01-01 08:00:00")
        self.account.active = False
        (row,) = self.client().outgoing_list("scheduled")["rows"]
        self.assertIn("switched off", row["error"])
        self.account.active = True
        (row,) = self.client().outgoing_list("scheduled")["rows"]
        self.assertEqual((row["id"], row["error"]), (mail.id, ""))

    def test_who_leaves_with_mails_that_wait_is_not_forgotten(self):
        mail = self.queued(send_at="2040-01-01 08:00:00")
        with self.assertRaisesRegex(UserError, "Hand the mailbox over"):
            self.owner.unlink()
        told = []
        self.startPatch(
            type(self.env["res.users"]),
            "_bus_send",
            lambda user, kind, payload, **_kw: told.append((user, payload)),
        )
        self.owner.with_user(self.administrator).active = False
        users = [user for user, payload in told if "will not leave" in str(payload)]
        self.assertEqual(users, [self.administrator])
        # found and sent by whoever gets the mailbox
        self.account._hand_over(self.colleague)
        self.client(self.colleague).outgoing_send_now(mail.id)
        self.send(mail)
        self.assertEqual(len(self.received()), 1)

    def test_who_was_archived_sends_nothing_any_more(self):
        mail = self.queued()
        self.owner.active = False
        self.send(mail)
        self.assertFalse(self.received())
        self.assertEqual(mail.state, "failed")
