from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import simple_mail
from .outgoing_common import OutgoingCase
from .tour_common import TourCase


@tagged("post_install", "-at_install")
class TestLinkTours(OutgoingCase, TourCase):
    """Mail and records in Chromium, against the live servers."""

    def setUp(self):
        super().setUp()
        self.contact = self.env["res.partner"].create(
            {"name": "Rosa Conti", "email": self.friend.username}
        )
        self.lead = self.new_lead("Spring order", partner_id=self.contact.id)
        drawings = simple_mail("Drawings for the order", sender=self.friend.username)
        self.mailbox.append(drawings)
        self.sync(self.account)
        self.drawings = self.messages(self.account, subject="Drawings for the order")

    def new_lead(self, name, **values):
        return self.env["crm.lead"].create(
            {
                "name": name,
                "type": "opportunity",
                "user_id": self.owner.id,
                **values,
            }
        )

    def links(self, record):
        return self.env["crm.mail.link"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )

    def test_a_mail_is_linked_taken_back_and_becomes_an_opportunity(self):
        """[F9]"""
        warehouse = self.new_lead("New warehouse")
        self.tour("crm_mail_accounts_link")
        self.assertFalse(self.links(warehouse))
        self.assertFalse(
            warehouse.message_ids.filtered(lambda one: one.message_type == "email")
        )
        (made,) = self.env["crm.lead"].search([("name", "=", "Summer order")])
        (link,) = self.links(made)
        self.assertEqual(link.message_id, self.drawings)
        self.assertEqual(made.partner_id, self.contact)

    def test_a_mail_is_answered_and_linked_and_the_answer_follows(self):
        """[F9] The conversation is on the record: so is what is written in it."""
        self.account.link_rule = "on"
        self.tour("crm_mail_accounts_reply_and_link")
        (mail,) = self.env["crm.mail.outgoing"].search([("state", "=", "queued")])
        self.send(mail)
        self.sync(self.account)
        (got,) = self.received()
        self.assertEqual(got["Subject"], "Re: Drawings for the order")
        (copy,) = self.messages(self.account, subject="Re: Drawings for the order")
        self.assertEqual(self.links(self.lead).message_id, self.drawings | copy)

    def test_a_record_answers_and_writes_mail_that_is_linked_to_it(self):
        """[F9]"""
        self.client().link_message(self.drawings.id, "crm.lead", self.lead.id)
        self.tour("crm_mail_accounts_record_mail", f"/odoo/crm.lead/{self.lead.id}")
        self.send()
        subjects = [mail["Subject"] for mail in self.received()]
        self.assertCountEqual(
            subjects, ["Re: Drawings for the order", "Our spring offer"]
        )
        self.sync(self.account)
        self.assertCountEqual(
            self.links(self.lead).message_id.mapped("subject"),
            ["Drawings for the order", *subjects],
        )

    def test_linked_mail_is_counted_and_leads_to_its_record(self):
        answer = simple_mail("Re: Drawings", sender=self.account.email)
        answer.replace_header("To", self.friend.username)
        answer["References"] = self.drawings.message_id
        self.mailbox.append(answer, folder="Sent")
        self.sync(self.account)
        answer = self.messages(self.account, subject="Re: Drawings")
        now = fields.Datetime.now()
        self.drawings.sent_at = now - timedelta(hours=3)
        answer.sent_at = now - timedelta(hours=1)
        for mail in self.drawings | answer:
            self.client().link_message(mail.id, "crm.lead", self.lead.id)
        self.tour("crm_mail_accounts_report", "/odoo/crm")
