from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..mailkit.rules import autoforward
from .common import Mailbox, simple_mail
from .outgoing_common import OutgoingCase


@tagged("post_install", "-at_install")
class TestFilterForward(OutgoingCase):
    """Filters that forward, on the live servers, and those that keep quiet. [E4]"""

    def setUp(self):
        super().setUp()
        self.inbox = self.folder(self.account, "inbox")
        self.filter = self.make({"kind": "forward", "address": self.friend.username})

    def make(self, *actions, user=None, account=None, **values):
        made = self.client(user).filter_save(
            (account or self.account).id,
            {"name": "On", "match": "every", "actions": list(actions), **values},
        )
        return self.env["crm.mail.filter"].browse(made["id"])

    def receive(self, *mails):
        self.mailbox.append(*mails)
        self.sync(self.account)
        self.sync(self.account)

    def inbox_counts(self) -> tuple[int, int]:
        self.env.invalidate_all()
        (inbox,) = [
            each
            for each in self.client().progress()["folders"]
            if each["id"] == self.inbox.id
        ]
        return inbox["unread"], inbox["quiet"]

    def mails(self):
        return self.env["crm.mail.outgoing"].search([("by_filter", "!=", False)])

    def with_file(self, subject="Drawings", **headers):
        mail = simple_mail(subject, **headers)
        mail.add_attachment(
            b"%PDF-1.4", maintype="application", subtype="pdf", filename="plan.pdf"
        )
        return mail

    def test_a_mail_goes_on_once_with_its_text_and_files(self):
        """[E4]"""
        self.receive(self.with_file(X_Loop="theirs"))
        (got,) = self.received()
        self.assertEqual(got["Subject"], "Fwd: Drawings")
        self.assertIn(self.mailbox.username, got["From"])
        self.assertEqual(got["Auto-Submitted"], "auto-generated")
        self.assertEqual(got.get_all("X-Loop")[0], "theirs")
        self.assertEqual(got.get_all("X-Loop")[1], self.account._loop_mark())
        text = b"".join(
            part.get_payload(decode=True) or b""
            for part in got.walk()
            if part.get_content_maintype() == "text"
        )
        self.assertIn(b"please send us the offer", text)
        names = [part.get_filename() for part in got.walk() if part.get_filename()]
        self.assertEqual(names, ["plan.pdf"])
        mail = self.messages(self.account, subject="Drawings")
        self.assertTrue(mail.forwarded)
        self.assertFalse(mail.seen, "law 1")
        (outgoing,) = self.mails()
        self.assertEqual((outgoing.state, outgoing.by_filter), ("sent", "On"))
        self.sync(self.account)
        self.assertEqual(len(self.received()), 1)
        self.assertInStep(self.account)

    def test_what_machines_send_and_what_has_been_here_is_not_forwarded(self):
        self.receive(
            simple_mail("Auto", Auto_Submitted="auto-replied"),
            simple_mail("Report", Return_Path="<>"),
            simple_mail("Round", X_Loop=self.account._loop_mark()),
            simple_mail("Back", self.friend.username),
        )
        self.assertFalse(self.received())
        self.assertFalse(self.mails())

    def test_two_who_forward_to_each_other_stop(self):
        other = self.new_account(
            **self.friend.account_values(), user_id=self.colleague.id
        )
        self.work(other)
        self.make(
            {"kind": "forward", "address": self.mailbox.username},
            user=self.colleague,
            account=other,
        )
        self.receive(simple_mail("Ping"))
        for _turn in range(3):
            self.sync(other)
            self.sync(self.account)
        self.assertEqual(len(self.mails()), 1)
        self.assertEqual(len(self.received()), 1)

    def test_there_is_an_end_to_forwards_of_a_day_and_it_is_told(self):
        with patch.object(autoforward, "PER_DAY", 2):
            self.receive(*(simple_mail(f"Mail {n}") for n in range(4)))
        self.assertEqual(len(self.received()), 2)
        told = self.env["crm.mail.log"].search(
            [("account_id", "=", self.account.id), ("level", "=", "warning")]
        )
        self.assertIn("until tomorrow", told[0].message)
        self.mails().create_date = fields.Datetime.now() - timedelta(days=2)
        self.receive(simple_mail("Next day"))
        self.assertEqual(len(self.received()), 3)

    def test_older_mail_is_not_forwarded_when_a_filter_runs_on_a_folder(self):
        self.filter.active = False
        self.receive(simple_mail("Old"))
        answer = self.client().filter_run(self.filter.ids, self.inbox.id)
        self.assertEqual(answer["matched"], 1)
        self.assertFalse(self.mails())

    def test_to_nobody_to_several_and_to_oneself_is_refused(self):
        for address in ("", "no address", "a@b.example, c@d.example"):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.make({"kind": "forward", "address": address})
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.make({"kind": "forward", "address": self.mailbox.username.upper()})

    def test_only_what_a_forwarding_filter_may_want_is_fetched_whole(self):
        self.filter.unlink()
        self.make(
            {"kind": "forward", "address": self.friend.username},
            match="all",
            conditions=[
                {"field": "subject", "operator": "contains", "value": "Order"},
                {"field": "body", "operator": "contains", "value": "please send us"},
            ],
        )
        wanted = []
        accounts = type(self.account)
        real = accounts._arrived_bodies_wanted

        def note(account, messages):
            found = real(account, messages)
            wanted.append(found.mapped("subject"))
            return found

        with patch.object(accounts, "_arrived_bodies_wanted", note):
            self.receive(simple_mail("Order"), simple_mail("Chat"))
        self.assertEqual(wanted[0], ["Order"])
        self.assertEqual([got["Subject"] for got in self.received()], ["Fwd: Order"])

    def test_a_mail_that_a_filter_keeps_quiet_is_unread_and_not_told_of(self):
        self.filter.unlink()
        self.make(
            {"kind": "mute"},
            match="all",
            conditions=[{"field": "subject", "operator": "is", "value": "Quiet"}],
        )
        self.receive(simple_mail("Quiet"), simple_mail("Loud"))
        self.assertEqual(self.inbox_counts(), (2, 1))
        self.client().mark(self.messages(self.account, subject="Quiet").ids, ["seen"])
        self.assertEqual(self.inbox_counts(), (1, 0))

    def test_what_filters_have_not_seen_yet_is_not_told_of_yet(self):
        other = Mailbox()
        self.mailbox = other
        account = self.new_account()
        self.work(account)
        inbox = self.folder(account, "inbox")
        with patch("odoo.addons.crm_mail_accounts.tools.arrivals.Arrivals.run"):
            other.append(simple_mail("Just in"))
            self.sync(account)
        self.assertEqual((inbox.unread, inbox.quiet_unread), (1, 1))
        self.sync(account)
        self.assertEqual((inbox.unread, inbox.quiet_unread), (1, 0))
