from datetime import timedelta
from unittest.mock import patch

from odoo import fields, http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..mailkit.errors import AuthError, NetworkError, ServerRefused
from ..mailkit.smtp.session import SmtpSession
from ..tools import folder_making
from .common import simple_mail
from .outgoing_common import OutgoingCase


@tagged("post_install", "-at_install")
class TestOutgoing(OutgoingCase):
    """A mail leaves, once, with a copy in Sent."""

    def test_a_mail_is_sent_once_and_lies_in_sent_byte_for_byte(self):
        """Law 7."""
        mail = self.queued(bcc=[{"name": "", "email": "hidden@live.test"}])
        self.assertEqual(mail.state, "queued")
        mail.next_at += timedelta(hours=1)  # however long a turn takes
        self.work(self.account)
        self.assertFalse(self.received(), "undoing is not over")
        frozen = mail._stored_raw().raw
        self.send(mail)
        (got,) = self.raws()
        self.assertTrue(got.endswith(frozen.rstrip(b"\r\n") + b"\r\n"), got[:500])
        (copy,) = self.in_sent()
        self.assertEqual(copy, frozen)
        self.assertNotIn(b"hidden@live.test", frozen)
        self.assertEqual(mail.recipients["bcc"], [["", "hidden@live.test"]])
        self.assertEqual((mail.state, mail.filing), ("sent", "filed"))
        self.assertFalse(mail.next_at)
        self.send()
        self.assertEqual(len(self.received()), 1)
        self.assertEqual(len(self.in_sent()), 1)

    def test_the_copy_is_listed_as_read_and_tells_its_author_more(self):
        hidden = {"name": "", "email": "hidden@live.test"}
        nobody = {"name": "", "email": "nobody@live.test"}
        self.send(self.queued(bcc=[hidden, nobody]))
        (message,) = self.messages(self.account, subject="Offer 7")
        self.assertEqual(message.shown_folder_id.role, "sent")
        self.assertTrue(message.seen)
        opened = self.client().open_message(message.id)
        self.assertEqual(opened["bcc"], [hidden, nobody])
        (refused,) = opened["delivery"]
        self.assertEqual(
            (refused["email"], refused["state"]), ("nobody@live.test", "refused")
        )

    def test_nobody_to_send_to_or_a_wrong_address_is_said(self):
        for to, sentence in (([], "Enter somebody"), (["a b"], "not an e-mail")):
            to = [{"name": "", "email": email} for email in to]
            draft = self.written(to=to)
            with self.assertRaisesRegex(UserError, sentence), self.cr.savepoint():
                self.client().compose_send(draft.id, draft.version, self.values(to=to))
            self.assertEqual(draft.state, "draft")

    def test_a_mail_larger_than_the_server_takes_is_not_queued(self):
        self.send(self.queued())
        self.assertEqual(self.account.lease_ids.smtp_size, 30 * 1024 * 1024)
        self.account.lease_ids.smtp_size = 1000
        (sender,) = self.client().compose_start("new")["senders"]
        self.assertEqual(sender["max_size"], 1000)
        with self.assertRaisesRegex(UserError, "mail server takes"):
            self.queued(body_html="<p>long</p>" * 200)

    # -- undo and schedule -------------------------------------------------------

    def test_sending_is_undone_until_the_mail_has_begun_to_leave(self):
        self.owner.crm_mail_undo_seconds = 20
        mail = self.written()
        before = fields.Datetime.now()
        answer = self.client().compose_send(mail.id, mail.version, self.values())
        after = fields.Datetime.now()
        until = fields.Datetime.to_datetime(answer["undo_until"])
        sent = until - timedelta(seconds=20)
        self.assertTrue(before <= sent <= after, (before, until, after))
        back = self.client().compose_undo(mail.id)
        self.assertEqual((back["state"], back["subject"]), ("draft", "Offer 7"))
        self.assertFalse(mail._stored_raw())
        self.send(mail)
        self.assertFalse(self.received())
        mail = self.queued()
        self.send(mail)
        with self.assertRaisesRegex(UserError, "Too late"):
            self.client().compose_undo(mail.id)

    def test_a_scheduled_mail_waits_for_its_time(self):
        """[D7]"""
        at = fields.Datetime.now() + timedelta(days=3)
        mail = self.queued(send_at=fields.Datetime.to_string(at))
        self.work(self.account)
        self.assertFalse(self.received())
        (row,) = self.client().outgoing_list("scheduled")["rows"]
        self.assertEqual(row["send_at"], fields.Datetime.to_string(at))
        self.assertEqual(self.client().bootstrap()["scheduled"], 1)
        later = fields.Datetime.to_string(at + timedelta(hours=1))
        self.client().outgoing_reschedule(mail.id, later)
        self.assertEqual(fields.Datetime.to_string(mail.next_at), later)
        date = self.env["ir.attachment"].browse(mail._stored_raw().id).raw
        self.assertIn((at + timedelta(hours=1)).strftime("%H:%M:%S").encode(), date)
        self.send(mail)
        self.assertEqual(len(self.received()), 1)
        self.assertFalse(self.client().outgoing_list("scheduled")["rows"])

    def test_a_scheduled_mail_is_edited_cancelled_or_sent_at_once(self):
        """[D7]"""
        at = fields.Datetime.to_string(fields.Datetime.now() + timedelta(days=3))
        mail = self.queued(send_at=at)
        self.assertEqual(self.client().compose_undo(mail.id)["state"], "draft")
        self.send(mail)
        self.assertFalse(self.received())
        self.client().compose_send(mail.id, mail.version, self.values(), at)
        self.client().outgoing_send_now(mail.id)
        self.work(self.account)
        self.assertEqual(len(self.received()), 1)

    def test_the_worker_comes_at_the_time_of_a_mail(self):
        """Whatever pause the mailbox is in."""
        at = fields.Datetime.now() + timedelta(minutes=7)
        self.account.lease_ids.due = fields.Datetime.now() + timedelta(hours=6)
        self.queued(send_at=fields.Datetime.to_string(at))
        self.assertEqual(self.account.lease_ids.due, at)

        def away(*_arguments, **_options):
            raise AuthError("no")

        self.startPatch(self.env.registry["crm.mail.account"], "_open_imap__", away)
        self.work(self.account)
        self.assertTrue(self.account.error_code)
        self.assertLessEqual(abs((self.account.lease_ids.due - at).total_seconds()), 1)

    # -- refusals ----------------------------------------------------------------

    def test_who_does_not_get_it_is_said_and_the_others_do(self):
        """[D5] case 4: the address does not exist."""
        nobody = {"name": "", "email": "nobody@live.test"}
        friend = {"name": "", "email": self.friend.username}
        mail = self.queued(to=[friend, nobody])
        self.send(mail)
        self.assertEqual(len(self.received()), 1)
        self.assertEqual((mail.state, mail.undelivered), ("sent", True))
        self.assertIn("nobody@live.test does not get this mail", mail.error)
        self.assertEqual(mail.results["nobody@live.test"]["state"], "refused")
        self.assertEqual(mail.results[self.friend.username]["state"], "accepted")
        (row,) = self.client().outgoing_list("undelivered")["rows"]
        self.assertEqual(row["id"], mail.id)

    def test_a_mail_that_nobody_takes_fails_and_can_be_corrected(self):
        """[D5] case 4."""
        mail = self.queued(to=[{"name": "", "email": "nobody@live.test"}])
        self.send(mail)
        self.assertEqual((mail.state, mail.undelivered), ("failed", True))
        self.assertFalse(self.in_sent())
        (row,) = self.client().outgoing_list("outgoing")["rows"]
        self.assertIn("User unknown", row["error"])
        self.assertTrue(row["may_cancel"])
        self.assertEqual(self.client().bootstrap()["outgoing"], 1)
        self.client().outgoing_retry(mail.id)
        self.send(mail)
        self.assertEqual(mail.state, "failed")
        self.client().compose_undo(mail.id)
        self.client().compose_send(mail.id, mail.version, self.values())
        self.send(mail)
        self.assertEqual((mail.state, mail.undelivered), ("sent", False))

    def test_whom_the_server_refuses_for_now_is_tried_again_alone(self):
        other = {"name": "", "email": "later@live.test"}
        mail = self.queued(to=[{"name": "", "email": self.friend.username}, other])
        command = SmtpSession._command
        busy = [True]

        def grey(session, line):
            if busy[0] and b"later@live.test" in line:
                line = b"RCPT TO:<>"  # never taken
                answer = command(session, line)
                return type(answer)(451, (b"4.7.1 try later",))
            return command(session, line)

        with patch.object(SmtpSession, "_command", grey):
            self.send(mail)
            self.assertEqual(mail.state, "queued")
            self.assertEqual(mail.envelope["to"], ["later@live.test"])
            self.assertEqual(len(self.received()), 1)
            with self.assertRaisesRegex(UserError, "Too late"):
                self.client().compose_undo(mail.id)
            busy[0] = False
            self.send(mail)
        self.assertEqual((mail.state, mail.undelivered), ("sent", False))
        self.assertEqual(len(self.received()), 1)
        self.assertEqual(len(self.in_sent()), 1)

    def test_a_mail_that_comes_back_is_shown_at_the_mail_that_was_sent(self):
        """[D5] case 4: the address turned out to be dead."""
        mail = self.queued()
        self.send(mail)
        for address in ("somebody@else.test", self.friend.username):
            self.mailbox.append(bounce(mail.message_id, address))
            self.sync(self.account)
            came_back = address == self.friend.username
            self.assertEqual(mail.undelivered, came_back, address)
        self.assertEqual(mail.results[self.friend.username]["state"], "bounced")
        self.assertIn("came back: 550 5.1.1 User unknown", mail.error)
        self.mailbox.append(bounce("<other@live.test>", self.friend.username))
        self.sync(self.account)
        (row,) = self.client().outgoing_list("undelivered")["rows"]
        self.assertEqual(row["id"], mail.id)
        (copy,) = self.messages(self.account, subject="Offer 7")
        self.assertEqual(row["copy_id"], copy.id)
        self.assertEqual(self.client().bootstrap()["undelivered"], 1)

    def test_what_came_back_stands_in_imported_until_its_author_is_done_with_it(self):
        """[D5] case 4."""
        mail, other = self.queued(), self.queued(subject="Arrived")
        self.send(mail, other)
        self.assertEqual(self.special("imported"), {})
        self.mailbox.append(bounce(mail.message_id, self.friend.username))
        self.sync(self.account)
        self.assertEqual(self.special("imported"), {"Offer 7": mail.id})
        self.assertEqual(self.client().bootstrap()["specials"]["imported"], 1)
        sent = self.folder(self.account, "sent")
        rows = self.client().list_messages(sent.id)["rows"]
        self.assertEqual(
            {row["subject"]: row["undelivered"] for row in rows},
            {"Offer 7": mail.id, "Arrived": False},
        )
        self.assertEqual(self.special("imported", self.administrator), {})
        self.client().outgoing_dismiss(mail.id)
        self.assertEqual(self.special("imported"), {})
        self.assertEqual(self.client().bootstrap()["undelivered"], 0)
        with self.assertRaisesRegex(UserError, "Only a mail that was sent"):
            self.client().outgoing_dismiss(mail.id)
        (copy,) = self.messages(self.account, subject="Offer 7")
        (told,) = self.client().open_message(copy.id)["delivery"]
        self.assertEqual(told["state"], "bounced", "the mail itself goes on saying so")

    def special(self, name, user=None):
        rows = self.client(user).list_messages({"special": name})["rows"]
        return {row["subject"]: row["undelivered"] for row in rows}

    def failing(self, error, step=""):
        """Sending fails like this, until the block ends."""

        def send(_session, *_arguments, **_options):
            error.step = step
            raise error

        return patch.object(SmtpSession, "send", send)

    def test_a_server_that_is_busy_is_asked_again_later(self):
        mail = self.queued()
        busy = ServerRefused("451 later", response_code="451", retry=True)
        with self.failing(busy, "mail"):
            self.send(mail)
        self.assertEqual((mail.state, mail.tries), ("queued", 1))
        self.assertGreater(mail.next_at, fields.Datetime.now())
        self.assertTrue(mail.error)
        self.send(mail)
        self.assertEqual(mail.state, "sent")
        self.assertFalse(mail.error)

    def test_silence_after_the_dot_is_for_a_person_to_decide(self):
        """Law 7."""
        mail = self.queued()
        with self.failing(NetworkError("lost"), "dot"):
            self.send(mail)
        self.assertEqual(mail.state, "uncertain")
        for _turn in range(7):
            self.send(mail)
        self.assertFalse(self.received(), "it was never sent again by itself")
        (row,) = self.client().outgoing_list("outgoing")["rows"]
        self.assertEqual((row["may_decide"], row["may_cancel"]), (True, False))
        with self.assertRaises(UserError):
            self.client().compose_undo(mail.id)
        message_id = mail.message_id
        self.client().outgoing_decide(mail.id, "again")
        self.send(mail)
        (got,) = self.received()
        self.assertEqual(got["Message-ID"], message_id)

    def test_what_a_person_says_was_sent_gets_its_copy(self):
        mail = self.queued()
        with self.failing(NetworkError("lost"), "dot"):
            self.send(mail)
        self.client().outgoing_decide(mail.id, "sent")
        self.send(mail)
        self.assertEqual((mail.state, mail.filing), ("sent", "filed"))
        self.assertEqual((len(self.received()), len(self.in_sent())), (0, 1))

    def test_mail_that_does_not_leave_is_told_at_the_mailbox(self):
        mail = self.queued()

        def away(*_arguments, **_options):
            raise AuthError("535 no")

        with patch.object(self.env.registry["crm.mail.account"], "_open_smtp__", away):
            self.send(mail)
        self.assertEqual(mail.state, "queued")
        lease = self.account.lease_ids
        self.assertEqual(
            (lease.smtp_error_code, lease.smtp_failures), ("auth_failed", 1)
        )
        (told,) = self.client().bootstrap()["accounts"]
        self.assertEqual(told["smtp_problem"], lease.smtp_error_message)
        self.assertFalse(self.account.error_code, "mail comes in all the same")
        self.send(mail)
        self.assertEqual(mail.state, "sent")
        self.assertFalse(lease.smtp_error_code)

    def test_a_copy_that_the_server_refuses_never_fails_the_mail(self):
        mail = self.queued()
        self.folder(self.account, "sent").role = "none"
        self.send(mail)
        self.assertEqual((mail.state, mail.filing), ("sent", "waiting"))
        self.send(mail)
        (row,) = self.client().outgoing_list("outgoing")["rows"]
        self.assertIn("no folder for sent", row["error"])
        self.named(self.account, "Sent").role = "sent"
        self.send(mail)
        self.assertEqual(mail.filing, "filed")
        self.assertEqual((len(self.received()), len(self.in_sent())), (1, 1))

    def test_a_mailbox_without_sent_and_drafts_gets_them(self):
        # The live server makes its own ones anew whenever they are asked for.
        names = {"sent": "Copies", "drafts": "Unfinished"}
        for role in names:
            self.folder(self.account, role).role = "none"
        with patch.dict(folder_making.NAMES, names):
            self.send(self.queued())
            self.assertEqual(len(self.raws(self.mailbox, "Copies")), 1)
            self.assertEqual(self.folder(self.account, "sent").raw, "Copies")
            self.assertFalse(
                self.folder(self.account, "drafts"), "nothing asked for it"
            )
            self.send(self.written())
            self.assertEqual(len(self.raws(self.mailbox, "Unfinished")), 1)
            self.assertEqual(self.folder(self.account, "drafts").raw, "Unfinished")

    def test_a_role_that_comes_later_is_taken_where_nobody_has_it(self):
        def listed_anew():
            self.account.lease_ids.listed_at = False
            self.sync(self.account)

        self.folder(self.account, "sent").unlink()
        listed_anew()
        self.assertEqual(self.folder(self.account, "sent").raw, "Sent")
        self.named(self.account, "Sent").unlink()
        self.named(self.account, "Trash").role = "sent"
        listed_anew()
        self.assertEqual(self.named(self.account, "Sent").role, "none")

    # -- answers and records -----------------------------------------------------

    def test_an_answer_is_threaded_and_marks_its_parent(self):
        self.mailbox.append(simple_mail("Offer", sender=self.friend.username))
        self.sync(self.account)
        (parent,) = self.messages(self.account, subject="Offer")
        started = self.client().compose_start("reply", parent.id)
        self.assertEqual(started["to"][0]["email"], self.friend.username)
        self.assertEqual(started["subject"], "Re: Offer")
        self.assertNotIn("o_crm_mail_signature", started["body_html"])
        self.assertIn("o_crm_mail_quote", started["body_html"])
        mail = self.queued(
            **{name: started[name] for name in ("to", "subject", "body_html", "parent")}
        )
        self.send(mail)
        (got,) = self.received()
        self.assertEqual(got["In-Reply-To"], parent.message_id)
        self.assertIn(parent.message_id, got["References"])
        self.assertTrue(parent.answered)
        self.assertIn(b"\\Answered", self.mailbox.flags()[0])

    def test_a_list_says_where_answers_to_all_go(self):
        post = simple_mail("Release", sender=self.friend.username)
        post["Mail-Followup-To"] = "list@live.test"
        self.mailbox.append(post)
        self.sync(self.account)
        (parent,) = self.messages(self.account, subject="Release")
        for kind, email in (
            ("reply_all", "list@live.test"),
            ("reply", self.friend.username),
        ):
            started = self.client().compose_start(kind, parent.id)
            self.assertEqual([one["email"] for one in started["to"]], [email])

    def test_a_forwarded_mail_takes_its_files_along(self):
        offer = simple_mail("Offer")
        offer.add_attachment(
            b"%PDF-", maintype="application", subtype="pdf", filename="o.pdf"
        )
        self.mailbox.append(offer)
        self.sync(self.account)
        (parent,) = self.messages(self.account, subject="Offer")
        for kind, name in (("forward", "o.pdf"), ("forward_attachment", "Offer.eml")):
            started = self.client().compose_start(kind, parent.id)
            (file,) = started["attachments"]
            self.assertEqual(file["filename"], name)
            mail = self.queued(
                subject=kind,
                body_html=started["body_html"],
                parent=started["parent"],
                attachment_ids=[file["id"]],
            )
            self.assertEqual(len(mail._attachments()), 1, "taken along once")
            self.send(mail)
            (got,) = [m for m in self.received() if m["Subject"] == kind]
            self.assertIn(name, [part.get_filename() for part in got.walk()])
        self.assertTrue(parent.forwarded)

    def test_a_mail_written_for_a_record_is_linked_when_it_was_sent(self):
        """[F9]"""
        lead = self.env["crm.lead"].create({"name": "Deal", "user_id": self.owner.id})
        mail = self.queued(record={"model": "crm.lead", "res_id": lead.id})
        self.send(mail)
        self.sync(self.account)
        (message,) = self.messages(self.account, subject="Offer 7")
        self.assertEqual(message.link_ids.res_id, lead.id)
        self.assertFalse(mail.link_pending)
        self.assertIn("Good morning", lead.message_ids[0].body)

    def test_a_record_that_is_not_the_users_cannot_be_named(self):
        lead = self.env["crm.lead"].create(
            {"name": "Theirs", "user_id": self.administrator.id}
        )
        with self.assertRaises(AccessError):
            self.written(record={"model": "crm.lead", "res_id": lead.id})


