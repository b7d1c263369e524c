"""What the reading pane shows of one mail beside its text.

Warnings in words, the facts of invitations, and how an attachment can be looked at.
"""

from __future__ import annotations

from datetime import datetime

from odoo import fields
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..mailkit.limits import MAX_TEXT
from ..mailkit.mime import calendar, charsets, warnings
from ..mailkit.mime.urls import image_type
from ..mailkit.values import PGP, SMIME, MailPart, ParsedMail

MAX_VIEWED = 25 * 1024 * 1024
"""Bytes of an attachment that is shown; larger ones are downloaded."""
MAX_SHOWN_TEXT = 1024 * 1024
"""Bytes of a text file that is shown; the rest is in the download."""

_IMAGE_TYPES = frozenset(
    ["image/bmp", "image/gif", "image/jpeg", "image/jpg", "image/png", "image/webp"]
)
_TEXT_TYPES = frozenset(["application/json", "application/xml", "application/yaml"])
_TEXT_ENDINGS = ("csv", "ini", "json", "log", "md", "text", "txt", "xml", "yaml", "yml")
_MAIL_TYPES = frozenset(["message/rfc822", "message/global"])
_CALENDAR_TYPES = frozenset(["text/calendar", "application/ics"])
_GRAVITY = {
    warnings.AUTHENTICATION: "danger",
    warnings.NAME_IS_ADDRESS: "danger",
    warnings.NAME_OF_OTHER: "warning",
    warnings.LINK_LIES: "warning",
    warnings.FIRST_TIME: "info",
}


# -- warnings -------------------------------------------------------------------


def cautions(message, mail: ParsedMail, clean_html: str) -> list[dict]:
    """``[{kind, level, text}]``, the gravest first; ``level`` is Bootstrap's word."""
    env = message.env
    account = message._mailbox()
    sender = mail.header.from_
    own = {account.email.lower()} if account.email else set()
    closed = _closed(env, mail)
    if not sender or sender.key in own:
        return closed
    first_time = _is_first(message, sender.key)
    found = warnings.cautions(
        mail.header,
        clean_html,
        own_hosts=[
            host
            for host in (
                account.imap_host,
                account.pop3_host,
                (account.email or "").rpartition("@")[2],
            )
            if host
        ],
        known=_namesakes(env, sender.name, first_time),
        first_time=first_time and not mail.header.list_id,
    )
    return closed + [
        {
            "kind": caution.kind,
            "level": _GRAVITY[caution.kind],
            "text": _sentence(env, caution),
        }
        for caution in found
    ]


def _closed(env, mail: ParsedMail) -> list[dict]:
    """Why there is no text to read, where the mail is encrypted."""
    if not mail.encrypted:
        return []
    text = env._(
        "This message is encrypted with %(method)s. Its text can only be read in a "
        "program that holds your key: download the message and open it there.",
        method={SMIME: "S/MIME", PGP: "OpenPGP"}[mail.encrypted],
    )
    return [{"kind": "encrypted", "level": "info", "text": text}]


def _is_first(message, email: str) -> bool:
    """Whether nobody of this address wrote before, and the CRM does not know it."""
    env = message.env
    earlier = Domain("internal_date", "<", message.internal_date) | (
        Domain("internal_date", "=", message.internal_date)
        & Domain("uid", "<", message.uid or 0)
    )
    of_sender = Domain("from_email", "=", email) & Domain(
        "user_id", "=", message.user_id.id
    )
    if env["crm.mail.message"].search(of_sender & earlier, limit=1):
        return False
    normalized = email_normalize(email)
    known = [("email_normalized", "=", normalized)]
    return not (normalized and env["res.partner"].search(known, limit=1))


def _namesakes(env, name: str, first_time: bool) -> list[tuple[str, frozenset[str]]]:
    """Colleagues of that name; contacts too, when the address is a new one.

    A customer has more than one address, so a known one is no reason to warn.
    """
    words = [word for word in (name or "").split() if len(word) > 1][:4]
    if len(words) < 2:
        return []
    domain = [("name", "ilike", word.strip(",")) for word in words]
    colleagues = env["res.users"].search([*domain, ("share", "=", False)], limit=5)
    people = [(user.name, {user.email, user.login}) for user in colleagues]
    if first_time:
        contacts = env["res.partner"].search(
            [*domain, ("is_company", "=", False), ("email", "!=", False)], limit=5
        )
        people += [(partner.name, {partner.email}) for partner in contacts]
    return [
        (name, frozenset(filter(None, (email_normalize(e or "") for e in emails))))
        for name, emails in people
    ]


