"""SMTP submission: greeting, login and TLS."""

import base64

import pytest

from mailkit.errors import (
    AuthError,
    InvalidArgument,
    NetworkError,
    ProtocolError,
    ServerRefused,
    TlsError,
)
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.tests.scripted_smtp import (
    ANNA,
    BOUND,
    answer,
    opened,
    served,
    starttls_server,
)
from mailkit.values import Credentials, Security

# -- greeting -----------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        b"* OK IMAP ready\r\n",
        b"+OK POP3\r\n",
        b"HTTP/1.1 400\r\n",
        b"\x15\x03\x01",
        b"220x no separator\r\n",
        b"220-" + b"x" * 9000,
        b"220-again\r\n" * 500,
        b"150 odd\r\n",
    ],
)
def test_another_protocols_greeting_is_told_at_once(line):
    def script(peer):
        peer.send(line)
        peer.wait_for_end()

    with ScriptedServer(script) as server:
        with pytest.raises(ProtocolError) as caught:
            opened(server)
    assert caught.value.code == "not_smtp"


@pytest.mark.parametrize(
    "script", [lambda peer: peer.stall(), lambda peer: peer.drip(b"220-" + b"x" * 900)]
)
def test_a_greeting_that_does_not_come_ends_in_time(script):
    with ScriptedServer(script) as server:
        with pytest.raises(NetworkError) as caught:
            opened(server, connect_timeout=BOUND)
    assert caught.value.code == "timeout"


def test_a_server_that_is_full_may_be_tried_again():
    def script(peer):
        peer.send(b"421 4.3.2 too busy\r\n")

    with ScriptedServer(script) as server:
        with pytest.raises(ServerRefused) as caught:
            opened(server)
    assert caught.value.retry
    assert caught.value.response_code == "421"


def test_extensions_are_read_also_in_their_old_form():
    with served(lambda p: None, b"SIZE 1000", b"AUTH=LOGIN", b"AUTH PLAIN") as server:
        session = opened(server)
        assert session.extensions["SIZE"] == "1000"
        assert session.extensions["AUTH"].split() == ["LOGIN", "PLAIN"]
        session.close()


def test_a_server_without_ehlo_is_greeted_the_old_way():
    def script(peer):
        peer.send(b"220 old\r\n")
        answer(peer, (b"EHLO", b"502 what?"), (b"HELO [127.0.0.1]", b"250 hi"))
        peer.wait_for_end()

    with ScriptedServer(script) as server:
        session = opened(server)
        assert session.extensions == {}
        session.close()


# -- login --------------------------------------------------------------------


def test_plain_goes_in_one_trip():
    def then(peer):
        line = peer.expect(b"AUTH PLAIN ")
        assert base64.b64decode(line.split()[2]) == b"\0anna@example.com\0s3cret"
        peer.send(b"235 2.7.0 welcome\r\n")

    with served(then, b"AUTH LOGIN PLAIN") as server:
        session = opened(server, ANNA)
        assert session.authenticated
        session.close()


def test_login_answers_two_challenges_in_utf8():
    def then(peer):
        answer(peer, (b"AUTH LOGIN", b"334 VXNlcm5hbWU6"))
        assert base64.b64decode(peer.line()) == b"anna"
        peer.send(b"334 UGFzc3dvcmQ6\r\n")
        assert base64.b64decode(peer.line()) == "pässwörd".encode()
        peer.send(b"235 ok\r\n")

    with served(then, b"AUTH LOGIN") as server:
        opened(server, Credentials("anna", "pässwörd")).close()


def test_a_token_is_used_instead_of_the_password():
    def then(peer):
        line = peer.expect(b"AUTH XOAUTH2 ")
        assert base64.b64decode(line.split()[2]) == (
            b"user=anna\x01auth=Bearer t0ken\x01\x01"
        )
        peer.send(b"334 eyJzdGF0dXMiOiI0MDAifQ==\r\n")
        assert peer.line() == b""
        peer.send(b"535 5.7.3 no\r\n")

    with served(then, b"AUTH XOAUTH2 PLAIN") as server:
        with pytest.raises(AuthError) as caught:
            opened(server, Credentials("anna", access_token="t0ken"))
    assert caught.value.code == "token_refused"


