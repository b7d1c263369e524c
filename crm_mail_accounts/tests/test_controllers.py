from email.message import EmailMessage

from odoo.tests import HttpCase, tagged

from .common import Mailbox, MailCase


@tagged("post_install", "-at_install")
class TestControllers(MailCase, HttpCase):
    """The bytes that a browser gets of a mail."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        mail = EmailMessage()
        mail["From"] = "Rosa <rosa@conti.example>"
        mail["Subject"] = "Page"
        mail.set_content("Plain")
        mail.add_alternative(
            '<p onclick="alert(1)">Hello</p><script>alert(1)</script>'
            '<img src="https://track.example/p.gif">',
            subtype="html",
        )
        mail.add_attachment(
            b"<script>alert(1)</script>",
            maintype="text",
            subtype="html",
            filename="Perù.html",
        )
        self.mailbox.append(mail)
        account = self.new_account()
        self.work(account)
        self.mail = self.env["crm.mail.message"].search(
            [("account_id", "=", account.id)]
        )
        self.url = f"/crm_mail_accounts/message/{self.mail.id}"
        for user in (self.owner, self.colleague, self.administrator):
            user.password = user.login + "1!"

    def as_user(self, user):
        self.authenticate(user.login, user.login + "1!")

    def test_the_body_is_clean_and_under_a_policy_that_loads_nothing(self):
        """Law 12."""
        self.as_user(self.owner)
        answer = self.url_open(f"{self.url}/body")
        self.assertEqual(answer.status_code, 200)
        policy = answer.headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("img-src data:;", policy)
        self.assertIn("sandbox", policy)
        self.assertNotIn("allow-scripts", policy)
        self.assertNotIn("allow-same-origin", policy)
        self.assertIn("Hello", answer.text)
        for hostile in ("<script", "onclick", "track.example"):
            self.assertNotIn(hostile, answer.text)

    def test_remote_pictures_load_only_when_the_reader_asked(self):
        self.as_user(self.owner)
        answer = self.url_open(f"{self.url}/body?remote=1")
        self.assertIn("https://track.example/p.gif", answer.text)
        self.assertIn("img-src data: https:", answer.headers["Content-Security-Policy"])
        self.assertNotIn("<script", answer.text)

    def test_a_dark_theme_is_followed_by_what_has_no_looks_of_its_own(self):
        plain = EmailMessage()
        plain["Subject"] = "Plain"
        plain.set_content("Hello")
        plain.add_attachment("Minutes", filename="notes.txt")
        self.mailbox.append(plain)
        self.work(self.mail.account_id)
        mail = self.env["crm.mail.message"].search([("subject", "=", "Plain")])
        url = f"/crm_mail_accounts/message/{mail.id}"
        self.as_user(self.owner)
        for path, is_dark in (
            (f"{url}/body?dark=1", True),
            (f"{url}/body?dark=1&quotes=hidden", True),
            (f"{url}/part/2/view?dark=1", True),
            (f"{url}/source?view=1&dark=1", True),
            (f"{url}/body", False),
            (f"{url}/part/2/view", False),
            (f"{url}/source?view=1", False),
            (f"{url}/print?dark=1", False),
            (f"{self.url}/body?dark=1", False),
        ):
            with self.subTest(path=path):
                text = self.url_open(path).text
                self.assertEqual("color-scheme:dark" in text, is_dark)
        self.assertFalse(self.client().open_message(mail.id)["paper"])
        self.assertTrue(self.client().open_message(self.mail.id)["paper"])

    def test_an_attachment_is_a_download_and_never_a_page(self):
        self.as_user(self.owner)
        opened = self.client().open_message(self.mail.id)
        answer = self.url_open(opened["attachments"][0]["url"])
        self.assertEqual(answer.content.strip(), b"<script>alert(1)</script>")
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn("Per%C3%B9.html", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    def test_a_part_that_does_not_exist_is_not_found(self):
        self.as_user(self.owner)
        self.assertEqual(self.url_open(f"{self.url}/part/9.9").status_code, 404)

    def test_nobody_else_gets_the_bytes(self):
        """Law 11."""
        self.client().open_message(self.mail.id)
        for user in (self.colleague, self.administrator):
            self.as_user(user)
            for path in ("body", "part/2"):
                with self.subTest(user=user.login, path=path):
                    answer = self.url_open(f"{self.url}/{path}")
                    self.assertEqual(answer.status_code, 404)

    def test_a_visitor_is_sent_to_the_login(self):
        answer = self.url_open(f"{self.url}/body", allow_redirects=False)
        self.assertIn("/web/login", answer.headers.get("Location", ""))
