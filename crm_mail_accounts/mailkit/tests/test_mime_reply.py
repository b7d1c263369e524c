"""Who gets an answer, what it is called, and what it quotes."""

import pytest

from mailkit.mime.addresses import parse_typed
from mailkit.mime.header_fields import index_header
from mailkit.mime.outgoing_html import prepare_html
from mailkit.mime.reply import (
    ASIDE,
    NO_PICTURE,
    editable_html,
    forward_html,
    forward_subject,
    quote_html,
    quote_plain_as_html,
    reply_recipients,
    reply_references,
    reply_subject,
)
from mailkit.values import Address

ME = ("me@us.example", "sales@us.example")


def header(**fields):
    lines = (f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return index_header("".join(lines).encode() + b"\r\n")


def emails(*lists):
    return tuple(" ".join(a.email for a in addresses) for addresses in lists)


@pytest.mark.parametrize(
    ("fields", "one", "everybody"),
    [
        (
            {"From": "rosa@x.example", "To": "me@us.example"},
            ("rosa@x.example", ""),
            ("rosa@x.example", ""),
        ),
        (
            {
                "From": "rosa@x.example",
                "To": "Me <ME@us.example>, bob@x.example",
                "Cc": "Sales@us.example, ann@x.example, ROSA@x.example",
            },
            ("rosa@x.example", ""),
            ("rosa@x.example bob@x.example", "ann@x.example"),
        ),
        # Reply-To counts instead of From
        (
            {
                "From": "rosa@x.example",
                "Reply-To": "office@x.example",
                "To": "me@us.example",
            },
            ("office@x.example", ""),
            ("office@x.example", ""),
        ),
        # a Reply-To that names only oneself
        (
            {
                "From": "rosa@x.example",
                "Reply-To": "me@us.example",
                "To": "me@us.example",
            },
            ("rosa@x.example", ""),
            ("rosa@x.example", ""),
        ),
        # a mail that was sent by oneself goes to its recipients
        (
            {"From": "me@us.example", "To": "bob@x.example", "Cc": "ann@x.example"},
            ("bob@x.example", ""),
            ("bob@x.example", "ann@x.example"),
        ),
        # ... also to those of the tagged address
        (
            {"From": "me+crm@us.example", "To": "bob@x.example, me+crm@us.example"},
            ("bob@x.example", ""),
            ("bob@x.example", ""),
        ),
        # a web form that writes in the name of the house
        (
            {
                "From": "sales@us.example",
                "Reply-To": "customer@x.example",
                "To": "sales@us.example",
            },
            ("customer@x.example", ""),
            ("customer@x.example", ""),
        ),
        # a note to oneself
        (
            {"From": "me@us.example", "To": "me@us.example"},
            ("me@us.example", ""),
            ("me@us.example", ""),
        ),
        # a mail to oneself with a copy to somebody
        (
            {"From": "me@us.example", "To": "me@us.example", "Cc": "bob@x.example"},
            ("me@us.example", ""),
            ("bob@x.example", ""),
        ),
        ({"To": "bob@x.example"}, ("bob@x.example", ""), ("bob@x.example", "")),
        ({"From": "undisclosed"}, ("undisclosed", ""), ("undisclosed", "")),
        ({}, ("", ""), ("", "")),
    ],
)
def test_recipients(fields, one, everybody):
    assert emails(*reply_recipients(header(**fields), ME)) == one
    assert emails(*reply_recipients(header(**fields), ME, True)) == everybody


def test_a_list_says_where_answers_to_all_go():
    raw = b"From: rosa@x.example\r\nMail-Followup-To: list@x.example, me@us.example\r\n"
    mail = index_header(raw)
    assert emails(*reply_recipients(mail, ME, True)) == ("list@x.example", "")
    assert emails(*reply_recipients(mail, ME)) == ("rosa@x.example", "")


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Offer", "Offer"),
        ("Re: Offer", "Offer"),
        ("RE: R: AW: Fwd: I: Offer", "Offer"),
        ("SV: VS: Odp: Ynt: Rif: TR: RV: WG: Offer", "Offer"),
        ("回复：转发：Offer", "Offer"),
        ("Re[2]: Re^3: Offer", "Offer"),
        ("Re: [list] AW: [list] Offer", "[list] Offer"),
        ("Ref: 2026/15", "Ref: 2026/15"),
        ("Re: Ref: 2026/15", "Ref: 2026/15"),
        ("Report: done", "Report: done"),
        ("", ""),
    ],
)
def test_prefixes_do_not_pile_up(subject, bare):
    assert reply_subject(subject) == f"Re: {bare}".strip()
    assert forward_subject(subject) == f"Fwd: {bare}".strip()


