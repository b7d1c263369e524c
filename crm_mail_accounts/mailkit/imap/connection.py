"""An IMAP connection: greeting, TLS, login, capabilities (RFC 3501, RFC 9051).

Capabilities are believed only for the state that they were told in: those from
before STARTTLS are forgotten, since anybody could have written them, and they are
read again after the login, because proxies answer for another server before it.
An extension counts as enabled only when the server confirmed it by ``* ENABLED``.
"""

from __future__ import annotations

import base64
from collections import Counter, deque
from collections.abc import Iterable

from ..errors import (
    AuthError,
    LimitExceeded,
    MailError,
    ProtocolError,
    ServerRefused,
)
from ..sasl import token_answers, token_mechanism, token_refusal
from ..session import Session
from ..stream import checked_text
from ..trace import masked
from ..values import Credentials, Endpoint, Security
from . import quote, tokens
from .wire import Status, Untagged, Wire

CLIENT_NAME = "crm_mail_accounts"
"""What ID tells (RFC 2971); a few providers refuse clients that tell nothing."""
_WEAK_CODES = frozenset({"PRIVACYREQUIRED", "ENCRYPTIONREQUIRED"})
_IN_REV2 = frozenset(
    "BINARY ENABLE ESEARCH IDLE LIST-EXTENDED LIST-STATUS LITERAL- MOVE NAMESPACE "
    "SASL-IR SPECIAL-USE STATUS=SIZE UIDPLUS UNSELECT".split()
)
"""Extensions that IMAP4rev2 contains (RFC 9051 appendix E)."""


