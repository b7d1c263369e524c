"""Storing mails, and finding again what was stored when the answer was lost."""

from collections import Counter
from datetime import datetime, timezone

import pytest

from mailkit.errors import (
    InvalidArgument,
    NetworkError,
    ServerRefused,
    UidValidityChanged,
)
from mailkit.imap.append import AppendResult, Before, NewMail
from mailkit.imap.verify import Expected
from mailkit.imap.writing import WritingSession
from mailkit.tests.imap_proxy import cut_answer
from mailkit.tests.mailbox import KINDS, Box, mail
from mailkit.tests.scripted_server import ScriptedServer
from mailkit.values import Credentials

DATE = datetime(2026, 5, 6, 7, 8, 9, tzinfo=timezone.utc)


@pytest.fixture(params=["all", "bare"])
def box(live, request):
    with Box(live, KINDS[request.param]) as box:
        yield box


def test_many_mails_are_stored_with_flags_and_dates_and_their_places_told(box):
    mails = [NewMail(mail(n), ("\\Seen", "$k"), DATE) for n in range(1, 61)]
    with box.open() as session:
        results = session.append_many("Sent", mails)
    assert len(results) == 60
    found = box.mails("Sent")
    assert box.subjects("Sent") == Counter(range(1, 61))
    assert {one.internaldate for one in found} == {DATE}
    assert all(flags == {"\\Seen", "$k"} for flags in box.flags("Sent").values())
    sent = box.proxy.names().count(b"APPEND")
    if "MULTIAPPEND" in box.proxy.hide:
        assert results == [AppendResult()] * 60
        assert sent == 60
    else:
        validity = box.uidvalidity("Sent")
        assert [one.place for one in results] == [(validity, n) for n in range(1, 61)]
        assert sent < 6


def test_a_large_batch_is_cut_by_bytes(live):
    with Box(live) as box, box.open() as session:
        body = mail(1) + b"y" * 77 * 20_000
        results = session.append_many("INBOX", [NewMail(body)] * 4)
        assert [one.place[1] for one in results] == [1, 2, 3, 4]
        assert box.proxy.names().count(b"APPEND") == 2


def test_a_missing_folder_stops_all_and_tells_what_was_stored(box):
    with box.open() as session:
        with pytest.raises(ServerRefused) as caught:
            session.append_many("Nowhere", [NewMail(mail(1)), NewMail(mail(2))])
        assert caught.value.code == "target_missing"
        assert caught.value.facts == []
        with pytest.raises(InvalidArgument):
            session.append_many("INBOX", [NewMail(mail(1), ("a b",))] * 2)
        session.noop()


def test_a_mail_that_is_refused_costs_only_itself():
    def script(peer):
        peer.send(b"* PREAUTH [CAPABILITY IMAP4rev1 MULTIAPPEND LITERAL+] hi\r\n")
        for expected, answer in (
            (3, b"NO [TOOBIG] one is too large"),
            (1, b"OK [APPENDUID 5 1] done"),
            (1, b"NO [TOOBIG] too large"),
            (1, b"OK [APPENDUID 5 2] done"),
        ):
            tag, line, found = None, peer.line(), 0
            while line.endswith(b"}"):
                tag = tag or line.split(b" ")[0]
                peer.block(int(line.rpartition(b"{")[2].rstrip(b"+}")))
                line, found = peer.line(), found + 1
            assert found == expected
            peer.send(tag + b" " + answer + b"\r\n")
        peer.wait_for_end()

    with ScriptedServer(script) as server:
        session = WritingSession.open(server.endpoint(), Credentials("x"))
        first, second, third = session.append_many("x", [NewMail(b"m")] * 3)
        assert (first.place, third.place) == ((5, 1), (5, 2))
        assert second.error.response_code == "TOOBIG"
        session.close()


# -- finding ------------------------------------------------------------------


def known(number, **values):
    return Expected(len(mail(number)), DATE, f"<{number}@example.com>", **values)


def test_what_came_after_is_found_and_what_was_there_before_is_not(box):
    with box.witness() as other:
        other.append_many("Sent", [NewMail(mail(n), (), DATE) for n in (1, 2)])
    with box.open() as session:
        before = session.before("Sent")
        assert before == Before(box.uidvalidity("Sent"), 3)
        wanted = {"one": known(1), "two": known(2), "three": known(3)}
        assert session.find_appended("Sent", before, wanted) == {}
        with box.witness() as other:
            other.append_many("Sent", [NewMail(mail(n), (), DATE) for n in (3, 1, 1)])
        found = session.find_appended("Sent", before, wanted)
    # the lowest of several
    assert found == {"three": 3, "one": 4}
    assert not any(box.flags("Sent").values())
    lines = [c.line for c in box.proxy.commands if c.name == b"UID FETCH"]
    assert lines
    assert not any(b"*" in line or b"BODY[" in line for line in lines)
    assert b"UID SEARCH" not in box.proxy.names()


