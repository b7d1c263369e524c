from email import message_from_bytes, policy
from email.utils import getaddresses

from markupsafe import escape

from odoo.tests import tagged

from .common import Mailbox, simple_mail
from .outgoing_common import OutgoingCase

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
ITALIAN = "Perché no? Così è più bello: àèìòù ÀÈÌÒÙ, 12 €"
EMOJI = "👍🏽 👩‍👩‍👧 🇮🇹 — “yes”"
ODD_NAMES = (
    "Übersicht – Größe №1 (final).pdf",
    "a;b=c (quoted) 'name', 100%.txt",
    "表紙 👍.png",
    "x" * 180 + ".bin",
    "no extension",
)
LONG_LINE = "word " * 600
TRICKY = ".\n..two dots\nFrom the start\n--\n" + LONG_LINE


def unflowed(text: str) -> str:
    """Paragraphs of flowed text (RFC 3676 4.1, 4.4), written anew from the RFC."""
    lines, open_line = [], None
    for line in text.replace("\r\n", "\n").rstrip("\n").split("\n"):
        line = line[1:] if line.startswith(" ") else line
        whole = line if open_line is None else open_line + line
        if line.endswith(" ") and line != "-- ":
            open_line = whole
        else:
            lines.append(whole)
            open_line = None
    if open_line is not None:
        lines.append(open_line)
    return "\n".join(lines).strip()


