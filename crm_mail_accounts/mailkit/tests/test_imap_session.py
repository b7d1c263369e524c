"""Folders and mail against scripted servers: lies that a real server never tells."""

import pytest

from mailkit.errors import (
    CapabilityMissing,
    InvalidArgument,
    LimitExceeded,
    NetworkError,
    ServerRefused,
)
from mailkit.imap.fetch import INDEX_SECTION
from mailkit.imap.session import ImapSession
from mailkit.limits import MAX_HEADER_LITERAL, MAX_LITERAL
from mailkit.tests.scripted_server import ScriptedServer

HEADER = b"BODY[HEADER.FIELDS (DATE)]"


class Served:
    """A session that is logged in; ``then`` is the rest of the script."""

    def __init__(self, then, capabilities=b"IMAP4rev1", **options):
        def script(peer):
            peer.send(b"* PREAUTH [CAPABILITY " + capabilities + b"] hello\r\n")
            if b"ENABLE" in capabilities:
                peer.command(b"ENABLE", b"* ENABLED CONDSTORE QRESYNC\r\n")
            then(peer)
            peer.wait_for_end()

        self.server = ScriptedServer(script)
        self.options = {"read_timeout": 20, **options}

    def __enter__(self):
        self.server.start()
        self.session = ImapSession.open(self.server.endpoint(), **self.options)
        return self.session

    def __exit__(self, exc_type, exc, traceback):
        self.session.close()
        self.server.__exit__(exc_type, exc, traceback)


def open_inbox(peer, *codes):
    lines = b"".join(b"* OK [" + code + b"] x\r\n" for code in codes)
    peer.command(b"EXAMINE", b"* 3 EXISTS\r\n" + lines)


# -- folders ------------------------------------------------------------------


def test_one_bad_line_of_list_does_not_lose_the_others():
    lines = b'* LIST () "/" INBOX\r\n* LIST (\r\n* LIST () "/" {3}\r\na\rb\r\n'
    lines += b'* LIST (\\sent) "/" "Gesendet {1}"\r\n'

    def then(peer):
        peer.command(b"LIST", lines)
        peer.command(b"LSUB", b'* LSUB () "/" INBOX\r\n')

    with Served(then) as session:
        folders = session.list_folders()
        assert [one.raw for one in folders] == ["INBOX", "Gesendet {1}"]
        assert [one.subscribed for one in folders] == [True, False]
        assert session.dropped == {"folder": 2}


def test_a_server_without_subscriptions_counts_all_as_subscribed():
    def then(peer):
        peer.command(b"LIST", b'* LIST () "/" INBOX\r\n')
        peer.send(peer.line().split(b" ")[0] + b" BAD LSUB?\r\n")

    with Served(then) as session:
        assert [one.subscribed for one in session.list_folders()] == [True]


def test_special_use_is_asked_only_where_it_is_offered():
    def then(peer):
        _tag, arguments = peer.command(b"LIST", b'* LIST () "/" INBOX\r\n')
        assert arguments == b'"" "*" RETURN (SUBSCRIBED)'

    with Served(then, b"IMAP4rev1 LIST-EXTENDED") as session:
        assert len(session.list_folders()) == 1


def test_uidnext_is_found_out_where_the_server_does_not_tell_it():
    def then(peer):
        open_inbox(peer, b"UIDVALIDITY 5")
        peer.command(b"UID FETCH * (UID)", b"* 3 FETCH (UID 41)\r\n")

    with Served(then) as session:
        state = session.examine("INBOX")
        assert (state.uidnext, state.uidvalidity, state.exists) == (42, 5, 3)


def test_a_folder_that_could_not_be_opened_is_not_open():
    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        peer.send(peer.line().split(b" ")[0] + b" NO [NONEXISTENT] gone\r\n")

    with Served(then) as session:
        session.examine("INBOX")
        with pytest.raises(ServerRefused) as caught:
            session.examine("gone")
        assert caught.value.response_code == "NONEXISTENT"
        assert session.selected is None
        with pytest.raises(InvalidArgument):
            list(session.fetch_index(1, 5))


def test_modseq_is_not_asked_in_a_folder_that_has_none():
    def then(peer):
        open_inbox(peer, b"UIDNEXT 9", b"NOMODSEQ")
        _tag, arguments = peer.command(b"UID FETCH")
        assert b"MODSEQ" not in arguments
        open_inbox(peer, b"UIDNEXT 9", b"HIGHESTMODSEQ 7")
        _tag, arguments = peer.command(b"UID FETCH")
        assert b"MODSEQ" in arguments

    with Served(then, b"IMAP4rev1 ENABLE CONDSTORE QRESYNC") as session:
        for _folder in range(2):
            session.examine("INBOX")
            assert list(session.fetch_index(1, 8)) == []


