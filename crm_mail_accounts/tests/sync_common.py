"""What the tests of the sync share: the server's truth, and ours beside it."""

from __future__ import annotations

import re
from contextlib import contextmanager

from ..mailkit.tests.imap_proxy import BARE, CONDSTORE_ONLY, QRESYNC, ImapProxy
from ..tools import flags as bits
from .common import Mailbox, MailCase

MODES = {"qresync": QRESYNC, "condstore": CONDSTORE_ONLY, "bare": BARE}
_UID = re.compile(rb"\bUID (\d+)")
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")


class SyncCase(MailCase):
    """An account of the owner behind a proxy that hides what a mode must not have."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()

    @contextmanager
    def account_in_mode(self, mode: str, **values):
        with ImapProxy(
            self.mailbox.host, self.mailbox.ports["imap"], hide=MODES[mode]
        ) as proxy:
            self.proxy = proxy
            account = self.new_account(
                imap_port=proxy.endpoint().port, imap_security="none", **values
            )
            self.work(account)
            yield account

    def in_each_mode(self, story):
        """``story(account)`` in each mode, on a mailbox of its own; at its end our rows
        equal the server's."""
        for mode in MODES:
            with self.subTest(mode=mode):
                self.setUp()
                with self.account_in_mode(mode) as account:
                    self.assertEqual(
                        set(account.folder_ids.filtered("checked_at").mapped("mode")),
                        {mode},
                    )
                    story(account)
                    self.assertInStep(account)

    def sync(self, account):
        """A whole turn in which every folder is looked at."""
        account.folder_ids.write({"checked_at": False, "scanned_at": False})
        self.work(account)

    def messages(self, account, **domain):
        return self.env["crm.mail.message"].search(
            [("account_id", "=", account.id), *((k, "=", v) for k, v in domain.items())]
        )

    def named(self, account, name: str):
        return account.folder_ids.filtered(lambda folder: folder.name == name)

    def on_server(self) -> dict[str, dict[int, tuple]]:
        """Folder -> UID -> flags, as another client sees them."""
        found = {}
        with self.mailbox.client() as client:
            for line in client.list()[1]:
                raw = line.decode().rpartition(' "/" ')[2]
                client.select(raw, readonly=True)
                found[raw.strip('"')] = {
                    int(_UID.search(item)[1]): _flags(
                        _FLAGS.search(item)[1].decode().split()
                    )
                    for item in client.uid("FETCH", "1:*", "(UID FLAGS)")[1]
                    if item
                }
        return found

    def on_our_side(self, account) -> dict[str, dict[int, tuple]]:
        self.env.invalidate_all()
        found = {}
        for folder in account.folder_ids.filtered("selectable"):
            rows = self.env["crm.mail.message"].search(
                [("folder_id", "=", folder.id), ("uid", "!=", False)]
            )
            found[folder.raw] = {
                row.uid: _flags(bits.unpack(row.server_flags, row.keywords))
                for row in rows
            }
        return found

    def alive(self, folder) -> list[int]:
        """UIDs on the server that nobody marked as deleted: without UIDPLUS the
        marked ones stay."""
        flags = self.on_server()[folder]
        return [uid for uid, found in flags.items() if "\\deleted" not in found]

    def rows(self, folder) -> dict[str, dict]:
        """What the screen lists, by subject."""
        return {
            row["subject"]: row
            for row in self.client().list_messages(folder.id)["rows"]
        }

    def assertInStep(self, account):
        """Our rows are exactly the server's mails with their flags, and our counts
        are those of our rows."""
        server, ours = self.on_server(), self.on_our_side(account)
        for name in server:
            self.assertEqual(ours.get(name), server[name], name)
        self.assertCounted(account)

    def assertCounted(self, account):
        """The counts of our folders are those of our rows."""
        self.env.invalidate_all()
        for folder in account.folder_ids.filtered("selectable"):
            placed = self.env["crm.mail.message"].search_count(
                [("folder_id", "=", folder.id), ("uid", "!=", False)]
            )
            self.assertEqual(folder.indexed_total, placed, folder.raw)
            shown = self.env["crm.mail.message"].search(
                [("shown_folder_id", "=", folder.id), ("seen", "=", False)]
            )
            self.assertEqual(folder.unread, len(shown), folder.raw)

    # -- the other client --------------------------------------------------------

    def store(self, folder, uids, command, flags):
        with self.mailbox.client() as client:
            client.select(folder)
            kind, data = client.uid("STORE", uids, command, flags)
            assert kind == "OK", data

    def remove(self, folder, uids):
        with self.mailbox.client() as client:
            client.select(folder)
            client.uid("STORE", uids, "+FLAGS", r"(\Deleted)")
            client.uid("EXPUNGE", uids)

    def move(self, folder, uids, target):
        with self.mailbox.client() as client:
            client.select(folder)
            kind, data = client.uid("MOVE", uids, target)
            assert kind == "OK", data


def _flags(words) -> tuple:
    return tuple(sorted(word.lower() for word in words if word.lower() != "\\recent"))