def test_references_go_on():
    mail = header(Message_ID="<c@x>", References="<a@x> <b@x>", In_Reply_To="<b@x>")
    assert reply_references(mail) == ("<c@x>", ("<a@x>", "<b@x>", "<c@x>"))
    mail = header(Message_ID="<c@x>", In_Reply_To="<b@x>")
    assert reply_references(mail) == ("<c@x>", ("<b@x>", "<c@x>"))
    mail = header(Message_ID="<c@x>", In_Reply_To="<a@x> <b@x>")
    assert reply_references(mail) == ("<c@x>", ("<c@x>",))
    assert reply_references(header(Subject="x")) == ("", ())


HTML = (
    '<html><style>p{color:red}</style><body><p onclick="x()">Hi <b>you</b>'
    '<script>alert(1)</script></p><img src="cid:logo@x"><img src="cid:none@x">'
    '<img src="https://track.example/1.gif?a=1&amp;b=2">'
    '<div style="background-image:url(https://track.example/2.gif)">x</div>'
    '<table background="https://track.example/3.gif"><tr><td>y</td></tr></table>'
)


def test_a_quote_is_clean_and_loads_nothing():
    quote = quote_html(HTML, "On <b>Monday</b>:", {"logo@x": "/part/1?a=1&b=2"})
    assert "On &lt;b&gt;Monday&lt;/b&gt;:" in quote
    assert '<blockquote class="o_crm_mail_quote" type="cite"' in quote
    assert "<b>you</b>" in quote and 'src="/part/1?a=1&amp;b=2"' in quote
    for gone in ("script", "onclick", "<style", "cid:", "2.gif", "3.gif"):
        assert gone not in quote
    assert quote.count("https://track.example") == 1
    assert f'src="{NO_PICTURE}" {ASIDE}="https://track.example/1.gif?a=1&amp;b=2"' in (
        quote
    )


def test_what_was_put_aside_comes_back_when_it_is_sent():
    sent = prepare_html(editable_html(HTML, {}))
    assert '<img src="https://track.example/1.gif?a=1&amp;b=2">' in sent.html
    assert ASIDE not in sent.html and sent.images == ()


def test_a_mail_cannot_name_a_place_of_the_quote():
    shown = editable_html(
        '<img src="cid:crm-mail-aside-0"><img src="https://t.example/x">'
        '<p>src="cid:crm-mail-aside-7"</p>',
        {},
    )
    assert shown.count("t.example") == 1 and "aside-" not in shown


def test_plain_parents():
    quote = quote_plain_as_html("1 < 2\n> old", "Rosa wrote:")
    assert "1 &lt; 2" in quote and "<blockquote>old" in quote


def test_forwards_tell_whose_mail_it_was():
    lines = [("From", "Rosa <rosa@x.example>"), ("Subject", "1 < 2")]
    html = forward_html("Forwarded message", lines, "<p>Hi</p>", {})
    assert "<b>From:</b> Rosa &lt;rosa@x.example&gt;<br>" in html
    assert "1 &lt; 2" in html and "<p>Hi</p>" in html and "o_crm_mail_quote" in html


def test_typed_addresses():
    found, wrong = parse_typed(
        "Rosa Conti <rosa@x.example>; bob@x.example,\nDoe, Jane <jane@x.example>\t"
        "rosa@x, nobody, ROSA@x.example\r\n"
    )
    assert found == (
        Address("Rosa Conti", "rosa@x.example"),
        Address("", "bob@x.example"),
        Address("Doe, Jane", "jane@x.example"),
    )
    assert wrong == ("rosa@x", "nobody")
    assert parse_typed("") == ((), ()) == parse_typed(" ,; \n")
    assert parse_typed("a@b.example c@d.example")[0] == (
        Address("", "a@b.example"),
        Address("", "c@d.example"),
    )
    assert parse_typed("Rosa <>")[1] and parse_typed(">>")[1]
    assert parse_typed("é@bücher.example")[0] == (Address("", "é@bücher.example"),)
    assert parse_typed('"a@b.example" <c@d.example>')[0][0].email == "c@d.example"
