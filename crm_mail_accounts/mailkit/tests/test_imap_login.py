"""Greeting, STARTTLS, capabilities, login and the end of a connection."""

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
from mailkit.imap.session import ImapSession
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.trace import Trace
from mailkit.values import Credentials, Security

BOUND = 0.3
ANNA = Credentials("anna@example.com", "s3cret")


def opened(server, credentials=ANNA, security=None, **options):
    options.setdefault("connect_timeout", 20)
    options.setdefault("read_timeout", 20)
    return ImapSession.open(server.endpoint(security), credentials, **options)


def greeting(line, then=None):
    def script(peer):
        peer.send(line)
        if then:
            then(peer)
        else:
            peer.wait_for_end()

    return script


# -- greeting -----------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        b"220 smtp.example.com ESMTP\r\n",
        b"+OK POP3 ready\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"\x00" * 50,
        b"* \r\n",
        b"* 3 EXISTS\r\n",
        b"* NO go away\r\n",
        b"* OK " + b"x" * 20_000,
    ],
)
def test_another_protocols_greeting_is_told_at_once(line):
    with ScriptedServer(greeting(line)) as server:
        with pytest.raises(ProtocolError) as caught:
            opened(server)
    assert caught.value.code == "not_imap"


def test_no_greeting_ends_in_time():
    with ScriptedServer(lambda peer: peer.stall()) as server:
        with pytest.raises(NetworkError) as caught:
            opened(server, read_timeout=BOUND)
    assert caught.value.code == "timeout"


def test_a_greeting_that_drips_ends_in_time():
    with ScriptedServer(lambda peer: peer.drip(b"* OK " + b"x" * 999)) as server:
        with pytest.raises(NetworkError) as caught:
            opened(server, connect_timeout=BOUND)
    assert caught.value.code == "timeout"


def test_a_server_that_is_full_says_goodbye_in_its_greeting():
    with ScriptedServer(greeting(b"* BYE Too many connections\r\n")) as server:
        with pytest.raises(NetworkError, match="Too many connections"):
            opened(server)


def test_a_server_that_hangs_up_is_a_lost_connection():
    with ScriptedServer(lambda peer: peer.cut()) as server:
        with pytest.raises(NetworkError) as caught:
            opened(server)
    assert caught.value.code == "connection_lost"


def test_a_preauthenticated_connection_needs_no_login():
    def then(peer):
        peer.command(b"CAPABILITY", b"* CAPABILITY IMAP4rev1\r\n")
        peer.command(b"NOOP")

    with ScriptedServer(greeting(b"* PREAUTH hello\r\n", then)) as server:
        session = opened(server)
        session.noop()
        session.close()
    assert b"s3cret" not in server.received


# -- capabilities and login ---------------------------------------------------


def logged_in(capabilities, then, *, before=None):
    """A server with these capabilities; ``then`` gets the login's line."""

    def script(peer):
        peer.send(b"* OK [CAPABILITY " + (before or capabilities) + b"] ready\r\n")
        then(peer)
        peer.wait_for_end()

    return ScriptedServer(script)


def accept(peer, tag, capabilities=b"IMAP4rev1"):
    peer.send(tag + b" OK [CAPABILITY " + capabilities + b"] welcome\r\n")


def test_plain_is_preferred_and_goes_in_one_trip_with_sasl_ir():
    def then(peer):
        tag, _name, mechanism, data = peer.line().split(b" ")
        assert mechanism == b"PLAIN"
        assert base64.b64decode(data) == b"\0anna@example.com\0s3cret"
        accept(peer, tag)

    with logged_in(b"IMAP4rev1 AUTH=PLAIN SASL-IR", then) as server:
        opened(server).close()


def test_plain_waits_for_the_server_without_sasl_ir():
    def then(peer):
        tag = peer.line().split(b" ")[0]
        peer.send(b"+ \r\n")
        assert base64.b64decode(peer.line()) == b"\0anna@example.com\0s3cret"
        accept(peer, tag)

    with logged_in(b"IMAP4rev1 AUTH=PLAIN", then) as server:
        opened(server).close()
    assert b"PLAIN\r\n" in server.received


def test_login_is_used_where_plain_is_not_offered():
    def then(peer):
        line = peer.line()
        assert line.endswith(b' LOGIN "anna@example.com" "s3 \\"cret\\\\"')
        accept(peer, line.split(b" ")[0])

    with logged_in(b"IMAP4rev1", then) as server:
        opened(server, Credentials("anna@example.com", 's3 "cret\\')).close()


