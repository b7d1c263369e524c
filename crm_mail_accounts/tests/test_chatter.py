import json
from datetime import timedelta
from email import message_from_bytes, policy
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.mail.tools.discuss import Store

from .chatter_common import ChatterCase
from .common import Mailbox, simple_mail
from .tour_common import TourCase


@tagged("post_install", "-at_install")
class TestChatter(ChatterCase):
    """A message of a record's chatter leaves as one mail from a mailbox."""

    def test_the_customers_get_one_real_mail(self):
        other = Mailbox()
        follower = self.env["res.partner"].create(
            {"name": "Paolo Bianchi", "email": other.username}
        )
        self.lead.message_subscribe(follower.ids)
        message = self.post()
        self.send(*self.outgoing())
        for mailbox in (self.friend, other):
            (raw,) = self.raws(mailbox)
            got = message_from_bytes(raw, policy=policy.default)
            self.assertEqual(got["From"], f"Laura <{self.account.email}>")
            self.assertEqual(got["To"], f"Rosa Conti <{self.friend.username}>")
            self.assertEqual(got["Cc"], f"Paolo Bianchi <{other.username}>")
            self.assertEqual(got["Subject"], "Spring order")
            self.assertEqual(got["Message-ID"], message.message_id)
            self.assertNotIn("Reply-To", got)
            text = got.get_body(("plain",)).get_content()
            self.assertIn("Here is our offer", text)
            self.assertIn("Laura, Sales", text)
            self.assertNotIn("Odoo", raw.decode())
        self.assertEqual(len(self.in_sent()), 1)
        self.assertEqual(self.comments(), message)
        self.assertNotIn("Laura, Sales", message.body)

    def test_colleagues_are_notified_as_usual(self):
        self.colleague.notification_type = "email"
        inbox = new_test_user(self.env, login="mail_inbox", groups="base.group_user")
        inbox.notification_type = "inbox"
        self.lead.message_subscribe(inbox.partner_id.ids)
        message = self.post()
        (mail,) = self.host_mails(message)
        self.assertEqual(mail.recipient_ids, self.colleague.partner_id)
        self.assertIn(self.friend.username, mail.headers, "for an answer to all")
        self.assertEqual(
            self.statuses(message),
            {
                self.customer: "ready",
                self.colleague.partner_id: "ready",
                inbox.partner_id: "sent",
            },
        )
        self.assertEqual(len(self.outgoing()), 1)

    def test_its_copy_in_sent_is_linked_and_not_posted_again(self):
        message = self.post()
        self.send(*self.outgoing())
        self.sync(self.account)
        (link,) = self.env["crm.mail.link"].search([("res_id", "=", self.lead.id)])
        self.assertEqual(link.mail_message_id, message)
        self.assertFalse(link.own_copy)
        self.assertEqual(link.message_id.folder_id.role, "sent")
        self.assertEqual(self.comments(), message)
        link.with_user(self.owner).unlink()
        self.assertEqual(self.comments(), message, "it was not the link's")

    def test_a_message_that_was_deleted_is_not_posted_again(self):
        message = self.post()
        self.send(*self.outgoing())
        message.unlink()
        self.sync(self.account)
        self.assertFalse(self.comments())

    def test_the_message_shows_what_became_of_the_mail(self):
        """Accepted, refused by the server, and come back later."""
        wrong = self.env["res.partner"].create(
            {"name": "Wrong", "email": "refused@live.test"}
        )
        message = self.post(partners=self.customer | wrong)
        mail = self.outgoing()
        mail._note_results({self.friend.username: ""}, "accepted")
        mail._note_results({wrong.email: "550 unknown"}, "refused")
        mail._end_sent()
        mail._tell()
        self.assertEqual(
            {self.customer: "sent", wrong: "exception"},
            {
                partner: status
                for partner, status in self.statuses(message).items()
                if partner in (self.customer, wrong)
            },
        )
        failure = message.notification_ids.filtered(
            lambda one: one.res_partner_id == wrong
        )
        self.assertIn("550 unknown", failure.format_failure_reason())
        mail._note_results({self.friend.username: "mailbox full"}, "bounced")
        mail._tell()
        self.assertEqual(self.statuses(message)[self.customer], "bounce")

    def test_a_mail_that_is_taken_back_is_canceled_in_the_chatter(self):
        message = self.post()
        mail = self.outgoing()
        self.client().compose_undo(mail.id)
        self.assertEqual(mail.state, "draft")
        self.assertEqual(self.statuses(message)[self.customer], "canceled")
        self.assertFalse(mail.mail_message_id)

    def test_a_mail_cannot_be_undone_from_the_chatter_so_it_leaves_at_once(self):
        self.owner.crm_mail_undo_seconds = 30
        self.post()
        self.assertLessEqual(self.outgoing().next_at, fields.Datetime.now())

    def test_files_go_along(self):
        attachment = (
            self.env["ir.attachment"]
            .with_user(self.owner)
            .create(
                {
                    "name": "Perù.pdf",
                    "raw": b"%PDF-1.4",
                    "mimetype": "application/pdf",
                    "res_model": "mail.compose.message",
                    "res_id": 0,
                }
            )
        )
        self.post(attachment_ids=attachment.ids)
        self.send(*self.outgoing())
        (raw,) = self.raws()
        got = message_from_bytes(raw, policy=policy.default)
        (part,) = got.iter_attachments()
        self.assertEqual(part.get_filename(), "Perù.pdf")
        self.assertEqual(part.get_content(), b"%PDF-1.4")

    def test_a_note_never_leaves_by_a_mailbox(self):
        self.post(subtype_xmlid="mail.mt_note")
        self.assertFalse(self.outgoing())

    # -- who may -------------------------------------------------------------------

    def test_nobody_sends_from_somebody_elses_mailbox(self):
        self.lead.user_id = self.colleague
        portal = new_test_user(
            self.env, login="chatter_portal", groups="base.group_portal"
        )
        for user in (self.colleague, self.administrator):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.post(user)
        with self.assertRaises(UserError), self.cr.savepoint():
            # the system has no mailbox
            self.lead.message_post(body="x", crm_mail_account_id=self.account.id)
        # A portal user is refused although everybody may write from it.
        self.account.share_sender = True
        self.lead.message_subscribe(portal.partner_id.ids)
        with self.assertRaises(UserError), self.cr.savepoint():
            self.lead.with_user(portal).sudo().message_post(
                body="x", crm_mail_account_id=self.account.id
            )
        self.assertFalse(self.env["crm.mail.outgoing"].search([]))

    def test_a_message_cannot_be_given_a_mailbox_behind_the_composer(self):
        message = self.post(crm_mail_account_id=False)
        self.assertFalse(self.outgoing())
        with self.assertRaises(AccessError), self.cr.savepoint():
            message.with_user(self.owner).crm_mail_account_id = self.account
        message = self.post(self.administrator, crm_mail_account_id=False)
        with self.assertRaises(UserError), self.cr.savepoint():
            message.crm_mail_account_id = self.account
        with self.assertRaises(AccessError):
            message.with_user(self.administrator).read(["crm_mail_account_id"])

    def test_the_from_address_is_the_mailboxs_whatever_is_asked_for(self):
        self.post(email_from="Boss <boss@company.example>")
        self.send(*self.outgoing())
        (got,) = self.received()
        self.assertEqual(got["From"], f"Laura <{self.account.email}>")

    def test_whose_right_ended_meanwhile_does_not_send(self):
        self.account.share_sender = True
        self.lead.user_id = self.colleague
        message = self.post(self.colleague)
        self.account.share_sender = False
        mail = self.env["crm.mail.outgoing"].search([])
        self.send(mail)
        self.assertEqual(mail.state, "failed")
        self.assertEqual(self.received(), [])
        self.assertEqual(self.statuses(message)[self.customer], "exception")

    def test_a_shared_sender_leaves_its_copy_with_the_owner(self):
        self.account.share_sender = True
        self.lead.user_id = self.colleague
        message = self.post(self.colleague)
        self.send(*self.env["crm.mail.outgoing"].search([]))
        self.sync(self.account)
        self.assertEqual(len(self.received()), 1)
        (link,) = self.env["crm.mail.link"].search([("res_id", "=", self.lead.id)])
        self.assertEqual(link.mail_message_id, message)
        self.assertEqual(self.comments(), message)

    # -- the conversation ------------------------------------------------------------

    def test_a_mail_that_answers_belongs_to_the_conversation(self):
        asked = simple_mail("Question", sender=self.friend.username)
        asked["References"] = "<first@conti.example>"
        asked["Cc"] = "boss@conti.example"
        self.mailbox.append(asked)
        self.sync(self.account)
        row = self.env["crm.mail.message"].search([("subject", "=", "Question")])
        self.client().link_message(row.id, "crm.lead", self.lead.id)
        boss = self.env["res.partner"].create(
            {"name": "Boss", "email": "boss@conti.example"}
        )
        self.post(partners=self.customer | boss)
        mail = self.outgoing()
        self.assertEqual(mail.in_reply_to, asked["Message-ID"])
        self.assertEqual(
            mail.reference_header, f"<first@conti.example> {asked['Message-ID']}"
        )
        self.assertEqual(mail.subject, "Re: Question")
        self.assertEqual(mail.recipients["cc"], [["Boss", "boss@conti.example"]])
        self.send(mail)
        self.sync(self.account)
        self.assertTrue(row.answered, "as any answered mail")
        second = self.post()
        follow_up = self.outgoing().filtered(lambda one: one.mail_message_id == second)
        self.assertEqual(follow_up.in_reply_to, mail.message_id)
        self.assertEqual(follow_up.subject, "Re: Question")

    def test_what_the_recipient_never_saw_is_not_answered(self):
        stranger = self.env["res.partner"].create(
            {"name": "Stranger", "email": "stranger@elsewhere.example"}
        )
        self.post(partners=stranger)
        first = self.outgoing()
        self.post()
        self.assertFalse((self.outgoing() - first).in_reply_to)

    def test_an_answer_comes_back_to_the_record(self):
        """Its mailbox proposes links and makes none, but for such an answer."""
        self.account.link_rule = "ask"
        message = self.post()
        self.send(*self.outgoing())
        answer = self.answer_to(message)
        stranger = simple_mail("Another thing", sender=self.friend.username)
        self.mailbox.append(answer, stranger)
        self.sync(self.account)
        posted = self.comments() - message
        self.assertEqual(posted.mapped("subject"), ["Re: Spring order"])
        self.assertIn("please send us the offer", posted.body)

    def test_an_answer_stays_private_where_rules_are_off(self):
        self.account.link_rule = "off"
        message = self.post()
        self.send(*self.outgoing())
        self.mailbox.append(self.answer_to(message))
        self.sync(self.account)
        self.assertEqual(self.comments(), message)

    def test_an_answer_that_also_reaches_the_alias_is_one_message(self):
        for gateway_first in (True, False):
            with self.subTest(gateway_first=gateway_first):
                message = self.post()
                self.send(*self.outgoing().filtered(lambda one: not one.sent_at))
                answer = self.answer_to(message)
                before = self.comments()
                if gateway_first:
                    self.gateway(answer)
                self.mailbox.append(answer)
                self.sync(self.account)
                self.sync(self.account)
                if not gateway_first:
                    self.gateway(answer)
                self.assertEqual(len(self.comments() - before), 1)

    def answer_to(self, message):
        (got,) = [
            one for one in self.received() if one["Message-ID"] == message.message_id
        ]
        answer = simple_mail(f"Re: {got['Subject']}", sender=self.friend.username)
        answer["In-Reply-To"] = got["Message-ID"]
        answer["References"] = got["Message-ID"]
        return answer

    def gateway(self, mail):
        """The host's real gateway finds the record by what the mail answers."""
        self.env["mail.thread"].message_process("crm.lead", mail.as_string())

    # -- the full composer -------------------------------------------------------------

    def composed(self, **values):
        return (
            self.env["mail.compose.message"]
            .with_user(self.owner)
            .with_context(clicked_on_full_composer=True)
            .create(
                {
                    "model": "crm.lead",
                    "res_ids": json.dumps(self.lead.ids),
                    "composition_mode": "comment",
                    "subject": "Offer 9",
                    "body": "<p>Here is our offer</p>",
                    "partner_ids": self.customer.ids,
                    "crm_mail_account_id": self.account.id,
                    **values,
                }
            )
        )

    def test_the_full_composer_sends_from_the_mailbox(self):
        composer = self.composed()
        self.assertTrue(composer.crm_mail_has_sender)
        self.assertIn("Laura, Sales", composer.crm_mail_signature)
        composer.action_send_mail()
        self.send(*self.outgoing())
        (got,) = self.received()
        self.assertEqual(got["Subject"], "Offer 9")
        self.assertEqual(got["From"], f"Laura <{self.account.email}>")

    def test_who_has_no_mailbox_is_not_asked(self):
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.administrator)
            .create({"model": "crm.lead", "res_ids": json.dumps(self.lead.ids)})
        )
        self.assertFalse(composer.crm_mail_has_sender)
        client = self.client(self.administrator)
        found = client.chatter_senders("crm.lead", self.lead.id)
        self.assertEqual(found, {"senders": [], "chosen": False})

    def test_what_is_chosen_first_was_used_last_on_the_record(self):
        def chosen():
            return self.client().chatter_senders("crm.lead", self.lead.id)["chosen"]

        self.assertEqual(chosen(), self.account.id, "the main one")
        self.post(crm_mail_account_id=False)
        self.assertFalse(chosen(), "the host's usual way")
        self.post()
        self.assertEqual(chosen(), self.account.id)
        self.account.state = "mapping"
        self.assertFalse(chosen())

    def test_a_scheduled_message_leaves_from_the_mailbox(self):
        later = fields.Datetime.now() + timedelta(hours=1)
        composer = self.composed(scheduled_date=fields.Datetime.to_string(later))
        composer.action_schedule_message()
        self.assertFalse(self.outgoing())
        waiting = self.env["mail.scheduled.message"].search(
            [("model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]
        )
        sender = f"Laura <{self.account.email}>"
        self.assertEqual(waiting.crm_mail_sender, sender)
        with Form(waiting.with_user(self.owner)) as form:
            self.assertEqual(form.crm_mail_sender, sender)
            form.body = "<p>Our offer, corrected</p>"
        store = Store().add(waiting).get_result()
        (told,) = store["mail.scheduled.message"]
        self.assertEqual(told["crm_mail_sender"], sender)
        with (
            self.enter_registry_test_mode(),
            patch.object(
                fields.Datetime, "now", lambda *_args: later + timedelta(seconds=1)
            ),
        ):
            self.env["mail.scheduled.message"]._post_messages_cron()
        self.assertFalse(waiting.exists())
        self.send(*self.outgoing())
        (got,) = self.received()
        self.assertEqual(got["Subject"], "Offer 9")
        self.assertEqual(got["From"], sender)
        self.assertIn("corrected", got.as_string())
        self.assertEqual(len(self.comments()), 1)

    def test_a_scheduled_message_cannot_take_anothers_mailbox(self):
        with self.assertRaises(UserError), self.cr.savepoint():
            later = fields.Datetime.now() + timedelta(hours=1)
            composer = self.composed(scheduled_date=fields.Datetime.to_string(later))
            composer.with_user(self.administrator).sudo().action_schedule_message()
        waiting = (
            self.env["mail.scheduled.message"]
            .with_user(self.administrator)
            .create(
                {
                    "author_id": self.owner.partner_id.id,
                    "model": "crm.lead",
                    "res_id": self.lead.id,
                    "body": "x",
                    "partner_ids": self.customer.ids,
                    "scheduled_date": fields.Datetime.now() + timedelta(hours=1),
                    "notification_parameters": json.dumps(
                        {"crm_mail_account_id": self.account.id}
                    ),
                }
            )
        )
        with self.assertRaises(UserError), self.cr.savepoint():
            waiting.post_message()

    def test_notifications_that_are_delayed_leave_from_the_mailbox(self):
        later = fields.Datetime.now() + timedelta(hours=1)
        message = self.post(scheduled_date=later)
        self.assertFalse(self.outgoing())
        self.env["mail.message.schedule"]._send_message_notifications(message)
        self.assertEqual(self.outgoing().mail_message_id, message)

    def test_a_mailing_never_leaves_from_a_mailbox(self):
        """Neither one to many, nor the same to several records."""
        other = self.lead.copy()
        several = json.dumps((self.lead | other).ids)
        mailing = self.composed(composition_mode="mass_mail", res_ids=several)
        self.assertFalse(mailing.crm_mail_has_sender)
        mails, _messages = mailing._action_send_mail()
        self.assertEqual(len(mails), 2)
        self.assertFalse(self.outgoing())
        self.composed(res_ids=several)._action_send_mail()
        self.assertFalse(self.outgoing())

    def test_what_a_program_sends_for_a_user_goes_as_usual(self):
        message = (
            self.env["mail.compose.message"]
            .with_user(self.owner)
            .create(
                {
                    "model": "crm.lead",
                    "res_ids": json.dumps(self.lead.ids),
                    "body": "x",
                    "partner_ids": self.customer.ids,
                }
            )
            ._action_send_mail()[1]
        )
        self.assertFalse(self.outgoing())
        self.assertIn(self.customer, self.host_mails(message).recipient_ids)


@tagged("post_install", "-at_install")
class TestChatterTour(ChatterCase, TourCase):
    """Writing from an opportunity in Chromium, against the live servers."""

    def tour_of_lead(self, name):
        self.tour(name, f"/odoo/crm.lead/{self.lead.id}")

    def arrives(self, subject, text):
        (mail,) = self.outgoing()
        self.send(mail)
        self.sync(self.account)
        (raw,) = self.raws()
        got = message_from_bytes(raw, policy=policy.default)
        self.assertEqual(got["From"], f"Laura <{self.account.email}>")
        self.assertEqual(got["To"], f"Rosa Conti <{self.friend.username}>")
        self.assertEqual(got["Subject"], subject)
        body = got.get_body(("plain",)).get_content()
        self.assertIn(text, body)
        self.assertEqual(body.count("Laura, Sales"), 1)
        self.assertEqual(len(self.in_sent()), 1)
        (message,) = self.comments()
        self.assertEqual(message.message_id, got["Message-ID"])
        (link,) = self.env["crm.mail.link"].search([("res_id", "=", self.lead.id)])
        self.assertEqual(link.mail_message_id, message)
        return message

    def test_from_the_small_composer_and_the_answer_comes_back(self):
        self.tour_of_lead("crm_mail_accounts_chatter")
        message = self.arrives("Spring order", "Here is our offer")
        answer = simple_mail("Re: Spring order", sender=self.friend.username)
        answer.set_content("The roof is fine.")
        answer["In-Reply-To"] = answer["References"] = message.message_id
        self.mailbox.append(answer)
        self.sync(self.account)
        (answered,) = self.comments() - message
        self.assertIn("The roof is fine", answered.body)
        self.tour_of_lead("crm_mail_accounts_chatter_answer")

    def test_from_the_full_composer(self):
        self.tour_of_lead("crm_mail_accounts_chatter_full")
        self.arrives("Offer 9", "Here is our offer")

    def test_the_usual_way_stays(self):
        self.tour_of_lead("crm_mail_accounts_chatter_usual")
        self.assertFalse(self.outgoing())
        (message,) = self.comments()
        self.assertIn(self.customer, self.host_mails(message).recipient_ids)
