"""The FETCH reader: any order, and one bad response costs only itself."""

from datetime import datetime, timedelta, timezone

import pytest

from mailkit.imap.fetch import INDEX_SECTION, FetchReader, index_items, read_date
from mailkit.imap.wire import Untagged


def fetch(*segments):
    return Untagged("FETCH", 1, list(segments), 0)


HEADER = b"BODY[HEADER.FIELDS (DATE FROM)]"


def test_items_are_read_in_any_order():
    for text in (
        b'(UID 7 FLAGS (\\Seen $F) INTERNALDATE "22-Nov-2026 10:00:00 +0100" '
        b"RFC822.SIZE 12 MODSEQ (99) " + HEADER + b" {3}",
        b"(modseq (99) rfc822.size 12 Flags (\\Seen $F) "
        b'internaldate "22-Nov-2026 10:00:00 +0100" UID 7 ' + HEADER + b" {3}",
    ):
        message = FetchReader().read(fetch(text, b"abc", b")"))
        assert message.uid == 7
        assert message.flags == ("\\Seen", "$F")
        assert message.size == 12
        assert message.modseq == 99
        zone = timezone(timedelta(hours=1))
        assert message.internaldate == datetime(2026, 11, 22, 10, tzinfo=zone)
        assert message.sections == {INDEX_SECTION: b"abc"}


def test_items_that_were_not_told_are_none():
    message = FetchReader().read(fetch(b"(UID 7)"))
    assert (message.flags, message.internaldate, message.size) == (None, None, None)
    assert message.sections == {}


def test_a_response_without_uid_is_dropped_and_counted():
    reader = FetchReader()
    # what a server sends when another client changed flags: a sequence number
    assert reader.read(fetch(b"(FLAGS (\\Deleted))")) is None
    assert reader.read(fetch(b"(UID 0 FLAGS ())")) is None
    assert reader.read(fetch(b"(UID 99999999999 FLAGS ())")) is None
    assert reader.read(fetch(b"(UID x FLAGS ())")) is None
    assert reader.dropped == {"no uid": 4}


def test_another_mail_or_one_without_the_section_was_not_asked():
    reader = FetchReader(5, 9, section=INDEX_SECTION)
    assert reader.read(fetch(b"(UID 4 " + HEADER + b' "x")')) is None
    assert reader.read(fetch(b"(UID 5 FLAGS (\\Seen))")) is None
    assert reader.read(fetch(b"(UID 5 " + HEADER + b' "x")')).uid == 5
    assert reader.dropped == {"not asked": 2}


@pytest.mark.parametrize(
    "text",
    [b"", b"UID 7", b"(UID)", b'("UID" 7)', b"((UID) 7)", b"(UID 7", b"(" * 200],
)
def test_a_response_that_cannot_be_read_is_dropped_and_counted(text):
    reader = FetchReader()
    assert reader.read(fetch(text)) is None
    assert reader.dropped == {"unreadable": 1}


@pytest.mark.parametrize("size", [b"-1", b"x", b"NIL", b"(1 2)", b"9" * 25, b'""'])
def test_a_size_that_cannot_be_is_not_told(size):
    assert FetchReader().read(fetch(b"(UID 7 RFC822.SIZE " + size + b")")).size is None


def test_nul_and_8_bit_bytes_of_a_header_come_through():
    content = b"Subject: \xe8\0\xff\r\n\r\n"
    segments = (b"(UID 7 " + HEADER + b" {%d}" % len(content), content, b")")
    assert FetchReader().read(fetch(*segments)).sections[INDEX_SECTION] == content


def test_nul_comes_through_in_nothing_but_bytes():
    """A flag with it is no flag's name; of a text it is left out."""
    for text in (
        b'(UID 7 FLAGS (a b\0c) PREVIEW "d\0e" EMAILID (f\0g) ' + HEADER + b" {1}",
        b'(flags (a b\0c) preview "d\0e" emailid (f\0g) uid 7 ' + HEADER + b" {1}",
    ):
        message = FetchReader().read(fetch(text, b"\0", b")"))
        assert message.flags == ("a",)
        assert message.extra == {"preview": "de", "emailid": "fg"}
        assert message.sections == {INDEX_SECTION: b"\0"}


