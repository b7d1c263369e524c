"""Reading changes from servers that are untidy, broken or hostile."""

from collections import Counter

import pytest

from mailkit.errors import (
    InvalidArgument,
    LimitExceeded,
    MailError,
    NetworkError,
    ProtocolError,
)
from mailkit.imap.fetch import INDEX_SECTION
from mailkit.imap.unsolicited import Unsolicited, read_vanished
from mailkit.imap.wire import Untagged
from mailkit.limits import MAX_NOTICED
from mailkit.tests.served import Served, open_inbox, refuse
from mailkit.values import FlagChange, Vanished

QRESYNC = b"IMAP4rev1 ENABLE CONDSTORE QRESYNC ESEARCH"
STATE = (b"UIDVALIDITY 5", b"UIDNEXT 101", b"HIGHESTMODSEQ 90")


def reading(answer, *, capabilities=QRESYNC, state=STATE, **options):
    """An open folder; the next UID FETCH gets ``answer``, then NOOPs get nothing."""
    asked = []

    def then(peer):
        open_inbox(peer, *state)
        asked.append(peer.command(b"UID FETCH", answer)[1])
        peer.command(b"NOOP")

    served = Served(then, capabilities, **options)
    served.asked = asked
    return served


# -- the mode -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "enabled", "mode"),
    [
        (STATE, b"* ENABLED CONDSTORE QRESYNC\r\n", "qresync"),
        (STATE, b"* enabled qresync\r\n", "qresync"),
        # offered, "enabled" with a bare OK: not confirmed (Mailspring-Sync#91)
        (STATE, b"", "condstore"),
        (STATE, b"* ENABLED\r\n", "condstore"),
        (STATE[:2], b"* ENABLED QRESYNC\r\n", "bare"),
        ((*STATE[:2], b"NOMODSEQ"), b"* ENABLED QRESYNC\r\n", "bare"),
        ((*STATE[:2], b"HIGHESTMODSEQ 0"), b"* ENABLED QRESYNC\r\n", "bare"),
    ],
)
def test_only_what_is_confirmed_is_used(state, enabled, mode):
    with Served(
        lambda peer: open_inbox(peer, *state), QRESYNC, enabled=enabled
    ) as session:
        session.examine("INBOX")
        assert session.mode == mode


# -- changes ------------------------------------------------------------------


def test_untidy_changes_are_read():
    answer = (
        b"* vanished  (earlier)  90:41,7\r\n"
        b"* 3 fetch (flags (\\Seen $X) modseq (95) uid 12)\r\n"
        b"* VANISHED (EARLIER) 1:4294967295\r\n"
        b"* 4   FETCH  (MODSEQ (96)  UID 13   FLAGS ())\r\n"
    )
    with reading(answer) as session:
        session.examine("INBOX")
        assert list(session.fetch_changes(1, 100, 90)) == [
            Vanished(41, 90),
            Vanished(7, 7),
            FlagChange(12, ("\\Seen", "$X"), 95),
            Vanished(1, 4294967295),
            FlagChange(13, (), 96),
        ]
        assert not session.unsolicited.take()


def test_what_is_asked_is_one_bounded_command():
    served = reading(b"")
    with served as session:
        session.examine("INBOX")
        assert list(session.fetch_changes(1, 100, 2**62)) == []
    assert served.asked == [
        b"1:100 (UID FLAGS) (CHANGEDSINCE 4611686018427387904 VANISHED)"
    ]


def test_a_mod_sequence_of_zero_is_asked_as_one():
    """CHANGEDSINCE takes a nz-number (RFC 7162 7)."""
    served = reading(b"", enabled=b"")
    with served as session:
        session.examine("INBOX")
        list(session.fetch_changes(1, 100, 0))
    assert served.asked == [b"1:100 (UID FLAGS) (CHANGEDSINCE 1)"]


