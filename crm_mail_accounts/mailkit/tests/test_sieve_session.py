"""ManageSieve with servers that no real one at hand is: refusals, lies, cuts."""

import base64

import pytest

from mailkit import limits
from mailkit.errors import (
    AuthError,
    InvalidArgument,
    LimitExceeded,
    NetworkError,
    ProtocolError,
    ServerRefused,
    TlsError,
)
from mailkit.sieve.session import Scripts, SieveSession
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials, Security

BOUND = 0.3
ANNA = Credentials("anna@example.com", "s3cret-pass")
TOKEN = Credentials("anna", access_token="t0ken-of-many-characters")
OFFERED = (
    b'"IMPLEMENTATION" "Example"',
    b'"VERSION" "1.0"',
    b'"SASL" "PLAIN XOAUTH2"',
    b'"SIEVE" "fileinto VACATION"',
)


def capabilities(peer, *lines):
    peer.send(b"".join(line + b"\r\n" for line in lines) + b'OK "ready"\r\n')


def served(*pairs, offered=OFFERED, then=lambda peer: None, **options):
    """Tells ``offered`` and answers ``pairs``: (start of the line, reply)."""

    def script(peer):
        capabilities(peer, *offered)
        for start, reply in pairs:
            peer.expect(start)
            peer.send(reply)
        then(peer)

    return ScriptedServer(script, **options)


def opened(server, credentials=None, security=None, **options):
    options.setdefault("connect_timeout", 20)
    options.setdefault("read_timeout", 20)
    return SieveSession.open(server.endpoint(security), credentials, **options)


def test_capabilities_in_any_writing():
    offered = (
        *OFFERED[:1],
        b"{5}\r\nSIEVE {13}\r\nfileinto copy",
        b'"sasl" ""',
        b'"OWNER" "a \\"b\\" \\\\c"',
    )
    with served(offered=offered) as server:
        session = opened(server)
        assert session.extensions == {"fileinto", "copy"}
        assert session.capabilities["OWNER"] == 'a "b" \\c'
        session.close()


def test_scripts_by_literals_and_with_odd_words():
    listing = (
        b'"a\\"b" active\r\n{3}\r\nc d\r\n"e" LATER\r\nOK (TAG {2}\r\nxy) "done"\r\n'
    )
    with served((b"LISTSCRIPTS", listing)) as server:
        session = opened(server)
        assert session.scripts() == Scripts(('a"b', "c d", "e"), 'a"b')
        session.close()


def test_names_and_scripts_as_they_are_sent():
    seen = {}

    def then(peer):
        peer.expect(b'PUTSCRIPT "a\\"\\\\b" {7+}')
        seen["script"] = peer.block(7)
        peer.expect(b"")
        peer.send(b"OK (WARNINGS) {9}\r\nline 1:\r\n\r\n")

    with served(then=then) as server:
        session = opened(server)
        assert session.put('a"\\b', b"keep;\r\n") == "line 1:"
        assert seen["script"] == b"keep;\r\n"
        session.close()


@pytest.mark.parametrize("name", ["a\r\nLOGOUT", "a\0b", "x" * 600, "\ud800"])
def test_no_name_is_a_second_command(name):
    with served((b"NOOP", b"OK\r\n")) as server:
        session = opened(server)
        for attempt in (session.get, session.activate, session.delete):
            with pytest.raises(InvalidArgument):
                attempt(name)
        assert not session.closed
        session.close()


@pytest.mark.parametrize(
    ("reply", "code", "retry"),
    [
        (b'NO "line 2: unknown command"\r\n', "script_refused", False),
        (b'NO (QUOTA/MAXSIZE) "too large"\r\n', "sieve_quota", False),
        (b'NO (QUOTA) "too many"\r\n', "sieve_quota", False),
        (b'NO (TRYLATER) "busy"\r\n', "server_busy", True),
        (b'NO (X-OTHER "y" z) "what"\r\n', "server_refused", False),
        (b'BYE (TRYLATER) "going down"\r\n', "server_busy", True),
    ],
)
def test_what_a_refusal_means(reply, code, retry):
    def then(peer):
        peer.expect(b"PUTSCRIPT")
        peer.expect(b"keep;")
        peer.expect(b"")
        peer.send(reply)

    with served(then=then) as server:
        session = opened(server)
        with pytest.raises(ServerRefused) as refused:
            session.put("mine", b"keep;\r\n")
        error = refused.value
        assert (error.code, error.retry) == (code, retry)
        assert error.connection_usable is reply.startswith(b"NO")
        assert session.closed is reply.startswith(b"BYE")
        session.close()


