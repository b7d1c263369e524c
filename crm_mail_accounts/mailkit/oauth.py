"""OAuth 2 as its client: what a provider is asked for tokens, and what it answers.

Pure: requests and answers are values, ``net_oauth`` carries them.  RFC 6749 4.1.3 (a
code becomes tokens), 6 (refreshing), 5.1 and 5.2 (the answers).  What differs between
the two providers: Google's refresh token stays, Microsoft's rotates; Google tells whose
consent it is by ``userinfo``, Microsoft by the ``id_token`` (OpenID Connect Core 2),
which needs no check of its signature where it came from the provider itself (3.1.3.7).
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field

from .errors import AuthError, MailError, NetworkError
from .trace import masked

GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com/token"
GOOGLE_IDENTITY_URL = "https://www.googleapis.com/oauth2/v2/userinfo"
GOOGLE_RIGHT = "https://mail.google.com/"
"""Google's one right for IMAP and SMTP together."""
MICROSOFT_RIGHTS = {"imap": "imap.accessasuser.all", "smtp": "smtp.send"}
"""Last words of the rights; the host before them differs between clouds."""

DEFAULT_LIFE = 3600
"""Seconds, where the answer tells none; both providers give this."""
LONGEST_LIFE = 2 * 86400
"""Seconds; Microsoft gives up to 28 hours."""
RETRY_STATUS = (408, 429)
"""Refusals that are about the moment; so is every 5xx."""

_ENDED = frozenset(
    "invalid_grant interaction_required consent_required login_required".split()
)
"""Only a person can mend these: consent withdrawn, password changed, second factor."""
_MOMENT = frozenset("temporarily_unavailable server_error slow_down".split())


@dataclass(frozen=True)
class TokenRequest:
    """What is posted to a token endpoint; ``form`` carries secrets."""

    url: str
    form: dict[str, str] = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        names = ("client_secret", "refresh_token", "code")
        return tuple(self.form[name] for name in names if self.form.get(name))


@dataclass(frozen=True)
class TokenAnswer:
    """Tokens. ``refresh_token`` is empty where the known one stays.

    ``expires_in`` are seconds; ``scope`` is ``None`` where it is what was asked for
    (RFC 6749 5.1).
    """

    access_token: str = field(repr=False)
    expires_in: int = DEFAULT_LIFE
    refresh_token: str = field(default="", repr=False)
    scope: str | None = None
    id_token: str = field(default="", repr=False)


def read_token_answer(
    status: int, body: bytes, secrets: tuple[str, ...] = ()
) -> TokenAnswer:
    """The tokens of an answer.

    :param secrets: what must not appear in an error's detail
    :raises AuthError: ``token_withdrawn`` (only a person can mend it),
        ``oauth_not_configured`` (the client is not known, or asks wrongly)
    :raises NetworkError: ``token_unavailable`` (try again later)
    """
    answer = _json(body)
    if status != 200:
        raise _refusal(status, answer, secrets)
    access_token = answer.get("access_token")
    if not isinstance(access_token, str) or not access_token:
        raise NetworkError("an answer without a token", code="token_unavailable")
    scope = answer.get("scope")
    return TokenAnswer(
        access_token=access_token,
        expires_in=_seconds(answer.get("expires_in")),
        refresh_token=_text(answer.get("refresh_token")),
        scope=scope if isinstance(scope, str) else None,
        id_token=_text(answer.get("id_token")),
    )


def read_google_identity(status: int, body: bytes) -> str:
    """The verified address of a ``userinfo`` answer, ``""`` when it tells none.

    :raises MailError: as :func:`read_token_answer`
    """
    answer = _json(body)
    if status in (401, 403):
        # The right to see the address was not given.
        return ""
    if status != 200:
        raise _refusal(status, answer, ())
    return _text(answer.get("email")) if answer.get("verified_email") is True else ""


def identities(id_token: str) -> frozenset[str]:
    """The addresses that an ``id_token`` names, lower case; empty when unreadable.

    ``email`` may be another one than the name that the mail server knows: that is
    ``preferred_username`` (or ``upn`` in tokens of the old kind).
    """
    parts = id_token.split(".")
    if len(parts) < 2:
        return frozenset()
    payload = parts[1] + "=" * (-len(parts[1]) % 4)
    try:
        claims = _json(base64.urlsafe_b64decode(payload))
    except (binascii.Error, ValueError):
        return frozenset()
    names = ("email", "preferred_username", "upn")
    return frozenset(
        text for name in names if "@" in (text := _text(claims.get(name)).lower())
    )


def missing_rights(kind: str, scope: str | None) -> tuple[str, ...]:
    """Which of ``imap`` and ``smtp`` were not granted."""
    if scope is None:
        return ()
    granted = scope.lower().split()
    if kind == "google":
        return () if GOOGLE_RIGHT in granted else ("imap", "smtp")
    last_words = {right.rpartition("/")[2] for right in granted}
    return tuple(
        name for name, right in MICROSOFT_RIGHTS.items() if right not in last_words
    )


def _refusal(status: int, answer: dict, secrets: tuple[str, ...]) -> MailError:
    error = _text(answer.get("error"))
    said = f"{status} {error} {_text(answer.get('error_description'))}".strip()
    detail = masked(said, secrets)
    if error in _ENDED:
        return AuthError(detail, code="token_withdrawn")
    if status >= 500 or status in RETRY_STATUS or error in _MOMENT or not error:
        # Without a word of RFC 6749 5.2 it was not the provider that answered.
        return NetworkError(detail, code="token_unavailable")
    return AuthError(detail, code="oauth_not_configured")


def _json(body: bytes) -> dict:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _seconds(value: object) -> int:
    """``expires_in`` is a number, and text in some answers."""
    try:
        seconds = int(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_LIFE
    return min(max(seconds, 0), LONGEST_LIFE)
