"""The configuration file of the mail domain: where it is asked for, what it says."""

import time

import pytest

from mailkit.discovery import autoconfig
from mailkit.discovery.address import read_address
from mailkit.discovery.asking import Asking
from mailkit.discovery.autoconfig_xml import read_config
from mailkit.discovery.proposal import (
    Authentication,
    Confidence,
    UsernameForm,
)
from mailkit.errors import LimitExceeded, ProtocolError
from mailkit.limits import MAX_CONFIG, MAX_REDIRECTS, MAX_SERVERS
from mailkit.lookup import HttpAnswer
from mailkit.tests.scripted_lookup import ScriptedWeb, config, server
from mailkit.values import Endpoint, Security

MAIL = read_address("Anna.Rossi+crm@Company.example")
FILE = "https://autoconfig.company.example/mail/config-v1.1.xml"
WELL_KNOWN = "https://company.example/.well-known/autoconfig/mail/config-v1.1.xml"


def asked(pages):
    """The proposals, the notes' codes, and the web that was asked."""
    web = ScriptedWeb(pages)
    asking = Asking(None, web, timeout=20)
    proposals = autoconfig.ask(MAIL, asking)
    return proposals, [note.code for note in asking.notes], web


def invalid(data):
    with pytest.raises(ProtocolError) as caught:
        read_config(data, MAIL)
    assert caught.value.code == "autoconfig_invalid"
    return caught.value


# -- where it is asked for ----------------------------------------------------


def test_only_the_mail_domain_is_asked_and_only_its_own_place_hears_the_address():
    _proposals, _codes, web = asked({})
    assert web.asked == [
        FILE + "?emailaddress=Anna.Rossi%2Bcrm%40Company.example",
        WELL_KNOWN,
    ]


def test_the_first_place_that_knows_spares_the_second():
    proposals, codes, web = asked({FILE: config()})
    assert len(proposals) == len(web.asked) == 1
    assert codes == []


@pytest.mark.parametrize(
    ("first", "code"),
    [
        (HttpAnswer(404), "http_status"),
        (HttpAnswer(500), "http_status"),
        (HttpAnswer(204), "http_status"),
        (b"<html><body>parked</body></html>", "autoconfig_invalid"),
        (LimitExceeded("huge"), "limit_exceeded"),
        (config(server("imap", "imap.company.example", 0)), None),
    ],
)
def test_a_place_that_fails_leaves_the_second_one(first, code):
    second = config(server("imap", "second.company.example", 993))
    proposals, codes, _web = asked({FILE: first, WELL_KNOWN: second})
    if code is None:
        assert proposals[0].imap is None, "the outgoing server was usable"
        assert codes == ["server_unusable"]
    else:
        assert proposals[0].imap.endpoint.host == "second.company.example"
        assert codes == [code]


# -- redirections -------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("https://www.company.example/config.xml", None),
        (
            "https://company.example:443/config.xml",
            "https://company.example/config.xml",
        ),
        ("https://WWW.Company.example./c", "https://www.company.example/c"),
        ("/other.xml", "https://company.example/other.xml"),
        ("other.xml?a=b#c", "https://company.example/.well-known/other.xml?a=b"),
    ],
)
def test_a_redirection_within_the_domain_may_be_followed(location, target):
    url = "https://company.example/.well-known/x"
    found = autoconfig.redirected(url, location, "company.example")
    assert found == (target or location)


