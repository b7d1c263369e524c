"""What a mail begins with: whom an answer goes to, its subject, what it quotes.

Decisions are ``mailkit/mime/reply.py``'s; here are the rows, and the words that a
reader of the user's language expects.
"""

from __future__ import annotations

from base64 import b64encode

from markupsafe import Markup

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..mailkit.mime import reply
from ..mailkit.mime.addresses import format_address
from ..mailkit.mime.header_fields import index_header
from ..mailkit.mime.plain_html import text_to_html
from ..mailkit.values import Address, ParsedMail

ANSWERS = ("reply", "reply_all")
FORWARDS = ("forward", "forward_attachment")
WHOLE = "mail"
"""The part that stands for the mail itself, when it is forwarded as a file."""
MOST_IMAGES = 5 * 1024 * 1024
"""Bytes of pictures that a quote takes along, all together."""


def start(env, kind: str, message, senders: list[dict]) -> dict:
    """A Composition without a row."""
    if not senders:
        raise UserError(
            env._(
                "You have no address to write from yet. Add a mailbox first, or ask "
                "your administrator to share a sender with you."
            )
        )
    sender = _sender(senders, message)
    found = {
        "id": False,
        "version": 0,
        "state": "draft",
        "sender_key": sender["key"],
        "senders": senders,
        "to": [],
        "cc": [],
        "bcc": [],
        "subject": "",
        "body_html": str(body(env, "", sender)),
        "plain": False,
        "importance": "normal",
        "read_receipt": False,
        "attachments": [],
        "parent": {
            "message_id": message.id,
            "kind": kind,
            "account_id": message.account_id.id,
        }
        if message
        else False,
        "record": False,
        "send_at": False,
        "error": "",
        "started_at": fields.Datetime.to_string(fields.Datetime.now()),
    }
    if message:
        mail = None if kind == "forward_attachment" else message._read()[0]
        found.update(_of_message(env, kind, message, mail, sender, senders))
    return found


def body(env, html: str, sender: dict | None) -> Markup:
    """An empty line to write in, or ``html``, and the signature, if there is one: an
    empty one would be taken for the place to write in."""
    first = Markup(html) if html else Markup("<p><br></p>")  # noqa: S704 cleaned when
    # it is stored
    if not sender or not sender["signature_html"]:
        return first
    return first + Markup(
        '<div class="o_crm_mail_signature" data-sender="{}">{}</div>'
    ).format(sender["key"], Markup(sender["signature_html"]))  # noqa: S704 stored clean


def _sender(senders: list[dict], message) -> dict:
    """Who answers: the mailbox that got the mail, else the main one."""
    if message and message.account_id:
        for sender in senders:
            if sender["account_id"] == message.account_id.id:
                return sender
    return senders[0]


def _of_message(env, kind, message, mail: ParsedMail | None, sender, senders) -> dict:
    if kind == "draft" or kind == "edit_as_new":
        return _again(kind, message, mail, sender)
    if kind == "forward_attachment":
        return {
            "subject": reply.forward_subject(message.subject or ""),
            "attachments": [_whole(env, message)],
        }
    quote = _quote(env, kind, message, mail)
    found = {"body_html": str(body(env, "", sender) + quote)}
    if kind == "forward":
        found["subject"] = reply.forward_subject(mail.header.subject)
        found["attachments"] = _parts(message, mail)
        return found
    own = [one["email"] for one in senders]
    to, cc = reply.reply_recipients(mail.header, own, kind == "reply_all")
    return {
        **found,
        "to": _payload(to),
        "cc": _payload(cc),
        "subject": reply.reply_subject(mail.header.subject),
    }


