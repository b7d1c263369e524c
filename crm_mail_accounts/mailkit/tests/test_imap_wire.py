"""The command engine: one command after the other, and what its answer means."""

import socket
import threading
import time

import pytest

from mailkit.errors import (
    InvalidArgument,
    LimitExceeded,
    NetworkError,
    ProtocolError,
    ServerRefused,
)
from mailkit.imap import quote
from mailkit.imap.wire import read_status
from mailkit.limits import MAX_COMMAND_LINE
from mailkit.stream import Stream, checked
from mailkit.tests.wire_talk import Talk, says

BOUND = 0.3


# -- ordinary life ------------------------------------------------------------


def test_untagged_responses_come_in_order_and_then_the_status():
    with Talk(
        says(b"* 3 EXISTS\r\n* OK [UIDNEXT 7] n\r\nA1 OK [X y] fine\r\n")
    ) as wire:
        status, responses = wire.collect("NOOP")
    assert [(r.name, r.number) for r in responses] == [("EXISTS", 3), ("OK", None)]
    assert (status.kind, status.code, status.arguments) == ("OK", "X", b"y")
    assert status.text == "fine"


def test_responses_stream_before_the_command_is_over():
    gate = threading.Event()

    def script(peer):
        peer.line()
        peer.send(b"* 1 EXISTS\r\n")
        assert gate.wait(60)
        peer.send(b"A1 OK\r\n")

    with Talk(script) as wire:
        responses = wire.responses("NOOP")
        assert next(responses).number == 1
        gate.set()
        assert list(responses) == []


def test_nothing_is_sent_before_the_first_response_is_asked_for():
    talk = Talk(says(b"A1 OK\r\n"))
    with talk as wire:
        responses = wire.responses("NOOP")
        time.sleep(0.05)
        assert not talk.server.received
        assert list(responses) == []
    assert talk.server.received == b"A1 NOOP\r\n"


def test_a_command_that_was_left_in_the_middle_is_read_to_its_end_first():
    first = b"* 1 EXISTS\r\n* 2 FETCH (BODY[] {5}\r\nA1 OK)\r\nA1 OK\r\n"
    with Talk(says(first, b"* 9 EXISTS\r\nA2 OK\r\n")) as wire:
        for _response in wire.responses("NOOP"):
            break
        _status, responses = wire.collect("NOOP")
    assert [r.number for r in responses] == [9]


def test_an_answer_that_was_left_cannot_be_taken_up_again():
    first = b"* 1 EXISTS\r\n* 2 EXISTS\r\nA1 OK\r\n"
    with Talk(says(first, b"* 9 EXISTS\r\nA2 OK\r\n")) as wire:
        left = wire.responses("NOOP")
        next(left)
        later = wire.responses("NOOP")
        assert next(later).number == 9
        with pytest.raises(RuntimeError):
            next(left)
        assert list(later) == []


def test_a_bare_line_feed_ends_a_line_too():
    with Talk(says(b"* 1 EXISTS\nA1 OK\n")) as wire:
        _status, responses = wire.collect("NOOP")
    assert responses[0].number == 1


def test_the_words_of_a_status_that_look_like_a_literal_are_words():
    with Talk(says(b"* OK see section {5}\r\nA1 OK ended {3}\r\n")) as wire:
        status, responses = wire.collect("NOOP")
    assert status.text == "ended {3}"
    assert responses[0].status.text == "see section {5}"


def test_a_strange_untagged_line_is_passed_over():
    with Talk(says(b"* \r\n* \xff\xfe\r\n* 1\r\nA1 OK\r\n")) as wire:
        assert wire.command("NOOP").kind == "OK"


def test_a_literal_may_be_cut_off_while_the_rest_stays_in_step():
    content = b"x" * 200_000
    answer = b"* 1 FETCH (BODY[] {%d}\r\n%s UID 5)\r\nA1 OK\r\n" % (
        len(content),
        content,
    )
    with Talk(says(answer)) as wire:
        (response,) = wire.responses("FETCH", keep=1000)
    assert response.segments[1] == content[:1000]
    assert response.segments[2] == b" UID 5)"


# -- verdicts -----------------------------------------------------------------


def refusal(line, name="NOOP"):
    with Talk(says(line, b"A2 OK\r\n")) as wire:
        with pytest.raises((ServerRefused, ProtocolError, NetworkError)) as caught:
            wire.command(name)
        if caught.value.connection_usable:
            assert wire.command("NOOP").kind == "OK"
        else:
            assert wire.closed
    return caught.value


