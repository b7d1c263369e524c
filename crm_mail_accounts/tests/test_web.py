import json
from email.message import EmailMessage
from urllib.parse import quote

from odoo.tests import HttpCase, tagged

from .common import Mailbox, simple_mail
from .kept_common import KeptMixin
from .pop3_common import Pop3Mixin
from .test_link import PIXEL
from .tour_common import MESSAGES, TourWithLaneCase


@tagged("post_install", "-at_install")
class TestUnits(HttpCase):
    """The unit tests of the mail screen's components."""

    def test_hoot(self):
        said = []

        def ends_the_run(message) -> bool:
            """What a failed test says is collected: the others run all the same."""
            said.append(message)
            return "[HOOT]" not in message

        try:
            self.browser_js(
                "/web/tests?headless&loglevel=2&preset=desktop&timeout=60000"
                "&filter=@crm_mail_accounts",
                "",
                "",
                login="admin",
                timeout=900,
                success_signal="[HOOT] Test suite succeeded",
                error_checker=ends_the_run,
            )
        except AssertionError as error:
            raise AssertionError("\n\n".join([*said, str(error)])) from error


@tagged("post_install", "-at_install")
class TestFirstLight(TourWithLaneCase):
    """The story of the first mailbox, in Chromium, against the live servers."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        company = self.env["res.partner"].create(
            {"name": "Conti Arredi", "is_company": True}
        )
        contact = self.env["res.partner"].create(
            {
                "name": "Rosa Conti",
                "email": "rosa@conti.example",
                "parent_id": company.id,
            }
        )
        self.lead = self.env["crm.lead"].create(
            {
                "name": "Spring order",
                "type": "opportunity",
                "partner_id": contact.id,
                "user_id": self.owner.id,
            }
        )

    def drawing(self):
        mail = EmailMessage()
        mail["From"] = "Rosa Conti <rosa@conti.example>"
        mail["To"] = self.mailbox.username
        mail["Subject"] = "Drawings for the spring order"
        mail["Message-ID"] = "<drawing@conti.example>"
        mail.set_content("See the picture")
        mail.add_alternative("<p>See <img src='cid:pic@1'></p>", subtype="html")
        mail.get_payload()[1].add_related(PIXEL, "image", "png", cid="<pic@1>")
        mail.add_attachment(
            b"%PDF-1.4",
            maintype="application",
            subtype="pdf",
            filename="Perù disegno.pdf",
        )
        return mail

    def test_first_light(self):
        """[A1] [C1] [D1] [F9]"""
        self.mailbox.append(
            simple_mail("Contract"), folder='"Societ&AOA- Per&APk- &- Co"', create=True
        )
        self.mailbox.append(
            *(simple_mail(f"Weekly news {n}") for n in range(60)), self.drawing()
        )
        prepared = quote(json.dumps(self.mailbox.account_values()))
        self.tour("crm_mail_accounts_first_light", f"/odoo?crm_mail_tour={prepared}")
        account = self.env["crm.mail.account"].search([("user_id", "=", self.owner.id)])
        self.assertEqual(account.state, "ready")
        self.assertEqual(self.folder(account, "inbox").indexed_total, 61)
        (link,) = self.env["crm.mail.link"].search([("user_id", "=", self.owner.id)])
        self.assertEqual(link._record(), self.lead)
        self.assertIn("/web/image/", link.mail_message_id.body)
        flags = b"".join(self.mailbox.flags())
        # The mail of the story, and the next one, which opened when that was deleted
        self.assertEqual(flags.count(b"\\Seen"), 2)
        self.assertEqual(flags.count(b"\\Flagged"), 1, "it is back in the inbox")


@tagged("post_install", "-at_install")
class TestPop3Tour(Pop3Mixin, TourWithLaneCase):
    """A POP3 mailbox is set up on screen and fills the inbox."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.account = self.new_account()
        self.work(self.account)

    def test_a_pop3_mailbox_fills_the_inbox(self):
        """[E5] [F5]"""
        self.fill(1, 2)
        values = self.bridge_values(self.account)
        self.tour(
            "crm_mail_accounts_pop3",
            f"{MESSAGES}?crm_mail_tour={quote(json.dumps(values))}",
        )
        self.assertEqual(self.numbers_in(self.mailbox), [1, 2])
        self.assertEqual(self.numbers_in(self.maildrop), [1, 2])
        self.assertEqual(self.folder(self.account, "inbox").indexed_total, 2)


@tagged("post_install", "-at_install")
class TestKeptTour(KeptMixin, TourWithLaneCase):
    """A mailbox that is read by POP3 alone, from nothing to the first mail."""

    def test_a_pop3_only_mailbox_is_set_up_and_read(self):
        """[A18] [F7]"""
        self.fill(1, 2)
        values = self.kept_values()
        self.tour(
            "crm_mail_accounts_kept",
            f"{MESSAGES}?crm_mail_tour={quote(json.dumps(values))}",
        )
        account = self.env["crm.mail.account"].search([("user_id", "=", self.owner.id)])
        self.assertEqual((account.kind, account.state), ("pop3", "ready"))
        self.assertEqual(self.folder(account, "inbox").unread, 1)
        self.assertEqual(self.numbers_in(self.maildrop), [1, 2])
