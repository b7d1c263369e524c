"""What people type as the name of a server, and what we make of it."""

import time

import pytest

from mailkit.errors import InvalidArgument
from mailkit.server_names import ServerName, contradicts, domain_name, read_server
from mailkit.values import Security

TLS, STARTTLS, NONE = Security.TLS, Security.STARTTLS, Security.NONE


def refused(text):
    with pytest.raises(InvalidArgument) as caught:
        read_server(text)
    assert text.strip() == "" or text.strip() not in caught.value.detail
    return caught.value.code


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("imap.example.com", "imap.example.com"),
        ("  imap.example.com\t", "imap.example.com"),
        ("IMAP.Example.COM", "imap.example.com"),
        ("imap.example.com.", "imap.example.com"),
        ("imap.example.com/", "imap.example.com"),
        ("imap.example.com/roundcube/?_task=mail", "imap.example.com"),
        ("//imap.example.com/", "imap.example.com"),
        ("imap.example.com,", "imap.example.com"),
        ('"imap.example.com"', "imap.example.com"),
        ("<imap.example.com>", "imap.example.com"),
        ("«imap.example.com»", "imap.example.com"),
        ("imap . example. com", "imap.example.com"),
        ("mail_1.example.com", "mail_1.example.com"),
        ("mail-1.example.com", "mail-1.example.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("localhost", "localhost"),
        ("mailserver", "mailserver"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("::1", "::1"),
    ],
)
def test_a_name_is_read_without_what_stands_around_it(typed, host):
    assert read_server(typed) == ServerName(host)


@pytest.mark.parametrize(
    "typed",
    [
        "imap.\u200bexample.com",  # zero width space
        "\ufeffimap.example.com",  # byte order mark
        "imap.exam\u00adple.com",  # soft hyphen
        "\u200eimap.example.com\u200f",  # marks of direction
        "imap.example.com\u00a0",  # no-break space
        "ｉｍａｐ．ｅｘａｍｐｌｅ．ｃｏｍ",
        "imap。example。com",
    ],
)
def test_characters_that_nobody_sees_or_means_make_no_difference(typed):
    assert read_server(typed) == ServerName("imap.example.com")


def test_a_hyphen_of_a_typesetter_is_a_hyphen():
    assert read_server("my\u2011mail.example\u2013host.com").host == (
        "my-mail.example-host.com"
    )


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("imap.bücher.example", "imap.xn--bcher-kva.example"),
        ("IMAP.BÜCHER.example", "imap.xn--bcher-kva.example"),
        ("почта.example", "xn--80a1acny.example"),
    ],
)
def test_an_international_name_becomes_what_the_dns_knows(typed, host):
    assert read_server(typed).host == host


@pytest.mark.parametrize(
    ("typed", "host", "port"),
    [
        ("imap.example.com:993", "imap.example.com", 993),
        ("imap.example.com 993", "imap.example.com", 993),
        ("imap.example.com : 993", "imap.example.com", 993),
        ("imap.example.com.:993", "imap.example.com", 993),
        ("imap.example.com:993/", "imap.example.com", 993),
        ("imap.example.com, port 993", "imap.example.com", 993),
        ("imap.example.com porta: 993", "imap.example.com", 993),
        ("imap.example.com;993", "imap.example.com", 993),
        ("imap.example.com\n993", "imap.example.com", 993),
        ("imap.example.com:", "imap.example.com", None),
        ("imap:993", "imap", 993),
        ("192.0.2.7:1143", "192.0.2.7", 1143),
        ("192.0.2.7 1143", "192.0.2.7", 1143),
        ("[2001:db8::7]:993", "2001:db8::7", 993),
        ("[2001:db8::7] 993", "2001:db8::7", 993),
    ],
)
def test_a_port_may_follow_the_name(typed, host, port):
    assert read_server(typed) == ServerName(host, port)


@pytest.mark.parametrize(
    ("typed", "security", "port"),
    [
        ("ssl://smtps.aruba.it", TLS, None),
        ("SSL://SMTPS.ARUBA.IT", TLS, None),
        ("ssl:// smtps.aruba.it", TLS, None),
        ("ssl:\\\\smtps.aruba.it", TLS, None),
        ("ssl:smtps.aruba.it", TLS, None),
        ("ssl://smtps.aruba.it:465", TLS, 465),
        ("ssl://smtps.aruba.it 465", TLS, 465),
        ("imaps://smtps.aruba.it", TLS, None),
        ("smtps://smtps.aruba.it/", TLS, None),
        ("submissions://smtps.aruba.it", TLS, None),
        ("tls://smtps.aruba.it", TLS, None),
        ("tls://smtps.aruba.it:465", TLS, 465),
        ("tls://smtps.aruba.it:587", STARTTLS, 587),
        ("tls://smtps.aruba.it:143", STARTTLS, 143),
        ("starttls://smtps.aruba.it:587", STARTTLS, 587),
        ("imap://smtps.aruba.it", None, None),
        ("smtp://smtps.aruba.it:2525", None, 2525),
        ("IMAP: smtps.aruba.it", None, None),
    ],
)
def test_a_scheme_says_the_security(typed, security, port):
    assert read_server(typed) == ServerName("smtps.aruba.it", port, security)


