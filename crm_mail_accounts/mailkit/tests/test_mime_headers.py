"""Header blocks, encoded words and the index header."""

import random
import time
from datetime import datetime, timezone

import pytest

from mailkit.limits import (
    MAX_ADDRESSES,
    MAX_HEADER_LITERAL,
    MAX_REFERENCES,
    MAX_SUBJECT,
)
from mailkit.mime.header_fields import decode_words, fields, index_header
from mailkit.values import Address, IndexHeader


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_any_line_ending_and_folding_is_understood(end):
    block = end.join(
        [b"Subject: one", b" two", b"\tthree", b"X-A:b", b"", b"Not: a header"]
    )
    assert list(fields(block)) == [(b"subject", b"one two three"), (b"x-a", b"b")]


def test_garbage_lines_are_passed_over():
    block = (
        b"From someone Mon Jan  1\nno colon here\n: empty name\nbad name: x\n"
        b"Subject : spaced\n\xff\xfe\nTo:\n"
    )
    assert list(fields(block)) == [(b"subject", b"spaced"), (b"to", b"")]


WORDS = [
    (b"plain", "plain"),
    (b"=?utf-8?Q?Caf=C3=A9?=", "Café"),
    (b"=?UTF-8?b?Q2Fmw6k=?=", "Café"),
    (b"=?utf-8?Q?a_b=5Fc?=", "a b_c"),
    (b"=?utf-8?Q?one?= =?utf-8?Q?_two?=", "one two"),
    (b"=?utf-8?Q?one?=\r\n =?utf-8?Q?two?=", "onetwo"),
    (b"=?utf-8?Q?one?= and =?utf-8?Q?two?=", "one and two"),
    (b"before =?utf-8?Q?x?= after", "before x after"),
    (b"=?utf-8?Q?x?=glued", "xglued"),
    # a character split over two words, in both encodings
    (b"=?utf-8?Q?Caf=C3?= =?utf-8?Q?=A9?=", "Café"),
    (b"=?utf-8?B?Q2Fmww==?= =?UTF-8?B?qQ==?=", "Café"),
    # base64 cut between groups of four
    (b"=?utf-8?B?Q2Fm?= =?utf-8?B?w6?= =?utf-8?B?k=?=", "Café"),
    (b"=?utf-8?B?Q2Fmw6k?=", "Café"),
    (b"=?utf-8?B?Q2Fm w6k=?=", "Café"),
    (b'"=?utf-8?Q?quoted?="', '"quoted"'),
    (b"=?utf-8?Q?with space?=", "with space"),
    (b"=?utf-8?Q?why?_because?=", "why? because"),
    (b"=?utf-8*en?Q?lang?=", "lang"),
    (b"=?utf-8?Q?=E2=82?=", "\u00e2\u201a"),
    (b"=?iso-8859-1?Q?=80_5?=", "€ 5"),
    (b"=?gb2312?B?xOO6ww==?=", "你好"),
    (b"=?x-klingon?Q?Caf=C3=A9?=", "Café"),
    (b"=?utf-8?Q?Caf=E9?=", "Café"),
    (b"=?utf-8?X?what?=", "=?utf-8?X?what?="),
    (b"=?utf-8?Q?open", "=?utf-8?Q?open"),
    (b"=?utf-8?Q?bad =?utf-8?Q?good?=", "=?utf-8?Q?bad good"),
    (b"=?utf-8?Q??=", ""),
    ("raw café".encode(), "raw café"),
    ("raw café".encode("latin-1"), "raw café"),
    ("Größe =?utf-8?Q?=C3=A9?=".encode(), "Größe é"),
    (b"=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
    (b"a\x00b", "ab"),
    ("report\u202efdp.exe".encode(), "reportfdp.exe"),
]


@pytest.mark.parametrize("raw, text", WORDS)
def test_encoded_words_are_read_as_clients_write_them(raw, text):
    assert decode_words(raw) == text


def test_words_in_a_text_are_read_like_words_in_bytes():
    assert decode_words("Grüße =?utf-8?Q?=C3=A9?=") == "Grüße é"


def test_thousands_of_words_that_never_end_are_read_in_linear_time():
    started = time.perf_counter()
    decode_words(b"=?a?q?" * 40_000)
    decode_words(b"=?a?q?=?" * 40_000)
    decode_words(b"=?" * 100_000)
    assert time.perf_counter() - started < 3


def test_an_ordinary_header_is_read_whole():
    header = index_header(
        b'From: "Rossi, Anna" <anna@shop.example>\r\n'
        b"Sender: robot@shop.example\r\n"
        b"Reply-To: Sales <sales@shop.example>\r\n"
        b"To: =?utf-8?Q?J=C3=B6rg?= <joerg@firm.example>,\r\n b@firm.example\r\n"
        b"Cc: c@firm.example\r\n"
        b"Subject: =?utf-8?Q?Angebot_f=C3=BCr?=\r\n =?utf-8?Q?_das_Dach?=\r\n"
        b"Date: Tue, 2 Jan 2024 10:00:00 +0100\r\n"
        b"Message-ID: <m3@shop.example>\r\n"
        b"In-Reply-To: <m2@firm.example>\r\n"
        b"References: <m1@shop.example>\r\n <m2@firm.example>\r\n"
        b'Content-Type: Multipart/Mixed; boundary="x"\r\n'
        b"List-Id: News of the shop <news.shop.example>\r\n"
        b"Auto-Submitted: Auto-Replied; x=y\r\n"
        b"Precedence: Bulk\r\n"
        b"X-Priority: 1 (Highest)\r\n\r\n"
    )
    assert header == IndexHeader(
        subject="Angebot für das Dach",
        from_=Address("Rossi, Anna", "anna@shop.example"),
        sender=Address("", "robot@shop.example"),
        reply_to=(Address("Sales", "sales@shop.example"),),
        to=(Address("Jörg", "joerg@firm.example"), Address("", "b@firm.example")),
        cc=(Address("", "c@firm.example"),),
        sent_at=datetime(2024, 1, 2, 9, tzinfo=timezone.utc),
        message_id="<m3@shop.example>",
        in_reply_to=("<m2@firm.example>",),
        references=("<m1@shop.example>", "<m2@firm.example>"),
        content_type="multipart/mixed",
        list_id="news.shop.example",
        auto_submitted="auto-replied",
        precedence="bulk",
        importance="high",
    )


def test_the_first_from_counts_and_several_to_fields_are_gathered():
    header = index_header(
        b"From: real@a.example\nFrom: added@b.example\n"
        b"To: one@a.example\nTo: two@a.example\nSubject: \nSubject: second\n\n"
    )
    assert header.from_ == Address("", "real@a.example")
    assert [a.email for a in header.to] == ["one@a.example", "two@a.example"]
    assert header.subject == "second"  # an empty field says nothing


def test_blind_copies_and_the_place_for_answers_to_all_are_read():
    header = index_header(
        b"Bcc: one@a.example,\nTo: three@a.example,\n four@a.example\n"
        b"Bcc: two@a.example\nMail-Followup-To: list@a.example\n\n"
    )
    assert [a.email for a in header.bcc] == ["one@a.example", "two@a.example"]
    assert [a.email for a in header.to] == ["three@a.example", "four@a.example"]
    assert [a.email for a in header.followup_to] == ["list@a.example"]


@pytest.mark.parametrize(
    "lines, level",
    [
        (b"Importance: High", "high"),
        (b"Importance: normal", ""),
        (b"Importance: normal\nX-Priority: 1", "high"),
        (b"X-Priority: 3", ""),
        (b"X-Priority: 5 (Lowest)", "low"),
        (b"Priority: urgent", "high"),
        (b"X-MSMail-Priority: Low", "low"),
        (b"Importance: \xff\xff", ""),
    ],
)
def test_importance_is_one_of_three_words(lines, level):
    assert index_header(lines + b"\n\n").importance == level


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (b"<bounce@example.com>", "bounce@example.com"),
        (b" bounce@example.com ", "bounce@example.com"),
        (b"<>", "<>"),
        (b"< >", "<>"),
        (b"", ""),
        (b"<a@b> (comment)", "a@b"),
        (b"<" + b"x" * 999 + b">", "x" * 320),
    ],
)
def test_the_empty_return_path_is_not_a_missing_one(value, path):
    assert index_header(b"Return-Path: " + value + b"\r\n").return_path == path
    assert index_header(b"Subject: x\r\n").return_path == ""


