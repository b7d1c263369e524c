"""POP3 with servers that no real one at hand is: refusals, lies, cuts, untidiness."""

import base64

import pytest

from mailkit import limits
from mailkit.errors import (
    AuthError,
    CapabilityMissing,
    InvalidArgument,
    LimitExceeded,
    NetworkError,
    ProtocolError,
    ServerRefused,
    TlsError,
)
from mailkit.pop3.listing import Maildrop
from mailkit.pop3.probe import probe_pop3
from mailkit.pop3.session import Pop3Session
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.trace import Trace
from mailkit.values import Credentials, Security

BOUND = 0.3
ANNA = Credentials("anna@example.com", "s3cret-pass")
TOKEN = Credentials("anna", access_token="t0ken-of-many-characters")
CAPA = (b"TOP", b"UIDL", b"USER")


def opened(server, credentials=None, security=None, **options):
    options.setdefault("connect_timeout", 3)
    options.setdefault("read_timeout", 3)
    return Pop3Session.open(server.endpoint(security), credentials, **options)


def capa(peer, *capabilities):
    peer.expect(b"CAPA")
    lines = b"".join(line + b"\r\n" for line in capabilities)
    peer.send(b"+OK list follows\r\n" + lines + b".\r\n")


def answer(peer, *pairs):
    """``(start of the line, reply)`` in turn."""
    for start, reply in pairs:
        peer.expect(start)
        peer.send(reply + b"\r\n")


def served(*pairs, offered=CAPA, then=lambda peer: None, **options):
    """Greets, tells ``offered`` (``None``: no CAPA) and answers ``pairs``."""

    def script(peer):
        peer.send(b"+OK ready <1.2@mail>\r\n")
        if offered is None:
            answer(peer, (b"CAPA", b"-ERR unknown command"))
        else:
            capa(peer, *offered)
        answer(peer, *pairs)
        then(peer)
        peer.wait_for_end()

    return ScriptedServer(script, **options)


LOGIN = ((b"USER anna@example.com", b"+OK"), (b"PASS s3cret-pass", b"+OK in"))


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


# -- listings -----------------------------------------------------------------


def test_listings_of_an_untidy_server():
    with served(
        (b"STAT", b"+ok  3   600 octets"),
        (b"LIST", b"+OK\r\n3  300\r\n1 100 x\r\n?\r\n2 200\r\n."),
        (b"UIDL", b"+OK\r\n 2 b\r\n1 a\r\n3 a\r\n."),
    ) as server:
        session = opened(server)
        assert session.stat() == Maildrop(3, 600)
        assert session.sizes() == {1: 100, 2: 200, 3: 300}
        assert session.uidls() == {1: "a", 2: "b", 3: "a"}
        session.close()


def test_a_hundred_thousand_mails_are_listed():
    count = 100_000
    numbers = range(1, count + 1)

    def then(peer):
        for line in (b"%d 2000\r\n", b"%d " + b"u" * 60 + b"%d\r\n"):
            peer.line()
            parts = line.count(b"%d")
            peer.send(b"+OK\r\n")
            peer.send(b"".join(line % ((number,) * parts) for number in numbers))
            peer.send(b".\r\n")
        answer(peer, (b"NOOP", b"+OK"))

    trace = Trace()
    with served(then=then) as server:
        session = opened(server, trace=trace)
        assert len(session.sizes()) == count
        uidls = session.uidls()
        assert (len(uidls), uidls[count]) == (count, "u" * 60 + str(count))
        session.noop()
        session.close()
    assert len(trace.entries) < 30


def test_a_server_without_uidl_is_told_from_one_that_cannot_answer_now():
    for words, offered, found in [
        (b"unknown command", (b"USER",), None),
        (b"", None, None),
        (b"[SYS/TEMP] later", None, ServerRefused),
        (b"temporary failure", (b"USER",), ServerRefused),
        (b"oops", CAPA, ServerRefused),
    ]:
        pairs = [(b"UIDL", b"-ERR " + words)]
        if offered is CAPA:
            pairs.append((b"STAT", b"+OK 3 3"))
        with served(*pairs, offered=offered) as server:
            session = opened(server)
            if found is None:
                assert session.uidls() is None
            else:
                with pytest.raises(ServerRefused) as caught:
                    session.uidls()
                assert caught.value.retry
            session.close()


def test_an_empty_maildrop_may_be_refused_to_be_listed():
    with served(
        (b"LIST", b"-ERR no messages"),
        (b"STAT", b"+OK 0 0"),
        (b"UIDL", b"-ERR no messages"),
        (b"STAT", b"+OK 0 0"),
        (b"LIST", b"-ERR oops"),
        (b"STAT", b"+OK 1 5"),
    ) as server:
        session = opened(server)
        assert session.sizes() == {}
        assert session.uidls() == {}
        with pytest.raises(ServerRefused):
            session.sizes()
        session.close()


