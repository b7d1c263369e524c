import random
from datetime import datetime, timezone
from unittest.mock import patch

from odoo.tests import tagged

from ..mailkit.values import FetchedMessage
from ..tools import bulk_copy, index_writer
from .common import Mailbox, MailCase

HEADER = (
    b"From: Rosa <rosa@conti.example>\r\nTo: a@b.example\r\nSubject: %s\r\n"
    b"Message-ID: <%d@conti.example>\r\n\r\n"
)


def message(uid: int, subject=b"Offer", **values):
    values.setdefault("flags", ())
    values.setdefault("size", 100)
    values.setdefault("internaldate", datetime(2026, 3, 2, tzinfo=timezone.utc))
    return FetchedMessage(
        uid, sections={"HEADER.FIELDS": HEADER % (subject, uid)}, **values
    )


@tagged("post_install", "-at_install")
class TestIndexCopy(MailCase):
    """A window goes straight into the table, and by the careful way where it must."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.account = self.new_account()
        self.new_folder = self.env["crm.mail.folder"].create(
            {
                "account_id": self.account.id,
                "raw": "Copy",
                "name": "Copy",
                "path": "Copy",
            }
        )
        self.env.flush_all()

    def store(self, *messages):
        return index_writer.write_window(self.env, self.new_folder, 1, messages)

    def rows(self):
        return self.env["crm.mail.message"].search(
            [("folder_id", "=", self.new_folder.id)], order="uid"
        )

    def by_stage(self):
        """Whether the careful way was gone."""
        return patch.object(
            index_writer, "_rebind", autospec=True, side_effect=index_writer._rebind
        )

    def test_new_mails_get_ids_in_the_order_of_their_uids(self):
        with self.by_stage() as careful:
            written = self.store(
                message(9), message(3, flags=("\\Seen",)), message(5, modseq=7)
            )
        self.assertFalse(careful.called)
        rows = self.rows()
        self.assertEqual(rows.mapped("uid"), [3, 5, 9])
        self.assertEqual(tuple(rows.ids), written.new_ids)
        self.assertEqual((written.unread, written.rebound), (2, 0))
        self.assertEqual(rows.account_id, self.account)
        self.assertEqual(rows.user_id, self.owner)
        self.assertEqual(rows.mapped("message_id")[0], "<3@conti.example>")
        self.assertEqual(rows.mapped("modseq"), [0, 7, 0])

    def test_both_ways_write_the_same_row(self):
        odd = (
            message(
                4,
                b'tab\t back\\slash \\N "q" \\. =?utf-8?q?a=0Ab=00?= \xc3\xa8 \xff',
                flags=("\\Seen", "back\\slash", "b", "$Forwarded"),
                internaldate=None,
                size=None,
            ),
            FetchedMessage(5, sections={"HEADER.FIELDS": None}, flags=("\\Deleted",)),
        )
        names = ["user_id", "account_id", "uidvalidity", "shown_folder_id"]
        names += index_writer.COLUMNS
        self.store(*odd)
        short = self.rows().read(names, load="_classic_write")
        self.rows().unlink()
        with (
            patch.object(index_writer, "_copy_new", return_value=None),
            self.by_stage() as careful,
        ):
            self.store(*odd)
        self.assertTrue(careful.called)
        long = self.rows().read(names, load="_classic_write")
        self.assertEqual(len(short), 2)
        for one, other in zip(short, long, strict=True):
            self.assertEqual(one | {"id": 0}, other | {"id": 0})
        self.assertIn("back\\slash", short[0]["subject"])

    def test_a_window_that_is_written_again_changes_nothing(self):
        self.store(message(3), message(4))
        before = self.rows().ids
        with self.by_stage() as careful:
            written = self.store(message(4), message(5))
        self.assertTrue(careful.called)
        self.assertEqual(len(written.new_ids), 1)
        self.assertEqual(self.rows().ids, [*before, *written.new_ids])

    def test_a_uid_told_twice_is_one_mail(self):
        written = self.store(message(3), message(3), message(4))
        self.assertEqual(self.rows().mapped("uid"), [3, 4])
        self.assertEqual(len(written.new_ids), 2)
        self.assertEqual(written.unread, 2)

    def test_a_mail_that_lost_its_place_is_bound_again(self):
        self.store(message(3), message(4))
        before = self.rows().ids
        index_writer.unplace_folder(self.env, self.new_folder, 1)
        written = index_writer.write_window(
            self.env,
            self.new_folder,
            2,
            [message(3), message(4), message(8)],
        )
        self.assertEqual(written.rebound, 2)
        self.assertEqual(self.rows().ids, [*before, *written.new_ids])

    def test_lines_are_escaped_as_copy_wants_them(self):
        rng = random.Random(6)
        parts = ["a", "\t", "\n", "\r", "\\", "\\N", "\0", "è", "", "\x1b", " "]
        rows = [
            (
                number,
                "".join(rng.choices(parts, k=rng.randrange(4))),
                rng.choice([None, "".join(rng.choices(parts, k=2))]),
                rng.random() < 0.5,
                None,
            )
            for number in range(3000)
        ]
        cr = self.env.cr
        cr.execute("CREATE TEMP TABLE copied (n int, a text, b text, c bool, d int)")
        bulk_copy.copy_rows(cr, "copied", ("n", "a", "b", "c", "d"), rows)
        cr.execute("SELECT n, a, b, c, d FROM copied ORDER BY n")
        expected = [
            tuple(v.replace("\0", "") if isinstance(v, str) else v for v in row)
            for row in rows
        ]
        self.assertEqual(cr.fetchall(), expected)
