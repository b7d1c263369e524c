"""What an OAuth 2 provider decides: codes, tokens and rights, without any HTTP.

Two kinds of provider, as far as they differ for a client:

`google`
    A refresh token comes only for `access_type=offline`, at the first consent or when
    `prompt=consent` asks again. It stays valid: a refresh brings no other one.
`microsoft`
    A refresh token comes for the scope `offline_access`. It rotates: each refresh
    brings another one, and the used one is refused from then on.

For both: a code works once and for ten minutes, a second use ends what it gave (RFC
6749 4.1.2); a refresh may ask for less than was granted and never gets more.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = ("google", "microsoft")
CODE_LIFE = 600  # seconds; RFC 6749 4.1.2 recommends it as the longest
TOKEN_LIFE = 3600  # seconds; what both providers give

# Bytes of randomness. Microsoft's access tokens are of two thousand characters, which
# do not fit where Google's do: into one line with the command.
SIZES = {"google": 160, "microsoft": 1500}

# The right that each service of the mail server wants, by the scope's last word.
ALL_MAIL = "https://mail.google.com/"
RIGHTS = {
    "imap": "IMAP.AccessAsUser.All",
    "pop3": "POP.AccessAsUser.All",
    "submission": "SMTP.Send",
}
EMAIL_SCOPES = ("email", "https://www.googleapis.com/auth/userinfo.email")


class Refused(Exception):
    """An error answer (RFC 6749 5.2): the JSON's `error`, its description, status."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status


@dataclass
class Grant:
    """One consent: a person let a client into a mailbox."""

    kind: str
    mailbox: str
    scope: str
    redirect_uri: str
    refreshable: bool
    code_ends: float
    withdrawn: bool = False


@dataclass
class Access:
    """One access token."""

    grant: str
    scope: str
    ends: float
    checked: int = 0  # how often the mail server asked about it


@dataclass
class Rules:
    """What a test wants of one mailbox from now on (see `control`)."""

    life: int = TOKEN_LIFE
    scope: str | None = None
    outages: int = 0
    consented: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


