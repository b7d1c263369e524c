"""Mail as it should not be, but is: charsets, broken headers, strange structures.

Every case has a name, which the mail carries in the header X-Demo-Case, so that a
test can ask for it. ``CASES`` lists them in order; the charsets live in ``tongues``
and the structures in ``structures``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from . import structures, tongues, transport
from .clock import header_date, on_day
from .compose import Header, Part, address, header, message, text
from .people import Person

CASE_HEADER = "X-Demo-Case"


@dataclass(frozen=True)
class Oddity:
    """What is unusual in one mail.

    A header name in ``without`` is left out; ``headers`` are added at the end;
    ``subject`` and ``sender`` are written as they stand.
    """

    case: str
    sender: str
    subject: str
    part: Part
    without: tuple[str, ...] = ()
    headers: tuple[Header, ...] = ()
    date: str = ""
    to: str = ""


def _plain(case: str, subject: str, said: str, **more: object) -> Oddity:
    sender = address("Zoë Castellane", "zoe@castellane-studio.example")
    return Oddity(case, sender, subject, text(said), **more)


def headers_missing() -> list[Oddity]:
    """Headers that are not there, or say nothing."""
    return [
        _plain(
            "no-message-id",
            "Sent by a scanner",
            "Page 1 of 1 was scanned in the corridor.\n",
            without=("Message-ID",),
        ),
        _plain(
            "no-date",
            "A mail outside of time",
            "The machine that sent this has no clock.\n",
            without=("Date",),
        ),
        _plain(
            "no-subject",
            "",
            "I forgot the subject again. Did the samples arrive?\n\nZoë\n",
            without=("Subject",),
        ),
        _plain("empty-subject", "", "Only the line of the subject is empty.\n"),
        _plain("empty-body", "Samples arrived, thank you (no text)", ""),
        _plain(
            "no-to",
            "Invitation to our open day",
            "Everybody is hidden in Bcc, so nobody is named above.\n",
            without=("To",),
        ),
        _plain(
            "undisclosed-recipients",
            "New opening hours",
            "From Monday we open at nine.\n",
            to="undisclosed-recipients:;",
        ),
        Oddity(
            "no-address-in-from",
            "Reception desk",
            "A parcel is waiting downstairs",
            text("Please collect it before six.\n"),
        ),
        Oddity(
            "two-authors",
            '"Zoë" <zoe@castellane-studio.example>, Tom <tom.ashdown@homepost.example>',
            "From both of us",
            text("We wrote this together.\n"),
            headers=(("Sender", "zoe@castellane-studio.example"),),
        ),
    ]


def headers_strange() -> list[Oddity]:
    """Headers that are there, but not as the standards want them."""
    long_subject = "Re: the chairs, " + ", ".join(
        f"and also point {n} of the list we went through on the telephone"
        for n in range(1, 12)
    )
    return [
        _plain("very-long-subject", header(long_subject), "All in the subject.\n"),
        _plain(
            "emoji",
            header("🎉 Grand opening 🪑✨ come and see"),
            "We are open! 🥳 Bring a friend 👩‍👩‍👧 and a 🌵.\n",
        ),
        _plain(
            "encoded-words-cut-a-character",
            "=?utf-8?B?UGVyw7kgZSBjYWZmw6g6IGlsIHByZXp6byDD?=\r\n"
            " =?utf-8?B?qCBmZXJtbw==?=",
            "The subject breaks a letter in two.\n",
        ),
        _plain(
            "encoded-words-adjacent",
            "=?utf-8?Q?Sedie?= =?utf-8?Q?_e?=\r\n =?iso-8859-1?B?IHF1YWxpdOA=?= 2026",
            "Blanks between encoded words vanish, the others stay.\n",
        ),
        _plain(
            "encoded-word-broken",
            "=?utf-8?B?w6jDqA?= =?nonsense?X?abc?= and the rest",
            "Padding is missing and one word is nonsense.\n",
        ),
        Oddity(
            "encoded-word-in-quotes",
            '"=?utf-8?Q?Zo=C3=AB_Castellane?=" <zoe@castellane-studio.example>',
            "Quoted, though it must not be",
            text("Some programs put quotes around encoded words.\n"),
        ),
        _plain(
            "two-subjects",
            "The first subject",
            "There is another Subject line below.\n",
            headers=(("Subject", "The second subject"),),
        ),
        _plain(
            "date-impossible",
            "Sent on the 32nd",
            "My calendar is a little generous.\n",
            date="Mon, 32 Foo 2025 27:61:00 +0100",
        ),
        _plain(
            "date-obsolete",
            "Old date format",
            "Two digits for the year and a zone by name.\n",
            date="3 Mar 25 10:15 GMT",
        ),
        _plain(
            "date-comment",
            "Date with a remark",
            "The zone is explained in brackets.\n",
            date="Mon, 3 Mar 2025 10:15:00 +0100 (Central European Time)",
        ),
        Oddity(
            "punycode-domain",
            address("Café Köster", "gruss@xn--caf-kster-d7a8l.example"),
            "Table for four",
            text("We should love to welcome you.\n"),
        ),
        Oddity(
            "name-looks-like-address",
            '"laura@demo.test" <stranger@elsewhere.example>',
            "Your password",
            text("The name pretends to be an address.\n"),
        ),
        _plain(
            "urgent-with-receipt",
            "Please confirm by noon",
            "The printers are waiting for your signature.\n",
            headers=(
                ("X-Priority", "1 (Highest)"),
                ("Importance", "high"),
                ("Disposition-Notification-To", "<zoe@castellane-studio.example>"),
            ),
        ),
        _plain(
            "subject-with-tab-and-controls",
            "Tab\tand\x07 bell",
            "Control characters do not belong in a subject.\n",
        ),
    ]


def _from_table(table: Callable[[], list[tuple[str, str, str, Part]]]) -> list[Oddity]:
    return [Oddity(*row) for row in table()]


def cases() -> list[Oddity]:
    """Every oddity, in a fixed order."""
    return [
        *_from_table(tongues.charsets),
        *headers_missing(),
        *headers_strange(),
        *_from_table(structures.structures),
    ]


def oddity_mail(
    rng: Random, oddity: Oddity, reader: Person, end: datetime, age: int
) -> tuple[datetime, bytes]:
    """One oddity as received by one reader: its date and its bytes."""
    date = on_day(end, age, rng.randrange(8 * 60, 19 * 60), "rome")
    date = date.replace(second=rng.randrange(60))
    sender = oddity.sender.rpartition("<")[2].rstrip(">")
    sender = sender if "@" in sender and sender.isascii() else "desk@demo.test"
    token = f"{rng.getrandbits(64):016x}"
    headers: list[Header] = [
        ("From", oddity.sender),
        ("To", oddity.to or address(reader.name, reader.email)),
        ("Subject", oddity.subject),
        ("Date", oddity.date or header_date(date)),
        ("Message-ID", f"<{oddity.case}.{token}@odd.example>"),
        *oddity.headers,
        (CASE_HEADER, oddity.case),
    ]
    kept = [pair for pair in headers if pair[0] not in oddity.without]
    way = transport.journey(rng, sender, reader.email, date, signed=False)
    return date, message([*way, *kept], oddity.part)