def test_a_referral_is_not_followed():
    offered = (*OFFERED[:3],)
    with (
        ScriptedServer(
            lambda peer: peer.send(b'BYE (REFERRAL "sieve://evil.example") "go"\r\n')
        ) as server,
        pytest.raises(ServerRefused) as refused,
    ):
        opened(server, ANNA)
    assert refused.value.code == "sieve_elsewhere"
    assert server.connections == 1
    reply = b'NO (REFERRAL "sieve://evil.example") "go"\r\n'
    with served((b"AUTHENTICATE", reply), offered=(*offered, OFFERED[3])) as server:
        with pytest.raises(ServerRefused) as refused:
            opened(server, ANNA)
        assert refused.value.code == "sieve_elsewhere"


def test_checkscript_is_not_sent_to_a_server_that_does_not_know_it():
    with served(offered=(OFFERED[0], *OFFERED[2:])) as server:
        session = opened(server)
        assert session.check(b"keep;") == ""
        session.close()
        assert b"CHECKSCRIPT" not in server.received


# -- login -------------------------------------------------------------------------


def test_one_login_by_password():
    with served((b"AUTHENTICATE", b"OK\r\n")) as server:
        session = opened(server, ANNA)
        session.close()
    answer = base64.b64encode(b"\0anna@example.com\0s3cret-pass")
    assert bytes(server.received).startswith(b'AUTHENTICATE "PLAIN" "%s"\r\n' % answer)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (b'NO "no such user s3cret-pass"\r\n', "auth_failed"),
        (b'NO (ENCRYPT-NEEDED) "tls"\r\n', "auth_needs_tls"),
        (b'NO (AUTH-TOO-WEAK) "no"\r\n', "auth_not_offered"),
        (b'NO (TRYLATER) "later"\r\n', "server_busy"),
    ],
)
def test_a_refused_login_is_one_attempt(reply, code):
    with served((b"AUTHENTICATE", reply)) as server:
        with pytest.raises((AuthError, ServerRefused)) as refused:
            opened(server, ANNA)
        assert refused.value.code == code
        assert "s3cret" not in refused.value.detail
    assert bytes(server.received).count(b"AUTHENTICATE") == 1


def test_a_refused_token_is_explained_and_answered_once():
    why = base64.b64encode(b'{"status": "401"}')
    pairs = (
        (b'AUTHENTICATE "XOAUTH2"', b'"%s"\r\n' % why),
        (b'""', b'NO "no"\r\n'),
    )
    with served(*pairs) as server:
        with pytest.raises(AuthError) as refused:
            opened(server, TOKEN)
        assert refused.value.code == "token_refused"
        assert "401" in refused.value.detail


def test_a_login_without_end_is_ended():
    pairs = [(b"", b'"eA=="\r\n')] * 3
    with served(*pairs) as server, pytest.raises(ProtocolError):
        opened(server, ANNA)


@pytest.mark.parametrize(
    ("offered", "code"),
    [
        ((*OFFERED[:2], b'"SASL" "GSSAPI"', OFFERED[3]), "auth_not_offered"),
        ((*OFFERED[:2], b'"SASL" ""', OFFERED[3], b'"STARTTLS"'), "auth_needs_tls"),
    ],
)
def test_nothing_is_sent_where_no_mechanism_fits(offered, code):
    with served(offered=offered) as server:
        with pytest.raises(AuthError) as refused:
            opened(server, ANNA)
        assert refused.value.code == code
        assert b"AUTHENTICATE" not in server.received


# -- STARTTLS ------------------------------------------------------------------------


