import os
import signal
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..mailkit.imap.mailbox import MailboxSession
from ..mailkit.smtp.session import SmtpSession
from ..tools import outgoing_send
from ..tools.outgoing_mailbox import OutgoingMailbox
from .common import Mailbox, simple_mail
from .outgoing_common import WritingMixin
from .worker_common import WorkerCase


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner, name):
    """Die where the method would be called."""

    def dying(*_arguments, **_options):
        die()

    return patch.object(owner, name, dying)


def after(owner, name):
    """Die when the method has done its work, and nobody has heard of it."""
    method = getattr(owner, name)

    def dying(*arguments, **options):
        method(*arguments, **options)
        die()

    return patch.object(owner, name, dying)


def amid_content(session, _raw):
    session._stream.send_block(b"Subject: half of it\r\n\r\nGood mor")
    die()


def after_dot(session):
    session._stream.send_line(b".")
    # the server has all of it: it delivers, whatever becomes of us
    session._stream.peek(3)
    die()


def append_unheard(session, *_arguments, **_options):
    """The command is on its way and is carried out; nobody reads the answer."""
    command = session._wire.command

    def sent(name, *arguments, **options):
        answer = command(name, *arguments, **options)
        if name == "APPEND":
            die()
        return answer

    session._wire.command = sent
    return append_many(session, *_arguments, **_options)


append_many = MailboxSession.append_many

MATRIX = {
    # where the worker dies: (the patch, may it end as uncertain?)
    "after the queue's commit": (before(outgoing_send.OutgoingSend, "_connect"), False),
    "before sending is committed": (
        before(outgoing_send.OutgoingSend, "_one"),
        False,
    ),
    "after sending is committed": (before(SmtpSession, "send"), False),
    "after RCPT": (after(SmtpSession, "_recipients"), False),
    "amid DATA": (patch.object(SmtpSession, "_write_content", amid_content), False),
    "before the dot": (after(SmtpSession, "_write_content"), False),
    "after the dot is announced": (before(SmtpSession, "_final_dot"), True),
    "after the dot": (patch.object(SmtpSession, "_final_dot", after_dot), True),
    "after 250, before its commit": (
        before(outgoing_send.OutgoingSend, "_store"),
        True,
    ),
    "after sent is committed": (after(outgoing_send.OutgoingSend, "_store"), False),
    "before APPEND is announced": (before(OutgoingMailbox, "_store_batch"), False),
    "before APPEND": (before(MailboxSession, "append_many"), False),
    "after APPEND, before its OK": (
        patch.object(MailboxSession, "append_many", append_unheard),
        False,
    ),
    "after APPEND, before its commit": (
        before(OutgoingMailbox, "_stored"),
        False,
    ),
    "after the copy is known": (before(OutgoingMailbox, "_remove"), False),
    "before the draft is deleted": (before(MailboxSession, "expunge"), False),
    "after the draft is deleted": (after(MailboxSession, "expunge"), False),
    "before that is known": (before(OutgoingMailbox, "_removed"), False),
}


