"""The Date field as a moment, or ``None`` when it tells no believable one.

Reads RFC 5322 3.3 with its obsolete forms (4.3), ``ctime`` and ISO 8601 dates.
A missing or unknown zone is read as UTC: hours wrong is better than no order.
Years before mail existed or far ahead are the sender's broken clock; the caller
then takes the server's INTERNALDATE.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

FIRST_YEAR = 1970
LAST_YEAR = 2199
_MAX_DATE = 200  # characters of a Date field that are looked at

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun",
         "jul", "aug", "sep", "oct", "nov", "dec"),
        start=1,
    )
}  # fmt: skip

# Hours; other names are read as UTC, as RFC 5322 4.3 wants for military letters.
_ZONES = {
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MESZ": 2, "MEZ": 1,
    "EET": 2, "EEST": 3, "WEST": 1, "BST": 1, "MSK": 3, "JST": 9, "KST": 9,
    "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "HST": -10, "SGT": 8, "HKT": 8,
}  # fmt: skip

_TIME = r"(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d+)?)?\s*(?:([ap])\.?m\.?\b)?"
_USUAL = re.compile(
    r"(?:\D*?[\s,])?\s*(\d{1,2})[\s.-]*([a-z]{3})[a-z]*[\s.,-]*(\d{2,5})[\s,]+"
    r"(?:at\s+)?" + _TIME + r"(.*)",
    re.IGNORECASE,
)
_CTIME = re.compile(
    r"(?:[a-z]+,?\s+)?([a-z]{3})[a-z]*\s+(\d{1,2}),?\s+" + _TIME + r"\s*(.*?)\s+"
    r"(\d{4})\b(.*)",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T\s]+" + _TIME + r"(.*))?", re.IGNORECASE
)
_MONTH_TEXTS = {
    f" {name.title()} ".encode(): f"-{number:02}-" for name, number in _MONTHS.items()
}
_ZONE = re.compile(rb"[+-](?:0\d|1[0-4])[0-5]\d")
_OFFSET = re.compile(r"([+-])\s*(\d{1,2}):?(\d{2})(?!\d)")
_ZONE_NAME = re.compile(r"\s*\(?([A-Za-z]+)")


def _offset(text: str) -> int:
    """Minutes east of Greenwich that the rest of a date names."""
    match = _OFFSET.search(text.split("(", 1)[0])
    if match:
        hours, minutes = int(match[2]), int(match[3])
        if hours > 15 or minutes > 59:
            return 0
        return (hours * 60 + minutes) * (-1 if match[1] == "-" else 1)
    match = _ZONE_NAME.match(text)
    return _ZONES.get(match[1].upper(), 0) * 60 if match else 0


def _moment(year, month, day, hour, minute, second, half, zone) -> datetime | None:
    short, year, hour = len(year) < 4, int(year), int(hour or 0)
    if short:
        year += 2000 if year < 50 else 1900  # RFC 5322 4.3
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if half:
        hour = hour % 12 + (12 if half in "pP" else 0)
    late = hour == 24
    try:
        moment = datetime(
            year,
            int(month),
            int(day),
            0 if late else hour,
            int(minute or 0),
            min(int(second or 0), 59) if int(second or 0) <= 60 else 60,
            tzinfo=timezone.utc,
        )
    except ValueError:
        return None
    if late:
        moment += timedelta(days=1)
    if zone and (minutes := _offset(zone)):
        moment -= timedelta(minutes=minutes)
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _standard(value: bytes) -> datetime | None:
    """``Sat, 18 Nov 2023 01:11:18 +0000 (UTC)``, which is what RFC 5322 3.3 asks for,
    letter by letter; ``None`` for what needs a second look."""
    value = value.partition(b" (")[0]
    if value[6:7] == b" ":
        value = value[:5] + b"0" + value[5:]
    month = _MONTH_TEXTS.get(value[7:12])
    if month is None or value[16:26:3] != b" :: " or value[3:5] != b", ":
        return None
    shift = _shift(value[26:])
    if shift is None or not value[:3].isalpha():
        return None
    text = value.decode("latin-1")
    try:
        moment = datetime.fromisoformat(
            f"{text[12:16]}{month}{text[5:7]}T{text[17:25]}+00:00"
        )
    except ValueError:
        return None
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        return None
    return moment - shift if shift else moment


@lru_cache(maxsize=256)
def _shift(zone: bytes) -> timedelta | None:
    if not _ZONE.fullmatch(zone):
        return None
    minutes = int(zone[1:3]) * 60 + int(zone[3:])
    return timedelta(minutes=-minutes if zone.startswith(b"-") else minutes)


def parse_date(value: bytes | str) -> datetime | None:
    """The moment in UTC that a Date field names; never raises."""
    if isinstance(value, bytes):
        if (standard := _standard(value)) is not None:
            return standard
        value = value[:_MAX_DATE].decode("latin-1")
    value = value[:_MAX_DATE].strip()
    if match := _USUAL.match(value):
        day, name, year, hour, minute, second, half, zone = match.groups()
        month = _MONTHS.get(name.lower())
        if month:
            return _moment(year, month, day, hour, minute, second, half, zone)
    if match := _CTIME.match(value):
        name, day, hour, minute, second, half, before, year, zone = match.groups()
        month = _MONTHS.get(name.lower())
        if month:
            zone = zone if zone.strip() else before
            return _moment(year, month, day, hour, minute, second, half, zone)
    if match := _ISO.match(value):
        return _moment(*match.groups())
    return None
