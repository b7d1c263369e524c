"""What is read by a short way is read to the same values by the long one.

The readers of the index have a short way for what nearly all servers and mailers
write.  Here thousands of answers and headers, usual and odd, go both ways.
"""

import random
import re
from datetime import datetime, timezone

import pytest

from mailkit.errors import LimitExceeded, ProtocolError
from mailkit.imap import fetch
from mailkit.imap.wire import Untagged
from mailkit.mime import dates, header_fields
from mailkit.mime.charsets import decode
from mailkit.mime.dates import parse_date
from mailkit.mime.encoded_words import decode_words
from mailkit.mime.references import message_id, message_ids
from mailkit.values import IndexHeader

BODY = b"BODY[HEADER.FIELDS (DATE FROM LIST-ID)]"
HEADER = b"From: a@b.example\r\n\r\n"
MARK = b" {%d}" % len(HEADER)

USUAL_ANSWERS = {
    "dovecot": b"(UID 7 FLAGS (\\Answered \\Seen Work $Forwarded) INTERNALDATE "
    b'"18-Nov-2023 01:11:18 +0100" RFC822.SIZE 1652 MODSEQ (21) PREVIEW NIL '
    + BODY
    + MARK,
    "preview": b'(UID 7 PREVIEW "Dear \xc3\xa8 all" ' + BODY + MARK,
    "cyrus": b'(FLAGS () UID 7 INTERNALDATE " 1-Jan-2023 01:11:18 -0830" '
    b"RFC822.SIZE 9 MODSEQ (9) EMAILID (M6d99) THREADID (T64b) " + BODY + MARK,
    "no thread": b"(UID 7 EMAILID (M6d99) THREADID NIL " + BODY + MARK,
    "gmail": b"(X-GM-THRID 18446744073709551615 X-GM-MSGID 12 X-GM-LABELS "
    b'("\\\\Inbox" "\\\\Sent" Caff&AOg- "a \\"b\\" (c)" \\Starred) UID 7 '
    b'RFC822.SIZE 12 INTERNALDATE "22-Nov-2026 10:00:00 +0000" FLAGS (\\Seen) '
    + BODY
    + MARK,
    "quoted names": b'(UID 7 FLAGS (\\Seen) BODY[HEADER.FIELDS ("DATE" "FROM")]' + MARK,
    "literal8": b"(UID 7 " + BODY + b" ~{21}",
}


def both_ways(segments, start=0):
    """The short way's message, and the long way's with ``None`` for an error."""
    response = Untagged("FETCH", 1, segments, start)
    try:
        careful = fetch._read_any(response)
    except (ProtocolError, LimitExceeded):
        careful = None
    return fetch._read_usual(response), careful


@pytest.mark.parametrize("kind", USUAL_ANSWERS)
def test_usual_answers_go_the_short_way_to_the_same_mail(kind):
    short, careful = both_ways([USUAL_ANSWERS[kind], HEADER, b")"])
    assert short is not None
    assert short == careful


@pytest.mark.parametrize(
    "segments",
    [
        [b"(uid 7 " + BODY + MARK, HEADER, b")"],
        [b"(UID  7 " + BODY + MARK, HEADER, b")"],
        [b"(UID 0 " + BODY + MARK, HEADER, b")"],
        [b"(UID 4294967296 " + BODY + MARK, HEADER, b")"],
        [b"(FLAGS () " + BODY + MARK, HEADER, b")"],
        [b"(UID 7 " + BODY + MARK, HEADER, b" FLAGS (\\Seen))"],
        [b"(UID 7 " + BODY + MARK, HEADER, b" UID 8)"],
        [b"(UID 7 " + BODY + MARK, HEADER, b""],
        [b"(UID 7 X-NEW (1) " + BODY + MARK, HEADER, b")"],
        [b"(UID 7 BODY[HEADER.FIELDS (DATE)]<0>" + MARK, HEADER, b")"],
        [b"(UID 7 BODY[1]" + MARK, HEADER, b")"],
        [b"(UID 7 PREVIEW {3}", b"abc", b" " + BODY + MARK, HEADER, b")"],
        [b'(UID 7 PREVIEW "a \\" b" ' + BODY + MARK, HEADER, b")"],
        [b"(UID 7 RFC822.SIZE 9223372036854775808 " + BODY + MARK, HEADER, b")"],
        [b"(UID 7 FLAGS (" + b"k " * 200 + b"x) " + BODY + MARK, HEADER, b")"],
        [b"(UID 7 " + BODY + b" NIL)"],
    ],
)
def test_unusual_answers_are_left_to_the_general_reader(segments):
    assert both_ways(segments)[0] is None


