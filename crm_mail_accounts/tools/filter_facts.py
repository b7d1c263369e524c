"""What ``mailkit/rules`` wants to know of mails, from their rows and first bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from odoo.tools import email_normalize

from ..mailkit.mime.encoded_words import decode_words
from ..mailkit.mime.header_fields import fields
from ..mailkit.mime.html_text import html_to_text
from ..mailkit.mime.parse import parse_mail
from ..mailkit.rules.match import Facts
from ..mailkit.values import Address

MAX_BODY = 100_000
"""Characters of a text that conditions look at."""


def facts_of(messages, kinds: dict[str, str], heads: dict[int, bytes] | None = None):
    """:class:`Facts` by the id of each mail.

    ``kinds``: what each sender's address is (:func:`sender_kinds`). ``heads``: first
    bytes by id; of the other mails body and header are unknown.
    """
    found = {}
    for message in messages:
        recipients = message.recipients or {}
        to, cc = (_addresses(recipients.get(name)) for name in ("to", "cc"))
        email = message.from_email or ""
        head = (heads or {}).get(message.id)
        body, headers = _read(head) if head else (None, None)
        found[message.id] = Facts(
            from_=(Address(message.from_name or "", email),) if email else (),
            to=to,
            cc=cc,
            subject=message.subject or "",
            list_id=message.list_id or "",
            size=message.size,
            has_attachments=message.has_attachments,
            sender=kinds.get(email, "unknown"),
            addresses=own_addresses(message.account_id.email, (*to, *cc)),
            body=body,
            headers=headers,
        )
    return found


def own_addresses(own: str, recipients: Iterable[Address]) -> tuple[str, ...]:
    """Those of the recipients that are the account's address, with or without a tag
    behind a plus sign (RFC 5233)."""
    wanted = untagged(own or "")
    return tuple(each.email for each in recipients if untagged(each.email) == wanted)


def untagged(email: str) -> str:
    local, at, domain = email.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def sender_kinds(env, emails: Iterable[str]) -> dict[str, str]:
    """``colleague`` (an internal user, or a mailbox of one) or ``contact`` of those
    addresses that are known; what the current user may read counts."""
    wanted = {email: email_normalize(email) for email in emails if email}
    normalized = sorted({email for email in wanted.values() if email})
    if not normalized:
        return {}
    kinds: dict[str, str] = {}
    partners = env["res.partner"].search_fetch(
        [("email_normalized", "in", normalized)], ["email_normalized"]
    )
    for partner in partners:
        kinds[partner.email_normalized] = "contact"
    # sudo: who works here is no secret, and no more than that is told
    users = env["res.users"].sudo()
    for user in users.search(
        [("share", "=", False), ("partner_id.email_normalized", "in", normalized)]
    ):
        kinds[user.partner_id.email_normalized] = "colleague"
    accounts = env["crm.mail.account"].sudo().search([("email", "in", list(wanted))])
    for account in accounts:
        kinds[email_normalize(account.email)] = "colleague"
    return {
        email: kinds[address] for email, address in wanted.items() if address in kinds
    }


def _addresses(pairs) -> tuple[Address, ...]:
    return tuple(Address(name or "", email or "") for name, email in pairs or ())


def _read(head: bytes) -> tuple[str, dict[str, tuple[str, ...]]]:
    headers = defaultdict(list)
    for name, value in fields(head):
        headers[name.decode("latin-1")].append(decode_words(value))
    mail = parse_mail(head)
    text = mail.text or (html_to_text(mail.html, links=False) if mail.html else "")
    return text[:MAX_BODY], {name: tuple(found) for name, found in headers.items()}