def test_a_password_with_accents_goes_as_utf8_by_plain_and_by_login():
    secret = "pässwörd✉"

    def plain(peer):
        tag, *_rest, data = peer.line().split(b" ")
        assert base64.b64decode(data) == f"\0anna\0{secret}".encode()
        accept(peer, tag)

    def login(peer):
        tag = peer.line().split(b" ")[0]
        peer.send(b"+ \r\n")
        size = len(secret.encode())
        assert peer.block(size) == secret.encode()
        peer.line()
        accept(peer, tag)

    for capabilities, script in ((b"AUTH=PLAIN SASL-IR", plain), (b"IMAP4rev1", login)):
        with logged_in(capabilities, script) as server:
            opened(server, Credentials("anna", secret)).close()


def test_a_token_is_used_instead_of_the_password():
    def then(peer):
        tag, _name, mechanism, data = peer.line().split(b" ")
        assert mechanism == b"XOAUTH2"
        assert base64.b64decode(data) == b"user=anna\x01auth=Bearer t0ken\x01\x01"
        accept(peer, tag)

    with logged_in(b"AUTH=XOAUTH2 AUTH=PLAIN SASL-IR", then) as server:
        opened(server, Credentials("anna", access_token="t0ken")).close()


def test_a_refused_token_is_explained_and_then_refused():
    def then(peer):
        tag = peer.line().split(b" ")[0]
        peer.send(b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n")
        assert peer.line() == b""
        peer.send(tag + b" NO [AUTHENTICATIONFAILED] Invalid credentials\r\n")

    with logged_in(b"AUTH=XOAUTH2 SASL-IR", then) as server:
        with pytest.raises(AuthError) as caught:
            opened(server, Credentials("anna", access_token="t0ken"))
    assert caught.value.code == "token_refused"


def test_an_authentication_without_end_is_cancelled():
    def then(peer):
        while True:
            peer.line()
            peer.send(b"+ more\r\n")

    with logged_in(b"AUTH=PLAIN SASL-IR", then) as server:
        with pytest.raises(ProtocolError):
            opened(server)


def test_a_wrong_password_is_told_without_repeating_it():
    def then(peer):
        tag = peer.line().split(b" ")[0]
        peer.send(tag + b" NO [AUTHENTICATIONFAILED] no user with s3cret\r\n")

    with logged_in(b"AUTH=PLAIN SASL-IR", then) as server:
        with pytest.raises(AuthError) as caught:
            opened(server)
    error = caught.value
    assert error.code == "auth_failed"
    assert "no user with ***" in error.detail
    assert "s3cret" not in f"{error!r} {error.__cause__!r}"


@pytest.mark.parametrize(
    "credentials",
    [
        Credentials("anna\r\nA2 X", "p"),
        Credentials("anna", "p\r\nA2 X"),
        Credentials("\0"),
    ],
)
@pytest.mark.parametrize("capabilities", [b"AUTH=PLAIN SASL-IR", b"IMAP4rev1"])
def test_a_login_is_no_way_to_slip_in_a_command(credentials, capabilities):
    with logged_in(capabilities, lambda peer: None) as server:
        with pytest.raises(InvalidArgument):
            opened(server, credentials)
    assert not server.received


def test_a_login_that_fails_for_the_moment_does_not_blame_the_password():
    def then(peer):
        tag = peer.line().split(b" ")[0]
        peer.send(tag + b" NO [UNAVAILABLE] Temporary authentication failure\r\n")

    with logged_in(b"AUTH=PLAIN SASL-IR", then) as server:
        with pytest.raises(ServerRefused) as caught:
            opened(server)
    assert caught.value.retry


def test_bad_to_a_login_means_the_credentials():
    def then(peer):
        tag = peer.line().split(b" ")[0]
        peer.send(tag + b" BAD Command Argument Error. 11\r\n")

    with logged_in(b"AUTH=PLAIN SASL-IR", then) as server:
        with pytest.raises(AuthError) as caught:
            opened(server)
    assert caught.value.code == "auth_failed"


def test_only_one_attempt_is_made():
    """A second one with LOGIN would count twice towards a lock-out."""

    def then(peer):
        tag = peer.line().split(b" ")[0]
        peer.send(tag + b" NO wrong\r\n")

    with logged_in(b"IMAP4rev1 AUTH=PLAIN SASL-IR", then) as server:
        with pytest.raises(AuthError):
            opened(server)
    assert server.received.count(b"\r\n") == 1


@pytest.mark.parametrize(
    "capabilities", [b"LOGINDISABLED", b"LOGINDISABLED AUTH=PLAIN"]
)
def test_a_server_that_wants_tls_first_gets_no_password(capabilities):
    with logged_in(capabilities, lambda peer: None) as server:
        with pytest.raises(AuthError) as caught:
            opened(server)
    assert caught.value.code == "auth_needs_tls"
    assert not server.received


def test_a_server_without_any_mechanism_of_ours_is_told(certificates):
    def script(peer):
        peer.send(b"* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=GSSAPI] x\r\n")
        peer.wait_for_end()

    with ScriptedServer(
        script, certificate=certificates["good"], ca_file=certificates["ca"]
    ) as server:
        with pytest.raises(AuthError) as caught:
            opened(server)
    assert caught.value.code == "auth_not_offered"


def test_capabilities_are_those_of_after_the_login():
    def then(peer):
        peer.command(b"AUTHENTICATE")
        peer.command(b"CAPABILITY", b"* CAPABILITY IMAP4rev1 UIDPLUS\r\n")

    with logged_in(b"IMAP4rev1 AUTH=PLAIN SASL-IR MOVE", then) as server:
        session = opened(server)
        assert session.capabilities == {"IMAP4REV1", "UIDPLUS"}
        session.close()


def test_an_extension_counts_as_enabled_only_when_the_server_says_so():
    def then(peer):
        tag = peer.line().split(b" ")[0]
        accept(peer, tag, b"IMAP4rev1 ENABLE CONDSTORE QRESYNC")
        _tag, words = peer.command(b"ENABLE", b"* ENABLED CONDSTORE\r\n")
        assert words == b"CONDSTORE QRESYNC"

    with logged_in(b"AUTH=PLAIN SASL-IR", then) as server:
        session = opened(server)
        assert session.enabled == {"CONDSTORE"}
        session.close()


def test_a_server_that_refuses_the_courtesies_is_used_all_the_same():
    def then(peer):
        tag = peer.line().split(b" ")[0]
        accept(peer, tag, b"IMAP4rev1 ID ENABLE CONDSTORE")
        assert b"ID (" in (line := peer.line())
        peer.send(line.split(b" ")[0] + b" BAD no\r\n")
        line = peer.line()
        peer.send(line.split(b" ")[0] + b" NO no\r\n")

    with logged_in(b"AUTH=PLAIN SASL-IR", then) as server:
        session = opened(server)
        assert session.authenticated
        assert not session.enabled
        session.close()


def test_the_servers_name_and_its_alerts_are_kept():
    def then(peer):
        tag = peer.line().split(b" ")[0]
        peer.send(b"* NO [ALERT] Mailbox is at 95%\r\n")
        accept(peer, tag, b"IMAP4rev1 ID")
        peer.command(b"ID", b'* ID ("name" "Fake" "version" NIL)\r\n')

    with logged_in(b"AUTH=PLAIN SASL-IR", then) as server:
        session = opened(server)
        assert session.server_id == {"name": "Fake"}
        assert list(session.alerts) == ["Mailbox is at 95%"]
        session.close()


# -- STARTTLS -----------------------------------------------------------------


def starttls_server(certificates, *, kind="good", after=b"", then=None):
    def script(peer):
        peer.send(b"* OK [CAPABILITY IMAP4rev1 STARTTLS EVIL] ready\r\n")
        line = peer.line()
        assert line.endswith(b" STARTTLS"), line
        peer.send(line.split(b" ")[0] + b" OK begin\r\n" + after)
        peer.start_tls(certificates[kind])
        peer.command(b"CAPABILITY", b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n")
        tag = peer.line().split(b" ")[0]
        accept(peer, tag)
        peer.wait_for_end()

    return ScriptedServer(script, ca_file=certificates["ca"])


def test_starttls_secures_the_login(certificates):
    with starttls_server(certificates) as server:
        session = opened(server, security=Security.STARTTLS)
        assert session.tls.version.startswith("TLS")
        session.close()
    assert b"PLAIN" not in bytes(server.received).partition(b"STARTTLS\r\n")[0]


def test_capabilities_from_before_tls_are_forgotten(certificates):
    with starttls_server(certificates) as server:
        session = opened(server, None, security=Security.STARTTLS)
        assert session.capabilities == {"IMAP4REV1", "AUTH=PLAIN", "SASL-IR"}
        session.close()


def test_data_slipped_in_behind_starttls_ends_the_connection(certificates):
    evil = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\nA2 OK\r\n"
    with starttls_server(certificates, after=evil) as server:
        with pytest.raises(TlsError) as caught:
            opened(server, security=Security.STARTTLS)
        assert caught.value.code == "tls_failed"
        assert server.received.count(b"\n") == 1


@pytest.mark.parametrize(
    "capabilities", [b"IMAP4rev1", b"IMAP4rev1 AUTH=PLAIN SASL-IR"]
)
def test_starttls_that_is_not_offered_is_no_reason_to_go_on_without(capabilities):
    with logged_in(capabilities, lambda peer: None) as server:
        with pytest.raises(TlsError) as caught:
            opened(server, security=Security.STARTTLS)
    assert caught.value.code == "tls_not_offered"
    assert b"AUTH" not in server.received


def test_starttls_that_is_refused_is_no_reason_to_go_on_without():
    def then(peer):
        peer.send(peer.line().split(b" ")[0] + b" NO not today\r\n")

    with logged_in(b"STARTTLS AUTH=PLAIN SASL-IR", then) as server:
        with pytest.raises(TlsError) as caught:
            opened(server, security=Security.STARTTLS)
    assert caught.value.code == "tls_not_offered"
    assert b"AUTH" not in server.received


def test_a_connection_that_is_logged_in_before_tls_is_not_used():
    with ScriptedServer(greeting(b"* PREAUTH hello\r\n")) as server:
        with pytest.raises(TlsError) as caught:
            opened(server, security=Security.STARTTLS)
    assert caught.value.code == "tls_not_offered"


@pytest.mark.parametrize(
    ("kind", "code"),
    [("expired", "certificate_expired"), ("wrong_name", "certificate_wrong_name")],
)
def test_a_bad_certificate_behind_starttls_is_refused_with_its_facts(
    certificates, kind, code
):
    with starttls_server(certificates, kind=kind) as server:
        with pytest.raises(TlsError) as caught:
            opened(server, security=Security.STARTTLS)
    assert caught.value.code == code
    assert caught.value.facts.subject == "CN=localhost"
    assert b"AUTH" not in server.received


def test_a_stall_in_the_handshake_behind_starttls_ends_in_time():
    def then(peer):
        peer.send(peer.line().split(b" ")[0] + b" OK begin\r\n")
        peer.stall()

    with logged_in(b"STARTTLS", then) as server:
        with pytest.raises(NetworkError) as caught:
            opened(server, security=Security.STARTTLS, connect_timeout=BOUND)
    assert caught.value.code == "timeout"


# -- leaving ------------------------------------------------------------------


def test_nothing_secret_is_in_the_trace_or_in_any_repr(certificates):
    trace = Trace()
    with starttls_server(certificates) as server:
        session = opened(server, security=Security.STARTTLS, trace=trace)
        session.close()
    data = base64.b64encode(b"\0anna@example.com\0s3cret").decode()
    text = "\n".join(trace.entries) + repr(ANNA) + repr(session)
    assert "AUTHENTICATE PLAIN ***" in text
    assert "s3cret" not in text
    assert data not in text
    assert "t0ken" not in repr(Credentials("anna", access_token="t0ken"))


def test_logout_is_polite_and_never_raises():
    def then(peer):
        peer.command(b"AUTHENTICATE")
        peer.command(b"CAPABILITY", b"* CAPABILITY IMAP4rev1\r\n")
        peer.command(b"LOGOUT", b"* BYE bye\r\n")

    with logged_in(b"AUTH=PLAIN SASL-IR", then) as server:
        with opened(server) as session:
            assert not session.closed
        assert session.closed
        session.logout()
        session.close()


def test_logout_from_a_server_that_has_gone_is_quiet():
    def then(peer):
        peer.command(b"AUTHENTICATE")
        peer.command(b"CAPABILITY", b"* CAPABILITY IMAP4rev1\r\n")
        peer.cut()

    with logged_in(b"AUTH=PLAIN SASL-IR", then) as server:
        opened(server).logout()


def test_an_error_of_the_caller_closes_without_waiting_for_the_server():
    def then(peer):
        peer.command(b"AUTHENTICATE")
        peer.command(b"CAPABILITY", b"* CAPABILITY IMAP4rev1\r\n")
        peer.wait_for_end()

    with logged_in(b"AUTH=PLAIN SASL-IR", then) as server:
        with pytest.raises(KeyError):
            with opened(server) as session:
                raise KeyError
        assert session.closed
    assert b"LOGOUT" not in server.received
