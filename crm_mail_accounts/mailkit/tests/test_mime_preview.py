"""The preview line and HTML as text."""

import time

import pytest

from mailkit.limits import PREVIEW_LENGTH
from mailkit.mime.preview import cut, html_to_text, preview

LINES = [
    ("Hello\n\nworld  again", "", "Hello world again"),
    ("Thanks!\n\nOn Mon, 1 Jan 2024, Anna <a@b.test>\nwrote:\n> foo\n", "", "Thanks!"),
    ("On Mon, 1 Jan 2024 10:00 Anna wrote:\n> quoted\n\nBelow it", "", "Below it"),
    ("Sì.\n\nIl giorno 2 gen 2024 Anna ha scritto:\n> testo", "", "Sì."),
    ("Ja.\n\nAm 02.01.2024 schrieb Anna:\n> Text", "", "Ja."),
    ("Oui.\n\nLe 2 janv. 2024, Anna a écrit :\n> texte", "", "Oui."),
    ("Yes\n-- \nAnna\nSales", "", "Yes"),
    ("Yes\n\n-----Original Message-----\nFrom: x", "", "Yes"),
    ("Yes\n\nFrom: Anna\nSent: Monday\nTo: B\nSubject: x\n\nold", "", "Yes"),
    ("From: here you see it\nall is well", "", "From: here you see it all is well"),
    ("> only a quote\n> here", "", "only a quote here"),
    ("=====\nNews\n-----\n* * *\nof today", "", "News of today"),
    ("See https://www.shop.test/a/very/long?x=1#y now", "", "See shop.test now"),
    ("Shop <https://t.test/abc> [https://t.test/x] (http://t.test)", "", "Shop"),
    ("", "<style>p{}</style><title>T</title><p>Hi <b>you</b></p>", "Hi you"),
    (
        "",
        '<div style="display:none">hidden</div><p>Shown&zwnj; &nbsp;&#847; &zwnj; text',
        "Shown text",
    ),
    (" \n\u200b\n", "<p>From HTML</p>", "From HTML"),
    ("", "<p>Mine</p><blockquote>theirs</blockquote>", "Mine"),
    ("", "<a href='https://t.test/track'>Buy</a> now", "Buy now"),
    ("", "<img alt='Spring sale' src='cid:x'>", "Spring sale"),
    ("👨\u200d👩\u200d👧 می\u200cخواهم", "", "👨\u200d👩\u200d👧 می\u200cخواهم"),
    ("a\x00b\x07c", "", "ab c"),
    ("", "", ""),
    ("\ud800", "", "\ufffd"),
]


@pytest.mark.parametrize("text, html, line", LINES)
def test_the_line_tells_what_the_mail_adds(text, html, line):
    assert preview(text, html) == line


def test_a_long_text_is_cut_between_words():
    line = preview("word " * 100)
    assert len(line) <= PREVIEW_LENGTH
    assert line.endswith("word\u2026")


@pytest.mark.parametrize(
    "cluster", ["e\u0301", "👍\U0001f3fd", "👨\u200d👩\u200d👧", "🇮🇹", "❤\ufe0f"]
)
def test_a_cut_never_splits_what_a_reader_sees_as_one(cluster):
    for lead in range(12):
        line = cut("x" * lead + cluster * 30, 24)
        assert len(line) <= 24
        rest = line[lead:-1]
        assert rest == cluster * (len(rest) // len(cluster))


def test_the_beginning_of_html_that_was_not_fetched_whole_is_enough():
    assert preview("", "<html><head><style>p{color:") == ""
    assert preview("", "<p>Hello <a href='https://t.te") == "Hello"


TEXTS = [
    ("<p>one</p><p>two</p>", "one\n\ntwo"),
    ("a<br>b<br><br>c", "a\nb\n\nc"),
    ("<div>a</div><div>b</div>", "a\nb"),
    ("<ul><li>x<li>y</ul>", "- x\n- y"),
    ("<ol><li>x<li>y<ul><li>z</ul></ol>", "1. x\n2. y\n  - z"),
    ("<table><tr><td>1<td>2<tr><td>3</table>", "1  2\n3"),
    ("<a href='https://a.test/b'>link</a>", "link <https://a.test/b>"),
    ("<a href='https://a.test/'>https://a.test</a>", "https://a.test"),
    ("<a href='mailto:a@b.test'>a@b.test</a>", "a@b.test"),
    ("<a href='javascript:x'>no</a>", "no"),
    ("<blockquote>q<blockquote>r</blockquote></blockquote>end", "> q\n>\n> > r\n\nend"),
    ("<pre>a\n  b</pre>", "a\n  b"),
    ("a &amp; b &lt;c&gt; &euro;", "a & b <c> €"),
    ("<script>x</script><style>y</style>z", "z"),
    ("<p>a</p><!-- c --><p>b", "a\n\nb"),
    ("Größe 日本", "Größe 日本"),
    ("", ""),
    ("<!-- -->", ""),
]


@pytest.mark.parametrize("html, text", TEXTS)
def test_html_is_readable_as_text(html, text):
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "x",
        "<blockquote>" * 5000 + "<br>x" * 5000,
        "<br>" * 300_000,
        "<ul><li>" * 50_000,
        "<a href='http://x.test'>" * 50_000,
        "<" * 500_000,
        "\u200c" * 200_000,
        " \u200c" * 100_000,
        "a " * 1_000_000,
    ],
    ids=range(9),
)
def test_hostile_html_becomes_text_within_seconds(html):
    started = time.perf_counter()
    html_to_text(html)
    preview("", html)
    preview(html, "")
    assert time.perf_counter() - started < 8