# -- mails --------------------------------------------------------------------


def test_a_mail_comes_as_it_is_and_the_session_goes_on():
    wire = b"+OK\r\nA: b\r\n\r\n..dot\r\n" + b"x" * 3_000_000 + b"\r\n\n.\nend\r\n."
    with served((b"RETR 2", wire), (b"NOOP", b"+OK")) as server:
        session = opened(server)
        raw = session.retrieve(2)
        assert raw.startswith(b"A: b\r\n\r\n.dot\r\nxxx")
        assert raw.endswith(b"x\r\n\n.\nend\r\n")
        assert len(raw) == len(wire) - len(b"+OK\r\n") - len(b"..")
        session.noop()
        session.close()


def test_what_lies_behind_a_mail_is_left_for_the_next_reader():
    early = b"+OK\r\nx\r\n.\r\n+OK early"
    with served((b"RETR 1", early), then=lambda peer: peer.expect(b"NOOP")) as server:
        session = opened(server)
        assert session.retrieve(1) == b"x\r\n"
        session.noop()
        session.close()


def test_a_mail_in_blocks_is_held_by_nobody_as_a_whole():
    wire = b"+OK\r\n" + b"y" * 1_000_000 + b"\r\n."
    with served((b"RETR 1", wire), (b"NOOP", b"+OK")) as server:
        session = opened(server)
        sizes = [len(block) for block in session.retrieve_blocks(1)]
        assert sum(sizes) == 1_000_002
        assert max(sizes) <= limits.CHUNK + 4
        session.noop()
        session.close()


def test_blocks_that_are_not_all_taken_end_the_connection():
    wire = b"+OK\r\n" + b"y" * 1_000_000 + b"\r\n."
    with served((b"RETR 1", wire)) as server:
        session = opened(server)
        blocks = session.retrieve_blocks(1)
        next(blocks)
        with pytest.raises(ProtocolError):
            session.noop()
        assert session.closed
        session = opened(server)
        blocks = session.retrieve_blocks(1)
        next(blocks)
        blocks.close()
        assert session.closed


def test_a_mail_above_the_limit_ends_the_connection():
    with served((b"RETR 1", b"+OK\r\n" + b"z" * 5000 + b"\r\n.")) as server:
        session = opened(server)
        with pytest.raises(LimitExceeded):
            session.retrieve(1, limit=1000)
        assert session.closed


@pytest.mark.parametrize("end", [b"", b"half a line", b"line\r\n", b"line\r\n."])
def test_a_mail_that_is_cut_is_no_mail(end):
    def then(peer):
        peer.expect(b"RETR 1")
        peer.send(b"+OK 500 octets\r\nA: b\r\n\r\n" + end)
        peer.close()

    with served(then=then) as server:
        session = opened(server)
        with pytest.raises(NetworkError) as caught:
            session.retrieve(1)
        assert caught.value.retry
        assert session.closed


def test_a_mail_that_drips_ends_in_time():
    seconds = [0.0]
    with served((b"RETR 1", b"+OK\r\n" + b"x" * 200_000)) as server:
        session = opened(server, clock=lambda: seconds[0])
        blocks = session.retrieve_blocks(1)
        next(blocks)
        seconds[0] = limits.RETRIEVE_TIMEOUT + 1
        with pytest.raises(NetworkError) as caught:
            list(blocks)
    assert caught.value.code == "timeout"
    assert "in all" in caught.value.detail  # the bound of the whole, not of silence


def test_a_mail_is_not_in_the_trace():
    trace = Trace()
    with served((b"RETR 1", b"+OK\r\nprivate words\r\n.")) as server:
        session = opened(server, trace=trace)
        session.retrieve(1)
        session.close()
    assert "private" not in "\n".join(trace.entries)
    assert trace.entries[-1] == "< [15 bytes]"


@pytest.mark.parametrize(
    ("words", "code", "retry"),
    [
        (b"no such message", "message_gone", False),
        (b"There's no message 5.", "message_gone", False),
        (b"Message is deleted.", "message_gone", False),
        (b"[SYS/TEMP] no such disk", "server_busy", True),
        (b"broken", "server_refused", False),
    ],
)
@pytest.mark.parametrize("call", ["retrieve", "delete", "top"])
def test_a_refused_mail_leaves_the_session_usable(call, words, code, retry):
    with served(
        (b"", b"-ERR " + words), (b"NOOP", b"+OK"), offered=(b"TOP",)
    ) as server:
        session = opened(server)
        with pytest.raises(ServerRefused) as caught:
            getattr(session, call)(5)
        assert (caught.value.code, caught.value.retry) == (code, retry)
        assert caught.value.connection_usable
        assert not session.deleted
        session.noop()
        session.close()


