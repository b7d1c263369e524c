"""The tests' proxy does what it says: else the tests behind it prove nothing."""

import pytest

from mailkit.errors import NetworkError, ProtocolError
from mailkit.imap.session import ImapSession
from mailkit.tests.imap_proxy import (
    BARE,
    CONDSTORE_ONLY,
    ImapProxy,
    corrupt_answer,
    cut_answer,
    cut_before,
    cut_command,
    every_fault,
    stall_answer,
    stall_before,
)
from mailkit.values import Security

MAIL = b"Subject: one\r\nMessage-ID: <1@example.com>\r\n\r\nHello\r\n"


def through(live, **options):
    return ImapProxy(live.host, live.ports["imap"], **options)


def plain(live, user):
    return ImapSession.open(live.endpoint("imap", Security.NONE), user)


@pytest.mark.parametrize(
    ("hide", "enabled", "offered"),
    [
        ((), {"CONDSTORE", "QRESYNC"}, {"MOVE", "UIDPLUS", "ESEARCH", "SPECIAL-USE"}),
        (CONDSTORE_ONLY, {"CONDSTORE"}, {"MOVE", "CONDSTORE"}),
        (BARE, set(), set()),
    ],
    ids=["qresync", "condstore", "bare"],
)
def test_a_session_works_with_what_is_shown_to_it(live, hide, enabled, offered):
    with through(live, hide=hide) as proxy:
        with ImapSession.open(proxy.endpoint(), live.user()) as session:
            assert session.enabled & {"CONDSTORE", "QRESYNC"} <= enabled
            assert offered <= session.capabilities
            assert not session.capabilities & set(hide)
            told = session.append("INBOX", MAIL)
            assert (told is None) == ("UIDPLUS" in proxy.hide)
            state = session.select("INBOX")
            assert (state.highestmodseq is None) == ("CONDSTORE" in proxy.hide)
            assert session.fetch_body(1) == MAIL
            assert session.search_uids(1, 9) == [1]
            assert len(session.list_folders()) == 5
        assert {command.verdict for command in proxy.commands} == {b"OK"}


@pytest.mark.parametrize(
    ("hide", "command", "arguments"),
    [
        ("MOVE", "UID MOVE", (b"1", b"Trash")),
        ("UIDPLUS", "UID EXPUNGE", (b"1",)),
        ("ESEARCH", "UID SEARCH", (b"RETURN (ALL) UID 1",)),
        ("CONDSTORE", "SELECT", (b"INBOX", b"(CONDSTORE)")),
        ("CONDSTORE", "UID FETCH", (b"1", b"(UID MODSEQ)")),
        ("CONDSTORE", "UID FETCH", (b"1", b"(FLAGS) (CHANGEDSINCE 1)")),
        ("CONDSTORE", "STATUS", (b"INBOX", b"(MESSAGES HIGHESTMODSEQ)")),
        ("QRESYNC", "ENABLE", (b"CONDSTORE QRESYNC",)),
        ("QRESYNC", "UID FETCH", (b"1", b"(FLAGS) (CHANGEDSINCE 1 VANISHED)")),
        ("SPECIAL-USE", "LIST", (b'"" "*" RETURN (SPECIAL-USE)',)),
        ("LIST-STATUS", "LIST", (b'"" "*" RETURN (STATUS (MESSAGES))',)),
        ("LIST-EXTENDED", "LIST", (b'"" "*" RETURN (CHILDREN)',)),
        ("NAMESPACE", "NAMESPACE", ()),
        ("UNSELECT", "UNSELECT", ()),
        ("IDLE", "IDLE", ()),
    ],
)
def test_a_command_of_a_hidden_extension_is_refused(live, hide, command, arguments):
    with through(live, hide=[hide]) as proxy:
        with ImapSession.open(proxy.endpoint(), live.user()) as session:
            session.select("INBOX")
            with pytest.raises(ProtocolError, match="is hidden"):
                session._wire.command(command, *arguments)


def test_a_name_that_looks_like_an_extension_is_not_refused(live):
    with through(live, hide=BARE) as proxy:
        with ImapSession.open(proxy.endpoint(), live.user()) as session:
            session.create_folder("HIGHESTMODSEQ (STATUS) MODSEQ")
            assert session.status("HIGHESTMODSEQ (STATUS) MODSEQ").exists == 0


