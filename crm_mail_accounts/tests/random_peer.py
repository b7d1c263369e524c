"""Another client of a mailbox that does whatever comes to its mind, beside us."""

from __future__ import annotations

import imaplib
import random
import threading

from .common import Mailbox, simple_mail

FIXED = ("INBOX", "Sent", "Trash", "Archive", "Drafts", "Junk")
"""Folders that keep their names, as those of a role mostly do."""


class RandomPeer:
    """Plays rounds of a few deeds each on a thread of its own.

    ``done`` counts the deeds by name. A deed that meets another one of somebody else
    may be refused; nothing here expects that it succeeds.
    """

    def __init__(self, mailbox: Mailbox, source: random.Random):
        self.mailbox = mailbox
        self.source = source
        self.number = 0
        self.done: dict[str, int] = {}
        self._errors: list[BaseException] = []
        self._thread: threading.Thread | None = None

    def start(self):
        """One round, beside whatever the caller does."""
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def join(self):
        """Wait until the round is over.

        :raises BaseException: what went wrong in it
        """
        self._thread.join()
        if self._errors:
            raise self._errors[0]

    def _run(self):
        try:
            self.play()
        except imaplib.IMAP4.abort:
            return  # the folder that was open has been renamed or deleted
        except BaseException as error:
            self._errors.append(error)

    def play(self):
        deeds = ["append", "flag", "unflag", "move", "copy", "expunge"] * 4
        deeds += ["create", "rename", "rename", "renumber"]
        with self.mailbox.client() as client:
            for _deed in range(self.source.randint(1, 6)):
                deed = self.source.choice(deeds)
                getattr(self, f"_{deed}")(client, self._folders(client))
                self.done[deed] = self.done.get(deed, 0) + 1

    @staticmethod
    def _folders(client) -> list[str]:
        lines = (line.decode() for line in client.list()[1])
        return sorted(line.rpartition(' "/" ')[2].strip('"') for line in lines)

    def _own(self, folders) -> list[str]:
        return [name for name in folders if name not in FIXED]

    def _name(self) -> str:
        self.number += 1
        return f"Made {self.number}"

    def _some(self, client, folders) -> str:
        """Opens a folder; the UIDs of some of its mails."""
        client.select(f'"{self.source.choice(folders)}"')
        uids = (client.uid("SEARCH", "ALL")[1][0] or b"").decode().split()
        count = self.source.randint(1, max(1, len(uids) // 2))
        return ",".join(self.source.sample(uids, min(count, len(uids))))

    def _append(self, client, folders):
        folder = self.source.choice(folders)
        for _mail in range(self.source.randint(1, 4)):
            self.number += 1
            mail = simple_mail(f"Mail {self.number}")
            client.append(f'"{folder}"', "", None, mail.as_bytes())

    def _store(self, client, folders, command):
        flags = self.source.choice([r"(\Seen)", r"(\Flagged)", "(Urgent $Forwarded)"])
        if uids := self._some(client, folders):
            client.uid("STORE", uids, command, flags)

    def _flag(self, client, folders):
        self._store(client, folders, "+FLAGS")

    def _unflag(self, client, folders):
        self._store(client, folders, "-FLAGS")

    def _move(self, client, folders, command="MOVE"):
        if uids := self._some(client, folders):
            client.uid(command, uids, f'"{self.source.choice(folders)}"')

    def _copy(self, client, folders):
        self._move(client, folders, "COPY")

    def _expunge(self, client, folders):
        if uids := self._some(client, folders):
            client.uid("STORE", uids, "+FLAGS", r"(\Deleted)")
            client.uid("EXPUNGE", uids)

    def _create(self, client, folders):
        name = self._name()
        client.create(f'"{name}"')
        self._append(client, [name])

    def _rename(self, client, folders):
        own = self._own(folders)
        if own:
            client.rename(f'"{self.source.choice(own)}"', f'"{self._name()}"')

    def _renumber(self, client, folders):
        """The same mails under another UIDVALIDITY, as after a restored backup."""
        own = self._own(folders)
        if not own:
            return
        name = f'"{self.source.choice(own)}"'
        client.select(name, readonly=True)
        items = "(FLAGS INTERNALDATE BODY.PEEK[])"
        answer = client.uid("FETCH", "1:*", items)[1]
        mails = [item for item in answer if isinstance(item, tuple)]
        client.unselect()
        client.delete(name)
        client.create(name)
        for head, content in mails:
            date = head.decode().split('INTERNALDATE "')[1].split('"')[0]
            client.append(name, "", f'"{date}"', content)
