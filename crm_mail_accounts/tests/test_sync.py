from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged, test_cursor

from ..mailkit.errors import AuthError, ProtocolError
from ..mailkit.imap.session import ImapSession
from ..tools import account_worker
from .common import Mailbox, MailCase, simple_mail


@tagged("post_install", "-at_install")
class TestSync(MailCase):
    """The index against the live server."""

    def messages(self, account, role="inbox"):
        return self.env["crm.mail.message"].search(
            [("folder_id", "in", self.folder(account, role).ids)]
        )

    def test_the_first_index_brings_every_mail(self):
        self.mailbox = Mailbox()
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(120)))
        account = self.new_account()
        self.work(account)
        inbox = self.folder(account, "inbox")
        self.assertEqual(len(self.messages(account)), 120)
        self.assertEqual((inbox.indexed_total, inbox.server_total), (120, 120))
        self.assertEqual(inbox.unread, 120)
        self.assertEqual(inbox.low_uid, 1)

    def test_the_newest_mails_come_first(self):
        self.mailbox = Mailbox()
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(120)))
        account = self.new_account()
        account._request_sync()
        self.env.flush_all()
        with (
            self.enter_registry_test_mode(),
            patch.object(account_worker, "SLICE_SECONDS", 0.0),
        ):
            claim = self.env["crm.mail.account.lease"]._claim()
            more = self.env["crm.mail.account"]._work_on(claim)
        self.env.invalidate_all()
        self.assertTrue(more)
        subjects = self.messages(account).mapped("subject")
        self.assertEqual(len(subjects), 50, "one screen comes first")
        self.assertEqual(set(subjects), {f"Mail {n}" for n in range(70, 120)})
        self.work()
        self.assertEqual(
            self.messages(account).mapped("subject"),
            [f"Mail {n}" for n in range(119, -1, -1)],
            "the rest follows, below, though it is stored later",
        )

    def test_new_mail_arrives_with_the_next_turn_and_once(self):
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("First"))
        account = self.new_account()
        self.work(account)
        self.mailbox.append(simple_mail("Second"))
        self.work(account)
        self.work(account)
        self.assertEqual(
            sorted(self.messages(account).mapped("subject")), ["First", "Second"]
        )

    def test_flags_of_the_server_are_shown(self):
        self.mailbox = Mailbox()
        self.mailbox.append(
            simple_mail("Old"), flags=r"(\Seen \Flagged \Answered $Forwarded Urgent)"
        )
        account = self.new_account()
        self.work(account)
        mail = self.messages(account)
        self.assertTrue(mail.seen and mail.flagged and mail.answered and mail.forwarded)
        self.assertFalse(mail.draft)
        self.assertEqual(mail.keywords, "Urgent")
        self.assertEqual(self.folder(account, "inbox").unread, 0)

    def test_indexing_previewing_and_opening_mark_nothing_as_read(self):
        """Law 1."""
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Untouched"))
        before = self.mailbox.flags()
        account = self.new_account()
        self.work(account)
        mail = self.messages(account)
        opened = self.client().open_message(mail.id)
        self.assertEqual(opened["subject"], "Untouched")
        self.assertEqual(self.mailbox.flags(), before)

    def test_the_newest_mails_open_without_asking_the_server(self):
        """[F2]"""
        self.mailbox = Mailbox()
        big = simple_mail("Big")
        big.set_content("x" * 300_000)
        self.mailbox.append(simple_mail("Small"), big)
        account = self.new_account()
        self.work(account)
        mails = {mail.subject: mail for mail in self.messages(account)}
        self.assertTrue(mails["Small"]._cached_raw())
        self.assertFalse(mails["Big"]._cached_raw())
        with patch.object(
            type(account), "_open_imap__", side_effect=AssertionError("asked")
        ):
            opened = self.client().open_message(mails["Small"].id)
        self.assertEqual(opened["subject"], "Small")
        opened = self.client().open_message(mails["Big"].id)
        self.assertEqual(opened["subject"], "Big")
        self.assertNotIn(b"Seen", b"".join(self.mailbox.flags()))

    def test_an_account_without_an_inbox_says_so(self):
        self.mailbox = Mailbox()
        account = self.new_account()
        self.work(account)
        self.folder(account, "inbox").role = "none"
        self.work(account)
        self.assertEqual(account.error_code, "inbox_missing")
        (payload,) = self.client().bootstrap()["accounts"]
        self.assertEqual(payload["repair"], "folders")
        self.assertIn("is the inbox any more", payload["health"]["message"])

    def test_the_list_has_a_preview_before_anything_was_opened(self):
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Offer"))
        account = self.new_account()
        self.work(account)
        mail = self.messages(account)
        self.assertIn("please send us the offer", mail.preview)

    def test_folders_are_found_with_their_roles_and_names(self):
        """[D10]"""
        self.mailbox = Mailbox()
        self.mailbox.append(
            simple_mail("Deep"), folder='"Clienti/Societ&AOA- Per&APk-"', create=True
        )
        account = self.new_account()
        self.work(account)
        for role in ("inbox", "drafts", "sent", "junk", "trash"):
            self.assertEqual(len(self.folder(account, role)), 1, role)
        deep = account.folder_ids.filtered(lambda f: f.name == "Società Perù")
        self.assertEqual(deep.path, "Clienti / Società Perù")
        self.assertEqual(deep.indexed_total, 1)

    def test_renumbered_uids_leave_the_mails_and_their_bodies_alone(self):
        """Law 5: UIDVALIDITY changed on the server."""
        self.mailbox = Mailbox()
        date = '"02-Mar-2026 09:30:00 +0000"'
        kept, gone = simple_mail("Kept").as_bytes(), simple_mail("Gone").as_bytes()

        def fill(client, *mails):
            client.create("Deals")
            for mail in mails:
                client.append("Deals", "", date, mail)

        with self.mailbox.client() as client:
            fill(client, gone, kept)
        account = self.new_account()
        self.work(account)
        folder = account.folder_ids.filtered(lambda f: f.name == "Deals")
        mails = self.env["crm.mail.message"].search([("folder_id", "=", folder.id)])
        mail = mails.filtered(lambda m: m.subject == "Kept")
        self.client().open_message(mail.id)
        old = (folder.uidvalidity, mail.uid)
        with self.mailbox.client() as client:
            client.delete("Deals")
            fill(client, kept)
        folder.checked_at = False
        self.work(account)
        self.assertNotEqual((folder.uidvalidity, mail.uid), old)
        self.assertEqual((mail.state, mail.uid, folder.indexed_total), ("ok", 1, 1))
        self.assertTrue(mail._cached_raw())
        self.assertEqual((mails - mail).state, "unplaced")

    def test_a_wrong_password_is_told_in_words_and_not_hammered(self):
        account = self.new_account(password="wrong")
        self.work(account)
        self.assertEqual(account.error_code, "auth_failed")
        self.assertIn("refused the user name or the password", account.error_message)
        self.assertIsNone(self.env["crm.mail.account.lease"]._claim())
        log = self.env["crm.mail.log"].search([("account_id", "=", account.id)])
        self.assertEqual(log.level, "error")
        self.assertNotIn("wrong", log.message.replace("wrong password", ""))

    def test_one_account_that_fails_does_not_stop_the_next_one(self):
        """Law 10."""
        failing = self.new_account(imap_port=1)
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("Fine"))
        working = self.new_account()
        self.work(failing | working)
        self.assertEqual(failing.error_code, "connection_refused")
        self.assertEqual(self.messages(working).subject, "Fine")
        self.assertFalse(working.error_code)

    def test_an_account_recovers_when_its_password_is_corrected(self):
        self.mailbox = Mailbox()
        account = self.new_account(password="wrong")
        self.work(account)
        account.with_user(self.owner).password = self.mailbox.password
        self.work()
        self.assertFalse(account.error_code)
        self.assertTrue(account.checked_at)

    def test_a_defect_of_ours_in_one_account_is_logged_and_the_lane_goes_on(self):
        self.mailbox = Mailbox()
        account = self.new_account()
        logger = "odoo.addons.crm_mail_accounts.models.crm_mail_account_sync"
        with (
            patch.object(
                type(account), "_open_imap__", side_effect=ZeroDivisionError("defect")
            ),
            self.assertLogs(logger, "ERROR") as logs,
        ):
            self.work(account)
        self.assertIn("defect in its turn", logs.output[0])
        self.assertEqual(account.error_code, "defect")
        self.assertIsNone(self.env["crm.mail.account.lease"]._claim(), "it pauses")

    def test_a_folder_that_cannot_be_read_does_not_stop_the_others(self):
        """Law 10, within an account."""
        self.mailbox = Mailbox()
        self.mailbox.append(simple_mail("In the inbox"))
        self.mailbox.append(simple_mail("Elsewhere"), folder="Zebra", create=True)
        account = self.new_account()
        examine = ImapSession.examine

        def refuse(session, raw):
            if raw == "INBOX":
                error = ProtocolError("BAD no such thing")
                error.connection_usable = True
                raise error
            return examine(session, raw)

        with patch.object(ImapSession, "examine", refuse):
            self.work(account)
        self.assertFalse(account.error_code)
        subjects = account.env["crm.mail.message"].search(
            [("account_id", "=", account.id)]
        )
        self.assertEqual(subjects.mapped("subject"), ["Elsewhere"])
        log = self.env["crm.mail.log"].search([("account_id", "=", account.id)])
        told = log.filtered(lambda line: "“INBOX” cannot be read" in line.message)
        self.assertEqual(len(told), 1)

        # the owner reads it, and it is tried again ever more rarely
        (shown,) = self.client().progress()["accounts"]
        self.assertEqual(shown["health"]["state"], "error")
        self.assertIn("BAD no such thing", shown["health"]["message"])
        inbox = self.folder(account, "inbox")
        pauses = []
        with patch.object(ImapSession, "examine", refuse):
            for _try in range(3):
                inbox.aside_until = fields.Datetime.now()
                self.work(account)
                pauses.append(inbox.aside_until - fields.Datetime.now())
            self.assertLess(pauses[0], pauses[1])
            self.assertLess(pauses[1], pauses[2])
            before = inbox.aside_until
            self.work(account)
            self.assertEqual(inbox.aside_until, before, "it was left alone")
        told = log.search([("message", "=", told.message)])
        self.assertEqual(len(told), 1, "the same trouble is told once")

        self.client().retry_folder(inbox.id)
        self.work(account)
        self.assertEqual((inbox.problem, inbox.refusals), (False, 0))
        self.assertEqual(inbox.indexed_total, 1)
        (shown,) = self.client().progress()["accounts"]
        self.assertNotEqual(shown["health"]["state"], "error")

    def test_no_transaction_is_open_while_the_server_is_asked(self):
        """Law 8: nothing of the worker's is uncommitted at the network door."""
        self.mailbox = Mailbox()
        account = self.new_account()

        def look(_self, endpoint, credentials, **_kwargs):
            self.assertEqual(credentials.username, account.username)
            self.assertFalse(
                test_cursor.TestCursor._cursors_stack, "a transaction is open"
            )
            raise AuthError("enough seen")

        with patch.object(type(account), "_open_imap__", look):
            self.work(account)
        self.assertEqual(account.error_code, "auth_failed")
