"""Following what another client does, on the real server and in all three modes."""

from datetime import date, datetime, timedelta, timezone

import pytest

from mailkit.errors import CapabilityMissing, InvalidArgument, ProtocolError
from mailkit.imap.changes import ChangesSession
from mailkit.imap.fetch import INDEX_SECTION
from mailkit.tests.other_client import OtherClient, text_mail
from mailkit.values import FlagChange, Security, Vanished

WITHOUT = {"qresync": (), "condstore": ("QRESYNC",), "bare": ("CONDSTORE", "ESEARCH")}


class Box:
    """One fresh mailbox with our session and the other client on it."""

    def __init__(self, live, count=0):
        self.live, self.user = live, live.user()
        self.other = OtherClient(live, self.user)
        self.other.fill(count)
        self.sessions = []

    def open(self, without=(), command="examine"):
        session = ChangesSession.open(
            self.live.endpoint("imaps", Security.TLS), self.user, without=without
        )
        self.sessions.append(session)
        getattr(session, command)("INBOX")
        return session

    def close(self):
        for session in self.sessions:
            session.end()
        with self.other:
            pass


@pytest.fixture
def box(live):
    made = Box(live, 5)
    yield made
    made.close()


def flags_of(found):
    return {
        one.uid: set(one.flags) - {"\\Recent"}
        for one in found
        if isinstance(one, FlagChange)
    }


@pytest.mark.parametrize("mode", WITHOUT)
def test_the_mode_is_what_the_server_confirmed(box, mode):
    assert box.open(WITHOUT[mode]).mode == mode


def test_without_a_folder_there_is_no_mode_but_bare(box):
    with ChangesSession.open(
        box.live.endpoint("imaps", Security.TLS), box.user
    ) as session:
        assert session.mode == "bare"
        with pytest.raises(InvalidArgument):
            session.existing(1, 5)


# -- flags and removals -------------------------------------------------------


def test_flags_that_another_client_sets_are_read_since_the_last_look(box):
    """Seen, answered and forwarded, set by another client, are told."""
    session = box.open()
    since = session.state.highestmodseq
    box.other.flag("2", "\\Seen \\Answered")
    box.other.flag("4", "$Forwarded")
    session.examine("INBOX")
    found = list(session.fetch_changes(1, 5, since))
    assert flags_of(found) == {2: {"\\Seen", "\\Answered"}, 4: {"$Forwarded"}}
    assert all(one.modseq > since for one in found)
    assert session.state.highestmodseq >= max(one.modseq for one in found)
    assert list(session.fetch_changes(1, 5, session.state.highestmodseq)) == []


@pytest.mark.parametrize("mode", ["condstore", "qresync"])
def test_removals_are_told_only_with_qresync(box, mode):
    session = box.open(WITHOUT[mode])
    since = session.state.highestmodseq
    box.other.remove("1:2")
    box.other.flag("5", "\\Flagged")
    again = box.open(WITHOUT[mode])
    found = list(again.fetch_changes(1, 5, since))
    gone = [one for one in found if isinstance(one, Vanished)]
    assert gone == ([Vanished(1, 2)] if mode == "qresync" else [])
    assert flags_of(found) == {5: {"\\Flagged"}}
    assert again.existing(1, 5) == [3, 4, 5]
    # the server answered a question: nothing of it is unsolicited
    assert not again.unsolicited.take().vanished


def test_the_changes_are_limited_to_the_window(box):
    session = box.open()
    since = session.state.highestmodseq
    box.other.flag("1:5", "\\Seen")
    session.examine("INBOX")
    assert set(flags_of(session.fetch_changes(2, 3, since))) == {2, 3}


def test_bare_servers_have_no_changes_but_windows_of_flags(box):
    session = box.open(WITHOUT["bare"])
    box.other.flag("3", "\\Flagged")
    with pytest.raises(CapabilityMissing):
        next(session.fetch_changes(1, 5, 1))
    session.noop()
    assert flags_of(session.fetch_flags(1, 4)) == {
        1: set(),
        2: set(),
        3: {"\\Flagged"},
        4: set(),
    }
    assert {one.modseq for one in session.fetch_flags(1, 5)} == {None}


def test_flag_windows_tell_the_modseq_where_there_is_one(box):
    session = box.open()
    assert {type(one.modseq) for one in session.fetch_flags(1, 5)} == {int}


def test_the_modseq_to_store_is_the_one_from_before_the_fetch(box):
    """Law 2: a change that comes while changes are read is the next pass's."""
    session = box.open()
    before = session.state.highestmodseq
    box.other.flag("1", "\\Seen")
    session.examine("INBOX")
    captured = session.state.highestmodseq
    box.other.flag("2", "\\Seen")
    session.noop()
    list(session.fetch_changes(1, 5, before))
    assert session.state.highestmodseq == captured
    assert 2 in flags_of(session.fetch_changes(1, 5, captured))


def test_reading_changes_changes_no_flag(box):
    """Law 1, with the folder open for writing."""
    session = box.open(command="select")
    list(session.fetch_flags(1, 5))
    list(session.fetch_changes(1, 5, 1))
    session.fetch_index_one(3)
    session.fetch_index_one(3, rung=1)
    session.fetch_index_one(3, rung=2)
    assert b"\\Seen" not in box.other.flags(3)


# -- what comes unasked -------------------------------------------------------