def test_what_follows_later_counts_on_both_ways():
    text = b'(UID 6 UID 7 FLAGS (a) FLAGS () PREVIEW "x" PREVIEW NIL ' + BODY + MARK
    short, careful = both_ways([text, HEADER, b")"])
    assert short == careful
    assert (short.uid, short.flags, short.extra) == (7, (), {"preview": None})


ITEMS = [
    b"UID 7", b"UID 4294967295", b"UID 00000000012", b"UID 12345678901", b"UID",
    b"uid 8", b"UID NIL", b"FLAGS ()", b"FLAGS (\\Seen)", b"FLAGS (\\Seen  NIL nil)",
    b"FLAGS (a]b \xe8)", b"FLAGS ( \\Seen )", b"FLAGS (\\Seen", b'FLAGS ("\\\\Seen")',
    b"FLAGS NIL", b"FLAGS (a[b]c)", b"FLAGS (a{3})", b"FLAGS (\t)", b"RFC822.SIZE 0",
    b"RFC822.SIZE 999999999999999999", b"RFC822.SIZE 9999999999999999999",
    b"RFC822.SIZE -1", b"RFC822.SIZE (3)", b"MODSEQ (5)", b"MODSEQ 5", b"MODSEQ ()",
    b"MODSEQ (5 6)", b'INTERNALDATE "18-Nov-2023 01:11:18 +0000"',
    b'INTERNALDATE "31-Feb-2023 01:11:18 +0000"', b"INTERNALDATE NIL",
    b'INTERNALDATE "01-Jan-0001 00:00:00 +1400"', b'INTERNALDATE "\\"x"',
    b'INTERNALDATE "31-Dec-9999 23:59:59 -1200"', b'INTERNALDATE "soon"',
    b'INTERNALDATE " 1-nov-2023 1:11:60 -9999"', b'INTERNALDATE ""',
    b"PREVIEW NIL", b"PREVIEW nil", b'PREVIEW ""', b'PREVIEW "a (b) [c] \xff"',
    b'PREVIEW "{5}"', b'PREVIEW "NIL"', b"PREVIEW ()", b"EMAILID (M1)", b"EMAILID NIL",
    b"EMAILID (NIL)", b"EMAILID ()", b"EMAILID (a b)", b'EMAILID ("q")', b"THREADID ()",
    b"THREADID (T1)", b"THREADID NIL", b"X-GM-MSGID 1", b"X-GM-MSGID x",
    b"X-GM-THRID 123456789012345678901", b"X-GM-LABELS ()", b"X-GM-LABELS NIL",
    b'X-GM-LABELS ("\\\\Inbox" &AOg- "")', b"X-GM-LABELS ((a))", b"X-GM-LABELS x",
    b'X-GM-LABELS ("a{3}")', b'X-GM-LABELS ("a\\x" b\\)', b"ENVELOPE (1 2)", b"(", b")",
    b"BODY[TEXT] \"x\"", BODY + b' "in quotes"', BODY + b" NIL", b"", b" ",
]  # fmt: skip

USUAL_ITEMS = [
    b"FLAGS (\\Seen x)", b"RFC822.SIZE 12", b"MODSEQ (5)", b"PREVIEW NIL",
    b'INTERNALDATE "18-Nov-2023 01:11:18 +0000"', b'X-GM-LABELS ("\\\\Sent" a)',
]  # fmt: skip


def test_generated_answers_are_the_same_both_ways():
    rng = random.Random(4)
    short_ones = 0
    for _ in range(20_000):
        items = rng.choices(ITEMS, k=rng.choice([0, 0, 1, 1, 2, 3]))
        if rng.random() < 0.9:
            items = [b"UID 9", *rng.sample(USUAL_ITEMS, 2), *items]
        if rng.random() < 0.2:
            rng.shuffle(items)
        name = rng.choice([BODY] * 3 + [BODY.lower(), b'BODY[HEADER.FIELDS (")]'])
        mark = rng.choice([MARK, MARK, MARK, b" ~" + MARK[1:], MARK[:-1] + b"+}"])
        tail = rng.choice([b")"] * 3 + [b") ", b" )", b" MODSEQ (3))", b"", b"))"])
        start = rng.choice([b"(", b"(", b"(", b"( ", b"", b"(("])
        text = b"* 1 FETCH " + start + b" ".join([*items, name]) + mark
        short, careful = both_ways([text, HEADER, tail], len(b"* 1 FETCH "))
        assert short is None or short == careful, text
        short_ones += short is not None
    assert short_ones > 1000


