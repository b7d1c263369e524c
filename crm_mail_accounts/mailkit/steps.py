"""The steps of a connection test: timed, named, and stopped at the first failure."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from . import net
from .errors import MailError
from .limits import CONNECT_TIMEOUT, READ_TIMEOUT
from .session import Session
from .trace import Trace
from .values import Endpoint, Security, Step, TlsFacts

_LEAST = 0.05
"""Seconds that even a step at the very end of the time gets, so that it fails by
its own timeout and not by an invalid one."""

AnySession = TypeVar("AnySession", bound=Session)


@dataclass
class Running:
    """The step that is being done; set ``detail`` to what a person wants to know.

    ``left_out`` keeps a step that succeeded out of the list: there was nothing to do.
    """

    detail: str = ""
    note: str = ""
    left_out: bool = False

    def show_tls(self, facts: TlsFacts | None) -> None:
        """``TLSv1.3, CN=mail.example.com, 2027-01-31``: a person compares these."""
        if facts is not None:
            self.detail = facts.version
            if facts.certificate is not None:
                until = facts.certificate.not_after.strftime("%Y-%m-%d")
                self.detail += f", {facts.certificate.subject}, {until}"


def size_in_words(octets: int) -> str:
    """``1 GB``, ``34.2 MB``: at most one decimal, units of 1024."""
    size = float(octets)
    units = ["PB", "TB", "GB", "MB", "KB", "B"]
    while round(size, 1) >= 1024 and len(units) > 1:
        size /= 1024
        units.pop()
    return f"{size:.1f}".removesuffix(".0") + f" {units[-1]}"


class _Stopped(Exception):
    """A step failed; the error is in the list already."""


class Steps:
    """Collects steps in ``done``.  Around all of them use it as a context manager,
    which ends quietly when a step has failed."""

    def __init__(self, timeout: float, clock: Callable[[], float] = time.monotonic):
        self.clock = clock
        self._end = clock() + timeout
        self.done: list[Step] = []

    @property
    def left(self) -> float:
        """Seconds that remain for everything, never 0."""
        return max(self._end - self.clock(), _LEAST)

    def limits(self, *, reserve: float = 0) -> dict[str, float]:
        """The arguments of a session's ``set_limits`` for its next step, which must
        leave ``reserve`` seconds to those behind it."""
        left = max(self.left - reserve, _LEAST)
        return {
            "connect_timeout": min(CONNECT_TIMEOUT, left),
            "read_timeout": min(READ_TIMEOUT, left),
            "command_timeout": left,
        }

    def __enter__(self) -> Steps:
        return self

    def __exit__(self, exc_type, exc, traceback) -> bool:
        return exc_type is _Stopped

    @contextmanager
    def step(self, name: str, session: Session | None = None) -> Iterator[Running]:
        """What is done with a ``session`` is bounded by the time that is left."""
        running = Running()
        start = self.clock()
        try:
            if session is not None:
                session.set_limits(**self.limits())
            yield running
        except MailError as err:
            seconds = self.clock() - start
            self._add(name, False, seconds, running, err)
            raise _Stopped from err
        if not running.left_out:
            self._add(name, True, self.clock() - start, running)

    def _add(self, name, ok, seconds, running, error=None) -> None:
        self.done.append(Step(name, ok, seconds, running.detail, error, running.note))


@contextmanager
def connected(
    steps: Steps, endpoint: Endpoint, resolver: net.Resolver | None = None
) -> Iterator:
    """The steps that every protocol begins with: ``resolve``, ``connect`` and, for
    implicit TLS, ``tls``.  The socket is closed at the end."""
    with steps.step("resolve") as step:
        addresses = net.resolve(
            endpoint.host,
            endpoint.port,
            timeout=min(CONNECT_TIMEOUT, steps.left),
            resolver=net.resolver_of(endpoint, resolver),
        )
        step.detail = ", ".join(net.shown(address) for address in addresses)
    with steps.step("connect") as step:
        sock = net.connect(addresses, timeout=min(CONNECT_TIMEOUT, steps.left))
        step.detail = net.shown(net.peer(sock))
    try:
        if endpoint.security is Security.TLS:
            with steps.step("tls") as step:
                sock = net.secured(
                    sock, endpoint, timeout=min(CONNECT_TIMEOUT, steps.left)
                )
                step.show_tls(net.tls_facts(sock))
        yield sock
    finally:
        sock.close()


@contextmanager
def greeted(
    steps: Steps,
    kind: type[AnySession],
    endpoint: Endpoint,
    *,
    trace: Trace | None = None,
    resolver: net.Resolver | None = None,
) -> Iterator[AnySession]:
    """:func:`connected`, and ``greeting``; with STARTTLS ``tls`` comes behind it.
    At the end of all steps the session says goodbye."""
    with connected(steps, endpoint, resolver) as sock:
        session = kind(sock, endpoint, trace=trace, clock=steps.clock)
        try:
            with steps.step("greeting", session):
                session.greet()
            if endpoint.security is Security.STARTTLS:
                with steps.step("tls", session) as step:
                    session.start_tls()
                    step.show_tls(session.tls)
            yield session
            session.set_limits(**steps.limits())
            session.end()
        finally:
            session.close()
