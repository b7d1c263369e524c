"""The command engine against servers that lie, flood, stall and leave."""

import pytest

from mailkit.errors import (
    LimitExceeded,
    NetworkError,
    ProtocolError,
)
from mailkit.limits import MAX_LINE, MAX_LITERAL
from mailkit.tests.wire_talk import Talk, says
from mailkit.trace import Trace

BOUND = 0.3


def hostile(script, error, code=None, **options):
    with Talk(script, **options) as wire:
        with pytest.raises(error) as caught:
            wire.collect("NOOP")
        assert wire.closed, "the two sides are out of step"
        with pytest.raises(NetworkError):
            wire.command("NOOP")
    if code:
        assert caught.value.code == code
    return caught.value


def test_a_line_without_end_is_cut_off():
    def script(peer):
        peer.line()
        block = b"* OK " + b"x" * 65536
        for _count in range(MAX_LINE // 65536 + 2):
            peer.send(block)
        peer.wait_for_end()

    hostile(script, LimitExceeded)


def test_a_giant_literal_that_is_announced_costs_nothing():
    answer = b"* 1 FETCH (BODY[] {%d}\r\n" % (MAX_LITERAL + 1)
    hostile(says(answer), LimitExceeded)


def test_a_number_of_literals_is_bounded_too():
    def script(peer):
        peer.line()
        peer.send(b"* 1 FETCH (")
        for _count in range(3):
            peer.send(b"BODY[] {%d}\r\n" % (30 * 1024 * 1024))
            for _block in range(30):
                peer.send(b"x" * 1024 * 1024)

    hostile(script, LimitExceeded)


def test_a_literal_that_is_not_there_ends_in_time():
    answer = b"* 1 FETCH (BODY[] {100}\r\nonly this"
    hostile(says(answer, then="stall"), NetworkError, "timeout", read_timeout=BOUND)


def test_silence_ends_in_time():
    hostile(says(b"", then="stall"), NetworkError, "timeout", read_timeout=BOUND)


def test_dripping_ends_in_time_although_it_is_never_silent():
    def script(peer):
        peer.line()
        peer.drip(b"* OK " + b"x" * 1000)

    hostile(script, NetworkError, "timeout", command_timeout=BOUND)


def test_a_flood_of_responses_ends_in_time_and_keeps_no_memory():
    def script(peer):
        peer.line()
        while True:
            peer.send(b"* 1 EXISTS\r\n" * 500)

    with Talk(script, command_timeout=BOUND) as wire:
        with pytest.raises(NetworkError) as caught:
            wire.command("NOOP")
    assert caught.value.code == "timeout"


def test_a_flood_of_responses_that_are_kept_is_bounded(monkeypatch):
    monkeypatch.setattr("mailkit.imap.wire.MAX_COLLECTED", 100_000)

    def script(peer):
        peer.line()
        while True:
            peer.send(b"* 1 EXISTS\r\n" * 500)

    hostile(script, LimitExceeded)


def test_a_tag_that_is_not_ours_ends_the_connection():
    hostile(says(b"A7 OK for somebody else\r\n"), ProtocolError)


def test_a_continuation_that_nobody_asked_for_ends_the_connection():
    hostile(says(b"+ tell me more\r\n"), ProtocolError)


@pytest.mark.parametrize("line", [b"\r\n", b"garbage\r\n", b"\x00\xff\r\n", b"A1\r\n"])
def test_a_line_that_is_no_response_ends_the_connection(line):
    hostile(says(line), ProtocolError)


def test_a_server_that_leaves_in_a_command_is_a_lost_connection():
    hostile(says(b"* 1 EXISTS\r\n", then="cut"), NetworkError, "connection_lost")


def test_a_server_that_leaves_in_a_literal_is_a_lost_connection():
    answer = b"* 1 FETCH (BODY[] {100}\r\nonly this"
    hostile(says(answer, then="cut"), NetworkError, "connection_lost")


def test_a_client_that_stops_in_a_read_never_uses_the_connection_again():
    class Interrupt(BaseException):
        """As a worker's time limit raises it."""

    def raising(_response):
        raise Interrupt

    with Talk(says(b"* 1 EXISTS\r\nA1 OK\r\n")) as wire:
        wire.on_untagged = raising
        with pytest.raises(Interrupt):
            wire.command("NOOP")
        assert wire.closed


def test_the_trace_shows_lines_and_the_sizes_of_literals():
    trace = Trace()
    answer = b"* 1 FETCH (BODY[] {6}\r\ns3cret)\r\nA1 OK\r\n"
    with Talk(says(answer), trace=trace) as wire:
        wire.command("NOOP")
    assert trace.entries == [
        "> A1 NOOP",
        "< * 1 FETCH (BODY[] {6}",
        "< [6 bytes]",
        "< )",
        "< A1 OK",
    ]
