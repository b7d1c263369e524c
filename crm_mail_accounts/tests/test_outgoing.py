from odoo.exceptions import UserError
from odoo.tests import tagged

from .outgoing_common import OutgoingCase


@tagged("post_install", "-at_install")
class TestOutgoing(OutgoingCase):
    """A mail leaves, once, with a copy in Sent."""

    def test_a_mail_is_sent_once_and_lies_in_sent_byte_for_byte(self):
        """Law 7."""
        mail = self.queued(bcc=[{"name": "", "email": "hidden@live.test"}])
        self.assertEqual(mail.state, "queued")
        self.work(self.account)
        self.assertFalse(self.received(), "undoing is not over")
        frozen = mail._stored_raw().raw
        self.send(mail)
        (got,) = self.raws()
        self.assertTrue(got.endswith(frozen.rstrip(b"\r\n") + b"\r\n"), got[:500])
        (copy,) = self.in_sent()
        self.assertEqual(copy, frozen)
        self.assertNotIn(b"hidden@live.test", frozen)
        self.assertEqual(mail.recipients["bcc"], [["", "hidden@live.test"]])
        self.assertEqual((mail.state, mail.filing), ("sent", "filed"))
        self.assertFalse(mail.next_at)
        self.send()
        self.assertEqual(len(self.received()), 1)
        self.assertEqual(len(self.in_sent()), 1)

    def test_the_copy_is_listed_as_read(self):
        self.send(self.queued())
        (message,) = self.messages(self.account, subject="Offer 7")
        self.assertEqual(message.shown_folder_id.role, "sent")
        self.assertTrue(message.seen)

    def test_nobody_to_send_to_is_said(self):
        draft = self.written(to=[])
        with self.assertRaisesRegex(UserError, "Enter somebody"):
            self.client().compose_send(draft.id, draft.version, self.values(to=[]))
