"""The facts of an invitation (RFC 5545, RFC 5546): what, when, where, who.

Reads what a person wants to see before opening a calendar, and nothing else: no
recurrences are counted out, no alarm is set.  Bounded and never raising: what cannot
be read is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

MAX_CALENDAR = 1024 * 1024
"""Characters of a calendar part that are read."""
MAX_EVENTS = 20
MAX_ATTENDEES = 200
_MAX_TEXT = 5000

_FOLD = re.compile(r"\r?\n[ \t]")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^;:",]*(?:,[^;:",]*)*)')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")

_WINDOWS = {
    "W. Europe Standard Time": "Europe/Berlin",
    "Central Europe Standard Time": "Europe/Budapest",
    "Central European Standard Time": "Europe/Warsaw",
    "Romance Standard Time": "Europe/Paris",
    "GMT Standard Time": "Europe/London",
    "E. Europe Standard Time": "Europe/Chisinau",
    "FLE Standard Time": "Europe/Kiev",
    "GTB Standard Time": "Europe/Bucharest",
    "Eastern Standard Time": "America/New_York",
    "Central Standard Time": "America/Chicago",
    "Mountain Standard Time": "America/Denver",
    "Pacific Standard Time": "America/Los_Angeles",
    "India Standard Time": "Asia/Kolkata",
    "China Standard Time": "Asia/Shanghai",
    "Tokyo Standard Time": "Asia/Tokyo",
    "UTC": "UTC",
}
"""Outlook names time zones as Windows does (Unicode CLDR windowsZones)."""


@dataclass(frozen=True)
class Attendee:
    name: str
    email: str
    status: str = ""
    """``accepted``, ``declined``, ``tentative``, ``needs-action``..., lower case."""


@dataclass(frozen=True)
class CalendarEvent:
    """``start`` and ``end`` are dates for a whole day (``end`` is the last day), aware
    times where the zone is known, and naive ones that hold wherever one is.

    ``method`` is ``request``, ``cancel``, ``reply``, ``publish``... in lower case.
    """

    method: str = ""
    uid: str = ""
    summary: str = ""
    location: str = ""
    description: str = ""
    start: datetime | date | None = None
    end: datetime | date | None = None
    organizer: Attendee | None = None
    attendees: tuple[Attendee, ...] = ()
    recurring: bool = False
    status: str = ""


@dataclass
class _Line:
    name: str
    value: str
    parameters: dict[str, str] = field(default_factory=dict)


def _lines(text: str) -> Iterator[_Line]:
    for line in _FOLD.sub("", text[:MAX_CALENDAR]).splitlines():
        match = _NAME.match(line)
        if not match:
            continue
        position, parameters = match.end(), {}
        while parameter := _PARAMETER.match(line, position):
            parameters[parameter[1].upper()] = parameter[2].strip('"')
            position = parameter.end()
        if line[position : position + 1] == ":":
            yield _Line(match[0].upper(), line[position + 1 :], parameters)


def _text(value: str) -> str:
    def unescaped(match: re.Match) -> str:
        return "\n" if match[1] in "nN" else match[1]

    return _ESCAPE.sub(unescaped, value)[:_MAX_TEXT].strip()


def _zone(name: str, offsets: dict[str, timezone]):
    name = name.strip().strip('"')
    try:
        return ZoneInfo(_WINDOWS.get(name, name).lstrip("/"))
    except (KeyError, ValueError, OSError):
        return offsets.get(name)


def _moment(line: _Line, offsets: dict[str, timezone]) -> datetime | date | None:
    value = line.value.strip()
    try:
        if len(value) == 8 or line.parameters.get("VALUE", "").upper() == "DATE":
            return datetime.strptime(value[:8], "%Y%m%d").date()
        moment = datetime.strptime(value[:15], "%Y%m%dT%H%M%S")
    except ValueError:
        return None
    if value[15:16].upper() == "Z":
        return moment.replace(tzinfo=timezone.utc)
    zone = line.parameters.get("TZID")
    return moment.replace(tzinfo=_zone(zone, offsets)) if zone else moment


def _duration(value: str) -> timedelta | None:
    match = _DURATION.fullmatch(value.strip()[:50])
    if not match:
        return None
    numbers = [int((number or "0")[:6]) for number in match.groups()[1:]]
    weeks, days, hours, minutes, seconds = numbers
    length = timedelta(
        weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
    )
    return -length if match[1] == "-" else length


def _person(line: _Line) -> Attendee:
    email = re.sub(r"^mailto:", "", line.value.strip(), flags=re.IGNORECASE)[:320]
    return Attendee(
        _text(line.parameters.get("CN", ""))[:255],
        email if "@" in email else "",
        line.parameters.get("PARTSTAT", "").lower()[:50],
    )


def _offset(value: str) -> timezone | None:
    match = _OFFSET.match(value.strip())
    if not match:
        return None
    length = timedelta(hours=int(match[2]), minutes=int(match[3]))
    if length >= timedelta(hours=24):
        return None
    return timezone(-length if match[1] == "-" else length)


def _event(lines: list[_Line], method: str, offsets: dict[str, timezone]):
    values: dict = {"method": method}
    attendees: list[Attendee] = []
    length = None
    for line in lines:
        match line.name:
            case "UID":
                values["uid"] = line.value.strip()[:500]
            case "SUMMARY" | "LOCATION" | "DESCRIPTION":
                values[line.name.lower()] = _text(line.value)
            case "DTSTART":
                values["start"] = _moment(line, offsets)
            case "DTEND":
                values["end"] = _moment(line, offsets)
            case "DURATION":
                length = _duration(line.value)
            case "ORGANIZER":
                values["organizer"] = _person(line)
            case "ATTENDEE" if len(attendees) < MAX_ATTENDEES:
                attendees.append(_person(line))
            case "RRULE" | "RDATE":
                values["recurring"] = True
            case "STATUS":
                values["status"] = line.value.strip().lower()[:50]
    start, end = values.get("start"), values.get("end")
    try:
        if end is None and start is not None and length is not None:
            if not isinstance(start, datetime):
                length = timedelta(days=length.days)
            end = start + length
        if isinstance(end, date) and not isinstance(end, datetime):
            # The end of RFC 5545 3.6.1 is the day after the last one.
            end = max(end - timedelta(days=1), start) if start else end
    except (OverflowError, TypeError):
        end = None
    return CalendarEvent(**{**values, "end": end, "attendees": tuple(attendees)})


def read_calendar(text: str) -> tuple[CalendarEvent, ...]:
    """The events of a calendar part, at most ``MAX_EVENTS``; never raises."""
    method = ""
    offsets: dict[str, timezone] = {}
    collected: list[list[_Line]] = []
    stack: list[str] = []
    zone_name = ""
    for line in _lines(text):
        if line.name == "BEGIN":
            stack.append(line.value.strip().upper())
            if stack[-1] == "VEVENT":
                collected.append([])
        elif line.name == "END":
            if stack:
                stack.pop()
        elif line.name == "METHOD":
            method = line.value.strip().lower()[:50]
        elif stack[-1:] == ["VEVENT"]:
            collected[-1].append(line)
        elif line.name == "TZID" and stack[-1:] == ["VTIMEZONE"]:
            zone_name = line.value.strip()
        elif line.name == "TZOFFSETTO" and stack[-1:] == ["STANDARD"]:
            # For zones that nobody else knows; summer time is not counted out.
            if zone := _offset(line.value):
                offsets.setdefault(zone_name, zone)
    return tuple(_event(lines, method, offsets) for lines in collected[:MAX_EVENTS])


def as_utc(moment: datetime | date | None, zone) -> datetime | None:
    """A moment in UTC; ``zone`` (of the reader) for one that names none."""
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError:
        return None
