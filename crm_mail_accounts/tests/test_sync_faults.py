import random
from unittest.mock import patch

from odoo.tests import tagged

from ..mailkit.imap.mailbox import MailboxSession
from ..mailkit.tests.imap_proxy import every_fault
from .common import simple_mail
from .sync_stories import StoryCase

PATIENCE = 1
"""Seconds that a session waits while a stall is tried."""


@tagged("post_install", "-at_install")
class TestSyncFaults(StoryCase):
    """The connection breaks, falls silent or garbles at every kind of place; at rest
    our rows are the server's mails all the same.

    The faults are those of all places of a good run; a seeded choice of them bounds
    the time.  All strike the same mailbox, so what one leaves the next one finds.
    """

    # -- stories -------------------------------------------------------------------

    def test_a_first_index_survives_every_fault_with_qresync(self):
        """Laws 2 and 3."""
        self.first_index("qresync")

    def test_a_first_index_survives_every_fault_without_extensions(self):
        """Laws 2 and 3."""
        self.first_index("bare")

    def test_changes_are_followed_in_spite_of_every_fault_with_qresync(self):
        """Laws 2, 4 and 5: nothing is lost, doubled or forgotten."""
        self.following("qresync")

    def test_changes_are_followed_in_spite_of_every_fault_without_extensions(self):
        """Laws 2, 4 and 5."""
        self.following("bare")

    def test_changes_are_made_once_in_spite_of_every_fault_with_qresync(self):
        """Laws 6 and 8. [D12]"""
        self.writing_back("qresync")

    def test_changes_are_made_once_in_spite_of_every_fault_without_extensions(self):
        """Laws 6 and 8. [D12]"""
        self.writing_back("bare")

    def first_index(self, mode):
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(54)))
        flags = r"(\Seen Urgent)"
        mails = [simple_mail(f"Work {n}") for n in range(3)]
        self.mailbox.append(*mails, folder="Work", create=True, flags=flags)
        with self.account_in_mode(mode) as account:
            account.unlink()
            values = {"imap_port": self.proxy.port, "imap_security": "none"}
            for fault in self.places(lambda: self.work(self.new_account(**values))):
                with self.subTest(fault=str(fault)):
                    account = self.new_account(**values)
                    self.strike(fault, lambda a=account: self.work(a))
                    self.rest(account, fault)
                    self.assertInStep(account)
                    self.assertEachOnce(account, garbled=fault.action == "corrupt")
                    account.unlink()

    def following(self, mode):
        with self.a_used_mailbox(mode) as account:
            kept = self.linked_mail(account)
            self.peer(account)
            for fault in self.places(lambda: self.sync(account)):
                with self.subTest(fault=str(fault)):
                    self.peer(account)
                    self.strike(fault, lambda: self.sync(account))
                    self.rest(account, fault)
                    self.assertInStep(account)
                    self.assertEachOnce(account, garbled=fault.action == "corrupt")
                    self.assertKept(account, kept)

    def writing_back(self, mode):
        with self.a_used_mailbox(mode) as account:
            kept = self.linked_mail(account)
            self.user(account)
            for fault in self.places(lambda: self.work(account)):
                with self.subTest(fault=str(fault)):
                    wanted = self.user(account)
                    self.strike(fault, lambda: self.work(account))
                    self.rest(account, fault)
                    self.assertDone(account, wanted)
                    self.assertInStep(account)
                    self.assertEachOnce(account, garbled=fault.action == "corrupt")
                    self.assertKept(account, kept)

    # -- the faults ----------------------------------------------------------------

    def places(self, good_run, most: int = 13) -> list:
        """Faults at the places of a good run: the ends of every command, and some
        bytes of each, as many as there is time for."""
        self.proxy.forget()
        good_run()
        commands = list(self.proxy.commands)
        self.proxy.forget()
        self.source = random.Random(f"faults {len(commands)}")
        found = []
        # What is garbled in a header stays so in its row: last, it disturbs no other.
        for action, share in (("cut", 0.65), ("stall", 0.15), ("corrupt", 0.22)):
            faults = list(every_fault(commands, actions=(action,), answer_bytes=3))
            count = min(len(faults), int(most * share))
            # evenly over the run, so that every kind of command has its turn
            step = len(faults) / count
            found += [
                faults[int(n * step + self.source.random() * step)]
                for n in range(count)
            ]
        return found

    def strike(self, fault, run):
        self.proxy.forget()
        self.proxy.arm(fault)
        options = {}
        if fault.action == "stall":
            options = {"connect_timeout": PATIENCE, "read_timeout": PATIENCE}

        def impatient(_self, endpoint, credentials, trace=None):
            return MailboxSession.open(endpoint, credentials, trace=trace, **options)

        with patch.object(
            self.env.registry["crm.mail.account"], "_open_imap__", impatient
        ):
            run()
        self.proxy.arm()

    def rest(self, account, fault):
        """Go on, as after the pauses, until there is nothing left to do."""
        if fault is not None and fault.action == "corrupt":
            # a byte that is still a flag's name is found by the audit, no earlier
            account.folder_ids.audited_at = False
        account.sudo().lease_ids.listed_at = False
        operations = self.env["crm.mail.operation"]
        for _turn in range(4):
            operations.search([]).not_before = False
            self.sync(account)
            if not operations.search([]):
                break
        self.assertFalse(operations.search([]))
        self.assertFalse(account.error_code)