def test_modseq_is_used_by_select_where_it_cannot_be_enabled():
    def then(peer):
        codes = b"* OK [HIGHESTMODSEQ 7] x\r\n* 1 EXISTS\r\n* OK [UIDNEXT 2] x\r\n"
        _tag, arguments = peer.command(b"EXAMINE", codes)
        assert arguments == b'"INBOX" (CONDSTORE)'
        _tag, arguments = peer.command(b"UID FETCH")
        assert b" MODSEQ " in arguments

    with Served(then, b"IMAP4rev1 CONDSTORE") as session:
        assert session.examine("INBOX").highestmodseq == 7
        assert list(session.fetch_index(1, 8)) == []


def test_read_write_and_read_only_are_told():
    def then(peer):
        peer.command(b"SELECT", b"* 0 EXISTS\r\n")
        tag = peer.line().split(b" ")[0]
        peer.send(b"* 0 EXISTS\r\n" + tag + b" OK [READ-ONLY] x\r\n")

    with Served(then) as session:
        assert not session.select("a").read_only
        assert session.select("b").read_only


# -- index --------------------------------------------------------------------


def index(session, first=1, last=10):
    session.examine("INBOX")
    return [message.uid for message in session.fetch_index(first, last)]


def test_the_window_always_has_an_end():
    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        _tag, arguments = peer.command(b"UID FETCH")
        assert arguments.startswith(b"1:10 (UID FLAGS ")
        assert b"BODY.PEEK[HEADER.FIELDS (" in arguments
        assert b"BODY[" not in arguments

    with Served(then) as session:
        assert index(session) == []


def test_another_clients_flag_change_is_not_taken_for_an_answer():
    """Without a UID the number is a sequence number: not the mail of that UID."""
    answer = (
        b"* 1 FETCH (UID 5 FLAGS () " + HEADER + b' "")\r\n'
        b"* 7 FETCH (FLAGS (\\Deleted))\r\n"
        b"* 2 FETCH (UID 7 FLAGS () " + HEADER + b' "")\r\n'
        b"* 2 FETCH (UID 6 FLAGS (\\Deleted))\r\n"
    )

    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        peer.command(b"UID FETCH", answer)

    with Served(then) as session:
        session.examine("INBOX")
        found = list(session.fetch_index(1, 10))
        assert [(message.uid, message.flags) for message in found] == [(5, ()), (7, ())]
        assert session.dropped == {"no uid": 1, "not asked": 1}


def test_one_unreadable_response_does_not_lose_the_others():
    answer = (
        b"* 1 FETCH (UID 1 FLAGS () " + HEADER + b' "")\r\n'
        b"* 2 FETCH (UID 2 FLAGS (\r\n"
        b"* 3 FETCH " + b"(" * 5000 + b"\r\n"
        b'* 4 FETCH (UID 4 FLAGS () INTERNALDATE "never" ' + HEADER + b' "")\r\n'
    )

    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        peer.command(b"UID FETCH", answer)

    with Served(then) as session:
        assert index(session) == [1, 4]
        assert session.dropped == {"unreadable": 2}


def test_a_giant_header_is_cut_off_and_the_next_mail_is_read():
    giant = b"X: " + b"y" * (MAX_HEADER_LITERAL + 1000)

    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        answer = b"* 1 FETCH (UID 1 %s {%d}\r\n%s)\r\n" % (HEADER, len(giant), giant)
        peer.command(b"UID FETCH", answer + b"* 2 FETCH (UID 2 " + HEADER + b' "")\r\n')

    with Served(then) as session:
        session.examine("INBOX")
        first, second = session.fetch_index(1, 10)
        assert len(first.sections[INDEX_SECTION]) == MAX_HEADER_LITERAL
        assert second.uid == 2


def test_mails_come_while_the_server_is_still_sending():
    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        peer.line()
        peer.send(b"* 1 FETCH (UID 1 " + HEADER + b' "")\r\n')
        peer.stall()

    with Served(then) as session:
        session.examine("INBOX")
        messages = session.fetch_index(1, 10)
        assert next(messages).uid == 1
        session.set_limits(connect_timeout=20, read_timeout=0.3, command_timeout=60)
        with pytest.raises(NetworkError) as caught:
            next(messages)
        assert caught.value.code == "timeout"


def test_an_index_that_is_left_early_does_not_disturb_the_next_command():
    answer = b"".join(
        b"* %d FETCH (UID %d %s {4}\r\nabcd)\r\n" % (n, n, HEADER)
        for n in range(1, 200)
    )

    def then(peer):
        open_inbox(peer, b"UIDNEXT 200")
        peer.command(b"UID FETCH", answer)
        peer.command(b"NOOP")

    with Served(then) as session:
        session.examine("INBOX")
        assert next(session.fetch_index(1, 199)).uid == 1
        session.noop()
        assert not session.closed


# -- body and search ----------------------------------------------------------


