"""Moving and copying on the live server, with MOVE and without; untidy COPYUIDs."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from mailkit.errors import InvalidArgument, ServerRefused, UidValidityChanged
from mailkit.imap.append import NewMail
from mailkit.imap.copyuid import CopyUids, appended
from mailkit.imap.verify import Expected
from mailkit.imap.wire import read_status
from mailkit.imap.writing import WritingSession
from mailkit.tests.imap_proxy import cut_answer
from mailkit.tests.mailbox import KINDS, Box, mail
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials


@pytest.fixture(params=KINDS)
def box(live, request):
    with Box(live, KINDS[request.param]) as box:
        box.fill(5)
        yield box


def chosen(box, *uids):
    known = box.known()
    return {uid: known[uid] for uid in uids}


def removers(box):
    """Commands that took mail away, and nothing that takes other people's."""
    names = set(box.proxy.names())
    assert not names & {b"EXPUNGE", b"CLOSE", b"STORE", b"MOVE", b"COPY"}
    return names & {b"UID MOVE", b"UID COPY", b"UID STORE", b"UID EXPUNGE"}


def test_mails_move_and_their_new_uids_are_told(box):
    """[D12]"""
    with box.witness() as other:
        other.select("INBOX")
        other.store_flags([4], uidvalidity=other.state.uidvalidity, add=["\\Deleted"])
        other.store_flags(
            [2], uidvalidity=other.state.uidvalidity, add=["\\Seen", "$Forwarded"]
        )
    box.fill(1, "Trash")
    facts = chosen(box, 1, 2, 3)
    with box.open() as session:
        state = session.select("INBOX")
        moved = session.move(facts, "Trash", uidvalidity=state.uidvalidity)
        # the session goes on
        session.noop()
    assert moved.done == {1, 2, 3}
    assert not moved.gone | moved.not_the_same
    assert box.subjects("Trash") == Counter([1, 1, 2, 3])
    if "UIDPLUS" in box.proxy.hide:
        assert moved.left_behind == {1, 2, 3}
        assert moved.uids == {}
        assert removers(box) == {b"UID COPY", b"UID STORE"}
        # marked, and nobody else's mark or mail is gone
        marks = {uid: "\\Deleted" in flags for uid, flags in box.flags().items()}
        assert marks == {1: True, 2: True, 3: True, 4: True, 5: False}
    else:
        assert not moved.left_behind
        assert moved.uidvalidity == box.uidvalidity("Trash")
        assert moved.uids == {1: 2, 2: 3, 3: 4}
        assert box.subjects() == Counter([4, 5])
        expected = {b"UID MOVE"}
        if "MOVE" in box.proxy.hide:
            expected = {b"UID COPY", b"UID STORE", b"UID EXPUNGE"}
        assert removers(box) == expected
    flags = box.flags("Trash")
    assert flags[3] == {"\\Seen", "$Forwarded"}
    assert not any("\\Deleted" in found for found in flags.values())


def test_copies_leave_the_originals_alone(box):
    facts = chosen(box, 2, 5)
    with box.open() as session:
        state = session.examine("INBOX")
        copied = session.copy(facts, "Sent", uidvalidity=state.uidvalidity)
    assert copied.done == {2, 5}
    assert box.subjects("Sent") == Counter([2, 5])
    assert box.subjects() == Counter([1, 2, 3, 4, 5])
    assert not any(box.flags().values())
    assert copied.uids == ({} if "UIDPLUS" in box.proxy.hide else {2: 1, 5: 2})
    assert removers(box) == {b"UID COPY"}


