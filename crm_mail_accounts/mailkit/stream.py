"""Bytes of a connection: lines and counted blocks, within time and size.

IMAP, SMTP, POP3 and ManageSieve all sit on this.  It never opens a socket; it
owns the one it was given and its buffer, so that nothing is lost when the reader
of one part hands over to the next one, and so that :meth:`Stream.start_tls` can
refuse bytes that somebody slipped in behind the answer to STARTTLS.

Time is bounded twice: ``read_timeout`` is the longest silence, the deadline of
:meth:`Stream.bound` is the end of the step, however steadily the server drips.

:meth:`Stream.send_line` is the last gate of every command line: no control
character passes, so a line is one line whatever it was built from.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from . import net
from .errors import InvalidArgument, LimitExceeded, NetworkError, TlsError
from .limits import CHUNK, CONNECT_TIMEOUT, MAX_LINE, MAX_LITERAL, READ_TIMEOUT
from .trace import Trace
from .values import Endpoint, TlsFacts

if TYPE_CHECKING:
    import socket

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


def checked(value: bytes) -> bytes:
    """The argument validator: ``value`` if no byte of it is a control character.

    CR and LF would end the command and begin another one of the sender's choice,
    NUL is forbidden everywhere (RFC 9051 section 9, RFC 5321 4.1.2), the others
    have no business in a name.  The error never repeats the value.
    """
    found = _CONTROL.search(value)
    if found:
        raise InvalidArgument(f"control character 0x{value[found.start()]:02x}")
    return value


def checked_text(text: str) -> bytes:
    """The UTF-8 of ``text``, :func:`checked`; half characters (lone surrogates, as
    the decoding of broken mail leaves them) are refused too."""
    try:
        return checked(text.encode("utf-8"))
    except UnicodeEncodeError:
        # "from None": the library's error holds the text
        raise InvalidArgument("a text that cannot be encoded") from None


class Stream:
    """A connection read by lines and blocks and written by lines and blocks."""

    def __init__(
        self,
        sock: socket.socket,
        *,
        read_timeout: float = READ_TIMEOUT,
        trace: Trace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._sock: socket.socket | None = sock
        self.read_timeout = read_timeout
        self.crlf = True
        """Whether the line read last ended in CRLF, as it should."""
        self._trace = trace
        self._clock = clock
        self._deadline: float | None = None
        self._data = b""
        self._at = 0
        self._quickack = net.can_acknowledge_quickly(sock)

    # -- state ----------------------------------------------------------------

    @property
    def closed(self) -> bool:
        return self._sock is None

    @property
    def tls(self) -> TlsFacts | None:
        return net.tls_facts(self._sock) if self._sock else None

    def bound(self, seconds: float | None) -> None:
        """From now on everything must be over within ``seconds``; ``None``: only
        silence is bounded."""
        self._deadline = None if seconds is None else self._clock() + seconds

    def peer(self) -> net.Address:
        return net.peer(self._open_socket())

    def local_address(self) -> str:
        """The IP address of our own end (for the greeting of SMTP)."""
        try:
            return str(self._open_socket().getsockname()[0]).partition("%")[0]
        except OSError as err:
            raise net.translated(err, "connecting") from err

    def close(self) -> None:
        """Never raises; everything afterwards is ``connection_lost``."""
        sock, self._sock = self._sock, None
        self._data, self._at = b"", 0
        if sock is not None:
            try:
                sock.close()
            except OSError:
                return  # it is gone either way

    def start_tls(
        self,
        endpoint: Endpoint,
        *,
        timeout: float = CONNECT_TIMEOUT,
        again: Callable[[], socket.socket] | None = None,
    ) -> None:
        """Continue in TLS.  Bytes that are already here came in plain text behind
        the answer to STARTTLS, so nobody vouches for them: the connection ends."""
        sock = self._open_socket()
        if self._at < len(self._data):
            self.close()
            raise TlsError("data in plain text behind the answer to STARTTLS")
        self._data, self._at = b"", 0
        self._sock = None
        self._sock = net.start_tls(sock, endpoint, timeout=timeout, again=again)

    def release(self) -> socket.socket:
        """Give the socket away, for the handshake that only reads a certificate."""
        sock = self._open_socket()
        self._sock = None
        return sock

    def _open_socket(self) -> socket.socket:
        if self._sock is None:
            raise NetworkError("the connection is closed")
        return self._sock

    # -- reading --------------------------------------------------------------

    def peek(self, size: int) -> bytes:
        """At least ``size`` bytes without consuming them (fewer only at the end)."""
        while len(self._data) - self._at < size:
            try:
                chunk = self._receive()
            except NetworkError as err:
                if err.code == "connection_lost" and self._at < len(self._data):
                    break
                raise
            self._data = self._data[self._at :] + chunk
            self._at = 0
        return self._data[self._at :]

    def wait(self, seconds: float) -> bool:
        """Whether there is something to read within so long; nothing is consumed.

        :raises NetworkError: ``connection_lost`` when the other side has closed
        """
        if self._at < len(self._data):
            return True
        sock = self._open_socket()
        try:
            # 0 would make the socket non-blocking, which TLS reports differently
            sock.settimeout(max(seconds, 0.001))
            chunk = sock.recv(CHUNK)
        except TimeoutError:
            return False
        except OSError as err:
            raise net.translated(err, "waiting") from err
        if not chunk:
            raise NetworkError("waiting: the server closed the connection")
        self._data, self._at = chunk, 0
        return True

    def read_line(self, limit: int = MAX_LINE) -> bytes:
        """The next line without its end; a bare LF ends a line too."""
        end = self._data.find(b"\n", self._at)
        if end < 0:
            self._fill_line(limit)
            end = self._data.find(b"\n")
        if end - self._at > limit:
            raise LimitExceeded(f"a line of more than {limit} bytes")
        line = self._data[self._at : end]
        self._at = end + 1
        self.crlf = line.endswith(b"\r")
        if self.crlf:
            line = line[:-1]
        if self._trace is not None:
            self._trace.received(line)
        return line

    def _fill_line(self, limit: int) -> None:
        # chunks are joined once: a line that drips must not cost a copy per byte
        chunks = [self._data[self._at :]]
        size = len(chunks[0])
        while True:
            if size > limit:
                raise LimitExceeded(f"a line of more than {limit} bytes")
            chunk = self._receive()
            chunks.append(chunk)
            size += len(chunk)
            if b"\n" in chunk:
                break
        self._data, self._at = b"".join(chunks), 0

    def read_block(self, size: int, *, keep: int | None = None) -> bytes:
        """``size`` bytes, of which the first ``keep`` are returned.

        The announced size is the other side's word: memory is used as bytes
        arrive, never in advance.
        """
        if size > MAX_LITERAL:
            raise LimitExceeded(f"a literal of {size} bytes")
        if self._trace is not None:
            self._trace.received_block(size)
        end = self._at + size
        if end <= len(self._data):
            block = self._data[self._at : end]
            self._at = end
            return block if keep is None else block[:keep]
        keep = size if keep is None else keep
        chunks = [self._data[self._at :]]
        left = size - len(chunks[0])
        kept = len(chunks[0])
        self._data, self._at = b"", 0
        while left:
            chunk = self._receive()
            if len(chunk) > left:
                self._data, self._at = chunk, left
                chunk = chunk[:left]
            left -= len(chunk)
            if kept < keep:
                chunks.append(chunk)
                kept += len(chunk)
        block = b"".join(chunks)
        return block if len(block) <= keep else block[:keep]

    def read_content(
        self, split: Callable[[bytes], tuple[bytes, bytes | None]]
    ) -> Iterator[bytes]:
        """Content that ends by its own rule, in blocks as they arrive.

        ``split`` takes what has arrived and returns the content in it and, at the
        end, what lies behind it (else ``None``); that is left for the next reader.
        Whoever stops before the end is out of step with the server.
        """
        size = 0
        rest: bytes | None = None
        while rest is None:
            arrived = self._data[self._at :] or self._receive()
            self._data, self._at = b"", 0
            content, rest = split(arrived)
            size += len(content)
            if rest is not None:
                self._data = rest
                if self._trace is not None:
                    self._trace.received_block(size)
            if content:
                yield content

    def _receive(self) -> bytes:
        sock = self._open_socket()
        try:
            sock.settimeout(self._wait())
            if self._quickack:
                net.acknowledge_quickly(sock)
            chunk = sock.recv(CHUNK)
        except OSError as err:
            raise net.translated(err, "reading") from err
        if not chunk:
            raise NetworkError("reading: the server closed the connection")
        return chunk

    def _wait(self) -> float:
        if self._deadline is None:
            return self.read_timeout
        left = self._deadline - self._clock()
        if left <= 0:
            raise NetworkError("the server took too long in all", code="timeout")
        return min(left, self.read_timeout)

    # -- writing --------------------------------------------------------------

    def send_line(self, line: bytes) -> None:
        """One command line; refuses control characters (:func:`checked`)."""
        checked(line)
        if self._trace is not None:
            self._trace.sent(line)
        self._send(line + b"\r\n")

    def send_block(self, content: bytes) -> None:
        """Content that was announced by a size or that ends by its own rule."""
        if self._trace is not None:
            self._trace.sent_block(len(content))
        self._send(content)

    def _send(self, data: bytes) -> None:
        sock = self._open_socket()
        view = memoryview(data)
        try:
            for start in range(0, len(view), CHUNK):
                sock.settimeout(self._wait())
                sock.sendall(view[start : start + CHUNK])
        except OSError as err:
            raise net.translated(err, "sending") from err
