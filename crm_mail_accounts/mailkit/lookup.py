"""What the DNS and a web server answer, and how one asks them.

The shapes that the doors (``net_dns``, ``net_http``) and ``discovery`` share.
``discovery`` is handed a :data:`Dns` and a :data:`Fetch`, so that its tests need no
network and a host may put its own rules in front.  Both end within the seconds that
they are given and raise nothing but :class:`errors.MailError`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SrvRecord:
    """RFC 2782. ``target`` is as published; ``"."`` means: not offered here."""

    priority: int
    weight: int
    port: int
    target: str


@dataclass(frozen=True)
class MxRecord:
    """RFC 5321 5.1. ``target`` ``"."`` means: takes no mail (RFC 7505)."""

    preference: int
    target: str


@dataclass(frozen=True)
class HttpAnswer:
    """``location`` is the header of a redirection, ``body`` that of a 200."""

    status: int
    location: str = ""
    body: bytes = field(default=b"", repr=False)


Dns = Callable[[str, str, float], Sequence[SrvRecord] | Sequence[MxRecord]]
"""Name, ``"SRV"`` or ``"MX"``, and seconds; no such record is an empty answer."""

Fetch = Callable[[str, float], HttpAnswer]
"""URL (``https`` only) and seconds; one request, redirections are not followed."""
