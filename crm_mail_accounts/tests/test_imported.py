import base64

from odoo.tests import tagged

from ..mailkit.mime.parse import parse_mail
from .common import simple_mail
from .link_common import LinkCase

GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@tagged("post_install", "-at_install")
class TestImported(LinkCase):
    """Mails that lie in no mailbox and belong to a record (D4, D5)."""

    def imported(self, user=None):
        rows = self.client(user).list_messages({"special": "imported"})["rows"]
        return [row["subject"] for row in rows]

    def to_owner(self, subject="For the owner"):
        mail = simple_mail(subject)
        mail.replace_header("To", "sales@house.example, owner@house.example")
        return mail

    def setUp(self):
        super().setUp()
        self.owner.email = "owner@house.example"

    def test_what_the_gateway_received_for_me(self):
        """[D4] [D5] The second case, and the first: mail from before this module."""
        self.gateway(self.to_owner("Before"), thread_id=self.lead.id)
        account = self.new_account()
        self.work(account)
        self.assertEqual(self.imported(), ["Before"])
        self.gateway(self.to_owner("Later"), thread_id=self.lead.id)
        self.work(account)
        self.assertEqual(sorted(self.imported()), ["Before", "Later"])
        self.work(account)
        self.assertEqual(len(self.imported()), 2)
        self.assertEqual(self.imported(self.administrator), [])

    def test_it_opens_with_its_pictures_files_and_record(self):
        mail = self.to_owner()
        mail.add_alternative('<p>Look</p><img src="cid:pic@1">', subtype="html")
        mail.get_payload()[1].add_related(
            GIF, "image", "gif", cid="<pic@1>", filename="pic.gif"
        )
        mail.add_attachment(
            b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf"
        )
        self.gateway(mail, thread_id=self.lead.id)
        self.work(self.new_account())
        row = self.client().list_messages({"special": "imported"})["rows"][0]
        self.assertEqual(row["links"][0]["res_id"], self.lead.id)
        opened = self.client().open_message(row["id"])
        self.assertEqual([one["filename"] for one in opened["attachments"]], ["a.pdf"])
        message = self.env["crm.mail.message"].browse(row["id"])
        raw = message.with_user(self.owner)._cached_raw()
        read = parse_mail(raw)
        self.assertIn("cid:", read.html)
        self.assertEqual(read.header.message_id, mail["Message-ID"])
        self.assertEqual([part.content for part in read.parts if part.inline], [GIF])

    def test_what_lies_in_a_mailbox_is_not_imported(self):
        mail = self.to_owner()
        self.gateway(mail, thread_id=self.lead.id)
        account = self.new_account()
        self.work(account)
        self.assertEqual(self.imported(), ["For the owner"])
        self.env["crm.mail.message"].search(
            [("host_message_id", "!=", False)]
        ).internal_date = self.env.cr.now().replace(microsecond=0)
        self.receive(mail, account=account)
        self.work(account)
        self.assertEqual(self.imported(), [])
        self.gateway(self.to_owner("Other"), thread_id=self.lead.id)
        self.receive(self.to_owner("Third"), account=account)
        self.assertEqual(self.imported(), ["Other"])

    def test_mail_for_others_and_on_closed_records_is_not_imported(self):
        self.lead.user_id = self.colleague
        self.lead.message_follower_ids.unlink()
        self.gateway(self.to_owner("Closed"), thread_id=self.lead.id)
        other = self.new_lead("Open")
        other.message_follower_ids.unlink()
        self.gateway(simple_mail("For others"), thread_id=other.id)
        self.work(self.new_account())
        self.assertEqual(self.imported(), [])

    def test_a_linked_copy_is_not_mail_of_the_gateway(self):
        mail = self.receive(self.to_owner())
        self.link(mail)
        self.work(mail.account_id)
        self.assertEqual(self.imported(), [])

    def test_it_goes_with_the_record(self):
        self.gateway(self.to_owner(), thread_id=self.lead.id)
        self.work(self.new_account())
        self.lead.unlink()
        self.env.invalidate_all()
        self.assertEqual(self.imported(), [])
        self.assertFalse(
            self.env["crm.mail.message"].search([("host_message_id", "!=", False)])
        )
