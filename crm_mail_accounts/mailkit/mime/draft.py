"""What a mail is written from: the values that ``compose`` takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ..values import Address


@dataclass(frozen=True)
class DraftAttachment:
    """A file of a mail. ``content`` is decoded; of ``message/rfc822`` the whole mail.

    With a ``cid`` it is an image for the HTML: it goes out only where the HTML shows
    it by ``cid:``, and never as a file beside the text.
    """

    filename: str
    content_type: str
    content: bytes = field(repr=False)
    cid: str = ""


@dataclass(frozen=True)
class DraftMail:
    """A mail before it is bytes.

    ``date`` is aware; ``message_id``, ``in_reply_to`` and ``references`` are ids with
    angle brackets.  ``html`` is a document or a fragment that is sent as it is
    (``outgoing_html.prepare_html`` makes one); ``text`` is the plain text, made from
    the HTML where it is ``None``.  ``importance`` is ``high``, ``low`` or ``normal``.

    ``headers`` are further fields; none that ``compose`` writes itself.
    """

    from_: Address
    message_id: str
    date: datetime
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    html: str | None = None
    text: str | None = None
    attachments: tuple[DraftAttachment, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: tuple[Address, ...] = ()
    importance: str = "normal"
    read_receipt_to: Address | None = None
    headers: tuple[tuple[str, str], ...] = ()