def test_no_is_a_refusal_with_its_code_and_the_session_goes_on():
    error = refusal(b"A1 NO [overquota] Mailbox is full\r\n")
    assert isinstance(error, ServerRefused)
    assert error.response_code == "OVERQUOTA"
    assert "Mailbox is full" in error.detail
    assert not error.retry
    assert error.connection_usable


def test_bad_is_a_protocol_error_and_the_session_goes_on():
    error = refusal(b"A1 BAD what?\r\n")
    assert isinstance(error, ProtocolError)
    assert error.connection_usable


@pytest.mark.parametrize("code", ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"])
def test_a_refusal_of_the_moment_may_be_tried_again(code):
    assert refusal(f"A1 NO [{code}] later\r\n".encode()).retry


@pytest.mark.parametrize("kind", ["NO", "BAD"])
def test_a_pause_that_the_server_asks_for_is_told(kind):
    error = refusal(
        f"A1 {kind} Request is throttled. Suggested Backoff Time: 299961 "
        "milliseconds\r\n".encode()
    )
    assert isinstance(error, ServerRefused)
    assert error.response_code == "THROTTLED"
    assert error.retry_after == pytest.approx(299.961)
    assert error.retry


def test_a_pause_without_end_is_cut_to_a_day():
    error = refusal(
        b"A1 NO Suggested Backoff Time: 99999999999999999999 milliseconds\r\n"
    )
    assert error.retry_after == 24 * 3600


@pytest.mark.parametrize(
    ("line", "name", "code", "retry"),
    [
        (b"NO [OVERQUOTA] full", "APPEND", "mailbox_full", False),
        (b"NO [overquota] full", "UID COPY", "mailbox_full", False),
        (b"NO [OVERQUOTA] Account exceeded limits", "UID FETCH", "server_busy", True),
        (b"NO [OVERQUOTA] Account exceeded limits", "SELECT", "server_busy", True),
        (b"NO [THROTTLED] slowly", "UID MOVE", "server_busy", True),
        (b"NO [UNAVAILABLE] later", "NOOP", "server_busy", True),
        (b"NO [INUSE] later", "DELETE", "server_busy", True),
        (b"NO [LIMIT] too much", "UID STORE", "server_busy", True),
        (b"BAD Too many simultaneous connections.", "NOOP", "server_busy", True),
        (b"NO [TryCreate] no such mailbox", "UID MOVE", "target_missing", False),
        (b"NO [NONEXISTENT] no such mailbox", "SELECT", "folder_missing", False),
        (b"NO [ALREADYEXISTS] it is there", "CREATE", "folder_exists", False),
        (b"NO [HASCHILDREN] no", "DELETE", "folder_has_children", False),
        (b"NO [READ-ONLY] no", "UID STORE", "folder_read_only", False),
        (b"NO [NOPERM] no", "UID STORE", "not_permitted", False),
        (b"NO [CANNOT] no", "CREATE", "server_refused", False),
        (b"NO no", "CREATE", "server_refused", False),
    ],
)
def test_a_refusal_says_in_one_word_what_it_means(line, name, code, retry):
    error = refusal(b"A1 " + line + b"\r\n", name)
    assert (error.code, error.retry) == (code, retry)


def test_used_up_bandwidth_asks_for_a_pause():
    line = b"NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)"
    assert refusal(b"A1 " + line + b"\r\n", "UID FETCH").retry_after == 3600
    goodbye = refusal(b"* BYE Account exceeded command or bandwidth limits.\r\n")
    assert (goodbye.code, goodbye.retry_after) == ("connection_lost", 3600)


def test_a_server_that_complies_slowly_is_noticed():
    answers = b"A1 OK [THROTTLED] x\r\n", b"A2 OK Success [THROTTLED]\r\n", b"A3 OK\r\n"
    with Talk(says(*answers)) as wire:
        for count in (1, 2, 2):
            wire.command("NOOP")
            assert wire.throttled == count


def test_too_many_connections_is_no_wrong_password():
    error = refusal(b"A1 NO [ALERT] Too many simultaneous connections. (Failure)\r\n")
    assert error.retry


def test_authenticated_but_not_connected_wants_a_new_connection():
    error = refusal(b"A1 BAD User is authenticated but not connected.\r\n")
    assert isinstance(error, NetworkError)


def test_goodbye_is_a_lost_connection_with_the_servers_reason():
    error = refusal(b"* BYE Autologout; idle for too long\r\n")
    assert isinstance(error, NetworkError)
    assert error.code == "connection_lost"
    assert "idle for too long" in error.detail


def test_a_secret_in_the_servers_words_is_masked_and_the_words_are_cut():
    with Talk(says(b"A1 NO s3cret " + b"x" * 5000 + b"\r\n")) as wire:
        wire.secrets = ("s3cret",)
        with pytest.raises(ServerRefused) as caught:
            wire.command("NOOP")
    assert "s3cret" not in f"{caught.value} {caught.value!r}"
    assert len(caught.value.detail) < 300


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"OK", ("OK", "", b"", "")),
        (b"OK [UIDNEXT 5] n", ("OK", "UIDNEXT", b"5", "n")),
        (b"no [trycreate]", ("NO", "TRYCREATE", b"", "")),
        (
            b"OK [PERMANENTFLAGS (\\Seen \\*)]",
            ("OK", "PERMANENTFLAGS", b"(\\Seen \\*)", ""),
        ),
        (b"NO [half a code", ("NO", "", b"", "[half a code")),
    ],
)
def test_status_lines_are_read(line, expected):
    status = read_status(line)
    assert (status.kind, status.code, status.arguments, status.text) == expected


