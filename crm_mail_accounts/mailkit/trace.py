"""The wire trace: what both sides said, without secrets and without mail.

Off unless somebody passes one to a session.  Masking happens here and does not
depend on the caller: from the line that begins an authentication until the
server's verdict on it, everything that we send is shown as ``***``, and so is the
server's side of the exchange (an XOAUTH2 failure repeats parts of the request).
Of a refusal only its codes are shown, because some servers repeat what they got; the
error's detail has the words, with the secrets masked that its maker knows.
Literals and mail data are shown as their size only.
"""

from __future__ import annotations

import base64
import re
from collections import deque
from collections.abc import Callable, Iterable

from .limits import MAX_LINE

MASK = "***"
MAX_SHOWN = 500
"""Characters of one line; a capability line fits, a flood does not."""

_PIECE = 12
"""Characters; shorter ones say little of a token, and are in ordinary words too."""
_WORD = re.compile(rf"[A-Za-z0-9+/=_.~-]{{{_PIECE},}}")
"""What a token is made of (RFC 6750 2.1), and base64."""
_SECRET_COMMAND = re.compile(
    rb"""(?ix) ^ (?:
        (?P<tag> [^\s]+ ) \s+ (?P<imap> AUTHENTICATE (?:\s+[^\s]+)? | LOGIN )
      | (?P<smtp> AUTH (?:\s+[^\s]+)? )
      | (?P<sieve> AUTHENTICATE (?:\s+"[^"]*")? )
      | (?P<pop> PASS | APOP )
    ) (?: \s | $ )"""
)
_NO_VERDICT = re.compile(rb"(?i)^(?:\+(?!ok(?:\s|$))|334\b|\*)")
"""Continuations and untagged data leave an authentication going on; "+OK" is POP3's
verdict."""
_REFUSAL = re.compile(
    rb"""(?ix) ^ (?:
        (?: [^\s]+ \s+ )? (?: NO | BAD ) \b (?: \s* \[ [A-Z-]{1,40} \] )?
      | [45]\d\d (?: [ ] [45]\.\d{1,3}\.\d{1,3} )? (?P<more> - )?
      | -ERR (?: \s* \[ [A-Z/-]{1,40} \] )?
    )"""
)


def printable(text: str | bytes, limit: int = MAX_SHOWN) -> str:
    """One line of text for a log: no control characters, cut."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    text = "".join(char if char.isprintable() else "?" for char in text)
    return text if len(text) <= limit else text[:limit] + "..."


def masked(text: str | bytes, secrets: Iterable[str], limit: int = 200) -> str:
    """A server's text for an error's detail: some servers repeat what they got, as it
    was or in base64, the whole or a piece (of ``_PIECE`` characters or more)."""
    # cut only at the end: what is left of a secret would be recognized no more
    shown = printable(text, limit=MAX_LINE)
    for secret in secrets:
        if not secret:
            continue
        encoded = base64.b64encode(secret.encode()).decode()
        for form in (secret, encoded, encoded.rstrip("=")):
            shown = shown.replace(form, MASK)
            shown = _without_pieces(shown, form)
    return printable(shown, limit)


def _without_pieces(text: str, secret: str) -> str:
    """``text`` without the words that hold a piece of the secret."""
    pieces = {secret[at : at + _PIECE] for at in range(len(secret) - _PIECE + 1)}
    if not pieces:
        return text

    def mask(found: re.Match) -> str:
        word = found.group()
        starts = range(len(word) - _PIECE + 1)
        return MASK if any(word[at : at + _PIECE] in pieces for at in starts) else word

    return _WORD.sub(mask, text)


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
            refusal = _REFUSAL.match(line)
            # a reply of SMTP goes on behind "535-"
            self._authenticating = bool(refusal and refusal.group("more"))
            if refusal:
                rest = line[refusal.end() :].strip()
                shown = printable(refusal.group())
                self._note("<", f"{shown} {MASK}" if rest else shown)
                return
        self._note("<", printable(line))

    def sent_block(self, size: int) -> None:
        self._note(">", MASK if self._authenticating else f"[{size} bytes]")

    def received_block(self, size: int) -> None:
        self._note("<", f"[{size} bytes]")

    def _note(self, direction: str, text: str) -> None:
        self._sink(f"{direction} {text}")
