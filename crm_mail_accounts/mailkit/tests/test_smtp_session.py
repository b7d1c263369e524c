"""SMTP submission: greeting, TLS, login, and how far a mail had come."""

import base64
import time

import pytest

from mailkit import limits
from mailkit.errors import (
    AuthError,
    CapabilityMissing,
    InvalidArgument,
    NetworkError,
    ProtocolError,
    ServerRefused,
    TlsError,
)
from mailkit.smtp.probe import probe_smtp
from mailkit.smtp.session import SmtpSession
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.trace import Trace
from mailkit.values import Credentials, Security

BOUND = 0.3
ANNA = Credentials("anna@example.com", "s3cret")
MAIL = b"Subject: hello\r\n\r\n.dot\r\n..two\r\nend"


def opened(server, credentials=None, security=None, **options):
    options.setdefault("connect_timeout", 3)
    options.setdefault("read_timeout", 3)
    return SmtpSession.open(server.endpoint(security), credentials, **options)


def greet(peer, *extensions):
    peer.send(b"220-mail.example.com\r\n220 ESMTP\r\n")
    hello(peer, *extensions)


def hello(peer, *extensions):
    peer.expect(b"EHLO [127.0.0.1]")
    lines = [b"mail.example.com", *extensions]
    for line in lines[:-1]:
        peer.send(b"250-" + line + b"\r\n")
    peer.send(b"250 " + lines[-1] + b"\r\n")


def served(then, *extensions, **options):
    def script(peer):
        greet(peer, *extensions)
        then(peer)
        peer.wait_for_end()

    return ScriptedServer(script, **options)


def answer(peer, *pairs):
    """``(start of the line, reply)`` in turn."""
    for start, reply in pairs:
        peer.expect(start)
        peer.send(reply + b"\r\n")


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
    start = time.monotonic()
    with ScriptedServer(script) as server:
        with pytest.raises(NetworkError) as caught:
            opened(server, connect_timeout=BOUND)
    assert caught.value.code == "timeout"
    assert time.monotonic() - start < 2


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
            opened(server, ANNA, read_timeout=BOUND)
    assert server.received.endswith(b"\r\n\r\n*\r\n")


@pytest.mark.parametrize("user", ["anna\r\nMAIL FROM:<x@y>", "a\0b"])
def test_a_login_is_no_way_to_slip_in_a_command(user):
    with served(lambda p: None, b"AUTH LOGIN") as server:
        with pytest.raises(InvalidArgument):
            opened(server, Credentials(user, "x"))
    assert server.received.count(b"\r\n") == 1


# -- STARTTLS -----------------------------------------------------------------


def starttls_server(certificates, *, kind="good", after=b""):
    def script(peer):
        greet(peer, b"STARTTLS", b"EVIL")
        answer(peer, (b"STARTTLS", b"220 go\r\n" + after if after else b"220 go"))
        peer.start_tls(certificates[kind])
        hello(peer, b"AUTH PLAIN")
        answer(peer, (b"AUTH PLAIN", b"235 ok"), (b"QUIT", b"221 bye"))
        peer.wait_for_end()

    return ScriptedServer(script, ca_file=certificates["ca"])


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


# -- sending ------------------------------------------------------------------

TAKEN = (
    (b"MAIL FROM:<anna@example.com>", b"250 ok"),
    (b"RCPT TO:<bob@example.com>", b"250 ok"),
    (b"DATA", b"354 go"),
)


def content(peer):
    lines = []
    while (line := peer.line()) != b".":
        lines.append(line)
    return b"\r\n".join(lines)


def sent(
    then, *extensions, raw=MAIL, to=("bob@example.com",), sender="anna@example.com"
):
    server = served(then, *extensions or (b"8BITMIME",))
    with server:
        session = opened(server)
        try:
            return session.send(sender, list(to), raw)
        finally:
            session.close()


def failed(then, *extensions, error=Exception, **options):
    with pytest.raises(error) as caught:
        sent(then, *extensions, **options)
    return caught.value


