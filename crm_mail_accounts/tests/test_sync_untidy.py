from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..mailkit.tests.imap_proxy import BARE
from ..mailkit.tests.untidy_proxy import HABITS, SHIFT, UntidyProxy
from .common import simple_mail
from .sync_common import SyncCase


@tagged("post_install", "-at_install")
class TestSyncUntidy(SyncCase):
    """Servers with bad habits: nothing is lost, nothing is invented, nothing goes."""

    @contextmanager
    def account_with(self, habit, **options):
        with UntidyProxy(
            self.mailbox.host, self.mailbox.ports["imap"], habit=habit, **options
        ) as proxy:
            self.proxy = proxy
            account = self.new_account(
                imap_port=proxy.endpoint().port, imap_security="none"
            )
            self.work(account)
            yield account

    def subjects(self, account):
        """Of each folder that has mail, by the server's plain name."""
        self.env.invalidate_all()
        found = {}
        for mail in self.messages(account):
            if mail.folder_id:
                name = mail.folder_id.name
                name = "Work" if "quoted" in name else name
                name = "Zebra" if name == "Zèbre" else name
                found.setdefault(name, []).append((mail.subject, mail.seen))
        return {name: sorted(mails) for name, mails in found.items()}

    def follow(self, account):
        self.assertFalse(account.error_code, account.error_message)
        self.assertFalse(any(account.folder_ids.mapped("problem")))
        account.sudo().lease_ids.listed_at = False
        self.sync(account)
        self.assertFalse(account.error_code, account.error_message)

    def story(self, account):
        first = sorted([(f"Mail {n}", False) for n in range(5)])
        self.assertEqual(
            self.subjects(account),
            {"INBOX": first, "Work": [("w", False)], "Zebra": [("z", False)]},
        )
        self.store("INBOX", "2", "+FLAGS", r"(\Seen)")
        self.remove("INBOX", "4")
        self.mailbox.append(simple_mail("New"))
        self.move("INBOX", "1", "Work")
        for _turn in range(2):
            account.folder_ids.audited_at = fields.Datetime.now() - timedelta(days=8)
            self.follow(account)
        self.assertEqual(
            self.subjects(account),
            {
                "INBOX": [
                    ("Mail 1", True),
                    ("Mail 2", False),
                    ("Mail 4", False),
                    ("New", False),
                ],
                "Work": [("Mail 0", False), ("w", False)],
                "Zebra": [("z", False)],
            },
        )
        inbox = self.folder(account, "inbox")
        self.assertEqual((inbox.indexed_total, inbox.unread), (4, 3))
        # what is done here reaches the server
        mail = self.messages(account, subject="Mail 2")
        self.client().mark(mail.ids, ["flagged"])
        self.work(account)
        self.assertIn(b"\\Flagged", b"".join(self.mailbox.flags()))
        self.assertEqual(len(self.messages(account, flagged=True)), 1)

    def test_every_bad_habit(self):
        for number, habit in enumerate(HABITS):
            # the two ends of what servers offer take turns
            hide = BARE if number % 2 else ()
            with self.subTest(habit=habit, bare=bool(hide)):
                self.setUp()
                self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(5)))
                self.mailbox.append(simple_mail("w"), folder="Work", create=True)
                self.mailbox.append(folder="Yak", create=True)
                self.mailbox.append(simple_mail("z"), folder="Zebra", create=True)
                with self.account_with(habit, hide=hide) as account:
                    self.story(account)

    def test_a_few_mails_among_thousands_of_millions_of_uids(self):
        """Some servers number mails from the clock."""
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(3)))
        for extensions, hide in (("all", ()), ("bare", BARE)):
            with self.subTest(extensions=extensions):
                with self.account_with("huge_uids", hide=hide) as account:
                    inbox = self.folder(account, "inbox")
                    self.assertEqual(
                        sorted(self.messages(account).mapped("uid")),
                        [SHIFT + 1, SHIFT + 2, SHIFT + 3],
                    )
                    self.assertEqual(inbox.low_uid, 1)
                    self.assertLess(len(self.proxy.commands), 60)
                    self.proxy.forget()
                    inbox.audited_at = fields.Datetime.now() - timedelta(days=8)
                    self.sync(account)
                    self.assertLess(len(self.proxy.commands), 60)
                    account.unlink()

    def test_nul_where_no_server_should_send_it(self):
        """In texts, keywords and names, which no column can hold."""
        mails = (simple_mail("Nul here"), simple_mail("Other"))
        self.mailbox.append(*mails, flags="(Nul-here)")
        self.mailbox.append(simple_mail("Hidden"), folder="Yak", create=True)
        for extensions, hide in (("all", ()), ("bare", BARE)):
            with (
                self.subTest(extensions=extensions),
                self.account_with("nul", hide=hide) as account,
            ):
                self.assertFalse(account.error_code, account.error_message)
                inbox = self.folder(account, "inbox")
                found = self.messages(account, folder_id=inbox.id)
                self.assertEqual(set(found.mapped("subject")), {"Nulhere", "Other"})
                self.assertEqual(set(found.mapped("from_name")), {"RosaConti"})
                self.assertEqual(set(found.mapped("state")), {"ok"})
                for mail in found:
                    self.assertIn("please", str(self.client().open_message(mail.id)))
                self.follow(account)
                account.unlink()
