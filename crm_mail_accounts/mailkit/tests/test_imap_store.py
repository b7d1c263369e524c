"""Setting flags on the live server, and the answers of untidy ones."""

import pytest

from mailkit.errors import InvalidArgument, ServerRefused, UidValidityChanged
from mailkit.imap.writing import WritingSession
from mailkit.tests.imap_proxy import BARE, CONDSTORE_ONLY
from mailkit.tests.mailbox import Box
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials


@pytest.fixture(params=[(), CONDSTORE_ONLY, BARE], ids=["q", "c", "b"])
def box(live, request):
    with Box(live, request.param) as box:
        box.fill(4)
        yield box


def test_flags_are_added_and_removed_and_the_others_stay(box):
    """[F3] Seen, answered and forwarded reach the server, and nothing else changes."""
    with box.witness() as other:
        other.select("INBOX")
        validity = other.state.uidvalidity
        other.store_flags([1, 2], uidvalidity=validity, add=["$Theirs", "\\Flagged"])
    with box.open() as session:
        state = session.select("INBOX")
        stored = session.store_flags(
            [3, 1, 2],
            uidvalidity=state.uidvalidity,
            add=["\\Seen", "\\Answered", "$Forwarded"],
            remove=["\\Flagged"],
        )
    assert not stored.refused
    assert box.flags() == {
        1: {"\\Seen", "\\Answered", "$Forwarded", "$Theirs"},
        2: {"\\Seen", "\\Answered", "$Forwarded", "$Theirs"},
        3: {"\\Seen", "\\Answered", "$Forwarded"},
        4: set(),
    }
    sent = [c.line for c in box.proxy.commands if c.name == b"UID STORE"]
    assert len(sent) == 2
    assert all(line.startswith(b"UID STORE 1:3 ") for line in sent)
    assert all(b"FLAGS.SILENT (" in line for line in sent)
    assert {line.split()[3][:1] for line in sent} == {b"+", b"-"}


def test_the_new_mod_sequences_are_told_where_there_are_any(box):
    with box.open() as session:
        state = session.select("INBOX")
        stored = session.store_flags(
            [1, 2], uidvalidity=state.uidvalidity, add=["\\Seen"]
        )
        if "CONDSTORE" in box.proxy.hide:
            assert stored.modseq == {}
            return
        assert set(stored.modseq) == {1, 2}
        fetched = {one.uid: one.modseq for one in session.fetch_index(1, 2)}
        assert stored.modseq == fetched
        # done again it changes nothing
        again = session.store_flags(
            [1, 2], uidvalidity=state.uidvalidity, add=["\\Seen"]
        )
        assert again.modseq == {}


def test_uids_that_are_gone_are_passed_over(box):
    with box.open() as session:
        state = session.select("INBOX")
        session.store_flags([1, 999], uidvalidity=state.uidvalidity, add=["\\Seen"])
        session.store_flags([998], uidvalidity=state.uidvalidity, add=["\\Seen"])
        session.store_flags([], uidvalidity=state.uidvalidity, add=["\\Seen"])
        assert session.still_there([1, 998, 999]) == {1}
        assert session.still_there([]) == frozenset()
    assert [uid for uid, flags in box.flags().items() if flags] == [1]


def test_nothing_is_set_under_another_uidvalidity_or_in_a_folder_for_reading(box):
    with box.open() as session:
        state = session.select("INBOX")
        with pytest.raises(UidValidityChanged):
            session.store_flags([1], uidvalidity=state.uidvalidity + 1, add=["\\Seen"])
        session.examine("INBOX")
        with pytest.raises(ServerRefused) as caught:
            session.store_flags([1], uidvalidity=state.uidvalidity, add=["\\Seen"])
        assert caught.value.code == "folder_read_only"
    assert not any(box.flags().values())
    assert b"UID STORE" not in box.proxy.names()


