"""Send a mail to oneself and wait for it: the test that tells the whole truth.

The doors are handed in (``crm.mail.account``'s network methods); no database is
touched, so the caller must have ended its transaction (law 8).  The mail is an
ordinary one and stays in the inbox; nothing there is changed.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from ..mailkit.errors import MailError
from ..mailkit.imap.session import INDEX_SECTION
from ..mailkit.values import Credentials, Endpoint

WAIT = 20.0
"""Seconds that the mail may take; most servers need two."""
PAUSE = 1.0
INBOX = "INBOX"


@dataclass(frozen=True)
class Login:
    endpoint: Endpoint
    credentials: Credentials | None


@dataclass(frozen=True)
class Outcome:
    """``error`` and the side it came from, or whether the mail was seen to arrive.

    ``sent`` without ``arrived`` is no failure: some servers take minutes.
    """

    sent: bool
    arrived: bool
    seconds: float
    error: MailError | None = None
    at: Endpoint | None = None


def test_mail(address: str, subject: str, text: str) -> tuple[str, bytes]:
    """Message-ID and bytes of the mail."""
    message = EmailMessage(policy=SMTP)
    message_id = f"<{uuid.uuid4().hex}@{address.rpartition('@')[2] or 'localhost'}>"
    message["From"] = address
    message["To"] = address
    message["Subject"] = subject
    message["Date"] = formatdate()
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message_id, message.as_bytes()


def send_and_wait(
    door,
    address: str,
    mail: tuple[str, bytes],
    incoming: Login,
    outgoing: Login,
    *,
    wait: float = WAIT,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Send ``mail`` to ``address`` and look for it in the inbox."""
    message_id, raw = mail
    at = incoming.endpoint
    sent = False
    started = clock()
    try:
        with door._open_imap__(incoming.endpoint, incoming.credentials) as session:
            first_new = session.examine(INBOX).uidnext or 1
            at = outgoing.endpoint
            with door._open_smtp__(outgoing.endpoint, outgoing.credentials) as smtp:
                started = clock()
                smtp.send(address, [address], raw)
            sent, at = True, incoming.endpoint
            while clock() - started < wait:
                if _arrived(session, message_id, first_new):
                    return Outcome(True, True, clock() - started)
                sleep(PAUSE)
    except MailError as error:
        return Outcome(sent, False, clock() - started, error, at)
    return Outcome(sent, False, clock() - started)


def _arrived(session, message_id: str, first_new: int) -> bool:
    uidnext = session.examine(INBOX).uidnext or 1
    if uidnext <= first_new:
        return False
    wanted = message_id.encode()
    return any(
        wanted in (message.sections.get(INDEX_SECTION) or b"")
        for message in session.fetch_index(first_new, uidnext - 1)
    )
