from unittest.mock import patch

from odoo.tests import tagged

from .common import Mailbox, simple_mail
from .link_common import LinkCase


@tagged("post_install", "-at_install")
class TestLinkOnce(LinkCase):
    """One message for one mail on one record, in every order (law 14)."""

    def test_linked_first_then_received_by_the_gateway(self):
        received = simple_mail()
        link = self.link(self.receive(received)[0])
        copy = link.mail_message_id
        self.gateway(received, thread_id=self.lead.id)
        posted = self.mails_on(self.lead)
        self.assertEqual(len(posted), 1)
        self.assertEqual(posted.message_id, received["Message-ID"])
        self.assertEqual(link.mail_message_id, posted)
        self.assertFalse(copy.exists())

    def test_received_by_the_gateway_first_then_linked(self):
        received = simple_mail()
        self.gateway(received, thread_id=self.lead.id)
        before = self.mails_on(self.lead)
        link = self.link(self.receive(received)[0])
        self.assertEqual(self.mails_on(self.lead), before)
        self.assertEqual(link.mail_message_id, before)

    def test_what_the_gateway_posted_stays_when_the_link_goes(self):
        received = simple_mail()
        self.gateway(received, thread_id=self.lead.id)
        link = self.link(self.receive(received)[0])
        self.client().unlink_message(link.id)
        self.assertEqual(len(self.mails_on(self.lead)), 1)

    def test_linked_and_received_at_the_same_time(self):
        """Neither transaction saw the other one: the next turn settles it."""
        received = simple_mail()
        mail = self.receive(received)[0]
        link = self.link(mail)
        links = type(self.env["crm.mail.link"])
        with patch.object(links, "_give_way", lambda self, header_id: None):
            self.gateway(received, thread_id=self.lead.id)
        self.assertEqual(len(self.mails_on(self.lead)), 2)
        self.work(mail.account_id)
        posted = self.mails_on(self.lead)
        self.assertEqual(posted.message_id, received["Message-ID"])
        self.assertEqual(link.mail_message_id, posted)

    def test_the_gateway_makes_a_record_of_a_mail_that_is_linked_elsewhere(self):
        received = simple_mail()
        self.link(self.receive(received)[0])
        lead_id = self.gateway(received)
        made = self.env["crm.lead"].browse(lead_id)
        self.assertNotEqual(made, self.lead)
        self.assertEqual(len(self.mails_on(made)), 1)
        self.assertEqual(len(self.mails_on(self.lead)), 1)

    def test_a_linked_conversation_does_not_look_like_a_mail_loop(self):
        """The gateway bounces whoever writes twenty mails on a record in two hours."""
        # without a name, which the gateway compares as well
        sender = "rosa@conti.example"
        received = (simple_mail(f"Mail {n}", sender=sender) for n in range(21))
        for mail in self.receive(*received):
            self.link(mail)
        real = simple_mail("The real one", sender=sender)
        self.gateway(real, thread_id=self.lead.id)
        self.assertIn("The real one", self.mails_on(self.lead).mapped("subject"))

    def test_two_mailboxes_share_one_message(self):
        received = simple_mail()
        first = self.link(self.receive(received)[0], content="fact")
        self.mailbox = Mailbox()
        second = self.link(self.receive(received)[0], content="whole")
        posted = self.mails_on(self.lead)
        self.assertEqual((first | second).mail_message_id, posted)
        self.assertIn("please send us the offer", posted.body)
        second.unlink()
        self.assertFalse(first.error)
        posted = self.mails_on(self.lead)
        self.assertEqual(first.mail_message_id, posted)
        self.assertNotIn("please send us the offer", posted.body, "the rest is private")
        first.unlink()
        self.assertFalse(self.mails_on(self.lead))

    def test_a_mail_without_message_id_is_not_taken_for_another_one(self):
        plain = []
        for number in range(2):
            mail = simple_mail(f"Plain {number}")
            del mail["Message-ID"]
            plain.append(mail)
        for mail in self.receive(*plain):
            self.link(mail)
        self.assertEqual(len(self.mails_on(self.lead)), 2)