@pytest.mark.parametrize(
    "flags",
    [["\\Recent"], ["a b"], ["x)\r\nA9 DELETE INBOX"], ["é"], [""], "\\Seen", ["a]"]],
    ids=repr,
)
def test_what_is_no_flag_is_refused(live, flags):
    """Law 9."""
    with Box(live) as box, box.open() as session:
        state = session.select("INBOX")
        for where in ({"add": flags}, {"remove": flags}):
            with pytest.raises(InvalidArgument):
                session.store_flags([1], uidvalidity=state.uidvalidity, **where)
        with pytest.raises(InvalidArgument):
            session.store_flags(
                [1], uidvalidity=state.uidvalidity, add=["a"], remove=["A"]
            )
        assert b"UID STORE" not in box.proxy.names()


# -- what the live server does not do -----------------------------------------


def folder(lines, *answers):
    """A server whose INBOX is told by ``lines``; then an answer for each STORE."""

    def script(peer):
        peer.send(b"* PREAUTH [CAPABILITY IMAP4rev1] hello\r\n")
        tag = peer.expect(b"A").split(b" ")[0]
        peer.send(b"* 9 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 10] x\r\n")
        peer.send(b"".join(line + b"\r\n" for line in lines))
        peer.send(tag + b" OK [READ-WRITE] open\r\n")
        for answer in answers:
            tag = peer.line().split(b" ")[0]
            peer.send(answer.replace(b"TAG", tag))
        peer.wait_for_end()

    return ScriptedServer(script)


def opened(server):
    session = WritingSession.open(server.endpoint(), Credentials("x"))
    session.select("INBOX")
    return session


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ([b"* OK [PERMANENTFLAGS (\\Seen \\Flagged \\*)] x"], set()),
        ([b"* OK [PERMANENTFLAGS (\\seen \\flagged $mdnsent)] x"], {"Work"}),
        ([b"* ok [permanentflags (\\Seen $MDNSent Work)] x"], {"\\Flagged"}),
        ([], {"Work", "$MDNSent"}),
    ],
)
def test_flags_that_the_folder_would_not_keep_are_not_sent(told, refused):
    with folder(told, b"TAG OK\r\n") as server:
        session = opened(server)
        stored = session.store_flags(
            [7], uidvalidity=5, add=["\\Seen", "\\Flagged", "$MDNSent", "Work"]
        )
        assert stored.refused == refused
        sent = bytes(server.received).splitlines()[-1]
        assert {flag for flag in refused if flag.encode() in sent} == set()
        session.close()


def test_untidy_answers_are_read_and_those_about_other_mails_are_not():
    answer = (
        b"*  3  fetch (modseq (12)   uid 7)\r\n"
        b"* 4 FETCH (FLAGS (\\Seen) MODSEQ (99))\r\n"
        b"* 5 FETCH (UID 8 MODSEQ (77))\r\n"
        b"* OK [MODIFIED 9] left alone\r\n"
        b"TAG OK [modified 7,1:4294967295] done\r\n"
    )
    permanent = b"* OK [PERMANENTFLAGS (\\*)] x"
    with folder([permanent], answer) as server:
        session = opened(server)
        stored = session.store_flags([7, 9], uidvalidity=5, add=["k"])
        assert stored.modseq == {7: 12}
        assert stored.modified == {7, 9}
        session.close()


def test_long_sets_are_cut_to_the_length_of_a_command_line():
    permanent = b"* OK [PERMANENTFLAGS (\\*)] x"
    uids = range(1_000_000_000, 1_000_002_000, 2)
    with folder([permanent], *[b"TAG OK\r\n"] * 4) as server:
        session = opened(server)
        session.store_flags(uids, uidvalidity=5, add=["k" * 900])
        lines = bytes(server.received).splitlines()[1:]
        assert len(lines) == 4
        assert max(map(len, lines)) <= 4096
        sent = b",".join(line.split()[3] for line in lines)
        assert [int(uid) for uid in sent.split(b",")] == list(uids)
        session.close()
