"""Mails that say that another one did not arrive: delivery reports and their like.

In this order, and only what is certain:

1. ``message/delivery-status`` (RFC 3464), also where the mail around it is untidy;
2. certified mail's receipts (:mod:`bounce_pec`);
3. ``X-Failed-Recipients`` (Exim, Gmail);
4. the texts of mail systems (:mod:`bounce_text`).

A read receipt, an absence, and a report of success are none.  Anybody can write a
bounce: the caller believes one whose :attr:`Bounce.message_id` it has sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from ..limits import MAX_HEADER_LITERAL
from ..values import IndexHeader, ParsedMail
from . import charsets
from .bounce_pec import PecFailure, read_pec
from .bounce_text import (
    is_from_mail_system,
    named_recipients,
    original_id,
    tells_of_failure,
)
from .encoded_words import decode_words
from .header_fields import fields, index_header
from .parse import parse_mail
from .references import message_id

MAX_RECIPIENTS = 500
_MAX_STATUS = 512 * 1024
_MAX_DIAGNOSTIC = 1000
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED = frozenset({"message/rfc822", "message/global", "text/rfc822-headers",
                       "message/rfc822-headers", "message/global-headers"})  # fmt: skip
_BLANK = re.compile(rb"\n[ \t]*\n")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_CODE = re.compile(r"(?<![\d.])([45])\d\d(?![\d.])")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class BouncedRecipient:
    """``action`` is ``failed`` or ``delayed``; ``status`` as of RFC 3463 (``5.1.1``),

    ``""`` where none was told; ``diagnostic`` the server's own words.
    """

    email: str
    action: str
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True)
class Bounce:
    """``message_id`` and ``subject`` are those of the mail that did not arrive, each

    ``""`` where it is not told; never without ``recipients``.
    """

    recipients: tuple[BouncedRecipient, ...]
    message_id: str = ""
    subject: str = ""

    @property
    def failed(self) -> bool:
        """Whether it did not arrive with somebody; else it is only late."""
        return any(r.action == "failed" for r in self.recipients)


def read_bounce(raw: bytes, mail: ParsedMail | None = None) -> Bounce | None:
    """What a bounce says, or ``None`` for any other mail; never raises.

    ``mail`` is ``raw`` as ``parse_mail`` gave it, where the caller has it.
    """
    mail = mail or parse_mail(raw)
    original = _original(mail)
    extra = _extra_fields(raw)
    recipients: list[BouncedRecipient] = []
    reports = [p.content for p in mail.parts if p.content_type in _REPORTS]
    for content in reports:
        recipients += _reported(content)
    failure = None
    if not recipients and not reports:
        failure = _certified(mail)
        if failure is not None:
            recipients = _of_certified(failure)
        elif is_from_mail_system(mail.header):
            recipients = _told(mail, original, extra)
    if not recipients:
        return None
    unique = {r.email.lower(): r for r in reversed(recipients[:MAX_RECIPIENTS])}
    return Bounce(
        recipients=tuple(reversed(unique.values())),
        message_id=_original_id(mail, original, extra, failure),
        subject=original.subject if original else "",
    )


# -- what was returned ----------------------------------------------------------


def _original(mail: ParsedMail) -> IndexHeader | None:
    for part in mail.parts:
        if part.content_type in _RETURNED:
            return index_header(part.content[:MAX_HEADER_LITERAL])
    return None


def _extra_fields(raw: bytes) -> dict[bytes, bytes]:
    wanted = (b"x-failed-recipients", b"x-riferimento-message-id")
    return {n: v for n, v in fields(raw[:MAX_HEADER_LITERAL]) if n in wanted}


def _original_id(
    mail: ParsedMail,
    original: IndexHeader | None,
    extra: dict[bytes, bytes],
    failure: PecFailure | None,
) -> str:
    if failure:
        written = extra.get(b"x-riferimento-message-id", b"")
        return message_id(written) or message_id(failure.message_id)
    if original and original.message_id:
        return original.message_id
    if found := original_id(mail.text):
        return message_id(found)
    # Gmail and Exchange answer the mail that they bounce.
    chain = mail.header.in_reply_to or mail.header.references[-1:]
    return chain[0] if len(chain) == 1 else ""


# -- RFC 3464 -------------------------------------------------------------------


def _reported(content: bytes) -> Iterator[BouncedRecipient]:
    content = content[:_MAX_STATUS].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for block in _BLANK.split(content.strip()):
        found = dict(fields(block.strip(b"\n") + b"\n"))
        final = _typed(found.get(b"final-recipient", b""))
        email = _typed(found.get(b"original-recipient", b"")) or final
        if "@" not in email:
            email = final
        diagnostic = _typed(found.get(b"diagnostic-code", b""), words=True)
        status = _status(found.get(b"status", b"").decode("latin-1"), diagnostic)
        action = found.get(b"action", b"").decode("latin-1").strip().lower()
        action = action.partition(" ")[0].strip("()")
        if not action and status:
            action = {"5": "failed", "4": "delayed"}.get(status[0], "")
        if "@" in email and action in ("failed", "delayed"):
            yield BouncedRecipient(email, action, status, diagnostic)


def _typed(value: bytes, *, words: bool = False) -> str:
    """The value behind ``rfc822;``, ``smtp;``; addresses may be xtext (RFC 3461 4)."""
    text = charsets.decode(value, None)[0]
    kind, semicolon, rest = text.partition(";")
    text = rest if semicolon and " " not in kind.strip() else text
    text = _SPACES.sub(" ", decode_words(text)).strip()
    if words:
        return text[:_MAX_DIAGNOSTIC]
    if re.search(r"\+[0-9A-F]{2}", text) and kind.strip().lower() != "utf-8":
        decoded = unquote(re.sub(r"\+([0-9A-F]{2})", r"%\1", text))
        # "+39" of a tag is no escape of a printable sign that needs one
        text = decoded if re.search(r"\+(?:2B|3D)", text) else text
    return text.strip("<> ")


def _status(told: str, diagnostic: str) -> str:
    """What the last server said is more exact than ``5.0.0``, which says nothing."""
    match = _STATUS.search(told)
    exact = _STATUS.search(diagnostic)
    if match and (match[2] != "0" or not exact or exact[1] != match[1]):
        return match[0]
    if exact:
        return exact[0]
    code = _CODE.search(diagnostic)
    return f"{code[1]}.0.0" if code else ""


# -- the others -------------------------------------------------------------------


def _certified(mail: ParsedMail) -> PecFailure | None:
    for part in mail.parts:
        if part.filename.lower() == "daticert.xml":
            return read_pec(part.content)
    return None


def _of_certified(failure: PecFailure) -> list[BouncedRecipient]:
    status = _status("", failure.reason) or ("5.1.1" if failure.nobody else "")
    return [
        BouncedRecipient(email, failure.action, status, failure.reason)
        for email in failure.recipients
        if "@" in email
    ]


def _told(
    mail: ParsedMail, original: IndexHeader | None, extra: dict[bytes, bytes]
) -> list[BouncedRecipient]:
    """From the text; what names nobody counts where the mail had one recipient."""
    action = tells_of_failure(mail.header.subject, mail.text)
    if not action:
        return []
    ours = (*mail.header.to, *((mail.header.from_,) if mail.header.from_ else ()))
    named = named_recipients(mail.text, frozenset(a.key for a in ours))
    if b"x-failed-recipients" in extra:
        listed = extra[b"x-failed-recipients"].decode("utf-8", "replace").split(",")
        reasons = {email.lower(): reason for email, reason in named.items()}
        emails = [email.strip() for email in listed if "@" in email]
        named = {email: reasons.get(email.lower(), "") for email in emails}
    elif not named and original is not None:
        people = {a.key: a.email for a in (*original.to, *original.cc) if a.email}
        if len(people) == 1:
            named = dict.fromkeys(people.values(), "")
    return [
        BouncedRecipient(email, action, _status("", reason), reason)
        for email, reason in named.items()
    ]
