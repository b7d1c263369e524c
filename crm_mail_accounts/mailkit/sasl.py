"""Login by an OAuth 2 access token, as IMAP and SMTP have it in common (SASL).

Two mechanisms carry the same token: XOAUTH2, which Google invented and everybody
has, and its standard, OAUTHBEARER (RFC 7628).  Neither is one the other falls back
to: one attempt is made.

A server that does not like a token explains itself first, by a challenge with JSON
in it, and waits for an answer (:func:`token_answers` has one) before it says no:

* RFC 7628 3.2.2: ``{"status": "invalid_token", "scope": ..}``
* Google, Yahoo, Dovecot by XOAUTH2: ``{"status": "401", "schemes": "bearer",
  "scope": ..}``, an HTTP status; the scope is the one that the server has, and says
  nothing about the token;
* Exchange Online: no challenge at all, only ``NO AUTHENTICATE failed.``
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection, Iterable, Sequence

from .errors import AuthError, MailError, ServerRefused
from .stream import checked_text
from .trace import masked
from .values import Endpoint

MECHANISMS = ("XOAUTH2", "OAUTHBEARER")
"""In the order of preference: the older one is what the large providers test."""
_MAX_EXPLANATION = 10_000
"""Bytes of a challenge that are looked at; real ones have a hundred."""
_SCOPE = frozenset({"insufficient_scope", "403"})
"""RFC 6750 3.1, and the HTTP status that it goes with."""
_TEMPORARY = frozenset({"temporarily_unavailable", "server_error"})


def token_mechanism(offered: Collection[str]) -> str:
    """The mechanism to use, of those that a server offers (in capitals), or ``""``."""
    return next((word for word in MECHANISMS if word in offered), "")


def token_answers(
    mechanism: str, user: str, token: str, endpoint: Endpoint
) -> list[bytes]:
    """What to answer to the challenges, not yet in base64: the token, then what a
    server wants to hear behind its explanation of a failure.

    Raises :class:`errors.InvalidArgument` for control characters: the parts are
    separated by one.
    """
    for text in (user, token, endpoint.host):
        checked_text(text)
    if mechanism == "XOAUTH2":
        return [f"user={user}\x01auth=Bearer {token}\x01\x01".encode(), b""]
    name = user.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 saslname
    fields = (
        f"n,a={name},",
        f"host={endpoint.host}",
        f"port={endpoint.port}",
        f"auth=Bearer {token}",
        "",
        "",
    )
    return ["\x01".join(fields).encode(), b"\x01"]  # RFC 7628 3.1 and 3.2.3


def token_refusal(
    challenges: Sequence[bytes], detail: str, secrets: Iterable[str]
) -> MailError:
    """The error for a token that a server refused for good with the words ``detail``.

    ``challenges`` are those of the exchange as they came, in base64.
    :class:`errors.AuthError` with ``token_refused`` or ``token_scope``;
    :class:`errors.ServerRefused`, worth trying again, where the explanation is about
    the server itself.
    """
    words = _words(challenges)
    shown = " ".join([detail, *(f"({word})" for word in words)]).strip()
    shown = masked(shown, secrets)
    said = {word.lower() for word in words}
    if said & _SCOPE or "insufficient_scope" in detail.lower():
        return AuthError(shown, code="token_scope")
    if said & _TEMPORARY or any(re.fullmatch(r"5\d\d", word) for word in said):
        return ServerRefused(shown, code="server_busy", retry=True)
    return AuthError(shown, code="token_refused")


def _words(challenges: Sequence[bytes]) -> list[str]:
    """``status`` and ``error`` of the explanation among the challenges."""
    for challenge in reversed(challenges):
        explanation = _explanation(challenge)
        found = [explanation.get(name) for name in ("status", "error")]
        words = [
            str(word)[:100].strip()
            for word in found
            if isinstance(word, str | int) and not isinstance(word, bool)
        ]
        if any(words):
            return list(dict.fromkeys(filter(None, words)))
    return []


def _explanation(challenge: bytes) -> dict:
    """The JSON object of a challenge; empty for anything else."""
    text = challenge.strip()
    if len(text) > _MAX_EXPLANATION:
        return {}
    try:
        if not text.startswith(b"{"):  # some servers forget the base64
            text = base64.b64decode(text + b"=" * (-len(text) % 4))
        found = json.loads(text)
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