def test_top_is_optional():
    with served(
        (b"TOP 1 2", b"+OK\r\nA: b\r\n\r\n..\r\n."),
        (b"TOP 1 0", b"-ERR unknown command"),
        offered=(),
    ) as server:
        session = opened(server)
        assert session.top(1, 2) == b"A: b\r\n\r\n.\r\n"
        with pytest.raises(CapabilityMissing):
            session.top(1)
        session.close()


@pytest.mark.parametrize("number", [0, -1, "1\r\nDELE 2", b"1", 1.0, True, None])
@pytest.mark.parametrize("call", ["retrieve", "delete", "top"])
def test_only_numbers_reach_the_server(call, number):
    with served() as server:
        session = opened(server)
        with pytest.raises(InvalidArgument):
            getattr(session, call)(number)
        with pytest.raises(InvalidArgument):
            session.top(1, number if number != 0 else -1)
        session.close()
    assert server.received == b"CAPA\r\n"


@pytest.mark.parametrize("line", [b"", b"what", b"* OK", b"+OK" + b"x" * 9000])
def test_an_answer_that_cannot_be_read_ends_the_connection(line):
    with served((b"NOOP", line)) as server:
        session = opened(server)
        with pytest.raises((ProtocolError, LimitExceeded)):
            session.noop()
        assert session.closed


# -- the end ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"-ERR some deleted messages not removed\r\n", ServerRefused),
        (b"", NetworkError),
        (b"rubbish\r\n", ProtocolError),
    ],
)
def test_deletions_count_only_when_the_server_has_said_yes_to_quit(reply, error):
    def then(peer):
        answer(peer, (b"DELE 1", b"+OK"))
        peer.expect(b"QUIT")
        peer.send(reply)
        peer.close()

    with served(then=then) as server:
        session = opened(server)
        session.delete(1)
        with pytest.raises(error) as caught:
            session.quit()
        assert caught.value.step == "quit"
        assert not caught.value.connection_usable
        assert session.closed


def test_quit_deletes_and_ends():
    with served((b"DELE 7", b"+OK"), (b"QUIT", b"+OK bye")) as server:
        session = opened(server)
        session.delete(7)
        assert session.deleted == {7}
        session.quit()
        assert session.closed


def test_every_other_end_takes_the_marks_back():
    with served((b"DELE 7", b"+OK"), (b"RSET", b"+OK"), (b"QUIT", b"+OK")) as server:
        with opened(server) as session:
            session.delete(7)
        assert session.closed
    assert server.received.endswith(b"RSET\r\nQUIT\r\n")


@pytest.mark.parametrize("reply", [b"-ERR no", b"garbage"])
def test_marks_that_cannot_be_taken_back_are_never_confirmed(reply):
    with served((b"DELE 7", b"+OK"), (b"RSET", reply)) as server:
        with opened(server) as session:
            session.delete(7)
    assert b"QUIT" not in server.received


def test_a_server_that_hangs_up_without_goodbye_is_no_error():
    def then(peer):
        peer.expect(b"QUIT")
        peer.close()

    with served(then=then) as server:
        with opened(server) as session:
            pass
        assert session.closed


# -- the connection test ------------------------------------------------------


def test_the_test_of_a_server_without_extensions():
    with served(*LOGIN, (b"STAT", b"+OK 4"), (b"QUIT", b"+OK"), offered=None) as server:
        steps = probe_pop3(server.endpoint(), ANNA)
    assert [step.name for step in steps if step.ok] == [
        *"resolve connect greeting capability login mailbox".split()
    ]
    assert [step.detail for step in steps[-3:]] == ["", "", "4"]


def test_the_test_stops_at_the_first_failure():
    with served(LOGIN[0], (b"PASS", b"-ERR [IN-USE] locked")) as server:
        steps = probe_pop3(server.endpoint(), ANNA)
    assert [step.ok for step in steps] == [True, True, True, True, False]
    assert (steps[-1].name, steps[-1].error.code) == ("login", "server_busy")


def test_the_test_asks_nothing_that_changes_the_maildrop():
    pairs = (*LOGIN, (b"STAT", b"+OK 2 3000"), (b"QUIT", b"+OK"))
    offered = (b"UIDL", b"EXPIRE 30", b"USER", b"X-OTHER")
    with served(*pairs, offered=offered) as server:
        steps = probe_pop3(server.endpoint(), ANNA)
        sent = [line.split()[0] for line in server.received.splitlines()]
    assert sent == [b"CAPA", b"USER", b"PASS", b"STAT", b"QUIT"]
    details = {step.name: step.detail for step in steps}
    assert details["capability"] == "UIDL, EXPIRE 30"
    assert details["mailbox"] == "2, 2.9 KB"


def test_the_whole_test_has_one_bound():
    def script(peer):
        peer.send(b"+OK\r\n")
        peer.expect(b"CAPA")
        peer.stall()

    with ScriptedServer(script) as server:
        steps = probe_pop3(server.endpoint(), ANNA, timeout=BOUND)
    assert (steps[-1].name, steps[-1].error.code) == ("greeting", "timeout")
