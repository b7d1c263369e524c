"""The connection test of an IMAP account."""

import imaplib
import re
import ssl
from contextlib import contextmanager

import pytest

from mailkit.errors import AuthError, NetworkError, ProtocolError, TlsError
from mailkit.imap.probe import probe_imap
from mailkit.tests.fake_imap import BARE, FULL, FakeImap, No, interfere, raise_
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials, Endpoint, Security

ANNA = Credentials("anna@example.com", "demo")
ALL = "resolve connect tls greeting login capability folders quota".split()
"""The steps of implicit TLS."""
MAIL = b"Subject: a mail of somebody\r\nMessage-ID: <1@example.com>\r\n\r\nHello\r\n"


def names(steps):
    return [step.name for step in steps]


def test_all_steps_of_a_good_account_are_told_in_their_order(certificates):
    with FakeImap(certificate=certificates["good"], ca_file=certificates["ca"]) as fake:
        steps = probe_imap(fake.endpoint(), ANNA)
    assert names(steps) == ALL
    assert all(step.ok and step.error is None and step.seconds >= 0 for step in steps)
    details = {step.name: step.detail for step in steps}
    assert "127.0.0.1" in details["resolve"]
    assert details["tls"].startswith("TLSv1.")
    assert "CN=localhost" in details["tls"]
    assert details["folders"] == "5"
    assert details["quota"] == "300 KB / 1 MB"
    assert not any(step.note for step in steps)


def test_with_starttls_the_greeting_comes_before_tls(certificates):
    with FakeImap(
        certificate=certificates["good"], ca_file=certificates["ca"], starttls=True
    ) as fake:
        steps = probe_imap(fake.endpoint(Security.STARTTLS), ANNA)
    assert names(steps)[:4] == "resolve connect greeting tls".split()
    assert names(steps)[4:] == ALL[4:]
    assert all(step.ok for step in steps)


def test_without_credentials_nothing_is_logged_in():
    with FakeImap() as fake:
        steps = probe_imap(fake.endpoint())
        assert names(steps) == "resolve connect greeting capability".split()
        assert "IMAP4rev1" in steps[-1].detail
        assert fake.commands == [b"CAPABILITY", b"LOGOUT"]


# -- capabilities and quota ---------------------------------------------------


@pytest.mark.parametrize(
    ("capabilities", "detail"),
    [
        (FULL, "IMAP4rev1, CONDSTORE, QRESYNC, UIDPLUS, SPECIAL-USE"),
        (BARE, "IMAP4rev1"),
        (BARE | {"IDLE", "X-ODD", "MOVE"}, "IMAP4rev1, IDLE, MOVE"),
    ],
)
def test_the_extensions_that_matter_are_told_in_one_order(capabilities, detail):
    with FakeImap(capabilities=capabilities) as fake:
        steps = probe_imap(fake.endpoint(), ANNA)
    assert {step.name: step.detail for step in steps}["capability"] == detail


def test_the_extensions_are_those_behind_the_login():
    def script(peer):
        peer.send(b"* OK [CAPABILITY IMAP4rev1 MOVE] a proxy\r\n")
        tag, _login = peer.line().split(b" ", 1)
        peer.send(tag + b" OK [CAPABILITY IMAP4rev1 UIDPLUS] in\r\n")
        peer.command(b"LIST")
        peer.command(b"LSUB")
        peer.command(b"LOGOUT")

    with ScriptedServer(script) as server:
        steps = probe_imap(server.endpoint(), ANNA)
    assert names(steps)[-2:] == ["capability", "folders"]
    assert steps[-2].detail == "IMAP4rev1, UIDPLUS"


@pytest.mark.parametrize(
    ("quota", "detail"),
    [
        ((120 * 1024, 1024 * 1024), "120 MB / 1 GB"),
        ((0, 1536 * 1024), "0 B / 1.5 GB"),
        ((1024 * 1024 - 1, 1024 * 1024), "1 GB / 1 GB"),
        ((2 * 1024**3, 1024**3), "2 TB / 1 TB"),
    ],
)
def test_the_quota_is_told_in_words(quota, detail):
    with FakeImap() as fake:
        fake.quota = quota
        step = probe_imap(fake.endpoint(), ANNA)[-1]
    assert (step.name, step.ok, step.detail) == ("quota", True, detail)


