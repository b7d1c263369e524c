"""The tokenizer of untagged responses."""

import contextlib

import pytest

from mailkit.errors import LimitExceeded, ProtocolError
from mailkit.imap.tokens import Atom, parse
from mailkit.limits import MAX_NESTING


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", []),
        (b"a 1 NIL nil", [b"a", b"1", None, None]),
        (b'"two words" "" "q\\"\\\\x"', [b"two words", b"", b'q"\\x']),
        (b"(a (b ()) c)", [[b"a", [b"b", []], b"c"]]),
        (b"(\\Seen \\*)", [[b"\\Seen", b"\\*"]]),
        (b'"NIL"', [b"NIL"]),
        (b"NILS", [b"NILS"]),
        (b"BODY[] x", [b"BODY[]", b"x"]),
        (b"BODY[]<0> x", [b"BODY[]<0>", b"x"]),
        (b"BODY[1.2.MIME] x", [b"BODY[1.2.MIME]", b"x"]),
        (
            b"(UID 1 BODY[HEADER.FIELDS (DATE FROM)] NIL)",
            [[b"UID", b"1", b"BODY[HEADER.FIELDS (DATE FROM)]", None]],
        ),
        (
            b'BODY[HEADER.FIELDS ("X-]" "a")]<0> "v"',
            [b'BODY[HEADER.FIELDS ("X-]" "a")]<0>', b"v"],
        ),
    ],
)
def test_text_becomes_values(text, expected):
    assert parse([text]) == expected


def test_atoms_are_told_from_strings():
    atom, string = parse([b'abc "abc"'])
    assert isinstance(atom, Atom)
    assert not isinstance(string, Atom)


def test_literals_take_their_place():
    segments = [b"(UID 5 BODY[] {3}", b"a)b", b" FLAGS (\\Seen) X ~{2}", b"\0\1", b")"]
    assert parse(segments) == [
        [b"UID", b"5", b"BODY[]", b"a)b", b"FLAGS", [b"\\Seen"], b"X", b"\0\1"]
    ]


def test_a_literal_that_looks_like_an_announcement_is_content():
    assert parse([b"({4}", b" {3}", b" b)"]) == [[b" {3}", b"b"]]


def test_a_section_may_be_interrupted_by_literals():
    segments = [
        b"(BODY[HEADER.FIELDS ({4}",
        b"From",
        b" {2}",
        b"To",
        b")]<0> {2}",
        b"xy",
        b" UID 1)",
    ]
    ((name, value, *rest),) = parse(segments)
    assert name == b"BODY[HEADER.FIELDS (From To)]<0>"
    assert (value, rest) == (b"xy", [b"UID", b"1"])


@pytest.mark.parametrize(
    "text",
    [b"(a", b"a)", b'"open', b'"a\\"', b"BODY[", b"BODY[HEADER", b"{5}", b"a {"],
)
def test_text_that_is_not_whole_is_a_protocol_error(text):
    with pytest.raises(ProtocolError):
        parse([text])


def test_nesting_has_an_end():
    assert parse([b"(" * MAX_NESTING + b")" * MAX_NESTING])
    with pytest.raises(LimitExceeded):
        parse([b"(" * (MAX_NESTING + 1) + b")" * (MAX_NESTING + 1)])


@pytest.mark.parametrize(
    "text",
    [b'"' * 99_999, b"[" * 100_000, b"a[" * 50_000, b'[""' * 30_000, b"\\" * 9999],
)
def test_hostile_text_costs_linear_time(text):
    # a quadratic reader would need minutes here; the suite's time shows it
    with contextlib.suppress(ProtocolError, LimitExceeded):
        parse([text])