# -- sending ------------------------------------------------------------------


@pytest.mark.parametrize("evil", [b"x\r\nA9 DELETE INBOX", b"a\0b", b"\x7f", b"\x1b"])
def test_no_control_character_leaves_in_a_command(evil):
    talk = Talk(says(b"A1 OK\r\n"))
    with talk as wire:
        with pytest.raises(InvalidArgument) as caught:
            wire.command("SELECT", evil)
        assert caught.value.connection_usable
        wire.command("NOOP")
    assert talk.server.received == b"A1 NOOP\r\n"


def test_half_a_command_never_leaves():
    """The first of two lines is good; once it is sent there is no way back."""
    talk = Talk(says(b"A1 OK\r\n"))
    with talk as wire:
        wire.capabilities = {"LITERAL+"}
        with pytest.raises(InvalidArgument):
            wire.command("APPEND", b"x", quote.Literal(b"abc"), b"\r\nA9 NOOP")
        with pytest.raises(InvalidArgument):
            wire.command("APPEND", b"x\r\nA9 NOOP", quote.Literal(b"abc"))
        wire.command("NOOP")
    assert talk.server.received == b"A1 NOOP\r\n"


def test_the_stream_itself_is_the_last_gate():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with pytest.raises(InvalidArgument):
            Stream(ours).send_line(b"NOOP\r\nNOOP")
        theirs.setblocking(False)
        with pytest.raises(BlockingIOError):
            theirs.recv(10)


def test_the_gate_does_not_repeat_what_it_refused():
    with pytest.raises(InvalidArgument) as caught:
        checked(b"s3cret\r\n")
    assert "s3cret" not in repr(caught.value)


def test_a_line_that_is_too_long_is_not_sent():
    talk = Talk(says(b"A1 OK\r\n"))
    with talk as wire:
        with pytest.raises(LimitExceeded):
            wire.command("UID FETCH", b"1," * MAX_COMMAND_LINE)
        wire.command("NOOP")
    assert talk.server.received == b"A1 NOOP\r\n"


@pytest.mark.parametrize("capabilities", [set(), {"LITERAL-"}, {"LITERAL+"}])
def test_a_literal_waits_for_leave_only_where_it_must(capabilities):
    sync = not capabilities

    def script(peer):
        peer.expect(b"A1 SELECT {8}" if sync else b"A1 SELECT {8+}")
        if sync:
            peer.send(b"* 1 EXISTS\r\n+ go on\r\n")
        assert peer.block(8) == "Società".encode()
        peer.expect(b" (CONDSTORE)")
        peer.send(b"A1 OK\r\n")

    with Talk(script) as wire:
        wire.capabilities = capabilities
        argument = quote.mailbox("Società".encode())
        _status, responses = wire.collect("SELECT", argument, b"(CONDSTORE)")
    assert len(responses) == sync, "what came before the leave is not lost"


