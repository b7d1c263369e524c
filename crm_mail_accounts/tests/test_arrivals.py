from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from ..mailkit.errors import NetworkError
from ..mailkit.imap.mailbox import MailboxSession
from ..mailkit.sync.operations import Kind
from ..tools import flags as bits
from ..tools import index_writer
from ..tools.arrivals import HOOKS, TRIES
from .common import Mailbox, simple_mail
from .sync_common import MODES, SyncCase
from .worker_common import PLACES, WorkerCase


@tagged("post_install", "-at_install")
class TestArrivals(SyncCase):
    """What counts as new mail, and what its hooks get."""

    def setUp(self):
        super().setUp()
        self.seen: list[tuple[str, list[str]]] = []
        for hook in HOOKS:
            self.patch_hook(hook, self.noting(hook))

    def noting(self, hook):
        def note(_account, messages):
            self.seen.append((hook, sorted(messages.mapped("subject"))))

        return note

    def patch_hook(self, name, replacement):
        patcher = patch.object(self.env.registry["crm.mail.account"], name, replacement)
        self.addCleanup(patcher.stop)
        patcher.start()

    def arrived(self) -> list[str]:
        """Subjects that the last hook got since the last look."""
        found = [
            subject
            for hook, subjects in self.seen
            for subject in subjects
            if hook == HOOKS[-1]
        ]
        self.seen.clear()
        return found

    def in_each_mode(self, story):
        for mode in MODES:
            with self.subTest(mode=mode):
                self.mailbox = Mailbox()
                self.seen.clear()
                with self.account_in_mode(mode) as account:
                    story(account)
                self.assertFalse(self.messages(account, arrived=True))

    def test_new_mail_is_handled_once_by_every_hook_in_its_order(self):
        self.mailbox.append(simple_mail("Old"))

        def story(account):
            self.mailbox.append(simple_mail("One"), simple_mail("Two"))
            self.sync(account)
            self.assertEqual(self.seen, [(hook, ["One", "Two"]) for hook in HOOKS])
            self.seen.clear()
            self.sync(account)
            self.assertFalse(self.seen)

        self.in_each_mode(story)

    def test_the_first_index_brings_nothing_new(self):
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(5)))
        self.mailbox.append(simple_mail("x"), folder="Work", create=True)
        account = self.new_account()
        self.work(account)
        self.assertEqual(len(self.messages(account)), 6)
        self.assertFalse(self.arrived())

    def test_older_mail_that_is_wanted_later_is_not_new(self):
        self.mailbox.append(simple_mail("Older"), date='"02-Mar-2025 09:30:00 +0100"')
        account = self.new_account(fetch_since=date(2026, 1, 1))
        self.work(account)
        self.assertFalse(self.messages(account, subject="Older"))
        account.fetch_since = date(2024, 1, 1)
        self.work(account)
        self.assertTrue(self.messages(account, subject="Older"))
        self.assertFalse(self.arrived())

    def test_a_folder_that_turns_up_with_mail_brings_nothing_new(self):
        account = self.new_account()
        self.work(account)
        self.mailbox.append(simple_mail("x"), folder="Project", create=True)
        account.sudo().lease_ids.listed_at = False
        self.sync(account)
        self.assertTrue(self.messages(account, subject="x"))
        self.assertFalse(self.arrived())
        self.mailbox.append(simple_mail("filed by the server"), folder="Project")
        self.sync(account)
        self.assertEqual(self.arrived(), ["filed by the server"])

    def test_what_is_moved_or_copied_is_not_new_whichever_folder_is_read_first(self):
        def story(account):
            self.mailbox.append(simple_mail("Walker"))
            self.mailbox.append(simple_mail("x"), folder="Work", create=True)
            account.sudo().lease_ids.listed_at = False
            self.sync(account)
            self.assertEqual(self.arrived(), ["Walker"])
            for source, target in (("INBOX", "Work"), ("Work", "INBOX")):
                mail = self.messages(account, subject="Walker")
                self.move(source, str(mail.uid), target)
                self.sync(account)
                self.assertEqual(self.arrived(), [])
            mail = self.messages(account, subject="Walker")
            with self.mailbox.client() as client:
                client.select("INBOX")
                client.uid("COPY", str(mail.uid), "Work")
            self.sync(account)
            self.assertEqual(len(self.messages(account, subject="Walker")), 2)
            self.client().move(mail.ids, self.named(account, "Work").id)
            self.sync(account)
            self.assertEqual(self.arrived(), [])

        self.in_each_mode(story)

    def test_renumbered_uids_make_nothing_new(self):
        """Law 5."""
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(4)))
        account = self.new_account()
        self.work(account)
        inbox = self.folder(account, "inbox")
        # as if these had been other numbers, and one mail came meanwhile
        inbox.uidvalidity += 1
        self.messages(account, folder_id=inbox.id).uidvalidity = inbox.uidvalidity
        self.mailbox.append(simple_mail("Among them"))
        self.sync(account)
        self.assertEqual(inbox.resets, 1)
        self.assertTrue(self.messages(account, subject="Among them"))
        self.assertFalse(self.arrived())

    def test_trash_spam_and_drafts_get_no_new_mail_and_sent_does(self):
        """[F8] Mail sent by other programs is to be linked as well."""
        account = self.new_account()
        self.work(account)
        for folder in ("Trash", "Junk", "Drafts", "Sent"):
            self.mailbox.append(simple_mail(f"in {folder}"), folder=folder)
        self.mailbox.append(simple_mail("a draft"), flags=r"(\Draft)")
        self.mailbox.append(simple_mail("removed"), flags=r"(\Deleted)")
        self.sync(account)
        self.assertTrue(self.messages(account, subject="in Junk"))
        self.assertEqual(self.arrived(), ["in Sent"])

    def test_a_copy_that_we_filed_reaches_no_hook(self):
        def ours(_account, messages):
            return messages.filtered(lambda mail: mail.subject == "Ours")

        self.patch_hook("_arrived_own_copies", ours)
        account = self.new_account()
        self.work(account)
        self.mailbox.append(simple_mail("Ours"), simple_mail("Theirs"), folder="Sent")
        self.sync(account)
        self.assertEqual(self.arrived(), ["Theirs"])
        self.assertFalse(self.messages(account, arrived=True))

    def test_new_mail_beside_mails_without_a_place_is_new_and_those_are_not(self):
        """The careful way of storing, not COPY."""
        self.mailbox.append(simple_mail("Kept"))
        account = self.new_account()
        self.work(account)
        kept = self.messages(account, subject="Kept")
        lead = self.env["crm.lead"].create({"name": "x", "user_id": self.owner.id})
        self.client().link_message(kept.id, "crm.lead", lead.id)
        self.remove("INBOX", str(kept.uid))
        self.sync(account)
        self.assertEqual(kept.state, "unplaced")
        self.mailbox.append(kept._cached_raw(), simple_mail("New"))
        with patch.object(index_writer, "_copy_new", return_value=None):
            self.sync(account)
        self.assertEqual(self.arrived().count("New"), 1)

    def test_a_hook_that_fails_spares_the_others_and_is_told(self):
        """Laws 3 and 10: its rows are rolled back, the sync goes on."""
        self.owner.write({"lang": "en_US"})

        def failing(account, messages):
            for message in messages:
                message.keywords = "touched"
            account.env.flush_all()
            if "Bad" in messages.mapped("subject"):
                raise ValueError("no good")

        self.patch_hook("_arrived_filters", failing)
        account = self.new_account()
        self.work(account)
        self.mailbox.append(*(simple_mail(name) for name in ("Good", "Bad", "Fine")))
        with self.assertLogs("odoo.addons.crm_mail_accounts.tools.arrivals", "ERROR"):
            self.sync(account)
        self.assertEqual(self.arrived(), ["Bad", "Fine", "Good"])
        by_name = {mail.subject: mail.keywords for mail in self.messages(account)}
        self.assertEqual(by_name, {"Good": "touched", "Bad": False, "Fine": "touched"})
        told = self.env["crm.mail.log"].search(
            [("account_id", "=", account.id), ("level", "=", "error")]
        )
        self.assertEqual(len(told), 1)
        self.assertIn("ValueError", told.message)
        self.assertNotIn("no good", told.message)
        self.assertFalse(account.error_code)

    def test_hooks_get_what_they_want_to_see_and_nobody_waits_in_a_transaction(self):
        """Law 8: fetched before; law 1: and not marked as read."""
        texts = {}

        def want(_account, messages):
            return messages.filtered(lambda mail: mail.subject != "Unseen")

        def whole(_account, messages):
            return messages.filtered(lambda mail: mail.subject == "Whole")

        def look(account, messages):
            for mail in messages:
                cached = bool(mail._cached_raw())
                texts[mail.subject] = (account._arrived_head(mail), cached)

        self.patch_hook("_arrived_heads_wanted", want)
        self.patch_hook("_arrived_bodies_wanted", whole)
        self.patch_hook("_arrived_filters", look)
        account = self.new_account()
        self.work(account)
        names = ("Head", "Whole", "Unseen")
        self.mailbox.append(*(simple_mail(name, X_Odd="there") for name in names))
        self.sync(account)
        self.assertIn(b"X-Odd: there", texts["Head"][0])
        self.assertIn(b"please send us", texts["Whole"][0])
        self.assertEqual(texts["Unseen"], (b"", False))
        self.assertEqual([texts[name][1] for name in names], [False, True, False])
        self.assertFalse([line for line in self.mailbox.flags() if b"Seen" in line])

    def test_mails_that_cannot_be_fetched_are_handled_without_it_in_the_end(self):
        """Law 3."""
        self.patch_hook("_arrived_heads_wanted", lambda _account, messages: messages)
        account = self.new_account()
        self.work(account)
        self.mailbox.append(simple_mail("Stuck"))
        broken = patch.object(
            MailboxSession, "fetch_heads", side_effect=NetworkError("cut")
        )
        for _turn in range(TRIES):
            with broken:
                self.sync(account)
            self.assertEqual(self.arrived(), [])
            self.assertTrue(account.error_code)
        self.sync(account)
        self.assertEqual(self.arrived(), ["Stuck"])
        self.assertEqual(self.messages(account, subject="Stuck").tries, 0)
        self.assertFalse(account.error_code)