@pytest.mark.parametrize("since", [2**63, True])
def test_a_mod_sequence_that_is_none_reaches_no_server(since):
    def then(peer):
        open_inbox(peer, *STATE)

    with Served(then, QRESYNC) as session:
        session.examine("INBOX")
        with pytest.raises(InvalidArgument):
            next(session.fetch_changes(1, 100, since))


def test_foreign_and_unsolicited_responses_in_the_middle_go_to_the_collector():
    answer = (
        b"* 9 FETCH (UID 12 FLAGS (\\Seen) MODSEQ (95))\r\n"
        b"* 2 EXPUNGE\r\n"
        b"* 5 EXISTS\r\n"
        b"* 8 FETCH (FLAGS (\\Deleted))\r\n"
        b"* 7 FETCH (UID 4000 FLAGS (\\Flagged) MODSEQ (97))\r\n"
        b"* VANISHED 30:31\r\n"
        b"* 6 FETCH (UID 13 MODSEQ (98))\r\n"
        b"* 10 FETCH (UID 14 FLAGS () MODSEQ (99))\r\n"
    )
    with reading(answer) as session:
        session.examine("INBOX")
        found = list(session.fetch_changes(1, 100, 90))
        assert found == [FlagChange(12, ("\\Seen",), 95), FlagChange(14, (), 99)]
        noticed = session.unsolicited.take()
        assert noticed.flags == (FlagChange(4000, ("\\Flagged",), 97),)
        assert noticed.vanished == (Vanished(30, 31),)
        assert noticed.exists == 5
        assert noticed.gone and noticed.changed
        assert session.dropped["no uid"] == 1


def test_what_a_reader_leaves_unread_is_not_lost():
    answer = (
        b"* 1 FETCH (UID 12 FLAGS (\\Seen) MODSEQ (95))\r\n"
        b"* 2 FETCH (UID 13 FLAGS (\\Flagged) MODSEQ (96))\r\n"
        b"* VANISHED (EARLIER) 20:29\r\n"
    )
    with reading(answer) as session:
        session.examine("INBOX")
        assert next(session.fetch_changes(1, 100, 90)).uid == 12
        session.noop()
        noticed = session.unsolicited.take()
        assert [one.uid for one in noticed.flags] == [13]
        assert noticed.vanished == (Vanished(20, 29),)


@pytest.mark.parametrize(
    "line", [b"VANISHED", b"VANISHED (EARLIER)", b"VANISHED 1:*", b"VANISHED x y"]
)
def test_a_vanished_that_cannot_be_read_asks_for_a_look(line):
    with reading(b"* " + line + b"\r\n") as session:
        session.examine("INBOX")
        assert list(session.fetch_changes(1, 100, 90)) == []
        assert session.unsolicited.take().gone
        assert session.dropped["unreadable"] == 1


def test_uids_beyond_32_bits_are_cut_off():
    response = Untagged("VANISHED", None, [b"0:5,4294967290:9999999999,0"])
    assert read_vanished(response) == (
        False,
        [Vanished(1, 5), Vanished(4294967290, 4294967295)],
    )


def test_flags_told_along_with_a_body_are_kept():
    with reading(b"* 1 FETCH (UID 7 FLAGS (\\Seen) BODY[] {2}\r\nhi)\r\n") as session:
        session.examine("INBOX")
        assert session.fetch_body(7) == b"hi"
        assert session.unsolicited.take().flags == (FlagChange(7, ("\\Seen",)),)


def test_flag_windows_take_any_order_and_leave_the_rest():
    answer = (
        b"* 1 fetch (FLAGS (\\Seen) UID 2)\r\n* 2 FETCH (UID 3 FLAGS NIL)\r\n"
        b"* 3 FETCH (UID 4 FLAGS (\\Seen\r\n* 4 FETCH (UID 5)\r\n"
        b"* 5 FETCH (UID 6 FLAGS (\\Recent a))\r\n"
    )
    with reading(answer, capabilities=b"IMAP4rev1", state=STATE[:2]) as session:
        session.examine("INBOX")
        assert list(session.fetch_flags(1, 100)) == [
            FlagChange(2, ("\\Seen",)),
            FlagChange(3, ()),
            FlagChange(6, ("\\Recent", "a")),
        ]
        assert session.dropped["unreadable"] == 1


