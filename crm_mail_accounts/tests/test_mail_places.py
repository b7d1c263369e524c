from datetime import datetime

from odoo.tests import tagged

from ..tools import mail_places
from .common import simple_mail
from .sync_common import SyncCase


@tagged("post_install", "-at_install")
class TestMailPlaces(SyncCase):
    """Two rows of one mail, and mails that are nowhere."""

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