def test_what_programs_wrote_for_programs_is_on_one_line():
    header = index_header(
        b"Authentication-Results: mx.example.com;\r\n dkim=pass\r\n\tspf=fail\r\n"
        b"Authentication-Results: forged.example; dkim=pass\r\n"
        b"X-Auto-Response-Suppress: OOF,\r\n  AutoReply\r\n"
        b"List-Unsubscribe: <https://example.com/u>,\r\n <mailto:u@example.com>\r\n"
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\n"
    )
    # the topmost is the last server's; what is below may have come with the mail
    assert header.authentication_results == "mx.example.com; dkim=pass spf=fail"
    assert header.auto_response_suppress == "oof, autoreply"
    assert header.list_unsubscribe == "<https://example.com/u>, <mailto:u@example.com>"
    assert header.list_unsubscribe_post == "List-Unsubscribe=One-Click"
    long = index_header(b"List-Unsubscribe: <" + b"\0\xff" * 50_000 + b">\r\n")
    assert len(long.list_unsubscribe) <= 2000
    assert "\0" not in long.list_unsubscribe


def test_limits_cut_and_never_fail():
    people = b", ".join(b"p%d@a.example" % i for i in range(MAX_ADDRESSES + 500))
    ids = b" ".join(b"<id%d@a.example>" % i for i in range(500))
    header = index_header(
        b"Subject: " + b"long " * 5000 + b"\nTo: " + people + b"\nReferences: " + ids
    )
    assert len(header.subject) <= MAX_SUBJECT
    assert len(header.to) == MAX_ADDRESSES
    assert len(header.references) == MAX_REFERENCES
    assert header.references[0] == "<id0@a.example>"
    assert header.references[-1] == "<id499@a.example>"