def test_generated_arrivals_are_the_same_both_ways(monkeypatch):
    rng = random.Random(5)
    short_ones = 0
    for _ in range(30_000):
        spoilt = bytearray(b"18-Nov-2023 01:11:18 +0130")
        for _change in range(rng.randrange(3)):
            spoilt[rng.randrange(26)] = rng.choice(b" 0123459:-+.aNWZ\xb2")
        value = bytes(spoilt) + rng.choice([b"", b"", b"", b"0", b" "])
        with monkeypatch.context() as patch:
            short = fetch._usual_date(value)
            patch.setattr(fetch, "_usual_date", lambda value: None)
            careful = fetch.read_date(value)
        assert short is None or short == careful, value
        short_ones += short is not None
    assert short_ones > 1000
    assert fetch.read_date(b"18-Nov-2023 01:11:18 +0000").tzinfo is timezone.utc


# -- header fields ------------------------------------------------------------


def gathered_slowly(block):
    """``gather`` by the general splitter."""
    found = {}
    for name, value in header_fields.fields(block):
        if name in header_fields._ONCE:
            if value and name not in found:
                found[name] = value
        elif name in header_fields._GATHERED:
            joint = header_fields._GATHERED[name]
            found[name] = found[name] + joint + value if found.get(name) else value
    return found


