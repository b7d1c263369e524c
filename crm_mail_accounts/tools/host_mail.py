"""A message of the host's chatter as the bytes of a mail, so that it opens as one.

The gateway keeps no original: it is written anew from what was posted.
"""

from __future__ import annotations

import re
from datetime import timezone

from ..mailkit.mime.addresses import parse_addresses
from ..mailkit.mime.compose import compose, make_message_id
from ..mailkit.mime.draft import DraftAttachment, DraftMail
from ..mailkit.values import Address

_IMAGE = re.compile(r"""/web/image/(\d+)(?:[?/][^"'\s>]*)?""")
"""Where the host shows a picture of the mail's text, by the id of its attachment."""


def host_mail(posted) -> bytes:
    """The mail that ``posted`` (``mail.message``) shows; the caller checked rights."""
    files = {file.id: file for file in posted.attachment_ids}
    shown = set()

    def as_cid(match: re.Match) -> str:
        file_id = int(match[1])
        if file_id not in files:
            return match[0]
        shown.add(file_id)
        return f"cid:{_cid(file_id)}"

    html = _IMAGE.sub(as_cid, posted.body or "")
    attachments = tuple(
        DraftAttachment(
            file.name or "",
            file.mimetype or "application/octet-stream",
            file.raw or b"",
            _cid(file.id) if file.id in shown else "",
        )
        for file in files.values()
    )
    sender = parse_addresses(posted.email_from or "")
    return compose(
        DraftMail(
            from_=sender[0] if sender else Address("", "unknown@localhost"),
            message_id=_message_id(posted),
            date=posted.date.replace(tzinfo=timezone.utc),
            to=tuple(parse_addresses(posted.incoming_email_to or "")),
            cc=tuple(parse_addresses(posted.incoming_email_cc or "")),
            subject=posted.subject or "",
            html=html,
            attachments=attachments,
        )
    )


def _cid(file_id: int) -> str:
    return f"file{file_id}@odoo"


def _message_id(posted) -> str:
    identifier = posted.message_id or ""
    if re.fullmatch(r"<[!-;=?-~]+@[!-;=?-~]+>", identifier):
        return identifier
    return make_message_id("localhost", f"message{posted.id}")