def test_fields_beyond_the_header_limit_are_not_read():
    raw = b"X-Fill: " + b"a" * MAX_HEADER_LITERAL + b"\nSubject: too late\n\n"
    assert index_header(raw).subject == ""


def test_index_header_never_raises_on_random_bytes():
    rng = random.Random(5)
    names = [
        b"From",
        b"To",
        b"Subject",
        b"Date",
        b"Message-ID",
        b"References",
        b"Content-Type",
        b"List-Id",
        b"In-Reply-To",
        b"Reply-To",
        b"X-Priority",
        b"Auto-Submitted",
    ]
    alphabet = b"<>@,;:\"()\\ =?utf-8?Q?B?_\r\n\t[]\x00\xff\xc3\xa9\x1b$B.ab01+-/%*'"
    for _ in range(4000):
        lines = []
        for _ in range(rng.randrange(6)):
            if rng.random() < 0.5:
                value = rng.randbytes(rng.randrange(80))
            else:
                value = bytes(rng.choices(alphabet, k=rng.randrange(80)))
            lines.append(rng.choice(names) + b":" + value)
        header = index_header(b"\n".join(lines))
        assert isinstance(header, IndexHeader)
        for text in (header.subject, header.message_id, header.list_id):
            assert "\x00" not in text
            text.encode("utf-8")
        for address in (*header.to, *header.reply_to):
            f"{address.name}{address.email}".encode()
            assert "\n" not in address.name + address.email


@pytest.mark.parametrize(
    "unit",
    [
        b"<",
        b'"',
        b"(",
        b",",
        b"<a@b",
        b'\\"',
        b"=?",
        b"@",
        b"a ",
        b"\n ",
        b"(\\",
        b'<"',
        b":",
        b"[",
        b"a@a ",
    ],
)
def test_hostile_repetitions_stay_fast(unit):
    value = (unit * MAX_HEADER_LITERAL)[: MAX_HEADER_LITERAL // 3]
    started = time.perf_counter()
    for name in (b"To", b"Subject", b"References"):
        index_header(name + b": " + value + b"\n\n")
    assert time.perf_counter() - started < 6


@pytest.mark.parametrize(
    ("charset", "subject", "name"),
    [
        ("koi8-r", "Счёт на оплату", "Анна"),
        ("windows-1251", "Узнай как", "Иван"),
        ("big5", "報價單", "王小明"),
        ("iso-8859-2", "Příliš žluťoučký", "Dvořák"),
    ],
)
def test_raw_8bit_fields_are_read_in_the_charset_of_the_text(charset, subject, name):
    block = f"Subject: {subject}\r\nFrom: {name} <a@x.example>\r\n".encode(charset)
    block += b"Content-Type: text/plain; charset=" + charset.encode()
    header = index_header(block)
    assert header.subject == subject
    assert header.from_ == Address(name, "a@x.example")


def test_a_raw_field_in_utf8_is_utf8_whatever_the_text_is():
    block = "Subject: Perché\r\nTo: Ünal <u@x.example>\r\n".encode()
    block += b"From: " + "Jörg <j@x.example>".encode("latin-1")
    block += b"\r\nContent-Type: text/plain; charset=iso-8859-1"
    header = index_header(block)
    assert (header.subject, header.to[0].name) == ("Perché", "Ünal")
    assert header.from_.name == "Jörg"