def test_equal_mails_are_told_apart_by_their_order(box):
    with box.open() as session:
        before = session.before("Sent")
        with box.witness() as other:
            other.append_many("Sent", [NewMail(mail(1), (), DATE)] * 2)
        wanted = {"a": known(1), "b": known(1), "c": known(1)}
        assert session.find_appended("Sent", before, wanted) == {"a": 1, "b": 2}


def test_a_mail_of_ours_is_known_by_its_operation_alone(box):
    """The versions of a draft share their Message-ID, and some servers change sizes."""
    draft = b"Message-ID: <1@example.com>\r\nX-CRM-Op: %s\r\n\r\nx\r\n"
    with box.open() as session:
        before = session.before("Drafts")
        with box.witness() as other:
            other.append_many(
                "Drafts", [NewMail(draft % b"op-1"), NewMail(draft % b"op-2")]
            )
        wanted = {"second": Expected(7, DATE, "<1@example.com>", operation="op-2")}
        assert session.find_appended("Drafts", before, wanted) == {"second": 2}
        other_one = {"third": Expected(message_id="<1@example.com>", operation="op-3")}
        assert session.find_appended("Drafts", before, other_one) == {}


@pytest.mark.parametrize(
    "other",
    [
        {"size": 5},
        {"internaldate": DATE.replace(second=10)},
        {"message_id": "<2@example.com>"},
        {"message_id": ""},
    ],
    ids=str,
)
def test_a_mail_that_differs_is_not_the_one(box, other):
    with box.open() as session:
        before = session.before("Sent")
        session.append("Sent", mail(1), (), DATE)
        values = {"size": len(mail(1)), "internaldate": DATE}
        values |= {"message_id": "< 1@example.com >"}
        find = session.find_appended
        assert find("Sent", before, {0: Expected(**values)}) == {0: 1}
        assert find("Sent", before, {0: Expected(**(values | other))}) == {}


def test_mails_without_message_id_are_found_by_size_and_date(box):
    plain = b"Subject: x\r\n\r\nhello\r\n"
    with box.open() as session:
        before = session.before("Sent")
        session.append("Sent", plain, (), DATE)
        for message_id in ("", None):
            wanted = {0: Expected(len(plain), DATE, message_id)}
            assert session.find_appended("Sent", before, wanted) == {0: 1}
        with pytest.raises(InvalidArgument):
            session.find_appended("Sent", before, {0: Expected(len(plain))})


def test_a_folder_that_was_made_anew_is_told(box):
    with box.open() as session:
        before = session.before("Sent")
        with pytest.raises(UidValidityChanged):
            session.find_appended(
                "Sent", Before(before.uidvalidity + 1, 1), {0: known(1)}
            )
        with pytest.raises(ServerRefused) as caught:
            session.find_appended("Nowhere", before, {0: known(1)})
        assert caught.value.code == "folder_missing"
        with pytest.raises(ServerRefused) as caught:
            session.before("Nowhere")
        assert caught.value.code == "target_missing"


@pytest.mark.parametrize("byte", [0, 5, 20])
def test_a_mail_whose_answer_was_lost_is_found(box, byte):
    new = NewMail(mail(1), ("\\Seen",), DATE)
    session = box.open()
    before = session.before("Sent")
    box.proxy.arm(cut_answer(b"APPEND", byte))
    with pytest.raises(NetworkError):
        session.append("Sent", new.content, new.flags, new.date)
    with box.open() as session:
        wanted = {"sent": known(1), "not sent": known(2)}
        assert session.find_appended("Sent", before, wanted) == {"sent": 1}
    assert box.subjects("Sent") == Counter([1])


def test_a_server_that_tells_neither_uidnext_nor_uidvalidity():
    header = b"message-id:\r\n\t<1@example.com>\r\nx-a: b\r\n\r\n"

    def script(peer):
        peer.send(b"* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n")
        peer.command(b"STATUS", b'* STATUS "Sent" (MESSAGES 2)\r\n')
        peer.command(b"EXAMINE", b"* 2 EXISTS\r\n")
        peer.command(b"UID FETCH *", b"* 2 FETCH (UID 41)\r\n")
        peer.command(b"EXAMINE", b"* 3 EXISTS\r\n")
        peer.command(b"UID FETCH *", b"* 3 FETCH (UID 42)\r\n")
        _tag, rest = peer.command(
            b"UID FETCH",
            b"* 1 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (FLAGS () UID 42)\r\n"
            b"* 3 fetch (body[header.fields (message-id x-crm-op)] {%d}\r\n%s"
            b' rfc822.size 77   uid 42 INTERNALDATE " 6-May-2026 09:08:09 +0200")\r\n'
            % (len(header), header),
        )
        assert rest.startswith(b"42:42 ")
        peer.wait_for_end()

    with ScriptedServer(script) as server:
        session = WritingSession.open(server.endpoint(), Credentials("x"))
        before = session.before("Sent")
        assert before == Before(1, 42)
        wanted = {"x": Expected(77, DATE, "<1@example.com>")}
        assert session.find_appended("Sent", before, wanted) == {"x": 42}
        session.close()
