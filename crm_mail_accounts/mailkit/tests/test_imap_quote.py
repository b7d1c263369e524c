"""Arguments of commands, and the one gate for control characters (law 9)."""

from datetime import datetime, timedelta, timezone

import pytest

from mailkit.errors import InvalidArgument
from mailkit.imap import quote
from mailkit.imap.quote import Literal

CONTROLS = [bytes([byte]) for byte in [*range(0x20), 0x7F]]


@pytest.mark.parametrize("control", CONTROLS)
def test_no_control_character_gets_into_any_argument(control):
    value = b"x" + control + b"A2 DELETE INBOX"
    for build in (quote.string, quote.mailbox):
        with pytest.raises(InvalidArgument) as caught:
            build(value)
        assert "DELETE" not in repr(caught.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("INBOX", b'"INBOX"'),
        ("two words", b'"two words"'),
        ("", b'""'),
        ("nil", b'"nil"'),
        ('say "hi" \\', b'"say \\"hi\\" \\\\"'),
        ("Società", Literal("Società".encode())),
        (b"\xff", Literal(b"\xff")),
    ],
)
def test_a_value_takes_the_plainest_safe_form(value, expected):
    assert quote.string(value) == expected


def test_a_long_value_goes_as_a_literal():
    assert quote.string("x" * 5000) == Literal(b"x" * 5000)


def test_a_folder_goes_back_byte_for_byte():
    assert quote.mailbox("Societ\xe0") == Literal(b"Societ\xe0")
    assert quote.mailbox("&AOA-") == b'"&AOA-"'


def test_a_readable_folder_name_is_not_taken_for_a_raw_one():
    with pytest.raises(InvalidArgument):
        quote.mailbox("台北")


def test_half_characters_of_broken_mail_are_refused():
    with pytest.raises(InvalidArgument) as caught:
        quote.string("s3cret\udcff")
    assert "s3cret" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_flags_are_atoms():
    assert quote.flag_list(["\\Seen", "$Forwarded"]) == b"(\\Seen $Forwarded)"
    assert quote.flag_list([]) == b"()"


@pytest.mark.parametrize(
    "flag", ["", "\\", "two words", "a)", "a\r\n", "\\\\Seen", "à", "a\n", '"a"', "{3}"]
)
def test_a_flag_with_other_characters_is_refused(flag):
    with pytest.raises(InvalidArgument):
        quote.flag_list([flag])


@pytest.mark.parametrize("number", [-1, 2**32, True, "1", 1.0, None])
def test_a_number_is_a_number_in_range(number):
    with pytest.raises(InvalidArgument):
        quote.number(number)


def test_dates_have_english_months_and_a_zone():
    zone = timezone(timedelta(hours=-3, minutes=-30))
    moment = datetime(2026, 5, 7, 8, 9, 10, tzinfo=zone)
    assert quote.date_time(moment) == b'" 7-May-2026 08:09:10 -0330"'
    with pytest.raises(InvalidArgument):
        quote.date_time(datetime(2026, 5, 7))


def test_a_literal_does_not_show_its_content():
    assert "s3cret" not in repr(Literal(b"s3cret"))
