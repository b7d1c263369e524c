from datetime import date, datetime, timezone

from odoo import Command
from odoo.tests import tagged

from ..mailkit.values import FlagChange
from ..tools import change_writer
from ..tools.flags import unpack
from .common import simple_mail
from .sync_common import SyncCase


@tagged("post_install", "-at_install")
class TestChangeWriter(SyncCase):
    """What other clients did, as it is written, and rows without foreign keys."""

    def test_what_was_told_unasked_may_be_older_than_what_is_stored(self):
        """[F3] The answer to a question is the truth; what comes by the way is only
        news when its number is not smaller."""
        self.mailbox.append(simple_mail("One"))
        with self.account_in_mode("condstore") as account:
            inbox, mail = self.folder(account, "inbox"), self.messages(account)

            def tell(flags, modseq, unasked):
                changed = change_writer.apply_flags(
                    self.env,
                    inbox,
                    inbox.uidvalidity,
                    [FlagChange(mail.uid, flags, modseq)],
                    unasked=unasked,
                )
                return changed, unpack(mail.server_flags, mail.keywords), mail.modseq

            seen, flagged = ("\\Seen",), ("\\Flagged",)
            self.assertEqual(tell(seen, 50, False), (1, seen, 50))
            self.assertEqual(tell(flagged, 49, True), (0, seen, 50))
            self.assertEqual(tell(flagged, 51, True), (1, flagged, 51))
            # told without a number: told now
            self.assertEqual(tell((), None, True), (1, (), 51))
            self.assertEqual(tell(flagged, 40, False), (1, flagged, 40))

    def test_a_removal_is_found_where_older_mail_is_not_wanted(self):
        """[A11] Counts differ there all the time, so nothing can be found by them."""
        old = datetime(2024, 5, 1, 12, tzinfo=timezone.utc)
        new = datetime(2026, 5, 1, 12, tzinfo=timezone.utc)
        for when, words in ((old, "Old"), (new, "New")):
            for number in range(30):
                self.mailbox.append(
                    simple_mail(f"{words} {number}"), date=f'"{when:%d-%b-%Y %T %z}"'
                )
        for mode in ("qresync", "condstore", "bare"):
            with self.subTest(mode=mode):
                with self.account_in_mode(
                    mode, fetch_since=date(2026, 1, 1)
                ) as account:
                    before = self.messages(account)
                    self.assertEqual(len(before), len(before.filtered("uid")))
                    uid = max(before.mapped("uid"))
                    self.remove("INBOX", f"2,{uid}")
                    self.sync(account)
                    self.sync(account)
                    rows = self.messages(account).filtered("uid")
                    self.assertEqual(len(rows), len(before) - 1)
                    self.assertNotIn(uid, rows.mapped("uid"))
                    self.assertFalse(
                        rows.filtered(lambda row: row.subject.startswith("Old"))
                    )
                    account.unlink()

    # -- what no foreign key does ------------------------------------------------------

    def test_a_folder_that_goes_leaves_no_mail_behind(self):
        self.mailbox.append(simple_mail("One"))
        with self.account_in_mode("qresync") as account:
            mail = self.messages(account)
            archive, trash = (self.folder(account, role) for role in ("sent", "trash"))
            mail.write({"moving_to_id": archive.id, "filed_in_id": archive.id})
            archive.unlink()
            self.assertFalse(mail.moving_to_id or mail.filed_in_id)
            inbox = mail.folder_id
            self.assertTrue(inbox)
            (inbox | trash).unlink()
            self.assertFalse(mail.folder_id or mail.shown_folder_id)

    def test_a_mail_on_its_way_to_a_folder_that_goes_is_shown_where_it_lies(self):
        self.mailbox.append(simple_mail("One"))
        with self.account_in_mode("qresync") as account:
            mail, inbox = self.messages(account), self.folder(account, "inbox")
            sent = self.folder(account, "sent")
            self.client().move(mail.ids, sent.id)
            self.assertEqual(mail.shown_folder_id, sent)
            sent.unlink()
            self.assertEqual(mail.shown_folder_id, inbox)
            self.assertCounted(account)

    def two_mails(self, account):
        """One that is linked to a record, and one with its body, both read."""
        linked = self.messages(account, subject="Linked")
        other = self.messages(account, subject="Other")
        lead = self.env["crm.lead"].create({"name": "Lead", "user_id": self.owner.id})
        self.client().link_message(linked.id, "crm.lead", lead.id)
        self.env.flush_all()
        other._store_raw(b"Subject: Other\r\n\r\nHello")
        return linked, other, other._raw_attachment()

    def assertLeft(self, linked, other, body):
        self.assertFalse(other.exists() or body.exists())
        self.assertTrue(linked.link_ids)
        self.assertFalse(linked.account_id or linked.folder_id or linked.uid)
        self.assertEqual(linked.state, "unplaced")

    def test_a_mailbox_that_goes_leaves_linked_mails_alone(self):
        """[D4]"""
        self.mailbox.append(simple_mail("Linked"), simple_mail("Other"))
        with self.account_in_mode("qresync") as account:
            found = self.two_mails(account)
            account.unlink()
            self.assertLeft(*found)

    def test_mails_of_a_mailbox_that_vanished_are_found(self):
        """Removed by somebody who knows nothing of mails."""
        self.mailbox.append(simple_mail("Linked"), simple_mail("Other"))
        with self.account_in_mode("qresync") as account:
            found = self.two_mails(account)
            self.env.flush_all()
            self.env.cr.execute(
                "DELETE FROM crm_mail_account WHERE id = %s", [account.id]
            )
            self.env.invalidate_all()
            self.env["crm.mail.message"]._gc_unbound()
            self.assertLeft(*found)

    def test_the_mail_of_a_user_who_is_deleted_goes(self):
        user = self.env["res.users"].create(
            {
                "name": "Leaving",
                "login": "leaving@demo.test",
                "group_ids": [Command.link(self.env.ref("base.group_user").id)],
            }
        )
        messages = self.env["crm.mail.message"].sudo()
        kept = messages.create({"user_id": self.owner.id, "subject": "kept"})
        gone = messages.create({"user_id": user.id, "subject": "gone"})
        user.unlink()
        self.assertFalse(gone.exists())
        self.assertTrue(kept.exists())

    def test_rows_whose_owner_or_folder_vanished_are_found(self):
        """Removed by somebody who knows nothing of mails."""
        self.mailbox.append(simple_mail("One"))
        with self.account_in_mode("qresync") as account:
            mail = self.messages(account)
            self.env.cr.execute(
                "UPDATE crm_mail_message SET moving_to_id = 999999999 WHERE id = %s",
                [mail.id],
            )
            orphan = mail.create({"user_id": self.owner.id, "subject": "orphan"})
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE crm_mail_message SET user_id = 999999999 WHERE id = %s",
                [orphan.id],
            )
            self.env.invalidate_all()
            mail._gc_unbound()
            self.assertFalse(orphan.exists())
            self.assertFalse(mail.moving_to_id)
            self.assertTrue(mail.folder_id)
