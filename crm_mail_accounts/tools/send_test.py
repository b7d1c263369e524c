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
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from odoo.exceptions import UserError

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ..mailkit.errors import MailError
from ..mailkit.imap.session import INDEX_SECTION
from ..mailkit.mime.addresses import format_address
from ..mailkit.values import Address, Credentials, Endpoint

WAIT = 20.0
"""Seconds that the mail may take; most servers need two."""
PAUSE = 1.0
INBOX = "INBOX"
JUST_ARRIVED = 20
"""Newest mails among which one is looked for that was sent before the first look."""


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


def test_mail(
    address: str, subject: str, text: str, *, recipient: str = "", name: str = ""
) -> tuple[str, bytes]:
    """Message-ID and bytes of the mail; to the sender when no recipient is named."""
    message = EmailMessage(policy=SMTP)
    message_id = f"<{uuid.uuid4().hex}@{address.rpartition('@')[2] or 'localhost'}>"
    message["From"] = format_address(Address(name, address))
    message["To"] = recipient or address
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
    incoming: Login | None,
    outgoing: Login | None,
    *,
    wait: float = WAIT,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Send ``mail`` to ``address`` and look for it in the inbox.

    ``outgoing`` is ``None`` when it was sent already, in some other way; without
    ``incoming`` nobody looks for it.
    """
    message_id, raw = mail
    sent = outgoing is None
    started = clock()
    if incoming is None:
        return _send_only(door, address, raw, outgoing)
    at = incoming.endpoint
    try:
        with door._open_imap__(incoming.endpoint, incoming.credentials) as session:
            first_new = session.examine(INBOX).uidnext or 1
            if outgoing is None:
                first_new = max(1, first_new - JUST_ARRIVED)
            else:
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


def _send_only(door, address: str, raw: bytes, outgoing: Login | None) -> Outcome:
    if outgoing is not None:
        try:
            with door._open_smtp__(outgoing.endpoint, outgoing.credentials) as smtp:
                smtp.send(address, [address], raw)
        except MailError as error:
            return Outcome(False, False, 0.0, error, outgoing.endpoint)
    return Outcome(True, False, 0.0)


def send_by_host(env, mail: tuple[str, bytes]) -> None:
    """Send by the host's own outgoing server, as its administrator configured it.

    :raises UserError: it is not configured, or refuses
    """
    message = message_from_bytes(mail[1], policy=SMTP)
    try:
        # sudo: users have no right to the servers; the caller checked that they may
        # send through them
        env["ir.mail_server"].sudo().send_email(message)
    except (MailDeliveryException, OSError) as error:
        raise UserError(str(error)) from error


def _arrived(session, message_id: str, first_new: int) -> bool:
    uidnext = session.examine(INBOX).uidnext or 1
    if uidnext <= first_new:
        return False
    wanted = message_id.encode()
    return any(
        wanted in (message.sections.get(INDEX_SECTION) or b"")
        for message in session.fetch_index(first_new, uidnext - 1)
    )
