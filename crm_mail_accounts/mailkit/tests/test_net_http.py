"""The default fetch: one HTTPS GET within bounds, and to public addresses only."""

import socket

import pytest

from mailkit import host_policy, net, net_http
from mailkit.errors import (
    InvalidArgument,
    LimitExceeded,
    MailError,
    NetworkError,
    ProtocolError,
    TlsError,
)
from mailkit.limits import MAX_BODY
from mailkit.tests.scripted_server import ScriptedServer

BOUND = 0.4
"""Seconds that a stalling server is given."""


@pytest.fixture
def trusted(certificates, monkeypatch):
    """Our authority is one of the system's."""
    monkeypatch.setenv("SSL_CERT_FILE", certificates["ca"])
    return certificates


def local(_host, port):
    """A resolver for which every name is this machine."""
    return [(socket.AF_INET, ("127.0.0.1", port))]


def head(peer):
    """The lines of the client's request."""
    lines = []
    while line := peer.line():
        lines.append(line)
    return lines


def answering(answer, pause=None):
    def script(peer):
        head(peer)
        peer.drip(answer, pause) if pause else peer.send(answer)

    return script


def fetched(trusted, script, *, path="/config.xml", timeout=60.0, kind="good"):
    with ScriptedServer(script, certificate=trusted[kind]) as server:
        return net_http.fetch(
            f"https://localhost:{server.port}{path}", timeout, resolver=local
        )


def ok(*headers, body=b""):
    lines = [b"HTTP/1.1 200 OK", *headers, b"", b""]
    return b"\r\n".join(lines) + body


# -- request ------------------------------------------------------------------


def test_one_request_is_made_with_host_and_without_anything_personal(trusted):
    def script(peer):
        lines = head(peer)
        assert lines[0] == b"GET /mail/c.xml?emailaddress=a%2Bb%40c.example HTTP/1.1"
        assert b"Host: localhost:%d" % peer.port in lines
        assert b"Connection: close" in lines
        names = {line.partition(b":")[0].lower() for line in lines[1:]}
        assert names == {
            b"host",
            b"user-agent",
            b"accept",
            b"accept-encoding",
            b"connection",
        }
        peer.send(ok(body=b"hello"))

    answer = fetched(
        trusted, script, path="/mail/c.xml?emailaddress=a%2Bb%40c.example#fragment"
    )
    assert (answer.status, answer.body) == (200, b"hello")


def test_what_a_url_may_not_hold_is_encoded(trusted):
    def script(peer):
        assert head(peer)[0] == b"GET /a%20b/%C3%A9?c=%22 HTTP/1.1"
        peer.send(ok())

    fetched(trusted, script, path='/a b/é?c="')


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "ftp://localhost/",
        "file:///etc/passwd",
        "localhost",
        "",
        "https://",
        "https://anna:secret@localhost/",
        "https://localhost:99999/",
        "https://[::1/",
        "https://local host/",
    ],
)
def test_only_a_plain_https_url_is_fetched(url):
    with pytest.raises(InvalidArgument) as caught:
        net_http.fetch(url, 1, resolver=local)
    assert "secret" not in caught.value.detail


# -- answer -------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        ok(b"Content-Length: 5", body=b"hello, and more"),
        ok(body=b"hello"),
        ok(
            b"transfer-encoding:  chunked", body=b"2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n"
        ),
        ok(b"Transfer-Encoding: identity", body=b"hello"),
        b"HTTP/1.0 200 OK\n\nhello",
        b"HTTP/1.1 200\r\n\r\nhello",
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok(body=b"hello"),
    ],
)
def test_a_body_is_read_to_its_end(trusted, answer):
    assert fetched(trusted, answering(answer)).body == b"hello"


def test_an_empty_body_is_no_error(trusted):
    assert fetched(trusted, answering(ok())).body == b""


def test_a_redirection_is_told_and_not_followed(trusted):
    answer = b"HTTP/1.1 302 Found\r\nLocation: https://b.example/\r\n\r\nignored"
    found = fetched(trusted, answering(answer))
    assert (found.status, found.location) == (302, "https://b.example/")
    assert found.body == b""


@pytest.mark.parametrize(
    "answer",
    [
        b"* OK IMAP4rev1 ready\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 20,
        ok(b"Content-Length: -5"),
        ok(b"Content-Length: 1e3"),
        ok(b"Content-Length: \xb2"),
        ok(b"Content-Encoding: gzip", body=b"\x1f\x8b"),
        ok(b"Transfer-Encoding: gzip, chunked"),
        ok(b"Transfer-Encoding: chunked", body=b"zz\r\n"),
        ok(b"Transfer-Encoding: chunked", body=b"-1\r\n"),
        ok(b"Transfer-Encoding: chunked", body=b"fffffffff\r\n"),
        ok(b"Transfer-Encoding: chunked", body=b"2\r\nhello\r\n0\r\n\r\n"),
    ],
)
def test_what_is_not_http_as_we_know_it_is_a_protocol_error(trusted, answer):
    with pytest.raises(ProtocolError):
        fetched(trusted, answering(answer))


