from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import GROUPS, simple_mail
from .link_common import LinkCase


@tagged("post_install", "-at_install")
class TestVisibility(LinkCase):
    """What colleagues who read a record see of the mails that are linked to it."""

    def setUp(self):
        super().setUp()
        self.account = self.new_account()
        self.reader = new_test_user(
            self.env,
            login="record_reader",
            groups=f"{GROUPS},sales_team.group_sale_salesman_all_leads",
        )

    def secret(self, subject="Secret plan", **headers):
        mail = simple_mail(subject, **headers)
        mail.add_attachment("a note", filename="note.txt")
        return mail

    def linked(self, **values):
        (mail,) = self.receive(self.secret(), account=self.account)
        return mail, self.link(mail, **values)

    def seen(self, mails=1):
        """What the record tells its reader: of each message subject, text, files; and
        what the Mail button lists."""
        messages = self.mails_on(self.lead).with_user(self.reader)
        rows = self.client(self.reader).record_messages("crm.lead", self.lead.id)
        self.assertEqual(len(rows), len(messages))
        count = self.client(self.reader).record_mail_count("crm.lead", self.lead.id)
        self.assertEqual(count, len(messages))
        return [
            (
                message.subject or "",
                "please send" in (message.body or ""),
                message.attachment_ids.mapped("name"),
                row["subject"],
                bool(row["date"] and row["from"]),
            )
            for message, row in zip(messages, rows, strict=True)
        ]

    ALL = ("Secret plan", True, ["note.txt"], "Secret plan", True)
    SUBJECT = ("Secret plan", False, [], "Secret plan", True)
    METADATA = ("", False, [], "", True)

    def test_the_mailbox_sets_what_is_seen_at_most(self):
        """Law 11, in four degrees."""
        (mail,) = self.receive(self.secret(), account=self.account)
        for visibility, expected in (
            ("all", [self.ALL]),
            ("subject", [self.SUBJECT]),
            ("metadata", [self.METADATA]),
            ("nothing", []),
        ):
            self.account.visibility = visibility
            link = self.link(mail)
            with self.subTest(visibility=visibility):
                self.assertEqual(self.seen(), expected)
                self.assertFalse(link.waiting or link.error)
                rows = self.client().record_messages("crm.lead", self.lead.id)
                self.assertIn("Secret plan", [row["subject"] for row in rows])
            link.with_user(self.owner).unlink()

    def test_less_that_was_chosen_for_a_link_stays_less(self):
        self.linked(content="fact")
        self.assertEqual(self.seen(), [self.SUBJECT])

    def test_a_change_makes_anew_what_links_had_posted(self):
        """Law 11."""
        _mail, link = self.linked()
        account = self.account.with_user(self.owner)
        for visibility, expected in (
            ("metadata", [self.METADATA]),
            ("subject", [self.SUBJECT]),
            ("nothing", []),
            ("all", [self.ALL]),
        ):
            account.visibility = visibility
            with self.subTest(visibility=visibility):
                self.assertEqual(self.seen(), expected)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]
        )
        self.assertEqual(len(files), 1, "nothing was left behind")
        self.assertEqual(link.shown, "whole")

    def test_a_conversation_says_otherwise_for_itself(self):
        mail, _link = self.linked()
        client = self.client()
        found = client.visibility(mail.id)
        self.assertEqual(found, {"visibility": False, "account": "all", "links": 1})
        self.assertEqual(client.set_visibility(mail.id, "metadata"), {"kept": 0})
        self.assertEqual(self.seen(), [self.METADATA])
        self.account.visibility = "nothing"
        self.assertEqual(self.seen(), [self.METADATA])
        client.set_visibility(mail.id, False)
        self.assertEqual(self.seen(), [])
        with self.assertRaises(UserError):
            client.set_visibility(mail.id, "everything")

    def test_what_a_rule_links_later_keeps_to_it(self):
        mail, _link = self.linked()
        self.client().set_visibility(mail.id, "subject")
        self.account.link_rule = "on"
        answer = self.secret("Re: Secret plan", In_Reply_To=mail.message_id)
        self.receive(answer, account=self.account)
        self.assertEqual(len(self.mails_on(self.lead)), 2)
        self.assertEqual(
            {(text, tuple(files)) for _s, text, files, *_row in self.seen()},
            {(False, ())},
        )

    def test_the_stricter_one_goes_along_when_conversations_are_joined(self):
        first, _link = self.linked()
        (second,) = self.receive(self.secret("Elsewhere"), account=self.account)
        self.client().set_visibility(second.id, "nothing")
        joined = simple_mail(
            "Both", References=f"{first.message_id} {second.message_id}"
        )
        self.receive(joined, account=self.account)
        self.work(self.account)
        self.assertEqual(first.thread_id, second.thread_id)
        self.assertEqual(first.thread_id.visibility, "nothing")
        self.assertEqual(self.seen(), [])

    def test_more_than_the_mailbox_says_does_not_reach_other_mails(self):
        self.account.visibility = "nothing"
        first, _link = self.linked()
        (second,) = self.receive(self.secret("Elsewhere"), account=self.account)
        self.client().set_visibility(second.id, "all")
        joined = simple_mail(
            "Both", References=f"{first.message_id} {second.message_id}"
        )
        self.receive(joined, account=self.account)
        self.work(self.account)
        self.assertFalse(first.thread_id.visibility)
        self.assertEqual(self.seen(), [])

    def test_what_the_record_has_by_itself_stays_and_is_said(self):
        mail = self.secret()
        self.gateway(mail, thread_id=self.lead.id)
        (row,) = self.receive(mail, account=self.account)
        self.link(row)
        (message,) = self.mails_on(self.lead)
        self.assertEqual(self.client().set_visibility(row.id, "nothing"), {"kept": 1})
        self.assertEqual(self.mails_on(self.lead), message)

    def test_what_another_mailbox_shows_is_made_anew_with_what_that_one_may(self):
        mail = self.secret()
        (row,) = self.receive(mail, account=self.account)
        self.link(row)
        self.mailbox = type(self.mailbox)()
        self.mailbox.append(mail)
        other = self.new_account(user_id=self.reader.id)
        self.work(other)
        theirs = self.env["crm.mail.message"].search([("account_id", "=", other.id)])
        self.client(self.reader).link_message(
            theirs.id, "crm.lead", self.lead.id, "text"
        )
        self.assertEqual(len(self.mails_on(self.lead)), 1)
        self.account.visibility = "nothing"
        (message,) = self.mails_on(self.lead)
        self.assertIn("please send", message.body)
        self.assertFalse(message.attachment_ids, "they had linked the text alone")

    def test_figures_tell_no_more(self):
        self.linked()
        report = self.env["crm.mail.report"].with_user(self.reader)
        self.assertEqual(report.search([]).mapped("subject"), ["Secret plan"])
        self.account.visibility = "metadata"
        self.assertEqual(report.search([]).mapped("subject"), [False])
        self.account.visibility = "nothing"
        self.assertFalse(report.search([]))

    def test_it_stays_when_the_mailbox_goes(self):
        mail, link = self.linked()
        self.client().set_visibility(mail.id, "metadata")
        self.account.with_user(self.owner).unlink()
        link._show_again()
        self.assertEqual(self.seen(), [self.METADATA])

    def test_only_who_acts_in_the_mailbox_says_it(self):
        """Law 11."""
        mail, _link = self.linked()
        self.client().comment(mail.id, "Look", [self.colleague.id])
        for user in (self.colleague, self.reader, self.administrator):
            with self.assertRaises(AccessError):
                self.client(user).set_visibility(mail.id, "all")
            with self.assertRaises(AccessError):
                self.client(user).visibility(mail.id)