@pytest.mark.parametrize(
    ("reply", "error", "code"),
    [
        (b"535 5.7.8 s3cret is wrong", AuthError, "auth_failed"),
        (b"534 5.7.9 log in by browser", AuthError, "auth_failed"),
        (b"530 5.7.0 Must issue STARTTLS first", AuthError, "auth_needs_tls"),
        (b"538 encryption required", AuthError, "auth_needs_tls"),
        (b"504 mechanism?", AuthError, "auth_not_offered"),
        (b"454 4.7.0 later", ServerRefused, "server_refused"),
        (b"421 too many errors", ServerRefused, "server_refused"),
    ],
)
def test_each_refusal_of_a_login_has_its_meaning(reply, error, code):
    with served(lambda p: answer(p, (b"AUTH", reply)), b"AUTH PLAIN") as server:
        with pytest.raises(error) as caught:
            opened(server, ANNA)
    assert caught.value.code == code
    assert "s3cret" not in repr(caught.value)
    assert caught.value.retry == (error is ServerRefused)


@pytest.mark.parametrize(
    ("extensions", "code"),
    [
        ([b"STARTTLS"], "auth_needs_tls"),
        ([b"SIZE"], "auth_not_offered"),
        ([b"AUTH GSSAPI", b"STARTTLS"], "auth_not_offered"),
    ],
)
def test_a_login_that_is_not_offered_sends_no_password(extensions, code):
    with served(lambda p: None, *extensions) as server:
        with pytest.raises(AuthError) as caught:
            opened(server, ANNA)
    assert caught.value.code == code
    assert b"AUTH" not in server.received


def test_a_login_without_end_is_cancelled():
    def then(peer):
        peer.line()
        for _count in range(3):
            peer.send(b"334 \r\n")
            peer.line()

    with served(then, b"AUTH PLAIN") as server:
        with pytest.raises((AuthError, NetworkError)):
            opened(server, ANNA)
    assert server.received.endswith(b"\r\n\r\n*\r\n")


@pytest.mark.parametrize("user", ["anna\r\nMAIL FROM:<x@y>", "a\0b"])
def test_a_login_is_no_way_to_slip_in_a_command(user):
    with served(lambda p: None, b"AUTH LOGIN") as server:
        with pytest.raises(InvalidArgument):
            opened(server, Credentials(user, "x"))
    assert server.received.count(b"\r\n") == 1


# -- STARTTLS -----------------------------------------------------------------


def test_starttls_secures_the_login_and_forgets_what_was_offered(certificates):
    with starttls_server(certificates) as server:
        session = opened(server, ANNA, Security.STARTTLS)
        assert session.tls.version.startswith("TLS")
        assert set(session.extensions) == {"AUTH"}
        session.close()


def test_data_slipped_in_behind_starttls_ends_the_connection(certificates):
    with starttls_server(certificates, after=b"250 EVIL") as server:
        with pytest.raises(TlsError):
            opened(server, ANNA, Security.STARTTLS)
    assert b"AUTH" not in server.received


def test_starttls_that_is_not_offered_is_no_reason_to_go_on_without():
    with served(lambda p: None, b"AUTH PLAIN") as server:
        with pytest.raises(TlsError) as caught:
            opened(server, ANNA, Security.STARTTLS)
    assert caught.value.code == "tls_not_offered"
    assert b"AUTH" not in server.received


def test_a_bad_certificate_behind_starttls_is_refused_with_its_facts(certificates):
    with starttls_server(certificates, kind="self_signed") as server:
        with pytest.raises(TlsError) as caught:
            opened(server, ANNA, Security.STARTTLS)
    assert caught.value.code == "certificate_self_signed"
    assert caught.value.facts.subject == "CN=localhost"
    assert b"AUTH" not in server.received


def test_implicit_tls_is_used_where_chosen(certificates):
    with served(
        lambda p: answer(p, (b"QUIT", b"221 bye")),
        b"SIZE",
        certificate=certificates["good"],
        ca_file=certificates["ca"],
    ) as server:
        with opened(server) as session:
            assert session.tls is not None