def test_a_mail_arrives_as_it_was_but_for_its_dots_and_line_ends():
    got = []

    def then(peer):
        answer(peer, *TAKEN)
        got.append(content(peer))
        peer.send(b"250 2.0.0 queued as 7\r\n")

    result = sent(then, raw=MAIL.replace(b"\r\n", b"\n"))
    assert got == [b"Subject: hello\r\n\r\n..dot\r\n...two\r\nend"]
    assert result.accepted == ("bob@example.com",)
    assert "queued as 7" in result.reply
    assert result.refused == {}


@pytest.mark.parametrize(
    "raw", [b"", b".", b"\n.\n", b"a\n.\r\nMAIL FROM:<x>\n", b"a\r.\r"]
)
def test_no_content_can_end_the_mail_early(raw):
    def then(peer):
        answer(peer, *TAKEN)
        content(peer)
        peer.send(b"250 ok\r\n")
        answer(peer, (b"QUIT", b"221 bye"))

    with served(then, b"SIZE") as server:
        session = opened(server)
        session.send("anna@example.com", ["bob@example.com"], raw)
        session.quit()


def test_recipients_who_are_refused_do_not_stop_the_others():
    def then(peer):
        answer(
            peer,
            TAKEN[0],
            (b"RCPT TO:<no@example.com>", b"550 5.1.1 unknown"),
            *TAKEN[1:],
        )
        content(peer)
        peer.send(b"250 ok\r\n")

    result = sent(then, to=("no@example.com", "bob@example.com"))
    assert result.accepted == ("bob@example.com",)
    assert "unknown" in result.refused["no@example.com"]


def test_when_all_are_refused_nothing_is_sent_and_the_session_can_be_used_again():
    def then(peer):
        answer(
            peer,
            TAKEN[0],
            (b"RCPT TO", b"550 5.1.1 unknown"),
            (b"RSET", b"250 ok"),
            (b"NOOP", b"250 ok"),
        )

    with served(then, b"SIZE") as server:
        session = opened(server)
        with pytest.raises(ServerRefused) as caught:
            session.send("anna@example.com", ["bob@example.com"], MAIL)
        assert caught.value.step == "rcpt"
        assert "bob@example.com" in caught.value.facts
        session.noop()
        session.close()


@pytest.mark.parametrize(
    ("script", "step"),
    [
        ([(b"MAIL", b"451 later")], "mail"),
        ([TAKEN[0], (b"RCPT", b"452 full")], "rcpt"),
        ([*TAKEN[:2], (b"DATA", b"554 no")], "data"),
    ],
)
def test_a_refusal_tells_how_far_the_mail_had_come(script, step):
    def then(peer):
        answer(peer, *script, (b"RSET", b"250 ok"))

    error = failed(then, error=ServerRefused)
    assert error.step == step
    assert error.retry == (error.response_code[0] == "4")


@pytest.mark.parametrize(
    ("script", "step"),
    [([], "mail"), (TAKEN[:1], "rcpt"), (TAKEN[:2], "data")],
)
def test_a_lost_connection_tells_how_far_the_mail_had_come(script, step):
    def then(peer):
        answer(peer, *script)
        peer.line()
        peer.cut()

    error = failed(then, error=NetworkError)
    assert error.step == step


def test_a_connection_lost_within_the_content_left_the_mail_undelivered():
    def then(peer):
        answer(peer, *TAKEN)
        peer.block(100_000)
        peer.cut()

    error = failed(
        then, error=NetworkError, raw=b"x" * 70 + b"\r\n" + b"y" * 50_000_000
    )
    assert error.step == "content"


@pytest.mark.parametrize("ending", ["cut", "garbage", "stall"])
def test_silence_behind_the_final_dot_is_uncertain(monkeypatch, ending):
    monkeypatch.setattr("mailkit.smtp.session.FINAL_DOT_TIMEOUT", BOUND)

    def then(peer):
        answer(peer, *TAKEN)
        content(peer)
        if ending == "stall":
            peer.stall()
        if ending == "garbage":
            peer.send(b"what?\r\n")

    error = failed(
        lambda peer: (then(peer), peer.cut()), error=(NetworkError, ProtocolError)
    )
    assert error.step == "dot"
    assert not isinstance(error, ServerRefused)


