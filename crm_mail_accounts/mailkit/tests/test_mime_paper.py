"""Which mails are shown on white paper in a dark theme."""

import pytest

from mailkit.mime.html import clean_html
from mailkit.mime.paper import needs_paper
from mailkit.mime.plain_html import text_to_html


@pytest.mark.parametrize(
    "html",
    [
        '<p style="color: #222">a</p>',
        '<p style="background-color:#eee">a</p>',
        '<div style="background:url(cid:x) #fff">a</div>',
        "<style>.a{color:black}</style><p class=a>a</p>",
        '<font color="navy">a</font>',
        '<table><tr><td bgcolor="#ffffff">a</td></tr></table>',
        '<p>a</p><img src="data:image/png;base64,AAAA">',
        '<p>a</p><img src="https://logo.example/dark-letters.png">',
    ],
)
def test_colours_and_pictures_need_paper(html):
    assert needs_paper(clean_html(html, inline={}).html)


@pytest.mark.parametrize(
    "html",
    [
        '<div dir="ltr">Ciao<br><b>Rosa</b></div>',
        '<p style="margin:0;font-family:Calibri,sans-serif;font-size:11pt">a</p>',
        '<blockquote style="margin:0;border-left:1px solid #ccc">a</blockquote>',
        "<p>The background of our colors</p>",
        '<a href="https://x.example/colors">a</a>',
    ],
)
def test_what_leaves_its_looks_to_the_reader_needs_none(html):
    assert not needs_paper(clean_html(html, inline={}).html)


def test_plain_text_needs_none():
    assert not needs_paper(text_to_html("a\n> b\nhttps://x.example"))