@tagged("post_install", "-at_install")
class TestArrivalsKilled(WorkerCase):
    """Killed at every commit: what is done with a new mail is done once."""

    def test_what_is_done_with_new_mail_is_done_once_wherever_the_worker_dies(self):
        """The hook writes a row for each mail, and marks it on the server."""
        account_id = self.committed_account()

        def effect(account, messages):
            account.env["crm.mail.log"].create(
                [
                    {
                        "account_id": account.id,
                        "user_id": account.user_id.id,
                        "source": "incoming",
                        "level": "info",
                        "message": f"effect on {mail.subject}",
                    }
                    for mail in messages
                ]
            )
            account.env["crm.mail.operation"]._enqueue(
                messages, Kind.FLAGS, add=bits.FLAGGED
            )

        patcher = patch.object(
            self.registry["crm.mail.account"], "_arrived_filters", effect
        )
        patcher.start()
        self.addCleanup(patcher.stop)
        number, killed, died = 0, True, 0
        while killed:
            number += 1
            place = PLACES[number % 3]
            with self.subTest(commit=number, place=place):
                self.mailbox.append(simple_mail(f"New {number}"))
                self.make_due(account_id)
                killed = self.killed_worker(number, place)
                died += killed
                self.rest(account_id)
                with self.committed() as env:
                    account = self.account(account_id)
                    effects = env["crm.mail.log"].search_count(
                        [("message", "=", f"effect on New {number}")]
                    )
                    self.assertEqual(effects, 1)
                    mail = self.messages(account, subject=f"New {number}")
                    self.assertTrue(mail.flagged and not mail.arrived)
                    self.assertInStep(account)
        self.assertGreater(died, 8, "a turn has more commits than that")
