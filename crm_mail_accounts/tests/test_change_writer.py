from datetime import date, datetime, timezone

from odoo import Command
from odoo.tests import tagged

from ..mailkit.values import FlagChange
from ..tools import change_writer, mail_places
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

    # -- two rows of one mail --------------------------------------------------------

    def test_a_row_that_goes_leaves_what_belongs_to_it(self):
        """A copy took the place that its original was moved to: flags that wait or
        were set, comments, shares and the cached content are the mail's."""
        self.mailbox.append(simple_mail("One"))
        with self.account_in_mode("qresync") as account:
            mail, trash = self.messages(account), self.folder(account, "trash")
            with self.mailbox.client() as client:
                client.select("INBOX")
                client.copy("1", "Trash")
            self.sync(account)
            copy = self.messages(account) - mail
            self.client().mark(copy.ids, ["flagged"])
            self.work(account)
            self.client().mark(copy.ids, ["seen"])
            comment = self.env["crm.mail.comment"].create(
                {"message_id": copy.id, "body": "Urgent", "author_id": self.owner.id}
            )
            shares = self.env["crm.mail.share"]
            for user in (self.colleague, self.administrator):
                shares |= shares.create({"message_id": copy.id, "user_id": user.id})
            shares.create({"message_id": mail.id, "user_id": self.colleague.id})
            mail._raw_attachments().unlink()
            copy._store_raw(b"Subject: One\r\n\r\nText")
            place = (trash.id, copy.uidvalidity, copy.uid)
            mail_places.place(self.env, [(mail.id, *place)])
            self.env.invalidate_all()
            self.assertFalse(copy.exists())
            self.assertEqual((mail.folder_id.id, mail.uidvalidity, mail.uid), place)
            self.assertTrue(mail.flagged and mail.seen)
            self.assertEqual(comment.message_id, mail)
            self.assertEqual(
                shares.search([("message_id", "=", mail.id)]).user_id,
                self.colleague | self.administrator,
            )
            self.assertTrue(mail._cached_raw())
            self.sync(account)
            self.assertEqual(
                self.on_server()["Trash"][mail.uid], ("\\flagged", "\\seen")
            )

    def test_a_place_of_a_row_that_is_gone_meanwhile_changes_nothing(self):
        self.mailbox.append(simple_mail("One"))
        with self.account_in_mode("qresync") as account:
            mail = self.messages(account)
            place = (mail.folder_id.id, mail.uidvalidity, mail.uid)
            mail_places.place(self.env, [(mail.id + 1000, *place)])
            self.assertEqual(mail.exists().uid, place[2])
            self.assertInStep(account)

    def test_all_that_may_belong_to_a_row_is_known(self):
        """What names a mail goes with its row, unless it is handed over."""
        self.env.cr.execute(
            """
            SELECT conrelid::regclass::text, attname FROM pg_constraint
              JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey)
             WHERE contype = 'f' AND confrelid = 'crm_mail_message'::regclass
            """
        )
        self.assertEqual(
            set(self.env.cr.fetchall()) - {("crm_mail_link", "message_id")},
            {tuple(row[:2]) for row in mail_places.BELONGINGS},
        )

    def test_a_mail_that_is_deleted_for_good_is_not_shown_again_on_its_way(self):
        """It was to be moved before; that somebody else was quicker changes nothing."""
        self.mailbox.append(simple_mail("One"))
        with self.account_in_mode("qresync") as account:
            mail, trash = self.messages(account), self.folder(account, "trash")
            self.client().move(mail.ids, trash.id)
            self.client().delete(mail.ids)
            self.env["crm.mail.operation"].search([]).not_before = "2999-01-01"
            self.assertTrue(mail.vanishing)
            self.remove("INBOX", "1")
            self.sync(account)
            self.assertEqual(mail.state, "unplaced")
            self.assertFalse(mail.shown_folder_id)

    def test_what_waits_for_a_mail_that_is_nowhere_is_given_up(self):
        """It would be shown for ever where it was to be moved to."""
        self.mailbox.append(simple_mail("One"), simple_mail("Linked"))
        with self.account_in_mode("qresync") as account:
            mails, trash = self.messages(account), self.folder(account, "trash")
            linked = mails.filtered(lambda mail: mail.subject == "Linked")
            partner = self.env["res.partner"].create({"name": "Customer"})
            self.client().link_message(linked.id, "res.partner", partner.id)
            self.client().move(mails.ids, trash.id)
            self.env["crm.mail.operation"].search([]).not_before = "2999-01-01"
            self.remove("INBOX", "1,2")
            for _turn in range(4):
                self.sync(account)
            self.assertEqual(mails.shown_folder_id, trash)
            mails.unplaced_at = datetime(2026, 1, 1)
            self.sync(account)
            self.assertEqual(mails.exists(), linked)
            self.assertFalse(self.env["crm.mail.operation"].search([]))
            self.assertFalse(linked.shown_folder_id)

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
