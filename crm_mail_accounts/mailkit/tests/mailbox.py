"""A fresh mailbox on the live server, behind the proxy, for tests that change it.

``witness`` is a session of its own, straight to the server, that shares nothing with
the one under test: what it sees is what is stored.
"""

from __future__ import annotations

from collections import Counter

from ..imap.fetch import INDEX_SECTION
from ..imap.verify import Expected
from ..imap.writing import WritingSession
from ..values import Credentials, FetchedMessage, Security
from .imap_proxy import BARE, ImapProxy

KINDS = {
    "all": (),
    "no-move": ("MOVE",),
    "no-uidplus": ("MOVE", "UIDPLUS"),
    "bare": BARE,
}
"""Extensions that are hidden: what decides how mail is moved and deleted."""


def mail(number: int) -> bytes:
    return (
        b"From: a@example.com\r\nSubject: number %d\r\n"
        b"Message-ID: <%d@example.com>\r\n\r\n%s\r\n"
    ) % (number, number, b"x" * number)


class Box:
    """``proxy``, ``user`` and what a test asks about the mailbox."""

    def __init__(self, live, hide=()):
        self._live = live
        self.user: Credentials = live.user()
        self.proxy = ImapProxy(live.host, live.ports["imap"], hide=hide)

    def __enter__(self) -> Box:
        self.proxy.start()
        return self

    def __exit__(self, *_exc) -> None:
        self.proxy.stop()
        if _exc[0] is None and self.proxy.errors:
            raise self.proxy.errors[0]

    def open(self, **options) -> WritingSession:
        """A session under test, through the proxy."""
        return WritingSession.open(self.proxy.endpoint(), self.user, **options)

    def witness(self) -> WritingSession:
        endpoint = self._live.endpoint("imap", Security.NONE)
        return WritingSession.open(endpoint, self.user)

    def fill(self, count: int, raw: str = "INBOX", flags=()) -> None:
        with self.witness() as session:
            for number in range(1, count + 1):
                session.append(raw, mail(number), flags)

    def mails(self, raw: str = "INBOX") -> list[FetchedMessage]:
        with self.witness() as session:
            state = session.examine(raw)
            if not state.exists:
                return []
            return sorted(
                session.fetch_index(1, state.uidnext - 1), key=lambda one: one.uid
            )

    def flags(self, raw: str = "INBOX") -> dict[int, set[str]]:
        return {one.uid: set(one.flags) - {"\\Recent"} for one in self.mails(raw)}

    def subjects(self, raw: str = "INBOX", *, deleted: bool = True) -> Counter:
        """How often each mail is there; ``deleted=False``: without the marked ones."""
        return Counter(
            next(
                int(line.split()[-1])
                for line in one.sections[INDEX_SECTION].splitlines()
                if line.startswith(b"Subject:")
            )
            for one in self.mails(raw)
            if deleted or "\\Deleted" not in one.flags
        )

    def known(self, raw: str = "INBOX") -> dict[int, Expected]:
        """What an index knows of the mails of a folder."""
        return {
            one.uid: Expected(one.size, one.internaldate, message_id_of(one))
            for one in self.mails(raw)
        }

    def uidvalidity(self, raw: str = "INBOX") -> int:
        with self.witness() as session:
            return session.status(raw).uidvalidity


def message_id_of(message: FetchedMessage) -> str:
    for line in message.sections[INDEX_SECTION].splitlines():
        if line.lower().startswith(b"message-id:"):
            return line.partition(b":")[2].strip().decode()
    return ""
