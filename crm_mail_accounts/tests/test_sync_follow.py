import random
import re

from odoo.tests import tagged

from .common import simple_mail
from .sync_common import MODES, SyncCase


@tagged("post_install", "-at_install")
class TestSyncFollow(SyncCase):
    """What other clients do, followed in all three modes."""

    def test_flags_of_other_clients_are_followed(self):
        """[F3]"""

        def story(account):
            self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(5)))
            self.sync(account)
            self.store("INBOX", "1:2", "+FLAGS", r"(\Seen \Answered)")
            self.store("INBOX", "3", "+FLAGS", r"($Forwarded Urgent)")
            self.store("INBOX", "4", "+FLAGS", r"(\Flagged)")
            self.sync(account)
            by_uid = {mail.uid: mail for mail in self.messages(account)}
            self.assertTrue(by_uid[1].seen and by_uid[2].answered)
            self.assertTrue(by_uid[3].forwarded)
            self.assertEqual(by_uid[3].keywords, "Urgent")
            self.assertTrue(by_uid[4].flagged)
            self.assertEqual(self.folder(account, "inbox").unread, 3)
            self.store("INBOX", "1", "-FLAGS", r"(\Seen)")
            self.sync(account)
            self.assertFalse(by_uid[1].seen)

        self.in_each_mode(story)

    def test_a_mail_that_is_moved_elsewhere_is_the_same_mail(self):
        """[D12] Its link, its body and its id survive, whichever folder is read
        first."""

        def story(account):
            self.mailbox.append(simple_mail("Offer"), simple_mail("Other"))
            self.mailbox.append(simple_mail("x"), folder="Aaa", create=True)
            account.sudo().lease_ids.listed_at = False
            self.sync(account)
            mail = self.messages(account, subject="Offer")
            lead = self.env["crm.lead"].create({"name": "x", "user_id": self.owner.id})
            self.client().link_message(mail.id, "crm.lead", lead.id)
            for source, target, name in (
                ("INBOX", "Aaa", "Aaa"),
                ("Aaa", "Trash", "Trash"),
                ("Trash", "INBOX", "INBOX"),
            ):
                self.move(source, str(mail.uid), target)
                self.sync(account)
                self.assertEqual(self.messages(account, subject="Offer"), mail)
                self.assertEqual(mail.folder_id.raw, name)
                self.assertEqual((mail.state, len(mail.link_ids)), ("ok", 1))
                self.assertTrue(mail._cached_raw())

        self.in_each_mode(story)

    def test_deleted_mails_leave_the_list_and_linked_ones_stay(self):
        """Law 4. [D12]"""

        def story(account):
            self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(6)))
            self.sync(account)
            kept = self.messages(account, subject="Mail 2")
            lead = self.env["crm.lead"].create({"name": "x", "user_id": self.owner.id})
            self.client().link_message(kept.id, "crm.lead", lead.id)
            gone = self.messages(account, subject="Mail 4")
            self.remove("INBOX", f"{kept.uid},{gone.uid}")
            self.sync(account)
            inbox = self.folder(account, "inbox")
            subjects = {
                row["subject"] for row in self.client().list_messages(inbox.id)["rows"]
            }
            self.assertEqual(subjects, {"Mail 0", "Mail 1", "Mail 3", "Mail 5"})
            self.assertEqual((kept.state, gone.state), ("unplaced", "unplaced"))
            for _turn in range(3):
                self.sync(account)
            self.assertTrue(gone.exists(), "a quarter of an hour is not over")
            self.env.cr.execute(
                "UPDATE crm_mail_message SET unplaced_at = unplaced_at"
                " - interval '1 hour' WHERE state = 'unplaced'"
            )
            self.sync(account)
            self.assertFalse(gone.exists())
            self.assertTrue(kept.exists() and kept.link_ids)

        self.in_each_mode(story)

    def test_a_removal_beside_new_mail_is_found_by_counting(self):
        """The numbers do not tell it, and not every mail is read again for it."""
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(300)))
        with self.account_in_mode("condstore") as account:
            self.remove("INBOX", "10")
            self.mailbox.append(simple_mail("New"))
            self.proxy.forget()
            self.sync(account)
            self.assertInStep(account)
            read = [
                command.line
                for command in self.proxy.commands
                if command.line.endswith(b"(UID FLAGS MODSEQ)")
            ]
            self.assertEqual(len(read), 1, read)
            first, last = re.search(rb"FETCH (\d+):(\d+) ", read[0]).groups()
            self.assertTrue(int(first) <= 10 <= int(last) < 200, read)

    def test_copies_are_mails_of_their_own(self):
        def story(account):
            self.mailbox.append(simple_mail("Twice"))
            self.sync(account)
            with self.mailbox.client() as client:
                client.select("INBOX")
                client.uid("COPY", "1", "Trash")
            self.sync(account)
            self.assertEqual(len(self.messages(account, subject="Twice")), 2)

        self.in_each_mode(story)

    def test_a_mass_removal_needs_the_word_of_two_connections(self):
        """Law 4: the brake."""
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(230)))
        with self.account_in_mode("qresync") as account:
            self.remove("INBOX", "1:220")
            inbox = self.folder(account, "inbox")
            inbox.checked_at = False
            account._request_sync()
            self.env.flush_all()
            with self.enter_registry_test_mode():
                claim = self.env["crm.mail.account.lease"]._claim()
                self.env["crm.mail.account"]._work_on(claim)
            self.env.invalidate_all()
            self.assertEqual(inbox.indexed_total, 230)
            self.sync(account)
            self.assertEqual(inbox.indexed_total, 10)
            self.assertInStep(account)

    def test_a_random_peer_for_a_while(self):
        """At rest our rows equal the server's, whatever went on."""
        for mode in MODES:
            with self.subTest(mode=mode):
                self.setUp()
                random_source = random.Random(f"peer {mode}")
                with self.account_in_mode(mode) as account:
                    for number in range(12):
                        self.play(random_source, number)
                        if random_source.random() < 0.6:
                            self.sync(account)
                    account.sudo().lease_ids.listed_at = False
                    self.sync(account)
                    self.sync(account)
                    self.assertInStep(account)

    def play(self, source: random.Random, number: int):
        """A handful of random things that another client does."""
        folders = ["INBOX", "Sent", "Trash", "Work"]
        with self.mailbox.client() as client:
            client.create("Work")
            for step in range(source.randint(1, 6)):
                folder = source.choice(folders)
                other = source.choice([name for name in folders if name != folder])
                client.select(folder)
                uids = client.uid("SEARCH", "ALL")[1][0].decode().split()
                deed = source.choice(
                    ["append", "flag", "unflag", "move", "copy", "drop"]
                )
                if deed == "append" or not uids:
                    for copy in range(source.randint(1, 4)):
                        mail = simple_mail(f"Mail {number}.{step}.{copy}")
                        client.append(folder, "", None, mail.as_bytes())
                    continue
                some = ",".join(source.sample(uids, source.randint(1, len(uids))))
                if deed in ("flag", "unflag"):
                    flags = source.choice(
                        [r"(\Seen)", r"(\Flagged)", "(Urgent $Forwarded)"]
                    )
                    command = "+FLAGS" if deed == "flag" else "-FLAGS"
                    client.uid("STORE", some, command, flags)
                elif deed in ("move", "copy"):
                    client.uid(deed.upper(), some, other)
                else:
                    client.uid("STORE", some, "+FLAGS", r"(\Deleted)")
                    client.uid("EXPUNGE", some)