class Grants:
    """Everything that was granted. Not thread-safe: the server holds a lock."""

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.client_id = client_id
        self.client_secret = client_secret
        self.clock = clock
        self.grants: dict[str, Grant] = {}  # by identifier, which is the code
        self.refresh_tokens: dict[str, str] = {}  # token: grant
        self.access_tokens: dict[str, Access] = {}
        self.rules: dict[str, Rules] = {}  # by mailbox, lower case

    # -- what clients ask -----------------------------------------------------

    def authorize(
        self,
        kind: str,
        mailbox: str,
        redirect_uri: str,
        scope: str,
        *,
        offline: bool = False,
        ask_again: bool = False,
    ) -> str:
        """The person agreed: returns the code for the client."""
        rules = self._rules(mailbox)
        if rules.scope is not None:
            scope = rules.scope
        if kind == "google":
            refreshable = offline and (ask_again or kind not in rules.consented)
        else:
            refreshable = "offline_access" in scope.split()
        rules.consented.append(kind)
        code = secrets.token_urlsafe(24)
        ends = self.clock() + CODE_LIFE
        self.grants[code] = Grant(kind, mailbox, scope, redirect_uri, refreshable, ends)
        return code

    def check_client(self, client_id: str, client_secret: str) -> None:
        good = hmac.compare_digest(
            f"{client_id}:{client_secret}".encode(),
            f"{self.client_id}:{self.client_secret}".encode(),
        )
        if not good:
            raise Refused("invalid_client", "Unknown client or wrong secret.", 401)

    def redeem(self, kind: str, code: str, redirect_uri: str) -> dict[str, Any]:
        """Tokens for a code."""
        grant = self.grants.get(code)
        if not grant or grant.kind != kind:
            raise Refused("invalid_grant", "There is no such code.")
        self._outage(grant.mailbox)
        if grant.code_ends == 0:
            self._end(code)
            raise Refused("invalid_grant", "The code was used before.")
        if self.clock() > grant.code_ends:
            raise Refused("invalid_grant", "The code has expired.")
        if redirect_uri != grant.redirect_uri:
            raise Refused("invalid_grant", "The redirect_uri is another one.")
        if grant.withdrawn:
            raise Refused("invalid_grant", "The consent was withdrawn.")
        grant.code_ends = 0
        self.count(grant.mailbox, "authorization_code")
        answer = self._access(code, grant.scope)
        if grant.refreshable:
            answer["refresh_token"] = self._refresh_token(code)
        return answer

    def refresh(self, kind: str, token: str, scope: str = "") -> dict[str, Any]:
        """A new access token; `scope` may ask for less than was granted."""
        code = self.refresh_tokens.get(token)
        grant = self.grants.get(code or "")
        if not code or not grant or grant.kind != kind:
            raise Refused("invalid_grant", "The refresh token is not valid any more.")
        self._outage(grant.mailbox)
        if grant.withdrawn:
            self.count(grant.mailbox, "refused")
            raise Refused("invalid_grant", "The consent was withdrawn or has expired.")
        self.count(grant.mailbox, "refresh_token")
        wanted = scope.split() or grant.scope.split()
        granted = [word for word in grant.scope.split() if word in wanted]
        answer = self._access(code, " ".join(granted))
        if kind == "microsoft":
            del self.refresh_tokens[token]
            answer["refresh_token"] = self._refresh_token(code)
        return answer

    # -- what the mail server asks --------------------------------------------

    def introspect(self, token: str, service: str = "") -> dict[str, Any]:
        """RFC 7662. For a `service` of Dovecot the token must carry its right too:
        Dovecot knows one list of scopes for all its services."""
        access = self.access_tokens.get(token)
        if not access:
            return {"active": False}
        access.checked += 1
        grant = self.grants[access.grant]
        self.count(grant.mailbox, "introspection")
        if grant.withdrawn or self.clock() >= access.ends:
            return {"active": False}
        if service in RIGHTS and not self._allows(access, service):
            return {"active": False}
        return {
            "active": True,
            "client_id": self.client_id,
            "username": grant.mailbox,
            "email": grant.mailbox,
            "scope": access.scope,
            "token_type": "Bearer",
            "exp": int(access.ends),
        }

    def userinfo(self, token: str) -> dict[str, Any]:
        """Google's: whose token this is, if it may tell."""
        access = self.access_tokens.get(token)
        grant = self.grants[access.grant] if access else None
        if not access or not grant or grant.withdrawn or self.clock() >= access.ends:
            raise Refused("invalid_token", "Invalid Credentials", 401)
        if not set(EMAIL_SCOPES) & set(access.scope.split()):
            raise Refused("insufficient_scope", "Insufficient Permission", 403)
        return {"id": _subject(grant), "email": grant.mailbox, "verified_email": True}

    # -- what tests ask -------------------------------------------------------

    def withdraw(self, mailbox: str) -> None:
        for grant in self._of(mailbox):
            grant.withdrawn = True
        self._rules(mailbox).consented.clear()

    def expire(self, mailbox: str) -> None:
        """Its access tokens end now; refreshing goes on."""
        for access in self.access_tokens.values():
            if self.grants[access.grant].mailbox.lower() == mailbox.lower():
                access.ends = self.clock()

    def expires_in(self, mailbox: str, seconds: int) -> None:
        self._rules(mailbox).life = seconds

    def grant_scope(self, mailbox: str, scope: str | None) -> None:
        """What the next consents grant, whatever is asked for; None: what is asked."""
        self._rules(mailbox).scope = scope

    def outage(self, mailbox: str, times: int) -> None:
        """So many token requests for the mailbox are answered 503."""
        self._rules(mailbox).outages = times

    def counts(self, mailbox: str) -> dict[str, int]:
        return dict(self._rules(mailbox).counts)

    def checked(self, token: str) -> int:
        access = self.access_tokens.get(token)
        return access.checked if access else 0

    def count(self, mailbox: str, what: str) -> None:
        counts = self._rules(mailbox).counts
        counts[what] = counts.get(what, 0) + 1

    # -- keeping --------------------------------------------------------------

    def dump(self) -> dict[str, Any]:
        """All that must survive a restart, without what has ended anyway."""
        now = self.clock()
        return {
            "grants": {
                code: asdict(grant)
                for code, grant in self.grants.items()
                if not grant.withdrawn
            },
            "refresh_tokens": {
                token: code
                for token, code in self.refresh_tokens.items()
                if not self.grants[code].withdrawn
            },
            "access_tokens": {
                token: asdict(access)
                for token, access in self.access_tokens.items()
                if access.ends > now and not self.grants[access.grant].withdrawn
            },
            "rules": {mailbox: asdict(rules) for mailbox, rules in self.rules.items()},
        }

    def load(self, known: dict[str, Any]) -> None:
        grants = known.get("grants", {})
        self.grants = {code: Grant(**grant) for code, grant in grants.items()}
        self.refresh_tokens = dict(known.get("refresh_tokens", {}))
        tokens = known.get("access_tokens", {})
        self.access_tokens = {token: Access(**one) for token, one in tokens.items()}
        rules = known.get("rules", {})
        self.rules = {mailbox: Rules(**one) for mailbox, one in rules.items()}

    # -- inside ---------------------------------------------------------------

    def _rules(self, mailbox: str) -> Rules:
        return self.rules.setdefault(mailbox.lower(), Rules())

    def _of(self, mailbox: str) -> list[Grant]:
        wanted = mailbox.lower()
        return [one for one in self.grants.values() if one.mailbox.lower() == wanted]

    def _outage(self, mailbox: str) -> None:
        rules = self._rules(mailbox)
        if rules.outages > 0:
            rules.outages -= 1
            self.count(mailbox, "outage")
            raise Refused("temporarily_unavailable", "Try again later.", 503)

    def _end(self, code: str) -> None:
        self.grants[code].withdrawn = True

    def _allows(self, access: Access, service: str) -> bool:
        words = access.scope.split()
        right = RIGHTS[service]
        return ALL_MAIL in words or any(word.endswith("/" + right) for word in words)

    def _refresh_token(self, code: str) -> str:
        token = secrets.token_urlsafe(64)
        self.refresh_tokens[token] = code
        return token

    def _access(self, code: str, scope: str) -> dict[str, Any]:
        grant = self.grants[code]
        life = self._rules(grant.mailbox).life
        token = secrets.token_urlsafe(SIZES[grant.kind])
        now = self.clock()
        self.access_tokens[token] = Access(code, scope, now + life)
        answer = {
            "access_token": token,
            "expires_in": life,
            "token_type": "Bearer",
            "scope": scope,
        }
        if "openid" in scope.split():
            answer["id_token"] = self._id_token(grant, scope, now + life)
        return answer

    def _id_token(self, grant: Grant, scope: str, ends: float) -> str:
        """A JWT with no signature worth checking: clients get it straight from us."""
        claims = {
            "aud": self.client_id,
            "sub": _subject(grant),
            "exp": int(ends),
            "iat": int(self.clock()),
            "preferred_username": grant.mailbox,
        }
        if "email" in scope.split():
            claims["email"] = grant.mailbox
        parts = ({"typ": "JWT", "alg": "none"}, claims)
        texts = [json.dumps(part, separators=(",", ":")).encode() for part in parts]
        encoded = [base64.urlsafe_b64encode(text).decode() for text in texts]
        # as providers do: without padding, and with a third part
        return ".".join([*(text.rstrip("=") for text in encoded), "local"])


def _subject(grant: Grant) -> str:
    return f"local-{grant.mailbox.lower()}"
