"""Automatic answers: bounces, read receipts, absences, answers to invitations."""

from datetime import datetime, timedelta
from random import Random

from . import transport
from .calendars import invitation
from .clock import header_date
from .compose import (
    Header,
    Part,
    address,
    boundary,
    head,
    header,
    message,
    multipart,
    text,
)
from .letters import Letter
from .people import Person

# Address that refuses, status code, what the refusing server says.
REFUSALS = (
    (
        "old.name@harrowdale-textiles.example",
        "5.1.1",
        "550 5.1.1 no such mailbox here",
    ),
    ("info@tipografia-mornadelli.example", "5.1.2", "host name not found"),
    ("zeno@peru-e-co.example", "5.2.2", "552 5.2.2 mailbox is full"),
    ("silas@kestrelridge.example", "5.3.4", "552 5.3.4 message too big"),
    ("l.fabbri@borgosereno.example", "4.4.1", "connection timed out, still trying"),
    ("list@bluestem-analytics.example", "5.7.1", "550 5.7.1 refused by policy"),
)
ABSENCES = {
    "it": (
        "Grazie del messaggio. Sono fuori ufficio e rientro fra una settimana; per le "
        "urgenze chiamate il centralino.",
        "Sono in ferie senza computer. Leggerò la posta al ritorno, con calma.",
    ),
    "en": (
        "Thank you for your mail. I am away and will be back in a week; for anything "
        "urgent please ring the front desk.",
        "I am on holiday, without a laptop, and will read your mail when I am back.",
    ),
}


def bounce(rng: Random, me: Person, date: datetime, row: tuple[str, str, str]) -> bytes:
    """A delivery report (RFC 3464) for a mail of mine."""
    recipient, status, said = row
    failed = status.startswith("5")
    original: list[Header] = [
        ("From", address(me.name, me.email)),
        ("To", recipient),
        ("Subject", header("Catalogo nuovo / New brochure")),
        ("Date", header_date(date - timedelta(minutes=2))),
        ("Message-ID", f"<{rng.getrandbits(64):016x}@demo.test>"),
    ]
    notice = text(
        "This is the mail system at mx1.demo.test.\n\nYour message to\n\n"
        f"    <{recipient}>\n\n"
        f"{'could not be delivered' if failed else 'is still waiting'}:\n\n    {said}\n"
    )
    fields = (
        "Reporting-MTA: dns; mx1.demo.test\r\n"
        f"Arrival-Date: {header_date(date)}\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\n"
        f"Action: {'failed' if failed else 'delayed'}\r\n"
        f"Status: {status}\r\n"
        f"Remote-MTA: dns; mx.{recipient.rpartition('@')[2]}\r\n"
        f"Diagnostic-Code: smtp; {said}\r\n"
    )
    status_part = Part(
        (("Content-Type", "message/delivery-status"),), fields.encode("ascii")
    )
    returned = Part((("Content-Type", "text/rfc822-headers"),), head(original))
    part = multipart(
        "report",
        boundary(rng, "other"),
        [notice, status_part, returned],
        params=" report-type=delivery-status;",
    )
    subject = "Undelivered Mail" if failed else "Delayed Mail"
    headers: list[Header] = [
        *transport.journey(
            rng, "mailer-daemon@demo.test", me.email, date, bounce="", signed=False
        ),
        ("From", "Mail Delivery System <mailer-daemon@demo.test>"),
        ("To", me.email),
        ("Subject", f"{subject} Returned to Sender" if failed else subject),
        ("Date", header_date(date)),
        ("Message-ID", f"<{rng.getrandbits(64):016x}.dsn@mx1.demo.test>"),
        ("Auto-Submitted", "auto-replied"),
    ]
    return message(headers, part)


def read_receipt(rng: Random, me: Person, date: datetime, letter: Letter) -> bytes:
    """A disposition notification (RFC 8098): my letter was shown."""
    reader = letter.to[0]
    italian = letter.language == "it"
    said = (
        f'Il messaggio "{letter.subject}" è stato aperto.\n'
        if italian
        else f'Your message "{letter.subject}" was opened.\n'
    )
    fields = (
        f"Reporting-UA: {reader.domain}; Mail\r\n"
        f"Final-Recipient: rfc822; {reader.email}\r\n"
        f"Original-Message-ID: <{letter.message_id}>\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\r\n"
    )
    part = multipart(
        "report",
        boundary(rng, "other"),
        [
            text(said),
            Part(
                (("Content-Type", "message/disposition-notification"),),
                fields.encode("ascii"),
            ),
        ],
        params=" report-type=disposition-notification;",
    )
    word = "Letto" if italian else "Read"
    return _answer(rng, me, reader, date, letter, f"{word}: {letter.subject}", part)


def absence(rng: Random, me: Person, date: datetime, letter: Letter) -> bytes:
    """An out-of-office reply to my letter."""
    reader = letter.to[0]
    words = rng.choice(ABSENCES[letter.language])
    word = "Risposta automatica" if letter.language == "it" else "Automatic reply"
    part = text(f"{words}\n\n{reader.name}\n")
    return _answer(rng, me, reader, date, letter, f"{word}: {letter.subject}", part)


def accepted_meeting(rng: Random, me: Person, date: datetime, letter: Letter) -> bytes:
    """The guest's calendar accepts (METHOD:REPLY)."""
    guest = letter.to[0]
    start = (date + timedelta(days=4)).replace(hour=10, minute=0, second=0)
    calendar = invitation(
        f"{rng.getrandbits(64):016x}@agenda.demo.test",
        me,
        (guest,),
        start,
        letter.subject,
        guest.city,
        method="REPLY",
        status="ACCEPTED",
        sent=date,
    )
    italian = letter.language == "it"
    word = "Accettato" if italian else "Accepted"
    part = multipart(
        "alternative",
        boundary(rng, guest.client),
        [
            text(f"{guest.name}: {word.lower()}.\n"),
            text(calendar, "calendar", params="; method=REPLY"),
        ],
    )
    return _answer(rng, me, guest, date, letter, f"{word}: {letter.subject}", part)


def _answer(
    rng: Random,
    me: Person,
    author: Person,
    date: datetime,
    letter: Letter,
    subject: str,
    part: Part,
) -> bytes:
    headers: list[Header] = [
        *transport.journey(rng, author.email, me.email, date, bounce=""),
        ("From", address(author.name, author.email)),
        ("To", address(me.name, me.email)),
        ("Subject", header(subject)),
        ("Date", header_date(date)),
        ("Message-ID", f"<{rng.getrandbits(96):024x}@{author.domain}>"),
        ("In-Reply-To", f"<{letter.message_id}>"),
        ("References", f"<{letter.message_id}>"),
        ("Auto-Submitted", "auto-replied"),
        ("X-Auto-Response-Suppress", "All"),
    ]
    return message(headers, part)
