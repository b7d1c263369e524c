"""POP3 greetings, logins and STLS of servers that no real one at hand is."""

import base64

import pytest

from mailkit.errors import (
    AuthError,
    InvalidArgument,
    LimitExceeded,
    NetworkError,
    ProtocolError,
    ServerRefused,
    TlsError,
)
from mailkit.tests.scripted_pop3 import (
    ANNA,
    BOUND,
    CAPA,
    LOGIN,
    TOKEN,
    answer,
    capa,
    opened,
    served,
)
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.trace import Trace
from mailkit.values import Credentials, Security

# -- greeting and capabilities ------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        b"* OK IMAP ready\r\n",
        b"220 mail ESMTP\r\n",
        b"HTTP/1.1 400\r\n",
        b"\x15\x03\x01",
        b"+OKAY\r\n",
        b"+OK " + b"x" * 9000,
    ],
)
def test_another_protocols_greeting_is_told_at_once(line):
    def script(peer):
        peer.send(line)
        peer.wait_for_end()

    with ScriptedServer(script) as server:
        with pytest.raises(ProtocolError) as caught:
            opened(server)
    assert caught.value.code == "not_pop3"
    assert not server.received


@pytest.mark.parametrize(
    "script", [lambda peer: peer.stall(), lambda peer: peer.drip(b"+OK" + b"x" * 900)]
)
def test_a_greeting_that_does_not_come_ends_in_time(script):
    with ScriptedServer(script) as server:
        with pytest.raises(NetworkError) as caught:
            opened(server, connect_timeout=BOUND)
    assert caught.value.code == "timeout"


@pytest.mark.parametrize(
    ("line", "retry"),
    [(b"-ERR [SYS/TEMP] later", True), (b"-err too many connections", True)]
    + [(b"-ERR go away", False)],
)
def test_a_server_that_refuses_to_greet_says_whether_to_come_back(line, retry):
    with ScriptedServer(lambda peer: peer.send(line + b"\r\n")) as server:
        with pytest.raises(ServerRefused) as caught:
            opened(server)
    assert caught.value.retry is retry
    assert not caught.value.connection_usable


def test_capabilities_are_read_in_any_case_and_spacing():
    with served(
        offered=(b"top", b" Sasl  PLAIN", b"SASL XOAUTH2", b"", b"X")
    ) as server:
        session = opened(server)
        assert session.capabilities == {"TOP": "", "SASL": "PLAIN XOAUTH2", "X": ""}
        session.close()


@pytest.mark.parametrize(
    "more", [b"welcome\r\nto us\r\n", b"+OK second\r\nthird\r\n", b".\r\n\r\n+OK\r\n"]
)
@pytest.mark.parametrize("offered", [CAPA, None])
def test_a_greeting_of_several_lines_leaves_nobody_out_of_step(more, offered):
    def script(peer):
        peer.send(b"+OK first\r\n" + more)
        if offered is None:
            answer(peer, (b"CAPA", b"-ERR what?"))
        else:
            capa(peer, *offered)
        answer(peer, *LOGIN, (b"DELE 1", b"-ERR no"))
        peer.wait_for_end()

    with ScriptedServer(script) as server:
        session = opened(server, ANNA)
        assert set(session.capabilities) == set(map(bytes.decode, offered or ()))
        with pytest.raises(ServerRefused):
            session.delete(1)
        session.close()


@pytest.mark.parametrize("flood", [b"noise\r\n" * 500, b"+OK\r\n" + b"WORD\r\n" * 500])
def test_capabilities_without_end_are_not_read_for_ever(flood):
    def script(peer):
        peer.send(b"+OK\r\n")
        peer.expect(b"CAPA")
        peer.send(flood)
        peer.wait_for_end()

    with ScriptedServer(script) as server:
        with pytest.raises(LimitExceeded):
            opened(server)


# -- login --------------------------------------------------------------------


def test_plain_is_used_where_offered_and_waits_for_the_challenge():
    def then(peer):
        assert peer.line() == b"AUTH PLAIN"
        peer.send(b"+ \r\n")
        assert base64.b64decode(peer.line()) == b"\0anna@example.com\0s3cret-pass"
        peer.send(b"+ok\r\n")

    with served(offered=(b"SASL LOGIN PLAIN", b"USER"), then=then) as server:
        session = opened(server, ANNA)
        assert session.authenticated
        session.close()


@pytest.mark.parametrize("offered", [CAPA, (b"SASL CRAM-MD5",), (), None])
def test_user_and_pass_are_used_else(offered):
    with served(*LOGIN, offered=offered) as server:
        session = opened(server, ANNA)
        assert session.authenticated
        session.close()


def test_apop_is_never_used():
    with served(*LOGIN) as server:  # the greeting has a timestamp
        opened(server, ANNA).close()
        assert b"APOP" not in server.received