@pytest.mark.parametrize(
    "answer",
    [
        ok(b"Content-Length: %d" % (MAX_BODY + 1)),
        ok(b"Content-Length: " + b"9" * 5000),
        ok(body=b"x" * (MAX_BODY + 1)),
        ok(b"Transfer-Encoding: chunked", body=b"ffffffff\r\n"),
        ok(
            b"Transfer-Encoding: chunked",
            body=(b"8000\r\n" + b"x" * 0x8000 + b"\r\n") * 5,
        ),
        b"HTTP/1.1 200 " + b"x" * 20_000 + b"\r\n\r\n",
        ok(b"A: " + b"x" * 20_000),
        ok(*[b"A: b"] * 200),
    ],
)
def test_too_much_of_anything_is_refused(trusted, answer):
    with pytest.raises(LimitExceeded):
        fetched(trusted, answering(answer))


def test_a_body_that_breaks_off_is_a_lost_connection(trusted):
    with pytest.raises(NetworkError) as caught:
        fetched(trusted, answering(ok(b"Content-Length: 9", body=b"hello")))
    assert caught.value.code == "connection_lost"


# -- time ---------------------------------------------------------------------


def stall(peer):
    head(peer)
    peer.stall()


@pytest.mark.parametrize(
    "script",
    [
        stall,
        answering(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 90, pause=0.05),
        answering(ok(body=b"x" * 1000), pause=0.05),
        answering(ok(b"Content-Length: 1000", body=b"x" * 1000), pause=0.05),
        answering(ok(b"Transfer-Encoding: chunked", body=b"1\r\nx\r\n" * 99), 0.05),
    ],
)
def test_a_slow_server_is_left_in_time(trusted, script):
    with pytest.raises(NetworkError) as caught:
        fetched(trusted, script, timeout=BOUND)
    assert caught.value.code == "timeout"


def test_a_handshake_that_stalls_is_left_in_time(trusted):
    with ScriptedServer(lambda peer: peer.stall()) as server:
        with pytest.raises(NetworkError) as caught:
            net_http.fetch(f"https://localhost:{server.port}/", BOUND, resolver=local)
    assert caught.value.code == "timeout"


def test_no_time_is_no_request():
    with pytest.raises(NetworkError) as caught:
        net_http.fetch("https://company.example/", 0, resolver=local)
    assert caught.value.code == "timeout"


# -- certificates -------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("expired", "certificate_expired"),
        ("wrong_name", "certificate_wrong_name"),
        ("self_signed", "certificate_self_signed"),
        ("untrusted", "certificate_untrusted"),
    ],
)
def test_a_bad_certificate_hears_no_request(trusted, kind, code):
    with ScriptedServer(head, certificate=trusted[kind]) as server:
        with pytest.raises(TlsError) as caught:
            net_http.fetch(f"https://localhost:{server.port}/", 5, resolver=local)
    assert caught.value.code == code
    assert server.received == b""
    assert server.connections == 1, "nobody will look at the certificate's facts"


# -- addresses ----------------------------------------------------------------

PRIVATE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.2.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::10.0.0.1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
    "not an address",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_everybodys_is_not_public(address):
    assert not host_policy.is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_an_address_of_the_internet_is_public(address):
    assert host_policy.is_public(address)


def test_only_the_public_addresses_of_a_name_are_connected_to():
    def system(_host, port):
        return [
            (socket.AF_INET, ("127.0.0.1", port)),
            (socket.AF_INET, ("8.8.8.8", port)),
            (socket.AF_INET6, ("::1", port, 0, 0)),
        ]

    found = net.public_resolver("a.example", 443, resolver=system)
    assert found == [(socket.AF_INET, ("8.8.8.8", 443))]


def test_a_name_of_the_private_network_is_as_unknown_as_any_other():
    def private(_host, port):
        return [(socket.AF_INET, ("10.0.0.1", port))]

    with pytest.raises(NetworkError) as caught:
        net.public_resolver("intranet.example", 443, resolver=private)
    assert caught.value.code == "host_unknown"
    assert "10.0.0.1" not in caught.value.detail


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "10.0.0.1"])
def test_this_machine_is_never_asked_by_default(trusted, host):
    with ScriptedServer(head, certificate=trusted["good"]) as server:
        with pytest.raises(MailError) as caught:
            net_http.fetch(f"https://{host}:{server.port}/", 2)
    assert caught.value.code == "host_unknown"
    assert server.connections == 0
