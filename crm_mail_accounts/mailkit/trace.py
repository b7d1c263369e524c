"""The wire trace: what both sides said, without secrets and without mail.

Off unless somebody passes one to a session.  Masking happens here and does not
depend on the caller: from the line that begins an authentication until the
server's verdict on it, everything that we send is shown as ``***``, and so is the
server's side of the exchange (an XOAUTH2 failure repeats parts of the request).
Literals and mail data are shown as their size only.
"""

from __future__ import annotations

import base64
import re
from collections import deque
from collections.abc import Callable, Iterable

MASK = "***"
MAX_SHOWN = 500
"""Characters of one line; a capability line fits, a flood does not."""

_SECRET_COMMAND = re.compile(
    rb"""(?ix) ^ (?:
        (?P<tag> [^\s]+ ) \s+ (?P<imap> AUTHENTICATE (?:\s+[^\s]+)? | LOGIN )
      | (?P<smtp> AUTH (?:\s+[^\s]+)? )
      | (?P<sieve> AUTHENTICATE (?:\s+"[^"]*")? )
      | (?P<pop> PASS | APOP )
    ) (?: \s | $ )"""
)
_NO_VERDICT = re.compile(rb"^(?:\+|334\b|\*)")
"""Continuations and untagged data leave an authentication going on."""


def printable(text: str | bytes, limit: int = MAX_SHOWN) -> str:
    """One line of text for a log: no control characters, cut."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    text = "".join(char if char.isprintable() else "?" for char in text)
    return text if len(text) <= limit else text[:limit] + "..."


def masked(text: str | bytes, secrets: Iterable[str], limit: int = 200) -> str:
    """A server's text for an error's detail: some servers repeat what they got."""
    shown = printable(text, limit=4 * limit)
    for secret in secrets:
        if not secret:
            continue
        encoded = base64.b64encode(secret.encode()).decode()
        for form in (secret, encoded, encoded.rstrip("=")):
            shown = shown.replace(form, MASK)
    return printable(shown, limit)


class Trace:
    """Collects lines (``entries``, newest last) or hands each to ``sink``.

    A line is ``"> "`` or ``"< "`` and the text.
    """

    def __init__(self, sink: Callable[[str], None] | None = None, *, size: int = 500):
        self._ring: deque[str] = deque(maxlen=size)
        self._sink = sink or self._ring.append
        self._authenticating = False

    @property
    def entries(self) -> list[str]:
        return list(self._ring)

    def sent(self, line: bytes) -> None:
        if self._authenticating:
            self._note(">", MASK)
            return
        found = _SECRET_COMMAND.match(line)
        if not found:
            self._note(">", printable(line))
            return
        self._authenticating = True
        known = found.group(found.lastgroup or 0)
        tag = found.group("tag")
        shown = (tag + b" " if tag else b"") + known
        rest = line[found.end() :]
        self._note(">", printable(shown) + (f" {MASK}" if rest else ""))

    def received(self, line: bytes) -> None:
        if self._authenticating:
            if _NO_VERDICT.match(line):
                self._note("<", printable(line[:1]) + f" {MASK}")
                return
            self._authenticating = False
        self._note("<", printable(line))

    def sent_block(self, size: int) -> None:
        self._note(">", MASK if self._authenticating else f"[{size} bytes]")

    def received_block(self, size: int) -> None:
        self._note("<", f"[{size} bytes]")

    def _note(self, direction: str, text: str) -> None:
        self._sink(f"{direction} {text}")
