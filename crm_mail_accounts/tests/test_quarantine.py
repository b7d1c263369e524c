from dataclasses import replace
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..mailkit.errors import ProtocolError
from ..mailkit.imap.mailbox import MailboxSession
from .common import Mailbox, MailCase, simple_mail


@tagged("post_install", "-at_install")
class TestQuarantine(MailCase):
    """Law 3: a mail that cannot be read is set apart, and everything else goes on."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(1, 6)))
        self.broken = True
        fetch_index = MailboxSession.fetch_index
        fetch_one = MailboxSession.fetch_index_one

        def fetch(session, first, last):
            """UID 3 spoils every window that it is in."""
            if self.broken and first <= 3 <= last:
                error = ProtocolError("cannot read")
                error.connection_usable = True
                raise error
            return fetch_index(session, first, last)

        def one(session, uid, **options):
            found = fetch_one(session, uid, **options)
            if self.broken and uid == 3:
                found = replace(found, sections={"HEADER.FIELDS": None})
            return found

        for name, fake in (("fetch_index", fetch), ("fetch_index_one", one)):
            patcher = patch.object(MailboxSession, name, fake)
            patcher.start()
            self.addCleanup(patcher.stop)
        self.account = self.new_account()
        self.work(self.account)
        self.mails = self.env["crm.mail.message"].search(
            [("account_id", "=", self.account.id)]
        )
        self.bad = self.mails.filtered(lambda mail: mail.state == "unreadable")

    def again(self):
        self.bad.retry_at = fields.Datetime.now()
        self.folder(self.account, "inbox").checked_at = False
        self.work(self.account)

    def test_the_mails_beside_it_are_read_and_the_counts_agree(self):
        self.assertEqual(len(self.mails), 5)
        self.assertEqual(self.bad.uid, 3)
        inbox = self.folder(self.account, "inbox")
        self.assertEqual((inbox.indexed_total, inbox.low_uid), (5, 1))
        rows = self.client().list_messages(inbox.id)["rows"]
        self.assertEqual([row["unreadable"] for row in rows].count(True), 1)

    def test_it_is_tried_again_with_growing_pauses(self):
        self.assertTrue(self.bad.retry_at > fields.Datetime.now())
        pauses = []
        for _try in range(3):
            self.again()
            pauses.append(self.bad.retry_at - fields.Datetime.now())
        self.assertEqual(sorted(pauses), pauses)
        self.assertEqual((self.bad.state, self.bad.tries), ("unreadable", 3))

    def test_its_pause_ends_in_a_folder_where_nothing_else_happens(self):
        self.broken = False
        self.bad.retry_at = fields.Datetime.now()
        self.work(self.account)
        self.assertEqual((self.bad.state, self.bad.subject), ("ok", "Mail 3"))

    def test_it_is_an_ordinary_mail_as_soon_as_it_can_be_read(self):
        self.broken = False
        self.again()
        self.assertEqual((self.bad.state, self.bad.subject), ("ok", "Mail 3"))

    def test_its_folder_counts_it_lists_it_alone_and_reads_it_again(self):
        """[F2]"""
        client, inbox = self.client(), self.folder(self.account, "inbox")

        def counted():
            self.env.invalidate_all()
            folders = client.bootstrap()["folders"]
            return [f["unreadable"] for f in folders if f["id"] == inbox.id]

        self.assertEqual(counted(), [1])
        view = {"folder_id": inbox.id, "search": {"flags": ["unreadable"]}}
        rows = client.list_messages(view)["rows"]
        self.assertEqual([row["id"] for row in rows], self.bad.ids)
        self.broken = False
        client.retry_folder(inbox.id)
        self.work(self.account)
        self.assertEqual(self.bad.subject, "Mail 3")
        self.assertEqual(counted(), [0])
        self.assertFalse(client.list_messages(view)["rows"])

    def test_opening_it_tries_at_once(self):
        opened = self.client().open_message(self.bad.id)
        self.assertEqual((opened["subject"], opened["unreadable"]), ("Mail 3", False))