@pytest.mark.parametrize(
    "location",
    [
        "",
        "https://elsewhere.example/config.xml",
        "//elsewhere.example/config.xml",
        "https://mycompany.example/config.xml",
        "https://company.example.elsewhere.test/config.xml",
        "https://example/config.xml",
        "http://company.example/config.xml",
        "http://www.company.example/config.xml",
        "https://company.example:8443/config.xml",
        "https://company.example:22/",
        "https://company.example:x/",
        "https://127.0.0.1/config.xml",
        "https://10.0.0.1/config.xml",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/config.xml",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://localhost/",
        "https://company.example@elsewhere.example/",
        "https://anna:secret@company.example/",
        "https://elsewhere.example\\@company.example/",
        "https://elsewhere.example\\.company.example/",
        "https://elsewhere.example#.company.example/",
        "https://elsewhere.example?.company.example/",
        "https://company.example/\r\nX: y",
        "https://[company.example/",
        "ftp://company.example/config.xml",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://company.example/" + "a" * 3000,
    ],
)
def test_a_redirection_to_anywhere_else_is_refused(location):
    proposals, codes, web = asked({WELL_KNOWN: HttpAnswer(302, location)})
    assert proposals == []
    assert codes == ["host_unknown", "redirect_refused"]
    assert len(web.asked) == 2, "nobody followed"


def test_a_redirection_is_followed_to_the_file():
    proposals, _codes, web = asked(
        {
            WELL_KNOWN: HttpAnswer(301, "https://www.company.example/1"),
            "https://www.company.example/1": HttpAnswer(308, "/2"),
            "https://www.company.example/2": config(),
        }
    )
    assert proposals[0].imap.endpoint.host == "imap.company.example"
    assert web.asked[1:] == [
        WELL_KNOWN,
        "https://www.company.example/1",
        "https://www.company.example/2",
    ]


def test_redirections_in_a_circle_come_to_an_end():
    proposals, codes, web = asked({WELL_KNOWN: HttpAnswer(302, WELL_KNOWN)})
    assert proposals == []
    assert codes[-1] == "too_many_redirects"
    assert len(web.asked) == 1 + 1 + MAX_REDIRECTS


# -- what it says -------------------------------------------------------------


def test_a_file_proposes_its_servers_ready_to_log_in():
    (proposal,) = read_config(config(), MAIL).proposals
    assert proposal.complete
    assert proposal.confidence is Confidence.LIKELY
    assert proposal.imap.endpoint == Endpoint("imap.company.example", 993, Security.TLS)
    assert proposal.imap.username == "Anna.Rossi+crm@Company.example"
    assert proposal.imap.authentication == (Authentication.PASSWORD,)
    assert proposal.smtp.endpoint == Endpoint("smtp.company.example", 465, Security.TLS)


@pytest.mark.parametrize(
    ("template", "username", "form"),
    [
        ("%EMAILADDRESS%", "Anna.Rossi+crm@Company.example", UsernameForm.ADDRESS),
        ("", "Anna.Rossi+crm@Company.example", UsernameForm.ADDRESS),
        (
            "%EMAILLOCALPART%@%EMAILDOMAIN%",
            "Anna.Rossi+crm@Company.example",
            UsernameForm.ADDRESS,
        ),
        # some servers write the address into the file
        (
            "anna.rossi+crm@company.example",
            "anna.rossi+crm@company.example",
            UsernameForm.ADDRESS,
        ),
        ("%EMAILLOCALPART%", "Anna.Rossi+crm", UsernameForm.LOCALPART),
        ("%EMAILLOCALPART%.mbox", "Anna.Rossi+crm.mbox", UsernameForm.OTHER),
    ],
)
def test_the_user_name_is_filled_in(template, username, form):
    data = config(server("imap", "imap.company.example", 993, username=template))
    (proposal,) = read_config(data, MAIL).proposals
    assert (proposal.imap.username, proposal.username_form) == (username, form)


def test_a_name_of_a_server_may_hold_the_domain():
    data = config(server("imap", "imap.%EMAILDOMAIN%", 993))
    (proposal,) = read_config(data, MAIL).proposals
    assert proposal.imap.endpoint.host == "imap.company.example"


def test_an_address_that_looks_like_a_placeholder_is_not_filled_in_again():
    mail = read_address("%EMAILDOMAIN%@company.example")
    data = config(server("imap", "a.company.example", 993, username="%EMAILLOCALPART%"))
    (proposal,) = read_config(data, mail).proposals
    assert proposal.imap.username == "%EMAILDOMAIN%"