@tagged("post_install", "-at_install")
class TestOutgoingForms(OutgoingCase):
    """Every form of mail, through the live servers, read by a parser not ours."""

    def put(self, mail, name, content, mimetype, inline=False):
        client = self.client()
        return client._attach_upload(mail.id, name, content, mimetype, inline)

    def travelled(self, mail=None, **changes):
        """The mail as its recipient's parser reads it, and its bytes.

        :param mail: a draft with files; without it a new one
        """
        mail = mail or self.written(**changes)
        files = mail.sudo()._attachments().ids
        values = self.values(**{**changes, "attachment_ids": files})
        self.client().compose_send(mail.id, mail.version, values)
        self.send(mail)
        self.assertEqual((mail.state, mail.filing), ("sent", "filed"))
        raw = self.raws()[-1]
        sent = [one for one in self.in_sent() if mail.message_id.encode() in one]
        self.assertEqual(sent, [mail._stored_raw().raw], "once, byte for byte")
        self.assertTrue(raw.endswith(sent[0]), "what arrived is what lies in Sent")
        self.assertWellFormed(sent[0])
        return message_from_bytes(raw, policy=policy.default), sent[0]

    def assertWellFormed(self, raw):
        """RFC 5322 2.1.1 and 2.3: lines end by CRLF and are no longer than 998."""
        self.assertNotRegex(raw, rb"[^\r]\n")
        self.assertNotRegex(raw, rb"\r[^\n]")
        self.assertLessEqual(max(map(len, raw.split(b"\r\n"))), 998)
        header = raw.partition(b"\r\n\r\n")[0]
        self.assertTrue(header.isascii())
        for line in header.split(b"\r\n"):
            self.assertLessEqual(len(line), 78, line)

    def text_of(self, got, kind="plain"):
        return got.get_body((kind,)).get_content()

    def files_of(self, got) -> dict:
        return {
            part.get_filename(): part.get_content() for part in got.iter_attachments()
        }

    def test_texts_arrive_as_they_were_written(self):
        for name, text in (
            ("Italian", ITALIAN),
            ("emoji", EMOJI),
            ("markup", "1 < 2 & 3 > 2 &amp;"),
            ("none", ""),
        ):
            with self.subTest(text=name):
                html = f"<p>{escape(text)}</p>"
                subject = f"{name} {text}".strip()
                got, _raw = self.travelled(subject=subject, body_html=html)
                self.assertEqual(got["Subject"], subject)
                self.assertEqual(self.text_of(got).strip(), text)
                self.assertIn(html, self.text_of(got, "html"))
                self.assertEqual(got.get_content_type(), "multipart/alternative")

    def test_plain_text_keeps_its_lines_whatever_they_begin_with(self):
        html = "".join(f"<div>{escape(line)}</div>" for line in TRICKY.split("\n"))
        got, _raw = self.travelled(plain=True, body_html=html)
        self.assertEqual(got.get_content_type(), "text/plain")
        self.assertEqual(got["Content-Type"].params["format"], "flowed")
        self.assertEqual(unflowed(self.text_of(got)), TRICKY.strip())

    def test_a_long_subject_is_folded_and_arrives_whole(self):
        for subject in ("offer " * 160, ITALIAN * 10, "x" * 900):
            with self.subTest(subject=subject[:8]):
                got, _raw = self.travelled(subject=subject)
                self.assertEqual(got["Subject"], " ".join(subject.split()))

    def test_pictures_in_the_text_are_related_to_it(self):
        mail = self.written()
        one = self.put(mail, "logo.png", PNG, "image/png", inline=True)
        two = self.put(mail, "città.png", PNG + b"2", "image/png", inline=True)
        html = f'<p>A<img src="{one["url"]}"/>B<img src="{two["url"]}"/></p>'
        got, raw = self.travelled(mail, body_html=html)
        related = got.get_body(("related",))
        self.assertEqual(related.get_content_type(), "multipart/related")
        shown = self.text_of(got, "html")
        pictures = [
            part for part in related.walk() if part.get_content_maintype() == "image"
        ]
        self.assertEqual([part.get_content() for part in pictures], [PNG, PNG + b"2"])
        for part in pictures:
            self.assertIn(f"cid:{part['Content-ID'].strip('<>')}", shown)
            self.assertEqual(part.get_content_disposition(), "inline")
        self.assertNotIn(b"/crm_mail_accounts/", raw, "no address of the host")
        self.assertEqual(self.files_of(got), {})

    def test_files_of_odd_names_arrive_under_them(self):
        mail = self.written()
        contents = {}
        for number, name in enumerate(ODD_NAMES):
            contents[name] = bytes([number, 0, 255, 13, 10, 46, 13, 10]) * 40
            self.put(mail, name, contents[name], "application/octet-stream")
        got, _raw = self.travelled(mail)
        self.assertEqual(self.files_of(got), contents)
        self.assertEqual(got.get_content_type(), "multipart/mixed")
        self.assertIn("Good morning", self.text_of(got))

    def test_a_mail_in_a_mail_arrives_whole(self):
        inner = simple_mail("Größe", sender="Jürgen <j@conti.example>")
        inner.add_attachment(b"%PDF-", maintype="application", subtype="pdf")
        self.mailbox.append(inner)
        self.sync(self.account)
        parent = self.messages(self.account).filtered(
            lambda one: one.message_id == inner["Message-ID"]
        )
        started = self.client().compose_start("forward_attachment", parent.id)
        draft = self.written(
            parent=started["parent"],
            attachment_ids=[file["id"] for file in started["attachments"]],
        )
        got, _raw = self.travelled(draft, parent=started["parent"])
        (part,) = got.iter_attachments()
        self.assertEqual(part.get_content_type(), "message/rfc822")
        within = part.get_content()
        self.assertEqual(within["Subject"], "Größe")
        self.assertEqual(within["Message-ID"], inner["Message-ID"])
        (pdf,) = within.iter_attachments()
        self.assertEqual(pdf.get_content(), b"%PDF-")

    def test_a_long_conversation_keeps_its_first_and_its_last_mails(self):
        ids = [f"<{number}.{'x' * 40}@conti.example>" for number in range(150)]
        before = simple_mail("Long", References=" ".join(ids))
        self.mailbox.append(before)
        self.sync(self.account)
        (parent,) = self.messages(self.account, subject="Long")
        started = self.client().compose_start("reply", parent.id)
        got, _raw = self.travelled(
            subject=started["subject"],
            body_html=started["body_html"],
            parent=started["parent"],
        )
        self.assertEqual(got["In-Reply-To"], before["Message-ID"])
        named = got["References"].split()
        self.assertEqual((named[0], named[-1]), (ids[0], before["Message-ID"]))
        self.assertEqual(named[-10:-1], ids[-9:])

    def test_thirty_people_get_it_and_nobody_sees_the_blind_copies(self):
        to = [
            {"name": f"Rossi, N. {n}", "email": f"to{n}@live.test"} for n in range(20)
        ]
        cc = [{"name": "Ünal “Ö”", "email": f"cc{n}@live.test"} for n in range(9)]
        hidden = Mailbox()
        bcc = [{"name": "Hidden One", "email": hidden.username}]
        to.append({"name": "", "email": self.friend.username})
        got, raw = self.travelled(to=to, cc=cc, bcc=bcc)
        for field, people in (("To", to), ("Cc", cc)):
            self.assertEqual(
                getaddresses([got[field]]),
                [(one["name"], one["email"]) for one in people],
            )
        self.assertIsNone(got["Bcc"])
        (blind,) = self.raws(hidden)
        for seen in (raw, *self.raws(), blind.partition(b"From: ")[2]):
            self.assertNotIn(hidden.username.encode(), seen)
            self.assertNotIn(b"Hidden One", seen)

    def test_nothing_tells_of_the_server(self):
        got, raw = self.travelled(importance="high", read_receipt=True)
        self.assertEqual(got["Importance"], "high")
        self.assertIn(self.account.email, got["Disposition-Notification-To"])
        domain = self.account.email.partition("@")[2]
        self.assertTrue(got["Message-ID"].endswith(f"@{domain}>"))
        for word in (b"localhost", b"127.0.0.1", b"odoo", b"X-Mailer", b"User-Agent"):
            self.assertNotIn(word.lower(), raw.lower())
