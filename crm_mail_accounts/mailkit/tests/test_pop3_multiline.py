"""The end of a POP3 answer and its dots, however the bytes arrive; listings."""

import random

import pytest

from mailkit.errors import LimitExceeded, ProtocolError
from mailkit.limits import MAX_LISTED
from mailkit.pop3 import listing
from mailkit.pop3.multiline import DotContent
from mailkit.pop3.replies import passes, read_reply

BEHIND = b"+OK next\r\n"


def read(wire, size, *, crlf=True, limit=10**9):
    """The content and what is behind it, fed ``size`` bytes at a time."""
    dots = DotContent(limit=limit, crlf=crlf)
    found = b""
    for start in range(0, len(wire), size):
        content, rest = dots.feed(wire[start : start + size])
        found += content
        if rest is not None:
            return found, rest + wire[start + size :]
    raise AssertionError(f"no end: {found!r}")


def stuffed(content):
    """As a server sends it (RFC 1939 section 3)."""
    return b"".join(
        (b"." if line.startswith(b".") else b"") + line + b"\r\n"
        for line in content.split(b"\r\n")[:-1]
    )


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 1000])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b"one line\r\n",
        b".\r\n",
        b"..\r\n...\r\n.\r\n",
        b"a\r\n.b\r\n\r\n\r\n.\r\n\r\n",
        b"bare\n.\nLF\n..\r\n",
        b"bare\r.\rCR\r\n",
        b"\n.\r\n",
        b"\xff\x00\r\n.\r.\r\n",
        b"a" * 5000 + b"\r\n",
    ],
)
def test_content_is_read_exactly_wherever_the_blocks_are_cut(content, size):
    assert read(stuffed(content) + b".\r\n" + BEHIND, size) == (content, BEHIND)


def test_a_mail_of_random_line_ends_and_dots_comes_back():
    chance = random.Random(7)
    for _round in range(300):
        content = bytes(chance.choices(b"..\r\n\nx", k=40)) + b"\r\n"
        size = chance.randint(1, 9)
        assert read(stuffed(content) + b".\r\n" + BEHIND, size) == (content, BEHIND)


def test_a_dot_between_bare_line_feeds_does_not_end_a_mail():
    """What follows would be taken for replies that the mail's sender has written."""
    wire = b"x\n.\n+OK forged\r\n.\r\n"
    assert read(wire, 100) == (b"x\n.\n+OK forged\r\n", b"")


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("end", [b".\n", b".\r\n"])
def test_a_server_that_ends_its_lines_in_lf_alone_is_understood(size, end):
    wire = b"a\n..b\r\n...\n" + end + b"+OK\n"
    assert read(wire, size, crlf=False) == (b"a\n.b\r\n..\n", b"+OK\n")


def test_a_dot_that_was_not_doubled_stays():
    assert read(b".forgotten\r\n.\r\n", 4) == (b".forgotten\r\n", b"")


def test_content_has_a_limit():
    assert read(b"12345678\r\n.\r\n", 3, limit=10)[0] == b"12345678\r\n"
    with pytest.raises(LimitExceeded):
        read(b"123456789\r\n.\r\n", 3, limit=10)


# -- replies and listings -----------------------------------------------------


@pytest.mark.parametrize(
    ("line", "ok", "text"),
    [
        (b"+OK", True, ""),
        (b"+ok done", True, "done"),
        (b"  +OK   done ", True, "done"),
        (b"-ERR", False, ""),
        (b"-err [in-use] wait", False, "[in-use] wait"),
        (b"+OK\tdone", True, "done"),
    ],
)
def test_untidy_replies_are_understood(line, ok, text):
    reply = read_reply(line)
    assert (reply.ok, reply.text) == (ok, text)


@pytest.mark.parametrize("line", [b"", b"OK", b"+OKAY", b"+ ", b"+", b"220 hi", b"."])
def test_other_lines_are_no_replies(line):
    assert read_reply(line) is None


@pytest.mark.parametrize(
    ("text", "passing"),
    [
        (b"[IN-USE] x", True),
        (b"[sys/temp] x", True),
        (b"[LOGIN-DELAY] x", True),
        (b"[SYS/PERM] temporary", False),
        (b"[AUTH] mailbox locked", False),
        (b"maildrop already locked", True),
        (b"Unable to lock maildrop", True),
        (b"Your mailbox is locked by another session", True),
        (b"Too many simultaneous connections", True),
        (b"Temporary authentication failure", True),
        (b"try again later", True),
        (b"Logon failure: unknown user name or bad password.", False),
        (b"invalid password", False),
        (b"", False),
    ],
)
def test_what_passes_is_told_from_what_does_not(text, passing):
    assert passes(read_reply(b"-ERR " + text)) is passing


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2 320", (2, 320)),
        ("2   320 octets", (2, 320)),
        ("0 0", (0, 0)),
        ("maildrop has 5 messages (12345 octets)", (5, 12345)),
        ("7", (7, None)),
    ],
)
def test_stat_is_read_from_whatever_stands_around_it(text, found):
    drop = listing.read_stat(text)
    assert (drop.count, drop.octets) == found


def test_stat_without_numbers_is_no_answer():
    with pytest.raises(ProtocolError):
        listing.read_stat("welcome")


def test_listings_are_read_line_by_line():
    sizes = b" 3  30 extra\r\n1 10\r\nrubbish\r\n\r\n2 x\r\n0 5\r\n1 11\r\n4 40\n"
    assert listing.read_sizes(sizes) == {3: 30, 1: 10, 4: 40}
    uidls = (
        b"2 same\r\n1   same \r\n3\r\nx y\r\n0 zero\r\n4 a b\r\n5 \x01\r\n6 <\xe9>\r\n"
        b"7 " + b"x" * 501 + b"\r\n8 ok\n"
    )
    assert listing.read_uidls(uidls) == {
        2: "same",
        1: "same",
        4: "a b",
        6: "<\xe9>",
        8: "ok",
    }


def test_a_listing_has_a_limit():
    lines = b"".join(b"%d 1\r\n" % number for number in range(1, MAX_LISTED + 1))
    assert len(listing.read_sizes(lines)) == MAX_LISTED
    with pytest.raises(LimitExceeded):
        listing.read_sizes(lines + b"9999999 1\r\n")
