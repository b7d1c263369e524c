"""What a ManageSieve server says (RFC 5804 sections 1.2, 1.3 and 4).

A response is lines of strings and words; the last one begins with ``OK``, ``NO`` or
``BYE``, then perhaps a code in parentheses and words for people.  A string is quoted,
or a literal ``{5}`` with its bytes behind the line's end; a line goes on behind a
literal.

Codes that decide: ``QUOTA`` (with ``/MAXSCRIPTS`` or ``/MAXSIZE``), ``NONEXISTENT``,
``ACTIVE``, ``ALREADYEXISTS``, ``TRYLATER``, ``ENCRYPT-NEEDED``, ``AUTH-TOO-WEAK``,
``REFERRAL``, ``SASL``, ``WARNINGS``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import AuthError, LimitExceeded, MailError, ProtocolError, ServerRefused
from ..limits import MAX_SIEVE_LINE, MAX_SIEVE_SCRIPT, MAX_SIEVE_TOKENS
from ..stream import Stream

_TOKEN = re.compile(
    rb'[ \t]*(?:"((?:[^"\\]|\\.)*)"|\{(\d{1,10})\+?\}$|([()])|([^\s"(){}]+))', re.DOTALL
)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


class Word(str):
    """An atom or a parenthesis; everything else in a line is ``bytes`` of a string."""

    __slots__ = ()


Line = list["Word | bytes"]


@dataclass(frozen=True)
class Reply:
    """The verdict of a response. ``code`` in capitals, ``""`` if none; ``argument`` is
    the string that comes with it; ``text`` the words for people."""

    status: str
    code: str = ""
    argument: bytes = b""
    text: str = ""

    @property
    def ok(self) -> bool:
        return self.status == "OK"


def read_line(stream: Stream) -> Line:
    """One line with its literals.

    :raises LimitExceeded: a longer literal than any script, or too many strings
    """
    found: Line = []
    while True:
        data = stream.read_line(MAX_SIEVE_LINE)
        size = _read_tokens(data, found)
        if len(found) > MAX_SIEVE_TOKENS:
            raise LimitExceeded("a response of too many strings")
        if size is None:
            return found
        if size > MAX_SIEVE_SCRIPT:
            raise LimitExceeded(f"a script of {size} bytes")
        found.append(stream.read_block(size))


def _read_tokens(data: bytes, found: Line) -> int | None:
    """Appends the tokens of ``data``; the size of the literal that it ends with."""
    at = 0
    data = data.rstrip(b" \t")
    while at < len(data):
        match = _TOKEN.match(data, at)
        if not match:
            raise ProtocolError("a response that cannot be read")
        at = match.end()
        quoted, literal, parenthesis, atom = match.groups()
        if literal is not None:
            return int(literal)
        if quoted is not None:
            found.append(_ESCAPED.sub(rb"\1", quoted))
        else:
            found.append(Word((parenthesis or atom).decode("latin-1")))
    return None


def verdict(line: Line) -> Reply | None:
    """The reply in a line, or ``None`` for one of data."""
    if not line or not isinstance(line[0], Word):
        return None
    status = line[0].upper()
    if status not in ("OK", "NO", "BYE"):
        return None
    rest = line[1:]
    code, argument = "", b""
    if rest and rest[0] == Word("("):
        end = rest.index(Word(")")) if Word(")") in rest else len(rest)
        inside, rest = rest[1:end], rest[end + 1 :]
        if inside and isinstance(inside[0], Word):
            code = inside[0].upper()
        argument = next((one for one in inside if not isinstance(one, Word)), b"")
    text = b" ".join(one for one in rest if not isinstance(one, Word))
    return Reply(status, code, argument, text.decode("utf-8", "replace").strip())


def refusal(reply: Reply, words: str) -> MailError:
    """The error for NO and BYE; ``words``: the reply's text, secrets masked."""
    code, retry = None, False
    if reply.code.startswith("QUOTA"):
        code = "sieve_quota"
    elif reply.code == "NONEXISTENT":
        code = "script_missing"
    elif reply.code == "TRYLATER":
        code, retry = "server_busy", True
    elif reply.code == "REFERRAL":
        code = "sieve_elsewhere"
    error = ServerRefused(words, code=code, response_code=reply.code, retry=retry)
    error.connection_usable = reply.status == "NO"
    return error


def login_refusal(reply: Reply, words: str, *, secure: bool) -> MailError:
    """The error for a refused login: of the credentials, or of the moment."""
    if reply.code in ("TRYLATER", "REFERRAL"):
        return refusal(reply, words)
    if reply.code == "ENCRYPT-NEEDED" and not secure:
        return AuthError(words, code="auth_needs_tls")
    if reply.code in ("AUTH-TOO-WEAK", "TRANSITION-NEEDED"):
        return AuthError(words, code="auth_not_offered")
    return AuthError(words, code="auth_failed")


def expect_string(line: Line, what: Callable[[], str]) -> bytes:
    """The first token, which must be a string."""
    if line and not isinstance(line[0], Word):
        return line[0]
    raise ProtocolError(what())
