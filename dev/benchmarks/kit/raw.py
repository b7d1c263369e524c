"""A client that does nothing but send commands and count what comes back.

The floor of a benchmark: the same exchange, nothing parsed, nothing stored.
"""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass

from .servers import mail_server

STATUS = (
    'LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ))'
)
"""The numbers of all folders in one answer (RFC 5819)."""
TAIL = 4096
"""Bytes in which the last line of an answer has its place."""


@dataclass
class Exchange:
    """One command: ``answer`` is all that came, up to and with the tagged line."""

    answer: bytes
    sent: int
    seconds: float

    @property
    def received(self) -> int:
        return len(self.answer)


class RawImap:
    """A connection, logged in; a context manager.

    ``port`` is one of a plain listener on the loopback (the proxy's); without it the
    live server is reached by TLS.
    """

    def __init__(self, user: str, port: int | None = None):
        mail = mail_server()
        address = (mail["host"], port or mail["ports"]["imaps"])
        self._socket = socket.create_connection(address, timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if port is None:
            context = ssl.create_default_context(cafile=mail["ca_file"])
            self._socket = context.wrap_socket(
                self._socket, server_hostname=mail["host"]
            )
        self._count = 0
        self._greeting()
        self.command(f'LOGIN "{user}" "{mail["password"]}"')

    def _greeting(self) -> None:
        data = b""
        while not data.endswith(b"\r\n"):
            data += self._socket.recv(4096)

    def command(self, line: str | bytes) -> Exchange:
        """Send a command and wait for its end.

        :raises ConnectionError: it was refused, or the server hung up
        """
        if isinstance(line, str):
            line = line.encode()
        self._count += 1
        tag = b"r%d" % self._count
        data = tag + b" " + line + b"\r\n"
        started = time.perf_counter()
        self._socket.sendall(data)
        blocks: list[bytes] = []
        tail = b"\r\n"
        while not (tail.endswith(b"\r\n") and b"\r\n" + tag + b" " in tail):
            block = self._socket.recv(1 << 18)
            if not block:
                raise ConnectionError("the server hung up")
            blocks.append(block)
            tail = (tail + block)[-TAIL:]
        seconds = time.perf_counter() - started
        answer = b"".join(blocks)
        last = answer.rstrip(b"\r\n").rpartition(b"\r\n")[2]
        if not last.upper().startswith(tag.upper() + b" OK"):
            raise ConnectionError(last.decode("latin-1"))
        return Exchange(answer, len(data), seconds)

    def __enter__(self) -> RawImap:
        return self

    def __exit__(self, *_exc) -> None:
        self._socket.close()


def median(values) -> float:
    return percentile(values, 50)


def percentile(values, percent: int) -> float:
    """The nearest-rank percentile of some values."""
    ordered = sorted(values)
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)]