def test_special_use_is_hidden_in_the_lines_of_list_too(live):
    lines = []
    with through(live, hide=["SPECIAL-USE", "CHILDREN"]) as proxy:
        with ImapSession.open(proxy.endpoint(), live.user()) as session:
            session._wire.command(
                "LIST", b'""', b"*", handler=lambda r: lines.append(r.text)
            )
    assert len(lines) == 5
    assert not any(b"\\Sent" in line or b"Children" in line for line in lines)


@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        (cut_before(b"APPEND"), 0),
        (cut_command(b"APPEND", 10), 0),
        (cut_command(b"APPEND", 60), 0),
        (cut_answer(b"APPEND", 0), 1),
        (cut_answer(b"APPEND", 12), 1),
    ],
    ids=str,
)
def test_a_cut_strikes_where_it_says(live, fault, stored):
    user = live.user()
    with through(live) as proxy:
        session = ImapSession.open(proxy.endpoint(), user)
        proxy.arm(fault)
        with pytest.raises(NetworkError):
            session.append("INBOX", MAIL)
        assert session.closed
        assert proxy.struck == [fault]
        with plain(live, user) as other:
            assert other.examine("INBOX").exists == stored
        # once only
        with ImapSession.open(proxy.endpoint(), user) as again:
            again.append("INBOX", MAIL)


@pytest.mark.parametrize(
    ("fault", "stored"),
    [(stall_before(1), 0), (stall_answer(1), 1), (stall_answer(1, 5), 1)],
    ids=str,
)
def test_a_stall_is_silence(live, fault, stored):
    user = live.user()
    with through(live) as proxy:
        session = ImapSession.open(proxy.endpoint(), user)
        session.set_limits(connect_timeout=20, read_timeout=2, command_timeout=60)
        proxy.arm(fault)
        with pytest.raises(NetworkError) as caught:
            session.append("INBOX", MAIL)
        assert caught.value.code == "timeout"
        with plain(live, user) as other:
            assert other.examine("INBOX").exists == stored


def test_a_corrupt_byte_is_another_one_and_the_rest_is_as_it_was(live):
    with through(live) as proxy:
        with ImapSession.open(proxy.endpoint(), live.user()) as session:
            session.append("INBOX", MAIL)
            session.select("INBOX")
            proxy.forget()
            assert session.fetch_body(1) == MAIL
            size = proxy.commands[0].answer
            proxy.arm(corrupt_answer(1, size // 2))
            assert session.fetch_body(1) != MAIL
            assert session.fetch_body(1) == MAIL


def test_the_n_th_command_and_the_n_th_of_a_name(live):
    with through(live) as proxy:
        session = ImapSession.open(proxy.endpoint(), live.user())
        proxy.arm(cut_before(3))
        session.noop()
        session.noop()
        with pytest.raises(NetworkError):
            session.noop()
        session = ImapSession.open(proxy.endpoint(), live.user())
        proxy.arm(cut_before(b"NOOP", skip=1))
        session.noop()
        session.examine("INBOX")
        with pytest.raises(NetworkError):
            session.noop()


def test_all_places_of_a_run_are_made_from_its_record(live):
    with through(live) as proxy:
        with ImapSession.open(proxy.endpoint(), live.user()) as session:
            proxy.forget()
            session.append("INBOX", MAIL)
            session.noop()
            commands = list(proxy.commands)
    assert [command.name for command in commands] == [b"APPEND", b"NOOP"]
    faults = list(every_fault(commands, actions=["cut", "stall", "corrupt"]))
    assert len({str(fault) for fault in faults}) == len(faults)
    assert {fault.at for fault in faults} == {1, 2}
    assert {cut_before(1), cut_answer(1), cut_answer(2, -1)} <= set(faults)
    assert max(fault.byte for fault in faults) < max(one.answer for one in commands)


def test_all_but_the_last_byte_of_an_answer(live):
    with through(live) as proxy:
        session = ImapSession.open(proxy.endpoint(), live.user())
        proxy.arm(cut_answer(1, -1))
        with pytest.raises(NetworkError):
            session.noop()
