from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import Mailbox, simple_mail
from .link_common import LinkCase


@tagged("post_install", "-at_install")
class TestLinkRecords(LinkCase):
    """Records that know their mail, and what becomes of links when they change."""

    def rows(self, record=None, user=None):
        record = record or self.lead
        return self.client(user).record_messages(record._name, record.id)

    def test_a_record_lists_the_mail_that_is_linked_to_it(self):
        mail = self.receive(simple_mail("Drawings"))
        link = self.link(mail)
        rows = self.rows()
        self.assertEqual([row["subject"] for row in rows], ["Drawings"])
        self.assertEqual(rows[0]["message_id"], mail.id)
        self.assertEqual(rows[0]["link_id"], link.id)
        self.assertIn("Linked by", rows[0]["reason"])
        count = self.client().record_mail_count("crm.lead", self.lead.id)
        self.assertEqual(count, 1)

    def test_a_colleague_sees_that_mail_as_far_as_the_record_shows_it(self):
        """Lesson 27: neither the mail nor a way to it."""
        self.link(self.receive(simple_mail("Drawings")), content="fact")
        self.lead.user_id = self.colleague
        row = self.rows(user=self.colleague)[0]
        self.assertFalse(row["message_id"])
        self.assertEqual(row["mailbox"], self.owner.name)
        self.assertEqual(row["subject"], "Drawings")
        self.assertEqual(row["content"], "fact")

    def test_who_does_not_read_the_record_is_told_nothing(self):
        self.link(self.receive(simple_mail()))
        for method in ("record_messages", "record_mail_count"):
            with self.assertRaises(AccessError):
                getattr(self.client(self.colleague), method)("crm.lead", self.lead.id)

    def test_ones_own_mail_from_a_contact_is_listed_though_it_is_not_linked(self):
        mail = self.receive(simple_mail("Not linked"))
        rows = self.rows(self.contact)
        self.assertEqual([row["message_id"] for row in rows], mail.ids)
        self.assertFalse(rows[0]["link_id"])
        self.assertFalse(self.rows(self.contact, self.administrator))
        client = self.client(self.administrator)
        self.assertEqual(client.record_mail_count("res.partner", self.contact.id), 0)

    def test_ones_own_mail_to_a_contact_is_listed_with_whom_it_went_to(self):
        account = self.new_account()
        mail = simple_mail("Our offer", sender=account.email)
        mail.replace_header("To", "Rosa Conti <Rosa@Conti.example>, x@other.example")
        near = simple_mail("To a namesake", sender=account.email)
        near.replace_header("To", "rosa@conti.example.org")
        own = self.receive(mail, near, folder="Sent", account=account)[0]
        (row,) = self.rows(self.contact)
        self.assertEqual((row["message_id"], row["link_id"]), (own.id, False))
        self.assertEqual(row["to"], "Rosa Conti, x@other.example")
        self.assertFalse(self.rows(self.contact, self.administrator))
        count = self.client().record_mail_count("res.partner", self.contact.id)
        self.assertEqual(count, 1)
        self.link(own, self.contact)
        (row,) = self.rows(self.contact)
        self.assertEqual(row["to"], "Rosa Conti, x@other.example")

    def test_a_mail_about_a_record_goes_to_its_contact(self):
        self.new_account()
        place = {"model": "crm.lead", "res_id": self.lead.id}
        started = self.client().compose_start("new", False, {"record": place})
        self.assertEqual(
            started["to"], [{"name": "Rosa Conti", "email": "rosa@conti.example"}]
        )
        self.assertEqual(started["record"], {**place, "name": "Spring order"})
        other = {"name": "", "email": "x@other.example"}
        values = {"record": place, "to": [other]}
        self.assertEqual(
            self.client().compose_start("new", False, values)["to"], [other]
        )
        stranger = self.new_lead(
            "From the web",
            partner_id=False,
            contact_name="Ugo Neri",
            email_from="UGO@neri.example",
        )
        place = {"model": "crm.lead", "res_id": stranger.id}
        started = self.client().compose_start("new", False, {"record": place})
        self.assertEqual(
            started["to"], [{"name": "Ugo Neri", "email": "ugo@neri.example"}]
        )

    def test_a_mail_is_not_begun_about_a_record_that_is_not_ones_own(self):
        self.new_account(user_id=self.colleague.id)
        values = {"record": {"model": "crm.lead", "res_id": self.lead.id}}
        with self.assertRaises(AccessError):
            self.client(self.colleague).compose_start("new", False, values)

    def test_a_lead_keeps_its_mail_when_it_becomes_an_opportunity(self):
        self.lead.type = "lead"
        link = self.link(self.receive(simple_mail()))
        self.lead.convert_opportunity(self.contact)
        self.assertEqual(self.lead.type, "opportunity")
        self.assertTrue(link.exists())
        self.assertEqual(link.mail_message_id, self.mails_on(self.lead))

    def test_merged_opportunities_hand_over_their_mail(self):
        other = self.new_lead("Other")
        link = self.link(self.receive(simple_mail()), other)
        kept = (self.lead | other).merge_opportunity()
        self.env.invalidate_all()
        self.assertEqual((link.res_model, link.res_id), ("crm.lead", kept.id))
        self.assertEqual(link.mail_message_id, self.mails_on(kept))

    def test_a_mail_on_both_of_two_merged_opportunities_is_there_once(self):
        other = self.new_lead("Other")
        mail = self.receive(simple_mail())
        self.link(mail, other)
        self.link(mail)
        kept = (self.lead | other).merge_opportunity()
        self.env.invalidate_all()
        self.assertEqual(mail.link_ids.res_id, kept.id)
        self.assertEqual(len(mail.link_ids), 1)
        self.assertEqual(len(self.mails_on(kept)), 1)

    def test_merged_contacts_hand_over_their_mail(self):
        double = self.contact.copy({"email": self.contact.email})
        link = self.link(self.receive(simple_mail()), double)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((double | self.contact).ids, self.contact)
        self.env.invalidate_all()
        self.assertEqual(link.res_id, self.contact.id)
        self.assertEqual(link.mail_message_id, self.mails_on(self.contact))

    def test_a_deleted_record_lets_its_mail_go(self):
        mail = self.receive(simple_mail())
        link = self.link(mail)
        self.lead.unlink()
        self.env.invalidate_all()
        self.assertFalse(link.exists())
        self.assertTrue(mail.exists())

    def test_a_record_that_goes_before_its_mail_was_posted(self):
        mail = self.receive(simple_mail(), link_rule="on")
        mail.account_id._arrived_linking(mail)
        self.lead.unlink()
        self.work(mail.account_id)
        self.assertEqual(mail.link_ids.mapped("res_model"), ["res.partner"])

    def test_the_files_of_a_mail_go_with_it(self):
        received = simple_mail()
        received.add_attachment(
            b"x", maintype="application", subtype="pdf", filename="a.pdf"
        )
        link = self.link(self.receive(received))
        files = self.mails_on(self.lead).attachment_ids
        self.assertTrue(files)
        self.client().unlink_message(link.id)
        self.assertFalse(files.exists())

    # -- choosing --------------------------------------------------------------------

    def test_a_conversation_is_linked_as_a_whole(self):
        first = simple_mail("First")
        mails = self.receive(first, self.answer_to(first["Message-ID"]))
        mails.account_id._request_sync()
        for mail in mails:
            mail._raw_attachment().unlink()
        links = self.client().link_thread(mails[0].id, "crm.lead", self.lead.id)
        self.assertEqual(len(links), 2)
        self.work(mails.account_id)
        self.assertEqual(len(self.mails_on(self.lead)), 2)

    def test_one_mail_belongs_to_several_records(self):
        mail = self.receive(simple_mail())
        self.link(mail)
        self.link(mail, self.contact)
        self.assertEqual(len(mail.link_ids), 2)

    def test_the_search_proposes_what_has_to_do_with_the_sender(self):
        self.env["crm.lead"].create(
            {"name": "Spring of others", "type": "opportunity", "user_id": False}
        )
        mail = self.receive(simple_mail())
        found = self.client().search_records(mail.id, "spring")
        self.assertEqual(found[0]["res_id"], self.lead.id)
        found = self.client().search_records(mail.id)
        self.assertEqual(
            {(one["model"], one["res_id"]) for one in found},
            {("crm.lead", self.lead.id), ("res.partner", self.contact.id)},
        )

    def test_any_model_with_a_chatter_can_be_searched(self):
        mail = self.receive(simple_mail())
        models = [one["model"] for one in self.client().link_options(mail.id)["models"]]
        self.assertEqual(models[0], "crm.lead")
        self.assertNotIn("discuss.channel", models)
        team = self.env["crm.team"].create({"name": "Team of springs"})
        found = self.client().search_records(mail.id, "of springs", "crm.team")
        self.assertEqual([one["res_id"] for one in found], team.ids)
        with self.assertRaises(UserError):
            self.client().search_records(mail.id, "a", "res.currency")

    def test_a_talk_between_people_takes_no_mail(self):
        mail = self.receive(simple_mail())
        channel = self.env["discuss.channel"].create({"name": "Talk"})
        with self.assertRaises(UserError):
            self.client().link_message(mail.id, "discuss.channel", channel.id)

    def test_suggestions_are_accepted_or_dismissed(self):
        mail = self.receive(simple_mail())
        found = self.client().link_suggestions(mail.id)
        self.assertEqual(
            {one["res_id"] for one in found}, {self.lead.id, self.contact.id}
        )
        self.assertTrue(all(one["reason"].startswith("Rule:") for one in found))
        self.assertFalse(mail.link_ids)
        self.client().dismiss_suggestion(mail.id, "crm.lead", self.lead.id)
        self.client().link_message(mail.id, "res.partner", self.contact.id)
        self.assertFalse(self.client().link_suggestions(mail.id))
        mail.account_id.link_rule = "off"
        mail.link_ids.unlink()
        self.assertFalse(self.client().link_suggestions(mail.id))

    def test_a_link_survives_the_mail_and_the_mailbox(self):
        """[D4] [D5] The third case: deleted from the mailbox while linked."""
        mail = self.receive(simple_mail("Kept"))
        link = self.link(mail)
        account = mail.account_id
        with self.mailbox.client() as client:
            client.select("INBOX")
            client.store("1", "+FLAGS", r"(\Deleted)")
            client.expunge()
        account.folder_ids.write({"checked_at": False, "scanned_at": False})
        self.work(account)
        self.assertEqual(mail.state, "unplaced")
        self.assertTrue(link.exists())
        account.unlink()
        self.assertTrue(link.exists())
        self.client().unlink_message(link.id)
        self.assertFalse(mail.exists(), "nothing keeps it any more")

    def test_two_mailboxes_are_one_line(self):
        received = simple_mail()
        self.link(self.receive(received)[0])
        self.mailbox = Mailbox()
        self.link(self.receive(received)[0])
        self.assertEqual(len(self.rows()), 1)
        count = self.client().record_mail_count("crm.lead", self.lead.id)
        self.assertEqual(count, 1)