@pytest.mark.parametrize(
    ("reply", "retry"), [(b"452 4.3.1 full", True), (b"554 spam", False)]
)
def test_a_refusal_behind_the_final_dot_is_certain(reply, retry):
    def then(peer):
        answer(peer, *TAKEN)
        content(peer)
        peer.send(reply + b"\r\n")
        answer(peer, (b"RSET", b"250 ok"))

    error = failed(then, error=ServerRefused)
    assert (error.step, error.retry) == ("dot", retry)


def test_the_verdict_on_a_mail_may_take_longer_than_other_replies():
    assert limits.FINAL_DOT_TIMEOUT >= 600

    def then(peer):
        answer(peer, *TAKEN)
        content(peer)
        peer._server.stopping.wait(0.4)
        peer.send(b"250 ok\r\n")

    with served(then, b"SIZE") as server:
        session = opened(server, read_timeout=0.2)
        assert session.send("anna@example.com", ["bob@example.com"], MAIL)
        session.close()


@pytest.mark.parametrize(
    "address",
    [
        "bob@example.com\r\nRCPT TO:<eve@example.com>",
        "bob@example.com>\nDATA",
        "bob@example.com> SIZE=1",
        "a b@example.com",
        "bob",
        "@example.com",
        "bob@",
        "",
        "bob@\udcff.com",
    ],
)
def test_an_address_is_no_way_to_slip_in_a_command(address):
    with served(lambda p: None, b"SIZE") as server:
        session = opened(server)
        with pytest.raises(InvalidArgument):
            session.send("anna@example.com", [address], MAIL)
        assert not session.closed
        if address:
            with pytest.raises(InvalidArgument):
                session.send(address, ["bob@example.com"], MAIL)
        session.close()
    assert server.received.count(b"\r\n") == 1


def test_a_mail_without_sender_has_the_empty_path():
    def then(peer):
        answer(peer, (b"MAIL FROM:<>", b"250 ok"), *TAKEN[1:])
        content(peer)
        peer.send(b"250 ok\r\n")

    sent(then, sender="")


def test_a_domain_with_accents_goes_in_its_ascii_form():
    def then(peer):
        answer(peer, TAKEN[0], (b"RCPT TO:<bob@xn--perch-fsa.it>", b"250"), TAKEN[2])
        content(peer)
        peer.send(b"250 ok\r\n")

    sent(then, to=("bob@perché.it",))


def test_a_mailbox_with_accents_needs_smtputf8():
    assert failed(lambda p: None, to=("bòb@example.com",), error=CapabilityMissing)

    def then(peer):
        assert peer.expect(b"MAIL FROM:").endswith(b" SMTPUTF8")
        peer.send(b"250 ok\r\n")
        answer(peer, ("RCPT TO:<bòb@example.com>".encode(), b"250"), TAKEN[2])
        content(peer)
        peer.send(b"250 ok\r\n")

    sent(then, b"SMTPUTF8", to=("bòb@example.com",))


def test_8_bit_content_needs_8bitmime():
    raw = "Subject: x\r\n\r\nperché".encode()
    assert failed(lambda p: None, b"SIZE 99999", raw=raw, error=CapabilityMissing)

    def then(peer):
        assert peer.expect(b"MAIL FROM:").endswith(b" BODY=8BITMIME")
        peer.send(b"250 ok\r\n")
        answer(peer, *TAKEN[1:])
        assert content(peer) == raw
        peer.send(b"250 ok\r\n")

    sent(then, b"8BITMIME", raw=raw)


def test_a_mail_that_is_too_large_is_not_even_begun():
    error = failed(
        lambda p: answer(p, (b"RSET", b"250")), b"SIZE 20", error=ServerRefused
    )
    assert (error.step, error.response_code) == ("mail", "552")


# -- trace and test -----------------------------------------------------------


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
    start = time.monotonic()
    with served(lambda p: p.stall(), b"SIZE") as server:
        session = opened(server)
        session.quit()
        assert session.closed
    assert time.monotonic() - start < 2


def test_the_whole_test_ends_in_time_on_a_server_that_stalls():
    start = time.monotonic()
    with ScriptedServer(lambda peer: peer.stall()) as server:
        steps = probe_smtp(server.endpoint(), ANNA, timeout=BOUND)
    assert names(steps) == ["resolve", "connect", "greeting"]
    assert steps[-1].error.code == "timeout"
    assert time.monotonic() - start < 2
