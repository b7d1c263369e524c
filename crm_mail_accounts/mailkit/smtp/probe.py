"""The connection test of an SMTP account: what works, step by step.

Never raises :class:`errors.MailError`: the first step that fails is the last one
of the list and carries the error.  ``timeout`` bounds the whole test.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping

from .. import net
from ..limits import PROBE_TIMEOUT
from ..steps import Steps, greeted, size_in_words
from ..trace import Trace
from ..values import Credentials, Endpoint, Step
from .session import SmtpSession


def probe_smtp(
    endpoint: Endpoint,
    credentials: Credentials | None = None,
    *,
    timeout: float = PROBE_TIMEOUT,
    trace: Trace | None = None,
    clock: Callable[[], float] = time.monotonic,
    resolver: net.Resolver | None = None,
) -> list[Step]:
    """Steps ``resolve connect tls greeting capability login`` for implicit TLS; with
    STARTTLS ``tls`` comes behind ``greeting``.  Without credentials there is no
    ``login``.  The detail of ``capability`` is what matters of the extensions."""
    steps = Steps(timeout, clock)
    begin = greeted(steps, SmtpSession, endpoint, trace=trace, resolver=resolver)
    with steps, begin as session:
        with steps.step("capability") as step:
            step.detail = ", ".join(_capabilities(session.extensions))
        if credentials is not None:
            with steps.step("login", session):
                session.login(credentials)
    return steps.done


def _capabilities(extensions: Mapping[str, str]) -> list[str]:
    """``SIZE 50 MB``, ``SMTPUTF8``, ``8BITMIME``; SIZE 0 is no limit (RFC 1870)."""
    found = []
    if "SIZE" in extensions:
        most = re.match(r"0*([1-9][0-9]{0,17})(?![0-9])", extensions["SIZE"])
        found.append(f"SIZE {size_in_words(int(most[1]))}" if most else "SIZE")
    return found + [word for word in ("SMTPUTF8", "8BITMIME") if word in extensions]