def _sentence(env, caution) -> str:
    values = dict(caution.values)
    match caution.kind:
        case warnings.AUTHENTICATION:
            return env._(
                "Your mail server doubts that this message comes from %(domain)s. Do "
                "not trust its links, attachments or bank details.",
                **values,
            )
        case warnings.NAME_IS_ADDRESS:
            return env._(
                "The sender calls itself %(shown)s, but wrote from %(real)s.", **values
            )
        case warnings.NAME_OF_OTHER:
            return env._(
                "%(name)s is known to write from %(known)s; this message was sent from "
                "%(real)s.",
                **values,
            )
        case warnings.LINK_LIES:
            return env._(
                "A link reads %(shown)s but leads to %(real)s. Check it before you "
                "open it.",
                **values,
            )
        case _:
            return env._("This is the first message from %(real)s.", **values)


# -- invitations ------------------------------------------------------------------


def invitations(env, mail: ParsedMail) -> list[dict]:
    """Facts of the events that the mail brings.

    ``[{number, method, summary, location, description, start, end, all_day, organizer,
    attendees, recurring}]``: ``start`` and ``end`` are UTC strings, days for a whole
    day, or false; people are ``{name, email, status}``; ``number`` is the part's.
    """
    found, known = [], set()
    for part in mail.parts:
        if part.content and preview_kind(part) == "calendar":
            text = _text(part.content)
            for event in calendar.read_calendar(text):
                if event.uid and event.uid in known:
                    continue
                known.add(event.uid)
                found.append({"number": part.number, **_event(env, event)})
    return found[: calendar.MAX_EVENTS]


def _event(env, event) -> dict:
    def written(moment):
        if moment is None:
            return False
        if not isinstance(moment, datetime):
            return fields.Date.to_string(moment)
        utc = calendar.as_utc(moment, env.tz)
        return utc and fields.Datetime.to_string(utc.replace(tzinfo=None))

    def person(attendee):
        return {
            "name": attendee.name or attendee.email,
            "email": attendee.email,
            "status": attendee.status,
        }

    return {
        "method": event.method,
        "summary": event.summary,
        "location": event.location,
        "description": event.description,
        "start": written(event.start),
        "end": written(event.end),
        "all_day": event.start is not None and not isinstance(event.start, datetime),
        "organizer": event.organizer is not None and person(event.organizer),
        "attendees": [person(attendee) for attendee in event.attendees],
        "recurring": event.recurring,
        "cancelled": "cancel" in event.method or event.status == "cancelled",
    }


# -- attachments ------------------------------------------------------------------


def preview_kind(part: MailPart, size: int | None = None) -> str:
    """How a part can be looked at: ``image``, ``pdf``, ``text``, ``html``, ``mail``,
    ``calendar``, or ``""`` for a download only.

    Of a part that was fetched its first bytes decide where they can; the name and the
    declared type are the sender's word.
    """
    if (part.size if size is None else size) > MAX_VIEWED:
        return ""
    kind, ending = part.content_type, part.filename.rpartition(".")[2].lower()
    if part.content:
        if image_type(part.content):
            return "image"
        if part.content[:1024].lstrip().startswith(b"%PDF-"):
            return "pdf"
    elif kind in _IMAGE_TYPES:
        return "image"
    elif kind == "application/pdf" or ending == "pdf":
        return "pdf"
    if kind in _MAIL_TYPES or ending == "eml":
        return "mail"
    if kind in _CALENDAR_TYPES or ending == "ics":
        return "calendar"
    if kind == "text/html" or ending in ("html", "htm"):
        return "html"
    if kind.startswith("text/") or kind in _TEXT_TYPES or ending in _TEXT_ENDINGS:
        return "text"
    return ""


def _text(content: bytes) -> str:
    return charsets.decode(content[:MAX_SHOWN_TEXT], None)[0][:MAX_TEXT]


def shown_text(content: bytes) -> str:
    """The text of a file, its encoding guessed."""
    return _text(content).replace("\r\n", "\n").replace("\r", "\n")
