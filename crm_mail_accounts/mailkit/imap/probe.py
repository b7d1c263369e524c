"""The connection test of an IMAP account: what works, step by step.

Never raises :class:`errors.MailError`: the first step that fails is the last one
of the list and carries the error.  ``timeout`` bounds the whole test.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone

from .. import net
from ..errors import MailError
from ..limits import PROBE_TIMEOUT
from ..steps import Running, Steps, greeted, size_in_words
from ..trace import Trace
from ..values import Credentials, Endpoint, Step
from .probe_append import append_and_remove
from .remove import RemovingSession
from .session import ImapSession

_TELLING = (
    "IMAP4rev2",
    "IMAP4rev1",
    "IDLE",
    "CONDSTORE",
    "QRESYNC",
    "MOVE",
    "UIDPLUS",
    "SPECIAL-USE",
)
"""What decides how well a mailbox can be kept up to date, in this order."""


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


def probe_imap(
    endpoint: Endpoint,
    credentials: Credentials | None = None,
    *,
    timeout: float = PROBE_TIMEOUT,
    trace: Trace | None = None,
    clock: Callable[[], float] = time.monotonic,
    resolver: net.Resolver | None = None,
    try_append: bool = False,
    now: Callable[[], datetime] = _utc_now,
) -> list[Step]:
    """Steps ``resolve connect tls greeting login capability folders quota append``
    for implicit TLS; with STARTTLS ``tls`` comes behind ``greeting``.

    ``capability`` is what the server offers behind the login, which is often more
    than before it.  Without credentials it is the last step.  ``quota`` is left out
    where there is none or the server does not tell.  ``append``, only with
    ``try_append``, stores a mail dated ``now()`` and removes it again.

    Details: extensions; number of folders; used and allowed size; the folder.
    """
    steps = Steps(timeout, clock)
    begin = greeted(steps, RemovingSession, endpoint, trace=trace, resolver=resolver)
    with steps, begin as session:
        if credentials is not None:
            with steps.step("login", session):
                session.login(credentials)
        with steps.step("capability", session) as step:
            session.known_capabilities()
            offered = [word for word in _TELLING if session.offers(word.upper())]
            step.detail = ", ".join(offered)
        if credentials is not None:
            with steps.step("folders", session) as step:
                folders = session.list_folders()
                step.detail = str(len(folders))
            with steps.step("quota", session) as step:
                _show_quota(session, step)
            if try_append:
                with steps.step("append") as step:
                    append_and_remove(
                        session,
                        steps,
                        step,
                        folders=folders,
                        username=credentials.username,
                        now=now(),
                    )
    return steps.done


def _show_quota(session: ImapSession, step: Running) -> None:
    """``120 MB / 1 GB``; a server that has none or refuses is no worse for it."""
    try:
        quota = session.quota("INBOX")
    except MailError as err:
        if not err.connection_usable:
            raise
        quota = None
    if quota is None:
        step.left_out = True
    else:
        used, limit = size_in_words(quota.used), size_in_words(quota.limit)
        step.detail = f"{used} / {limit}"
