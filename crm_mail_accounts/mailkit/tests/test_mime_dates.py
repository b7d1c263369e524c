"""The Date field: what is believed and what is not."""

from datetime import datetime, timezone

import pytest

from mailkit.mime.dates import parse_date


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


GOOD = [
    ("Tue, 2 Jan 2024 10:00:00 +0100", utc(2024, 1, 2, 9)),
    ("2 Jan 2024 10:00:00 -0000", utc(2024, 1, 2, 10)),
    ("Tue, 02 Jan 2024 10:00 GMT", utc(2024, 1, 2, 10)),
    ("Tue,2 Jan 2024 10:00:00 +0100", utc(2024, 1, 2, 9)),
    ("Tue, 2 Jan 2024 10:00:00 -0800 (PST)", utc(2024, 1, 2, 18)),
    ("Tue, 2 Jan 2024 10:00:00 PST", utc(2024, 1, 2, 18)),
    ("Tue, 2 Jan 2024 10:00:00 (CET)", utc(2024, 1, 2, 9)),
    ("Tue, 2 Jan 2024 10:00:00 GMT+0100", utc(2024, 1, 2, 9)),
    ("Tue, 2 Jan 2024 10:00:00 +01:00", utc(2024, 1, 2, 9)),
    ("Tue, 2 Jan 2024 10:00:00", utc(2024, 1, 2, 10)),
    ("Tue, 2 Jan 2024 10:00:00 XYZ", utc(2024, 1, 2, 10)),
    ("Tue, 2 Jan 2024 10:00:00 +9999", utc(2024, 1, 2, 10)),
    ("Tuesday, 2 January 2024 10:00:00 +0000", utc(2024, 1, 2, 10)),
    ("Tue, 2 Jan 24 10:00:00 +0000", utc(2024, 1, 2, 10)),
    ("Tue, 2 Jan 99 10:00:00 +0000", utc(1999, 1, 2, 10)),
    ("Tue, 2 Jan 124 10:00:00 +0000", utc(2024, 1, 2, 10)),
    ("2-Jan-2024 10:00:00 +0000", utc(2024, 1, 2, 10)),
    ("Tue, 2 Jan 2024 10.00.05 +0000", utc(2024, 1, 2, 10, 0, 5)),
    ("Tue, 2 Jan 2024 10:00:00.123 +0000", utc(2024, 1, 2, 10)),
    ("Tue, 2 Jan 2024 03:00:00 PM +0000", utc(2024, 1, 2, 15)),
    ("Tue, 2 Jan 2024 23:59:60 +0000", utc(2024, 1, 2, 23, 59, 59)),
    ("Tue, 2 Jan 2024 24:00:00 +0000", utc(2024, 1, 3)),
    ("Tue Jan  2 10:00:00 2024", utc(2024, 1, 2, 10)),
    ("Tue Jan  2 10:00:00 CET 2024", utc(2024, 1, 2, 9)),
    ("Tue Jan  2 10:00:00 2024 +0100", utc(2024, 1, 2, 9)),
    ("2024-01-02T10:00:00Z", utc(2024, 1, 2, 10)),
    ("2024-01-02 10:00:00 +0200", utc(2024, 1, 2, 8)),
    ("2024-01-02", utc(2024, 1, 2)),
    ("mar., 2 jan. 2024 10:00:00 +0000", utc(2024, 1, 2, 10)),
    ("Thu, 01 Jan 1970 00:00:00 +0000", utc(1970, 1, 1)),
]
BAD = [
    "",
    "garbage",
    "Tue, 2 Foo 2024 10:00:00",
    "Tue, 32 Jan 2024 10:00:00 +0000",
    "Tue, 30 Feb 2024 10:00:00 +0000",
    "Tue, 2 Jan 2024 25:00:00 +0000",
    "Tue, 2 Jan 2024 10:61:00 +0000",
    "Tue, 2 Jan 2024 10:00:99 +0000",
    "Mon, 1 Jan 9999 00:00:00 -1200",
    "1 Jan 99999 00:00:00",
    "Wed, 31 Dec 1969 23:00:00 +0000",
    "Thu, 1 Jan 1970 00:00:00 +0100",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "\xff\xfe",
    "1" * 5000,
    " " * 5000,
    "Date: " * 100,
]


@pytest.mark.parametrize("value, moment", GOOD)
def test_a_believable_date_is_read(value, moment):
    assert parse_date(value) == moment
    assert parse_date(value.encode()) == moment


@pytest.mark.parametrize("value", BAD)
def test_an_absurd_date_is_none(value):
    assert parse_date(value) is None


def test_year_one_is_not_read_as_2001():
    assert parse_date("Mon, 1 Jan 0001 00:00:00 +0000") is None
