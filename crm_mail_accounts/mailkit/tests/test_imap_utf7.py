"""Names of folders in modified UTF-7 (RFC 3501 5.1.3)."""

import pytest

from mailkit.errors import InvalidArgument
from mailkit.imap.utf7 import decode, encode

PAIRS = [
    ("INBOX", b"INBOX"),
    ("Tom & Jerry", b"Tom &- Jerry"),
    ("Entwürfe", b"Entw&APw-rfe"),
    ("Clienti/Società Perù & Co", b"Clienti/Societ&AOA- Per&APk- &- Co"),
    ("~peter/mail/台北/日本語", b"~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
    ("✉😀", b"&JwnYPd4A-"),
    ("", b""),
]


@pytest.mark.parametrize(("name", "raw"), PAIRS)
def test_names_are_written_and_read(name, raw):
    assert encode(name) == raw
    assert decode(raw) == name
    assert decode(raw.decode("ascii")) == name


@pytest.mark.parametrize(
    "raw",
    [
        b"&",
        b"Tom & Jerry",
        b"&AOA",
        b"&A-",
        b"&!!!-",
        b"&2D0-",  # half of a pair of surrogates
        b"&AAA-",  # NUL
        b"&AA0ACg-",  # CR LF
    ],
)
def test_a_name_that_is_no_utf7_is_shown_as_it_is(raw):
    assert decode(raw) == raw.decode("ascii")


def test_a_name_in_raw_utf8_is_readable():
    assert decode("Società".encode()) == "Società"


def test_a_name_in_raw_latin1_is_readable():
    assert decode("Società".encode("latin-1")) == "Società"


@pytest.mark.parametrize("name", ["a\r\nA2 DELETE x", "a\0", "tab\t", "\x7f"])
def test_a_control_character_is_refused_before_it_is_hidden(name):
    with pytest.raises(InvalidArgument):
        encode(name)
