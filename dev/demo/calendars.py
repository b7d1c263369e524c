"""Calendar objects (RFC 5545) as invitations carry them (RFC 5546)."""

from datetime import datetime, timedelta

from .clock import localize
from .people import Person


def _stamp(moment: datetime) -> str:
    return f"{localize(moment, 'utc'):%Y%m%dT%H%M%SZ}"


def _fold(line: str) -> str:
    """Lines of at most 75 octets, continued after a blank."""
    pieces, piece = [], ""
    for char in line:
        if len((piece + char).encode()) > 73:
            pieces.append(piece)
            piece = " "
        piece += char
    return "\r\n".join([*pieces, piece])


def _escape(value: str) -> str:
    for plain, shown in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(plain, shown)
    return value


def invitation(
    uid: str,
    organizer: Person,
    guests: tuple[Person, ...],
    start: datetime,
    summary: str,
    location: str,
    *,
    minutes: int = 60,
    method: str = "REQUEST",
    sent: datetime | None = None,
    sequence: int = 0,
    status: str = "NEEDS-ACTION",
    description: str = "",
) -> str:
    """A meeting; ``method`` REQUEST invites, CANCEL calls off, REPLY answers."""
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Lanterna//Agenda//EN",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:{_stamp(sent or start - timedelta(days=3))}",
        f"DTSTART:{_stamp(start)}",
        f"DTEND:{_stamp(start + timedelta(minutes=minutes))}",
        f"SUMMARY:{_escape(summary)}",
        f"LOCATION:{_escape(location)}",
        f'ORGANIZER;CN="{organizer.name}":mailto:{organizer.email}',
    ]
    if description:
        lines.append(f"DESCRIPTION:{_escape(description)}")
    for guest in guests:
        lines.append(
            f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT={status};RSVP=TRUE;"
            f'CN="{guest.name}":mailto:{guest.email}'
        )
    state = "CANCELLED" if method == "CANCEL" else "CONFIRMED"
    lines += [f"STATUS:{state}", "TRANSP:OPAQUE"]
    if method == "REQUEST":
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_escape(summary)}",
            "TRIGGER:-PT15M",
            "END:VALARM",
        ]
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return "\r\n".join(_fold(line) for line in lines) + "\r\n"