@pytest.mark.parametrize(
    "change",
    [
        {"size": 999},
        {"internaldate": timedelta(seconds=1)},
        {"message_id": "<other@example.com>"},
        {"message_id": ""},
    ],
    ids=["size", "date", "message-id", "no-message-id"],
)
def test_a_mail_that_is_another_one_by_now_is_not_touched(box, change):
    """Law 6."""
    facts = chosen(box, 1, 2)
    if "internaldate" in change:
        change = {"internaldate": facts[2].internaldate + change["internaldate"]}
    facts[2] = replace(facts[2], **change)
    facts[77] = facts[1]
    with box.open() as session:
        state = session.select("INBOX")
        moved = session.move(facts, "Trash", uidvalidity=state.uidvalidity)
    assert (moved.done, moved.not_the_same, moved.gone) == ({1}, {2}, {77})
    assert box.subjects("Trash") == Counter([1])
    assert box.subjects(deleted=False) == Counter([2, 3, 4, 5])


def test_a_date_without_a_zone_is_utc_as_the_database_has_it(box):
    facts = chosen(box, 1)
    facts = {
        uid: replace(
            known, internaldate=known.internaldate.replace(tzinfo=None), message_id=None
        )
        for uid, known in facts.items()
    }
    with box.open() as session:
        state = session.select("INBOX")
        found = session.verify(facts, uidvalidity=state.uidvalidity)
        assert found.same == {1}
        with pytest.raises(InvalidArgument):
            session.verify({1: Expected(size=3)}, uidvalidity=state.uidvalidity)


def test_nothing_moves_under_another_uidvalidity(box):
    facts = chosen(box, 1)
    with box.open() as session:
        state = session.select("INBOX")
        for action in (session.move, session.copy):
            with pytest.raises(UidValidityChanged):
                action(facts, "Trash", uidvalidity=state.uidvalidity + 1)
    assert not removers(box)


def test_a_target_that_is_missing_is_told_and_nothing_is_lost(box):
    facts = chosen(box, 1, 2)
    with box.open() as session:
        state = session.select("INBOX")
        for action in (session.move, session.copy):
            with pytest.raises(ServerRefused) as caught:
                action(facts, "Nowhere", uidvalidity=state.uidvalidity)
            assert caught.value.code == "target_missing"
            assert caught.value.facts.done == frozenset()
        session.make_folder("Nowhere")
        session.move(facts, "Nowhere", uidvalidity=state.uidvalidity)
    assert box.subjects("Nowhere") == Counter([1, 2])


def test_a_folder_for_reading_and_the_same_folder_are_refused(box):
    facts = chosen(box, 1)
    with box.open() as session:
        state = session.select("INBOX")
        with pytest.raises(InvalidArgument) as caught:
            session.move(facts, "inbox", uidvalidity=state.uidvalidity)
        assert caught.value.code == "same_folder"
        with pytest.raises(InvalidArgument):
            session.move(facts, 'x"\r\nA DELETE y', uidvalidity=state.uidvalidity)
        session.examine("INBOX")
        with pytest.raises(ServerRefused) as caught:
            session.move(facts, "Trash", uidvalidity=state.uidvalidity)
        assert caught.value.code == "folder_read_only"
    assert not removers(box)


def test_many_mails_move_in_groups(live):
    with Box(live, KINDS["no-move"]) as box:
        with box.witness() as session:
            session.append_many(
                "INBOX", [NewMail(mail(number)) for number in range(1, 521)]
            )
        facts = box.known()
        assert len(facts) == 520
        with box.open() as session:
            state = session.select("INBOX")
            moved = session.move(facts, "Trash", uidvalidity=state.uidvalidity)
        assert len(moved.done) == len(moved.uids) == 520
        assert box.proxy.names().count(b"UID COPY") == 3
        assert box.mails() == []
        assert len(box.subjects("Trash")) == 520


def test_an_error_tells_what_was_done_before_it(live):
    with Box(live, KINDS["no-move"]) as box:
        with box.witness() as session:
            session.append_many(
                "INBOX", [NewMail(mail(number)) for number in range(1, 301)]
            )
        facts = box.known()
        session = box.open()
        state = session.select("INBOX")
        box.proxy.arm(cut_answer(b"UID COPY", skip=1))
        with pytest.raises(Exception) as caught:
            session.move(facts, "Trash", uidvalidity=state.uidvalidity)
        assert caught.value.step == "copy"
        assert caught.value.facts.done == set(range(1, 251))
        assert len(caught.value.facts.uids) == 250


