import base64

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import simple_mail
from .outgoing_common import OutgoingCase
from .tour_common import TourCase


class RecordFilesCase(OutgoingCase):
    """An opportunity of the owner, and files on it."""

    def setUp(self):
        super().setUp()
        self.lead = self.new_lead("Spring order")

    def new_lead(self, name, **values):
        return self.env["crm.lead"].create(
            {
                "name": name,
                "type": "opportunity",
                "user_id": self.owner.id,
                **values,
            }
        )

    def file(self, name, record=None, **values):
        record = self.lead if record is None else record
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": b"%PDF-1.4 " + name.encode(),
                "mimetype": "application/pdf",
                "res_model": record._name,
                "res_id": record.id,
                **values,
            }
        )

    def found(self, term, user=None) -> list:
        answer = self.client(user).compose_find_files(term)
        return self.short(answer)

    @staticmethod
    def short(answer) -> list:
        return [
            (group["name"], [file["filename"] for file in group["files"]])
            for group in answer["groups"]
        ]


@tagged("post_install", "-at_install")
class TestRecordFiles(RecordFilesCase):
    """Files of records are found and put into a mail by whoever reads them."""

    def test_the_files_of_what_the_conversation_is_linked_to_come_first(self):
        first = simple_mail("Drawings")
        self.mailbox.append(first)
        self.mailbox.append(
            simple_mail("Re: Drawings", In_Reply_To=first["Message-ID"])
        )
        self.sync(self.account)
        one = self.messages(self.account, subject="Drawings")
        answer = self.messages(self.account, subject="Re: Drawings")
        self.assertEqual(one.thread_id, answer.thread_id)
        other = self.new_lead("Other order")
        unrelated = self.new_lead("Unrelated")
        self.client().link_message(one.id, "crm.lead", self.lead.id, "fact")
        self.client().link_message(answer.id, "crm.lead", other.id, "fact")
        self.file("old.pdf")
        self.file("elsewhere.pdf", unrelated)
        self.file("newer.pdf", other)
        newest = self.file("newest.pdf")
        about = {"model": "crm.lead", "res_id": unrelated.id}
        found = self.client().compose_record_files(answer.id, False)
        self.assertEqual(
            self.short(found),
            [
                ("Spring order", ["newest.pdf", "old.pdf"]),
                ("Other order", ["newer.pdf"]),
            ],
        )
        self.assertEqual(
            found["groups"][0]["files"][0],
            {
                "id": newest.id,
                "filename": "newest.pdf",
                "content_type": "application/pdf",
                "size": newest.file_size,
                "date": fields.Datetime.to_string(newest.create_date),
            },
        )
        with_own = self.client().compose_record_files(answer.id, about)
        self.assertIn(("Unrelated", ["elsewhere.pdf"]), self.short(with_own))
        self.assertEqual(self.client().compose_record_files()["groups"], [])
        with self.assertRaises(AccessError):
            self.client(self.colleague).compose_record_files(answer.id)
        with self.assertRaises(AccessError):
            self.client(self.colleague).compose_record_files(False, about)

    def test_a_file_is_found_by_its_name_and_by_that_of_its_record(self):
        self.file("price list 7.pdf")
        self.file("scan.pdf", self.new_lead("Bridge of Verona"))
        self.assertEqual(self.found("LIST 7"), [("Spring order", ["price list 7.pdf"])])
        self.assertEqual(self.found("verona"), [("Bridge of Verona", ["scan.pdf"])])
        self.assertEqual(self.found("no such thing"), [])
        self.assertEqual(self.found("  "), [])

    def test_nobody_finds_or_attaches_what_they_may_not_read(self):
        secret = self.file("secret zebra.pdf")
        shown = self.file("public zebra.pdf", public=True)
        self.assertEqual(
            self.found("zebra"),
            [("Spring order", ["public zebra.pdf", "secret zebra.pdf"])],
        )
        # that of a public file the record is not told, nor by its own name
        self.assertEqual(self.found("zebra", self.colleague), [])
        self.assertEqual(self.found("Spring order", self.colleague), [])
        colleagues = self.new_account(user_id=self.colleague.id)
        mail = self.written(self.colleague, sender_key=f"account:{colleagues.id}")
        with self.assertRaises(AccessError):
            self.client(self.colleague).compose_attach_records(
                mail.id, [shown.id, secret.id]
            )
        self.assertFalse(mail._attachments())
        portal = new_test_user(self.env, login="p", groups="base.group_portal")
        for user in (portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.client(user).compose_find_files("zebra")

    def test_only_files_that_people_put_on_records_are_offered(self):
        mail = self.written()
        partner = self.env["res.partner"].create(
            {"name": "Zebra", "image_1920": base64.b64encode(PNG)}
        )
        picture = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "=", partner.id),
                ("res_field", "=", "image_1920"),
            ]
        )
        channel = (
            self.env["discuss.channel"].with_user(self.owner).create({"name": "Zebra"})
        )
        refused = [
            picture,
            mail._attach("zebra of another mail.pdf", b"%PDF-", "application/pdf"),
            self.file("zebra of a talk.pdf", channel),
            self.file("zebra of nothing.pdf", res_model=False, res_id=0),
            self.file("zebra link", type="url", raw=False, url="https://zebra.test"),
        ]
        self.assertEqual(len(picture), 1)
        picture.name = "zebra.png"
        self.assertEqual(self.found("zebra"), [])
        self.assertEqual(self.found("zebra", self.administrator), [])
        draft = self.written()
        for file in refused:
            with self.subTest(file.name), self.assertRaises(AccessError):
                self.client().compose_attach_records(draft.id, file.ids)
        gone = self.file("gone.pdf")
        gone_ids = gone.ids
        gone.unlink()
        with self.assertRaises(AccessError):
            self.client().compose_attach_records(draft.id, gone_ids)

    def test_the_number_of_statements_does_not_grow(self):
        self.mailbox.append(simple_mail("Drawings"))
        self.sync(self.account)
        mail = self.messages(self.account, subject="Drawings")
        self.client().link_message(mail.id, "crm.lead", self.lead.id, "fact")
        counts = []
        for _round in range(2):
            for number in range(20):
                record = self.new_lead(f"Heron {number}")
                self.file(f"heron {number}.pdf", record)
                hidden = self.new_lead(f"Hidden {number}", user_id=self.colleague.id)
                self.file(f"heron {number} hidden.pdf", hidden)
                self.file(f"heron {number} of the order.pdf")
            for _warm in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                near = self.client().compose_record_files(mail.id)
                found = self.client().compose_find_files("heron")
                count = self.env.cr.sql_log_count - before
            counts.append(count)
            self.assertNotIn("hidden", str(found).lower())
            self.assertTrue(near["groups"])
        self.assertEqual(counts[0], counts[1])
        self.assertEqual(sum(len(one["files"]) for one in found["groups"]), 60)
        self.assertTrue(found["more"])
        self.assertFalse(near["more"])


@tagged("post_install", "-at_install")
class TestRecordFilesTour(RecordFilesCase, TourCase):
    """In Chromium, against the live servers."""

    def test_a_file_of_an_opportunity_arrives(self):
        self.mailbox.append(simple_mail("Drawings", sender=self.friend.username))
        self.sync(self.account)
        mail = self.messages(self.account, subject="Drawings")
        self.client().link_message(mail.id, "crm.lead", self.lead.id, "fact")
        plan = self.file("plan.pdf")
        self.file("other.pdf")
        scan = self.file("scan.pdf", self.new_lead("Bridge of Verona"))
        self.tour("crm_mail_accounts_record_files")
        sent = self.env["crm.mail.outgoing"].search([("user_id", "=", self.owner.id)])
        self.send(sent)
        (got,) = self.received()
        files = {
            part.get_filename(): part.get_payload(decode=True)
            for part in got.walk()
            if part.get_filename()
        }
        self.assertEqual(files, {"plan.pdf": plan.raw, "scan.pdf": scan.raw})


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)
