"""Somebody else's mail program on the same mailbox: Python's own imaplib, which shares
no line with the code under test."""

from __future__ import annotations

import imaplib
import ssl

from ..values import Security


def text_mail(number: int, *, size: int = 0, **fields: str) -> bytes:
    """A small mail; ``fields`` with ``_`` for ``-`` are further header fields."""
    lines = [
        "From: Anna <anna@example.com>",
        "To: bob@example.com",
        f"Subject: number {number}",
        f"Message-ID: <mail-{number}@example.com>",
        "Date: Sun, 22 Nov 2026 10:00:00 +0000",
        *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items()),
        "",
        f"Good day {number}.",
    ]
    body = "\r\n".join(lines).encode() + b"\r\n"
    while len(body) < size:
        body += b"x" * 70 + b"\r\n"
    return body


class OtherClient:
    """A context manager; INBOX is open for writing."""

    def __init__(self, live, user, folder: str = "INBOX"):
        endpoint = live.endpoint("imaps", Security.TLS)
        context = ssl.create_default_context(cafile=endpoint.ca_file)
        self.imap = imaplib.IMAP4_SSL(
            endpoint.host, endpoint.port, ssl_context=context, timeout=60
        )
        self.imap.login(user.username, user.password)
        self.imap.select(folder)

    def __enter__(self) -> OtherClient:
        return self

    def __exit__(self, *_exc) -> None:
        self.imap.logout()

    def ok(self, answer) -> list:
        if answer[0] != "OK":
            raise AssertionError(answer)
        return answer[1]

    def append(self, content: bytes, folder="INBOX", flags="", date=None) -> None:
        self.ok(self.imap.append(folder, flags, date, content))

    def fill(self, count: int, folder: str = "INBOX", first: int = 1) -> None:
        for number in range(first, first + count):
            self.append(text_mail(number), folder)

    def flag(self, uids: str, flags: str, how: str = "+FLAGS") -> None:
        self.ok(self.imap.uid("STORE", uids, how, f"({flags})"))

    def remove(self, uids: str) -> None:
        self.flag(uids, "\\Deleted")
        self.ok(self.imap.uid("EXPUNGE", uids))

    def move(self, uids: str, folder: str) -> None:
        self.ok(self.imap.uid("MOVE", uids, folder))

    def uids(self) -> list[int]:
        self.imap.noop()
        (found,) = self.ok(self.imap.uid("SEARCH", "ALL"))
        return [int(uid) for uid in found.split()]

    def flags(self, uid: int) -> bytes:
        return self.ok(self.imap.uid("FETCH", str(uid), "(FLAGS)"))[0]
