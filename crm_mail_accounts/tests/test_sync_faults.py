import random
from collections import Counter
from itertools import count
from unittest.mock import patch

from odoo.tests import tagged

from ..mailkit.imap.mailbox import MailboxSession
from ..mailkit.tests.imap_proxy import cut_answer, cut_before, every_fault
from .common import simple_mail
from .sync_stories import StoryCase

PATIENCE = 0.4
"""Seconds that a session waits while a stall is tried; where a slow machine takes
longer, one more command is broken off."""
CHANGES = {b"UID STORE", b"UID COPY", b"UID MOVE", b"UID EXPUNGE", b"EXPUNGE"}
"""Commands after which the mailbox is another one: it makes a difference whether
what is cut off is the command or its answer."""
SAMPLES = {"cut": 2, "stall": 1, "corrupt": 2}
"""How many faults within commands and answers a story tries, by their kind."""


@tagged("post_install", "-at_install")
class TestSyncFaults(StoryCase):
    """The connection breaks at every boundary of a command, falls silent or garbles
    within them; at rest our rows are the server's mails all the same.

    All strike the same mailbox, so what one leaves the next one finds.
    """

    # -- stories -------------------------------------------------------------------

    def test_a_first_index_survives_every_fault_with_qresync(self):
        """Laws 2 and 3."""
        self.first_index("qresync")

    def test_a_first_index_survives_every_fault_with_condstore(self):
        """Laws 2 and 3."""
        self.first_index("condstore")

    def test_a_first_index_survives_every_fault_without_extensions(self):
        """Laws 2 and 3."""
        self.first_index("bare")

    def test_changes_are_followed_in_spite_of_every_fault_with_qresync(self):
        """Laws 2, 4 and 5: nothing is lost, doubled or forgotten."""
        self.following("qresync")

    def test_changes_are_followed_in_spite_of_every_fault_with_condstore(self):
        """Laws 2, 4 and 5."""
        self.following("condstore")

    def test_changes_are_followed_in_spite_of_every_fault_without_extensions(self):
        """Laws 2, 4 and 5."""
        self.following("bare")

    def test_changes_are_made_once_in_spite_of_every_fault_with_qresync(self):
        """Laws 6 and 8. [D12]"""
        self.writing_back("qresync")

    def test_changes_are_made_once_in_spite_of_every_fault_with_condstore(self):
        """Laws 6 and 8. [D12]"""
        self.writing_back("condstore")

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
            account = self.new_account(**values)
            good = self.good_run(lambda: self.work(account))
            account.unlink()
            for fault in self.places(good):
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
            good = self.good_run(lambda: self.sync(account))
            for fault in self.places(good):
                with self.subTest(fault=str(fault)):
                    self.peer(account)
                    self.strike(fault, lambda: self.sync(account))
                    self.rest(account, fault)
                    self.assertInStep(account)
                    self.assertEachOnce(account, garbled=fault.action == "corrupt")
                    self.assertKept(account, kept)

    def writing_back(self, mode):
        with self.a_used_mailbox(mode) as account:
            self.stock(account, 60)
            kept = self.linked_mail(account)
            self.user(account)
            good = self.good_run(lambda: self.work(account))
            for fault in self.places(good):
                with self.subTest(fault=str(fault)):
                    wanted = self.user(account)
                    self.strike(fault, lambda: self.work(account))
                    self.rest(account, fault)
                    self.assertDone(account, wanted)
                    self.assertInStep(account)
                    self.assertEachOnce(account, garbled=fault.action == "corrupt")
                    self.assertKept(account, kept)

    # -- the faults ----------------------------------------------------------------

    def good_run(self, run) -> list:
        """Its commands."""
        self.proxy.forget()
        run()
        return list(self.proxy.commands)

    def places(self, good):
        """Faults, each when the one before has been tried: all the boundaries of the
        commands of a good run, as many as a run has when it is cut off there, and some
        places within them.

        What a garbled header left in a row stays there: last, it disturbs no other.
        """
        self.assertGreater(len(good), 12)
        boundaries = 0
        for number in count(1):
            self.proxy.forget()  # a play that fails before it strikes ends this, too
            yield cut_before(number)
            if not self.proxy.struck:
                break
            boundaries += 1
        # two commands more or less, by what the tried ones left behind
        self.assertGreaterEqual(boundaries, len(good) - 2)
        names = Counter(command.name for command in good)
        for name in sorted(CHANGES & set(names)):
            for skip in range(names[name]):
                yield cut_answer(name, skip=skip)
                self.assertTrue(self.proxy.struck or skip, name)
        source = random.Random(f"faults {len(good)}")
        for action, most in SAMPLES.items():
            faults = [
                fault
                for fault in every_fault(good, actions=(action,), answer_bytes=3)
                if action != "cut" or fault.byte
            ]
            # evenly over the run, so that every kind of command has its turn
            step = len(faults) / most
            for n in range(most):
                yield faults[int(n * step + source.random() * step)]

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
