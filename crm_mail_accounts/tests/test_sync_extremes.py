from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..mailkit.errors import NetworkError
from ..mailkit.imap.mailbox import MailboxSession
from ..tools.folder_pass import FolderPass
from .common import simple_mail
from .sync_common import MODES, SyncCase

DAY = '"02-Mar-2026 09:30:00 +0000"'


@tagged("post_install", "-at_install")
class TestSyncExtremes(SyncCase):
    """Folders and mails as no good server should have them, and servers that lie."""

    def relist(self, account):
        account.sudo().lease_ids.listed_at = False
        self.sync(account)

    # -- folders that come and go ----------------------------------------------------

    def test_a_folder_renamed_by_another_client_keeps_its_mails(self):
        """[D12] Their rows, links and bodies stay; with everything below it."""
        for mode in MODES:
            with self.subTest(mode=mode):
                self.setUp()
                for folder in ("Deals", "Deals/Old", "Empty"):
                    mails = [simple_mail(f"{folder} {n}") for n in range(2)]
                    if folder == "Empty":
                        mails = []
                    self.mailbox.append(*mails, folder=folder, create=True)
                with self.account_in_mode(mode) as account:
                    folders = {
                        name: self.named(account, name)
                        for name in ("Deals", "Old", "Empty")
                    }
                    rows = self.messages(account)
                    lead = self.env["crm.lead"].create(
                        {"name": "x", "user_id": self.owner.id}
                    )
                    self.client().link_message(rows[0].id, "crm.lead", lead.id)
                    with self.mailbox.client() as client:
                        client.rename("Deals", "Affari")
                        client.rename("Empty", "Vuoto")
                    self.mailbox.append(simple_mail("Later"), folder="Affari")
                    self.relist(account)
                    self.assertEqual(folders["Deals"].raw, "Affari")
                    self.assertEqual(folders["Old"].raw, "Affari/Old")
                    self.assertEqual(folders["Empty"].raw, "Vuoto")
                    self.assertFalse(account.folder_ids.filtered("missing_since"))
                    self.assertEqual(len(self.messages(account) - rows), 1)
                    self.assertEqual(rows.filtered("link_ids"), rows[0])
                    self.assertInStep(account)

    def test_a_new_folder_with_the_numbers_of_a_deleted_one_is_another_one(self):
        """A server that takes the time for UIDVALIDITY: the sample decides."""
        with self.mailbox.client() as client:
            client.create("Deals")
            client.append("Deals", "", DAY, simple_mail("Mine").as_bytes())
        with self.account_in_mode("qresync") as account:
            mine = self.messages(account)
            deals = self.named(account, "Deals")
            with self.mailbox.client() as client:
                client.delete("Deals")
                client.create("Other")
                client.append("Other", "", DAY, simple_mail("Not mine").as_bytes())
            self.relist(account)
            other = self.named(account, "Other")
            same = {"uidvalidity": other.uidvalidity, "uidnext": other.uidnext}
            other.unlink()
            deals.write({**same, "missing_since": False})
            mine.uidvalidity = same["uidvalidity"]
            self.relist(account)
            self.assertEqual(deals.raw, "Deals")
            self.assertTrue(deals.missing_since)
            self.assertEqual(
                self.messages(
                    account, folder_id=self.named(account, "Other").id
                ).mapped("subject"),
                ["Not mine"],
            )

    def test_a_folder_that_vanished_goes_after_a_day_and_its_linked_mails_stay(self):
        """Law 4."""
        self.mailbox.append(
            simple_mail("Kept"), simple_mail("Gone"), folder="Deals", create=True
        )
        with self.account_in_mode("qresync") as account:
            deals = self.named(account, "Deals")
            kept = self.messages(account, subject="Kept")
            gone = self.messages(account, subject="Gone")
            lead = self.env["crm.lead"].create({"name": "x", "user_id": self.owner.id})
            self.client().link_message(kept.id, "crm.lead", lead.id)
            with self.mailbox.client() as client:
                client.delete("Deals")
            for _turn in range(4):
                self.relist(account)
            self.assertTrue(deals.missing_since and not deals.monitored)
            self.assertEqual((kept.folder_id, gone.folder_id), (deals, deals))
            number = account.lease_ids.pass_number
            deals.missing_since -= timedelta(hours=25)
            deals.missing_pass = number - 1
            self.relist(account)
            self.assertTrue(deals.exists(), "two passes are not over")
            self.relist(account)
            self.assertFalse(deals.exists())
            self.assertEqual((kept.state, gone.state), ("unplaced", "unplaced"))
            self.assertTrue(kept.link_ids and kept._cached_raw())

    def test_a_folder_that_comes_back_was_never_away(self):
        self.mailbox.append(simple_mail("Here"), folder="Deals", create=True)
        with self.account_in_mode("qresync") as account:
            deals = self.named(account, "Deals")
            mail = self.messages(account)
            list_folders = MailboxSession.list_folders
            for listing in (
                lambda session: [f for f in list_folders(session) if f.raw != "Deals"],
                lambda session: [],
                list_folders,
            ):
                with patch.object(MailboxSession, "list_folders", listing):
                    self.relist(account)
                self.assertEqual((mail.folder_id, mail.state), (deals, "ok"))
                self.assertFalse(self.folder(account, "inbox").missing_since)
            self.assertFalse(deals.missing_since)
            self.assertTrue(deals.monitored)
            self.assertInStep(account)

    def test_a_folder_that_is_deleted_while_it_is_read_stops_nothing(self):
        """Law 10."""
        self.mailbox.append(simple_mail("First"), folder="Aaa", create=True)
        self.mailbox.append(simple_mail("Last"), folder="Zzz", create=True)
        begin = FolderPass._begin

        def pulled_away(folder_pass, env):
            if folder_pass.task.raw == "Aaa":
                with self.mailbox.client() as client:
                    client.delete("Aaa")
            return begin(folder_pass, env)

        with patch.object(FolderPass, "_begin", pulled_away):
            with self.account_in_mode("qresync") as account:
                self.relist(account)
        self.assertEqual(
            self.messages(account, folder_id=self.named(account, "Zzz").id).mapped(
                "subject"
            ),
            ["Last"],
        )

    def test_uids_that_change_in_every_pass_set_the_folder_aside(self):
        """Laws 5 and 10: the rows stay, the owner is told, the account goes on."""
        content = simple_mail("Same").as_bytes()
        with self.mailbox.client() as client:
            client.create("Deals")
            client.append("Deals", "", DAY, content)
        with self.account_in_mode("qresync") as account:
            deals, mail = self.named(account, "Deals"), self.messages(account)
            for number in range(1, 6):
                with self.mailbox.client() as client:
                    client.delete("Deals")
                    client.create("Deals")
                    client.append("Deals", "", DAY, content)
                self.sync(account)
                self.assertEqual((mail.state, mail.folder_id), ("ok", deals))
                self.assertEqual(bool(deals.aside_until), number == 5)
            log = self.env["crm.mail.log"].search([("account_id", "=", account.id)])
            self.assertIn("“Deals” new numbers all the time", log[0].message)
            self.mailbox.append(simple_mail("In the inbox"))
            self.proxy.forget()
            self.sync(account)
            self.assertFalse(account.error_code)
            self.assertTrue(self.messages(account, subject="In the inbox"))
            self.assertFalse([c for c in self.proxy.commands if b'"Deals"' in c.line])
            deals.aside_until = fields.Datetime.now()
            self.sync(account)
            self.sync(account)
            self.assertEqual((deals.resets, mail.state, mail.uid), (0, "ok", 1))
            self.assertInStep(account)

    # -- passes that were cut off ----------------------------------------------------

    def test_what_a_cut_off_pass_had_stored_is_looked_at_again(self):
        """Law 2: its flags and removals would be nobody's news any more."""
        for mode in MODES:
            with self.subTest(mode=mode):
                self.setUp()
                self.mailbox.append(*(simple_mail(f"Old {n}") for n in range(3)))
                with self.account_in_mode(mode) as account:
                    inbox = self.folder(account, "inbox")
                    for deed in (
                        lambda: self.store("INBOX", "5", "+FLAGS", r"(\Flagged)"),
                        lambda: self.remove("INBOX", "9"),
                    ):
                        self.mailbox.append(*(simple_mail(f"{n}") for n in range(3)))
                        known = inbox.uidnext
                        lost = NetworkError("cut")
                        with patch.object(FolderPass, "_end", side_effect=lost):
                            self.sync(account)
                        self.assertEqual(len(self.messages(account)), known + 2)
                        self.assertEqual(inbox.uidnext, known)
                        deed()
                        self.sync(account)
                        self.assertInStep(account)
                        self.assertEqual(inbox.excess, 0)

    def test_the_brake_counts_what_many_windows_tell(self):
        """Law 4: windows that are each below the brake."""
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(300)))
        with self.account_in_mode("bare") as account:
            inbox = self.folder(account, "inbox")
            self.remove("INBOX", "1:250")
            inbox.write({"checked_at": False, "audited_at": False})
            account._request_sync()
            self.env.flush_all()
            with (
                self.enter_registry_test_mode(),
                patch(
                    "odoo.addons.crm_mail_accounts.mailkit.sync.audit.AUDIT_WINDOW", 50
                ),
            ):
                claim = self.env["crm.mail.account.lease"]._claim()
                self.env["crm.mail.account"]._work_on(claim)
            self.env.invalidate_all()
            self.assertEqual(inbox.indexed_total, 300)
            self.sync(account)
            self.assertEqual(inbox.indexed_total, 50)

    def test_what_happens_during_a_pass_is_seen_in_it(self):
        """[F3] The server tells it unasked, and only once."""
        for mode in MODES:
            with self.subTest(mode=mode):
                self.setUp()
                self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(6)))
                with self.account_in_mode(mode) as account:
                    self.mailbox.append(simple_mail("New"))
                    begin, audit, audits = FolderPass._begin, FolderPass._audit, []

                    def meanwhile(folder_pass, env, begin=begin):
                        delta = begin(folder_pass, env)
                        if folder_pass.task.role == "inbox" and delta.new:
                            self.store("INBOX", "2", "+FLAGS", r"(\Flagged)")
                            self.remove("INBOX", "4")
                        return delta

                    def audited(folder_pass, span, audit=audit, note=audits.append):
                        note(span)
                        audit(folder_pass, span)

                    account.folder_ids.checked_at = False
                    account._request_sync()
                    self.env.flush_all()
                    with (
                        patch.object(FolderPass, "_begin", meanwhile),
                        patch.object(FolderPass, "_audit", audited),
                        self.enter_registry_test_mode(),
                    ):
                        claim = self.env["crm.mail.account.lease"]._claim()
                        self.env["crm.mail.account"]._work_on(claim)
                    self.assertInStep(account)
                    if mode == "qresync":
                        self.assertFalse(audits, "what was told is accounted for")

    # -- servers that lie --------------------------------------------------------------

    @contextmanager
    def a_server_that_tells(self, **values):
        """EXAMINE of the inbox answers with other numbers, which no Dovecot says."""
        open_folder = MailboxSession._open_folder

        def lying(session, command, raw):
            state = open_folder(session, command, raw)
            if raw == "INBOX":
                told = {
                    name: value(getattr(state, name)) for name, value in values.items()
                }
                session.state = state = replace(state, **told)
            return state

        with patch.object(MailboxSession, "_open_folder", lying):
            yield

    def test_mod_sequences_that_go_back_or_away_are_worth_nothing(self):
        """[F3]"""
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(4)))
        with self.account_in_mode("qresync") as account:
            inbox = self.folder(account, "inbox")
            by_uid = {mail.uid: mail for mail in self.messages(account)}
            self.store("INBOX", "1", "+FLAGS", r"(\Seen)")
            with self.a_server_that_tells(highestmodseq=lambda told: 1):
                self.sync(account)
            self.assertTrue(by_uid[1].seen)
            self.assertEqual(inbox.modseq, 1)
            self.store("INBOX", "2", "+FLAGS", r"(\Seen)")
            self.remove("INBOX", "3")
            with self.a_server_that_tells(highestmodseq=lambda told: None):
                self.sync(account)
                self.assertEqual((inbox.mode, inbox.modseq), ("bare", 0))
                self.assertTrue(by_uid[2].seen)
                self.assertEqual(by_uid[3].state, "unplaced")
                self.store("INBOX", "4", "+FLAGS", r"(\Flagged)")
                self.sync(account)
                self.assertTrue(by_uid[4].flagged)
            self.sync(account)
            self.assertEqual(inbox.mode, "qresync")
            self.assertInStep(account)

    def test_a_server_that_counts_mails_which_it_does_not_list_is_not_asked_forever(
        self,
    ):
        """Law 16."""
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(4)))
        for mode in ("qresync", "bare"):
            with self.subTest(mode=mode), self.account_in_mode(mode) as account:
                inbox = self.folder(account, "inbox")
                with self.a_server_that_tells(exists=lambda told: told + 3):
                    self.sync(account)
                    self.assertEqual((inbox.excess, inbox.indexed_total), (3, 4))
                    inbox.checked_at = False
                    self.proxy.forget()
                    self.work(account)
                    self.assertNotIn(b"UID FETCH", self.proxy.names())
                    self.remove("INBOX", "1:*")
                    self.sync(account)
                    self.assertEqual((inbox.excess, inbox.indexed_total), (3, 0))
                self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(4)))
                account.unlink()

    def test_a_mail_that_is_left_out_of_an_answer_is_not_gone(self):
        """Law 4: a second answer must say so too."""
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(4)))
        fetch_flags = MailboxSession.fetch_flags
        with self.account_in_mode("bare") as account:
            with patch.object(
                MailboxSession,
                "fetch_flags",
                lambda session, *span: (
                    change for change in fetch_flags(session, *span) if change.uid != 2
                ),
            ):
                self.sync(account)
            self.assertEqual(set(self.messages(account).mapped("state")), {"ok"})
            self.assertInStep(account)

    # -- many and odd ------------------------------------------------------------------

    def test_many_folders_cost_a_look_two_commands(self):
        """Law 16: 500 folders, and none of them is opened when nothing changed."""
        with self.mailbox.client() as client:
            for number in range(500):
                client.create(f"Folder/{number:03}")
            name = "x" * 120 + "&2D3eAA-a&AOA-b&Jgg-'(),; ~ [!]"
            self.assertEqual(client.create(f'"{name}"')[0], "OK")
            client.append(f'"{name}"', "", None, simple_mail("Odd").as_bytes())
        with self.account_in_mode("qresync") as account:
            self.assertEqual(len(account.folder_ids.filtered("checked_at")), 506)
            (odd,) = self.messages(account)
            self.assertTrue(odd.folder_id.name.startswith("xxx"))
            self.proxy.forget()
            self.work(account)
            names = self.proxy.names()
            self.assertLessEqual(len(names), 6, names)

    def test_a_mail_of_sixty_megabytes_is_listed_without_being_fetched(self):
        """Law 16."""
        big = simple_mail("Big").as_bytes() + b"\n" + (b"x" * 75 + b"\n") * 790_000
        self.mailbox.append(big)
        with self.account_in_mode("qresync") as account:
            (mail,) = self.messages(account)
            self.assertEqual(mail.subject, "Big")
            self.assertGreater(mail.size, 60_000_000)
            self.assertTrue(mail.preview)
            self.assertLess(sum(c.answer for c in self.proxy.commands), 100_000)

    def test_mails_that_no_sender_should_send_are_rows_like_others(self):
        """Laws 3 and 15."""
        many = ", ".join(f"u{n}@example.com" for n in range(5000))
        chain = "\r\n ".join(f"<{n}@example.com>" for n in range(2000))
        fields_of = {
            "recipients": f"To: {many}",
            "references": f"References: {chain}",
            "big header": "X-Long: " + "\r\n ".join(["x" * 900] * 1100),
            "big subject": "Subject: " + "\r\n ".join(["y" * 900] * 1100),
            "surrogate": "Subject: =?utf-8?b?7aCA?= and \ud800",
            "year 1": "Date: Mon, 01 Jan 0001 00:00:00 +0000",
            "year 9999": "Date: Fri, 31 Dec 9999 23:59:59 -1200",
            "nul": "Subject: =?utf-8?q?a=00b?=",
            "empty": "",
        }
        for number, field in enumerate(fields_of.values()):
            text = (
                f"From: a@example.com\r\nMessage-ID: <x{number}@y>\r\n{field}\r\n\r\nx"
            )
            self.mailbox.append(text.encode("utf-8", "surrogatepass"))
        self.mailbox.append(simple_mail("After them"))
        for mode in ("qresync", "bare"):
            with self.subTest(mode=mode), self.account_in_mode(mode) as account:
                mails = self.messages(account)
                self.assertEqual(len(mails), len(fields_of) + 1)
                self.assertEqual(set(mails.mapped("state")), {"ok"})
                self.assertFalse(account.error_code)
                self.assertInStep(account)
                for mail in mails:
                    self.assertTrue(self.client().open_message(mail.id))
                account.unlink()
