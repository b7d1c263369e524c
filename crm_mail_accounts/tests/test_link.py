from email.message import EmailMessage
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import Mailbox, MailCase, simple_mail

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360f8cfc0f01f0005000201a5f645400000000049454e44ae426082"
)


@tagged("post_install", "-at_install")
class TestLink(MailCase):
    """A mail in a record's chatter."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.contact = self.env["res.partner"].create(
            {"name": "Rosa Conti", "email": "rosa@conti.example"}
        )
        self.lead = self.env["crm.lead"].create(
            {
                "name": "Spring order",
                "type": "opportunity",
                "partner_id": self.contact.id,
                "user_id": self.owner.id,
            }
        )

    def receive(self, mail):
        self.mailbox.append(mail)
        account = self.new_account()
        self.work(account)
        return self.env["crm.mail.message"].search([("account_id", "=", account.id)])

    def rich_mail(self):
        mail = EmailMessage()
        mail["From"] = "Rosa Conti <rosa@conti.example>"
        mail["To"] = "Laura <laura@demo.test>"
        mail["Cc"] = "boss@conti.example"
        mail["Subject"] = "Drawings"
        mail["Date"] = "Mon, 02 Mar 2026 09:30:00 +0100"
        mail["Message-ID"] = "<drawings@conti.example>"
        mail.set_content("See the picture")
        mail.add_alternative(
            '<p>See <b>the picture</b></p><img src="cid:pic@1">'
            '<img src="https://track.example/p.gif"><script>alert(1)</script>',
            subtype="html",
        )
        mail.get_payload()[1].add_related(PIXEL, "image", "png", cid="<pic@1>")
        mail.add_attachment(
            b"%PDF-1.4 drawing",
            maintype="application",
            subtype="pdf",
            filename="Società disegno.pdf",
        )
        return mail

    def test_what_there_is_to_choose_before_linking(self):
        first = simple_mail("Offer")
        answer = simple_mail("Re: Offer")
        answer["References"] = first["Message-ID"]
        self.mailbox.append(first, answer)
        account = self.new_account(link_content="text")
        self.work(account)
        mail = self.env["crm.mail.message"].search(
            [("account_id", "=", account.id)], limit=1
        )
        options = self.client().link_options(mail.id)
        self.assertEqual((options["content"], options["mails"]), ("text", 2))
        self.assertEqual(options["models"][0]["model"], "crm.lead")
        links = self.client().link_thread(mail.id, "crm.lead", self.lead.id)
        self.assertEqual(
            {link["message_id"] for link in links}, set(mail.thread_id.message_ids.ids)
        )

    def test_who_reads_what_a_record_shows(self):
        """[F9] Lesson 27: whom a link tells is said before it is made."""
        client = self.client()
        told = client.link_audience("crm.lead", self.lead.id)
        self.assertNotIn(self.colleague.name, told["names"])
        self.assertEqual(told["outside"], [])
        told = client.link_audience("res.partner", self.contact.id)
        self.assertIn(self.colleague.name, told["names"])
        self.assertNotIn(self.owner.name, told["names"])
        portal = new_test_user(self.env, "customer", groups="base.group_portal")
        portal.partner_id.parent_id = self.contact
        self.contact.message_subscribe(portal.partner_id.ids)
        told = client.link_audience("res.partner", self.contact.id)
        reads = self.contact.with_user(portal).has_access("read")
        self.assertEqual(portal.name in told["outside"], reads)
        self.assertTrue(reads, "a customer reads their own company")
        with patch("odoo.addons.crm_mail_accounts.tools.link_audience.ASKED", 1):
            told = client.link_audience("res.partner", self.contact.id)
        self.assertIs(told["names"], False)

    def test_the_record_shows_the_mail_as_the_host_shows_one(self):
        """[F9]"""
        mail = self.receive(self.rich_mail())
        link = self.client().link_message(mail.id, "crm.lead", self.lead.id)
        posted = self.env["crm.mail.link"].browse(link["id"]).mail_message_id
        self.assertEqual(posted, self.lead.message_ids[0])
        self.assertEqual(posted.message_type, "email")
        self.assertEqual(posted.subject, "Drawings")
        self.assertEqual(str(posted.date), "2026-03-02 08:30:00")
        self.assertEqual(posted.author_id, self.contact)
        self.assertIn("laura@demo.test", posted.incoming_email_to)
        self.assertIn("boss@conti.example", posted.incoming_email_cc)
        self.assertIn("<b>the picture</b>", posted.body)
        self.assertIn("/web/image/", posted.body, "the inline picture is shown")
        self.assertNotIn("track.example", posted.body)
        self.assertNotIn("<script", posted.body)
        self.assertIn("Società disegno.pdf", posted.attachment_ids.mapped("name"))

    def test_linking_notifies_nobody_and_makes_nobody_a_follower(self):
        """Law 14."""
        self.lead.message_subscribe(partner_ids=self.contact.ids)
        mail = self.receive(simple_mail())
        followers = self.lead.message_follower_ids
        mails = self.env["mail.mail"].search_count([])
        self.client().link_message(mail.id, "crm.lead", self.lead.id)
        self.assertEqual(self.lead.message_follower_ids, followers)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertFalse(self.lead.message_ids[0].notification_ids)

    def test_the_gateway_does_not_drop_a_mail_that_was_linked(self):
        """Law 14: the same mail may also reach an alias."""
        received = simple_mail()
        mail = self.receive(received)
        self.client().link_message(mail.id, "res.partner", self.contact.id)
        lead_id = self.env["mail.thread"].message_process(
            "crm.lead", received.as_string()
        )
        self.assertTrue(lead_id)

    def test_linking_twice_is_one_link_and_one_message(self):
        mail = self.receive(simple_mail())
        first = self.client().link_message(mail.id, "crm.lead", self.lead.id)
        count = len(self.lead.message_ids)
        again = self.client().link_message(mail.id, "crm.lead", self.lead.id)
        self.assertEqual(first["id"], again["id"])
        self.assertEqual(len(self.lead.message_ids), count)

    def test_taking_a_link_back_takes_the_message_back(self):
        mail = self.receive(simple_mail())
        before = self.lead.message_ids
        link = self.client().link_message(mail.id, "crm.lead", self.lead.id)
        self.client().unlink_message(link["id"])
        self.assertEqual(self.lead.message_ids, before)
        self.assertFalse(mail.link_ids)

    def test_a_record_that_the_user_may_not_write_takes_no_mail(self):
        mail = self.receive(simple_mail())
        self.lead.user_id = self.colleague
        with self.assertRaises(AccessError):
            self.client().link_message(mail.id, "crm.lead", self.lead.id)
        self.assertFalse(mail.link_ids)

    def test_a_record_without_chatter_takes_no_mail(self):
        mail = self.receive(simple_mail())
        with self.assertRaisesRegex(UserError, "has a chatter"):
            self.client().link_message(mail.id, "res.currency", 1)

    def test_a_mail_that_cannot_be_fetched_leaves_no_link_behind(self):
        mail = self.receive(simple_mail())
        mail.account_id.imap_port = 1
        mail._raw_attachment().unlink()
        with self.assertRaisesRegex(UserError, "does not answer on port 1"):
            self.client().link_message(mail.id, "crm.lead", self.lead.id)
        self.assertFalse(mail.link_ids)

    def test_a_linked_mail_is_readable_by_whoever_reads_the_record(self):
        """Law 11: through the record, and only there."""
        mail = self.receive(simple_mail())
        self.lead.user_id = self.owner
        self.client().link_message(mail.id, "crm.lead", self.lead.id)
        posted = self.lead.message_ids[0]
        self.assertTrue(posted.with_user(self.administrator).has_access("read"))
        self.assertFalse(mail.with_user(self.administrator).has_access("read"))
        self.assertFalse(posted.with_user(self.colleague).has_access("read"))

    def test_a_hostile_attachment_is_stored_as_text(self):
        received = simple_mail()
        received.add_attachment(
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            maintype="image",
            subtype="svg+xml",
            filename="x.svg",
        )
        mail = self.receive(received)
        self.client().link_message(mail.id, "crm.lead", self.lead.id)
        attachment = self.lead.message_ids[0].attachment_ids
        self.assertEqual(attachment.mimetype, "text/plain")

    def test_the_body_is_not_asked_of_the_server_twice(self):
        mail = self.receive(simple_mail())
        self.client().open_message(mail.id)
        with patch.object(
            type(mail.account_id), "_open_imap__", side_effect=AssertionError
        ):
            self.client().link_message(mail.id, "crm.lead", self.lead.id)
        self.assertTrue(mail.link_ids)
