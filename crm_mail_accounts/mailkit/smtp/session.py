"""An SMTP submission session, driven phase by phase (RFC 5321, RFC 6409).

``send`` tells in the ``step`` of its error how far it had come, because that
decides what may be done next:

``mail`` ``rcpt`` ``data`` ``content``
    the mail was not taken over: trying again is safe.
``dot``
    the final dot was written.  With :class:`errors.ServerRefused` the server has
    declined the mail; with any other error nobody knows, so it must never be sent
    again by itself (RFC 1047).

Replies may be of several lines; control characters in an address never reach the
wire (:func:`stream.checked`).
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import (
    AuthError,
    CapabilityMissing,
    InvalidArgument,
    LimitExceeded,
    MailError,
    ProtocolError,
    ServerRefused,
)
from ..limits import (
    CHUNK,
    FINAL_DOT_TIMEOUT,
    GOODBYE_TIMEOUT,
    MAX_REPLY_LINE,
    MAX_REPLY_LINES,
)
from ..sasl import token_answers, token_mechanism, token_refusal
from ..session import Session
from ..stream import checked, checked_text
from ..trace import masked
from ..values import Credentials, Delivery, Endpoint
from .smtputf8 import SMTPUTF8, missing_smtputf8, needs_smtputf8

_REPLY = re.compile(rb"([2-5][0-9]{2})([ -]|\Z)(.*)", re.DOTALL)
_LINE_END = re.compile(rb"\r\n|\r|\n")
_NEEDS_TLS = frozenset({530, 538})
"""RFC 3207: issue STARTTLS first; RFC 4954: encryption required."""


@dataclass(frozen=True, slots=True)
class Reply:
    code: int
    lines: tuple[bytes, ...]

    @property
    def text(self) -> str:
        return b" ".join(self.lines).decode("utf-8", "replace")


class SmtpSession(Session):
    """One connection.  Use :meth:`open`, or the steps one by one for a test."""

    def __init__(
        self, sock, endpoint: Endpoint, *, local_name: str | None = None, **options
    ):
        super().__init__(sock, endpoint, **options)
        self.extensions: dict[str, str] = {}
        """What EHLO offered: keyword in capitals to its parameters."""
        self._secrets: tuple[str, ...] = ()
        self._local_name = local_name or self._address_literal()

    # -- connecting -----------------------------------------------------------

    def _own_options(self) -> dict:
        return {"local_name": self._local_name}

    def _address_literal(self) -> str:
        """How we name ourselves: the address, as RFC 5321 4.1.3 has it for clients
        without a name of their own.  Looking a name up would take the time and
        tell the server what our machines are called."""
        address = self._stream.local_address()
        try:
            version = ipaddress.ip_address(address).version
        except ValueError:
            return "[127.0.0.1]"
        return f"[IPv6:{address}]" if version == 6 else f"[{address}]"

    def greet(self) -> None:
        """Read the greeting and say EHLO."""
        self._stream.bound(self._connect_timeout)
        try:
            start = self._stream.peek(3)[:3]
            if not re.fullmatch(rb"[2-5]\d\d", start):
                raise ProtocolError("the greeting is not SMTP's", code="not_smtp")
            reply = self._read_reply()
        except (ProtocolError, LimitExceeded) as err:
            self.close()
            raise ProtocolError(err.detail, code="not_smtp") from err
        except BaseException:
            self.close()
            raise
        if reply.code != 220:
            self.close()
            raise self._refused(reply)
        self._hello()

    def _hello(self) -> None:
        self.extensions = {}  # before TLS anybody could have written those
        name = checked(self._local_name.encode("ascii", "replace"))
        reply = self._command(b"EHLO " + name)
        if reply.code in (500, 502, 504):
            # a server from before extensions; it can still take plain mail
            self._expect(self._command(b"HELO " + name), 250)
            return
        self._expect(reply, 250)
        for line in reply.lines[1:]:
            word, _space, rest = line.decode("latin-1").partition(" ")
            word, equals, old = word.partition("=")  # AUTH=LOGIN of old servers
            parameters = f"{old} {rest}".strip() if equals else rest
            known = self.extensions.get(word.upper(), "")
            self.extensions[word.upper()] = f"{known} {parameters}".strip()

    def _offers_tls(self) -> bool:
        return "STARTTLS" in self.extensions

    def _ask_for_tls(self) -> None:
        """RFC 3207."""
        reply = self._command(b"STARTTLS")
        if reply.code != 220:
            raise self._no_tls(self._words(reply))

    def _begin_again(self) -> None:
        self._hello()

    # -- login ----------------------------------------------------------------

    def login(self, credentials: Credentials) -> None:
        """AUTH PLAIN, else LOGIN; with a token XOAUTH2, else OAUTHBEARER.  One
        attempt (RFC 4954)."""
        offered = self.extensions.get("AUTH", "").upper().split()
        user = credentials.username
        password = credentials.password
        token = credentials.access_token
        self._secrets = (password, token)
        for text in (user, *self._secrets):
            checked_text(text)
        heard: list[bytes] = []
        if token:
            mechanism = token_mechanism(offered)
            self._need(offered, mechanism or "XOAUTH2")
            answers = token_answers(mechanism, user, token, self.endpoint)
            # a server may repeat what it got as it got it
            self._secrets += (base64.b64encode(answers[0]).decode(),)
            reply = self._authenticate(mechanism, answers, heard=heard)
        elif "PLAIN" in offered:
            reply = self._authenticate("PLAIN", [f"\0{user}\0{password}".encode()])
        else:
            self._need(offered, "LOGIN")
            answers = [user.encode(), password.encode()]
            reply = self._authenticate("LOGIN", answers, at_once=False)
        if reply.code != 235:
            raise self._login_refused(reply, heard if token else None)
        self.authenticated = True

    def _need(self, offered: Sequence[str], mechanism: str) -> None:
        if mechanism in offered:
            return
        hidden = not offered and self.tls is None and "STARTTLS" in self.extensions
        raise AuthError(
            f"{mechanism} is not offered",
            code="auth_needs_tls" if hidden else "auth_not_offered",
        )

    def _authenticate(
        self,
        mechanism: str,
        answers: Sequence[bytes],
        *,
        at_once: bool = True,
        heard: list[bytes] | None = None,
    ) -> Reply:
        """The answers to the server's 334 challenges, the first with the command
        where the line is short enough (RFC 4954 section 4).  ``heard`` gets the
        challenges as they came."""
        encoded = [base64.b64encode(answer) for answer in answers]
        line = b"AUTH " + mechanism.encode("ascii")
        if at_once and len(encoded[0]) < 480:
            line += b" " + encoded.pop(0)
        encoded += [b"", b"*"]  # an explanation wants an empty answer; then cancel
        reply = self._command(line)
        while reply.code == 334 and encoded:
            if heard is not None:
                heard.append(b"".join(reply.lines))
            reply = self._command(encoded.pop(0))
        return reply

    def _login_refused(self, reply: Reply, heard: list[bytes] | None) -> MailError:
        """``heard``: the challenges of a login by token."""
        words = self._words(reply)
        if reply.code in _NEEDS_TLS:
            return AuthError(words, code="auth_needs_tls")
        if reply.code in (502, 503, 504):
            return AuthError(words, code="auth_not_offered")
        # 432 is about passwords alone (RFC 4954 section 6: one must be changed)
        if 400 <= reply.code < 500 and (reply.code != 432 or heard is not None):
            return self._refused(reply)
        if heard is not None:
            return token_refusal(heard, words, self._secrets)
        return AuthError(words, code="auth_failed")

    # -- sending --------------------------------------------------------------

    def send(
        self,
        envelope_from: str,
        recipients: Sequence[str],
        raw: bytes,
        *,
        before_dot: Callable[[], None] | None = None,
    ) -> Delivery:
        """Hand a mail over, to those of the recipients that the server takes.

        ``envelope_from`` may be empty (a bounce, an automatic answer).  Line ends
        become CRLF and leading dots are doubled; nothing else is changed.

        ``before_dot`` is called when all is written but the final dot: the last
        moment at which the mail can certainly be kept from leaving.  When it raises,
        the connection is closed, and the server has nothing (RFC 5321 4.1.1.4).
        """
        step = "mail"
        try:
            if not recipients:
                raise InvalidArgument("no recipient")
            paths = [self._path(address) for address in recipients]
            international = needs_smtputf8((envelope_from, *recipients), raw)
            line = self._mail_from(envelope_from, raw, international)
            self._expect(self._command(line), 250)
            step = "rcpt"
            accepted, refused = self._recipients(recipients, paths)
            step = "data"
            self._expect(self._command(b"DATA"), 354)
            step = "content"
            self._stream.bound(max(self._command_timeout, FINAL_DOT_TIMEOUT))
            self._write_content(raw)
            if before_dot is not None:
                before_dot()
            step = "dot"
            reply = self._final_dot()
        except MailError as err:
            err.step = step
            if isinstance(err, ServerRefused):
                self._forget_mail()
            elif step != "mail":
                self.close()
            raise
        except BaseException:
            self.close()
            raise
        return Delivery(self._words(reply), tuple(accepted), refused)

    def _mail_from(self, envelope_from: str, raw: bytes, international: bool) -> bytes:
        path = self._path(envelope_from) if envelope_from else b"<>"
        line = b"MAIL FROM:" + path
        if "SIZE" in self.extensions:
            if 0 < self.max_size < len(raw):
                raise ServerRefused(
                    f"the server takes mails of {self.max_size} bytes",
                    response_code="552",
                )
            line += b" SIZE=%d" % len(raw)
        if not raw.isascii():
            if "8BITMIME" not in self.extensions:
                raise CapabilityMissing("8BITMIME")
            line += b" BODY=8BITMIME"
        if international:
            if SMTPUTF8 not in self.extensions:
                raise missing_smtputf8()
            line += b" SMTPUTF8"
        return line

    def _path(self, address: str) -> bytes:
        """``<local@domain>``; the domain in its ASCII form (RFC 5890)."""
        data = checked_text(address)
        local, at, domain = address.rpartition("@")
        if not local or not at or not domain or re.search(rb"[<> ]", data):
            raise InvalidArgument("not a mail address")
        try:
            domain = domain if domain.isascii() else domain.encode("idna").decode()
        except UnicodeError as err:
            raise InvalidArgument("not a mail domain") from err
        return f"<{local}@{domain}>".encode()

    def _recipients(self, recipients, paths) -> tuple[list[str], dict[str, str]]:
        accepted: list[str] = []
        refused: dict[str, str] = {}
        last: ServerRefused | None = None
        for address, path in zip(recipients, paths, strict=True):
            try:
                reply = self._command(b"RCPT TO:" + path)
                self._expect(reply, 250, 251, 252)
                accepted.append(address)
            except ServerRefused as err:
                refused[address] = err.detail
                last = err
        if not accepted and last is not None:
            last.facts = refused
            raise last
        return accepted, refused

    def _write_content(self, raw: bytes) -> None:
        """Everything but the final dot, so that a failure in here is known to have
        left the mail undelivered."""
        content = _LINE_END.sub(b"\r\n", raw)
        if not content.endswith(b"\r\n"):
            content += b"\r\n"
        if content.startswith(b"."):
            content = b"." + content
        content = content.replace(b"\r\n.", b"\r\n..")
        for start in range(0, len(content), CHUNK):
            self._stream.send_block(content[start : start + CHUNK])

    def _final_dot(self) -> Reply:
        self._stream.bound(FINAL_DOT_TIMEOUT)
        silence, self._stream.read_timeout = (
            self._stream.read_timeout,
            FINAL_DOT_TIMEOUT,
        )
        try:
            self._stream.send_line(b".")
            reply = self._read_reply()
        finally:
            self._stream.read_timeout = silence
        self._expect(reply, 250)
        return reply

    @property
    def max_size(self) -> int:
        """Bytes that a mail may have (RFC 1870); 0 where the server does not say."""
        most = self.extensions.get("SIZE", "").split()[:1]
        return int(most[0]) if most and most[0].isdecimal() else 0

    def _forget_mail(self) -> None:
        """RSET after a refusal, so that the session can be used again."""
        try:
            if not self.closed:
                self._expect(self._command(b"RSET"), 250)
        except MailError:
            self.close()

    # -- commands and replies -------------------------------------------------

    def noop(self) -> None:
        self._expect(self._command(b"NOOP"), 250)

    def _command(self, line: bytes) -> Reply:
        checked(line)  # before the connection is touched, hence still usable
        self._stream.bound(self._command_timeout)
        try:
            self._stream.send_line(line)
            return self._read_reply()
        except BaseException:
            self.close()
            raise

    def _read_reply(self) -> Reply:
        lines: list[bytes] = []
        while True:
            match = _REPLY.match(self._stream.read_line(MAX_REPLY_LINE))
            if not match:
                raise ProtocolError("a reply that cannot be read")
            code, separator, text = match.groups()
            lines.append(text)
            if separator != b"-":
                return Reply(int(code), tuple(lines))
            if len(lines) > MAX_REPLY_LINES:
                raise LimitExceeded(f"a reply of more than {MAX_REPLY_LINES} lines")

    def _expect(self, reply: Reply, *codes: int) -> None:
        if reply.code not in codes:
            raise self._refused(reply)

    def _refused(self, reply: Reply) -> MailError:
        words = self._words(reply)
        if reply.code == 421:
            # the server closes behind this one (RFC 5321 3.8)
            self.close()
            error = ServerRefused(words, response_code="421", retry=True)
            error.connection_usable = False
            return error
        if reply.code < 400:
            self.close()
            return ProtocolError(words)
        if reply.code in _NEEDS_TLS and not self.authenticated:
            code = "auth_needs_tls" if self.tls is None else "auth_failed"
            return AuthError(words, code=code)
        return ServerRefused(
            words, response_code=str(reply.code), retry=reply.code < 500
        )

    def _words(self, reply: Reply) -> str:
        return masked(f"{reply.code} {reply.text}", self._secrets)

    # -- ending ---------------------------------------------------------------

    def quit(self) -> None:
        """The same as :meth:`end`."""
        self.end()

    def _say_goodbye(self) -> None:
        self._command_timeout = min(GOODBYE_TIMEOUT, self._command_timeout)
        self._command(b"QUIT")
