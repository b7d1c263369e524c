"""Time in the demo world: clock zones, office hours, and how dates are written.

Zones are computed here, so that no time zone database is needed. Threads are dated
from their last message backwards, because only the past may hold mail; every
correction (night, weekend) moves further back, which keeps the order of a thread.
"""

from datetime import UTC, date, datetime, timedelta, timezone

_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "it": ("lun", "mar", "mer", "gio", "ven", "sab", "dom"),
}
_FULL_DAYS = {
    "en": (
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ),
    "it": (
        "lunedì",
        "martedì",
        "mercoledì",
        "giovedì",
        "venerdì",
        "sabato",
        "domenica",
    ),
}
_FULL_MONTHS = {
    "en": (
        "January February March April May June July "
        "August September October November December"
    ).split(),
    "it": (
        "gennaio febbraio marzo aprile maggio giugno luglio "
        "agosto settembre ottobre novembre dicembre"
    ).split(),
}

# Office hours, in minutes after midnight of the writer's clock.
OPENING = 8 * 60 + 10
CLOSING = 18 * 60 + 40


def _nth_sunday(year: int, month: int, nth: int) -> date:
    """The nth Sunday of a month; -1 is the last one."""
    if nth < 0:
        last = date(year, month, 31)
        return last - timedelta(days=(last.weekday() + 1) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))


def localize(moment: datetime, zone: str) -> datetime:
    """The same instant on the clock of a zone: rome, london, newyork or utc."""
    moment = moment.astimezone(UTC)
    day = moment.date()
    if zone == "newyork":
        summer = _nth_sunday(day.year, 3, 2) <= day < _nth_sunday(day.year, 11, 1)
        hours = -4 if summer else -5
    else:
        summer = _nth_sunday(day.year, 3, -1) <= day < _nth_sunday(day.year, 10, -1)
        hours = {"rome": 1, "london": 0, "utc": 0}[zone] + (summer and zone != "utc")
    return moment.astimezone(timezone(timedelta(hours=hours)))


def on_day(end: datetime, days_before: int, minute: int, zone: str) -> datetime:
    """The given minute of the day, that many days before the end date.

    Day 1 is the last whole day before ``end``, and what happened on it happened
    before ``end`` wherever it was; zero and below are days to come.
    """
    local_noon = end.astimezone(UTC) - timedelta(days=days_before) + timedelta(hours=12)
    there = localize(local_noon, zone)
    there = there.replace(hour=minute // 60, minute=minute % 60, second=0)
    if days_before > 0:
        there = min(there, end.astimezone(UTC) - timedelta(minutes=1))
    return localize(there, zone)


def working(moment: datetime) -> datetime:
    """This moment, or the nearest earlier one within office hours."""
    minute = moment.hour * 60 + moment.minute
    if minute < OPENING:
        moment -= timedelta(minutes=minute + 24 * 60 - CLOSING + (minute % 150))
    elif minute > CLOSING:
        moment -= timedelta(minutes=minute - CLOSING + (minute % 230))
    if moment.weekday() > 4:
        moment -= timedelta(days=moment.weekday() - 4)
    return moment


def earlier(moment: datetime, minutes: float, zone: str) -> datetime:
    """A moment of office hours at least that many minutes earlier."""
    before = localize(moment - timedelta(minutes=int(minutes)), zone)
    return working(before)


def header_date(moment: datetime) -> str:
    """The Date header of RFC 5322, independent of the machine's language."""
    day, month = _DAYS["en"][moment.weekday()], _FULL_MONTHS["en"][moment.month - 1]
    return f"{day}, {moment.day} {month[:3]} {moment.year} {moment:%H:%M:%S %z}"


def gmail_date(moment: datetime, language: str) -> str:
    """As web mail writes it above a quotation."""
    day = _DAYS[language][moment.weekday()]
    month = _FULL_MONTHS[language][moment.month - 1][:3]
    if language == "it":
        return f"{day} {moment.day} {month} {moment.year} alle ore {moment:%H:%M}"
    hour = moment.hour % 12 or 12
    half = "AM" if moment.hour < 12 else "PM"
    return f"{day}, {month} {moment.day}, {moment.year} at {hour}:{moment:%M} {half}"


def outlook_date(moment: datetime, language: str) -> str:
    """The long form in the block of headers above a quotation."""
    day = _FULL_DAYS[language][moment.weekday()]
    month = _FULL_MONTHS[language][moment.month - 1]
    if language == "it":
        return f"{day} {moment.day} {month} {moment.year} {moment:%H:%M}"
    return f"{day}, {moment.day} {month} {moment.year} {moment:%H:%M}"


def apple_date(moment: datetime, language: str) -> str:
    """Day, short month, year and time."""
    month = _FULL_MONTHS[language][moment.month - 1][:3]
    at = "alle ore" if language == "it" else "at"
    return f"{moment.day} {month} {moment.year}, {at} {moment:%H:%M}"


def numeric_date(moment: datetime) -> str:
    """Figures only, day first."""
    return f"{moment:%d/%m/%Y %H:%M}"
