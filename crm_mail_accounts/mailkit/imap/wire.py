"""The command engine: one tagged command at a time over a :class:`Stream`.

Untagged responses are handed on as they come, so a window of a thousand mails
costs the memory of one.  States of a wire: idle; in a command (``_pending`` is its
tag); closed.  A consumer that stops reading in the middle leaves ``_pending`` set,
and the next command first reads the old one to its end.

What ends a command:

* tagged OK: the status is returned;
* tagged NO: :class:`errors.ServerRefused` with the response code, or another error
  where the text means one (``_judge``); the connection stays usable;
* tagged BAD: :class:`errors.ProtocolError`, still usable since both sides agree
  where the next command begins;
* BYE, a lost connection, a time or size limit, a tag that is not ours: the wire is
  closed, because nobody knows any more where the next response begins.

RFC 9051 sections 2.2, 4.3, 7; literals RFC 7888 and (binary) RFC 3516.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import (
    InvalidArgument,
    LimitExceeded,
    MailError,
    NetworkError,
    ProtocolError,
    ServerRefused,
)
from ..limits import (
    BANDWIDTH_PAUSE,
    COMMAND_TIMEOUT,
    GOODBYE_TIMEOUT,
    LONGEST_BACKOFF,
    MAX_COLLECTED,
    MAX_COMMAND_LINE,
    MAX_GREETING,
    MAX_RESPONSE,
)
from ..stream import Stream, checked
from ..trace import masked
from .quote import Argument, Literal

_LITERAL_MARK = re.compile(rb"\{(\d{1,19})\+?\}\Z")
_STATUS_LINE = re.compile(
    rb"(?:\*|[A-Za-z0-9]+) (?:OK|NO|BAD|BYE|PREAUTH)(?: |\Z)|\+", re.IGNORECASE
)
_STATUS = re.compile(
    rb"(OK|NO|BAD|BYE|PREAUTH)\b *(?:\[([^ \]]+)(?: ([^\]]*))?\])? ?(.*)",
    re.IGNORECASE | re.DOTALL,
)
_UNTAGGED = re.compile(rb"\* +(?:(\d{1,10}) +)?([^ \r\n]+) ?")
_USUAL_NAMES = {b"FETCH": "FETCH"}
_BACKOFF = re.compile(r"backoff time: *(\d+) *milliseconds", re.IGNORECASE)
_TOO_MANY = re.compile(
    r"too many (?:simultaneous )?(?:connections|sessions|logins)"
    r"|maximum number of (?:\w+ )*connections",
    re.IGNORECASE,
)
_BANDWIDTH = re.compile(r"exceeded .{0,40}bandwidth", re.IGNORECASE)
_TRANSIENT_CODES = frozenset(
    {"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "THROTTLED"}
)
"""RFC 5530 (and one provider's own): the same command may work later."""
_CODES = {
    "ALREADYEXISTS": "folder_exists",
    "HASCHILDREN": "folder_has_children",
    "NONEXISTENT": "folder_missing",
    "NOPERM": "not_permitted",
    "OVERQUOTA": "mailbox_full",
    "READ-ONLY": "folder_read_only",
    "TRYCREATE": "target_missing",
}
"""What a refusal's response code (RFC 5530, RFC 9051 7.1) means to our caller."""
_READING = frozenset(
    "AUTHENTICATE EXAMINE FETCH LIST LOGIN SEARCH SELECT STATUS".split()
)
"""Last words of the commands that fill no mailbox: Gmail answers OVERQUOTA to them
when the traffic of a day is used up."""
_MAX_RESPONSE_COST = 200
"""Bytes that a short response costs in Python beside its text."""


@dataclass(frozen=True, slots=True)
class Status:
    """A status response: ``kind`` OK, NO, BAD, BYE or PREAUTH; ``code`` in capitals
    and its ``arguments`` as sent; ``text`` for people."""

    kind: str
    code: str = ""
    arguments: bytes = b""
    text: str = ""


class Untagged(NamedTuple):
    """``* [number] NAME ...``: segments as :mod:`.tokens` reads them, from
    ``start`` on.

    A tuple, because one is made for each of a hundred thousand mails.
    """

    name: str
    number: int | None
    segments: Sequence[bytes]
    start: int = 0

    def __repr__(self) -> str:
        # what is in the segments is somebody's mail
        return f"Untagged(name={self.name!r}, number={self.number!r})"

    @property
    def text(self) -> bytes:
        """The first segment behind the name."""
        return self.segments[0][self.start :]

    @property
    def status(self) -> Status | None:
        if self.name in ("OK", "NO", "BAD", "BYE", "PREAUTH"):
            return read_status(self.segments[0][2:])
        return None


def read_status(text: bytes) -> Status:
    """A line from its OK/NO/... on."""
    match = _STATUS.match(text.lstrip(b" "))
    if not match:
        raise ProtocolError("a status response that cannot be read")
    kind, code, arguments, words = match.groups()
    return Status(
        kind=kind.decode("ascii").upper(),
        code=(code or b"").decode("latin-1").upper(),
        arguments=arguments or b"",
        text=words.decode("utf-8", "replace"),
    )


class Wire:
    """Commands and responses.  ``capabilities`` is set by the session."""

    def __init__(self, stream: Stream, *, command_timeout: float = COMMAND_TIMEOUT):
        self.stream = stream
        self.command_timeout = command_timeout
        self.capabilities: Collection[str] = frozenset()
        self.secrets: tuple[str, ...] = ()
        """Texts that must not be repeated by an error's detail."""
        self.on_untagged: Callable[[Untagged], None] | None = None
        """Sees every untagged response, also those of commands that ignore it."""
        self.throttled = 0
        """Answers by which the server said that it slows us down."""
        self._counter = 0
        self._pending: str | None = None
        self._ahead: tuple[str | None, list] | None = None
        """The command of ``_pending``, as long as nobody has read of its answer."""

    def close(self) -> None:
        self._pending = None
        self.stream.close()

    @property
    def closed(self) -> bool:
        return self.stream.closed

    # -- the four ways to use it ----------------------------------------------

    def greeting(self) -> Status:
        """The first line: OK or PREAUTH.  Another protocol's is told at once, even
        when it never ends its line."""
        try:
            start = self.stream.peek(2)[:2]
            if start != b"* ":
                raise ProtocolError("the greeting is not IMAP's", code="not_imap")
            line = self.stream.read_line(MAX_GREETING)
            status = read_status(line[2:])
        except LimitExceeded as err:
            self.close()
            raise ProtocolError("an endless greeting", code="not_imap") from err
        except ProtocolError as err:
            self.close()
            raise ProtocolError(err.detail, code="not_imap") from err
        except BaseException:
            self.close()
            raise
        if status.kind == "BYE":
            self.close()
            raise self._gone(status)
        if status.kind not in ("OK", "PREAUTH"):
            self.close()
            raise ProtocolError(self._words(status), code="not_imap")
        return status

    def command(
        self,
        name: str,
        *arguments: Argument,
        handler: Callable[[Untagged], None] | None = None,
        timeout: float | None = None,
    ) -> Status:
        """Run a command to its end; ``handler`` gets the untagged responses."""
        responses = self.responses(name, *arguments, timeout=timeout)
        while True:
            try:
                response = next(responses)
            except StopIteration as stop:
                return stop.value
            if handler is not None:
                handler(response)

    def collect(
        self, name: str, *arguments: Argument, timeout: float | None = None
    ) -> tuple[Status, list[Untagged]]:
        """Run a command and keep its untagged responses, ``MAX_COLLECTED`` at most."""
        kept: list[Untagged] = []
        size = 0

        def keep(response: Untagged) -> None:
            nonlocal size
            size += _MAX_RESPONSE_COST + sum(map(len, response.segments))
            if size > MAX_COLLECTED:
                self.close()
                raise LimitExceeded("a command with too many untagged responses")
            kept.append(response)

        status = self.command(name, *arguments, handler=keep, timeout=timeout)
        return status, kept

    def responses(
        self,
        name: str,
        *arguments: Argument,
        keep: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[Untagged]:
        """Run a command and yield its untagged responses; the status is the
        generator's value.  Nothing is sent before the first ``next()``.

        ``keep`` cuts literals off; they are read whole all the same.
        """
        segments = self._segments(name, arguments)
        early: list[Untagged] = []
        if self._ahead != (self._pending, segments):
            early = self._begin(segments, timeout)
        self._ahead = None
        tag = self._pending
        self.stream.bound(timeout or self.command_timeout)
        while True:
            response = early.pop(0) if early else self._next(keep)
            if isinstance(response, Untagged):
                yield response
                if self._pending != tag:
                    raise RuntimeError("another command has been sent meanwhile")
                continue
            if isinstance(response, bytes):
                self.close()
                raise ProtocolError("a continuation that nobody asked for")
            return self._judge(response, name)

    def send_ahead(self, name: str, *arguments: Argument) -> None:
        """Send a command without literals now; :meth:`responses` of the same command,
        if it is the next one, then only reads.

        So the server works while we do something else.  Any other command reads the
        answer to its end and forgets it.
        """
        segments = self._segments(name, arguments)
        if len(segments) > 1:
            raise InvalidArgument("a literal cannot be sent ahead")
        self._begin(segments, None)
        self._ahead = (self._pending, segments)

    def authenticate(
        self,
        mechanism: str,
        answers: Sequence[bytes],
        *,
        heard: list[bytes] | None = None,
    ) -> Status:
        """AUTHENTICATE with ``answers`` to the server's challenges, in order.

        The first goes with the command where the server takes that (SASL-IR, RFC
        4959) and the line's length allows.  A challenge too many gets an empty
        answer once (XOAUTH2 explains a failure like that), then ``*`` (cancel).
        ``heard`` gets the challenges as they came, also when this raises.
        """
        encoded = [base64.b64encode(answer) for answer in answers] + [b"", b"*"]
        line = b"AUTHENTICATE " + checked(mechanism.encode("ascii"))
        if "SASL-IR" in self.capabilities and len(encoded[0]) < MAX_COMMAND_LINE // 2:
            line += b" " + (encoded.pop(0) or b"=")
        self._finish_pending()
        self.stream.bound(self.command_timeout)
        tag = self._new_tag()
        self._put(tag.encode() + b" " + line)
        while True:
            response = self._next(None)
            if isinstance(response, Status):
                return self._judge(response, "AUTHENTICATE")
            if isinstance(response, bytes):
                if heard is not None:
                    heard.append(response)
                if not encoded:
                    self.close()
                    raise ProtocolError("authentication without an end")
                self._put(encoded.pop(0))

    # -- idle (RFC 2177) ------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a command has been sent and not been answered."""
        return self._pending is not None

    def begin_idle(self) -> bool:
        """Send IDLE and wait for the server's consent; whether anything came before."""
        self._finish_pending()
        self.stream.bound(self.command_timeout)
        self._put(self._new_tag().encode("ascii") + b" IDLE")
        return bool(self._wait_for_leave(b"IDLE"))

    def read_idle(self, seconds: float) -> bool:
        """Wait so long at most; whether anything came, and read all that is there."""
        came = False
        try:
            while self.stream.wait(0 if came else seconds):
                self.stream.bound(self.command_timeout)
                response = self._next(0)
                if isinstance(response, Status):
                    # the server has had enough of it
                    raise NetworkError("IDLE ended by itself")
                came = True
        except BaseException:
            self.close()
            raise
        return came

    def end_idle(self, seconds: float) -> bool:
        """DONE, which must be answered; whether anything came before the answer."""
        self.stream.bound(seconds)
        self._put(b"DONE")
        came = False
        while True:
            response = self._next(0)
            if isinstance(response, Status):
                self._judge(response, "IDLE")
                return came
            came = came or isinstance(response, Untagged)

    # -- sending --------------------------------------------------------------

    def _begin(self, segments, timeout: float | None) -> list[Untagged]:
        self._finish_pending()
        self.stream.bound(timeout or self.command_timeout)
        return self._send(self._new_tag(), segments)

    def _new_tag(self) -> str:
        self._counter += 1
        self._pending = f"A{self._counter}"
        return self._pending

    def _segments(
        self, name: str, arguments: Sequence[Argument]
    ) -> list[tuple[bytes, Literal | None]]:
        """Lines, each with the literal behind it; checked before a byte is sent,
        because half a command cannot be taken back."""
        segments: list[tuple[bytes, Literal | None]] = []
        line = name.encode("ascii")
        total = 0
        for argument in arguments:
            line += b" "
            if isinstance(argument, Literal):
                if b"\0" in argument.content and not argument.binary:
                    raise InvalidArgument("NUL in a literal")
                size = len(argument.content)
                mark = "~" if argument.binary else ""
                plus = "+" if self._needs_no_leave(size) else ""
                line += f"{mark}{{{size}{plus}}}".encode("ascii")
                segments.append((checked(line), argument))
                total += len(line)
                line = b""
            else:
                line += argument
        segments.append((checked(line), None))
        if total + len(line) > MAX_COMMAND_LINE:
            error = LimitExceeded(
                f"a command line of more than {MAX_COMMAND_LINE} bytes"
            )
            error.connection_usable = True
            raise error
        return segments

    def _needs_no_leave(self, size: int) -> bool:
        """RFC 7888: LITERAL+ takes any size at once, LITERAL- small ones."""
        return "LITERAL+" in self.capabilities or (
            "LITERAL-" in self.capabilities and size <= 4096
        )

    def _send(self, tag: str, segments) -> list[Untagged]:
        """Send a command; returns untagged responses that came while the server
        was asked to take a literal."""
        early: list[Untagged] = []
        prefix = tag.encode("ascii") + b" "
        for line, literal in segments:
            self._put(prefix + line)
            prefix = b""
            if literal is None:
                continue
            if not line.endswith(b"+}"):
                early += self._wait_for_leave(segments[0][0])
            self._put(literal.content, block=True)
        return early

    def _wait_for_leave(self, line: bytes) -> list[Untagged]:
        early: list[Untagged] = []
        while True:
            response = self._next(None)
            if isinstance(response, bytes):
                return early
            if isinstance(response, Untagged):
                early.append(response)
                if len(early) > 1000:
                    self.close()
                    raise LimitExceeded("untagged responses instead of a go-ahead")
                continue
            self._judge(response, line.partition(b" ")[0].decode("ascii"))
            self.close()
            raise ProtocolError("a command that was answered before it was sent")

    def _put(self, data: bytes, *, block: bool = False) -> None:
        try:
            if block:
                self.stream.send_block(data)
            else:
                self.stream.send_line(data)
        except BaseException:
            self.close()
            raise

    # -- receiving ------------------------------------------------------------

    def _finish_pending(self) -> None:
        if self._pending is None:
            return
        self.stream.bound(self.command_timeout)
        while self._pending is not None:
            self._next(0)

    def _next(self, keep: int | None) -> Untagged | Status | bytes:
        """The next response: untagged, our tagged status, or a continuation's text.

        Anything that goes wrong here leaves the two sides out of step, so it
        closes the wire.
        """
        try:
            return self._read(keep)
        except BaseException:
            self.close()
            raise

    def _read(self, keep: int | None) -> Untagged | Status | bytes:
        segments = self._read_segments(keep)
        line = segments[0]
        if line.startswith(b"* "):
            match = _UNTAGGED.match(line)
            if not match:
                return Untagged("", None, segments, len(line))
            number, name = match.groups()
            untagged = Untagged(
                _USUAL_NAMES.get(name) or name.decode("latin-1").upper(),
                int(number) if number else None,
                segments,
                match.end(),
            )
            if self.on_untagged is not None:
                self.on_untagged(untagged)
            if untagged.name == "BYE":
                status = read_status(line[2:])
                if not self._logging_out:
                    raise self._gone(status)
            return untagged
        if line.startswith(b"+"):
            return line[1:].strip()
        tag, _space, rest = line.partition(b" ")
        if self._pending is None or tag != self._pending.encode("ascii"):
            raise ProtocolError("a response to a command that was not sent")
        status = read_status(rest)
        if status.kind not in ("OK", "NO", "BAD"):
            raise ProtocolError("a tagged response that is no verdict")
        self._pending = None
        return status

    _logging_out = False

    def logout(self) -> None:
        """LOGOUT, in which BYE is the polite answer; then close."""
        self._logging_out = True
        try:
            self.command("LOGOUT", timeout=min(GOODBYE_TIMEOUT, self.command_timeout))
        finally:
            self.close()

    def _read_segments(self, keep: int | None) -> list[bytes]:
        line = self.stream.read_line()
        # the text of a status response is for people and may end in "{5}"
        if not line.endswith(b"}") or _STATUS_LINE.match(line):
            return [line]
        segments = [line]
        total = 0
        while True:
            mark = _LITERAL_MARK.match(line, line.rfind(b"{"))
            if not mark:
                return segments
            size = int(mark.group(1))
            total += size + len(line)
            if total > MAX_RESPONSE:
                raise LimitExceeded(f"a response of more than {MAX_RESPONSE} bytes")
            segments.append(self.stream.read_block(size, keep=keep))
            line = self.stream.read_line()
            segments.append(line)
            if not line.endswith(b"}"):
                return segments

    # -- judging --------------------------------------------------------------

    def _words(self, status: Status) -> str:
        code = f"[{status.code}] " if status.code else ""
        return masked(code + status.text, self.secrets)

    def _gone(self, status: Status) -> NetworkError:
        error = NetworkError(f"the server said goodbye: {self._words(status)}")
        error.retry_after = _retry_after(status.text)
        return error

    def _judge(self, status: Status, name: str) -> Status:
        if status.kind == "OK":
            if status.code == "THROTTLED" or status.text.endswith("[THROTTLED]"):
                self.throttled += 1  # Gmail: the command was done, slowly
            return status
        words = self._words(status)
        wait = _retry_after(status.text)
        if "authenticated but not connected" in status.text.lower():
            # Exchange Online: the session is dead, a new one works
            self.close()
            raise NetworkError(words)
        busy = wait is not None or bool(_TOO_MANY.search(status.text))
        if status.kind == "NO" or busy:
            if status.code == "OVERQUOTA" and name.split()[-1] in _READING:
                busy, wait = True, wait or BANDWIDTH_PAUSE
            retry = busy or status.code in _TRANSIENT_CODES
            raise ServerRefused(
                words,
                code="server_busy" if retry else _CODES.get(status.code),
                response_code=status.code or ("THROTTLED" if busy else ""),
                retry=retry,
                retry_after=wait,
            )
        error: MailError = ProtocolError(f"{name}: {words}")
        error.connection_usable = True
        raise error


def _retry_after(text: str) -> float | None:
    """Seconds, from Exchange Online's "Suggested Backoff Time: N milliseconds" or
    Gmail's "exceeded command or bandwidth limits"."""
    found = _BACKOFF.search(text)
    if found:
        return min(int(found.group(1)[:12]) / 1000, LONGEST_BACKOFF)
    return BANDWIDTH_PAUSE if _BANDWIDTH.search(text) else None