@pytest.mark.parametrize(
    ("offered", "mechanism", "start"),
    [
        (b"SASL PLAIN XOAUTH2 OAUTHBEARER", b"AUTH XOAUTH2", b"user=anna\x01auth="),
        (b"SASL OAUTHBEARER", b"AUTH OAUTHBEARER", b"n,a=anna,\x01host="),
    ],
)
def test_a_token_is_used_instead_of_the_password(offered, mechanism, start):
    def then(peer):
        assert peer.line() == mechanism
        peer.send(b"+\r\n")
        assert base64.b64decode(peer.line()).startswith(start)
        peer.send(b"+OK\r\n")

    with served(offered=(offered,), then=then) as server:
        opened(server, TOKEN).close()


@pytest.mark.parametrize(
    ("explanation", "refusal", "code"),
    [
        (b'{"status": "400"}', b"-ERR no", "token_refused"),
        (b'{"status": "403"}', b"-ERR no", "token_scope"),
        (None, b"-ERR Authentication failure: bad password.", "token_refused"),
        (None, b"-ERR [SYS/TEMP] later", "server_busy"),
        (None, b"-ERR [SYS/PERM] POP is off", "server_refused"),
    ],
)
def test_a_refused_token_is_told_with_its_reason(explanation, refusal, code):
    def then(peer):
        answer(peer, (b"AUTH XOAUTH2", b"+ "))
        line = peer.line()
        if explanation:
            peer.send(b"+ " + base64.b64encode(explanation) + b"\r\n")
            assert peer.line() == b""
        peer.send(refusal + b" " + line + b"\r\n")

    with served(offered=(b"SASL XOAUTH2",), then=then) as server:
        with pytest.raises((AuthError, ServerRefused)) as caught:
            opened(server, TOKEN)
    assert caught.value.code == code
    assert "t0ken" not in repr(caught.value)
    assert base64.b64encode(b"t0ken").decode()[:6] not in repr(caught.value)


def test_without_capa_a_token_is_tried_and_without_an_offer_not():
    with served(
        then=lambda peer: answer(peer, (b"AUTH XOAUTH2", b"-ERR no"))
    ) as server:
        with pytest.raises(AuthError) as caught:
            opened(server, TOKEN)
        assert b"AUTH" not in server.received
    assert caught.value.code == "auth_not_offered"
    with served((b"AUTH XOAUTH2", b"-ERR what?"), offered=None) as server:
        with pytest.raises(AuthError):
            opened(server, TOKEN)


REFUSALS = [
    (b"[AUTH] s3cret-pass is wrong", AuthError, "auth_failed", ""),
    (b"invalid password s3cret-pass", AuthError, "auth_failed", ""),
    (b"", AuthError, "auth_failed", ""),
    (b"[IN-USE] wait", ServerRefused, "server_busy", "IN-USE"),
    (b"[sys/temp] wait", ServerRefused, "server_busy", "SYS/TEMP"),
    (b"[SYS/PERM] call us", ServerRefused, "server_refused", "SYS/PERM"),
    (b"unable to lock maildrop", ServerRefused, "server_busy", ""),
    (b"Plaintext authentication disallowed", AuthError, "auth_needs_tls", ""),
    (b"unknown command", AuthError, "auth_not_offered", ""),
]


@pytest.mark.parametrize(("words", "error", "code", "response_code"), REFUSALS)
@pytest.mark.parametrize("step", [0, 1])
def test_each_refusal_of_a_login_has_its_meaning(
    words, error, code, response_code, step
):
    pairs = [*LOGIN[:step], (LOGIN[step][0], b"-ERR " + words)]
    with served(*pairs) as server:
        with pytest.raises(error) as caught:
            opened(server, ANNA)
    assert caught.value.code == code
    assert caught.value.retry == (code == "server_busy")
    assert getattr(caught.value, "response_code", "") == response_code
    assert "s3cret" not in repr(caught.value)


def test_words_about_tls_mean_nothing_behind_tls(certificates):
    with served(
        (LOGIN[0][0], b"-ERR plaintext password is wrong"),
        certificate=certificates["good"],
        ca_file=certificates["ca"],
    ) as server:
        with pytest.raises(AuthError) as caught:
            opened(server, ANNA)
    assert caught.value.code == "auth_failed"


def test_the_delay_that_a_server_wants_between_logins_is_told():
    pairs = (LOGIN[0], (b"PASS", b"-ERR [LOGIN-DELAY] too soon"))
    with served(*pairs, offered=(b"LOGIN-DELAY 900 USER", b"USER")) as server:
        with pytest.raises(ServerRefused) as caught:
            opened(server, ANNA)
    assert (caught.value.code, caught.value.retry_after) == ("server_busy", 900.0)