NAMES = [
    b"Subject", b"subject", b"SUBJECT", b"sUBJECT", b"Subject ", b"Sub ject", b" To",
    b"To", b"TO", b"Cc", b"CC", b"From", b"Message-ID", b"Message-Id", b"MESSAGE-ID",
    b"List-Id", b"References", b"In-Reply-To", b"In-reply-to", b"Date", b"X-Other",
    b"Content-Type", b"Return-Path", b"X-Priority", b"Importance", b"", b"Received",
    b"Precedence", b"Auto-Submitted", b"List-Unsubscribe", b"Authentication-Results",
]  # fmt: skip
VALUES = [
    b"", b" ", b" x", b"x ", b" Anna <a@b.example>", b' "A, B" <a@b.example>, c@d.it',
    b" =?utf-8?q?caff=C3=A8?=", b" caff\xe8", b" caff\xc3\xa8", b" <1@b> <2@b>", b" <>",
    b" <a b@c>", b" <1@b>  <2@b>", b" 1@b", b" <1@b>\r\n <2@b>", b" <\x00@b>",
    b" Sat, 18 Nov 2023 01:11:18 +0000", b" a\r\n\tb", b" a\r\n   b", b" a\n b",
    b" text/plain; charset=x", b" TEXT/HTML", b" text / plain", b" a  b\tc\x1b$B",
    b" <a@b.example>", b" list <l.b.example>", b" high", b" 1 (Highest)", b":", b" =?",
    b" auto-replied (x)", b" \x0bx\x0c", b" <=?utf-8?q?a?=@b>", b" a; b=c",
    b" \xff\xfe",
]  # fmt: skip
ENDS = [b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\n\r\n", b""]


def blocks(count):
    rng = random.Random(9)
    for _ in range(count):
        yield b"".join(
            rng.choice(NAMES)
            + rng.choice([b":", b":", b":", b":", b" :", b""])
            + rng.choice(VALUES)
            + rng.choice(ENDS)
            for _ in range(rng.randrange(1, 9))
        )


def test_generated_headers_are_gathered_the_same_both_ways():
    for block in blocks(20_000):
        assert header_fields.gather(block) == gathered_slowly(block), block


def test_a_header_is_a_value_like_one_that_was_made_by_its_class():
    seen = set()
    for block in blocks(2000):
        header = header_fields.index_header(block)
        made = IndexHeader(
            **{name: getattr(header, name) for name in IndexHeader.__dataclass_fields__}
        )
        assert header == made
        assert hash(header) == hash(made)
        assert repr(header) == repr(made)
        seen |= vars(header).keys()
    assert {"subject", "from_", "to", "sent_at", "importance", "references"} <= seen


def line_slowly(value, limit):
    text = decode_words(value[: header_fields._SUBJECT_BYTES])
    return re.sub(r"\s+", " ", text).strip()[:limit]


def test_lines_are_the_same_both_ways():
    rng = random.Random(3)
    alphabet = [b"a", b"B ", b"  ", b"\t", b"\0", b"\x7f", b"\xe8", b"=?", b"?="]
    alphabet += [
        b"\x1b",
        b"\x1b$B",
        b"=?utf-8?q?=41?=",
        b"Re: ",
        b"\xc3\xa8",
        b"\xa0",
        b"\n",
    ]
    for _ in range(10_000):
        value = b"".join(rng.choices(alphabet, k=rng.randrange(9)))
        assert header_fields._line(value, 12) == line_slowly(value, 12), value


def test_ids_are_the_same_both_ways():
    rng = random.Random(2)
    parts = [b"<a@b>", b"<c.d@e.example>", b" ", b" ", b"  ", b"<", b">", b"<>", b"=?"]
    parts += [
        b"<x y@z>",
        b"\xe8",
        b"\0",
        b"(c)",
        b"<=?utf-8?q?a?=@b>",
        b"\t",
        b"<" + b"k" * 999,
    ]
    for _ in range(10_000):
        value = b"".join(rng.choices(parts, k=rng.randrange(1, 7)))
        text = value.decode("utf-8", "replace")
        assert message_id(value) == message_id(text), value
        assert message_ids(value) == message_ids(text), value
    many = b" ".join(b"<%d@b>" % number for number in range(80))
    assert message_ids(many) == message_ids(many.decode())


def test_dates_are_the_same_both_ways():
    rng = random.Random(1)
    days = ["Sat, ", "", "Sat,  ", "sat, ", "Sat ", "Sabato, "]
    months = ["Nov", "Feb", "nov", "NOV", "November", "Abc", "11"]
    years = ["2023", "1980", "1979", "1969", "2099", "2100", "23", "0023", "20233"]
    times = ["01:11:18", "1:11:18", "23:59:59", "24:00:00", "25:00:00", "10:10"]
    times += ["1.1.1", "23:59:60", "10:60:00", "10:10:10.5", "01:11:18 PM"]
    zones = [" +0000", " -0000", " +0130", " -1459", " +1500", " +1600", " +0060", ""]
    zones += [" +0100 (CET)", " (CET)", " EST", "+0100", " +01:00", " +0100 x", " GMT"]
    zones += [" +01000"]
    for _ in range(20_000):
        date = " ".join(
            [rng.choice(["18", "1", "01", "31", "29", "0", "32", "100"])]
            + [rng.choice(months), rng.choice(years), rng.choice(times)]
        )
        text = rng.choice(days) + date + rng.choice(zones)
        # text goes the long way only
        assert parse_date(text.encode()) == parse_date(text), text
    for date in [b"Sat, 18 Nov 2023 01:11:18 +0130", b"Sat, 8 Nov 2023 01:11:18 +0000"]:
        for _ in range(10_000):
            spoilt = bytearray(date)
            for _change in range(rng.randrange(3)):
                spoilt[rng.randrange(len(date))] = rng.choice(b" 0123459:-+,(aNZ\xb2")
            value = bytes(spoilt) + rng.choice([b"", b"", b" (CET)", b" (", b"0", b" "])
            assert parse_date(value) == parse_date(value.decode("latin-1")), value
    assert dates._standard(b"Sat, 8 Nov 2023 01:11:18 -0500 (EST)") is not None
    moment = parse_date(b"Sat, 18 Nov 2023 01:11:18 +0130")
    assert moment == datetime(2023, 11, 17, 23, 41, 18, tzinfo=timezone.utc)
    assert moment.tzinfo is timezone.utc


def test_media_types_are_the_same_both_ways():
    for value in (
        *VALUES,
        b"text/plain;text/html",
        b";text/plain",
        b" multipart/mixed ;x",
        b"a" * 126 + b"/" + b"b" * 126 + b"; c",
        b"a" * 130 + b"/b",
    ):
        match = header_fields._MEDIA_TYPE.match(value)
        expected = match[1].decode("ascii").lower() if match else ""
        assert header_fields.media_type(value) == expected, value


def test_bytes_of_no_charset_do_not_go_the_short_way():
    assert header_fields._line(b"caff\xe8", 20) == decode(b"caff\xe8")[0] == "caffè"