@pytest.mark.parametrize(
    ("word", "security", "confidence"),
    [
        ("SSL", Security.TLS, Confidence.LIKELY),
        ("STARTTLS", Security.STARTTLS, Confidence.LIKELY),
        ("starttls", Security.STARTTLS, Confidence.LIKELY),
        (" SSL ", Security.TLS, Confidence.LIKELY),
        ("plain", Security.NONE, Confidence.UNSURE),
    ],
)
def test_the_type_of_the_socket_is_the_security(word, security, confidence):
    data = config(server("imap", "imap.company.example", 143, word))
    (proposal,) = read_config(data, MAIL).proposals
    assert proposal.imap.endpoint.security is security
    assert proposal.confidence is confidence


@pytest.mark.parametrize(
    ("words", "ways"),
    [
        (("password-cleartext",), (Authentication.PASSWORD,)),
        (("password-encrypted",), (Authentication.PASSWORD,)),
        (("plain",), (Authentication.PASSWORD,)),
        (
            ("OAuth2", "password-cleartext"),
            (Authentication.OAUTH2, Authentication.PASSWORD),
        ),
        (
            ("GSSAPI", "password-encrypted", "password-cleartext"),
            (Authentication.PASSWORD,),
        ),
        (("none",), (Authentication.NONE,)),
        (("client-IP-address",), (Authentication.NONE,)),
        ((), (Authentication.PASSWORD,)),
    ],
)
def test_the_ways_to_log_in_are_kept_in_their_order(words, ways):
    data = config(
        outgoing=server("smtp", "smtp.company.example", 465, authentication=words)
    )
    (proposal,) = read_config(data, MAIL).proposals
    assert proposal.smtp.authentication == ways


def test_several_servers_are_proposed_in_the_order_of_the_file():
    data = config(
        server("imap", "a.company.example", 993)
        + server("pop3", "pop.company.example", 995)
        + server("imap", "b.company.example", 143, "STARTTLS"),
        server("smtp", "c.company.example", 465),
    )
    found = [
        (item.imap.endpoint.host, item.smtp.endpoint.host)
        for item in read_config(data, MAIL).proposals
    ]
    assert found == [
        ("a.company.example", "c.company.example"),
        ("b.company.example", "c.company.example"),
    ]


def test_a_file_of_many_servers_proposes_a_few():
    many = "".join(server("imap", f"i{n}.company.example", 993) for n in range(40))
    assert len(read_config(config(many), MAIL).proposals) == MAX_SERVERS


def test_the_provider_that_names_the_domain_is_read():
    other = config(domain="other.example").split(b"<clientConfig")[1]
    other = other.partition(b">")[2].replace(b"</clientConfig>", b"")
    mine = config(server("imap", "mine.company.example", 993))
    data = mine.replace(b'version="1.1">', b'version="1.1">' + other)
    (proposal,) = read_config(data, MAIL).proposals
    assert proposal.imap.endpoint.host == "mine.company.example"
    (proposal,) = read_config(config(domain="other.example"), MAIL).proposals
    assert proposal.complete, "else the first one"


@pytest.mark.parametrize(
    "bad",
    [
        server("imap", "", 993),
        server("imap", "127.0.0.1", 993),
        server("imap", "[::1]", 993),
        server("imap", "localhost", 993),
        server("imap", "imap.company.example evil", 993),
        server("imap", "anna@company.example", 993),
        server("imap", "imap.%REALNAME%.example", 993),
        server("imap", "a" * 400 + ".example", 993),
        server("imap", "imap.company.example", ""),
        server("imap", "imap.company.example", 0),
        server("imap", "imap.company.example", 70000),
        server("imap", "imap.company.example", "9" * 300),
        server("imap", "imap.company.example", "-993"),
        server("imap", "imap.company.example", "٩٩٣"),
        server("imap", "imap.company.example", 993, "TLSv9"),
        server("imap", "imap.company.example", 993, ""),
        server("imap", "imap.company.example", 993, username="%REALNAME%"),
        server("imap", "imap.company.example", 993, username="anna&#10;x"),
        server("imap", "imap.company.example", 993, authentication=["NTLM", "GSSAPI"]),
    ],
)
def test_a_server_that_cannot_be_used_is_left_out_and_the_others_stay(bad):
    found = read_config(config(bad + server("imap", "good.company.example", 993)), MAIL)
    (proposal,) = found.proposals
    assert proposal.imap.endpoint.host == "good.company.example"
    assert len(found.unusable) == 1