def test_what_another_client_does_meanwhile_is_told_by_any_command(box):
    session = box.open()
    box.other.flag("2", "\\Seen")
    box.other.remove("4")
    box.other.append(text_mail(6))
    session.search_count(1, 5)  # a SEARCH may not tell of removals, so:
    session.noop()
    noticed = session.unsolicited.take()
    assert noticed.folder == "INBOX"
    assert noticed.uidvalidity == session.state.uidvalidity
    assert noticed.vanished == (Vanished(4, 4),)
    assert flags_of(noticed.flags) == {2: {"\\Seen"}}
    assert noticed.exists is not None
    assert not noticed.look
    assert not session.unsolicited.take()  # told once


def test_a_removal_told_while_something_else_is_fetched_is_not_lost(box):
    """Mailspring-Sync#141: VANISHED was dropped unless it came in IDLE."""
    session = box.open()
    box.other.remove("4")
    box.other.flag("1", "\\Flagged")
    session.fetch_body(2)  # FETCH is not allowed to tell of EXPUNGE
    session.list_folders()
    session.status("Drafts")
    noticed = session.unsolicited.take()
    assert noticed.vanished == (Vanished(4, 4),)
    assert flags_of(noticed.flags) == {1: {"\\Flagged"}}


def test_without_qresync_a_removal_means_that_the_folder_needs_a_look(box):
    bare = box.open(("QRESYNC", "CONDSTORE", "ENABLE"))
    box.other.remove("4")
    box.other.flag("2", "\\Seen")
    bare.noop()
    noticed = bare.unsolicited.take()
    assert noticed.gone and noticed.look
    assert noticed.vanished == ()
    # "* 2 FETCH (FLAGS ...)" names a place in a list that has just changed
    assert noticed.flags == ()
    assert noticed.changed
    assert bare.dropped["no uid"] >= 1


def test_what_is_told_of_a_folder_stays_with_it_when_another_is_opened(box):
    session = box.open()
    box.other.remove("1")
    session.noop()
    session.examine("Drafts")
    assert not session.unsolicited.take()
    assert session.unsolicited.folders == ("INBOX",)
    assert session.unsolicited.take("INBOX").vanished == (Vanished(1, 1),)
    assert session.unsolicited.folders == ()


def test_a_mail_that_arrives_while_changes_are_read_is_noticed(box):
    session = box.open()
    since = session.state.highestmodseq
    reading = session.fetch_changes(1, 5, 1)
    next(reading)
    box.other.append(text_mail(6))
    box.other.flag("1", "\\Seen")
    reading.close()
    session.noop()
    assert session.unsolicited.take().exists == 6
    assert 1 in flags_of(session.fetch_changes(1, 5, since))


# -- counting and listing -----------------------------------------------------


@pytest.mark.parametrize("mode", WITHOUT)
def test_existing_tells_exactly_what_is_there(box, mode):
    box.other.remove("2,4")
    session = box.open(WITHOUT[mode])
    assert session.existing(1, 5) == [1, 3, 5]
    assert session.existing(2, 2) == []
    assert session.existing(5, 4_000_000) == [5]


def test_counting_needs_esearch(box):
    box.other.remove("2")
    assert box.open().search_count(1, 3) == 2
    assert box.open().search_count(2, 2) == 0
    assert box.open(WITHOUT["bare"]).search_count(1, 3) is None


@pytest.mark.parametrize("mode", WITHOUT)
def test_places_tell_the_uids_that_are_there(box, mode):
    box.other.remove("2,4")
    session = box.open(WITHOUT[mode])
    assert session.uids_at([3, 1]) == {1: 1, 3: 5}
    assert session.uids_at([]) == {}
    with pytest.raises(ProtocolError) as refused:
        session.uids_at([4])
    assert refused.value.connection_usable
    assert session.existing(1, 5) == [1, 3, 5], "the connection is good"


@pytest.mark.parametrize("mode", ["qresync", "bare"])
def test_mails_are_counted_and_found_by_the_day_of_their_arrival(box, mode):
    """The mails since a day, by the server's own date."""
    noon = datetime(2026, 3, 10, 12, tzinfo=timezone.utc)
    with ChangesSession.open(
        box.live.endpoint("imaps", Security.TLS), box.user
    ) as session:
        session.create_folder("Old")
        for days in range(10):
            session.append("Old", text_mail(days), date=noon + timedelta(days=days))
    session = box.open(WITHOUT[mode])
    session.examine("Old")
    assert session.count_since(date(2026, 3, 15)) == 5
    assert session.search_since(1, 10, date(2026, 3, 15)) == [6, 7, 8, 9, 10]
    assert session.search_since(1, 8, date(2026, 3, 17)) == [8]
    assert session.count_since(date(2030, 1, 1)) == 0
    session.examine("Drafts")
    assert session.count_since(date(2020, 1, 1)) == 0


# -- one mail -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("rung", "wanted"), [(0, b"mail-3@"), (1, b"mail-3@"), (2, None)]
)
def test_each_rung_reads_a_mail_with_less(box, rung, wanted):
    session = box.open()
    found = session.fetch_index_one(3, rung=rung)
    assert (found.uid, found.size) == (3, len(text_mail(3)))
    assert found.flags is not None and found.internaldate is not None
    header = found.sections[INDEX_SECTION]
    assert header is None if wanted is None else wanted in header
    assert b"Good day" not in (header or b"")


def test_a_mail_that_does_not_exist_is_none_on_every_rung(box):
    assert box.open().fetch_index_one(77) is None