def test_small_literals_only_go_at_once_by_literal_minus():
    def script(peer):
        peer.expect(b"A1 APPEND x {5000}")
        peer.send(b"+ \r\n")
        peer.block(5000)
        peer.expect(b"")
        peer.send(b"A1 OK\r\n")

    with Talk(script) as wire:
        wire.capabilities = {"LITERAL-"}
        wire.command("APPEND", b"x", quote.Literal(b"y" * 5000))


def test_a_literal_that_is_refused_is_not_sent_and_the_session_goes_on():
    def script(peer):
        peer.expect(b"A1 APPEND x {3}")
        peer.send(b"A1 NO [OVERQUOTA] full\r\n")
        peer.expect(b"A2 NOOP")
        peer.send(b"A2 OK\r\n")

    with Talk(script) as wire:
        with pytest.raises(ServerRefused):
            wire.command("APPEND", b"x", quote.Literal(b"abc"))
        wire.command("NOOP")


def test_nul_goes_only_in_a_binary_literal():
    with Talk(says()) as wire:
        with pytest.raises(InvalidArgument):
            wire.command("APPEND", b"x", quote.Literal(b"a\0b"))


# -- commands sent ahead ------------------------------------------------------


def test_a_command_sent_ahead_is_sent_once_and_read_later():
    script = says(b"* 1 EXISTS\r\nA1 OK done\r\n", b"A2 OK\r\n")
    talk = Talk(script)
    with talk as wire:
        wire.send_ahead("UID FETCH", b"1:5", b"(UID)")
        assert talk.server.wait_until(lambda: talk.server.received)
        assert wire.busy
        names = [one.name for one in wire.responses("UID FETCH", b"1:5", b"(UID)")]
        assert names == ["EXISTS"]
        assert not wire.busy
        # the answer was read: the same command is a new one
        wire.command("UID FETCH", b"1:5", b"(UID)")
    assert talk.server.received.count(b"UID FETCH 1:5 (UID)") == 2


def test_an_answer_that_was_read_in_part_is_not_taken_for_another_one():
    script = says(b"* 1 EXISTS\r\n* 2 EXISTS\r\nA1 OK\r\n", b"* 3 EXISTS\r\nA2 OK\r\n")
    with Talk(script) as wire:
        wire.send_ahead("NOOP")
        assert next(wire.responses("NOOP")).number == 1
        assert [one.number for one in wire.responses("NOOP")] == [3]


def test_idle_between_makes_a_command_sent_ahead_be_sent_again():
    script = says(
        b"* 1 EXISTS\r\nA1 OK\r\n", b"+ idling\r\n", b"A2 OK\r\n", b"A3 OK new\r\n"
    )
    with Talk(script) as wire:
        wire.send_ahead("NOOP")
        wire.begin_idle()
        wire.end_idle(5)
        assert wire.command("NOOP").text == "new"


def test_the_answer_to_a_command_sent_ahead_may_be_a_refusal():
    with Talk(says(b"A1 NO not now\r\n", b"A2 OK\r\n")) as wire:
        wire.send_ahead("UID FETCH", b"1:5", b"(UID)")
        with pytest.raises(ServerRefused):
            wire.command("UID FETCH", b"1:5", b"(UID)")
        wire.command("NOOP")


def test_a_refused_command_that_nobody_waits_for_is_forgotten():
    with Talk(says(b"A1 NO not now\r\n", b"A2 OK fine\r\n")) as wire:
        wire.send_ahead("UID FETCH", b"1:5", b"(UID)")
        assert wire.command("NOOP").text == "fine"


def test_a_literal_is_not_sent_ahead_and_nothing_slips_into_the_line():
    with Talk(says(b"A1 OK\r\n")) as wire:
        for bad in (quote.Literal(b"x"), b"1\r\nA9 LOGOUT"):
            with pytest.raises(InvalidArgument):
                wire.send_ahead("UID FETCH", bad)
        wire.command("NOOP")


def test_a_connection_lost_after_a_command_sent_ahead_is_told():
    with Talk(says(b"* BYE gone\r\n")) as wire:
        wire.send_ahead("UID FETCH", b"1:5", b"(UID)")
        with pytest.raises(NetworkError):
            wire.command("UID FETCH", b"1:5", b"(UID)")
        with pytest.raises(NetworkError):
            wire.send_ahead("UID FETCH", b"1:5", b"(UID)")
