from odoo.tests import tagged

from .common import simple_mail
from .outgoing_common import OutgoingCase
from .tour_common import TourCase

NEWS = "News of the shop <news@shop.example>"


@tagged("post_install", "-at_install")
class TestFilterTours(OutgoingCase, TourCase):
    """Filters and out of office in Chromium, against the live servers."""

    def subjects(self, folder) -> set[str]:
        return {mail["Subject"] for mail in self.received(self.mailbox, folder)}

    def test_a_filter_is_made_from_a_mail_tried_run_and_taken_back(self):
        """[E4]"""
        weekly = [simple_mail(f"Weekly news {number}", NEWS) for number in range(3)]
        self.mailbox.append(*weekly, simple_mail("Offer"))
        self.sync(self.account)
        self.tour("crm_mail_accounts_filter")
        (made,) = self.env["crm.mail.filter"].search([])
        self.assertEqual(made.action_ids.folder_id.name, "News")
        self.sync(self.account)
        self.assertEqual(len(self.subjects("INBOX")), 4, "all are back")
        self.mailbox.append(simple_mail("Fresh news", NEWS), simple_mail("Order"))
        self.sync(self.account)
        self.sync(self.account)
        self.assertEqual(self.subjects("News"), {"Fresh news"})
        self.assertIn("Order", self.subjects("INBOX"))
        self.tour("crm_mail_accounts_filed")

    def test_out_of_office_is_switched_on_answers_once_and_ends(self):
        """[E6]"""
        self.mailbox.append(simple_mail("There before"))
        self.sync(self.account)
        self.tour("crm_mail_accounts_away")
        self.mailbox.append(self.to_me("Offer"), self.to_me("And another"))
        self.sync(self.account)
        (answer,) = self.received()
        self.assertEqual(answer["Auto-Submitted"], "auto-replied")
        text = answer.get_payload(0).get_payload(decode=True)
        self.assertIn(b"Dear Friend, I am at the sea.", text)
        self.tour("crm_mail_accounts_back")
        self.env["crm.mail.vacation.reply"].search([]).unlink()
        self.mailbox.append(self.to_me("Third"))
        self.sync(self.account)
        self.assertEqual(len(self.received()), 1)

    def to_me(self, subject):
        mail = simple_mail(subject, f"Friend <{self.friend.username}>")
        mail.replace_header("To", self.mailbox.username)
        mail["Return-Path"] = f"<{self.friend.username}>"
        return mail