class ImapConnection(Session):
    """One connection.  Use :meth:`open`, or the steps one by one for a test."""

    def __init__(
        self, sock, endpoint: Endpoint, *, without: Iterable[str] = (), **options
    ):
        """``without``: extensions that are not used although the server offers them,
        because it is known to do them badly (``{"QRESYNC"}``)."""
        super().__init__(sock, endpoint, **options)
        self.without = frozenset(word.upper() for word in without)
        self.capabilities: frozenset[str] = frozenset()
        self.enabled: frozenset[str] = frozenset()
        self.server_id: dict[str, str] = {}
        self.dropped: Counter[str] = Counter()
        """Responses that could not be used, by reason."""
        self.alerts: deque[str] = deque(maxlen=20)
        """What the server wants a person to read (RFC 9051 7.1 ALERT), newest last."""
        self._wire = Wire(self._stream, command_timeout=self._command_timeout)
        self._wire.on_untagged = self._notice

    # -- connecting -----------------------------------------------------------

    def greet(self) -> None:
        """Read the greeting; PREAUTH means that the login is done already."""
        self._stream.bound(self._connect_timeout)
        status = self._wire.greeting()
        if status.kind == "PREAUTH":
            if self.endpoint.security is Security.STARTTLS:
                # STARTTLS is not allowed any more, so this would stay plain text
                raise self._no_tls("logged in before TLS")
            self.authenticated = True
        self._take_capabilities(status)
        if self.authenticated:
            self._prepare()

    def _own_options(self) -> dict:
        return {"without": self.without}

    def _offers_tls(self) -> bool:
        if not self.capabilities:
            self._ask_capabilities()
        return "STARTTLS" in self.capabilities

    def _ask_for_tls(self) -> None:
        """RFC 9051 6.2.1."""
        try:
            self._wire.command("STARTTLS", timeout=self._connect_timeout)
        except (ServerRefused, ProtocolError) as err:
            raise self._no_tls(err.detail) from err

    def _begin_again(self) -> None:
        self._ask_capabilities()

    def set_limits(self, **limits: float) -> None:
        super().set_limits(**limits)
        self._wire.command_timeout = self._command_timeout

    # -- login ----------------------------------------------------------------

    def login(self, credentials: Credentials) -> None:
        """AUTHENTICATE PLAIN when offered, else LOGIN; with a token XOAUTH2 when
        offered, else OAUTHBEARER.

        One attempt only: a second one with another mechanism would count twice
        towards a lock-out.
        """
        if self.authenticated:
            return
        if not self.capabilities:
            self._ask_capabilities()
        user, token = credentials.username, credentials.access_token
        self._wire.secrets = (credentials.password, token)
        heard: list[bytes] = []
        try:
            if token:
                status = self._login_with_token(user, token, heard)
            else:
                status = self._login_with_password(user, credentials.password)
        except ServerRefused as err:
            raise self._login_refused(err, heard if token else None) from err
        except ProtocolError as err:
            if self.closed:
                raise
            # BAD to a command that is well formed: some servers say so to a user
            # or a password that they do not like the looks of
            if token:
                raise token_refusal(heard, err.detail, self._wire.secrets) from err
            raise AuthError(err.detail, code="auth_failed") from err
        self.authenticated = True
        self._set_capabilities(())
        self._take_capabilities(status)
        self._prepare()

    def _login_with_password(self, user: str, password: str) -> Status:
        checked_text(user)
        checked_text(password)
        if "LOGINDISABLED" in self.capabilities and self.tls is None:
            # also not by PLAIN: the server says that plain text may not carry it
            raise AuthError("LOGINDISABLED", code="auth_needs_tls")
        if "AUTH=PLAIN" in self.capabilities:
            answer = f"\0{user}\0{password}".encode()  # RFC 4616
            return self._wire.authenticate("PLAIN", [answer])
        if "LOGINDISABLED" in self.capabilities:
            raise AuthError("neither PLAIN nor LOGIN", code="auth_not_offered")
        return self._wire.command("LOGIN", quote.string(user), quote.string(password))

    def _login_with_token(self, user: str, token: str, heard: list[bytes]) -> Status:
        offered = [word[5:] for word in self.capabilities if word.startswith("AUTH=")]
        mechanism = token_mechanism(offered)
        if not mechanism:
            raise AuthError("no login by token is offered", code="auth_not_offered")
        answers = token_answers(mechanism, user, token, self.endpoint)
        # a server may repeat what it got as it got it
        self._wire.secrets += (base64.b64encode(answers[0]).decode(),)
        return self._wire.authenticate(mechanism, answers, heard=heard)

    def _login_refused(
        self, err: ServerRefused, heard: list[bytes] | None
    ) -> MailError:
        """A refusal that is about the moment stays what it is; the rest means the
        credentials (RFC 5530).  ``heard``: the challenges of a login by token."""
        if err.retry or err.response_code in ("CONTACTADMIN", "NOPERM"):
            return err
        if err.response_code in _WEAK_CODES:
            return AuthError(err.detail, code="auth_needs_tls")
        if heard is not None:
            return token_refusal(heard, err.detail, self._wire.secrets)
        return AuthError(err.detail, code="auth_failed")

    def _prepare(self) -> None:
        """What every session does behind its login."""
        if not self.capabilities:
            self._ask_capabilities()
        if "ID" in self.capabilities:
            self._identify()
        wanted = [word for word in ("CONDSTORE", "QRESYNC") if self.offers(word)]
        if self.offers("ENABLE") and wanted:
            self._enable(wanted)

    def _identify(self) -> None:
        found: list[Untagged] = []
        try:
            self._wire.command(
                "ID",
                b"(" + quote.string("name") + b" " + quote.string(CLIENT_NAME) + b")",
                handler=lambda r: found.append(r) if r.name == "ID" else None,
            )
            for response in found:
                (fields,) = tokens.parse(response.segments, response.start)
                self.server_id = _pairs(fields)
        except (ServerRefused, ProtocolError, LimitExceeded, ValueError):
            if self.closed:
                raise
            self.dropped["id"] += 1  # a courtesy that some servers do badly

    def _enable(self, words: list[str]) -> None:
        try:
            self._wire.command("ENABLE", *(word.encode("ascii") for word in words))
        except (ServerRefused, ProtocolError):
            if self.closed:
                raise
            self.dropped["enable"] += 1

    # -- capabilities ---------------------------------------------------------

    def offers(self, word: str) -> bool:
        """Whether the server has an extension, by itself or through IMAP4rev2."""
        return word not in self.without and (
            word in self.capabilities
            or ("IMAP4REV2" in self.capabilities and word in _IN_REV2)
        )

    def _ask_capabilities(self) -> None:
        self._set_capabilities(())  # what was told in another state
        self._wire.command("CAPABILITY")

    def _take_capabilities(self, status: Status) -> None:
        if status.code == "CAPABILITY":
            self._set_capabilities(status.arguments.split())

    def _set_capabilities(self, words: Iterable[bytes]) -> None:
        self.capabilities = frozenset(
            word.decode("latin-1").upper() for word in list(words)[:500]
        )
        self._wire.capabilities = self.capabilities

    def _notice(self, response: Untagged) -> None:
        """Every untagged response of every command passes here."""
        if response.name == "CAPABILITY":
            self._set_capabilities(response.text.split())
        elif response.name == "ENABLED":
            words = response.text.decode("latin-1").upper().split()
            self.enabled |= frozenset(words[:100])
        elif response.name in ("OK", "NO", "BAD"):
            status = response.status
            if status is not None and status.code == "ALERT":
                self.alerts.append(masked(status.text, self._wire.secrets))

    @property
    def throttled(self) -> int:
        """How often the server said that it slows us down, although it complied."""
        return self._wire.throttled

    # -- ending ---------------------------------------------------------------

    def noop(self) -> None:
        self._wire.command("NOOP")

    def logout(self) -> None:
        """The same as :meth:`end`."""
        self.end()

    def _say_goodbye(self) -> None:
        self._wire.logout()

    def close(self) -> None:
        self._wire.close()


def _pairs(fields) -> dict[str, str]:
    if not isinstance(fields, list):
        return {}
    return {
        key.decode("utf-8", "replace").lower()[:30]: value.decode("utf-8", "replace")[
            :200
        ]
        for key, value in list(zip(fields[::2], fields[1::2], strict=False))[:30]
        if isinstance(key, bytes) and isinstance(value, bytes)
    }
