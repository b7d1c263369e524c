"""IDLE on the live server, and on one that is silent, hangs up or refuses."""

import pytest

from mailkit.errors import (
    CapabilityMissing,
    InvalidArgument,
    NetworkError,
    ServerRefused,
)
from mailkit.imap.writing import WritingSession
from mailkit.limits import IDLE_REISSUE
from mailkit.tests.imap_proxy import cut_before, stall_answer
from mailkit.tests.mailbox import Box
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials, Security


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize("tls", [False, True])
def test_new_mail_is_told_and_the_session_goes_on(live, tls):
    user = live.user()
    security = Security.TLS if tls else Security.NONE
    endpoint = live.endpoint("imaps" if tls else "imap", security)
    with WritingSession.open(endpoint, user) as session:
        session.examine("INBOX")
        told = []

        def deliver():
            if not told:
                told.append("asked")
                with WritingSession.open(endpoint, user) as other:
                    other.append("INBOX", b"Subject: x\r\n\r\n")
            return False

        def changed():
            told.append("changed")
            return True

        assert session.idle(20, changed, stop=deliver)
        assert told == ["asked", "changed"]
        assert len(list(session.fetch_index(1, 9))) == 1


def test_it_ends_when_told_to_and_when_its_time_is_over(live):
    with Box(live) as box, box.open() as session:
        session.examine("INBOX")
        assert session.idle(100, lambda: None, stop=lambda: True) is False
        assert session.idle(0, lambda: None) is False
        assert session.idle(0.01, lambda: None) is False
        session.noop()
        assert box.proxy.names().count(b"IDLE") == 3


def test_a_connection_that_breaks_is_noticed(live):
    with Box(live) as box:
        session = box.open()
        session.examine("INBOX")

        def hang_up():
            box.proxy.stop()

        with pytest.raises(NetworkError):
            session.idle(100, lambda: None, stop=hang_up)
        assert session.closed


@pytest.mark.parametrize("fault", [cut_before(b"IDLE"), stall_answer(b"IDLE", 4)])
def test_an_idle_that_does_not_begin_is_noticed(live, fault):
    with Box(live) as box:
        session = box.open()
        session.examine("INBOX")
        session.set_limits(connect_timeout=20, read_timeout=0.3, command_timeout=60)
        box.proxy.arm(fault)
        with pytest.raises(NetworkError):
            session.idle(100, lambda: None)
        assert session.closed


def test_without_idle_or_a_folder_it_is_refused(live):
    with Box(live, ["IDLE"]) as box, box.open() as session:
        session.examine("INBOX")
        with pytest.raises(CapabilityMissing):
            session.idle(1, lambda: None)
    with Box(live) as box, box.open() as session:
        with pytest.raises(InvalidArgument):
            session.idle(1, lambda: None)
        assert b"IDLE" not in box.proxy.names()


# -- scripted -----------------------------------------------------------------


def peer_with(idle):
    def script(peer):
        peer.send(b"* PREAUTH [CAPABILITY IMAP4rev1 IDLE] hi\r\n")
        peer.command(b"EXAMINE", b"* 1 EXISTS\r\n* OK [UIDNEXT 2] x\r\n")
        idle(peer)
        peer.wait_for_end()

    return ScriptedServer(script)


def opened(server, **options):
    session = WritingSession.open(server.endpoint(), Credentials("x"), **options)
    session.examine("INBOX")
    return session


def idle_once(peer, news=b"", before=b"", after=b""):
    tag = peer.expect(b"A").split(b" ")[0]
    peer.send(before + b"+ idling\r\n" + news)
    peer.expect(b"DONE")
    peer.send(after + tag + b" OK done\r\n")


def test_it_is_issued_again_before_servers_and_routers_forget_it():
    clock, calls = Clock(), []

    def script(peer):
        for _time in range(3):
            idle_once(peer, b"* 2 EXISTS\r\n* 1 RECENT\r\n")

    def changed():
        calls.append(clock.now)
        clock.now += IDLE_REISSUE + 1

    with peer_with(script) as server:
        session = opened(server)
        assert session.idle(2 * IDLE_REISSUE + 10, changed, clock=clock)
        assert len(calls) == 3
        assert bytes(server.received).count(b"IDLE\r\n") == 3
        session.close()


def test_what_comes_before_and_after_the_waiting_is_news_too():
    for options in ({"before": b"* 5 EXISTS\r\n"}, {"after": b"* 5 EXISTS\r\n"}):
        calls = []
        with peer_with(lambda peer, o=options: idle_once(peer, **o)) as server:
            session = opened(server)
            stops = iter([False, True, True])
            assert session.idle(
                100, lambda c=calls: c.append(1), stop=lambda s=stops: next(s)
            ) or options.get("before")
            assert calls
            session.close()


def test_silence_instead_of_an_answer_to_done_is_a_broken_connection():
    def script(peer):
        peer.expect(b"A")
        peer.send(b"+ idling\r\n")
        peer.expect(b"DONE")
        peer.stall()

    with peer_with(script) as server:
        session = opened(server)
        with pytest.raises(NetworkError) as caught:
            session.idle(100, lambda: None, stop=lambda: True, done_timeout=0.2)
        assert caught.value.code == "timeout"
        assert session.closed


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"TAG NO not now", ServerRefused),
        (b"* BYE see you", NetworkError),
        (b"+ idling\r\nTAG OK enough", NetworkError),
        (b"+ idling\r\n* BYE Autologout", NetworkError),
    ],
)
def test_a_server_that_does_not_want_to(answer, error):
    def script(peer):
        tag = peer.expect(b"A").split(b" ")[0]
        peer.send(answer.replace(b"TAG", tag) + b"\r\n")

    with peer_with(script) as server:
        session = opened(server)
        with pytest.raises(error):
            session.idle(100, lambda: None)
        assert session.closed == (error is NetworkError)
        session.close()


def test_an_error_of_the_callers_leaves_no_session_that_waits_for_ever():
    def script(peer):
        peer.expect(b"A")
        peer.send(b"+ idling\r\n* 2 EXISTS\r\n")

    def changed():
        raise ValueError("mine")

    with peer_with(script) as server:
        session = opened(server)
        with pytest.raises(ValueError, match="mine"):
            session.idle(100, changed)
        assert session.closed


def test_half_a_line_is_kept_until_it_is_whole():
    def script(peer):
        tag = peer.expect(b"A").split(b" ")[0]
        peer.send(b"+ idling\r\n* 2 EX")
        peer.drip(b"ISTS\r\n")
        peer.expect(b"DONE")
        peer.send(tag + b" OK done\r\n")

    with peer_with(script) as server:
        session = opened(server)
        assert session.idle(100, lambda: True)
        session.close()