def test_sections_are_told_apart():
    message = FetchReader().read(
        fetch(b'(UID 7 BODY[] "whole" BODY[1.2] NIL BODY[1.MIME]<0> "m")')
    )
    assert message.sections == {"": b"whole", "1.2": None, "1.MIME": b"m"}


def test_ids_of_mails_are_text():
    message = FetchReader().read(
        fetch(
            b"(UID 7 EMAILID (M1) THREADID NIL X-GM-MSGID 18446744073709551615 "
            b'x-gm-thrid 5 X-GM-LABELS (\\Inbox "two words" "Citt&AOA-") '
            b'PREVIEW "hell\xc3\xb2" X-NEW (a NIL))'
        )
    )
    assert message.extra == {
        "emailid": "M1",
        "threadid": None,
        "gm_msgid": "18446744073709551615",
        "gm_thrid": "5",
        "gm_labels": ("\\Inbox", "two words", "Città"),
        "preview": "hellò",
        "X-NEW": ("a", None),
    }


@pytest.mark.parametrize(
    ("text", "labels"),
    [(b"()", ()), (b'("\\\\Sent")', ("\\Sent",)), (b"(one)", ("one",)), (b"NIL", ())],
)
def test_labels_are_always_several(text, labels):
    message = FetchReader().read(fetch(b"(UID 7 X-GM-LABELS " + text + b")"))
    assert message.extra == {"gm_labels": labels}


def test_an_answer_without_its_section_counts_only_when_it_answers():
    reader = FetchReader(section=INDEX_SECTION, lenient=True)
    assert reader.read(fetch(b"(UID 5 FLAGS (\\Seen) MODSEQ (8))")) is None
    for text in (b"RFC822.SIZE 0", b'INTERNALDATE "22-Nov-2026 10:00:00 +0100"'):
        message = reader.read(fetch(b"(UID 5 " + text + b")"))
        assert message.sections == {INDEX_SECTION: None}
    assert reader.dropped == {"not asked": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b" 7-May-2026 08:09:10 +0000", (2026, 5, 7, 8, 9, 10)),
        (b"7-may-2026 08:09:10 +0000", (2026, 5, 7, 8, 9, 10)),
        (b"07-May-2026 08:09:60 +0000", (2026, 5, 7, 8, 9, 59)),
        (b"07-May-2026 08:09:10", (2026, 5, 7, 8, 9, 10)),
        (b"07-May-2026 08:09:10 +9999", (2026, 5, 7, 8, 9, 10)),
        (b"01-Jan-0001 10:00:00 +0000", (1, 1, 1, 10, 0, 0)),
    ],
)
def test_dates_are_read_tolerantly(text, expected):
    assert read_date(text) == datetime(*expected, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"yesterday",
        b"00-Jan-2026 00:00:00 +0000",
        b"31-Feb-2026 00:00:00 +0000",
        b"01-Foo-2026 00:00:00 +0000",
        b"01-Jan-0000 00:00:00 +0000",
        b"01-Jan-2026 25:00:00 +0000",
        b"01-Jan-0001 00:00:00 +1400",  # before the first moment in UTC
        b"31-Dec-9999 23:59:59 -1200",
    ],
)
def test_a_date_that_does_not_exist_is_none(text):
    assert read_date(text) is None


def test_the_index_asks_only_for_what_is_offered_and_never_sets_a_flag():
    bare = index_items(frozenset(), modseq=False)
    assert bare.startswith(
        b"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM "
    )
    for word in (
        b"MODSEQ",
        b"EMAILID",
        b"X-GM-",
        b"PREVIEW",
        b"ENVELOPE",
        b"STRUCTURE",
    ):
        assert word not in bare
    rich = index_items({"OBJECTID", "X-GM-EXT-1", "PREVIEW"}, modseq=True)
    for word in (b"MODSEQ", b"EMAILID", b"THREADID", b"X-GM-MSGID", b"PREVIEW (LAZY)"):
        assert word in rich
    assert b"BODY[" not in bare + rich