# -- what the live server does not do -----------------------------------------


def script(capabilities, *answers, size=b"10"):
    """INBOX with mails 1 to 9 of 10 bytes; then an answer for each command."""

    def run(peer):
        peer.send(b"* PREAUTH [CAPABILITY IMAP4rev1 %s] hello\r\n" % capabilities)
        tag = peer.expect(b"A").split(b" ")[0]
        peer.send(b"* 9 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 10] x\r\n")
        peer.send(tag + b" OK [READ-WRITE] open\r\n")
        for answer in answers:
            tag, _space, rest = peer.line().partition(b" ")
            if answer is FACTS:
                answer = b"TAG OK\r\n"
                for uid in rest.split(b" ")[2].split(b","):
                    first, _colon, last = uid.partition(b":")
                    for one in range(int(first), int(last or first) + 1):
                        answer = DATED % (one, one) + answer
            peer.send(answer.replace(b"TAG", tag))
        peer.wait_for_end()

    return ScriptedServer(run)


FACTS = object()
DATED = (
    b'* %d FETCH (INTERNALDATE " 1-Jan-2026 00:00:00 +0000" UID %d RFC822.SIZE 10)\r\n'
)


def opened(server):
    session = WritingSession.open(server.endpoint(), Credentials("x"))
    session.select("INBOX")
    return session


def ten_bytes(*uids):
    date = datetime(2026, 1, 1, tzinfo=timezone.utc)
    return {uid: Expected(10, date) for uid in uids}


@pytest.mark.parametrize(
    ("answer", "uids"),
    [
        (
            b"* OK [COPYUID 8 1:3 7:9] x\r\n* 1 EXPUNGE\r\nTAG OK\r\n",
            {1: 7, 2: 8, 3: 9},
        ),
        (b"* 1 EXPUNGE\r\nTAG OK [copyuid  8  1:3  7:9]\r\n", {1: 7, 2: 8, 3: 9}),
        # as written, pair by pair
        (b"TAG OK [COPYUID 8 3,1:2 20,30:31] x\r\n", {3: 20, 1: 30, 2: 31}),
        # in several parts
        (
            b"* OK [COPYUID 8 1 7] x\r\n* OK [COPYUID 8 2:3 8:9] x\r\nTAG OK\r\n",
            {1: 7, 2: 8, 3: 9},
        ),
        # told twice
        (
            b"* OK [COPYUID 8 1:3 7:9] x\r\nTAG OK [COPYUID 8 1:3 7:9] x\r\n",
            {1: 7, 2: 8, 3: 9},
        ),
        (b"TAG OK done\r\n", {}),
        (b"TAG OK [COPYUID 8 1:3 7:8] x\r\n", {}),
        (b"TAG OK [COPYUID 8 1:4 7:10] x\r\n", {}),
        (b"TAG OK [COPYUID 8 2:4 7:9] x\r\n", {}),
        (b"TAG OK [COPYUID 0 1:3 7:9] x\r\n", {}),
        (b"TAG OK [COPYUID 8 1:3 1:4294967295] x\r\n", {}),
        (b"TAG OK [COPYUID 8 1:4294967295 1:4294967295] x\r\n", {}),
        (b"TAG OK [COPYUID 8 1:3 0:2] x\r\n", {}),
        (b"TAG OK [COPYUID 8 * 7:9] x\r\n", {}),
        (b"TAG OK [COPYUID 8] x\r\n", {}),
        (b"TAG OK [COPYUID 8  ] x\r\n", {}),
        (b"TAG OK [COPYUID 8 1,1,2 7:9] x\r\n", {}),
        (b"TAG OK [COPYUID 8 1:3 7,7,8] x\r\n", {}),
        # two mails in one place, and one mail in two places: nobody knows
        (b"* OK [COPYUID 8 1 7] x\r\nTAG OK [COPYUID 8 2:3 7:8] x\r\n", {3: 8}),
        (b"* OK [COPYUID 8 1:2 7:8] x\r\nTAG OK [COPYUID 8 1 9] x\r\n", {2: 8}),
    ],
)
def test_copyuid_is_believed_when_it_adds_up(answer, uids):
    with script(b"MOVE UIDPLUS", FACTS, answer) as server:
        session = opened(server)
        moved = session.move(ten_bytes(1, 2, 3), "T", uidvalidity=5)
        assert moved.uids == uids
        assert moved.done == {1, 2, 3}
        assert (moved.uidvalidity == 8) == bool(uids)
        session.close()


