"""The connection test of an IMAP account."""

import time

import pytest

from mailkit.errors import AuthError, NetworkError, ProtocolError, TlsError
from mailkit.imap.probe import probe_imap
from mailkit.tests.fake_imap import FakeImap
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials, Endpoint, Security

ANNA = Credentials("anna@example.com", "demo")


def names(steps):
    return [step.name for step in steps]


def test_all_steps_of_a_good_account_are_told_in_their_order(certificates):
    with FakeImap(certificate=certificates["good"], ca_file=certificates["ca"]) as fake:
        steps = probe_imap(fake.endpoint(), ANNA)
    assert names(steps) == "resolve connect tls greeting login folders".split()
    assert all(step.ok and step.error is None and step.seconds >= 0 for step in steps)
    details = {step.name: step.detail for step in steps}
    assert "127.0.0.1" in details["resolve"]
    assert details["tls"].startswith("TLSv1.")
    assert "CN=localhost" in details["tls"]
    assert details["folders"] == "5"


def test_with_starttls_the_greeting_comes_before_tls(certificates):
    with FakeImap(
        certificate=certificates["good"], ca_file=certificates["ca"], starttls=True
    ) as fake:
        steps = probe_imap(fake.endpoint(Security.STARTTLS), ANNA)
    assert names(steps) == "resolve connect greeting tls login folders".split()
    assert all(step.ok for step in steps)


def test_without_credentials_nothing_is_logged_in():
    with FakeImap() as fake:
        steps = probe_imap(fake.endpoint())
        assert names(steps) == "resolve connect greeting".split()
        assert b"LOGIN" not in fake.commands


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
    start = time.monotonic()
    with ScriptedServer(lambda peer: peer.stall()) as server:
        steps = probe_imap(server.endpoint(security), ANNA, timeout=0.3)
    assert isinstance(steps[-1].error, NetworkError)
    assert steps[-1].error.code == "timeout"
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("drip", [True, False])
def test_a_server_that_stalls_late_gets_what_is_left_of_the_time(drip):
    def script(peer):
        peer.send(b"* OK [CAPABILITY AUTH=PLAIN SASL-IR] ready\r\n")
        peer.command(b"AUTHENTICATE")
        if drip:
            peer.drip(b"* CAPABILITY " + b"X" * 500)
        peer.stall()

    with ScriptedServer(script) as server:
        steps = probe_imap(server.endpoint(), ANNA, timeout=0.4)
    assert names(steps)[-1] == "login"
    assert sum(step.seconds for step in steps) < 1.5
