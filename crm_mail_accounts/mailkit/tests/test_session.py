"""What every protocol's session has from the base, with a protocol of a few words."""

import socket

import pytest

from mailkit.errors import NetworkError, ServerRefused, TlsError
from mailkit.imap.session import ImapSession
from mailkit.session import Session
from mailkit.smtp.session import SmtpSession
from mailkit.steps import Steps, greeted
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials, Security

ANNA = Credentials("anna@example.com", "password")
BOUND = 2


class Words(Session):
    """Answers are ``OK`` or anything else, which is a refusal."""

    def __init__(self, sock, endpoint, *, name="nobody", **options):
        super().__init__(sock, endpoint, **options)
        self.name = name

    def _own_options(self):
        return {"name": self.name}

    def _ask(self, line):
        self._stream.bound(self._command_timeout)
        self._stream.send_line(line)
        answer = self._stream.read_line()
        if answer != b"OK":
            raise ServerRefused(answer.decode())

    def greet(self):
        self._stream.bound(self._connect_timeout)
        self.offered = self._stream.read_line()

    def login(self, credentials):
        self._ask(b"LOGIN " + credentials.username.encode())
        self.authenticated = True

    def _offers_tls(self):
        return b"STARTTLS" in self.offered

    def _ask_for_tls(self):
        try:
            self._ask(b"STARTTLS " + self.name.encode())
        except ServerRefused as err:
            raise self._no_tls(err.detail) from err

    def _begin_again(self):
        self._ask(b"AGAIN")

    def _say_goodbye(self):
        self._ask(b"BYE")


def until_tls(peer, name=b"nobody"):
    peer.send(b"ready STARTTLS\r\n")
    peer.expect(b"STARTTLS " + name)


def test_a_new_protocol_is_opened_and_ended(certificates):
    def script(peer):
        until_tls(peer)
        peer.send(b"OK\r\n")
        peer.start_tls(certificates["good"])
        for word in (b"AGAIN", b"LOGIN anna@example.com", b"BYE"):
            peer.expect(word)
            peer.send(b"OK\r\n")
        peer.wait_for_end()

    with ScriptedServer(script, ca_file=certificates["ca"]) as server:
        with Words.open(server.endpoint(Security.STARTTLS), ANNA) as session:
            assert session.authenticated
            assert session.tls.version.startswith("TLSv1.")
        assert session.closed


def test_a_new_protocol_has_the_steps_of_a_test():
    def script(peer):
        peer.send(b"ready\r\n")
        peer.expect(b"BYE")
        peer.close()

    with ScriptedServer(script) as server:
        steps = Steps(3)
        with steps, greeted(steps, Words, server.endpoint(Security.NONE)) as session:
            with steps.step("name", session) as step:
                step.detail = session.name
    assert session.closed
    names = [step.name for step in steps.done]
    assert names == ["resolve", "connect", "greeting", "name"]


@pytest.mark.parametrize("greeting", [b"ready\r\n", b"ready STARTTLS\r\n"])
def test_without_tls_the_connection_ends(greeting):
    def script(peer):
        peer.send(greeting)
        if b"STARTTLS" in greeting:
            peer.expect(b"STARTTLS")
            peer.send(b"no\r\n")
        peer.wait_for_end()

    with ScriptedServer(script) as server:
        with pytest.raises(TlsError) as caught:
            Words.open(server.endpoint(Security.STARTTLS), ANNA)
    assert caught.value.code == "tls_not_offered"
    assert b"LOGIN" not in server.received


def test_what_came_early_is_refused():
    def script(peer):
        until_tls(peer)
        peer.send(b"OK\r\nOK\r\n")
        peer.wait_for_end()

    with ScriptedServer(script) as server:
        with pytest.raises(TlsError):
            Words.open(server.endpoint(Security.STARTTLS))


def test_the_second_connection_is_like_the_first_one(certificates):
    def script(peer):
        until_tls(peer, b"anna")
        peer.send(b"OK\r\n")
        peer.start_tls(certificates["self_signed"])

    with ScriptedServer(script) as server:
        with pytest.raises(TlsError) as caught:
            Words.open(server.endpoint(Security.STARTTLS), name="anna")
    assert caught.value.facts.subject == "CN=localhost"


IMAP = (b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n", b"%s OK go\r\n", b"* OK drip")
SMTP = (b"220 hi\r\n", b"220 go\r\n", b"220 drip")


@pytest.mark.parametrize("slow_answer", [False, True])
@pytest.mark.parametrize("kind", [ImapSession, SmtpSession])
def test_a_dripping_second_connection_ends_in_time(certificates, kind, slow_answer):
    """However steadily it drips: it is there to read a certificate, no more."""
    greeting, go, drip = IMAP if kind is ImapSession else SMTP
    count = []

    def script(peer):
        count.append(peer)
        first = len(count) == 1
        if not first and not slow_answer:
            return peer.drip(drip + b"." * 300)
        peer.send(greeting)
        if kind is SmtpSession:
            peer.expect(b"EHLO")
            peer.send(b"250-hi\r\n250 STARTTLS\r\n")
        tag = peer.line().split()[0]
        if not first:
            return peer.drip(drip + b"." * 300)
        peer.send(go % tag if b"%s" in go else go)
        peer.start_tls(certificates["self_signed"])

    with ScriptedServer(script) as server:
        with pytest.raises(TlsError) as caught:
            kind.open(server.endpoint(Security.STARTTLS), connect_timeout=BOUND)
    assert caught.value.code.startswith("certificate_")
    assert len(count) == 2


def test_an_argument_that_nobody_knows_leaves_no_connection_open():
    with ScriptedServer(lambda peer: peer.wait_for_end()) as server:
        with pytest.raises(TypeError):
            Words.open(server.endpoint(Security.NONE), nonsense=1)


@pytest.mark.parametrize(
    ("error", "polite"),
    [(None, True), (ServerRefused("no"), True), (NetworkError("gone"), False)],
)
def test_the_goodbye_is_left_out_where_nobody_would_understand_it(error, polite):
    ours, theirs = socket.socketpair()
    with ours, theirs, ScriptedServer(lambda peer: None) as server:
        if polite:
            theirs.sendall(b"OK\r\n")
        try:
            with Words(ours, server.endpoint(Security.NONE)) as session:
                if error:
                    raise error
        except (ServerRefused, NetworkError) as caught:
            assert caught is error
        assert session.closed
        assert theirs.recv(100) == (b"BYE\r\n" if polite else b"")
