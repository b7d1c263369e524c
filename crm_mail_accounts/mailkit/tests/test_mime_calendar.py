from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from mailkit.mime.calendar import MAX_EVENTS, as_utc, read_calendar

INVITATION = """BEGIN:VCALENDAR\r
METHOD:REQUEST\r
BEGIN:VTIMEZONE\r
TZID:Our own zone\r
BEGIN:STANDARD\r
TZOFFSETTO:+0230\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:1@x\r
SUMMARY:Review\\, second\\nround with a long\r
  name\r
LOCATION:Room "4"\r
DTSTART;TZID=W. Europe Standard Time:20260302T093000\r
DTEND;TZID=W. Europe Standard Time:20260302T103000\r
ORGANIZER;CN="Conti: Rosa":mailto:rosa@conti.example\r
ATTENDEE;PARTSTAT=NEEDS-ACTION;CN=Laura:MAILTO:laura@demo.test\r
RRULE:FREQ=WEEKLY\r
BEGIN:VALARM\r
DESCRIPTION:not this one\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
"""


def event(body: str):
    (found,) = read_calendar(f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{body}\nEND:VEVENT\n")
    return found


def test_the_facts_of_an_invitation():
    (found,) = read_calendar(INVITATION)
    assert found.method == "request"
    assert found.summary == "Review, second\nround with a long name"
    assert found.location == 'Room "4"'
    assert found.start == datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert found.organizer.name == "Conti: Rosa"
    assert found.organizer.email == "rosa@conti.example"
    assert [(a.name, a.status) for a in found.attendees] == [("Laura", "needs-action")]
    assert found.recurring and found.description == ""


def test_days_end_with_the_last_one():
    found = event("DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260304")
    assert (found.start, found.end) == (date(2026, 3, 2), date(2026, 3, 3))
    assert event("DTSTART:20260302\nDURATION:P1D").end == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("line", "hour"),
    [
        ("DTSTART:20260302T093000Z", 9),
        ("DTSTART;TZID=Europe/Rome:20260302T093000", 8),
        ('DTSTART;TZID="Europe/Rome":20260302T093000', 8),
        ("DTSTART:20260302T093000", 4),  # wherever the reader is: Asia/Karachi
        ("DTSTART;TZID=../../etc/passwd:20260302T093000", 4),
    ],
)
def test_time_zones(line, hour):
    reader = ZoneInfo("Asia/Karachi")
    assert as_utc(event(line).start, reader).hour == hour


def test_a_zone_that_the_calendar_brings_itself():
    text = INVITATION.replace("W. Europe Standard Time", "Our own zone")
    (found,) = read_calendar(text)
    assert found.start.utcoffset() == timedelta(hours=2, minutes=30)
    assert as_utc(found.start, timezone.utc).hour == 7


def test_a_duration_instead_of_an_end():
    assert event("DTSTART:20260302T093000Z\nDURATION:PT1H30M").end.hour == 11


@pytest.mark.parametrize(
    "body",
    [
        "DTSTART:tomorrow",
        "DTSTART:99999999T999999",
        "DTSTART:99991231T235959Z\nDURATION:P999999W",
        "DTSTART:20260302\nDTEND:20260302T093000",
        "DTSTART:20260302T093000Z\nDTEND:20250101",
        "DURATION:P1D",
        "SUMMARY",
        ";=:",
        "ORGANIZER:nobody",
        "\x00SUMMARY:x",
    ],
)
def test_what_cannot_be_read_is_left_out(body):
    assert event(body)


def test_no_more_than_a_person_reads():
    many = "BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n" * 100
    assert len(read_calendar(many)) == MAX_EVENTS
    assert read_calendar("") == ()
    assert read_calendar("END:X\nEND:Y") == ()
