from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..mailkit.smtp.session import SmtpSession
from ..tools.vacation_sending import VacationSending
from .common import Mailbox, simple_mail
from .sync_common import SyncCase


@tagged("post_install", "-at_install")
class TestVacation(SyncCase):
    """Out of office on live servers: to a partner with a mailbox of their own. [E6]"""

    def setUp(self):
        super().setUp()
        self.partner = Mailbox()
        self.account = self.new_account()
        self.work(self.account)
        self.vacation = (
            self.env["crm.mail.vacation"]
            .with_user(self.owner)
            .create(
                {
                    "account_id": self.account.id,
                    "date_from": fields.Datetime.now() - timedelta(hours=1),
                    "body": "<p>Dear {name}, back later: {subject}</p>",
                }
            )
        )
        self.vacation.enabled_at = fields.Datetime.now() - timedelta(hours=1)

    def mail_to_me(self, subject="Offer", sender=None, **headers):
        sender = sender or self.partner.username
        mail = simple_mail(subject, f"<b> Rosa <{sender}>", **headers)
        mail.replace_header("To", self.mailbox.username)
        mail["Return-Path"] = f"<{sender}>"
        return mail

    def receive(self, *mails):
        self.mailbox.append(*mails)
        self.sync(self.account)

    def answers(self) -> list[bytes]:
        with self.partner.client() as client:
            client.select("INBOX", readonly=True)
            found = client.uid("FETCH", "1:*", "(BODY.PEEK[])")[1]
        return [item[1] for item in found if isinstance(item, tuple)]

    def states(self):
        return self.env["crm.mail.vacation.reply"].search([]).mapped("state")

    def test_a_sender_is_answered_once_with_what_keeps_machines_silent(self):
        """[E6]"""
        mail = self.mail_to_me()
        self.receive(mail)
        self.receive(self.mail_to_me("Another"))
        (answer,) = self.answers()
        self.assertIn(b"Auto-Submitted: auto-replied", answer)
        self.assertIn(b"Return-Path: <>", answer)
        self.assertIn(f"In-Reply-To: {mail['Message-ID']}".encode(), answer)
        self.assertIn(b"Subject: Auto: Offer", answer)
        self.assertIn(b"back later: Offer", answer)
        self.assertEqual(self.states(), ["sent"])
        self.vacation.body = "<p>Another text</p>"
        self.receive(self.mail_to_me("Third"))
        self.assertEqual(len(self.answers()), 2)

    def test_lists_machines_and_old_mail_are_not_answered(self):
        self.receive(
            self.mail_to_me("List", List_Id="<x.example>"),
            self.mail_to_me("Auto", Auto_Submitted="auto-replied"),
            simple_mail("Blind", self.partner.username),
        )
        self.assertFalse(self.answers())
        self.vacation.active = False
        self.receive(self.mail_to_me("While it was off"))
        self.assertFalse(self.states())

    def test_two_of_us_on_holiday_do_not_answer_each_other_for_ever(self):
        other = self.new_account(
            **self.partner.account_values(), user_id=self.colleague.id
        )
        self.work(other)
        theirs = self.env["crm.mail.vacation"].create(
            {
                "account_id": other.id,
                "date_from": fields.Datetime.now() - timedelta(hours=1),
                "body": "<p>Me too</p>",
                "colleague_body": "<p>Me too, colleague</p>",
            }
        )
        theirs.enabled_at = fields.Datetime.now() - timedelta(hours=1)
        self.vacation.colleague_body = "<p>On holiday, colleague</p>"
        self.receive(self.mail_to_me())
        for _turn in range(3):
            self.sync(other)
            self.sync(self.account)
        self.assertEqual(len(self.answers()), 1)
        self.assertIn(b"On holiday, colleague", self.answers()[0])
        self.assertEqual(self.states(), ["sent"])

    def test_who_dies_before_sending_is_committed_has_lost_one_and_sends_none_twice(
        self,
    ):
        def die(*_arguments):
            raise KeyboardInterrupt

        self.mailbox.append(self.mail_to_me())
        with (
            patch.object(SmtpSession, "send", die),
            # the host's assertRaises would take the transactions back
            suppress(KeyboardInterrupt),
        ):
            self.sync(self.account)
        self.assertEqual(self.states(), ["sending"])
        self.account.sudo().lease_ids.write({"until": False, "owner": False})
        self.sync(self.account)
        self.assertEqual(self.states(), ["sending"])
        self.assertFalse(self.answers())

    def test_an_answer_that_found_no_server_is_sent_in_the_next_turn(self):
        with patch.object(VacationSending, "run"):
            self.receive(self.mail_to_me())
        self.assertEqual(self.states(), ["waiting"])
        self.sync(self.account)
        self.assertEqual((self.states(), len(self.answers())), (["sent"], 1))

    def test_the_absence_in_odoo_is_followed(self):
        self.vacation.write({"follow_host": True, "body": False})
        self.assertFalse(self.vacation.is_on)
        self.owner.write(
            {
                "out_of_office_from": fields.Datetime.now() - timedelta(hours=1),
                "out_of_office_message": "<p>As Odoo says</p>",
            }
        )
        self.env.invalidate_all()
        self.assertTrue(self.vacation.is_on)
        self.receive(self.mail_to_me())
        self.assertIn(b"As Odoo says", self.answers()[0])

    def test_what_is_incomplete_is_refused(self):
        for values in (
            {"body": False},
            {"days": 0},
            {"date_to": self.vacation.date_from},
        ):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.vacation.write(values)

    # -- the screen ------------------------------------------------------------------

    def account_payload(self, user=None):
        (payload,) = [
            each
            for each in self.client(user).bootstrap()["accounts"]
            if each["id"] == self.account.id
        ]
        return payload

    def test_the_screen_says_that_it_is_on_and_ends_it(self):
        until = fields.Datetime.now() + timedelta(days=3)
        self.vacation.date_to = until
        self.assertEqual(
            self.account_payload()["away"], {"until": fields.Datetime.to_string(until)}
        )
        answer = self.client().vacation_end(self.account.id)
        self.assertFalse(answer["accounts"][0]["away"])
        self.assertFalse(self.vacation.active)
        self.receive(self.mail_to_me())
        self.assertFalse(self.answers())

    def test_a_delegate_neither_sees_nor_ends_it(self):
        self.env["crm.mail.delegate"].with_user(self.owner).create(
            {
                "account_id": self.account.id,
                "user_id": self.colleague.id,
                "may_act": True,
            }
        )
        self.assertFalse(self.account_payload(self.colleague)["away"])
        client = self.client(self.colleague)
        for call in (client.vacation_form, client.vacation_end):
            with self.assertRaises(AccessError), self.cr.savepoint():
                call(self.account.id)

    def test_the_form_is_that_of_the_mailbox_whether_there_is_one_or_not(self):
        action = self.client().vacation_form(self.account.id)
        self.assertEqual(action["res_id"], self.vacation.id)
        self.vacation.active = False
        action = self.client().vacation_form(self.account.id)
        self.assertEqual(action["res_id"], self.vacation.id)
        self.vacation.unlink()
        action = self.client().vacation_form(self.account.id)
        self.assertFalse(action["res_id"])
        self.assertEqual(action["context"]["default_account_id"], self.account.id)

    def test_nothing_is_said_to_be_answered_before_it_is_saved(self):
        self.vacation.active = False
        view = "crm_mail_accounts.crm_mail_vacation_view_form_dialog"
        with Form(self.vacation, view) as form:
            form.active = True
            self.assertFalse(form.is_on)
        self.assertTrue(self.vacation.is_on)

    def test_what_is_shown_before_is_what_is_sent(self):
        view = "crm_mail_accounts.crm_mail_vacation_view_form_dialog"
        with Form(self.vacation, view) as form:
            form.subject = "Away: {subject}"
            self.assertIn("Away: Our appointment", form.preview)
            self.assertIn("Dear Rosa Conti, back later: Our appointment", form.preview)
            self.assertIn("No answer", form.colleague_preview)
            form.colleague_body = "<p>Ask Laura, {name}</p>"
            self.assertIn("Ask Laura, Rosa Conti", form.colleague_preview)
        self.vacation.body = "<p>Hi</p><script>alert(1)</script>"
        self.assertNotIn("script", self.vacation.preview)