@tagged("post_install", "-at_install")
class TestOutgoingFiles(OutgoingCase, HttpCase):
    """Files by the route."""

    def upload(self, mail, user, inline=""):
        self.authenticate(user.login, user.login)
        return self.url_open(
            f"/crm_mail_accounts/compose/{mail.id}/attach",
            data={"csrf_token": http.Request.csrf_token(self), "inline": inline},
            files={"ufile": ("logo.png", PNG, "image/png")},
        )

    def test_a_picture_in_the_text_becomes_part_of_the_mail(self):
        mail = self.written()
        answer = self.upload(mail, self.owner, "1")
        (file,) = answer.json()
        shown = self.url_open(file["url"])
        self.assertEqual(
            (shown.content, shown.headers["Content-Type"]), (PNG, "image/png")
        )
        body = f'<p>Look</p><img src="{file["url"]}">'
        self.client().compose_send(mail.id, mail.version, self.values(body_html=body))
        self.send(mail)
        (got,) = self.received()
        (image,) = [p for p in got.walk() if p.get_content_type() == "image/png"]
        self.assertEqual(image.get_payload(decode=True), PNG)
        self.assertIn(file["cid"], image["Content-ID"])
        html = next(p for p in got.walk() if p.get_content_type() == "text/html")
        self.assertIn(f"cid:{file['cid']}", html.get_payload(decode=True).decode())

    def test_nobody_else_puts_files_into_a_mail_or_sees_them(self):
        mail = self.written()
        file = mail._attach("secret.pdf", b"%PDF-", "application/pdf")
        self.assertEqual(self.upload(mail, self.colleague).status_code, 404)
        url = f"/crm_mail_accounts/compose/{mail.id}/attachment/{file.id}"
        self.assertEqual(self.url_open(url).status_code, 404)
        self.assertFalse(file.with_user(self.colleague).has_access("read"))
        self.assertFalse(file.with_user(self.administrator).has_access("read"))
        other = self.written(self.owner)
        with self.assertRaises(AccessError):
            self.client(self.colleague).compose_attach_records(other.id, file.ids)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


def bounce(message_id: str, address: str) -> bytes:
    """As Postfix writes one (RFC 3464)."""
    return f"""\
From: Mail Delivery System <MAILER-DAEMON@live.test>
To: somebody@live.test
Subject: Undelivered Mail Returned to Sender
Date: Mon, 02 Mar 2026 09:30:00 +0100
Message-ID: <b{abs(hash(address + message_id))}@live.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver your mail.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; live.test

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: Offer 7

--b--
""".replace("\n", "\r\n").encode()
