"""What goes on in a mailbox while the sync is disturbed, and what must be true then."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager

from .common import simple_mail
from .sync_common import SyncCase

_SUBJECT = re.compile(rb"^Subject: (.*?)\r?$", re.IGNORECASE | re.MULTILINE)


class StoryCase(SyncCase):
    """A mailbox with a linked mail that keeps moving, another client, and a user."""

    number = 0
    stocked = 0
    """Up to this number the user has mails to deal with already."""

    # -- the mailbox -----------------------------------------------------------------

    @contextmanager
    def a_used_mailbox(self, mode):
        self.mailbox.append(*(simple_mail(f"Mail {n}") for n in range(24)))
        self.mailbox.append(
            *(simple_mail(f"Work {n}") for n in range(8)), folder="Work", create=True
        )
        with self.account_in_mode(mode) as account:
            yield account

    def linked_mail(self, account):
        mail = self.shown(account, "Mail 0")
        lead = self.env["crm.lead"].create({"name": "x", "user_id": self.owner.id})
        self.client().link_message(mail.id, "crm.lead", lead.id)
        return mail

    def shown(self, account, subject):
        """Without UIDPLUS what was moved away stays behind, marked and not shown."""
        return self.messages(account, subject=subject).filtered("shown_folder_id")

    def peer(self, account):
        """New mail, flags, a move there or back, and a removal, by another client."""
        self.number += 1
        kept = self.shown(account, "Mail 0")
        source = kept.folder_id.raw
        target = "Work" if source == "INBOX" else "INBOX"
        self.mailbox.append(simple_mail(f"New {self.number}"))
        self.mailbox.append(simple_mail(f"Also {self.number}"), folder="Work")
        with self.mailbox.client() as client:
            client.select("INBOX")
            uids = client.uid("SEARCH", "ALL")[1][0].split()
            uids = [uid for uid in uids if int(uid) != kept.uid or source != "INBOX"]
            for uid, flag in zip(
                uids[-4:], (r"\Seen", r"\Flagged", "Urgent", "$Forwarded"), strict=False
            ):
                sign = "+" if self.number % 2 else "-"
                client.uid("STORE", uid.decode(), f"{sign}FLAGS", f"({flag})")
            client.uid("STORE", uids[0].decode(), "+FLAGS", r"(\Deleted)")
            client.uid("EXPUNGE", uids[0].decode())
            client.select(source)
            client.uid("MOVE", str(kept.uid), target)

    def stock(self, account, count):
        """Mails for so many times :meth:`user`, all at once: it waits for none."""
        numbers = range(self.number + 1, self.number + count + 1)
        self.deliver(*numbers)
        self.sync(account)
        self.stocked = numbers[-1]

    def deliver(self, *numbers):
        doomed = [simple_mail(f"Doomed {number}") for number in numbers]
        self.mailbox.append(*doomed, folder="Trash")
        self.mailbox.append(*(simple_mail(f"Moved {number}") for number in numbers))

    def user(self, account, see=None) -> dict:
        """Marks, a move there or back, and a deletion for good, by the owner.

        ``see`` brings here what arrives now; by default a turn of the lane.

        Returns what has to be true on the server: subject -> folder (``None``: gone),
        and the flag that each must have.
        """
        self.number += 1
        client = self.client()
        kept = self.shown(account, "Mail 0")
        inbox, trash = (self.folder(account, role) for role in ("inbox", "trash"))
        target = self.named(account, "Work") if kept.folder_id == inbox else inbox
        if self.number > self.stocked:
            self.deliver(self.number)
            (see or (lambda: self.sync(account)))()
        doomed = self.shown(account, f"Doomed {self.number}")
        moved = self.shown(account, f"Moved {self.number}")
        marked = self.shown(account, "Mail 1")
        add, remove = ("seen", "flagged")[:: 1 if self.number % 2 else -1]
        self.assertEqual((len(doomed), len(moved), len(marked)), (1, 1, 1))
        client.mark(marked.ids, add=[add], remove=[remove])
        client.move(kept.ids, target.id)
        client.mark(moved.ids, add=["flagged"])
        client.move(moved.ids, trash.id)
        client.delete(doomed.ids)
        return {
            marked.subject: ("INBOX", f"\\{add}"),
            kept.subject: (target.raw, ""),
            moved.subject: (trash.raw, "\\flagged"),
            doomed.subject: (None, ""),
        }

    # -- what must be true -------------------------------------------------------------

    def subjects_on_server(self) -> dict[str, Counter]:
        """Folder -> how often each subject is there, not marked as deleted; with its
        flags."""
        found = {}
        with self.mailbox.client() as client:
            for folder in ("INBOX", "Work", "Trash"):
                client.select(folder, readonly=True)
                answer = client.uid(
                    "FETCH", "1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])"
                )[1]
                found[folder] = Counter(
                    (_SUBJECT.search(item[1])[1].decode(), item[0].split(b"FLAGS")[1])
                    for item in answer
                    if isinstance(item, tuple) and b"\\Deleted" not in item[0]
                )
        return found

    def assertDone(self, account, wanted):
        server = self.subjects_on_server()
        for subject, (folder, flag) in wanted.items():
            places = [
                (raw, flags.decode().lower())
                for raw, mails in server.items()
                for (name, flags), count in mails.items()
                for _copy in range(count)
                if name == subject
            ]
            self.assertEqual([raw for raw, _f in places], [folder] if folder else [])
            for _raw, flags in places:
                self.assertIn(flag, flags)

    def assertEachOnce(self, account, garbled=False):
        """No mail has two rows, and no row waits for a mail that is there.

        A mail whose header was garbled is another mail, as far as anybody can tell.
        """
        if garbled:
            return
        rows = self.messages(account)
        shown = rows.filtered("shown_folder_id")
        doubled = {
            subject: count
            for subject, count in Counter(shown.mapped("subject")).items()
            if count > 1
        }
        self.assertFalse(doubled)
        homeless = rows.filtered(lambda mail: mail.state == "unplaced")
        self.assertFalse(set(homeless.mapped("subject")) & set(shown.mapped("subject")))

    def assertKept(self, account, mail):
        """The linked mail is the same row, with its link and its body."""
        self.assertEqual(self.shown(account, "Mail 0"), mail)
        self.assertEqual(len(mail.link_ids), 1)
        self.assertTrue(mail._cached_raw())
        self.assertTrue(mail.shown_folder_id)