# -- the collector ------------------------------------------------------------


def opened():
    collector = Unsolicited(Counter())
    collector.begin_opening()
    collector.opened("INBOX", 5)
    return collector


def fetch(uid, flags=b"", modseq=None):
    more = b" MODSEQ (%d)" % modseq if modseq else b""
    text = b"(UID %d FLAGS (%s)%s)" % (uid, flags, more)
    return Untagged("FETCH", 1, [text])


def vanished(text):
    return Untagged("VANISHED", None, [text])


def test_of_several_words_about_a_mail_the_newest_counts():
    collector = opened()
    for response in (
        fetch(1, b"a", 10),
        fetch(1, b"b", 12),
        fetch(1, b"c", 11),
        fetch(2, b"x"),
        fetch(2, b"y"),
        fetch(3, b"z"),
        vanished(b"3"),
    ):
        collector.offer(response)
    noticed = collector.take()
    assert [(one.uid, one.flags) for one in noticed.flags] == [
        (1, ("b",)),
        (2, ("y",)),
    ]


def test_the_collector_is_bounded_and_then_asks_for_a_look():
    """Law 15."""
    collector = opened()
    for uid in range(1, MAX_NOTICED + 2):
        collector.offer(fetch(uid))
    noticed = collector.take()
    assert len(noticed.flags) == MAX_NOTICED
    assert noticed.changed and not noticed.gone
    for uid in range(1, 2 * MAX_NOTICED + 3, 2):
        collector.offer(vanished(b"%d" % uid))
    noticed = collector.take()
    assert len(noticed.vanished) == MAX_NOTICED
    assert noticed.gone


def test_neighbouring_ranges_are_one():
    collector = opened()
    for text in (b"5", b"6", b"1:3", b"4", b"10:4000000000"):
        collector.offer(vanished(text))
    assert collector.take().vanished == (Vanished(1, 6), Vanished(10, 4000000000))


CLOSED = Untagged("OK", None, [b"* OK [CLOSED] old one"], 5)


def test_what_comes_before_closed_is_said_of_the_old_folder():
    collector = opened()
    collector.begin_opening()
    collector.offer(vanished(b"4"))
    collector.offer(CLOSED)
    collector.offer(fetch(9, b"a"))
    collector.opened("Drafts", 6)
    assert collector.take("INBOX").vanished == (Vanished(4, 4),)
    noticed = collector.take()
    assert (noticed.folder, noticed.uidvalidity) == ("Drafts", 6)
    assert [one.uid for one in noticed.flags] == [9]


def test_without_closed_nobody_knows_of_which_folder_it_is():
    collector = opened()
    collector.begin_opening()
    collector.offer(vanished(b"4"))
    collector.opened("Drafts", 6)
    for folder in ("INBOX", "Drafts"):
        noticed = collector.take(folder)
        assert noticed.vanished == ()
        assert noticed.look


def test_the_first_opening_is_clear_without_closed():
    collector = Unsolicited(Counter())
    collector.begin_opening()
    collector.offer(vanished(b"4"))
    collector.offer(Untagged("EXISTS", 7, [b"* 7 EXISTS"]))
    collector.opened("INBOX", 5)
    noticed = collector.take()
    assert noticed.vanished == (Vanished(4, 4),)
    assert noticed.exists is None  # the folder's state has it


def test_what_was_told_of_other_uids_is_forgotten_with_them():
    collector = opened()
    collector.offer(vanished(b"4"))
    collector.begin_opening()
    collector.opened("INBOX", 99)
    assert not collector.take()


