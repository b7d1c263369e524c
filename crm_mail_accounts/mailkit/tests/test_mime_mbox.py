"""Mails in one file: nothing of them is lost, wherever the pieces end."""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes

import pytest

from mailkit.mime.mbox import LONGEST_HELD, mbox_entry

MAIL = (
    b"Subject: Hello\r\nFrom: a@b.test\r\n\r\n"
    b"From here\r\n>From there\r\nin From between\r\n\r\nthe end"
)
ARRIVED = datetime(2026, 3, 2, 9, 5, 7)


def entry(content: bytes, size: int = 1 << 20, **values) -> bytes:
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(mbox_entry(pieces, "a@b.test", ARRIVED, **values))


def given_back(file: bytes) -> bytes:
    body = file.split(b"\n", 3)[3]
    return re.sub(rb"^>(>*From )", rb"\1", body, flags=re.MULTILINE)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 30, 1000])
def test_a_mail_comes_back_as_it_was_wherever_pieces_end(size):
    found = entry(MAIL, size)
    assert found.startswith(b"From a@b.test Mon Mar  2 09:05:07 2026\n")
    assert given_back(found) == MAIL.replace(b"\r\n", b"\n") + b"\n\n"
    assert found.count(b"\nFrom ") == 0


def test_a_line_without_end_is_not_held():
    line = b"x" * (3 * LONGEST_HELD)
    pieces = list(
        mbox_entry([b"A: b\n\n", line[:100], line[100:], b"\nFrom x"], "", None)
    )
    assert max(map(len, pieces)) <= len(line)
    assert b"\n>From x\n\n" in b"".join(pieces)


def test_one_follows_the_other_and_tells_its_flags():
    file = entry(MAIL, status="RF") + entry(b"Subject: Two\n\nbody\n")
    first, second = re.split(rb"^From .*\n", file, flags=re.MULTILINE)[1:]
    first, second = message_from_bytes(first), message_from_bytes(second)
    assert (first["Subject"], second["Subject"]) == ("Hello", "Two")
    assert (first["Status"], first["X-Status"]) == ("RO", "F")
    assert (second["Status"], second["X-Status"]) == ("O", "")
    assert second.get_payload() == "body\n\n"


def test_a_name_cannot_make_another_envelope():
    found = b"".join(mbox_entry([b"A: b\n"], "a\nFrom b", None))
    assert found.startswith(b"From aFromb Thu Jan  1 00:00:00 1970\n")