def test_starttls_and_what_is_offered_behind_it(certificates):
    def script(peer):
        capabilities(peer, *OFFERED[:2], b'"SASL" ""', b'"SIEVE" "x"', b'"STARTTLS"')
        peer.expect(b"STARTTLS")
        peer.send(b"OK\r\n")
        peer.start_tls(certificates["good"])
        capabilities(peer, *OFFERED)
        peer.expect(b"AUTHENTICATE")
        peer.send(b"OK\r\n")

    with ScriptedServer(script, ca_file=certificates["ca"]) as server:
        session = opened(server, ANNA, Security.STARTTLS)
        assert session.tls
        assert "STARTTLS" not in session.capabilities
        assert session.extensions == {"fileinto", "vacation"}
        session.close()


def test_what_is_slipped_in_behind_starttls_ends_it(certificates):
    def script(peer):
        capabilities(peer, *OFFERED, b'"STARTTLS"')
        peer.expect(b"STARTTLS")
        peer.send(b'OK\r\n"SIEVE" "injected"\r\nOK\r\n')

    with ScriptedServer(script, ca_file=certificates["ca"]) as server:
        with pytest.raises(TlsError):
            opened(server, ANNA, Security.STARTTLS)
    assert b"AUTHENTICATE" not in server.received


@pytest.mark.parametrize("reply", [None, b"NO\r\n"])
def test_no_password_without_the_tls_that_was_asked_for(reply):
    offered = OFFERED if reply is None else (*OFFERED, b'"STARTTLS"')
    pairs = () if reply is None else ((b"STARTTLS", reply),)
    with served(*pairs, offered=offered) as server:
        with pytest.raises(TlsError) as refused:
            opened(server, ANNA, Security.STARTTLS)
        assert refused.value.code == "tls_not_offered"
    assert b"AUTHENTICATE" not in server.received


# -- bounds ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "greeting",
    [
        b"* OK IMAP ready\r\n",
        b"220 mail ESMTP\r\n",
        b"+OK ready\r\n",
        b"OK\r\n",
        b'"IMPLEMENTATION" "x"\r\nOK\r\n',
        b'"unended\r\n',
        b"\x15\x03\x03\x00\x02\x02\x28",
        b'"' + b"x" * 100_000,
    ],
)
def test_another_protocol(greeting):
    def script(peer):
        peer.send(greeting)
        peer.stall()

    with ScriptedServer(script) as server, pytest.raises(ProtocolError) as refused:
        opened(server)
    assert refused.value.code == "not_sieve"


@pytest.mark.parametrize(
    "answer",
    [
        b'"x"\r\n' * (limits.MAX_SIEVE_LINES + 1),
        b"{%d}\r\n" % (limits.MAX_SIEVE_SCRIPT + 1),
        b'"x" ' * (limits.MAX_SIEVE_TOKENS + 2) + b"\r\n",
        b'"' + b"x" * (limits.MAX_SIEVE_LINE + 2),
    ],
)
def test_floods_end_at_a_limit(answer):
    def then(peer):
        peer.expect(b"LISTSCRIPTS")
        peer.send(answer)
        peer.stall()

    with served(then=then) as server:
        session = opened(server)
        with pytest.raises(LimitExceeded):
            session.scripts()
        assert session.closed


def test_a_script_too_large_is_not_sent():
    with served() as server:
        session = opened(server)
        with pytest.raises(LimitExceeded):
            session.put("mine", b"#" * (limits.MAX_SIEVE_SCRIPT + 1))
        session.close()
        assert b"PUTSCRIPT" not in server.received


@pytest.mark.parametrize("drip", [b"", b'"abcdefgh" ' * 50])
def test_silence_and_dripping_are_bounded(drip):
    def then(peer):
        peer.expect(b"LISTSCRIPTS")
        peer.drip(drip)
        peer.stall()

    with served(then=then) as server:
        session = opened(server)
        session.set_limits(
            connect_timeout=BOUND, read_timeout=BOUND, command_timeout=BOUND
        )
        with pytest.raises(NetworkError) as refused:
            session.scripts()
        assert refused.value.code == "timeout"
        assert session.closed


@pytest.mark.parametrize("answer", [b"", b'"mine" ACT', b"{20}\r\nshort"])
def test_a_connection_that_is_cut(answer):
    def then(peer):
        peer.expect(b"LISTSCRIPTS")
        peer.send(answer)

    with served(then=then) as server:
        session = opened(server)
        with pytest.raises(NetworkError):
            session.scripts()
        assert session.closed
