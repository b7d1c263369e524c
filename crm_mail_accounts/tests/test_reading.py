import io
import zipfile
from email.message import EmailMessage

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import Mailbox, MailCase, simple_mail
from .test_link import PIXEL

INVITATION = b"""BEGIN:VCALENDAR\r
METHOD:REQUEST\r
BEGIN:VEVENT\r
UID:1@x\r
SUMMARY:Review\r
LOCATION:Room 4\r
DTSTART;TZID=Europe/Rome:20260302T093000\r
DURATION:PT1H\r
ORGANIZER;CN=Rosa:mailto:rosa@conti.example\r
END:VEVENT\r
END:VCALENDAR\r
"""


def html_mail(html, subject="Offer", sender="Rosa Conti <rosa@conti.example>"):
    mail = simple_mail(subject, sender)
    mail.add_alternative(html, subtype="html")
    return mail


class ReadingCase(MailCase):
    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.account = self.new_account()

    def receive(self, *mails):
        """The rows of the mails, in the order given."""
        self.mailbox.append(*mails)
        self.work(self.account)
        found = self.env["crm.mail.message"].search(
            [("account_id", "=", self.account.id)], order="uid"
        )
        return found[-len(mails) :]


@tagged("post_install", "-at_install")
class TestReading(ReadingCase):
    """What the reading pane knows of a mail."""

    def opened(self, mail, user=None):
        return self.client(user).open_message(mail.id)

    def kinds(self, mail):
        return [warning["kind"] for warning in self.opened(mail)["warnings"]]

    def test_an_encrypted_mail_says_where_it_can_be_read(self):
        armour = "-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n"
        known = simple_mail()
        closed = simple_mail()
        closed.set_content(armour)
        (_known, mail) = self.receive(known, closed)
        (warning,) = self.opened(mail)["warnings"]
        self.assertEqual(warning["kind"], "encrypted")
        self.assertIn("OpenPGP", warning["text"])

    def test_the_first_mail_of_a_stranger_says_so_and_the_second_does_not(self):
        first, second = self.receive(simple_mail("One"), simple_mail("Two"))
        self.assertEqual(self.kinds(first), ["first_time"])
        self.assertEqual(self.kinds(second), [])

    def test_a_contact_is_no_stranger(self):
        self.env["res.partner"].create({"name": "R", "email": "Rosa@Conti.example"})
        (mail,) = self.receive(simple_mail())
        self.assertEqual(self.kinds(mail), [])

    def test_who_takes_a_colleagues_name_is_told(self):
        self.colleague.write({"name": "Laura Bianchi", "email": "laura@our.example"})
        fake, real = self.receive(
            simple_mail(sender="Laura Bianchi <boss@evil.example>"),
            simple_mail(sender="Laura Bianchi <laura@our.example>"),
        )
        (warning, _first) = self.opened(fake)["warnings"]
        self.assertEqual(warning["level"], "warning")
        self.assertIn("laura@our.example", warning["text"])
        self.assertIn("boss@evil.example", warning["text"])
        self.assertNotIn("name_of_other", self.kinds(real))

    def test_a_lying_link_is_named(self):
        (mail,) = self.receive(
            html_mail('<a href="https://evil.example/">www.bank.example</a>')
        )
        (warning, _first) = self.opened(mail)["warnings"]
        self.assertIn("www.bank.example", warning["text"])
        self.assertIn("evil.example", warning["text"])

    def test_pictures_of_a_trusted_sender_are_shown_to_who_trusts_alone(self):
        first, second = self.receive(
            html_mail('<img src="https://x.example/1.png">', "One"),
            html_mail('<img src="https://x.example/2.png">', "Two"),
        )
        self.assertFalse(self.opened(second)["trusted"])
        self.client().trust_sender(first.id)
        self.client().trust_sender(first.id)
        self.assertTrue(self.opened(second)["trusted"])
        self.assertFalse(
            self.env["crm.mail.trusted.sender"]
            .with_user(self.colleague)
            ._is_trusted("rosa@conti.example")
        )
        self.client().trust_sender(first.id, False)
        self.assertFalse(self.opened(second)["trusted"])

    def test_trust_ends_where_the_mail_server_doubts_the_sender(self):
        """Else the one who imitates a trusted sender learns that the mail was read."""
        raw = html_mail('<img src="https://x.example/1.png">').as_bytes()
        domain = self.account.email.rpartition("@")[2]
        doubted = (
            f"Authentication-Results: mail.{domain}; dmarc=fail\r\n".encode() + raw
        )
        good, bad = self.receive(raw, doubted)
        self.client().trust_sender(good.id)
        self.assertTrue(self.opened(good)["trusted"])
        self.assertFalse(self.opened(bad)["trusted"])
        self.assertIn("authentication", self.kinds(bad))

    def test_an_invitation_tells_its_facts(self):
        mail = simple_mail("Invitation")
        mail.add_attachment(INVITATION, "text", "calendar", filename="invite.ics")
        (mail,) = self.receive(mail)
        opened = self.opened(mail)
        (event,) = opened["invitations"]
        self.assertEqual(event["summary"], "Review")
        self.assertEqual(event["start"], "2026-03-02 08:30:00")
        self.assertEqual(event["end"], "2026-03-02 09:30:00")
        self.assertEqual(event["organizer"]["email"], "rosa@conti.example")
        self.assertEqual(opened["attachments"][0]["preview"], "calendar")

    def test_all_header_fields_on_demand(self):
        (mail,) = self.receive(
            simple_mail("Perù", **{"X-Mailer": "Some client", "X_Odd": "a"})
        )
        fields = self.client().message_headers(mail.id)["fields"]
        self.assertIn(["Subject", "Perù"], fields)
        self.assertIn(["X-Mailer", "Some client"], fields)

    def test_a_conversation_is_told_oldest_first_and_to_its_reader_alone(self):
        first = simple_mail("Offer")
        answer = simple_mail("Re: Offer", In_Reply_To=first["Message-ID"])
        mails = self.receive(first, answer)
        thread = mails.thread_id
        self.assertEqual(len(thread), 1)
        rows = self.client().open_thread(thread.id)["rows"]
        self.assertEqual([row["id"] for row in rows], mails.ids)
        with self.assertRaises(AccessError):
            self.client(self.administrator).open_thread(thread.id)

    def test_attachments_are_saved_to_a_record_once(self):
        mail = simple_mail("With files")
        mail.add_attachment(b"%PDF-1.4", "application", "pdf", filename="a.pdf")
        mail.add_attachment("<b>x</b>", "html", filename="b.html")
        (mail,) = self.receive(mail)
        lead = self.env["crm.lead"].create({"name": "L", "user_id": self.owner.id})
        numbers = [a["number"] for a in self.opened(mail)["attachments"]]
        save = self.client().save_attachments
        self.assertEqual(save(mail.id, numbers, "crm.lead", lead.id), 2)
        self.assertEqual(save(mail.id, numbers, "crm.lead", lead.id), 0)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        )
        self.assertEqual(set(files.mapped("name")), {"a.pdf", "b.html"})
        page = files.filtered(lambda file: file.name == "b.html")
        self.assertEqual(page.mimetype, "text/plain")

    def test_attachments_are_not_saved_where_the_user_may_not_write(self):
        mail = simple_mail("With a file")
        mail.add_attachment(b"%PDF-1.4", "application", "pdf", filename="a.pdf")
        (mail,) = self.receive(mail)
        lead = self.env["crm.lead"].create({"name": "L", "user_id": self.colleague.id})
        with self.assertRaises(AccessError):
            self.client().save_attachments(mail.id, ["2"], "crm.lead", lead.id)
        with self.assertRaisesRegex(UserError, "cannot be saved there"):
            self.client().save_attachments(
                mail.id, ["2"], "res.country", self.env.ref("base.it").id
            )