def test_without_a_quota_there_is_nothing_to_tell():
    with FakeImap() as fake:
        fake.quota = None
        steps = probe_imap(fake.endpoint(), ANNA)
    assert names(steps)[-1] == "folders"


def test_a_server_without_quota_is_not_asked():
    with FakeImap(capabilities=FULL - {"QUOTA"}) as fake:
        steps = probe_imap(fake.endpoint(), ANNA)
        assert b"GETQUOTAROOT" not in fake.commands
    assert names(steps)[-1] == "folders"


@pytest.mark.parametrize("refusal", [No("not for you"), ValueError()])
def test_a_refused_quota_fails_nothing_and_the_test_goes_on(refusal):
    with FakeImap() as fake:
        interfere(fake, b"GETQUOTAROOT", lambda: raise_(refusal))
        steps = probe_imap(fake.endpoint(), ANNA, try_append=True)
    assert names(steps)[-2:] == ["folders", "append"]
    assert all(step.ok for step in steps)


def test_a_connection_that_is_lost_while_the_quota_is_read_is_a_failure():
    with FakeImap() as fake:
        interfere(fake, b"GETQUOTAROOT", lambda: raise_(ConnectionError()))
        steps = probe_imap(fake.endpoint(), ANNA)
    assert (steps[-1].name, steps[-1].ok) == ("quota", False)
    assert steps[-1].error.code == "connection_lost"


# -- failures -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code"),
    [("self_signed", "certificate_self_signed"), ("expired", "certificate_expired")],
)
def test_a_bad_certificate_is_where_it_stops(certificates, kind, code):
    with FakeImap(certificate=certificates[kind], ca_file=certificates["ca"]) as fake:
        steps = probe_imap(fake.endpoint(), ANNA)
    assert names(steps) == "resolve connect tls".split()
    assert not steps[-1].ok
    assert isinstance(steps[-1].error, TlsError)
    assert steps[-1].error.code == code
    assert steps[-1].error.facts.subject == "CN=localhost"


def test_a_wrong_password_is_where_it_stops():
    with FakeImap() as fake:
        steps = probe_imap(fake.endpoint(), Credentials("anna@example.com", "wrong"))
    assert names(steps)[-1] == "login"
    assert isinstance(steps[-1].error, AuthError)
    assert "wrong" not in repr(steps[-1].error).replace("wrong user", "")


def test_another_protocol_is_where_it_stops():
    def script(peer):
        peer.send(b"220 smtp\r\n")
        peer.wait_for_end()

    with ScriptedServer(script) as server:
        steps = probe_imap(server.endpoint(), ANNA)
    assert names(steps)[-1] == "greeting"
    assert isinstance(steps[-1].error, ProtocolError)
    assert steps[-1].error.code == "not_imap"


def test_an_unknown_host_is_where_it_stops():
    steps = probe_imap(Endpoint("nowhere.invalid", 993, Security.TLS), ANNA)
    assert names(steps) == ["resolve"]
    assert steps[-1].error.code == "host_unknown"


def test_a_port_where_nobody_listens_is_where_it_stops():
    with ScriptedServer(lambda peer: None) as server:
        endpoint = server.endpoint()
    steps = probe_imap(endpoint, ANNA)
    assert names(steps) == ["resolve", "connect"]
    assert steps[-1].error.code == "connection_refused"


@pytest.mark.parametrize("security", [Security.NONE, Security.TLS])
def test_the_whole_test_ends_in_time_on_a_server_that_stalls(security):
    with ScriptedServer(lambda peer: peer.stall()) as server:
        steps = probe_imap(server.endpoint(security), ANNA, timeout=0.3)
    assert isinstance(steps[-1].error, NetworkError)
    assert steps[-1].error.code == "timeout"


