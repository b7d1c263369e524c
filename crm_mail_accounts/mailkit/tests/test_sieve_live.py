"""ManageSieve with the real server: scripts are stored, checked and activated."""

import pytest

from mailkit.errors import AuthError, NetworkError, ServerRefused, TlsError
from mailkit.sieve.session import Scripts, SieveSession
from mailkit.trace import Trace
from mailkit.values import Credentials, Security

SCRIPT = b'require "fileinto";\r\nfileinto "Clients";\r\n'
NAMES = ["plain", 'with "quotes"', "back\\slash", "Größe 日本", "a b"]


@pytest.fixture
def user(live):
    return live.user()


@pytest.fixture
def opened(live, user):
    sessions = []

    def opened(security=Security.STARTTLS, credentials=user, **options):
        endpoint = live.endpoint("sieve", security)
        sessions.append(SieveSession.open(endpoint, credentials, **options))
        return sessions[-1]

    yield opened
    for session in sessions:
        session.close()


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.NONE])
def test_what_the_server_offers(opened, security):
    session = opened(security)
    assert {"fileinto", "variables", "include"} <= session.extensions
    assert session.authenticated
    assert bool(session.tls) is (security is Security.STARTTLS)
    assert session.scripts() == Scripts((), "")
    session.end()
    assert session.closed


def test_a_script_from_the_first_to_the_last_day(opened):
    session = opened()
    session.has_space("mine", len(SCRIPT))
    session.check(SCRIPT)
    assert session.scripts().names == ()
    session.put("mine", SCRIPT)
    assert session.scripts() == Scripts(("mine",), "")
    assert session.get("mine") == SCRIPT
    session.activate("mine")
    assert session.scripts() == Scripts(("mine",), "mine")
    with pytest.raises(ServerRefused):
        session.delete("mine")
    session.put("mine", b"keep;\r\n")
    assert session.get("mine") == b"keep;\r\n"
    session.activate("")
    session.delete("mine")
    assert session.scripts() == Scripts((), "")


@pytest.mark.parametrize("name", NAMES)
def test_any_name(opened, name):
    session = opened()
    try:
        session.put(name, SCRIPT)
    except ServerRefused:
        # this server stores scripts as files; the name was understood all the same
        assert '"' in name or "\\" in name
        assert session.scripts().names == ()
        return
    assert session.scripts().names == (name,)
    assert session.get(name) == SCRIPT


def test_a_script_with_an_error_is_refused_and_nothing_changes(opened):
    session = opened()
    session.put("mine", SCRIPT)
    for attempt in (session.check, lambda raw: session.put("mine", raw)):
        with pytest.raises(ServerRefused) as refused:
            attempt(b"nonsense here;\r\n")
        assert refused.value.code == "script_refused"
        assert "line 1" in refused.value.detail
    assert session.get("mine") == SCRIPT


def test_what_is_not_there(opened):
    session = opened()
    for attempt in (session.get, session.delete, session.activate):
        with pytest.raises(ServerRefused) as refused:
            attempt("no such")
        assert refused.value.code == "script_missing"
    assert session.scripts().names == ()


def test_a_large_script_and_no_line_of_it_in_the_trace(opened):
    trace = Trace()
    session = opened(trace=trace)
    script = SCRIPT + b"# secret-words\r\n" * 20_000
    session.put("large", script)
    assert session.get("large") == script
    told = "\n".join(trace.entries)
    assert "secret-words" not in told
    assert "PUTSCRIPT" in told


def test_a_wrong_password(opened, user, live):
    trace = Trace()
    wrong = Credentials(user.username, "not-the-password")
    with pytest.raises(AuthError) as refused:
        opened(credentials=wrong, trace=trace)
    assert refused.value.code == "auth_failed"
    told = "\n".join(trace.entries)
    assert "not-the-password" not in told
    assert "AUTHENTICATE" in told


def test_a_token(opened, user, live):
    token = live.token(user.username)
    session = opened(credentials=Credentials(user.username, access_token=token))
    assert session.scripts() == Scripts((), "")
    with pytest.raises(AuthError) as refused:
        opened(credentials=Credentials(user.username, access_token="x" * 1200))
    assert refused.value.code == "token_refused"


def test_another_protocol_and_a_closed_port(live, user):
    with pytest.raises(Exception) as refused:
        SieveSession.open(live.endpoint("imap", Security.NONE), user)
    assert refused.value.code == "not_sieve"
    with pytest.raises((TlsError, NetworkError)):
        SieveSession.open(live.endpoint("sieve", Security.TLS), user)