@tagged("post_install", "-at_install")
class TestPanel(ReadingCase):
    """Who wrote, in the CRM's terms, and what is made of it beside the mail."""

    def test_the_sender_becomes_a_contact_of_a_known_company(self):
        company = self.env["res.partner"].create(
            {"name": "Conti", "is_company": True, "email": "info@conti.example"}
        )
        (mail,) = self.receive(simple_mail())
        proposals = self.client().contact_proposals(mail.id)
        self.assertEqual(proposals["name"], "Rosa Conti")
        self.assertEqual([c["id"] for c in proposals["companies"]], company.ids)
        context = self.client().create_contact(
            mail.id, {"name": "Rosa Conti", "parent_id": company.id}
        )
        self.assertEqual(context["partner"]["company_name"], "Conti")
        self.assertEqual(context["partner"]["email"], "rosa@conti.example")
        again = self.client().create_contact(mail.id, {"name": "Rosa Conti"})
        self.assertEqual(again["partner"]["id"], context["partner"]["id"])

    def test_a_contact_of_that_name_is_proposed_and_gets_the_address(self):
        partner = self.env["res.partner"].create({"name": "Conti, Rosa"})
        (mail,) = self.receive(simple_mail())
        (person,) = self.client().contact_proposals(mail.id)["people"]
        self.assertEqual(person["id"], partner.id)
        self.client().create_contact(mail.id, {"partner_id": partner.id})
        self.assertEqual(partner.email, "rosa@conti.example")
        partner.email = "other@x.example"
        with self.assertRaisesRegex(UserError, "already has the address"):
            self.client().create_contact(mail.id, {"partner_id": partner.id})

    def test_users_of_public_providers_share_no_company(self):
        self.env["res.partner"].create(
            {"name": "Shop", "is_company": True, "email": "shop@gmail.com"}
        )
        (mail,) = self.receive(simple_mail(sender="Rosa <rosa@gmail.com>"))
        self.assertFalse(self.client().contact_proposals(mail.id)["companies"])

    def test_an_opportunity_is_made_of_the_mail_and_shows_it(self):
        mail = simple_mail("Re: R: Sixty chairs")
        mail.add_attachment(b"%PDF-1.4", "application", "pdf", filename="plan.pdf")
        (mail,) = self.receive(mail)
        made = self.client().create_opportunity(mail.id, {})
        lead = self.env["crm.lead"].browse(made["id"])
        self.assertEqual(lead.name, "Sixty chairs")
        self.assertEqual(lead.type, "opportunity")
        self.assertEqual(lead.user_id, self.owner)
        self.assertEqual(lead.email_from, "rosa@conti.example")
        self.assertEqual(lead.contact_name, "Rosa Conti")
        self.assertIn("please send us the offer", str(lead.description))
        self.assertEqual(lead.medium_id, self.env.ref("utm.utm_medium_email"))
        (link,) = mail.link_ids
        self.assertEqual(link._record(), lead)
        self.assertEqual(link.mail_message_id.attachment_ids.name, "plan.pdf")
        self.assertEqual(made["context"]["links"][0]["res_id"], lead.id)

    def test_activities_and_other_mails_with_the_same_person(self):
        partner = self.env["res.partner"].create(
            {"name": "Rosa Conti", "email": "rosa@conti.example"}
        )
        old, own, mail = self.receive(
            simple_mail("Earlier"),
            simple_mail("Somebody else", sender="x@y.example"),
            simple_mail("Now"),
        )
        call = self.env.ref("mail.mail_activity_data_call")
        for name in ("Ring back", "Done already"):
            partner.activity_schedule(
                activity_type_id=call.id, summary=name, user_id=self.owner.id
            )
        partner.activity_ids.filtered(
            lambda activity: activity.summary == "Done already"
        ).with_user(self.owner).action_feedback("Reached her")
        context = self.client().message_context(mail.id)
        (planned,) = context["activities"]
        self.assertEqual(planned["summary"], "Ring back")
        self.assertEqual(planned["record"], "Rosa Conti")
        (done,) = context["history"]
        self.assertEqual(done["type"], call.name)
        self.assertEqual([row["id"] for row in context["mails"]], old.ids)
        self.assertNotIn(own.id, [row["id"] for row in context["mails"]])

    def test_other_mails_are_of_the_same_mailbox_owner(self):
        """A delegate of two owners does not see one's mails beside the other's."""
        (mail,) = self.receive(simple_mail("Mine"))
        other = self.env["crm.mail.message"].search([("id", "=", mail.id)]).copy_data()
        self.assertTrue(other)
        theirs = self.env["crm.mail.message"].create(
            {**other[0], "user_id": self.colleague.id, "uid": False}
        )
        context = self.client().message_context(mail.id)
        self.assertNotIn(theirs.id, [row["id"] for row in context["mails"]])


