"""A server that does exactly what a script says: any bytes, cuts, stalls, lies.

    def script(peer):
        peer.send(b"* OK ready\r\n")
        peer.expect(b"A1 CAPABILITY")
        peer.send(b"* CAPABILITY IMAP4rev1\r\nA1 OK\r\n")

    with ScriptedServer(script) as server:
        ImapSession.open(server.endpoint())

Each connection runs the script in its own thread.  What the client sent is in
``server.received``.  A failed ``expect`` is an error of the test: leaving the
``with`` block raises it.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable

from .. import values

STALL = 60
"""Seconds of silence: a client that bears them has no bound of its own."""


class Cut(Exception):
    """Raised in a script to end its connection at once (RST, not a polite end)."""


class Peer:
    """The server's side of one connection."""

    def __init__(self, sock: socket.socket, server: ScriptedServer):
        self._sock = sock
        self._server = server
        self._buffer = b""

    @property
    def port(self) -> int:
        return self._server.port

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def drip(self, data: bytes, pause: float = 0.02) -> None:
        """One byte at a time, until the client has gone."""
        for index in range(len(data)):
            if self._server.stopping.wait(pause):
                return
            self._sock.sendall(data[index : index + 1])

    def line(self) -> bytes:
        """The client's next line without CRLF; ``Cut`` when it has gone."""
        while b"\r\n" not in self._buffer:
            chunk = self._sock.recv(65536)
            if not chunk:
                raise Cut
            self._server.note(chunk)
            self._buffer += chunk
        line, _end, self._buffer = self._buffer.partition(b"\r\n")
        return line

    def block(self, size: int) -> bytes:
        while len(self._buffer) < size:
            chunk = self._sock.recv(65536)
            if not chunk:
                raise Cut
            self._server.note(chunk)
            self._buffer += chunk
        block, self._buffer = self._buffer[:size], self._buffer[size:]
        return block

    def expect(self, start: bytes) -> bytes:
        """The next line, which must begin so (case counts)."""
        line = self.line()
        if not line.startswith(start):
            raise AssertionError(f"expected {start!r}, the client sent {line!r}")
        return line

    def command(self, name: bytes, reply: bytes = b"") -> tuple[bytes, bytes]:
        """An IMAP command of this name: answers ``reply`` and a tagged OK; returns
        tag and arguments."""
        tag, _space, rest = self.line().partition(b" ")
        if not rest.upper().startswith(name):
            raise AssertionError(f"expected {name!r}, the client sent {rest!r}")
        self.send(reply + tag + b" OK done\r\n")
        return tag, rest[len(name) :].strip()

    def stall(self) -> None:
        """Say nothing more, until the test ends; a client that waits for us for ever is
        an error of the test."""
        if not self._server.stopping.wait(STALL):
            raise AssertionError("the client waits as long as the server is silent")

    def wait_for_end(self) -> None:
        """Until the client closes."""
        while self._sock.recv(65536):
            pass

    def start_tls(self, certificate: str) -> None:
        """The server's side of a handshake."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._sock = context.wrap_socket(self._sock, server_side=True)
        self._server.keep(self._sock)

    def cut(self) -> None:
        raise Cut

    def close(self) -> None:
        self._sock.close()


class ScriptedServer:
    """Listens on a free port of 127.0.0.1; ``certificate`` means implicit TLS."""

    def __init__(
        self,
        script: Callable[[Peer], None],
        *,
        certificate: str | None = None,
        ca_file: str | None = None,
    ):
        self._script = script
        self._certificate = certificate
        self._ca_file = ca_file
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.received = bytearray()
        self.connections = 0
        self.errors: list[BaseException] = []
        self.stopping = threading.Event()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)

    def endpoint(
        self,
        security: values.Security | None = None,
        *,
        host: str = "localhost",
        verify_certificate: bool = True,
        pinned_sha256: str = "",
    ) -> values.Endpoint:
        if security is None:
            security = values.Security.NONE
            if self._certificate:
                security = values.Security.TLS
        return values.Endpoint(
            host,
            self.port,
            security,
            verify_certificate,
            self._ca_file,
            pinned_sha256=pinned_sha256,
        )

    def __enter__(self) -> ScriptedServer:
        self._acceptor.start()
        return self

    def __exit__(self, exc_type, exc, traceback) -> None:
        self.stop()
        if exc_type is None and self.errors:
            raise self.errors[0]

    def start(self) -> ScriptedServer:
        return self.__enter__()

    def stop(self) -> None:
        self.stopping.set()
        # shutdown wakes accept(), which close alone would not
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(STALL)
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(STALL)

    def wait_until(self, condition: Callable[[], bool], seconds: float = STALL) -> bool:
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                return False
            time.sleep(0.005)
        return True

    def note(self, data: bytes) -> None:
        self.received += data

    def keep(self, sock: socket.socket) -> None:
        self._sockets.append(sock)

    def _accept(self) -> None:
        while True:
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self.keep(sock)
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        peer = Peer(sock, self)
        try:
            # the client may have gone, or the script may have cut the connection
            with contextlib.suppress(OSError, Cut):
                if self._certificate:
                    peer.start_tls(self._certificate)
                self._script(peer)
        except BaseException as err:
            self.errors.append(err)
        finally:
            peer.close()