def _again(kind: str, message, mail: ParsedMail, sender) -> dict:
    """A draft of the server, or a mail that is written anew."""
    html = mail.html or text_to_html(mail.text)
    header = mail.header
    found = {
        "to": _payload(header.to),
        "cc": _payload(header.cc),
        "subject": header.subject,
        "body_html": reply.editable_html(html, _images(mail)),
        "attachments": _parts(message, mail),
        "importance": header.importance
        if header.importance in ("high", "low")
        else "normal",
    }
    if kind == "draft":
        found["bcc"] = _payload(header.bcc)
    else:
        found["parent"] = {"message_id": message.id, "kind": kind}
    return found


def _quote(env, kind: str, message, mail: ParsedMail) -> Markup:
    header = mail.header
    sender = header.from_ or header.sender or Address("", "")
    when = format_datetime(
        env, message.sent_at or message.internal_date or fields.Datetime.now()
    )
    if kind in ANSWERS:
        intro = env._(
            "On %(date)s, %(name)s wrote:", date=when, name=sender.name or sender.email
        )
        if mail.html:
            html = reply.quote_html(mail.html, intro, _images(mail))
        else:
            html = reply.quote_plain_as_html(mail.text, intro)
        return Markup(html)  # noqa: S704 cleaned by it
    lines = [
        (env._("From"), format_address(sender)),
        (env._("Date"), when),
        (env._("Subject"), header.subject),
        (env._("To"), ", ".join(format_address(one) for one in header.to)),
    ]
    if header.cc:
        lines.append((env._("Cc"), ", ".join(format_address(one) for one in header.cc)))
    html = reply.forward_html(
        env._("Forwarded message"),
        lines,
        mail.html or text_to_html(mail.text),
        _images(mail),
    )
    return Markup(html)  # noqa: S704 cleaned by it


def _images(mail: ParsedMail) -> dict[str, str]:
    """The pictures that the text shows, as the editor can show them."""
    found, left = {}, MOST_IMAGES
    for part in mail.parts:
        if part.content_id and part.content_type.startswith("image/"):
            left -= part.size
            if left < 0:
                break
            data = b64encode(part.content).decode()
            found[part.content_id] = f"data:{part.content_type};base64,{data}"
    return found


def _payload(addresses) -> list[dict]:
    return [{"name": one.name, "email": one.email} for one in addresses]


def _parts(message, mail: ParsedMail) -> list[dict]:
    return [
        {
            "id": f"part:{part.number}",
            "filename": part.filename,
            "content_type": part.content_type,
            "size": part.size,
            "url": f"/crm_mail_accounts/message/{message.id}/part/{part.number}",
            "cid": "",
        }
        for part in mail.attachments
    ]


def _whole(env, message) -> dict:
    return {
        "id": f"part:{WHOLE}",
        "filename": whole_name(env, message),
        "content_type": "message/rfc822",
        "size": message.size or 0,
        "url": f"/crm_mail_accounts/message/{message.id}/source",
        "cid": "",
    }


def whole_name(env, message) -> str:
    return f"{message.subject or env._('Mail')}.eml"


def thread_values(message, kind: str) -> dict:
    """What ties a mail to the one that it answers or forwards."""
    values = {"parent_id": message.id, "parent_kind": kind}
    if kind in ANSWERS or kind in FORWARDS:
        header = index_header(
            b"".join(
                b"%s: %s\r\n" % (name, (value or "").encode("utf-8", "replace"))
                for name, value in (
                    (b"Message-ID", message.message_id),
                    (b"In-Reply-To", message.in_reply_to),
                    (b"References", message.reference_header),
                )
            )
        )
        in_reply_to, references = reply.reply_references(header)
        values["in_reply_to"] = in_reply_to
        values["reference_header"] = " ".join(references)
    elif kind == "draft":
        # another program's draft of an answer stays one
        values["in_reply_to"] = (message.in_reply_to or "").split(" ")[0]
        values["reference_header"] = message.reference_header
    return values


def nobody(key: str) -> dict:
    """A sender without a signature: what is read has one already."""
    return {"key": key, "account_id": False, "email": "", "signature_html": ""}
