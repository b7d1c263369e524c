"""Hostile HTML goes in; what comes out is examined by another parser than ours.

Both engines are held to the same table.
"""

import re
import time

import pytest

from mailkit.limits import MAX_HTML
from mailkit.mime import html as cleaner
from mailkit.mime.html import clean_html
from mailkit.tests.hostile_markup import PAYLOADS, PNG, SVG
from mailkit.tests.html_judge import judge


@pytest.fixture(params=["nh3", "lxml"])
def engine(request, monkeypatch):
    if request.param == "lxml":
        monkeypatch.setattr(cleaner, "nh3", None)
    elif cleaner.nh3 is None:
        pytest.skip("nh3 is not installed")
    return request.param


INLINE = {"logo": ("image/png", PNG), "svg": ("image/png", SVG)}


def test_the_table_is_long_enough_to_mean_something():
    assert len(set(PAYLOADS)) >= 150


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_active_and_nothing_remote_is_left(engine, payload):
    judge(clean_html(payload, inline=INLINE).html)
    # wrapped as mails are, and with remote pictures allowed
    page = f"<html><head></head><body><div>{payload}</div></body></html>"
    judge(clean_html(page, inline=INLINE).html)
    judge(
        clean_html(payload, inline=INLINE, allow_remote=True).html, remote_allowed=True
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_cleaning_what_is_clean_finds_nothing_more(engine, payload):
    once = clean_html(payload, inline=INLINE).html
    judge(clean_html(once, inline=INLINE).html)


def test_the_judge_sees_what_it_looks_for():
    for bad in (
        "<script>1</script>",
        "<p onclick=x>",
        "<a href='javascript:x'>",
        "<img src=x>",
        "<img src='https://t.test/'>",
        "<p style='background:url(x)'>",
        "<style>@import 'x'</style>",
        "<p style='position:fixed'>",
        "<a href=/web>",
        "<!-- x -->",
        "<div><style>p{}</style></div>",
        "<p id=x>",
    ):
        with pytest.raises(AssertionError):
            judge(bad)


def test_ordinary_mail_keeps_its_look(engine):
    html = (
        "<html><head><title>no</title><style>body {color: #222} .a, p > b {margin: 0}"
        "@media (max-width: 600px) {.w {width: 100% !important}} #top {padding: 1px}"
        "</style></head><body bgcolor='#ffffff' style='margin:0; color: red'>"
        "<h1 id='top' class='a'>Title</h1><p align=center>Text <b>bold</b> "
        "<a href='https://shop.example/a?b=1&amp;c=2'>shop</a> "
        "<a href='mailto:a@b.test'>mail</a> <a href='#top'>up</a></p>"
        "<table width=100% cellpadding=0 border=1><tr><td colspan=2 bgcolor=#eee "
        "style='padding:4px;font-family:\"Open Sans\",Arial'>cell</td></tr></table>"
        "<ul><li>one</ul><font color=red size=2>f</font><blockquote type=cite>q"
        "</blockquote><img src='cid:logo' width=10 alt=Logo></body></html>"
    )
    clean = clean_html(html, inline=INLINE)
    judge(clean.html)
    assert clean.remote == 0 and clean.missing_cids == ()
    for kept in (
        ".o_crm_mail_body {color: #222}",
        ".o_crm_mail_body .a, .o_crm_mail_body p > b {margin: 0}",
        "@media (max-width: 600px) {",
        ".o_crm_mail_body #mail-top {padding: 1px}",
        'bgcolor="#ffffff"',
        "margin: 0; color: red",
        'id="mail-top"',
        'href="https://shop.example/a?b=1&amp;c=2"',
        'href="mailto:a@b.test"',
        'href="#mail-top"',
        'colspan="2"',
        "Open Sans",
        "data:image/png;base64,",
        "<blockquote",
        "<li>one</li>",
    ):
        assert kept in clean.html
    assert "no</title>" not in clean.html and ">no" not in clean.html


def test_a_link_within_the_mail_opens_no_window(engine):
    html = clean_html(
        "<a href='#x'>a</a><a href='https://x.test'>b</a>", inline={}
    ).html
    inner, outer = re.findall(r"<a [^>]*>", html)
    assert "_blank" not in inner and "_blank" in outer


def test_inline_images_are_embedded_by_their_bytes_not_their_label(engine):
    clean = clean_html(
        "<img src='cid:LOGO'><img src='cid:a%40b'><img src=cid:svg><img src=cid:gone>",
        inline={
            "<logo>": ("application/octet-stream", PNG),
            "a@b": ("image/png", b"GIF89a..."),
            "svg": ("image/png", SVG),
        },
    )
    assert clean.html.count("data:image/png;base64,") == 1
    assert clean.html.count("data:image/gif;base64,") == 1
    assert clean.missing_cids == ("svg", "gone")


def test_one_image_shown_a_thousand_times_does_not_fill_the_memory(engine):
    big = PNG + b"\x00" * 1_000_000
    clean = clean_html("<img src=cid:b>" * 1000, inline={"b": ("image/png", big)})
    assert len(clean.html) < 60_000_000


def test_remote_references_are_counted_and_blocked_until_allowed(engine):
    html = (
        "<style>.a{background:url(https://t.test/1)}</style>"
        "<img src='https://t.test/2'><img src='//t.test/3'>"
        "<td style='background:url(http://t.test/4)'><table background='http://t.test/5'>"
        "<video src='https://t.test/6'></video><img src='cid:logo'>"
        "<a href='https://x.test'>no load</a>"
    )
    blocked = clean_html(html, inline=INLINE)
    assert blocked.remote >= 5
    assert "t.test" not in blocked.html
    allowed = clean_html(html, inline=INLINE, allow_remote=True)
    assert allowed.remote == blocked.remote
    for number in (1, 2, 3, 5):
        assert f"//t.test/{number}" in allowed.html
    assert "t.test/6" not in allowed.html


def test_a_mail_without_remote_content_counts_none(engine):
    html = (
        "<p>Hi <a href='https://x.test/a'>x</a> http://y.test <img src='cid:logo'></p>"
    )
    assert clean_html(html, inline=INLINE).remote == 0


@pytest.mark.parametrize(
    "html",
    [
        "",
        " ",
        "\x00",
        "<",
        "<!--",
        "<!-- x -->",
        "</",
        "<p",
        "&",
        "<style>",
        "<a href=",
        "]]>",
        "<?",
        "<!",
    ],
)
def test_stumps_do_not_fail(engine, html):
    judge(clean_html(html, inline={}).html)


def test_comments_hide_style_meant_for_outlook_but_not_style_within_style(engine):
    clean = clean_html(
        "<!--[if mso]><style>.m{color:red}</style><![endif]-->"
        "<style><!-- .s{color:blue} --></style>x",
        inline={},
    )
    assert "blue" in clean.html and ".m" not in clean.html


HEAVY = [
    "<div>" * 300_000,
    "<b>" * 100_000 + "<p>x" * 10_000,
    "".join(f"<p><font size={i}>" for i in range(3000)) + "<p>x" * 3000,
    "<p>" + "".join(f"<font size={i}>" for i in range(4500)) + "<p>x" * 4500,
    "<table><tr><td>" * 50_000,
    "<!--" * 200_000,
    "<style>" * 50_000,
    "<!-- --><style" * 50_000,
    "<style>" + "a{" * 200_000,
    "<style>" + "/*" * 200_000 + "</style>",
    "<style>" + "p{color:red}" * 100_000 + "</style>",
    "<p style='" + "color:red;" * 100_000 + "'>",
    "<p style='" + "a:(" * 100_000 + "'>",
    "<a href='" + "\\" * 500_000 + "'>",
    "<img src='" + " " * 1_000_000 + "'>",
    "<svg><" * 50_000,
    "&" * 1_000_000,
    "<a " + "x=1 " * 100_000 + ">",
    "<" * 1_000_000,
    "<div>" * 95_000 + "</b>" * 95_000,
    "<i x>" * 95_000 + "<p>" * 95_000,
    "\u00a0a " * 1_000_000,
    "&" * 50_000 + "x" * 7_000_000,
    "x" * (MAX_HTML + 100),
]


@pytest.mark.parametrize("html", HEAVY, ids=range(len(HEAVY)))
def test_markup_built_to_be_slow_is_shown_within_seconds(engine, html):
    started = time.perf_counter()
    clean = clean_html(html, inline={})
    assert time.perf_counter() - started < 10
    assert len(clean.html) < 12 * MAX_HTML


def test_a_mail_too_tangled_for_any_parser_is_shown_as_text(engine):
    html = "<p>Dear reader" + "<div><span>" * 20_000 + "<script>x</script><b>end"
    clean = clean_html(html, inline={})
    assert "Dear reader" in clean.html and "end" in clean.html
    judge(clean.html.replace(' style="white-space: pre-wrap;', ' style="'))


def test_a_long_reply_chain_keeps_its_quotes_and_its_end(engine):
    html = (
        "<div><blockquote>" * 400 + "first mail" + "</blockquote></div>" * 400 + "end"
    )
    clean = clean_html(html, inline={})
    assert "first mail" in clean.html and "end" in clean.html
    assert clean.html.count("<blockquote") > 200


@pytest.mark.skipif(cleaner.nh3 is None, reason="nh3 is not installed")
def test_a_failing_judgement_drops_the_attribute(monkeypatch):
    """nh3 swallows the errors of its callback; the other engine has none."""

    def fail(*args):
        raise RuntimeError("bug")

    monkeypatch.setattr(cleaner.html_policy, "attribute", fail)
    assert "alert" not in clean_html("<p title='alert(1)'>x</p>", inline={}).html
