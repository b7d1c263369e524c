"""Bytes become text whatever the label says, and never an error."""

import random

import pytest

from mailkit.mime import charsets
from mailkit.mime.charsets import clean_text, codec_of, decode
from mailkit.mime.html import clean_html
from mailkit.mime.parse import parse_mail

REAL = [
    ("gb2312", "gb18030", "采购订单 镕"),  # 镕 is in GB 18030 only
    ("GBK", "gb18030", "您好，附件是报价单"),
    ("ks_c_5601-1987", "cp949", "안녕하세요 견적서입니다 뷁"),
    ("x-sjis", "cp932", "見積書①をお送りします"),
    ("Shift_JIS", "cp932", "髙橋様"),
    ("iso-2022-jp", "iso2022_jp", "お世話になっております"),
    ("big5", "big5", "訂單已收到"),
    ("cp-850", "cp850", "Größe à è ù"),
    ("ibm850", "cp850", "Größe"),
    ("windows-1251", "cp1251", "Счёт на оплату"),
    ("CP1251", "cp1251", "Счёт"),
    ("koi8-r", "koi8-r", "Привет"),
    ("iso-8859-1", "cp1252", "“quoted” – 5 €"),
    ("latin1", "cp1252", "naïve"),
    ("us-ascii", "cp1252", "naïve"),
    ("ANSI_X3.4-1968", "cp1252", "naïve"),
    ("iso-8859-9", "cp1254", "İstanbul ş"),
    ("iso-8859-15", "iso8859-15", "10 €"),
    ("ISO8859-2", "iso8859-2", "Žluťoučký"),
    ("ISO_8859-2:1987", "iso8859-2", "Žluťoučký"),
    ("iso-8859-8-i", "iso8859-8", "שלום"),
    ("tis-620", "cp874", "สวัสดี"),
    ("macintosh", "mac-roman", "café"),
    ("utf-16le", "utf-16-le", "hello wörld"),
    ("cp65001", "utf-8", "日本"),
    ('"UTF8"', "utf-8", "日本"),
]


@pytest.mark.parametrize("label, codec, text", REAL)
def test_a_label_is_read_as_it_is_meant(label, codec, text):
    assert decode(text.encode(codec), label) == (text, None)


@pytest.mark.parametrize(
    "label", ["x-unknown", "unknown-8bit", "", None, "default", "  "]
)
def test_a_label_that_says_nothing_is_no_defect(label):
    assert decode("naïve – 日本".encode(), label) == ("naïve – 日本", None)


def test_an_unknown_label_is_named_and_the_text_still_read():
    assert decode("naïve".encode(), "klingon-8") == ("naïve", charsets.UNKNOWN)


@pytest.mark.parametrize("label", ["iso-8859-1", "us-ascii", "windows-1252"])
def test_utf8_under_a_latin_label_is_read_as_utf8(label):
    assert decode("Grüße für Zoë".encode(), label) == (
        "Grüße für Zoë",
        charsets.WRONG,
    )


def test_latin1_under_a_utf8_label_is_read_as_latin1():
    assert decode("Grüße aus Köln".encode("latin-1"), "utf-8") == (
        "Grüße aus Köln",
        charsets.WRONG,
    )


def test_a_text_cut_inside_a_character_keeps_the_rest():
    raw = "日本語のメールです".encode()[:-1]
    text, defect = decode(raw, "utf-8")
    assert text.startswith("日本語のメールで")
    assert defect == charsets.DAMAGED


def test_unlabelled_iso_2022_jp_is_recognised_by_its_escapes():
    assert decode("お世話".encode("iso2022_jp"), None)[0] == "お世話"


def test_utf16_label_on_plain_ascii_does_not_give_chinese():
    assert decode(b"Hello you", "utf-16")[0] == "Hello you"


@pytest.mark.parametrize("label", ["utf-7", "UTF-7", "unicode-1-1-utf-7"])
def test_utf7_is_read_where_it_is_declared(label):
    text = "> perché no? 1 + 1 = 2 < 3"
    assert decode(text.encode("utf-7"), label) == (text, None)


def test_utf7_is_never_guessed():
    assert decode(b"+ADw-script+AD4-", None)[0] == "+ADw-script+AD4-"


def test_markup_hidden_in_utf7_is_cleaned_as_what_it_means():
    mail = b"Content-Type: text/html; charset=utf-7\r\n\r\n"
    mail += b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-+ADw-p+AD4-Hello+ADw-/p+AD4-"
    shown = clean_html(parse_mail(mail).html, inline={}).html
    assert "script" not in shown and "alert" not in shown
    assert "<p>Hello</p>" in shown


@pytest.mark.parametrize(
    "label",
    [
        "unicode_escape",
        "raw_unicode_escape",
        "idna",
        "punycode",
        "base64",
        "zlib",
        "rot13",
        "hex",
        "undefined",
        "mbcs",
        "os",
        "../x",
        "a\x00b",
        "x" * 5000,
    ],
)
def test_python_codecs_that_are_no_charsets_are_not_used(label):
    assert codec_of(label) is None
    assert decode(rb"\u0041\x42 abc", label)[0] == r"\u0041\x42 abc"


def test_windows_1252_holes_do_not_fail():
    assert decode(b"a\x81\x8d\x8f\x90\x9db\x80", "iso-8859-1")[0][-2:] == "b€"


def test_nul_and_lone_surrogates_never_come_out():
    assert decode(b"a\x00b", "utf-8")[0] == "ab"
    assert clean_text("a\ud800b\x00") == "a\ufffdb"
    decode(b"\xed\xa0\x80 x", "utf-8")[0].encode("utf-8")


def test_a_byte_order_mark_is_no_text():
    assert decode(b"\xef\xbb\xbfHi", "iso-8859-1")[0] == "Hi"
    assert decode("Hi".encode("utf-16"), None)[0] == "Hi"


def test_reading_works_without_the_detector(monkeypatch):
    monkeypatch.setattr(charsets, "_detect", lambda raw: None)
    assert decode("é".encode("latin-1") * 60, "nonsense")[0] == "é" * 60


def test_a_long_russian_text_without_label_is_recognised():
    pytest.importorskip("charset_normalizer")
    text = (
        "Здравствуйте, уважаемые коллеги! Направляю вам счёт на оплату "
        "и договор поставки оборудования. С уважением, Анна."
    )
    assert decode(text.encode("cp1251"), None)[0] == text


def test_random_bytes_under_any_label_give_storable_text():
    rng = random.Random(11)
    labels = [label for label, _, _ in REAL] + [None, "x-unknown", "utf-7", "hz"]
    for _ in range(3000):
        raw = rng.randbytes(rng.randrange(0, 60))
        text, _ = decode(raw, rng.choice(labels))
        assert "\x00" not in text
        text.encode("utf-8")
