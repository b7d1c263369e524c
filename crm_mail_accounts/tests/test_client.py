from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools.folder_pass import FolderPass
from .common import Mailbox, MailCase, simple_mail


@tagged("post_install", "-at_install")
class TestClient(MailCase):
    """What the mail screen asks and gets."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.mailbox.append(*(simple_mail(f"Mail {n:02}") for n in range(12)))
        self.account = self.new_account()
        self.work(self.account)
        self.inbox = self.folder(self.account, "inbox")

    def test_the_screen_starts_with_accounts_folders_and_counts(self):
        state = self.client().bootstrap()
        self.assertEqual([a["id"] for a in state["accounts"]], [self.account.id])
        self.assertEqual(state["accounts"][0]["health"]["state"], "ok")
        self.assertFalse(state["accounts"][0]["progress"]["running"])
        self.assertEqual(state["folders"][0]["role"], "inbox")
        self.assertEqual(state["folders"][0]["indexed"], 12)
        self.assertEqual(state["unread"], 12)

    def test_a_user_without_mailbox_starts_empty(self):
        state = self.client(self.colleague).bootstrap()
        self.assertEqual((state["accounts"], state["folders"]), ([], []))
        self.assertEqual(state["unread"], 0)
        self.assertFalse(any(state["specials"].values()))

    def test_an_account_that_is_being_filled_says_so(self):
        self.inbox.low_uid = 7
        progress = self.client().progress()["accounts"][0]
        self.assertTrue(progress["progress"]["running"])
        self.assertEqual(progress["health"]["state"], "syncing")

    def test_progress_counts_what_was_got_through(self):
        """Of all folders, from the beginning, and up to all of them."""

        def shown():
            self.env.invalidate_all()
            found = self.client().progress()["accounts"][0]["progress"]
            return found["indexed"], found["total"], found["exact"]

        self.assertEqual(shown(), (12, 12, True))
        other = self.folder(self.account, "sent")
        other.write({"server_total": 40, "uidnext": False, "checked_at": False})
        self.assertEqual(shown(), (12, 52, True))
        # a server that tells nothing of folders that are not open
        other.server_total = 0
        self.assertEqual(shown(), (12, 12, False))
        # of which the owner wants a few: done all the same
        other.write({"server_total": 40, "uidnext": 101, "low_uid": 51})
        self.account.fetch_since = "2026-06-01"
        self.assertEqual(shown(), (32, 52, True))
        other.write({"low_uid": 1, "checked_at": "2026-06-01"})
        self.assertEqual(shown(), (52, 52, True))

    def test_folders_that_nobody_looked_at_are_counted_before_they_are_filled(self):
        """[F2] Where the server tells the numbers of all folders at once."""
        self.mailbox.append(*(simple_mail("x"),) * 5, folder="Zebra", create=True)
        account = self.account
        totals = []
        real = FolderPass.run

        def run(looking):
            self.env.invalidate_all()
            account_shown = self.client().progress()["accounts"][0]
            totals.append(account_shown["progress"]["total"])
            return real(looking)

        account.sudo().lease_ids.listed_at = False
        with patch.object(FolderPass, "run", run):
            self.work(account)
        self.assertEqual(set(totals), {17})

    def test_pages_go_down_without_gap_or_overlap(self):
        seen, before = [], False
        while True:
            page = self.client().list_messages(self.inbox.id, before, 5)
            seen += [row["subject"] for row in page["rows"]]
            before = page["before"]
            if not before:
                break
        self.assertEqual(seen, [f"Mail {n:02}" for n in range(11, -1, -1)])
        self.assertEqual((page["total"], page["indexed"]), (12, 12))

    def test_the_statements_of_a_page_do_not_grow_with_the_page(self):
        client = self.client()
        client.list_messages(self.inbox.id, False, 2)
        counts = []
        for limit in (2, 12):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            client.list_messages(self.inbox.id, False, limit)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_an_opened_mail_has_its_body_address_and_attachments(self):
        mail = simple_mail("With drawing")
        mail.add_attachment(
            b"%PDF-1.4", maintype="application", subtype="pdf", filename="drawing.pdf"
        )
        self.mailbox.append(mail)
        self.work(self.account)
        row = self.client().list_messages(self.inbox.id)["rows"][0]
        opened = self.client().open_message(row["id"])
        self.assertEqual(
            opened["body_url"], f"/crm_mail_accounts/message/{row['id']}/body"
        )
        (attachment,) = opened["attachments"]
        self.assertEqual(attachment["filename"], "drawing.pdf")
        self.assertEqual(attachment["size"], 8)
        self.assertTrue(opened["has_attachments"])

    def test_a_mail_that_vanished_from_the_server_is_explained(self):
        row = self.client().list_messages(self.inbox.id)["rows"][0]
        self.env["crm.mail.message"].browse(row["id"])._raw_attachment().unlink()
        with self.mailbox.client() as client:
            client.select("INBOX")
            client.store("1:*", "+FLAGS", r"(\Deleted)")
            client.expunge()
        with self.assertRaisesRegex(UserError, "no longer in its folder"):
            self.client().open_message(row["id"])

    def test_the_customer_is_named_beside_the_mail_with_open_opportunities(self):
        company = self.env["res.partner"].create(
            {"name": "Conti", "is_company": True, "email": "rosa@conti.example"}
        )
        contact = self.env["res.partner"].create(
            {
                "name": "Rosa Conti",
                "email": "Rosa@Conti.example",
                "parent_id": company.id,
                "function": "Buyer",
            }
        )
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": name,
                    "type": "opportunity",
                    "partner_id": partner.id,
                    "user_id": user.id,
                }
                for name, partner, user in (
                    ("Of the company", company, self.owner),
                    ("Of the contact", contact, self.owner),
                    ("Of a colleague", contact, self.colleague),
                    ("Lost", contact, self.owner),
                )
            ]
        )
        leads[3].action_set_lost()
        row = self.client().list_messages(self.inbox.id)["rows"][0]
        context = self.client().message_context(row["id"])
        self.assertEqual(context["partner"]["name"], "Rosa Conti")
        self.assertEqual(context["partner"]["company_name"], "Conti")
        self.assertEqual(
            [lead["name"] for lead in context["opportunities"]],
            ["Of the contact", "Of the company"],
        )

    def test_a_stranger_has_no_contact_and_no_opportunities(self):
        row = self.client().list_messages(self.inbox.id)["rows"][0]
        context = self.client().message_context(row["id"])
        self.assertFalse(context["partner"])
        self.assertEqual(context["sender"]["email"], "rosa@conti.example")
        self.assertEqual(context["opportunities"], [])

    def test_records_are_found_by_name(self):
        self.env["crm.lead"].create(
            {"name": "Zebra project", "type": "opportunity", "user_id": self.owner.id}
        )
        self.env["crm.lead"].create(
            {
                "name": "Zebra theirs",
                "type": "opportunity",
                "user_id": self.colleague.id,
            }
        )
        row = self.client().list_messages(self.inbox.id)["rows"][0]
        found = self.client().search_records(row["id"], "Zebra")
        self.assertEqual([record["name"] for record in found], ["Zebra project"])

    def test_check_now_makes_the_account_due(self):
        lease = self.account.sudo().lease_ids
        self.assertGreater(lease.due, self.env.cr.now())
        self.client().sync_now(self.account.id)
        self.assertLessEqual(lease.due.timestamp(), self.env.cr.now().timestamp() + 60)

    def test_a_number_that_is_nobodys_is_refused_like_somebody_elses(self):
        row = self.client().list_messages(self.inbox.id)["rows"][0]
        said = []
        for message_id in (row["id"], 2**30):
            with self.assertRaises(AccessError) as caught:
                self.client(self.colleague).open_message(message_id)
            said.append(str(caught.exception))
        self.assertEqual(said[0], said[1])