def test_a_login_that_is_offered_only_behind_tls_sends_nothing():
    with served(offered=(b"STLS", b"UIDL")) as server:
        with pytest.raises(AuthError) as caught:
            opened(server, ANNA)
        assert server.received == b"CAPA\r\n"
    assert caught.value.code == "auth_needs_tls"


@pytest.mark.parametrize("replies", [[b"+OK go on"], [b"+ "] * 5])
def test_a_login_that_is_out_of_step_is_ended(replies):
    def then(peer):
        for reply in replies:
            peer.line()
            peer.send(reply + b"\r\n")

    with served(offered=(b"SASL PLAIN",), then=then) as server:
        with pytest.raises(ProtocolError):
            opened(server, ANNA)


@pytest.mark.parametrize("offered", [CAPA, (b"SASL PLAIN",), (b"SASL XOAUTH2",)])
@pytest.mark.parametrize(
    "credentials",
    [
        Credentials("anna\r\nDELE 1", "x", "t"),
        Credentials("anna", "x\r\nDELE 1", ""),
        Credentials("a\0b", "x", "t"),
        Credentials("anna", "x", "t\nDELE 1"),
    ],
)
def test_a_login_is_no_way_to_slip_in_a_command(offered, credentials):
    with served(offered=offered) as server:
        with pytest.raises(InvalidArgument):
            opened(server, credentials)
    assert server.received == b"CAPA\r\n"


@pytest.mark.parametrize("verdict", [b"+OK in", b"-ERR [AUTH] s3cret-pass"])
@pytest.mark.parametrize("offered", [(b"USER",), (b"SASL PLAIN",)])
def test_the_trace_shows_no_secret_and_what_comes_behind_the_login(offered, verdict):
    def then(peer):
        if peer.line() == b"AUTH PLAIN":
            peer.send(b"+ \r\n")
        else:
            peer.send(b"+OK\r\n")
        peer.line()
        peer.send(verdict + b"\r\n")
        answer(peer, (b"NOOP", b"+OK here"))

    trace = Trace()
    with served(offered=offered, then=then) as server:
        session = opened(server, trace=trace)
        if verdict.startswith(b"+"):
            session.login(ANNA)
        else:
            with pytest.raises(AuthError):
                session.login(ANNA)
        session.noop()
        session.close()
    shown = "\n".join(trace.entries)
    assert "s3cret" not in shown
    assert base64.b64encode(b"\0anna@example.com\0s3cret-pass").decode() not in shown
    assert trace.entries[-2:] == ["> NOOP", "< +OK here"]
    assert ("< -ERR [AUTH] ***" in trace.entries) == verdict.startswith(b"-")


# -- STLS ---------------------------------------------------------------------


def stls_server(certificates, *, kind="good", after=b"", offered=(b"STLS", b"EVIL")):
    def script(peer):
        peer.send(b"+OK\r\n")
        if offered is None:
            answer(peer, (b"CAPA", b"-ERR"))
        else:
            capa(peer, *offered)
        peer.expect(b"STLS")
        peer.send(b"+OK go\r\n" + after)
        peer.start_tls(certificates[kind])
        capa(peer, b"USER")
        answer(peer, *LOGIN, (b"QUIT", b"+OK"))
        peer.wait_for_end()

    return ScriptedServer(script, ca_file=certificates["ca"])


@pytest.mark.parametrize("offered", [(b"STLS", b"EVIL"), None])
def test_stls_secures_the_login_and_forgets_what_was_offered(certificates, offered):
    with stls_server(certificates, offered=offered) as server:
        with opened(server, ANNA, Security.STARTTLS) as session:
            assert session.tls.version.startswith("TLS")
            assert set(session.capabilities) == {"USER"}
    assert b"PASS" not in server.received[: server.received.index(b"STLS")]


def test_data_slipped_in_behind_stls_ends_the_connection(certificates):
    with stls_server(certificates, after=b"+OK forged\r\n") as server:
        with pytest.raises(TlsError):
            opened(server, ANNA, Security.STARTTLS)
    assert b"USER" not in server.received


@pytest.mark.parametrize(
    ("pairs", "offered"), [((), CAPA), (((b"STLS", b"-ERR what?"),), None)]
)
def test_stls_that_is_not_to_be_had_is_no_reason_to_go_on_without(pairs, offered):
    with served(*pairs, offered=offered) as server:
        with pytest.raises(TlsError) as caught:
            opened(server, ANNA, Security.STARTTLS)
    assert caught.value.code == "tls_not_offered"
    assert b"USER" not in server.received


def test_a_bad_certificate_behind_stls_is_refused_with_its_facts(certificates):
    with stls_server(certificates, kind="self_signed") as server:
        with pytest.raises(TlsError) as caught:
            opened(server, ANNA, Security.STARTTLS)
    assert caught.value.code == "certificate_self_signed"
    assert caught.value.facts.subject == "CN=localhost"
    assert b"USER" not in server.received
