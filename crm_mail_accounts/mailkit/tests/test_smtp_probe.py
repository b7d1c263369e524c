"""The trace and the connection test of SMTP."""

import base64

import pytest

from mailkit.smtp.probe import probe_smtp
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.tests.scripted_smtp import (
    ANNA,
    BOUND,
    MAIL,
    TAKEN,
    answer,
    content,
    greet,
    hello,
    opened,
    served,
    starttls_server,
)
from mailkit.trace import Trace
from mailkit.values import Security


def test_neither_password_nor_content_is_in_the_trace():
    trace = Trace()

    def then(peer):
        answer(peer, (b"AUTH", b"235 ok"), *TAKEN)
        content(peer)
        peer.send(b"250 ok\r\n")

    with served(then, b"AUTH PLAIN") as server:
        session = opened(server, ANNA, trace=trace)
        session.send("anna@example.com", ["bob@example.com"], MAIL)
        session.close()
    text = "\n".join(trace.entries)
    assert "> AUTH PLAIN ***" in text
    assert "hello" not in text
    assert base64.b64encode(b"\0anna@example.com\0s3cret").decode() not in text


def names(steps):
    return [step.name for step in steps]


def test_all_steps_of_a_good_account_are_told_in_their_order(certificates):
    with starttls_server(certificates) as server:
        steps = probe_smtp(server.endpoint(Security.STARTTLS), ANNA)
    assert names(steps) == "resolve connect greeting tls capability login".split()
    assert all(step.ok for step in steps)
    assert "CN=localhost" in steps[3].detail


@pytest.mark.parametrize(
    ("extensions", "detail"),
    [
        (
            [b"8BITMIME", b"PIPELINING", b"SIZE 52428800", b"SMTPUTF8"],
            "SIZE 50 MB, SMTPUTF8, 8BITMIME",
        ),
        ([b"SIZE 35882577", b"8bitmime"], "SIZE 34.2 MB, 8BITMIME"),
        ([b"SIZE 0"], "SIZE"),
        ([b"SIZE"], "SIZE"),
        ([b"SIZE \xb2"], "SIZE"),
        ([b"SIZE -1"], "SIZE"),
        ([b"SIZE " + b"9" * 900], "SIZE"),
        ([b"HELP"], ""),
    ],
)
def test_what_the_server_takes_is_told(extensions, detail):
    with served(lambda p: answer(p, (b"QUIT", b"221 bye")), *extensions) as server:
        steps = probe_smtp(server.endpoint())
    assert names(steps) == "resolve connect greeting capability".split()
    assert (steps[-1].ok, steps[-1].detail) == (True, detail)


def test_what_the_server_takes_is_what_it_said_behind_tls(certificates):
    def script(peer):
        greet(peer, b"STARTTLS", b"SIZE 1")
        answer(peer, (b"STARTTLS", b"220 go"))
        peer.start_tls(certificates["good"])
        hello(peer, b"SIZE 1048576")
        answer(peer, (b"QUIT", b"221 bye"))

    with ScriptedServer(script, ca_file=certificates["ca"]) as server:
        steps = probe_smtp(server.endpoint(Security.STARTTLS))
    assert (steps[-1].name, steps[-1].detail) == ("capability", "SIZE 1 MB")


def test_the_test_stops_at_the_first_failure(certificates):
    with served(
        lambda p: answer(p, (b"AUTH", b"535 no")),
        b"AUTH PLAIN",
        certificate=certificates["good"],
        ca_file=certificates["ca"],
    ) as server:
        steps = probe_smtp(server.endpoint(), ANNA)
    assert names(steps) == "resolve connect tls greeting capability login".split()
    assert [step.ok for step in steps] == [True, True, True, True, True, False]
    assert steps[-1].error.code == "auth_failed"


def test_a_server_that_ignores_quit_is_left(monkeypatch):
    monkeypatch.setattr("mailkit.smtp.session.GOODBYE_TIMEOUT", BOUND)
    with served(lambda p: p.stall(), b"SIZE") as server:
        session = opened(server)
        session.quit()
        assert session.closed


def test_the_whole_test_ends_in_time_on_a_server_that_stalls():
    with ScriptedServer(lambda peer: peer.stall()) as server:
        steps = probe_smtp(server.endpoint(), ANNA, timeout=BOUND)
    assert names(steps) == ["resolve", "connect", "greeting"]
    assert steps[-1].error.code == "timeout"
