from odoo.tests import tagged

from ..tools.outgoing_copies import LOOKS
from ..tools.outgoing_mailbox import OutgoingMailbox
from .outgoing_common import OutgoingCase


@tagged("post_install", "-at_install")
class TestOutgoingFiling(OutgoingCase):
    """One copy in Sent, also where a provider that nobody knows files by itself."""

    def provider_files(self, *mails):
        """The provider has put these into Sent."""
        for mail in mails:
            self.mailbox.append(mail._stored_raw().raw, folder="Sent", flags=r"(\Seen)")

    def filed_before_us(self):
        """Whatever is sent from now on the provider files before we look."""
        look = OutgoingMailbox._look

        def late(mailbox, session, work):
            mails = self.env["crm.mail.outgoing"].browse(
                [copy.id for copy in work.copies if not copy.looks]
            )
            self.provider_files(*mails)
            return look(mailbox, session, work)

        self.startPatch(OutgoingMailbox, "_look", late)

    @property
    def learned(self):
        return self.account.lease_ids.files_sent

    def test_what_the_provider_filed_is_not_stored_a_second_time(self):
        self.filed_before_us()
        mail = self.queued()
        self.send(mail)
        self.assertEqual(len(self.in_sent()), 1)
        self.assertEqual((mail.filing, mail.filed_by_us), ("filed", False))
        self.assertTrue(self.learned)

    def test_after_a_double_ours_goes_and_the_provider_is_left_to_it(self):
        mail = self.queued()
        self.send(mail)
        self.assertTrue(mail.filed_by_us)
        self.assertFalse(self.learned)
        ours = mail.filing_uid
        self.provider_files(mail)
        self.sync(self.account)
        self.assertTrue(self.learned)
        self.send(mail)
        self.assertEqual(len(self.in_sent()), 1)
        self.assertNotEqual(mail.filing_uid, ours)
        self.assertFalse(mail.next_at)
        second = self.queued(subject="Second")
        self.send(second)
        self.assertEqual(len(self.in_sent()), 1, "the provider is waited for")
        self.provider_files(second)
        self.send(second)
        self.assertEqual((len(self.in_sent()), second.filing), (2, "filed"))

    def test_a_provider_that_does_not_file_any_more_is_unlearned(self):
        self.account.lease_ids.files_sent = True
        mail = self.queued()
        for _look in range(len(LOOKS) + 1):
            self.assertFalse(self.in_sent())
            self.send(mail)
        self.assertEqual(len(self.in_sent()), 1)
        self.assertFalse(self.learned)

    def test_a_mail_from_a_shared_sender_is_linked_to_its_record(self):
        """[F9] Its author cannot read the mailbox in which the copy lies."""
        self.account.sudo().share_sender = True
        lead = self.env["crm.lead"].create(
            {"name": "Deal", "user_id": self.colleague.id}
        )
        mail = self.queued(
            self.colleague, record={"model": "crm.lead", "res_id": lead.id}
        )
        self.send(mail)
        self.sync(self.account)
        (message,) = self.messages(self.account, subject="Offer 7")
        self.assertFalse(message.with_user(self.colleague).has_access("read"))
        self.assertEqual(message.sudo().link_ids.res_id, lead.id)
        posted = lead.with_user(self.colleague).message_ids[0]
        self.assertIn("Good morning", posted.body)
        self.assertIn(self.account.email, posted.email_from)