@pytest.mark.parametrize("drip", [True, False])
def test_a_server_that_stalls_late_gets_what_is_left_of_the_time(drip):
    def script(peer):
        peer.send(b"* OK [CAPABILITY AUTH=PLAIN SASL-IR] ready\r\n")
        peer.command(b"AUTHENTICATE")
        if drip:
            peer.drip(b"* CAPABILITY " + b"X" * 3000)
            peer.cut()
        peer.stall()

    with ScriptedServer(script) as server:
        steps = probe_imap(server.endpoint(), ANNA, timeout=2)
    assert (names(steps)[-1], steps[-1].error.code) == ("login", "timeout")


# -- live ---------------------------------------------------------------------


@contextmanager
def witness(endpoint, credentials):
    """Python's own imaplib, which shares no line with us."""
    context = ssl.create_default_context(cafile=endpoint.ca_file)
    client = imaplib.IMAP4_SSL(
        endpoint.host, endpoint.port, ssl_context=context, timeout=60
    )
    with client:
        client.login(credentials.username, credentials.password)
        yield client


def seen_by(client, folder):
    """``{UID: flags}`` and the folder's numbers, without changing anything."""
    client.select(folder, readonly=True)
    _ok, lines = client.uid("FETCH", "1:*", "(UID FLAGS)")
    found = {}
    for line in filter(None, lines):
        uid, flags = re.search(rb"UID (\d+) FLAGS \(([^)]*)\)", line).groups()
        found[int(uid)] = frozenset(flags.split())
    (validity,) = client.response("UIDVALIDITY")[1]
    (uidnext,) = client.response("UIDNEXT")[1]
    client.unselect()
    return found, int(validity), int(uidnext)


@pytest.mark.parametrize(
    ("port", "security"),
    [
        ("imaps", Security.TLS),
        ("imap", Security.STARTTLS),
        ("imap", Security.NONE),
    ],
)
def test_on_the_live_server_the_mailbox_is_exactly_as_before(live, port, security):
    user = live.user()
    with witness(live.endpoint("imaps", Security.TLS), user) as client:
        for folder in ("INBOX", "Drafts"):
            for flags in (r"()", r"(\Seen)", r"(\Deleted)", r"(\Deleted \Flagged $x)"):
                client.append(folder, flags, None, MAIL)
            client.select(folder)  # opening takes \Recent away, once and for all
            client.unselect()
        before = {folder: seen_by(client, folder) for folder in ("INBOX", "Drafts")}
        assert sum(b"\\Deleted" in flags for flags in before["Drafts"][0].values()) == 2
        steps = probe_imap(live.endpoint(port, security), user, try_append=True)
        after = {folder: seen_by(client, folder) for folder in ("INBOX", "Drafts")}
    assert [step.name for step in steps if not step.ok] == []
    assert names(steps)[-2:] == ["quota", "append"]
    assert (steps[-1].detail, steps[-1].note) == ("Drafts", "")
    assert steps[-2].detail.endswith(" / 1 GB")
    assert "UIDPLUS" in {s.name: s.detail for s in steps}["capability"]
    assert after["INBOX"] == before["INBOX"]
    assert after["Drafts"][:2] == before["Drafts"][:2]
    # a UID was used up, so a mail has really been there
    assert after["Drafts"][2] == before["Drafts"][2] + 1


def test_on_the_live_server_other_open_sessions_keep_their_place(live):
    """Somebody has the folder open and mails of it marked as deleted meanwhile."""
    user = live.user()
    endpoint = live.endpoint("imaps", Security.TLS)
    with witness(endpoint, user) as client:
        for _number in range(3):
            client.append("Drafts", "()", None, MAIL)
        client.select("Drafts")
        client.uid("STORE", "2", "+FLAGS", r"(\Deleted)")
        assert probe_imap(endpoint, user, try_append=True)[-1].ok
        client.noop()
        _ok, lines = client.uid("FETCH", "1:*", "(UID FLAGS)")
        client.unselect()
    assert [line[:1] for line in lines] == [b"1", b"2", b"3"]
    assert [b"\\Deleted" in line for line in lines] == [False, True, False]
