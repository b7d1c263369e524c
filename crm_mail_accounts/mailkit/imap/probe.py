"""The connection test of an IMAP account: what works, step by step.

Never raises :class:`errors.MailError`: the first step that fails is the last one
of the list and carries the error.  ``timeout`` bounds the whole test.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from .. import net
from ..limits import PROBE_TIMEOUT
from ..steps import Steps, connected
from ..trace import Trace
from ..values import Credentials, Endpoint, Security, Step
from .session import ImapSession


def probe_imap(
    endpoint: Endpoint,
    credentials: Credentials | None = None,
    *,
    timeout: float = PROBE_TIMEOUT,
    trace: Trace | None = None,
    clock: Callable[[], float] = time.monotonic,
    resolver: net.Resolver | None = None,
) -> list[Step]:
    """Steps ``resolve connect tls greeting login folders`` for implicit TLS; with
    STARTTLS ``tls`` comes behind ``greeting``.  Without credentials the last two
    are left out.  The detail of ``folders`` is their number."""
    steps = Steps(timeout, clock)
    with steps, connected(steps, endpoint, resolver) as sock:
        session = ImapSession(sock, endpoint, trace=trace, clock=clock)
        try:
            with steps.step("greeting"):
                session.set_limits(**steps.limits())
                session.greet()
            if endpoint.security is Security.STARTTLS:
                with steps.step("tls") as step:
                    session.set_limits(**steps.limits())
                    session.start_tls()
                    step.show_tls(session.tls)
            if credentials is not None:
                with steps.step("login"):
                    session.set_limits(**steps.limits())
                    session.login(credentials)
                with steps.step("folders") as step:
                    session.set_limits(**steps.limits())
                    step.detail = str(len(session.list_folders()))
            session.set_limits(**steps.limits())
            session.logout()
        finally:
            session.close()
    return steps.done