def test_a_file_in_latin_1_with_a_mark_or_with_comments_is_read():
    data = config().replace(b"<domain>", b"<displayName>Caf\xe9</displayName><domain>")
    assert read_config(data, MAIL).proposals
    assert read_config(b"\xef\xbb\xbf" + config(), MAIL).proposals
    commented = config().replace(b"<domain>", b"<!-- x --><?y?><![CDATA[ ]]><domain>")
    assert read_config(commented, MAIL).proposals


# -- hostile files ------------------------------------------------------------

LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12)
)


@pytest.mark.parametrize(
    "prolog",
    [
        b'<!DOCTYPE clientConfig [<!ENTITY l0 "ha">' + LAUGHS + b"]>",
        b'<!DOCTYPE clientConfig [<!ENTITY l0 "h">]>',
        b'<!DOCTYPE clientConfig [<!ENTITY l11 SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE clientConfig [<!ENTITY % x SYSTEM "https://a.example/x">%x;]>',
        b'<!DOCTYPE clientConfig SYSTEM "https://elsewhere.example/evil.dtd">',
        b"<!--<!DOCTYPE x>--><!DOCTYPE clientConfig>",
    ],
)
def test_a_document_type_is_refused_before_it_does_anything(prolog):
    data = config(server("imap", "imap.company.example", 993, username="&l11;"))
    head, rest = data.split(b"\n", 1)
    start = time.monotonic()
    error = invalid(head + prolog + rest)
    assert time.monotonic() - start < 0.5
    assert error.detail == "a document type"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_a_wide_encoding_hides_nothing(encoding):
    text = '<!DOCTYPE clientConfig [<!ENTITY a "b">]>' + config().decode()
    invalid(text.encode(encoding))


def test_a_declared_encoding_hides_nothing():
    hidden = '<!DOCTYPE clientConfig [<!ENTITY a "company">]>'.encode("utf-7")
    body = config(server("imap", "imap.company.example", 993)).split(b"\n", 1)[1]
    invalid(b'<?xml version="1.0" encoding="UTF-7"?>' + hidden + body)


def test_an_unusual_declared_encoding_is_not_believed():
    data = config().replace(b'encoding="UTF-8"', b'encoding="UTF-7"')
    data = data.replace(b"imap.company", "bücher.company".encode())
    (proposal,) = read_config(data, MAIL).proposals
    assert proposal.imap.endpoint.host == "xn--bcher-kva.company.example"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"not xml",
        b"<html><body>parked</body></html>",
        b"<clientConfig/>",
        b"<clientConfig><emailProvider>",
        b"<config><clientConfig/></config>",
        b'<clientConfig xmlns="urn:x"><emailProvider/></clientConfig>',
        b'<clientConfig version="1.1"><emailProvider>&unknown;</emailProvider>',
        b"<a>" * 20_000,
        b"<clientConfig>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</clientConfig>",
    ],
)
def test_another_kind_of_document_is_refused(data):
    invalid(data)


def test_a_provider_without_servers_proposes_nothing():
    data = b"<clientConfig><emailProvider/></clientConfig>"
    assert read_config(data, MAIL).proposals == []


def test_a_huge_file_is_refused_unread():
    with pytest.raises(LimitExceeded):
        read_config(config() + b" " * MAX_CONFIG, MAIL)


def test_the_largest_file_that_is_read_costs_no_time():
    element = b"<incomingServer type='imap'><hostname/></incomingServer>"
    many = element * ((MAX_CONFIG - 2000) // len(element))
    data = config().replace(b"</emailProvider>", many + b"</emailProvider>")
    start = time.monotonic()
    assert read_config(data, MAIL).proposals
    assert time.monotonic() - start < 1