@tagged("post_install", "-at_install")
class TestReadingPages(ReadingCase, HttpCase):
    """What a browser gets beside the body."""

    def setUp(self):
        super().setUp()
        inner = EmailMessage()
        inner["Subject"] = "Within"
        inner["From"] = "deep@x.example"
        inner.set_content("<p onclick='a()'>Inner</p><script>a()</script>", "html")
        mail = html_mail(
            '<p>Yes.</p><blockquote type="cite">Tuesday?</blockquote>'
            '<img src="cid:pic@1">'
        )
        mail.get_payload()[1].add_related(PIXEL, "image", "png", cid="<pic@1>")
        mail.add_attachment(PIXEL, "image", "png", filename="dot.png")
        mail.add_attachment(b"<svg onload='a()'/>", "image", "png", filename="bad.png")
        mail.add_attachment(b"%PDF-1.4", "application", "pdf", filename="plan.pdf")
        mail.add_attachment("a < b\n", filename="notes.txt")
        mail.add_attachment(inner)
        mail.add_attachment(b"\x00", "application", "x-odd", filename="notes.txt")
        (self.mail,) = self.receive(mail)
        self.url = f"/crm_mail_accounts/message/{self.mail.id}"
        for user in (self.owner, self.colleague):
            user.password = user.login + "1!"
        self.authenticate(self.owner.login, self.owner.login + "1!")
        opened = self.client().open_message(self.mail.id)
        self.files = {
            file["filename"]: file for file in reversed(opened["attachments"])
        }

    def view(self, name):
        return self.url_open(f"{self.files[name]['url']}/view")

    def test_quotes_are_folded_on_screen_and_open_on_paper(self):
        self.assertIn("<details", self.url_open(f"{self.url}/body").text)
        opened = self.client().open_message(self.mail.id)
        self.assertTrue(opened["quoted"])
        hidden = self.url_open(f"{self.url}/body?quotes=hidden").text
        self.assertIn("details.o_crm_mail_quoted{display:none}", hidden)
        self.assertIn("Tuesday?", hidden)
        shown = self.url_open(f"{self.url}/body?quotes=shown").text
        self.assertNotIn("<details", shown)
        self.assertIn("Tuesday?", shown)
        paper = self.url_open(f"{self.url}/print")
        self.assertNotIn("<details", paper.text)
        self.assertIn("Tuesday?", paper.text)
        self.assertIn("plan.pdf", paper.text)
        self.assertIn("<h1", paper.text)
        self.assertIn("sandbox", paper.headers["Content-Security-Policy"])

    def test_paper_says_when_in_the_reader_s_time_and_language(self):
        self.owner.tz = "Asia/Tokyo"
        page = self.url_open(f"{self.url}/print").text
        # 09:30 in Rome
        self.assertRegex(page, r"March 2, 2026.{1,4}5:30:00\s*PM")

    def test_the_frame_may_tell_its_height_and_asks_for_nothing(self):
        page = self.url_open(f"{self.url}/body").text
        self.assertIn('name="responsive-embedded-sizing"', page)
        self.assertIn("data:image/png;base64,", page)
        self.assertNotIn("/crm_mail_accounts/", page)

    def test_a_file_that_stands_uuencoded_in_the_text_is_an_attachment(self):
        text = 'Order 7\n\nbegin 644 order.csv\n%83MB"C$ \n`\nend\n'
        (mail,) = self.receive(f"Subject: Order\n\n{text}".encode())
        opened = self.client().open_message(mail.id)
        (file,) = opened["attachments"]
        self.assertEqual(file["filename"], "order.csv")
        self.assertEqual(self.url_open(file["url"]).content, b"a;b\n1")
        body = self.url_open(f"/crm_mail_accounts/message/{mail.id}/body").text
        self.assertIn("Order 7", body)
        self.assertNotIn("begin 644", body)

    def test_a_picture_is_one_by_its_bytes(self):
        answer = self.view("dot.png")
        self.assertEqual(answer.headers["Content-Type"], "image/png")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(self.files["bad.png"]["preview"], "")
        self.assertEqual(self.view("bad.png").status_code, 404)

    def test_what_else_can_be_looked_at(self):
        self.assertEqual(
            self.view("plan.pdf").headers["Content-Type"], "application/pdf"
        )
        notes = self.view("notes.txt")
        self.assertIn("a &lt; b", notes.text)
        within = self.view("Within.eml")
        self.assertIn("Inner", within.text)
        self.assertIn("deep@x.example", within.text)
        for hostile in ("onclick", "<script"):
            self.assertNotIn(hostile, within.text)
        for answer in (notes, within):
            policy = answer.headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("sandbox", policy)
            self.assertNotIn("allow-scripts", policy)

    def test_all_attachments_in_one_archive_under_names_of_their_own(self):
        answer = self.url_open(f"{self.url}/attachments.zip")
        self.assertIn("Offer.zip", answer.headers["Content-Disposition"])
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(
                archive.namelist(),
                [
                    "dot.png",
                    "bad.png",
                    "plan.pdf",
                    "notes.txt",
                    "Within.eml",
                    "notes (2).txt",
                ],
            )
            self.assertEqual(archive.read("dot.png"), PIXEL)

    def test_the_source_is_shown_as_text(self):
        answer = self.url_open(f"{self.url}/source?view=1")
        self.assertIn("&lt;rosa@conti.example&gt;", answer.text)
        self.assertIn("sandbox", answer.headers["Content-Security-Policy"])

    def test_nobody_else_gets_any_of_them(self):
        """Law 11."""
        self.authenticate(self.colleague.login, self.colleague.login + "1!")
        for path in (
            "print",
            "attachments.zip",
            "source?view=1",
            f"part/{self.files['dot.png']['number']}/view",
        ):
            with self.subTest(path=path):
                self.assertEqual(self.url_open(f"{self.url}/{path}").status_code, 404)
