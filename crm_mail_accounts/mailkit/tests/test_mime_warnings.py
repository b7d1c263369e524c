import pytest

from mailkit.mime.header_fields import index_header
from mailkit.mime.html import clean_html
from mailkit.mime.plain_html import text_to_html
from mailkit.mime.warnings import (
    authentication_caution,
    cautions,
    domain_of,
    link_cautions,
)

GOOGLE = ("imap.gmail.com", "laura@company.example")
OWN = ("imaps.aruba.it", "company.example")


def kinds(raw: str, html: str = "", **values) -> list[str]:
    found = cautions(index_header(raw.encode()), html, **values)
    return [caution.kind for caution in found]


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ('"service@bank.example" <x@evil.example>', ["name_is_address"]),
        ('"Bank service@bank.example" <x@evil.example>', ["name_is_address"]),
        ('"rosa@conti.example" <rosa@conti.example>', []),
        ('"rosa@conti.example" <rosa@mail.conti.example>', []),
        ('"Laura Bianchi" <laura@evil.example>', ["name_of_other"]),
        ('"BIANCHI, Láura" <laura@evil.example>', ["name_of_other"]),
        ('"Laura Bianchi" <laura@company.example>', []),
        ('"Laura Bianchini" <laura@evil.example>', []),
        ("Laura <laura@evil.example>", []),
        ("<nobody@x.example>", []),
    ],
)
def test_the_name_is_compared_with_the_address(sender, expected):
    known = [("Laura Bianchi", frozenset(["laura@company.example"]))]
    assert kinds(f"From: {sender}\n\n", known=known) == expected


CERTIFIED = (
    'From: "Per conto di: zeno@pec.example" <%s@legal.example>\nContent-Type: %s'
)


def test_certified_mail_is_openly_sent_for_somebody_else():
    """The operator's envelope; what only looks like it is warned of."""
    signed = 'multipart/signed; protocol="application/pkcs7-signature"; boundary=x'
    assert kinds(CERTIFIED % ("posta-certificata", signed)) == []
    assert kinds(CERTIFIED % ("posta-certificata", "text/plain")) == ["name_is_address"]
    assert kinds(CERTIFIED % ("zeno", signed)) == ["name_is_address"]


def test_the_sentence_gets_what_was_shown_and_what_is_real():
    header = index_header(b"From: pay@bank.example <x@evil.example>\n\n")
    (caution,) = cautions(header, "")
    assert caution.values == {"shown": "pay@bank.example", "real": "x@evil.example"}


@pytest.mark.parametrize(
    ("html", "lies"),
    [
        ('<a href="https://evil.example/x">www.bank.example</a>', True),
        ('<a href="https://evil.example">https://bank.example/login</a>', True),
        ('<a href="https://evil.example">bank.example</a>', True),
        ('<a href="https://bank.example@evil.example">here</a>', True),
        ('<a href="https://bank.example.evil.test">bank.example</a>', True),
        ('<a href="https://login.bank.example/x">www.bank.example</a>', False),
        ('<a href="https://bank.co.uk">www.bank.co.uk</a>', False),
        ('<a href="https://evil.co.uk">www.bank.co.uk</a>', True),
        ('<a href="https://evil.example">Press here</a>', False),
        ('<a href="https://files.example/1">offer.pdf</a>', False),
        ('<a href="mailto:a@evil.example">bank.example</a>', False),
        ('<a href="https://e.example"><b>www.bank</b>.example</a>', True),
        ('<a href="https://[::1">bank.example</a>', False),
    ],
)
def test_the_text_of_a_link_is_compared_with_its_target(html, lies):
    clean = clean_html(html, inline={}).html
    assert [c.kind for c in link_cautions(clean)] == ["link_lies"] * lies


def test_links_of_plain_text_never_lie():
    assert not link_cautions(text_to_html("See www.bank.example or http://x.example."))


def test_the_judgement_of_ones_own_server_counts():
    raw = (
        b"Authentication-Results: mx.google.com; spf=pass; dmarc=fail (p=REJECT) "
        b"header.from=bank.example\nFrom: b@bank.example\n\n"
    )
    caution = authentication_caution(index_header(raw), GOOGLE)
    assert caution.values == {"domain": "bank.example"}


@pytest.mark.parametrize(
    ("results", "hosts", "warned"),
    [
        ("mx.evil.example; dmarc=fail", OWN, False),
        ("mx.aruba.it; dmarc=fail header.from=x.example", OWN, True),
        ("mail.company.example; spf=fail; dkim=none", OWN, True),
        ("mail.company.example; spf=fail; dkim=pass", OWN, False),
        ("mail.company.example; spf=softfail", OWN, False),
        ("mail.company.example; dmarc=pass; spf=fail", OWN, False),
        ("mail.company.example; none", OWN, False),
        ("mail.company.example (a); spf=pass (x dmarc=fail y)", OWN, False),
        ("spf=fail (sender IP is 1.2.3.4) smtp.mailfrom=x; dmarc=fail action=none",
         ("outlook.office365.com",), True),
        ("spf=fail; dmarc=fail", OWN, False),
        ("", OWN, False),
    ],
)  # fmt: skip
def test_whose_judgement_counts_and_what_it_must_say(results, hosts, warned):
    raw = f"Authentication-Results: {results}\nFrom: b@bank.example\n\n"
    header = index_header(raw.encode())
    assert bool(authentication_caution(header, hosts)) == warned


def test_only_the_topmost_judgement_is_read():
    raw = (
        b"Authentication-Results: mx.aruba.it; dmarc=pass\n"
        b"Authentication-Results: mx.aruba.it; dmarc=fail\nFrom: b@bank.example\n\n"
    )
    assert authentication_caution(index_header(raw), OWN) is None


def test_the_gravest_comes_first():
    raw = (
        "Authentication-Results: mx.aruba.it; dmarc=fail\n"
        "From: pay@bank.example <x@evil.example>\n\n"
    )
    html = '<a href="https://evil.example">bank.example</a>'
    assert kinds(raw, html, own_hosts=OWN, first_time=True) == [
        "authentication",
        "name_is_address",
        "link_lies",
        "first_time",
    ]


def test_registered_domains():
    assert domain_of("a.b.example.co.uk") == "example.co.uk"
    assert domain_of("Mail.Example.COM.") == "example.com"
    assert domain_of("localhost") == "localhost"
