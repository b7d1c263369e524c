"""A session with a mail server: what the protocols have in common.

IMAP, SMTP, POP3 and ManageSieve open a connection within bounds of time, are
greeted, may switch to TLS, log in and say goodbye.  A protocol says how it does
each of that; the order, the bounds and what makes STARTTLS safe are decided here.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from . import net
from .errors import MailError, NetworkError, TlsError
from .limits import COMMAND_TIMEOUT, CONNECT_TIMEOUT, READ_TIMEOUT
from .stream import Stream
from .trace import Trace
from .values import Credentials, Endpoint, Security, TlsFacts

if TYPE_CHECKING:
    import socket

Self = TypeVar("Self", bound="Session")


class Session(ABC):
    """One connection.  Use :meth:`open`, or the steps one by one for a test.

    As a context manager it ends politely, unless the two sides are out of step.
    """

    def __init__(
        self,
        sock: socket.socket,
        endpoint: Endpoint,
        *,
        trace: Trace | None = None,
        clock: Callable[[], float] = time.monotonic,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
        command_timeout: float = COMMAND_TIMEOUT,
    ):
        self.endpoint = endpoint
        self.authenticated = False
        self._connect_timeout = connect_timeout
        self._command_timeout = command_timeout
        self._stream = Stream(sock, read_timeout=read_timeout, trace=trace, clock=clock)

    # -- what a protocol says -------------------------------------------------

    @abstractmethod
    def greet(self) -> None:
        """Read the greeting and whatever the protocol begins with."""

    @abstractmethod
    def login(self, credentials: Credentials) -> None:
        """One attempt only: a second one would count twice towards a lock-out."""

    @abstractmethod
    def _offers_tls(self) -> bool:
        """Whether the server offers STARTTLS; asks it where it has not told."""

    @abstractmethod
    def _ask_for_tls(self) -> None:
        """STARTTLS up to the server's consent; raises :meth:`_no_tls` without."""

    @abstractmethod
    def _begin_again(self) -> None:
        """Behind STARTTLS: learn anew what the server offers, because before it
        anybody could have written that."""

    @abstractmethod
    def _say_goodbye(self) -> None:
        """LOGOUT or QUIT, within ``GOODBYE_TIMEOUT``."""

    def _own_options(self) -> dict:
        """What the protocol's constructor was given beside this one's arguments."""
        return {}

    # -- connecting -----------------------------------------------------------

    @classmethod
    def open(
        cls: type[Self],
        endpoint: Endpoint,
        credentials: Credentials | None = None,
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
        resolver: net.Resolver | None = None,
        **options,
    ) -> Self:
        """A connected session, logged in when there are credentials.

        ``options`` are the other arguments of the constructor.
        """
        sock = net.open_socket(
            endpoint,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            resolver=resolver,
        )
        try:
            session = cls(
                sock,
                endpoint,
                connect_timeout=connect_timeout,
                read_timeout=read_timeout,
                **options,
            )
        except BaseException:
            sock.close()
            raise
        try:
            session.greet()
            if endpoint.security is Security.STARTTLS:
                session.start_tls()
            if credentials is not None:
                session.login(credentials)
        except BaseException:
            session.close()
            raise
        return session

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, exc_type, exc, traceback) -> None:
        # after an error a goodbye would only wait for a server that is out of step
        if exc_type is None or (isinstance(exc, MailError) and exc.connection_usable):
            self.end()
        else:
            self.close()

    def set_limits(
        self, *, connect_timeout: float, read_timeout: float, command_timeout: float
    ) -> None:
        """Other bounds from the next command on (a test shares one total)."""
        self._connect_timeout = connect_timeout
        self._stream.read_timeout = read_timeout
        self._command_timeout = command_timeout

    @property
    def tls(self) -> TlsFacts | None:
        return self._stream.tls

    @property
    def closed(self) -> bool:
        return self._stream.closed

    # -- STARTTLS -------------------------------------------------------------

    def start_tls(self) -> None:
        """STARTTLS, which must be offered and accepted."""
        if not self._offers_tls():
            raise self._no_tls("STARTTLS is not offered")
        peer = self._stream.peer()
        self._ask_for_tls()
        self._stream.start_tls(
            self.endpoint,
            timeout=self._connect_timeout,
            again=lambda: self._ready_for_tls(peer),
        )
        self._begin_again()

    def _ready_for_tls(self, peer: net.Address) -> socket.socket:
        """A second connection up to STARTTLS, to read a refused certificate."""
        other = type(self)(
            net.connect([peer], timeout=self._connect_timeout),
            self.endpoint,
            connect_timeout=self._connect_timeout,
            read_timeout=self._connect_timeout,
            command_timeout=self._connect_timeout,
            **self._own_options(),
        )
        try:
            other.greet()
            other._ask_for_tls()
            return other._stream.release()
        except MailError as err:
            other.close()
            raise NetworkError("no second connection") from err

    def _no_tls(self, detail: str) -> TlsError:
        """The error to raise; the connection, still in plain text, is closed."""
        self.close()
        return TlsError(detail, code="tls_not_offered")

    # -- ending ---------------------------------------------------------------

    def end(self) -> None:
        """The polite end; never raises, and the connection is closed afterwards."""
        try:
            if not self.closed:
                self._say_goodbye()
        except MailError:
            return  # the other side was gone already
        finally:
            self.close()

    def close(self) -> None:
        self._stream.close()