def test_a_body_is_asked_without_touching_its_flags():
    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        _tag, arguments = peer.command(
            b"UID FETCH", b"* 1 FETCH (BODY[] {2}\r\nab UID 4)\r\n"
        )
        assert arguments == b"4:4 (UID BODY.PEEK[])"

    with Served(then) as session:
        session.examine("INBOX")
        assert session.fetch_body(4) == b"ab"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"* 1 FETCH (UID 5 BODY[] {2}\r\nab)\r\n",
        b"* 4 FETCH (BODY[] {2}\r\nab)\r\n",
        b"* 1 FETCH (UID 4 BODY[] NIL)\r\n",
    ],
)
def test_another_mails_body_is_never_taken_for_the_asked_one(answer):
    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        peer.command(b"UID FETCH", answer)

    with Served(then) as session:
        session.examine("INBOX")
        with pytest.raises(ServerRefused) as caught:
            session.fetch_body(4)
        assert caught.value.response_code == "NONEXISTENT"


def test_a_body_that_is_announced_too_large_ends_the_connection():
    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        peer.line()
        peer.send(b"* 1 FETCH (UID 4 BODY[] {%d}\r\n" % (MAX_LITERAL + 1))

    with Served(then) as session:
        session.examine("INBOX")
        with pytest.raises(LimitExceeded):
            session.fetch_body(4)
        assert session.closed


def test_search_is_clipped_to_its_window_whatever_the_server_claims():
    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        answer = b'* ESEARCH (TAG "x") UID COUNT 9 ALL 1:4294967295\r\n'
        _tag, arguments = peer.command(b"UID SEARCH", answer)
        assert arguments == b"RETURN (ALL) UID 3:5"
        peer.command(b"UID SEARCH", b'* ESEARCH (TAG "x") UID\r\n')

    with Served(then, b"IMAP4rev1 ESEARCH") as session:
        session.examine("INBOX")
        assert session.search_uids(3, 5) == [3, 4, 5]
        assert session.search_uids(3, 5) == []


def test_search_without_esearch_asks_in_pieces(monkeypatch):
    monkeypatch.setattr("mailkit.imap.session.SEARCH_WINDOW", 4)
    asked = []

    def then(peer):
        open_inbox(peer, b"UIDNEXT 9")
        for answer in (
            b"* SEARCH 3 2\r\n",
            b"* SEARCH\r\n",
            b"* SEARCH 9 99 (MODSEQ 5)\r\n",
        ):
            asked.append(peer.command(b"UID SEARCH", answer)[1])

    with Served(then) as session:
        session.examine("INBOX")
        assert session.search_uids(1, 10) == [2, 3, 9]
    assert asked == [b"UID 1:4", b"UID 5:8", b"UID 9:10"]


# -- append and quota ---------------------------------------------------------


@pytest.mark.parametrize("code", [b"", b"[APPENDUID 5] ", b"[APPENDUID x 7] "])
def test_append_without_a_usable_uid_tells_none(code):
    def then(peer):
        peer.expect(b"A1 APPEND")
        peer.block(2)
        peer.expect(b"")
        peer.send(b"A1 OK " + code + b"stored\r\n")

    with Served(then, b"IMAP4rev1 LITERAL+") as session:
        assert session.append("INBOX", b"ab") is None


def test_a_missing_folder_is_told_by_its_code():
    def then(peer):
        peer.send(peer.line().split(b" ")[0] + b" NO [TRYCREATE] no such folder\r\n")

    with Served(then) as session:
        with pytest.raises(ServerRefused) as caught:
            session.append("Nowhere", b"ab")
        assert caught.value.response_code == "TRYCREATE"
        assert caught.value.connection_usable


def test_nul_is_appended_only_where_the_server_takes_it():
    def then(peer):
        peer.expect(b'A1 APPEND "INBOX" () ~{3+}')
        assert peer.block(3) == b"a\0b"
        peer.expect(b"")
        peer.send(b"A1 OK [APPENDUID 5 7] stored\r\n")

    with Served(then, b"IMAP4rev1 LITERAL+ BINARY") as session:
        assert session.append("INBOX", b"a\0b") == (5, 7)
    with Served(lambda peer: None) as session:
        with pytest.raises(CapabilityMissing):
            session.append("INBOX", b"a\0b")


def test_the_fullest_quota_is_the_one_that_counts():
    lines = b'* QUOTA "a" (STORAGE 1 100)\r\n* QUOTA "b" (STORAGE 90 100)\r\n'

    def then(peer):
        peer.command(b"GETQUOTAROOT", b"* QUOTAROOT INBOX a b\r\n" + lines)
        peer.command(b"GETQUOTAROOT")

    with Served(then, b"IMAP4rev1 QUOTA") as session:
        assert session.quota("INBOX").root == "b"
        assert session.quota("INBOX") is None
    with Served(lambda peer: None) as session:
        with pytest.raises(CapabilityMissing):
            session.quota("INBOX")