@tagged("post_install", "-at_install")
class TestOutgoingKills(WritingMixin, WorkerCase):
    """Law 7: a worker is killed at every step of a mail's way, and once more.

    At rest the mail is at the recipient exactly once and in Sent exactly once, and no
    draft is left; or, where nobody can know, it is uncertain and there once at most.
    Every mail forwards another one with its file: the file goes along once, and the
    server is told that the other one was forwarded once it certainly was.
    """

    def setUp(self):
        super().setUp()
        self.mailbox, self.friend = Mailbox(), Mailbox()
        self.account_id = self.committed_account()

    def clean_up(self):
        with self.committed() as env:
            env["crm.mail.outgoing"].search([]).unlink()
        return super().clean_up()

    def test_a_worker_may_be_killed_at_every_step_of_sending(self):
        """Law 7."""
        for place, (dying, may_be_uncertain) in MATRIX.items():
            with self.subTest(place=place):
                subject = f"Killed {place}"
                forwarded = {"parent": self.a_mail_to_forward(f"About {place}")}
                mail_id = self.a_stored_draft(
                    subject, attachment_ids=["part:2"], **forwarded
                )
                with self.committed():
                    mail = self.env["crm.mail.outgoing"].browse(mail_id)
                    self.client().compose_send(
                        mail.id,
                        mail.version,
                        self.values(subject=subject, **forwarded),
                    )
                    self.time_comes(mail)
                self.due()
                self.assertTrue(self.killed(dying), "the worker was not killed")
                self.after_the_pauses()
                self.assertOnce(mail_id, subject, may_be_uncertain)
                self.assertForwarded(mail_id, subject)

    def assertForwarded(self, mail_id, subject):
        for got in self.received():
            if got["Subject"] == subject:
                files = [part.get_filename() for part in got.walk()]
                self.assertEqual([name for name in files if name], ["plan.pdf"])
        with self.committed() as env:
            mail = env["crm.mail.outgoing"].browse(mail_id)
            uid, is_sent = mail.parent_id.uid, mail.state == "sent"
        with self.mailbox.client() as client:
            client.select("INBOX", readonly=True)
            flags = client.uid("FETCH", str(uid), "(FLAGS)")[1][0]
        self.assertEqual(b"$Forwarded" in flags, is_sent)

    def assertOnce(self, mail_id, subject, may_be_uncertain):
        received = [m for m in self.received() if m["Subject"] == subject]
        copies = [m for m in self.received(self.mailbox, "Sent")]
        copies = [m for m in copies if m["Subject"] == subject]
        drafts = [m for m in self.in_drafts() if m["Subject"] == subject]
        with self.committed() as env:
            mail = env["crm.mail.outgoing"].browse(mail_id)
            state, filing = mail.state, mail.filing
        if may_be_uncertain:
            self.assertEqual(state, "uncertain")
            self.assertLessEqual(len(received), 1)
            self.assertFalse(copies)
        else:
            self.assertEqual((state, filing), ("sent", "filed"))
            self.assertEqual(len(received), 1)
            self.assertEqual(len(copies), 1)
            self.assertFalse(drafts)

    def test_what_the_provider_filed_by_itself_is_no_longer_uncertain(self):
        """sync.md 2.7: a look into Sent decides before a person has to."""
        with self.committed() as env:
            mail_id = self.queued().id
            self.time_comes(env["crm.mail.outgoing"].browse(mail_id))
        self.due()
        self.assertTrue(self.killed(MATRIX["after the dot"][0]))
        with self.committed() as env:
            frozen = env["crm.mail.outgoing"].browse(mail_id)._stored_raw().raw
        self.mailbox.append(frozen, folder="Sent", flags=r"(\Seen)")
        self.after_the_pauses()
        with self.committed() as env:
            mail = env["crm.mail.outgoing"].browse(mail_id)
            self.assertEqual((mail.state, mail.filing), ("sent", "filed"))
        self.assertEqual(len(self.received()), 1)
        self.assertEqual(len(self.in_sent()), 1)

    def taken_over_at(self, name):
        """Another worker takes the account over while ours is in this method."""
        method, calls = getattr(SmtpSession, name), []

        def slow(session, *arguments):
            answer = method(session, *arguments)
            if not calls:
                calls.append(name)
                self.due()
                self.lane()
            return answer

        return patch.object(SmtpSession, name, slow)

    def a_waiting_mail(self) -> int:
        with self.committed():
            mail = self.queued()
            self.time_comes(mail)
            mail_id = mail.id
        self.due()
        return mail_id

    def test_a_worker_that_was_thought_dead_stops_before_the_dot(self):
        """Law 7: the other one has sent the mail meanwhile."""
        mail_id = self.a_waiting_mail()
        with self.taken_over_at("_write_content"):
            self.lane()
        self.after_the_pauses()
        self.assertOnce(mail_id, "Offer 7", False)

    def test_a_late_answer_to_the_dot_still_counts(self):
        """The other worker leaves the mail alone while the answer may come."""
        mail_id = self.a_waiting_mail()
        with self.taken_over_at("_final_dot"):
            self.lane()
        with self.committed() as env:
            mail = env["crm.mail.outgoing"].browse(mail_id)
            self.assertEqual(mail.state, "sent")
        self.after_the_pauses()
        self.assertOnce(mail_id, "Offer 7", False)

    # -- the world -------------------------------------------------------------------

    def a_mail_to_forward(self, subject) -> dict:
        mail = simple_mail(subject)
        mail.add_attachment(
            b"%PDF-", maintype="application", subtype="pdf", filename="plan.pdf"
        )
        self.mailbox.append(mail)
        self.due()
        self.lane()
        with self.committed() as env:
            parent = env["crm.mail.message"].search([("subject", "=", subject)])
            return {"message_id": parent.id, "kind": "forward"}

    def a_stored_draft(self, subject, **changes) -> int:
        """A draft that the server has as well."""
        with self.committed():
            mail = self.written(subject=subject, **changes)
            self.time_comes(mail)
            mail_id = mail.id
        self.due()
        self.lane()
        drafts = [m for m in self.in_drafts() if m["Subject"] == subject]
        self.assertEqual(len(drafts), 1)
        return mail_id

    def due(self):
        """The account is due, and a dead worker's lease is over."""
        with self.committed() as env:
            env["crm.mail.account"].browse(self.account_id).lease_ids.write(
                {"due": fields.Datetime.now() - timedelta(seconds=5), "until": False}
            )

    def after_the_pauses(self):
        """As when everything that anybody waits for is over."""
        for _turn in range(4):
            with self.committed():
                self.pauses_are_over()
            self.due()
            self.lane()
