"""A message of a record's chatter as one mail: to whom, and what it answers.

The host sends every recipient a copy of their own; a real mail names them all, and
belongs to the conversation that they know.
"""

from __future__ import annotations

from dataclasses import dataclass

from odoo.tools import email_normalize, email_normalize_all

from ..mailkit.errors import InvalidArgument
from ..mailkit.mime.wire_address import wire_address

EARLIER = 32
"""Messages of the record that are looked at for the one that is answered."""
PUBLIC_TYPES = ("email", "comment", "email_outgoing", "auto_comment")


@dataclass(frozen=True)
class Answered:
    """The last mail of the record that one of the recipients knows.

    ``mail`` is its row in a mailbox, if it lies in one; ``cc`` are addresses.
    """

    message_id: str
    references: tuple[str, ...]
    subject: str
    mail: object
    cc: frozenset[str]


def addresses_of(recipient: dict, partners) -> list[str]:
    """All addresses of a recipient as the host knows it (``_notify_get_recipients``);
    a contact may have several."""
    email = partners.browse(recipient["id"]).email if recipient["id"] else ""
    found = email_normalize_all(email or "") or [recipient["email_normalized"]]
    return [one for one in found if one and _is_address(one)]


def is_outside(recipient: dict) -> bool:
    """Whether a recipient gets the mail itself: by mail, and not of the house."""
    return bool(
        recipient["notif"] == "email"
        and recipient["share"]
        and _is_address(recipient["email_normalized"] or "")
    )


def recipients(message, outside: list[dict], answered: Answered | None) -> dict:
    """``{"to", "cc"}`` of ``crm.mail.outgoing``: who was addressed, and who follows the
    record or was in Cc of what is answered."""
    partners = message.env["res.partner"].sudo()
    addressed = set(email_normalize_all(message.outgoing_email_to or ""))
    found: dict[str, list] = {"to": [], "cc": []}
    for one in outside:
        direct = one["id"] in message.partner_ids.ids or (
            one["email_normalized"] in addressed
        )
        copied = answered and one["email_normalized"] in answered.cc
        name = "" if one["name"] == one["email_normalized"] else one["name"] or ""
        found["to" if direct and not copied else "cc"] += [
            [name, email] for email in addresses_of(one, partners)
        ]
    if not found["to"]:
        found["to"], found["cc"] = found["cc"], []
    return found


def answered_by(message, emails: set[str]) -> Answered | None:
    """What a message to these addresses answers, if they know a mail of its record."""
    env = message.sudo().env
    earlier = env["mail.message"].search(
        [
            ("model", "=", message.model),
            ("res_id", "=", message.res_id),
            ("id", "!=", message.id),
            ("message_type", "in", PUBLIC_TYPES),
            ("subtype_id.internal", "=", False),
            ("subtype_id", "!=", False),
            ("is_internal", "=", False),
        ],
        order="date desc, id desc",
        limit=EARLIER,
    )
    links = env["crm.mail.link"].search([("mail_message_id", "in", earlier.ids)])
    link_of = {link.mail_message_id: link for link in reversed(links)}
    known = []
    for one in earlier:
        link = link_of.get(one, links.browse())
        # A linked copy has a Message-ID of its own; nobody else knows it.
        header_id = link.header_id if link.own_copy else one.message_id
        if header_id and emails & _people(one, link.message_id):
            known.append((header_id, one, link.message_id))
    if not known:
        return None
    header_id, last, mail = known[0]
    chain = [other_id for other_id, _one, _mail in reversed(known)]
    before = (mail.reference_header or mail.in_reply_to or "").split()
    return Answered(
        message_id=header_id,
        references=tuple(dict.fromkeys([*before, *chain])),
        subject=mail.subject or last.subject or "",
        mail=mail,
        cc=frozenset(_copied(last, mail)),
    )


def _people(message, mail) -> set[str]:
    """Everybody whom a message of the chatter is from or went to."""
    outside = message.notification_ids.filtered(
        lambda one: one.notification_type == "email"
    )
    texts = [
        message.email_from,
        message.incoming_email_to,
        message.incoming_email_cc,
        message.outgoing_email_to,
        *message.partner_ids.mapped("email"),
        *outside.mapped("mail_email_address"),
        *outside.res_partner_id.mapped("email"),
    ]
    people = {email for text in texts if text for email in email_normalize_all(text)}
    for pairs in (mail.recipients or {}).values():
        people.update(email_normalize(email) or email for _name, email in pairs)
    return people


def _copied(message, mail) -> list[str]:
    sent = message.env["crm.mail.outgoing"].search(
        [("mail_message_id", "=", message.id)], limit=1
    )
    pairs = (sent.recipients or mail.recipients or {}).get("cc", ())
    return [
        *email_normalize_all(message.incoming_email_cc or ""),
        *(email_normalize(email) or email for _name, email in pairs),
    ]


def _is_address(email: str) -> bool:
    try:
        return bool(wire_address(email))
    except InvalidArgument:
        return False
