import io
import json
import mailbox
import tempfile
import zipfile

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..tools import account_export
from .common import Mailbox, MailCase, simple_mail


@tagged("post_install", "-at_install")
class TestExport(MailCase, HttpCase):
    """The data of one's own mailbox as one file."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.mailbox.append(
            *(simple_mail(f"Offer {number}") for number in range(3)), flags="\\Seen"
        )
        self.mailbox.append(simple_mail("Filed"), folder="Clients/Rossi", create=True)
        self.account = self.new_account(never_link="bank.example")
        self.work(self.account)
        self.mails = self.env["crm.mail.message"].search(
            [("account_id", "=", self.account.id)], order="id"
        )

    def files(self, user=None) -> dict[str, bytes]:
        with self.enter_registry_test_mode():
            self.env.flush_all()
            pieces = list(
                account_export.stream_export(
                    self.registry, (user or self.owner).id, self.account.id
                )
            )
        self.pieces = pieces
        archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
        self.assertIsNone(archive.testzip())
        return {name: archive.read(name) for name in archive.namelist()}

    def subjects(self, content: bytes) -> list[str]:
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            return [mail["Subject"] for mail in mailbox.mbox(file.name)]

    def test_it_holds_every_mail_of_every_folder_opened_or_not(self):
        self.not_read_yet()
        first = self.mails.filtered(lambda mail: mail.subject == "Offer 0")
        first._read_raw()
        files = self.files()
        inbox = files["mails/INBOX.mbox"]
        self.assertEqual(self.subjects(inbox), ["Offer 0", "Offer 1", "Offer 2"])
        self.assertIn(b"please send us the offer.", inbox)
        self.assertEqual(inbox.count(b"Status: RO\n"), 3)
        self.assertEqual(self.subjects(files["mails/Clients - Rossi.mbox"]), ["Filed"])
        self.assertNotIn("missing.txt", files)

    def test_it_tells_settings_links_and_who_reads_and_no_secret(self):
        lead = self.env["crm.lead"].create(
            {"name": "Deal", "type": "opportunity", "user_id": self.owner.id}
        )
        client = self.client()
        client.link_message(self.mails[0].id, "crm.lead", lead.id)
        client.comment(self.mails[1].id, "Look here", [self.colleague.id])
        self.account.with_user(self.owner).write(
            {"delegate_ids": [Command.create({"user_id": self.administrator.id})]}
        )
        client.filter_save(
            self.account.id,
            {"name": "Stars", "match": "every", "actions": [{"kind": "flag"}]},
        )
        files = self.files()
        settings = json.loads(files["settings.json"])
        self.assertEqual(settings["email"], self.account.email)
        self.assertEqual(settings["never_link"], "bank.example")
        self.assertEqual(
            [one["name"] for one in settings["delegates"]], [self.administrator.name]
        )
        self.assertEqual([one["name"] for one in settings["filters"]], ["Stars"])
        (link,) = map(json.loads, files["links.jsonl"].splitlines())
        self.assertEqual((link["model"], link["record"]), ("crm.lead", "Deal"))
        self.assertEqual(link["mail"]["message_id"], self.mails[0].message_id)
        (share,) = map(json.loads, files["shares.jsonl"].splitlines())
        self.assertEqual(share["with"], self.colleague.name)
        self.assertIn(b"Look here", files["comments.jsonl"])
        everything = b"".join(files.values())
        account = self.account.sudo()
        for secret in (self.mailbox.password, account.password_token):
            self.assertTrue(secret)
            self.assertNotIn(secret.encode(), everything)

    def not_read_yet(self):
        """As if the worker had not read the bodies ahead."""
        self.mails._raw_attachments().unlink()

    @mute_logger("odoo.addons.crm_mail_accounts.tools.account_export")
    def test_what_cannot_be_had_is_listed(self):
        self.not_read_yet()
        self.mails[0]._read_raw()
        self.account.imap_port = 1
        files = self.files()
        self.assertEqual(len(self.subjects(files["mails/INBOX.mbox"])), 1)
        self.assertEqual(len(files["missing.txt"].splitlines()), 3)

    def test_a_folder_that_was_made_anew_gives_no_other_mails(self):
        self.not_read_yet()
        self.folder(self.account, "inbox").uidvalidity = 7
        files = self.files()
        self.assertFalse(self.subjects(files["mails/INBOX.mbox"]))
        self.assertEqual(len(files["missing.txt"].splitlines()), 3)

    def test_it_is_sent_piece_by_piece(self):
        self.mailbox.append(
            *(simple_mail(f"Big {n}") for n in range(5)), folder="Trash"
        )
        self.work(self.account)
        self.startPatch(account_export, "BATCH", 2)
        files = self.files()
        self.assertEqual(len(self.subjects(files["mails/Trash.mbox"])), 5)
        self.assertGreater(len(self.pieces), 5)

    def test_it_is_the_owners_alone(self):
        """Law 11."""
        self.account.with_user(self.owner).write(
            {
                "delegate_ids": [
                    Command.create(
                        {
                            "user_id": self.colleague.id,
                            "may_act": True,
                            "may_send_as": True,
                        }
                    )
                ]
            }
        )
        for user in (self.colleague, self.administrator):
            with self.assertRaises(AccessError):
                self.account.with_user(user).action_export()
            with self.assertRaises(AccessError):
                self.files(user)
        action = self.account.with_user(self.owner).action_export()
        self.owner.password = "a long password"  # noqa: S105 of a test
        self.env.flush_all()
        self.authenticate(self.owner.login, "a long password")
        answer = self.url_open(action["url"])
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        self.assertIn("mails/INBOX.mbox", names)
