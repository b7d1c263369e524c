import os
import random
import time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import simple_mail
from .random_peer import RandomPeer
from .sync_common import SyncCase

ROUNDS = 6
"""In an ordinary run the two take turns, at least so often."""
SECONDS = float(os.environ.get("CRM_MAIL_PEER_SECONDS", 0))
"""How long they act at the same moment instead, in each mode: a search for faults."""
SEED = os.environ.get("CRM_MAIL_PEER_SEED", "1")
TURNS_TO_REST = 8


@tagged("post_install", "-at_install")
class TestSyncPeer(SyncCase):
    """Another client and our own user change a mailbox while it is synchronized: at
    rest our rows are the server's, whatever went on."""

    def test_a_random_peer_with_qresync(self):
        self.live_with_a_peer("qresync")

    def test_a_random_peer_with_condstore(self):
        self.live_with_a_peer("condstore")

    def test_a_random_peer_without_extensions(self):
        self.live_with_a_peer("bare")

    def live_with_a_peer(self, mode):
        source = random.Random(f"{SEED} {mode}")
        peer = RandomPeer(self.mailbox, source)
        self.mailbox.append(simple_mail("Work"), folder="Work", create=True)
        with self.account_in_mode(mode) as account:
            end = time.monotonic() + SECONDS
            rounds = 0
            # each kind of deed at least once, however slow the machine is
            while (
                rounds < ROUNDS
                or time.monotonic() < end
                or not {"rename", "renumber"} <= set(peer.done)
            ):
                peer.start()
                if not SECONDS:
                    peer.join()
                try:
                    # not from the same dice: the peer may throw them at this moment
                    self.act(account, random.Random(f"{SEED} {mode} {rounds}"))
                    self.assertCounted(account)
                    account.sudo().lease_ids.listed_at = False
                    self.sync(account)
                finally:
                    peer.join()
                rounds += 1
                self.assertCounted(account)
                self.assertFalse(account.error_code, account.error_message)
            self.come_to_rest(account)
            self.assertInStep(account)
            self.assertFalse(
                self.waiting(account), "what our user did is done or refused"
            )

    def waiting(self, account):
        """What our user did with mails that are there, and the server has not done."""
        return self.env["crm.mail.operation"].search(
            [("account_id", "=", account.id), ("message_id.uid", "!=", False)]
        )

    def act(self, account, source):
        """A few things that our user does."""
        folders = account.folder_ids.filtered(
            lambda folder: folder.selectable and not folder.missing_since
        )
        for _deed in range(source.randint(0, 3)):
            shown = self.messages(account).filtered("shown_folder_id")
            if not shown:
                return
            some = shown.browse(
                source.sample(shown.ids, min(len(shown), source.randint(1, 3)))
            )
            client = self.client()
            deed = source.choice(["mark", "unmark", "move", "archive", "delete"])
            try:
                if deed == "mark":
                    client.mark(some.ids, add=["flagged", "seen"])
                elif deed == "unmark":
                    client.mark(some.ids, remove=["flagged", "seen"])
                elif deed == "move":
                    client.move(some.ids, source.choice(folders.ids))
                else:
                    getattr(client, deed)(some.ids)
            except UserError:
                continue  # what it was about has just gone

    def come_to_rest(self, account):
        for _turn in range(TURNS_TO_REST):
            account.sudo().lease_ids.listed_at = False
            account.folder_ids.write({"aside_until": False})
            self.env["crm.mail.operation"].search([]).not_before = False
            self.sync(account)
            self.assertFalse(account.error_code, account.error_message)
            ours, server = self.on_our_side(account), self.on_server()
            if not self.waiting(account) and server.items() <= ours.items():
                return
