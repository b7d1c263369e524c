"""POP3 listings, mails and ends of servers that no real one at hand is."""

import pytest

from mailkit import limits
from mailkit.errors import (
    CapabilityMissing,
    InvalidArgument,
    LimitExceeded,
    NetworkError,
    ProtocolError,
    ServerRefused,
)
from mailkit.pop3.listing import Maildrop
from mailkit.tests.scripted_pop3 import (
    CAPA,
    answer,
    opened,
    served,
)
from mailkit.trace import Trace

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