def test_a_folder_that_could_not_be_opened_keeps_nothing():
    collector = opened()
    collector.offer(vanished(b"4"))
    collector.begin_opening()
    collector.offer(CLOSED)
    collector.offer(vanished(b"8"))
    collector.closed()
    assert collector.take().folder == ""
    assert collector.take("INBOX").vanished == (Vanished(4, 4),)
    assert collector.folders == ()


def test_what_is_said_while_no_folder_is_open_is_said_of_none():
    collector = Unsolicited(Counter())
    for response in (vanished(b"4"), fetch(9), Untagged("EXPUNGE", 3, [b""])):
        collector.offer(response)
    assert not collector.take()
    assert collector.folders == ()


def test_the_old_folders_numbers_are_not_the_new_ones():
    def then(peer):
        open_inbox(peer, *STATE)
        peer.command(
            b"EXAMINE",
            b"* 70 EXISTS\r\n* OK [HIGHESTMODSEQ 9] old\r\n* VANISHED 3\r\n"
            b"* OK [CLOSED] x\r\n* 2 EXISTS\r\n* OK [UIDVALIDITY 8] x\r\n"
            b"* OK [UIDNEXT 4] x\r\n* OK [NOMODSEQ] x\r\n",
        )

    with Served(then, QRESYNC) as session:
        session.examine("INBOX")
        state = session.examine("Other")
        assert (state.exists, state.highestmodseq) == (2, None)
        assert session.mode == "bare"
        noticed = session.unsolicited.take("INBOX")
        assert (noticed.uidvalidity, noticed.exists) == (5, 70)
        assert noticed.vanished == (Vanished(3, 3),)


# -- SEARCH -------------------------------------------------------------------


def searching(answer, capabilities=QRESYNC):
    def then(peer):
        open_inbox(peer, *STATE)
        peer.command(b"UID SEARCH", answer)

    return Served(then, capabilities)


@pytest.mark.parametrize(
    ("capabilities", "answer", "uids"),
    [
        (QRESYNC, b'* ESEARCH (TAG "A9") UID ALL 3,7:9\r\n', [3, 7, 8, 9]),
        (QRESYNC, b"* esearch uid all 9:7\r\n", [7, 8, 9]),
        (QRESYNC, b'* ESEARCH (TAG "A9") UID\r\n', []),
        (QRESYNC, b"* ESEARCH\r\n", []),
        (QRESYNC, b"* SEARCH 3 4000\r\n", [3]),  # the other form
        (b"IMAP4rev1", b"* SEARCH 9 3  (MODSEQ 7)\r\n", [3, 9]),
        (b"IMAP4rev1", b"* SEARCH\r\n", []),
        (b"IMAP4rev1", b"* search 3\r\n* SEARCH 4\r\n", [3, 4]),
    ],
)
def test_lists_of_uids_are_read_tolerantly(capabilities, answer, uids):
    with searching(answer, capabilities) as session:
        session.examine("INBOX")
        assert session.existing(1, 100) == uids


@pytest.mark.parametrize("capabilities", [QRESYNC, b"IMAP4rev1"])
@pytest.mark.parametrize("answer", [b"", b"* 5 EXISTS\r\n"])
def test_ok_without_a_result_is_not_an_empty_folder(capabilities, answer):
    """Law 4: msgvault#739 took it for a removal."""
    with searching(answer, capabilities) as session:
        session.examine("INBOX")
        with pytest.raises(ProtocolError) as caught:
            session.existing(1, 100)
        assert caught.value.connection_usable


def test_a_number_instead_of_a_list_is_no_list():
    with searching(b"* ESEARCH UID COUNT 5\r\n") as session:
        session.examine("INBOX")
        with pytest.raises(ProtocolError):
            session.existing(1, 100)


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (b'* ESEARCH (TAG "A1") UID COUNT 17\r\n', 17),
        (b"* esearch (tag x) count 17\r\n", 17),
        (b"* ESEARCH UID COUNT 0\r\n", 0),
        (b"* ESEARCH UID\r\n", None),
        (b"", None),
        (b"* SEARCH 1 2\r\n", None),
    ],
)
def test_a_count_that_is_not_told_is_unknown(answer, count):
    with searching(answer) as session:
        session.examine("INBOX")
        assert session.search_count(1, 100) == count


