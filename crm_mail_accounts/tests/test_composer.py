import re

from odoo.tests import tagged

from .common import simple_mail
from .outgoing_common import OutgoingCase
from .tour_common import TourCase


@tagged("post_install", "-at_install")
class TestComposer(OutgoingCase, TourCase):
    """Writing a mail in Chromium, against the live servers."""

    def mails(self):
        return self.env["crm.mail.outgoing"].search([("user_id", "=", self.owner.id)])

    def test_an_answer_arrives_and_lies_in_sent(self):
        drawings = simple_mail("Drawings for the order", sender=self.friend.username)
        self.mailbox.append(drawings)
        self.sync(self.account)
        self.tour("crm_mail_accounts_reply")
        self.send(*self.mails())
        (got,) = self.received()
        self.assertEqual(got["Subject"], "Re: Drawings for the order")
        text = got.get_body(("html",)) if hasattr(got, "get_body") else None
        raw = (text or got).as_string()
        self.assertIn("the drawings are fine", re.sub(r"=\n", "", raw))
        self.assertTrue(got["In-Reply-To"])
        self.assertEqual(len(self.in_sent()), 1)

    def test_a_mail_that_waits_is_edited_and_waits_no_longer(self):
        """[D7]"""
        self.tour("crm_mail_accounts_schedule")
        (mail,) = self.mails()
        self.assertEqual(mail.state, "draft")
        self.assertEqual(mail.subject, "Offer of summer")
        self.assertEqual(mail.recipients["to"], [["", "rosa@conti.example"]])
        self.assertIn("Good morning", mail.body_html)
        self.assertEqual(self.received(), [])

    def test_a_draft_outlives_its_tab(self):
        self.tour("crm_mail_accounts_killed_tab")
        (mail,) = self.mails()
        self.assertEqual((mail.state, mail.subject), ("draft", "Half a mail"))
