"""The connection test of a POP3 account: what works, step by step.

Never raises :class:`errors.MailError`: the first step that fails is the last one
of the list and carries the error.  ``timeout`` bounds the whole test.  No mail is
fetched and none is deleted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from .. import net
from ..limits import PROBE_TIMEOUT
from ..steps import Steps, greeted, size_in_words
from ..trace import Trace, printable
from ..values import Credentials, Endpoint, Step
from .session import Pop3Session

_TELLING = ("UIDL", "TOP", "EXPIRE", "LOGIN-DELAY")
"""What decides how mail can be collected, in this order."""


def probe_pop3(
    endpoint: Endpoint,
    credentials: Credentials | None = None,
    *,
    timeout: float = PROBE_TIMEOUT,
    trace: Trace | None = None,
    clock: Callable[[], float] = time.monotonic,
    resolver: net.Resolver | None = None,
) -> list[Step]:
    """Steps ``resolve connect tls greeting capability login mailbox`` for implicit TLS;
    with STARTTLS ``tls`` comes behind ``greeting``.  Without credentials
    ``capability`` is the last one.

    Details: ``capability`` what matters of CAPA's answer, empty for a server without
    CAPA; ``mailbox`` number and size of the mails that wait, ``3, 120 KB``.
    """
    steps = Steps(timeout, clock)
    begin = greeted(steps, Pop3Session, endpoint, trace=trace, resolver=resolver)
    with steps, begin as session:
        with steps.step("capability") as step:
            step.detail = ", ".join(_capabilities(session.capabilities))
        if credentials is not None:
            with steps.step("login", session):
                session.login(credentials)
            with steps.step("mailbox", session) as step:
                found = session.stat()
                step.detail = str(found.count)
                if found.octets is not None:
                    step.detail += f", {size_in_words(found.octets)}"
    return steps.done


def _capabilities(offered: Mapping[str, str]) -> list[str]:
    """``UIDL``, ``TOP``, ``EXPIRE 30 USER``..."""
    return [
        printable(f"{word} {offered[word]}".strip(), 60)
        for word in _TELLING
        if word in offered
    ]