def test_a_move_that_is_refused_half_way_tells_the_half_that_was_done():
    answer = b"* OK [COPYUID 8 1 7] x\r\n* 1 EXPUNGE\r\nTAG NO [OVERQUOTA] full\r\n"
    with script(b"MOVE UIDPLUS", FACTS, answer) as server:
        session = opened(server)
        with pytest.raises(ServerRefused) as caught:
            session.move(ten_bytes(1, 2), "T", uidvalidity=5)
        assert caught.value.code == "mailbox_full"
        assert (caught.value.facts.done, caught.value.facts.uids) == ({1}, {1: 7})
        session.close()


def test_originals_stay_when_the_copies_are_not_there():
    """A server that says OK to a COPY and copies nothing."""
    status = b'* STATUS "T" (UIDVALIDITY 8 UIDNEXT 20)\r\nTAG OK\r\n'
    with script(b"", FACTS, status, b"TAG OK done\r\n", status) as server:
        session = opened(server)
        with pytest.raises(ServerRefused) as caught:
            session.move(ten_bytes(1, 2), "T", uidvalidity=5)
        assert caught.value.code == "copy_unconfirmed"
        assert caught.value.step == "copy"
        assert b"STORE" not in server.received
        session.close()


def test_a_mail_that_is_not_expunged_is_left_behind():
    status = b'* STATUS "T" (UIDVALIDITY 8 UIDNEXT 20)\r\nTAG OK\r\n'
    copied = b"TAG OK [COPYUID 8 1:2 20:21] x\r\n"
    left = DATED % (2, 2) + b"TAG OK\r\n"
    answers = FACTS, status, copied, b"TAG OK\r\n", b"TAG OK\r\n", left
    with script(b"UIDPLUS", *answers) as server:
        session = opened(server)
        moved = session.move(ten_bytes(1, 2), "T", uidvalidity=5)
        assert (moved.done, moved.left_behind) == ({1, 2}, {2})
        assert b"UID EXPUNGE 1:2\r\n" in server.received
        session.close()


def test_a_target_that_was_made_anew_meanwhile_has_no_old_uids():
    pairs = CopyUids([1, 2])
    pairs.end(read_status(b"OK [COPYUID 8 1 7] x"))
    pairs.end(read_status(b"OK [COPYUID 9 2 1] x"))
    assert pairs.uids == {}


@pytest.mark.parametrize(
    ("code", "places"),
    [
        (b"[APPENDUID 8 5]", [(8, 5)]),
        (b"[appenduid  8  5:5]", [(8, 5)]),
        (b"[APPENDUID 8 5:6]", None),
        (b"[APPENDUID 0 5]", None),
        (b"[APPENDUID 8 0]", None),
        (b"[APPENDUID 8 1:4294967295]", None),
        (b"[APPENDUID 99999999999 5]", None),
        (b"", None),
    ],
)
def test_appenduid_is_believed_when_it_adds_up(code, places):
    assert appended(read_status(b"OK " + code + b" done"), 1) == places
