import pytest

from mailkit.rules.autoforward import (
    MOST_MARKS,
    MOST_RECEIVED,
    PER_DAY,
    Refusal,
    forward_headers,
    refusal,
)

HEADER = b"From: Rosa <rosa@conti.example>\r\nTo: me@firm.example\r\n"


def refused(header=b"", to="partner@other.example", sent_today=0):
    return refusal(
        HEADER + header,
        to,
        mine={"me@firm.example"},
        token="our-own-mark",
        sent_today=sent_today,
    )


def test_what_a_person_wrote_is_forwarded_and_so_is_a_list():
    assert refused() is None
    assert refused(b"Auto-Submitted: no\r\n") is None
    assert refused(b"List-Id: <news.example>\r\nPrecedence: bulk\r\n") is None
    assert refused(b"X-Loop: somebody-else\r\n") is None


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (b"Auto-Submitted: auto-generated\r\n", Refusal.AUTOMATIC),
        (b"Auto-Submitted: auto-replied; x=y\r\n", Refusal.AUTOMATIC),
        (b"X-Autoreply: yes\r\n", Refusal.AUTOMATIC),
        (b"Return-Path: <>\r\n", Refusal.REPORT),
        (b"Content-Type: multipart/report; report-type=x\r\n", Refusal.REPORT),
        (b"X-Loop: our-own-mark\r\n", Refusal.LOOP),
        (b"X-Loop: a\r\nX-Loop: our-own-mark\r\n", Refusal.LOOP),
        (b"X-Loop: a\r\n" * (MOST_MARKS + 1), Refusal.LOOP),
        (b"Received: by x; today\r\n" * (MOST_RECEIVED + 1), Refusal.LOOP),
    ],
)
def test_machines_and_what_has_been_here_are_not_forwarded(header, why):
    assert refused(header) is why


def test_nothing_goes_back_or_to_oneself_or_without_end():
    assert refused(to="Rosa@Conti.example") is Refusal.BACK
    assert refused(to="ME@firm.example") is Refusal.OURS
    assert refused(sent_today=PER_DAY - 1) is None
    assert refused(sent_today=PER_DAY) is Refusal.BRAKE


def test_a_circle_of_several_is_seen_by_the_first_one():
    """Marks of earlier forwarders go along; each of them is named once."""
    first = forward_headers(HEADER, "mark-a")
    assert ("Auto-Submitted", "auto-generated") in first
    header = HEADER + b"".join(
        f"{name}: {value}\r\n".encode() for name, value in first if name == "X-Loop"
    )
    marks = [v for name, v in forward_headers(header, "mark-b") if name == "X-Loop"]
    assert marks == ["mark-a", "mark-b"]
    assert [v for n, v in forward_headers(header, "mark-a") if n == "X-Loop"] == [
        "mark-a"
    ]
