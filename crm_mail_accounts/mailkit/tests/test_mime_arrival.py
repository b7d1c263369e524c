"""The arrival date that a collected mail gets, and its line ends."""

from datetime import datetime, timezone

import pytest

from mailkit.mime.arrival import arrival, with_crlf

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=timezone.utc)
RECEIVED = b"Received: from a.example; Tue, 3 Mar 2026 08:30:00 +0100\r\n"


def at(*values):
    return datetime(*values, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (RECEIVED + b"Date: Mon, 2 Mar 2026 08:00:00 +0000\r\n", at(2026, 3, 3, 7, 30)),
        (b"Date: Mon, 2 Mar 2026 08:00:00 +0000\r\n" + RECEIVED, at(2026, 3, 3, 7, 30)),
        (
            RECEIVED + b"Received: by b; Sun, 1 Mar 2026 08:00:00 +0000\r\n",
            at(2026, 3, 3, 7, 30),
        ),
        (b"Received: by b; whenever\r\n" + RECEIVED, at(2026, 3, 3, 7, 30)),
        (b"Received: from a.example;\r\n\tTue, 3 Mar 2026 07:30:00 +0000\r\n",
         at(2026, 3, 3, 7, 30)),
        (b"Date: Mon, 2 Mar 2026 08:00:00 +0000\r\n", at(2026, 3, 2, 8)),
        (b"Date: Mon, 2 Mar 2099 08:00:00 +0000\r\n", NOW),
        (b"Date: next week\r\n", NOW),
        (b"X: y\r\n\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\n", NOW),
        (b"", NOW),
    ],
)  # fmt: skip
def test_the_arrival_date(raw, wanted):
    assert arrival(raw, NOW) == wanted


def test_every_line_ends_with_crlf():
    assert with_crlf(b"a\nb\r\nc\rd\r\r\n\ne") == (b"a\r\nb\r\nc\r\nd\r\n\r\n\r\ne")
    whole = b"a\r\nb\r\n"
    assert with_crlf(whole) == whole
