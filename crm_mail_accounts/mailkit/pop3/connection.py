"""A POP3 connection up to the login (RFC 1939, 2449, 2595, 5034).

The login is one attempt: AUTH PLAIN where CAPA offers it, else USER and PASS; with an
access token XOAUTH2, else OAUTHBEARER.  No APOP: it is MD5 of a password that the
server must keep in plain text, and protects nothing that TLS does not.

AUTH never carries its first answer in the command, as RFC 5034 would allow: servers
from before it, and Exchange Online, refuse that.

CAPA is the first command always, also because a greeting of several lines is met: what
comes before the answer to CAPA is known to be none of later answers.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

from ..errors import (
    AuthError,
    LimitExceeded,
    MailError,
    ProtocolError,
)
from ..limits import LONGEST_BACKOFF, MAX_POP3_LINE, MAX_POP3_LINES
from ..sasl import MECHANISMS, token_answers, token_mechanism, token_refusal
from ..session import Session
from ..stream import checked, checked_text
from ..trace import masked
from ..values import Credentials, Endpoint
from .replies import Reply, login_refusal, passes, read_reply, refusal


class Pop3Connection(Session):
    """Greeting, capabilities, STLS and login."""

    def __init__(self, sock, endpoint: Endpoint, **options):
        super().__init__(sock, endpoint, **options)
        self.capabilities: dict[str, str] = {}
        """What CAPA told: keyword in capitals to its parameters."""
        self.capabilities_told = False
        """Whether the server knows CAPA at all."""
        self._secrets: tuple[str, ...] = ()
        self._reading = False

    # -- greeting and capabilities --------------------------------------------

    def greet(self) -> None:
        """Read the greeting and ask what the server offers."""
        self._stream.bound(self._connect_timeout)
        try:
            # a TLS alert has no line end to wait for
            if self._stream.peek(1)[:1] not in (b"+", b"-", b" "):
                raise ProtocolError("the greeting is not POP3's")
            reply = read_reply(self._stream.read_line(MAX_POP3_LINE))
            if reply is None:
                raise ProtocolError("the greeting is not POP3's")
        except (ProtocolError, LimitExceeded) as err:
            self.close()
            raise ProtocolError(err.detail, code="not_pop3") from err
        except BaseException:
            self.close()
            raise
        if not reply.ok:
            self.close()
            error = self._refused(reply)
            error.connection_usable = False
            raise error
        self._ask_capabilities(behind_greeting=True)

    def _ask_capabilities(self, *, behind_greeting: bool = False) -> None:
        self.capabilities, self.capabilities_told = {}, False
        self._begin()
        try:
            self._stream.send_line(b"CAPA")
            lines = self._capability_lines(behind_greeting)
        except BaseException:
            self.close()
            raise
        if lines is None:
            return  # CAPA is optional
        self.capabilities_told = True
        for line in lines:
            word, _space, rest = line.decode("latin-1").strip().partition(" ")
            known = self.capabilities.get(word.upper(), "")
            self.capabilities[word.upper()] = f"{known} {rest.strip()}".strip()

    def _capability_lines(self, behind_greeting: bool) -> list[bytes] | None:
        """The lines of the answer; ``None`` for a server that refuses.

        ``behind_greeting``: more lines of it may come first, even such that look like
        the beginning of the answer.
        """
        told: list[bytes] | None = None
        for _count in range(MAX_POP3_LINES):
            line = self._stream.read_line(MAX_POP3_LINE)
            reply = read_reply(line)
            if reply is not None:
                if not reply.ok:
                    return None
                told = []
            elif told is not None:
                if line.strip() == b".":
                    return told
                if line.strip():
                    told.append(line)
            elif not behind_greeting:
                raise ProtocolError("a reply that cannot be read")
        raise LimitExceeded(f"an answer of more than {MAX_POP3_LINES} lines")

    # -- STLS -----------------------------------------------------------------

    def _offers_tls(self) -> bool:
        """A server without CAPA may know STLS all the same: it is asked for it."""
        return "STLS" in self.capabilities or not self.capabilities_told

    def _ask_for_tls(self) -> None:
        """RFC 2595 section 4."""
        reply = self._command(b"STLS")
        if not reply.ok:
            raise self._no_tls(self._words(reply))

    def _begin_again(self) -> None:
        self._ask_capabilities()

    # -- login ----------------------------------------------------------------

    def login(self, credentials: Credentials) -> None:
        """One attempt; what it makes of a refusal is told in :mod:`.replies`."""
        user, password = credentials.username, credentials.password
        token = credentials.access_token
        self._secrets = (password, token)
        for text in (user, *self._secrets):
            checked_text(text)
        offered = self.capabilities.get("SASL", "").upper().split()
        if token:
            self._login_by_token(user, token, offered)
        elif "PLAIN" in offered:
            answer = f"\0{user}\0{password}".encode()
            self._secrets += (base64.b64encode(answer).decode(),)
            reply = self._authenticate("PLAIN", [answer])
            if not reply.ok:
                raise self._login_refused(reply)
        else:
            self._login_in_plain_text(user, password)
        self.authenticated = True

    def _login_by_token(self, user: str, token: str, offered: Sequence[str]) -> None:
        mechanism = token_mechanism(offered)
        if not mechanism:
            if self.capabilities_told:
                self._need_tls()
                raise AuthError("XOAUTH2 is not offered", code="auth_not_offered")
            mechanism = MECHANISMS[0]
        answers = token_answers(mechanism, user, token, self.endpoint)
        # a server may repeat what it got as it got it
        self._secrets += (base64.b64encode(answers[0]).decode(),)
        heard: list[bytes] = []
        reply = self._authenticate(mechanism, answers, heard)
        if reply.ok:
            return
        if passes(reply) or reply.code == "SYS/PERM":
            raise self._login_refused(reply)
        raise token_refusal(heard, self._words(reply), self._secrets)

    def _login_in_plain_text(self, user: str, password: str) -> None:
        if "USER" not in self.capabilities:
            self._need_tls()
        for line in (f"USER {user}", f"PASS {password}"):
            reply = self._command(line.encode())
            if not reply.ok:
                raise self._login_refused(reply)

    def _need_tls(self) -> None:
        """Raises where the server shows its logins only behind STLS."""
        if self.tls is None and "STLS" in self.capabilities:
            raise AuthError("no login without STLS", code="auth_needs_tls")

    def _authenticate(
        self,
        mechanism: str,
        answers: Sequence[bytes],
        heard: list[bytes] | None = None,
    ) -> Reply:
        """The answers to the server's challenges (RFC 5034); ``heard`` gets those."""
        encoded = [base64.b64encode(answer) for answer in answers]
        encoded += [b"", b"*"]  # an explanation wants an empty answer; then cancel
        count = len(answers)
        reply = self._command(b"AUTH " + mechanism.encode("ascii"), challenge=True)
        while isinstance(reply, bytes):
            if heard is not None:
                heard.append(reply)
            if not encoded:
                self.close()
                raise ProtocolError("a login without end")
            reply = self._command(encoded.pop(0), challenge=True)
        if reply.ok and len(encoded) > count + 1:
            # who says yes before an answer was sent is out of step
            self.close()
            raise ProtocolError("a login that was accepted too early")
        return reply

    def _login_refused(self, reply: Reply) -> MailError:
        return login_refusal(
            reply,
            self._words(reply),
            secure=self.tls is not None,
            login_delay=self._login_delay(),
        )

    def _login_delay(self) -> float | None:
        found = re.match(r"0*(\d{1,9})\b", self.capabilities.get("LOGIN-DELAY", ""))
        return min(float(found[1]), LONGEST_BACKOFF) if found else None

    # -- commands and replies -------------------------------------------------

    def _begin(self, seconds: float | None = None) -> None:
        if self._reading:
            self.close()
            raise ProtocolError("an answer was not read to its end")
        self._stream.bound(seconds or self._command_timeout)

    def _command(
        self, line: bytes, *, challenge: bool = False, seconds: float | None = None
    ):
        """The :class:`Reply`; with ``challenge`` also the ``bytes`` of a challenge.

        ``seconds`` bounds the command and what is read behind its reply.
        """
        checked(line)  # before the connection is touched, hence still usable
        self._begin(seconds)
        try:
            self._stream.send_line(line)
            answer = self._stream.read_line(MAX_POP3_LINE)
            reply = read_reply(answer)
            if reply is None:
                if challenge and answer.startswith(b"+"):
                    return answer[1:].strip()
                raise ProtocolError("a reply that cannot be read")
        except BaseException:
            self.close()
            raise
        return reply

    def _refused(self, reply: Reply) -> MailError:
        return refusal(reply, self._words(reply), login_delay=self._login_delay())

    def _words(self, reply: Reply) -> str:
        return masked(reply.text or "-ERR", self._secrets)
