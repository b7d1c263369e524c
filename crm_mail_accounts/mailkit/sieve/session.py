"""A ManageSieve session: the scripts of one mailbox on its server (RFC 5804).

A name may hold any character that is no control character; a script is UTF-8.  Nothing
that a script does happens before it is active, and one script is active at a time.

A referral is not followed: it would carry the password to a host that nobody chose.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from ..errors import (
    AuthError,
    InvalidArgument,
    LimitExceeded,
    ProtocolError,
    ServerRefused,
)
from ..limits import GOODBYE_TIMEOUT, MAX_SIEVE_LINES, MAX_SIEVE_SCRIPT
from ..sasl import token_answers, token_mechanism, token_refusal
from ..session import Session
from ..stream import checked_text
from ..trace import masked
from ..values import Credentials, Endpoint
from .replies import (
    Line,
    Reply,
    Word,
    expect_string,
    login_refusal,
    read_line,
    refusal,
    verdict,
)

MAX_NAME = 512
"""Bytes of a script's name; RFC 5804 1.6 asks servers for 128 characters."""


@dataclass(frozen=True)
class Scripts:
    """``active`` is one of ``names``, or ``""``."""

    names: tuple[str, ...]
    active: str


class SieveSession(Session):
    """One connection.  Use :meth:`open`, or the steps one by one for a test."""

    def __init__(self, sock, endpoint: Endpoint, **options):
        super().__init__(sock, endpoint, **options)
        self.capabilities: dict[str, str] = {}
        """What the server told: keyword in capitals to its value."""
        self._secrets: tuple[str, ...] = ()

    @property
    def extensions(self) -> frozenset[str]:
        """What may stand behind ``require`` (RFC 5228 6.1), in lower case."""
        return frozenset(self.capabilities.get("SIEVE", "").lower().split())

    # -- greeting, capabilities, STARTTLS --------------------------------------

    def greet(self) -> None:
        """Read the capabilities, with which the server begins by itself."""
        self._stream.bound(self._connect_timeout)
        try:
            # a TLS alert or another protocol's greeting has no end to wait for
            if self._stream.peek(1)[:1].upper() not in (b'"', b"{", b"I", b"O", b"B"):
                raise ProtocolError("the greeting is not ManageSieve's")
            reply = self._read_capabilities()
        except (ProtocolError, LimitExceeded) as err:
            self.close()
            raise ProtocolError(err.detail, code="not_sieve") from err
        except BaseException:
            self.close()
            raise
        if not reply.ok:
            self.close()
            raise refusal(reply, self._words(reply))
        if "SIEVE" not in self.capabilities:
            self.close()
            raise ProtocolError("the greeting names no Sieve", code="not_sieve")

    def _read_capabilities(self) -> Reply:
        self.capabilities = {}
        lines, reply = self._response()
        for line in lines:
            name = expect_string(line, lambda: "a capability without a name")
            value = line[1] if len(line) > 1 else b""
            if isinstance(value, Word):
                value = value.encode("latin-1")
            known = name.decode("utf-8", "replace").upper()
            self.capabilities[known] = value.decode("utf-8", "replace").strip()
        return reply

    def _offers_tls(self) -> bool:
        return "STARTTLS" in self.capabilities

    def _ask_for_tls(self) -> None:
        _lines, reply = self._command(b"STARTTLS")
        if not reply.ok:
            raise self._no_tls(self._words(reply))

    def _begin_again(self) -> None:
        """The server tells its capabilities once more, unasked (RFC 5804 2.2)."""
        self._guarded(self._expect_capabilities)

    def _expect_capabilities(self) -> None:
        self._stream.bound(self._connect_timeout)
        reply = self._read_capabilities()
        if not reply.ok:
            raise refusal(reply, self._words(reply))

    # -- login -----------------------------------------------------------------

    def login(self, credentials: Credentials) -> None:
        """One attempt: AUTHENTICATE PLAIN, or a token's mechanism."""
        user, password = credentials.username, credentials.password
        token = credentials.access_token
        for text in (user, password, token):
            checked_text(text)
        offered = self.capabilities.get("SASL", "").upper().split()
        mechanism = token_mechanism(offered) if token else "PLAIN"
        if mechanism not in offered:
            needs_tls = self.tls is None and "STARTTLS" in self.capabilities
            code = "auth_needs_tls" if needs_tls else "auth_not_offered"
            raise AuthError("no mechanism in common", code=code)
        if token:
            answers = token_answers(mechanism, user, token, self.endpoint)
        else:
            answers = [f"\0{user}\0{password}".encode()]
        encoded = [base64.b64encode(answer) for answer in answers]
        self._secrets = (password, token, encoded[0].decode())
        heard, reply = self._authenticate(mechanism, encoded)
        if reply.ok:
            self.authenticated = True
            return
        if token and reply.code not in ("TRYLATER", "REFERRAL"):
            raise token_refusal(heard, self._words(reply), self._secrets)
        raise login_refusal(reply, self._words(reply), secure=self.tls is not None)

    def _authenticate(self, mechanism: str, answers: list[bytes]):
        """``(challenges, reply)``; more challenges than answers are cancelled."""
        heard: list[bytes] = []
        rest = [*answers[1:], b"*"]
        self._stream.bound(self._command_timeout)

        def talk() -> Reply:
            self._send_with(
                b'AUTHENTICATE "%s"' % mechanism.encode("ascii"), answers[0]
            )
            while True:
                line = read_line(self._stream)
                reply = verdict(line)
                if reply is not None:
                    return reply
                heard.append(expect_string(line, lambda: "a challenge of words"))
                if not rest:
                    raise ProtocolError("a login without end")
                self._send_with(b"", rest.pop(0))

        reply = self._guarded(talk)
        if reply.ok and reply.code == "SASL":
            # none of the mechanisms here has data with success
            self.close()
            raise ProtocolError("a login with more data than it has")
        return heard, reply

    def _send_with(self, command: bytes, text: bytes) -> None:
        """``text`` is base64: a token may be longer than a quoted string may."""
        if len(text) < 900:
            line = b'%s "%s"' % (command, text)
            self._stream.send_line(line.lstrip())
        else:
            self._stream.send_line((b"%s {%d+}" % (command, len(text))).lstrip())
            self._stream.send_block(text + b"\r\n")

    # -- scripts ---------------------------------------------------------------

    def scripts(self) -> Scripts:
        """LISTSCRIPTS."""
        lines, _reply = self._expect(b"LISTSCRIPTS")
        names, active = [], ""
        for line in lines:
            name = expect_string(line, lambda: "a script without a name")
            text = name.decode("utf-8", "replace")
            names.append(text)
            if any(isinstance(one, Word) and one.upper() == "ACTIVE" for one in line):
                active = text
        return Scripts(tuple(names), active)

    def get(self, name: str) -> bytes:
        """:raises ServerRefused: ``script_missing``"""
        lines, _reply = self._expect(b"GETSCRIPT", name)
        if not lines:
            raise ProtocolError("a script that was not sent")
        return expect_string(lines[0], lambda: "a script of words")

    def check(self, script: bytes) -> str:
        """Whether the server would take a script, without storing it.

        A server without CHECKSCRIPT (before version 1.0 of the protocol) is not asked.

        :return: its warnings
        :raises ServerRefused: ``script_refused``; its detail names the line
        """
        if "VERSION" not in self.capabilities:
            return ""
        return self._store(b"CHECKSCRIPT", None, script)

    def put(self, name: str, script: bytes) -> str:
        """PUTSCRIPT: all or nothing; a script that is active is active at once.

        :return: the server's warnings
        :raises ServerRefused: ``script_refused``, ``sieve_quota``
        """
        return self._store(b"PUTSCRIPT", name, script)

    def _store(self, command: bytes, name: str | None, script: bytes) -> str:
        if len(script) > MAX_SIEVE_SCRIPT:
            raise LimitExceeded(f"a script of {len(script)} bytes")
        try:
            _lines, reply = self._expect(command, name, script)
        except ServerRefused as error:
            if not error.response_code and error.connection_usable:
                error.code = "script_refused"
            raise
        return self._words(reply) if reply.code == "WARNINGS" else ""

    def has_space(self, name: str, size: int) -> None:
        """:raises ServerRefused: ``sieve_quota``"""
        if type(size) is not int or size < 0:
            raise InvalidArgument("not a size")
        self._expect(b"HAVESPACE", name, tail=b" %d" % size)

    def activate(self, name: str) -> None:
        """SETACTIVE; ``""`` for none."""
        self._expect(b"SETACTIVE", name)

    def delete(self, name: str) -> None:
        """DELETESCRIPT; an active script cannot be deleted.

        :raises ServerRefused: ``script_missing``
        """
        self._expect(b"DELETESCRIPT", name)

    # -- commands and answers --------------------------------------------------

    def _say_goodbye(self) -> None:
        self._command_timeout = min(GOODBYE_TIMEOUT, self._command_timeout)
        self._command(b"LOGOUT")

    def _expect(
        self,
        command: bytes,
        name: str | None = None,
        script: bytes | None = None,
        tail: bytes = b"",
    ) -> tuple[list[Line], Reply]:
        lines, reply = self._command(command, name, script, tail)
        if not reply.ok:
            if reply.status == "BYE":
                self.close()
            raise refusal(reply, self._words(reply))
        return lines, reply

    def _command(
        self,
        command: bytes,
        name: str | None = None,
        script: bytes | None = None,
        tail: bytes = b"",
    ) -> tuple[list[Line], Reply]:
        # before the connection is touched, hence still usable
        line = command + (b"" if name is None else b" " + quoted(name)) + tail
        self._stream.bound(self._command_timeout)

        def talk():
            if script is None:
                self._stream.send_line(line)
            else:
                self._stream.send_line(line + b" {%d+}" % len(script))
                self._stream.send_block(script + b"\r\n")
            return self._response()

        return self._guarded(talk)

    def _response(self) -> tuple[list[Line], Reply]:
        lines: list[Line] = []
        while True:
            line = read_line(self._stream)
            reply = verdict(line)
            if reply is not None:
                return lines, reply
            if len(lines) >= MAX_SIEVE_LINES:
                raise LimitExceeded(f"an answer of more than {MAX_SIEVE_LINES} lines")
            if line:
                lines.append(line)

    def _guarded(self, talk):
        """What fails halfway leaves the two sides out of step: the connection ends."""
        try:
            return talk()
        except BaseException:
            self.close()
            raise

    def _words(self, reply: Reply) -> str:
        text = reply.text or reply.code or reply.status
        return masked(text.replace("\r\n", " "), self._secrets, limit=500)


def quoted(name: str) -> bytes:
    """A script's name as a quoted string.

    :raises InvalidArgument: control characters, or longer than a name may be
    """
    data = checked_text(name)
    if len(data) > MAX_NAME:
        raise InvalidArgument("a script's name of that length")
    escaped = data.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return b'"%s"' % escaped
