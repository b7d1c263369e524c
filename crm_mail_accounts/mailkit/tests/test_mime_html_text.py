"""Plain text is shown as HTML."""

import time

import pytest

from mailkit.mime.html import text_to_html
from mailkit.tests.html_judge import LINK, Judge

TEXTS = [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ("see https://a.test/x_(y).", 'href="https://a.test/x_(y)"'),
    ("(www.b.test)", 'href="https://www.b.test"'),
    ("me@c.test,", 'href="mailto:me@c.test"'),
    (
        "> one\n>> two\nthree",
        "<blockquote>one<blockquote>two</blockquote></blockquote>three",
    ),
    ("a  b\nc", "a  b\nc"),
    ('https://a.test/?a=1&b="onclick=x', "a=1&amp;b="),
    ("a & b", "a &amp; b"),
]


@pytest.mark.parametrize("text, expected", TEXTS)
def test_plain_text_is_shown_as_written_with_safe_links(text, expected):
    html = text_to_html(text)
    assert expected in html
    for tag, attributes in Judge(html).elements:
        assert tag in ("div", "blockquote", "a")
        for name, value in attributes:
            assert name in ("href", "target", "rel", "style")
            assert name != "href" or LINK.fullmatch(value)


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://",
        'https://"><script>',
        "http://a.test/'onclick='x",
        "\x00<b>",
        "www.",
        "@",
        "a@b",
        "https://a.test/\u202e",
    ],
)
def test_plain_text_never_becomes_markup(text):
    for tag, attributes in Judge(text_to_html(text)).elements:
        assert tag in ("div", "a")
        assert all(n != "href" or LINK.fullmatch(v) for n, v in attributes)


@pytest.mark.parametrize("unit", ["a@", "www.a", "http://", "> ", ">", "a.b", "(", "&"])
def test_long_plain_text_is_linear(unit):
    started = time.perf_counter()
    text_to_html(unit * 200_000)
    assert time.perf_counter() - started < 10
