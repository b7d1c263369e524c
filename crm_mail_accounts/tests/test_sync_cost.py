from unittest.mock import patch

from odoo.tests import tagged

from ..tools.account_worker import AccountWorker
from .common import simple_mail
from .sync_common import MODES, SyncCase

INDEX = b" PRECEDENCE)"
"""Only the index asks for that."""
NO_WINDOWS = patch(
    "odoo.addons.crm_mail_accounts.mailkit.sync.delta._flag_windows",
    lambda *_args: ((), None, False),
)
"""As if flags had been read a moment ago."""


@tagged("post_install", "-at_install")
class TestSyncCost(SyncCase):
    """What the engine does not do twice, and does not do for nothing."""

    def asked(self, *words: bytes) -> list[bytes]:
        """The commands with these words, since the proxy's memory was emptied."""
        return [
            command.line
            for command in self.proxy.commands
            if all(word in command.line for word in words)
        ]

    def test_a_turn_with_nothing_to_do_has_four_transactions(self):
        self.mailbox.append(simple_mail("One"))
        with self.account_in_mode("qresync") as account:
            self.work(account)
            real = AccountWorker.commit
            done = []

            def commit(worker, work):
                done.append(work)
                return real(worker, work)

            with patch.object(AccountWorker, "commit", commit):
                self.work(account)
            self.assertEqual(len(done), 4)

    def test_the_text_of_a_new_mail_is_fetched_once(self):
        """[F2]"""
        with self.account_in_mode("qresync") as account:
            self.mailbox.append(simple_mail("New"))
            self.proxy.forget()
            self.work(account)
            (mail,) = self.messages(account)
            self.assertTrue(mail.preview)
            self.assertTrue(mail.sudo()._cached_raw())
            self.assertEqual(len(self.asked(b"BODY.PEEK[]")), 1)

    def test_what_we_moved_ourselves_is_not_fetched_again(self):
        """[D12] Its row is bound by COPYUID; only its flags are read."""
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(4)))
        self.mailbox.append(simple_mail("x"), folder="Archive", create=True)
        with self.account_in_mode("qresync") as account:
            mails = self.messages(account, folder_id=self.folder(account, "inbox").id)
            self.client().archive(mails[:3].ids)
            self.proxy.forget()
            self.work(account)
            self.assertFalse(self.asked(INDEX))
            self.assertEqual(mails[:3].folder_id.name, "Archive")
            self.assertEqual(mails[0].folder_id.uidnext, 5)
            self.assertInStep(account)

    def test_new_mail_beside_our_own_moves_is_fetched_alone(self):
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(4)))
        self.mailbox.append(simple_mail("x"), folder="Archive", create=True)
        with self.account_in_mode("qresync") as account:
            moved = self.messages(account, subject="Mail 1")
            self.client().archive(moved.ids)
            self.mailbox.append(simple_mail("Between"), folder="Archive")
            self.proxy.forget()
            self.work(account)
            (asked,) = self.asked(INDEX)
            self.assertIn(b"UID FETCH 2:2 ", asked)
            self.assertEqual(moved.uid, 3)
            self.assertEqual(len(self.messages(account, subject="Between")), 1)
            self.assertInStep(account)

    def test_a_removal_costs_no_flags_of_mails_that_are_there(self):
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(700)))
        for mode in MODES:
            with self.subTest(mode=mode), self.account_in_mode(mode) as account:
                uid = max(
                    mail.uid for mail in self.messages(account) if mail.uid <= 100
                )
                self.work(account)
                self.remove("INBOX", str(uid))
                # what is read now is read for the removal
                with NO_WINDOWS:
                    self.proxy.forget()
                    account.folder_ids.write({"checked_at": False})
                    self.work(account)
                self.assertInStep(account)
                read = sum(
                    command.answer
                    for command in self.proxy.commands
                    if b"FLAGS" in command.line and b"HEADER" not in command.line
                )
                self.assertLess(read, 10_000)
                account.unlink()

    def test_a_removal_from_a_big_folder_costs_no_list_of_it(self):
        """Also where the server cannot count."""
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(900)))
        constants = "odoo.addons.crm_mail_accounts.tools.folder_comparison.LIST_WHOLE"
        samples = "odoo.addons.crm_mail_accounts.mailkit.sync.deletions.SAMPLES"
        with (
            self.account_in_mode("bare") as account,
            patch(constants, 100),
            patch(samples, 30),
        ):
            self.work(account)
            for uids in ("450", "1,2,500:510,900"):
                self.remove("INBOX", uids)
                self.proxy.forget()
                account.folder_ids.write({"checked_at": False})
                with NO_WINDOWS:
                    self.work(account)
                self.assertInStep(account)
                listed = [
                    command.answer
                    for command in self.proxy.commands
                    if command.name == b"UID SEARCH"
                ]
                self.assertTrue(listed)
                self.assertLess(sum(listed), 900)
