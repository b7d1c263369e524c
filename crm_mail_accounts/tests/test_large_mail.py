import os
from email.message import EmailMessage
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from ..mailkit.imap.mailbox import MailboxSession
from ..tools import large_mail
from .common import Mailbox, MailCase


@tagged("post_install", "-at_install")
class TestLargeMail(MailCase, HttpCase):
    """A mail whose film nobody asked for."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.film = os.urandom(700_000)
        mail = EmailMessage()
        mail["From"] = "Rosa <rosa@conti.example>"
        mail["Subject"] = "Film: è grande"
        mail.set_content("Plain")
        mail.add_alternative('<p>Look <img src="cid:logo@x"></p>', subtype="html")
        mail.get_payload()[1].add_related(
            b"\x89PNG\r\n\x1a\n1234", maintype="image", subtype="png", cid="<logo@x>"
        )
        mail.add_attachment(
            self.film, maintype="video", subtype="mp4", filename="Perù.mp4"
        )
        mail.add_attachment("a;b\nc;d\n", filename="small.csv")
        self.raw = mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        self.mailbox.append(self.raw)
        account = self.new_account()
        self.work(account)
        self.mail = self.env["crm.mail.message"].search(
            [("account_id", "=", account.id)]
        )
        self.startPatch(large_mail, "LARGE", 100_000)
        self.owner.password = "mail_owner1!"  # noqa: S105 of a test's user

    def startPatch(self, target, name, replacement=None):
        if name == "LARGE":
            patcher = patch.object(target, name, replacement)
            self.addCleanup(patcher.stop)
            return patcher.start()
        return super().startPatch(target, name, replacement)

    def whole_mail_is_forbidden(self):
        return patch.object(
            MailboxSession, "fetch_body", side_effect=AssertionError("fetched whole")
        )

    def test_its_text_is_read_without_its_attachment(self):
        """[F2]"""
        with self.whole_mail_is_forbidden():
            opened = self.client().open_message(self.mail.id)
            self.authenticate("mail_owner", "mail_owner1!")
            body = self.url_open(opened["body_url"]).text
        self.assertIn("Look", body)
        self.assertIn("data:image/png", body)
        film, small = opened["attachments"]
        self.assertEqual(film["filename"], "Perù.mp4")
        self.assertLess(abs(film["size"] - len(self.film)), 20_000)
        self.assertEqual(small["filename"], "small.csv")
        self.assertFalse(self.mail._cached_raw())

    def test_a_part_of_it_is_streamed_as_it_is(self):
        opened = self.client().open_message(self.mail.id)
        self.authenticate("mail_owner", "mail_owner1!")
        with self.whole_mail_is_forbidden():
            film, small = (
                self.url_open(part["url"]).content for part in opened["attachments"]
            )
        self.assertEqual(film, self.film)
        self.assertEqual(small.replace(b"\r\n", b"\n"), b"a;b\nc;d\n")
        self.assertEqual(self.url_open(film_url(opened, "9.9")).status_code, 404)

    def test_its_source_is_the_mail_as_it_came(self):
        self.authenticate("mail_owner", "mail_owner1!")
        answer = self.url_open(f"/crm_mail_accounts/message/{self.mail.id}/source")
        self.assertEqual(answer.content, self.raw)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertNotIn(b"Seen", b"".join(self.mailbox.flags()))

    def test_nobody_else_gets_its_source(self):
        """Law 11."""
        for user in (self.colleague, self.administrator):
            user.password = user.login + "1!"
            self.authenticate(user.login, user.login + "1!")
            answer = self.url_open(f"/crm_mail_accounts/message/{self.mail.id}/source")
            self.assertEqual(answer.status_code, 404)


def film_url(opened, number: str) -> str:
    return opened["attachments"][0]["url"].rpartition("/")[0] + f"/{number}"
