"""From a row to the bytes of a mail: what ``mailkit`` needs is read from the database.

Pictures of the host that stand in the text (a template's, a signature's) become part of
the mail where its author may see them; nobody else could open their addresses.
"""

from __future__ import annotations

import re
from datetime import datetime

from odoo.exceptions import UserError

from ..mailkit.errors import InvalidArgument
from ..mailkit.mime.compose import DraftAttachment, DraftMail, compose, with_bcc
from ..mailkit.mime.outgoing_html import inline_image, prepare_html
from ..mailkit.mime.wire_address import wire_address
from ..mailkit.values import Address

_ATTACHMENT = re.compile(
    r"^/web/(?:image|content)/(\d+)(?:[-/?][^?]*)?(?:\?.*?access_token=([\w-]+))?"
)
_FIELD = re.compile(r"^/web/image/([a-z0-9._]+)/(\d+)/([a-z0-9_]+)(?:[/?].*)?$")


def attachment_url(mail, attachment) -> str:
    """Where the author's browser gets a file of a mail that is being written."""
    return f"/crm_mail_accounts/compose/{mail.id}/attachment/{attachment.id}"


def build(
    mail,
    sender: Address,
    *,
    message_id: str,
    date: datetime,
    reply_to: tuple[Address, ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
    is_draft: bool = False,
) -> bytes:
    """The whole mail, without its blind copies; a draft's are in it.

    A draft is stored whatever its addresses look like: what is no address yet stays
    with us alone.

    :raises InvalidArgument: an address that cannot be written, in what is no draft
    """
    people = {
        kind: tuple(Address(*pair) for pair in mail._pairs(kind))
        for kind in ("to", "cc", "bcc")
    }
    if is_draft:
        people = {
            kind: tuple(filter(_is_written, addresses))
            for kind, addresses in people.items()
        }
    facts = mail.file_facts or {}
    base_url = mail.get_base_url()
    files, inline = [], {}
    for attachment in mail._attachments():
        known = facts.get(str(attachment.id), {})
        part = DraftAttachment(
            filename=attachment.name,
            content_type=known.get("type") or attachment.mimetype,
            content=attachment.raw or b"",
            cid=known.get("cid") or "",
        )
        if part.cid:
            url = attachment_url(mail, attachment)
            inline[url] = inline[f"{base_url}{url}"] = part
        else:
            files.append(part)
    body = prepare_html(mail.body_html or "", inline=inline, base_url=base_url)
    if body.wanted:
        inline.update(_host_images(mail, body.wanted, base_url))
        body = prepare_html(mail.body_html or "", inline=inline, base_url=base_url)
    if mail.plain:
        html, images = None, ()
    else:
        html, images = body.html, body.images
    raw = compose(
        DraftMail(
            from_=sender,
            to=people["to"],
            cc=people["cc"],
            subject=mail.subject or "",
            html=html,
            text=body.text,
            attachments=(*files, *images),
            message_id=message_id,
            date=date,
            in_reply_to=mail.in_reply_to or "",
            references=tuple((mail.reference_header or "").split()),
            reply_to=reply_to,
            importance=mail.importance,
            read_receipt_to=sender if mail.read_receipt else None,
            headers=headers,
        )
    )
    return with_bcc(raw, people["bcc"]) if is_draft else raw


def _is_written(address: Address) -> bool:
    try:
        return bool(wire_address(address.email))
    except InvalidArgument:
        return False


def _host_images(mail, wanted, base_url: str) -> dict[str, DraftAttachment]:
    """Pictures of the host by the address at which the text shows them."""
    found = {}
    for address in wanted:
        path = address.removeprefix(base_url)
        content = _host_image(mail, path)
        if content:
            found[address] = inline_image(*content)
    return found


def _host_image(mail, path: str) -> tuple[bytes, str] | None:
    """As the author: what they may not see does not leave with their mail."""
    binary = mail.env(user=mail.user_id.id, su=False)["ir.binary"]
    try:
        if match := _ATTACHMENT.match(path):
            record = binary._find_record(
                res_model="ir.attachment",
                res_id=int(match[1]),
                access_token=match[2],
                field="raw",
            )
            stream = binary._get_stream_from(record, "raw")
        elif match := _FIELD.match(path):
            record = binary._find_record(
                res_model=match[1], res_id=int(match[2]), field=match[3]
            )
            stream = binary._get_stream_from(record, match[3])
        else:
            return None
        content = stream.read()
    except (UserError, ValueError, KeyError, OSError):
        return None
    mimetype = stream.mimetype or ""
    return (content, mimetype) if mimetype.startswith("image/") else None
