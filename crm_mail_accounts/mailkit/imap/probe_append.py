"""The part of the connection test that stores a mail and removes it again.

Nothing is stored that could not be removed safely (:mod:`.remove`); nothing else in
the folder changes, but for \\Recent, which every client that opens a folder takes
away.  When the removal fails the step says so, because then a mail is left over.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from ..errors import MailError, ServerRefused, UidValidityChanged
from ..limits import FIRST_WINDOW, REMOVAL_TIME
from ..steps import Running, Steps
from ..values import Role, ServerFolder
from .remove import MailIdentity, RemovingSession

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_NOBODY = "connection-test@invalid.invalid"


def append_and_remove(
    session: RemovingSession,
    steps: Steps,
    step: Running,
    *,
    folders: Sequence[ServerFolder],
    username: str,
    now: datetime,
) -> None:
    """Store a mail in the Drafts folder (INBOX where there is none), find it and
    remove it.  A full mailbox is an error of the code ``mailbox_full``."""
    drafts = [folder for folder in folders if folder.role is Role.DRAFTS]
    raw, name = (drafts[0].raw, drafts[0].name) if drafts else ("INBOX", "INBOX")
    obstacle = _obstacle(session, steps)
    if obstacle:
        step.note = "append_skipped"
        step.detail = f"not tried, the mail could not be removed safely: {obstacle}"
        return
    step.detail = name
    message_id = f"<{uuid.uuid4().hex}@connection-test.invalid>"
    session.set_limits(**steps.limits(reserve=REMOVAL_TIME))
    stored = False
    try:
        place = session.append(raw, _mail(username, message_id, now), ["\\Seen"])
        stored = True
        _remove(session, steps, raw, place, message_id.encode("ascii"))
    except MailError as err:
        if stored or not err.connection_usable:
            step.note = "mail_left"
            step.detail = f"{name}: the mail {message_id} may be left there"
        elif isinstance(err, ServerRefused) and err.response_code == "OVERQUOTA":
            err.code = "mailbox_full"
        raise


def _obstacle(session: RemovingSession, steps: Steps) -> str:
    """Why a mail could not be removed; empty when it can."""
    if not session.offers("UIDPLUS"):
        return "the server does not offer UIDPLUS"
    if "X-GM-EXT-1" in session.capabilities:
        # Gmail keeps what is expunged in a folder: it moves to All Mail
        return "the server archives what is removed"
    if steps.left <= REMOVAL_TIME:
        return "no time left"
    return ""


def _remove(session, steps, raw, place, message_id) -> None:
    def bound() -> None:
        session.set_limits(**steps.limits())

    bound()
    state = session.select(raw)
    if place is not None and place[0] != state.uidvalidity:
        raise UidValidityChanged()
    bound()
    if place is not None:
        first = last = place[1]
    else:  # UIDPLUS without APPENDUID: it must be among the newest
        last = max((state.uidnext or 1) - 1, 1)
        first = max(last - FIRST_WINDOW, 1)
    found: list[MailIdentity] = [
        mail
        for mail in session.identities(first, last)
        if mail.message_ids == (message_id,)
    ]
    if len(found) != 1:
        raise ServerRefused(
            "the mail was stored and not found again", code="message_gone"
        )
    session.remove_mail(found[0], before_each=bound)


def _mail(username: str, message_id: str, now: datetime) -> bytes:
    sender = username if _ADDRESS.fullmatch(username) else _NOBODY
    lines = [
        f"From: {sender}",
        f"To: {sender}",
        "Subject: Connection test",
        f"Date: {format_datetime(now)}",
        f"Message-ID: {message_id}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "Stored by a test of the connection, which removes it at once.",
        "If you read this, you can delete it.",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")