def test_an_enormous_answer_is_refused_before_it_is_made():
    with searching(b"* ESEARCH UID ALL 1:4294967295\r\n") as session:
        session.examine("INBOX")
        assert session.existing(7, 8) == [7, 8]
    with searching(b"* ESEARCH UID ALL 1:4294967295\r\n") as session:
        session.examine("INBOX")
        with pytest.raises(LimitExceeded):
            session.existing(1, 4294967295)


# -- mails that are hard to read ----------------------------------------------


def test_a_mail_without_its_header_is_in_the_index_all_the_same():
    answer = (
        b"* 1 FETCH (UID 7 FLAGS (\\Seen) RFC822.SIZE 900)\r\n"
        b'* 2 FETCH (UID 8 FLAGS () INTERNALDATE " 1-Mar-2026 10:00:00 +0000" '
        b"RFC822.SIZE 9 BODY[HEADER.FIELDS (DATE)] NIL)\r\n"
        b"* 3 FETCH (UID 9 FLAGS (\\Flagged) MODSEQ (91))\r\n"  # unsolicited
        b"* 4 FETCH (UID 10 FLAGS () RFC822.SIZE 3 BODY[HEADER.FIELDS (DATE)] {0}\r\n"
        b")\r\n"
    )
    with reading(answer) as session:
        session.examine("INBOX")
        found = {one.uid: one for one in session.fetch_index(1, 100)}
        assert {uid: one.sections[INDEX_SECTION] for uid, one in found.items()} == {
            7: None,
            8: None,
            10: b"",
        }
        assert found[7].flags == ("\\Seen",)
        assert [one.uid for one in session.unsolicited.take().flags] == [9]


def test_the_ladder_goes_on_until_something_is_read():
    def then(peer):
        open_inbox(peer, *STATE)
        refuse(peer, b"BAD", b"internal error")
        refuse(peer, b"NO", b"[CANNOT] header is corrupt")
        peer.command(
            b"UID FETCH 7:7 (UID FLAGS RFC822.SIZE INTERNALDATE)",
            b"* 1 FETCH (UID 7 FLAGS (\\Seen))\r\n",
        )

    with Served(then) as session:
        session.examine("INBOX")
        found = session.fetch_index_one(7)
        assert found.flags == ("\\Seen",)
        assert found.sections == {INDEX_SECTION: None}


def test_a_header_that_is_nil_is_asked_for_in_another_way():
    def then(peer):
        open_inbox(peer, *STATE)
        peer.command(
            b"UID FETCH", b"* 1 FETCH (UID 7 BODY[HEADER.FIELDS (DATE)] NIL)\r\n"
        )
        peer.command(
            b"UID FETCH 7:7 (UID FLAGS INTERNALDATE RFC822.SIZE "
            b"BODY.PEEK[HEADER]<0.65536>)",
            b"* 1 FETCH (UID 7 FLAGS () BODY[HEADER]<0> {4}\r\na: b)\r\n",
        )

    with Served(then) as session:
        session.examine("INBOX")
        assert session.fetch_index_one(7).sections[INDEX_SECTION] == b"a: b"


def test_a_mail_that_breaks_the_connection_tells_the_rung():
    def then(peer):
        open_inbox(peer, *STATE)
        peer.line()
        peer.cut()

    with Served(then) as session:
        session.examine("INBOX")
        with pytest.raises(NetworkError) as caught:
            session.fetch_index_one(7)
        assert caught.value.step == "fields"


def test_a_server_that_asks_for_patience_gets_it():
    def then(peer):
        open_inbox(peer, *STATE)
        refuse(peer, b"NO", b"[UNAVAILABLE] later")

    with Served(then) as session:
        session.examine("INBOX")
        with pytest.raises(MailError) as caught:
            session.fetch_index_one(7)
        assert caught.value.retry