@pytest.mark.parametrize(
    ("typed", "security", "port"),
    [
        ("ssl://smtps.aruba.it:587", TLS, 587),
        ("smtps://smtps.aruba.it:25", TLS, 25),
        ("imaps://smtps.aruba.it:143", TLS, 143),
        ("starttls://smtps.aruba.it:465", STARTTLS, 465),
    ],
)
def test_a_scheme_wins_over_a_port_that_contradicts_it(typed, security, port):
    assert read_server(typed) == ServerName(
        "smtps.aruba.it", port, security, contradiction=True
    )


@pytest.mark.parametrize("port", [1993, 443, 2525])
def test_an_unusual_port_contradicts_nothing(port):
    assert not contradicts(TLS, port)
    assert not contradicts(STARTTLS, port)


def test_no_security_contradicts_the_ports_of_implicit_tls():
    assert contradicts(NONE, 993)
    assert not contradicts(NONE, 143)
    assert not contradicts(None, 993)


def test_the_default_port_serves_where_none_was_typed():
    assert read_server("imap.example.com", default_port=993).port == 993
    assert read_server("imap.example.com:1993", default_port=993).port == 1993


def test_a_default_port_contradicts_nothing():
    assert not read_server("ssl://mail.example.com", default_port=587).contradiction


@pytest.mark.parametrize(
    "typed",
    [
        "https://webmail.example.com",
        "http://webmail.example.com/",
        "https://webmail.example.com:2096/cpsess1/?user=anna@example.com",
    ],
)
def test_the_port_of_a_web_page_is_not_that_of_its_mail_server(typed):
    assert read_server(typed) == ServerName("webmail.example.com", webmail=True)


@pytest.mark.parametrize(
    "typed",
    [
        "anna@example.com",
        " Anna.Rossi@Example.COM ",
        "Anna Rossi <anna@example.com>",
        "mailto:anna@example.com",
        "ssl://anna@example.com",
        "imaps://anna:secret@example.com/",
        "anna＠example.com",
        "@example.com",
    ],
)
def test_an_address_instead_of_a_server_is_told_apart(typed):
    assert refused(typed) == "host_is_address"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "\u200b",
        ".",
        "..",
        "/",
        "ssl://",
        "ftp://mail.example.com",
        "file:///etc/passwd",
        ".example.com",
        "mail..example.com",
        "-mail.example.com",
        "mail-.example.com",
        "mail example com",
        "imap.example.com\0",
        "imap.example.com\x1b[31m",
        "mail!.example.com",
        "mail.example.com%eth0",
        "fe80::1%eth0",
        "[192.0.2.7]",
        "[2001:db8::7",
        "2001:db8::g",
        "a" * 64 + ".example.com",
        ".".join(["a" * 60] * 5),
        "ü" * 60 + ".example.com",
        "xn--.example\ud800",
        "a" * 100_000,
        "993",
        "127.1",
        "0x7f000001",
        "2130706433",
        "192.0.2.256",
        "010.0.0.1.7",
    ],
)
def test_what_cannot_be_a_server_is_refused(typed):
    assert refused(typed) == "host_invalid"


@pytest.mark.parametrize(
    "typed",
    [
        "imap.example.com:0",
        "imap.example.com:65536",
        "imap.example.com:" + "9" * 900,
        "imap.example.com:imaps",
        "[2001:db8::7]:0",
        "[2001:db8::7]x",
    ],
)
def test_what_cannot_be_a_port_is_refused(typed):
    assert refused(typed) == "port_invalid"


@pytest.mark.parametrize(
    "typed",
    [
        "a" + " " * 998 + "b",
        "a port" + " " * 990 + "b",
        "." * 1000,
        ":" * 1000,
        "\ufdfa" * 1000,
        "ü" * 1000,
        "ssl:" * 250,
    ],
)
def test_a_nasty_text_costs_no_time(typed):
    start = time.monotonic()
    with pytest.raises(InvalidArgument):
        read_server(typed)
    assert time.monotonic() - start < 0.5


@pytest.mark.parametrize("text", ["localhost", "192.0.2.7", "2001:db8::7", ""])
def test_a_domain_has_a_dot_and_is_no_ip_address(text):
    with pytest.raises(InvalidArgument):
        domain_name(text)


def test_a_domain_is_in_the_form_of_the_dns():
    assert domain_name("Bücher.Example.") == "xn--bcher-kva.example"
