"""What a POP3 server says to a command, and what a refusal means.

A reply is ``+OK`` or ``-ERR`` and words for people (RFC 1939 section 3).  In front of
the words may stand a code in brackets (RFC 2449 section 8, RFC 3206):

``[AUTH]``
    the user name, the password or the token is wrong.
``[IN-USE]`` ``[LOGIN-DELAY]`` ``[SYS/TEMP]``
    it passes: somebody else has the maildrop open, the last login is too recent, the
    server has a problem.
``[SYS/PERM]``
    it does not pass by itself.

Most servers know no codes, so their words decide whether a refused login is about the
password: a maildrop that is locked by another program (RFC 1939 section 3) must not
look like a wrong password.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import AuthError, MailError, ServerRefused

_REPLY = re.compile(rb"\s*(\+OK|-ERR)\b[ \t]*(.*)", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r"\[([A-Z][A-Z0-9/-]{0,39})\]", re.IGNORECASE)
_PASSING_CODES = frozenset({"IN-USE", "LOGIN-DELAY", "SYS", "SYS/TEMP"})
_PASSING = re.compile(
    r"(?:maildrop|mail ?box|mail ?drop|spool)\b.{0,40}\block"
    r"|\block\b.{0,40}(?:maildrop|mail ?box|mail ?drop|spool)"
    r"|already (?:in use|locked|open)|in use by|\bbusy\b|temporar"
    r"|try (?:it )?(?:again )?later|too many (?:\w+ )?(?:connections|sessions)"
    r"|maximum number of (?:\w+ )*connections|server (?:is )?unavailable",
    re.IGNORECASE,
)
_WANTS_TLS = re.compile(r"plain ?text|\b(?:ssl|stls|tls|secure|encrypt)", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"(?:unknown|invalid|unrecognized|unsupported) (?:command|mechanism|auth)"
    r"|not (?:implemented|supported)",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"no (?:such )?message|no such|not found|(?:is|been|was|already) deleted"
    r"|out of range|n[o']t exist|invalid message",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """``code`` in capitals and without brackets, ``""`` if none; ``text`` with it."""

    ok: bool
    text: str = ""

    @property
    def code(self) -> str:
        found = _CODE.match(self.text)
        return found.group(1).upper() if found else ""


def read_reply(line: bytes) -> Reply | None:
    """The reply in a line; ``None`` for a line that is none.

    Any case, spaces in front and no words at all are met on real servers.
    """
    found = _REPLY.match(line)
    if not found:
        return None
    text = found.group(2).decode("utf-8", "replace").strip()
    return Reply(found.group(1)[:1] == b"+", text)


def passes(reply: Reply) -> bool:
    """Whether a refusal is one that the same command may not meet again later."""
    if reply.code in ("AUTH", "SYS/PERM"):
        return False
    return reply.code in _PASSING_CODES or bool(_PASSING.search(reply.text))


def refusal(
    reply: Reply, words: str, *, login_delay: float | None = None
) -> ServerRefused:
    """The error for ``-ERR``.

    ``words``: the reply's text with the secrets masked.  ``login_delay``: seconds that
    the server wants between two logins (RFC 2449 section 6.7).
    """
    passing = passes(reply)
    return ServerRefused(
        words,
        code="server_busy" if passing else None,
        response_code=reply.code,
        retry=passing,
        retry_after=login_delay if reply.code == "LOGIN-DELAY" else None,
    )


def login_refusal(
    reply: Reply, words: str, *, secure: bool, login_delay: float | None = None
) -> MailError:
    """The error for a refused login: of the credentials, or of the moment."""
    if passes(reply) or reply.code == "SYS/PERM":
        return refusal(reply, words, login_delay=login_delay)
    if not secure and _WANTS_TLS.search(reply.text):
        return AuthError(words, code="auth_needs_tls")
    if _UNKNOWN.search(reply.text):
        return AuthError(words, code="auth_not_offered")
    return AuthError(words, code="auth_failed")


def mail_refusal(reply: Reply, words: str) -> ServerRefused:
    """The error for a refused command on one mail: ``message_gone`` where there is none
    of this number any more."""
    error = refusal(reply, words)
    if not error.retry and _GONE.search(reply.text):
        error.code = "message_gone"
    return error
