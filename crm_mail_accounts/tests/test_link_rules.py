from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.link_posting import LinkPosting
from .common import simple_mail
from .link_common import LinkCase


@tagged("post_install", "-at_install")
class TestLinkRules(LinkCase):
    """What is linked without being asked, and what never is."""

    def arrive(self, *mails, **values):
        """Mails come in and the rules look at them; then a turn posts the links."""
        folder = values.pop("folder", "INBOX")
        account = values.pop("account", None)
        rows = self.receive(
            *mails, folder=folder, account=account, **{"link_rule": "on", **values}
        )
        self.arrived(rows)
        return rows

    def arrived(self, rows):
        rows.account_id._arrived_linking(rows)
        self.work(rows.account_id)

    def places(self, mail):
        return {(link.res_model, link.res_id) for link in mail.link_ids}

    def place(self, record):
        return (record._name, record.id)

    def test_a_mail_from_a_contact_goes_to_it_and_to_its_only_opportunity(self):
        mail = self.arrive(simple_mail())
        self.assertEqual(
            self.places(mail), {self.place(self.contact), self.place(self.lead)}
        )
        self.assertEqual(len(self.mails_on(self.lead)), 1)
        self.assertEqual(len(self.mails_on(self.contact)), 1)
        reasons = mail.link_ids.mapped("reason")
        self.assertIn("Rule: from or to this contact", reasons)
        self.assertIn("Rule: the contact's only open opportunity", reasons)

    def test_new_mail_is_linked_by_the_turn_that_brings_it(self):
        account = self.receive(simple_mail("Old"), link_rule="on").account_id
        mail = self.receive(simple_mail("New"), account=account)
        self.assertEqual(self.mails_on(self.lead).mapped("subject"), ["New"])
        self.assertTrue(all(link.by_rule for link in mail.link_ids))

    def test_of_two_open_opportunities_none_is_guessed(self):
        self.new_lead("Another order")
        mail = self.arrive(simple_mail())
        self.assertEqual(self.places(mail), {self.place(self.contact)})

    def test_a_won_opportunity_is_no_open_one(self):
        self.new_lead("Old order").action_set_won()
        mail = self.arrive(simple_mail())
        self.assertIn(self.place(self.lead), self.places(mail))

    def test_what_is_sent_from_another_program_is_linked_too(self):
        """[F8]"""
        account = self.new_account(link_rule="on")
        self.work(account)
        sent = simple_mail("Our offer", sender=account.email)
        sent.replace_header("To", "Rosa <rosa@conti.example>")
        mail = self.arrive(sent, folder="Sent", account=account)
        self.assertEqual(mail.folder_id.role, "sent")
        self.assertIn(self.place(self.lead), self.places(mail))

    def test_an_answer_in_a_linked_conversation_is_linked(self):
        """[F9] Whoever writes it, as long as it names a mail that is linked."""
        first = simple_mail()
        mail = self.receive(first, link_rule="on")
        other = self.new_lead("Other", partner_id=False)
        self.link(mail, other)
        answer = self.answer_to(first["Message-ID"], sender="boss@new.example")
        answers = self.arrive(answer, account=mail.account_id)
        self.assertEqual(self.places(answers), {self.place(other)})
        self.assertIn("conversation", answers.link_ids.reason)

    def test_a_linked_mail_that_is_not_named_is_in_the_conversation_all_the_same(self):
        root, first = simple_mail(), "<first@conti.example>"
        second = self.answer_to(root["Message-ID"], subject="Second")
        mails = self.receive(root, second, link_rule="on")
        other = self.new_lead("Other", partner_id=False)
        self.link(mails[1], other)
        late = self.answer_to(root["Message-ID"], first, sender="boss@new.example")
        answers = self.arrive(late, account=mails.account_id)
        self.assertEqual(self.places(answers), {self.place(other)})

    def test_two_new_mails_of_one_conversation_stay_together(self):
        first = simple_mail()
        answer = self.answer_to(first["Message-ID"], sender="boss@new.example")
        mails = self.arrive(first, answer)
        self.assertEqual(self.places(mails[1]), self.places(mails[0]))

    def test_an_answer_to_a_message_of_the_host_goes_to_its_record(self):
        other = self.new_lead("Other", partner_id=False)
        message = other.message_post(body="Our offer", message_type="comment")
        mail = self.arrive(self.answer_to(message.message_id, sender="x@new.example"))
        self.assertEqual(self.places(mail), {self.place(other)})
        self.assertIn("answers a message", mail.link_ids.reason)

    def test_what_a_rule_never_links(self):
        """Internal, excluded, from a list, automatic; lesson 29."""
        self.colleague.email = "paolo@house.example"
        internal = simple_mail("Internal", sender="paolo@house.example")
        internal.replace_header("To", self.owner.email or "x@house.example")
        mails = self.arrive(
            internal,
            simple_mail("Excluded", sender="rosa@conti.example", Cc="a@bank.example"),
            simple_mail("List", List_Id="<news.conti.example>"),
            simple_mail("Automatic", Auto_Submitted="auto-generated"),
            simple_mail("Bulk", Precedence="bulk"),
            simple_mail("Mine"),
            never_link="bank.example",
        )
        self.assertEqual(
            mails.filtered("link_ids").mapped("subject"), ["Mine"], mails.link_ids
        )

    def test_junk_is_never_linked(self):
        account = self.new_account(link_rule="on")
        self.work(account)
        name = self.folder(account, "junk").raw
        mail = self.arrive(simple_mail(), folder=name, account=account)
        self.assertFalse(mail.link_ids)

    def test_rules_link_nothing_unless_they_are_on(self):
        for rule in ("off", "ask"):
            mail = self.arrive(simple_mail(), link_rule=rule)
            self.assertFalse(mail.link_ids, rule)

    def test_a_record_that_the_owner_may_not_write_is_never_linked(self):
        self.lead.user_id = self.colleague
        mail = self.arrive(simple_mail())
        self.assertEqual(self.places(mail), {self.place(self.contact)})

    def test_a_conversation_on_a_closed_record_stays_closed(self):
        """A link that another one made is no right to the record."""
        first = simple_mail()
        mail = self.receive(first, link_rule="on")
        self.link(mail)
        self.lead.user_id = self.colleague
        answer = self.answer_to(first["Message-ID"], sender="boss@new.example")
        self.assertFalse(self.arrive(answer, account=mail.account_id).link_ids)

    def test_what_was_taken_back_is_not_linked_again(self):
        mail = self.arrive(simple_mail())
        link = mail.link_ids.filtered(lambda one: one.res_model == "crm.lead")
        self.client().unlink_message(link.id)
        self.arrived(mail)
        self.assertEqual(self.places(mail), {self.place(self.contact)})

    def test_what_is_posted_is_what_the_mailbox_says(self):
        mail = self.arrive(simple_mail(), link_content="fact")
        posted = self.mails_on(self.lead)
        self.assertNotIn("please send us the offer", posted.body)
        self.assertEqual(posted.subject, mail.subject)
        self.assertFalse(mail._cached_raw() and posted.attachment_ids)

    def test_the_text_alone_has_no_attachment(self):
        received = simple_mail()
        received.add_attachment(
            b"secret", maintype="application", subtype="pdf", filename="a.pdf"
        )
        self.arrive(received, link_content="text")
        posted = self.mails_on(self.lead)
        self.assertIn("please send us the offer", posted.body)
        self.assertFalse(posted.attachment_ids)

    def test_a_link_that_a_record_refuses_stops_neither_the_sync_nor_the_others(self):
        create = type(self.env["crm.lead"])._message_create

        def refuse(records, values_list):
            if any(values["subject"] == "Bad" for values in values_list):
                raise ValueError("no")
            return create(records, values_list)

        with patch.object(type(self.env["crm.lead"]), "_message_create", refuse):
            mails = self.arrive(simple_mail("Bad"), simple_mail("Good"))
        self.assertEqual(self.mails_on(self.lead).mapped("subject"), ["Good"])
        bad = mails[0].link_ids.filtered(lambda one: one.res_model == "crm.lead")
        self.assertTrue(bad.error)
        self.assertFalse(bad.waiting)
        self.assertFalse(mails.account_id.error_message)

    def test_a_mail_that_our_reader_stumbles_over_spoils_no_other_one(self):
        mails = self.receive(
            *(simple_mail(subject) for subject in ("Bad", "Good")), link_rule="on"
        )
        mails.account_id._arrived_linking(mails)
        mails._raw_attachments().unlink()
        told_by = type(mails)._told_by

        def stumble(message, mail):
            if message.subject == "Bad":
                raise KeyError("odd")
            return told_by(message, mail)

        with (
            patch.object(type(mails), "_told_by", stumble),
            mute_logger("odoo.addons.crm_mail_accounts.models.crm_mail_message_raw"),
        ):
            self.work(mails.account_id)
        self.assertEqual(
            set(self.mails_on(self.lead).mapped("subject")), {"Bad", "Good"}
        )
        self.assertEqual(mails._with_cached_raw(), mails)
        self.assertFalse(mails.account_id.error_message)

    def test_no_transaction_waits_for_a_body(self):
        """Law 8: bodies are fetched between two transactions."""
        fetch = LinkPosting._fetch
        mails = self.receive(*(simple_mail(f"{n}") for n in range(3)), link_rule="on")
        mails.account_id._arrived_linking(mails)
        for mail in mails:
            mail._raw_attachment().unlink()
        asked = []

        def watched(posting, task, wanted):
            asked.append(len(wanted))
            return fetch(posting, task, wanted)

        with patch.object(LinkPosting, "_fetch", watched):
            self.work(mails.account_id)
        self.assertEqual(asked, [3], "one command for all of them")
        self.assertEqual(len(self.mails_on(self.lead)), 3)

    def test_statements_do_not_grow_with_the_mails(self):
        """A batch of links costs a few statements, however many mails."""
        mails = self.receive(*(simple_mail(f"{n}") for n in range(12)), link_rule="on")
        account = mails.account_id
        counts = []
        for rows in (mails[:2], mails[2:]):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            account._arrived_linking(rows)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(mails.link_ids), 24)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_posting_costs_a_few_statements_for_each_mail(self):
        """Fetched, kept, indexed and shown on two records each."""
        mails = self.receive(*(simple_mail(f"{n}") for n in range(40)), link_rule="on")
        account = mails.account_id
        counts = []
        for rows in (mails[:5], mails[5:]):
            rows._raw_attachments().unlink()
            account._arrived_linking(rows)
            before = self.env.cr.sql_log_count
            self.work(account)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(self.mails_on(self.lead)), 40)
        self.assertLess((counts[1] - counts[0]) / 30, 2)

    def test_older_mails_are_linked_on_request(self):
        mails = self.receive(*(simple_mail(f"{n}") for n in range(5)))
        account = mails.account_id
        self.assertEqual(account._count_backfill(False, 1000), (5, 5))
        with patch(
            "odoo.addons.crm_mail_accounts.models.crm_mail_account_linking"
            ".BACKFILL_BATCH",
            2,
        ):
            account.with_user(self.owner)._start_backfill()
            self.work(account)
        self.assertEqual(len(self.mails_on(self.lead)), 5)
        self.assertFalse(account.link_backfill_below)
        self.assertEqual(account._count_backfill(False, 1000), (0, 5))

    def test_older_mails_are_counted_before_they_are_linked(self):
        mails = self.receive(*(simple_mail(f"{n}") for n in range(3)))
        wizard = (
            self.env["crm.mail.link.backfill"]
            .with_user(self.owner)
            .create({"account_id": mails.account_id.id, "since": False})
        )
        self.assertEqual((wizard.link_count, wizard.mail_count), (3, 3))
        wizard.action_link()
        self.work(mails.account_id)
        self.assertEqual(len(mails.filtered("link_ids")), 3)
        with self.assertRaises(AccessError):
            wizard.with_user(self.colleague).action_link()
