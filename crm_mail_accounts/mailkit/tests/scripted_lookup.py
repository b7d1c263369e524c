"""A DNS and a web that answer what a test says, and remember what they were asked."""

from __future__ import annotations

from mailkit.errors import NetworkError
from mailkit.lookup import HttpAnswer, MxRecord, SrvRecord


class Clock:
    """Stands still, except where somebody takes their time."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class ScriptedDns:
    """``mx`` and ``srv`` map names to records as tuples, or to an error."""

    def __init__(self, mx=None, srv=None, *, clock=None, seconds=0.0):
        self._answers = {
            **{("MX", name): answer for name, answer in (mx or {}).items()},
            **{("SRV", name): answer for name, answer in (srv or {}).items()},
        }
        self._clock, self._seconds = clock, seconds
        self.asked: list[tuple[str, str]] = []
        self.timeouts: list[float] = []

    def __call__(self, name, kind, timeout):
        self.asked.append((kind, name))
        self.timeouts.append(timeout)
        if self._clock:
            self._clock.now += min(self._seconds, timeout)
        answer = self._answers.get((kind, name), ())
        if isinstance(answer, Exception):
            raise answer
        shape = MxRecord if kind == "MX" else SrvRecord
        return [shape(*record) for record in answer]


class ScriptedWeb:
    """Maps URLs without their query to a body, an :class:`HttpAnswer` or an error;
    every other one is a host that does not exist."""

    def __init__(self, pages=None, *, clock=None, seconds=0.0):
        self._pages = pages or {}
        self._clock, self._seconds = clock, seconds
        self.asked: list[str] = []
        self.timeouts: list[float] = []

    def __call__(self, url, timeout):
        self.asked.append(url)
        self.timeouts.append(timeout)
        if self._clock:
            self._clock.now += min(self._seconds, timeout)
        answer = self._pages.get(url.partition("?")[0])
        if answer is None:
            raise NetworkError("no such name", code="host_unknown")
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, HttpAnswer) else HttpAnswer(200, "", answer)


def config(incoming="", outgoing="", *, domain="company.example") -> bytes:
    """A configuration file around the given servers; the usual ones by default."""
    incoming = incoming or server("imap", "imap.company.example", 993)
    outgoing = outgoing or server("smtp", "smtp.company.example", 465)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<clientConfig version="1.1">\n'
        f'<emailProvider id="{domain}"><domain>{domain}</domain>\n'
        f"{incoming}{outgoing}</emailProvider></clientConfig>"
    ).encode()


def server(
    kind,
    host,
    port,
    security="SSL",
    *,
    username="%EMAILADDRESS%",
    authentication=("password-cleartext",),
) -> str:
    tag = "outgoingServer" if kind == "smtp" else "incomingServer"
    ways = "".join(f"<authentication>{way}</authentication>" for way in authentication)
    return (
        f'<{tag} type="{kind}"><hostname>{host}</hostname><port>{port}</port>'
        f"<socketType>{security}</socketType><username>{username}</username>{ways}"
        f"</{tag}>\n"
    )
