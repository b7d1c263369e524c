"""What a pass has to do, from numbers alone, and against a simulated server."""

import random
from dataclasses import dataclass, field, replace

import pytest

from mailkit.sync.delta import (
    AUDIT_EVERY,
    NEWEST,
    OLDER,
    SCAN_EVERY,
    FolderKnown,
    Mark,
    counts_differ,
    plan_delta,
)
from mailkit.values import FolderState

KNOWN = FolderKnown(
    uidvalidity=7,
    uidnext=101,
    low_uid=1,
    modseq=50,
    count=80,
    unseen=3,
    scan_age=60.0,
    audit_age=60.0,
)
SERVER = FolderState(exists=80, uidvalidity=7, uidnext=101, highestmodseq=50, unseen=3)
MODES = ("qresync", "condstore", "bare")


def plan(mode, *, ours=None, **server):
    known = replace(KNOWN, **(ours or {}))
    if mode == "bare":
        known = replace(known, modseq=None)
        server.setdefault("highestmodseq", None)
    return plan_delta(replace(SERVER, **server), known, mode)


@pytest.mark.parametrize("mode", MODES)
def test_equal_numbers_mean_nothing_at_all(mode):
    """Law 16."""
    assert plan(mode).idle


@pytest.mark.parametrize("mode", MODES)
def test_a_folder_never_looked_at_is_left_to_the_first_index(mode):
    delta = plan_delta(SERVER, FolderKnown(), mode)
    assert delta.idle and delta.known is None
    assert delta.folder.to_fill == (1, 100)
    modseq = None if mode == "bare" else 50
    assert delta.mark == Mark(7, 101, modseq)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "server", [{"uidvalidity": 8}, {"uidnext": 50}, {"uidvalidity": 8, "exists": 0}]
)
def test_other_uids_are_bound_anew_and_nothing_else(mode, server):
    """Law 5."""
    delta = plan(mode, highestmodseq=900, **server)
    assert delta.folder.reset and not delta.idle
    assert (delta.changes, delta.audit, delta.locate, delta.flag_windows) == (
        None,
        None,
        None,
        (),
    )


@pytest.mark.parametrize("mode", MODES)
def test_new_mail_is_a_bounded_range(mode):
    delta = plan(mode, uidnext=111, exists=90)
    assert delta.new == (101, 110)
    assert delta.locate is None  # counted when the new ones are there
    assert delta.mark.uidnext == 111


@pytest.mark.parametrize("mode", ["qresync", "condstore"])
def test_changes_are_those_since_the_stored_modseq(mode):
    delta = plan(mode, highestmodseq=60)
    assert (delta.changes, delta.changes_since) == ((1, 100), 50)
    assert delta.mark == Mark(7, 101, 60)
    assert delta.audit is None


def test_a_removal_is_told_by_qresync_and_counted_otherwise():
    assert plan("qresync", highestmodseq=60, exists=79).locate is None
    assert plan("condstore", highestmodseq=60, exists=79).locate == (1, 100)
    # no change told and yet a mail less: something was missed
    assert plan("qresync", exists=79).locate == (1, 100)
    assert plan("condstore", exists=81).locate == (1, 100)


@pytest.mark.parametrize("mode", ["qresync", "condstore"])
@pytest.mark.parametrize(
    ("ours", "server", "reason"),
    [
        ({}, 40, "modseq_back"),  # closeio/sync-engine#943
        ({"modseq": None}, 60, "modseq_new"),
        ({}, None, "modseq_lost"),
        ({"audit_age": AUDIT_EVERY}, 50, "due"),
        ({"audit_age": None}, 50, "due"),
    ],
)
def test_what_cannot_be_trusted_is_audited_whole(mode, ours, server, reason):
    delta = plan(mode, ours=ours, highestmodseq=server)
    assert delta.audit == (1, 100)
    assert delta.reason == reason
    assert delta.changes is None
    assert delta.mark.modseq == server


def test_an_audit_waits_until_the_first_index_is_done_unless_it_must_be():
    half = {"low_uid": 40, "audit_age": None, "count": 50}
    assert plan("qresync", ours=half).idle
    assert plan("qresync", ours=half, highestmodseq=60).changes == (40, 100)
    assert plan("qresync", ours=half, highestmodseq=10).audit == (40, 100)
    assert plan("condstore", ours=half, exists=99).locate is None


def test_a_difference_that_an_audit_could_not_explain_is_not_chased_for_ever():
    assert plan("qresync", ours={"excess": 2}, exists=82).idle
    assert plan("qresync", ours={"excess": 2}, exists=80).locate == (1, 100)


def test_counts_at_the_end():
    assert not counts_differ(SERVER, count=80)
    assert counts_differ(SERVER, count=79)
    assert not counts_differ(SERVER, count=78, gone=2)
    assert not counts_differ(SERVER, count=70, excess=10)
    assert not counts_differ(SERVER, count=1, indexed=False)


# -- bare ---------------------------------------------------------------------


def test_a_small_bare_folder_is_read_whole_when_something_changed():
    delta = plan("bare", unseen=4)
    assert delta.flag_windows == ((1, 100),)
    assert delta.scan_round and delta.scan_uid is None
    assert delta.locate is None


def test_a_bare_folder_is_read_again_after_a_while_although_no_number_changed():
    assert plan("bare", ours={"scan_age": SCAN_EVERY - 1}).idle
    assert plan("bare", ours={"scan_age": SCAN_EVERY}).flag_windows
    assert plan("bare", ours={"scan_age": None}).flag_windows
    # SELECT does not tell how many are unread
    assert plan("bare", unseen=None).idle


def test_a_mail_less_in_a_bare_folder_is_located():
    delta = plan("bare", exists=79)
    assert delta.locate == (1, 100)


def test_the_older_window_walks_through_the_whole_folder():
    ours = {"uidnext": 10_001, "count": 10_000, "scan_age": None}
    seen, pointer, rounds = set(), None, 0
    for _turn in range(20):
        delta = plan(
            "bare", ours={**ours, "scan_uid": pointer}, uidnext=10_001, exists=10_000
        )
        newest, older = delta.flag_windows
        assert newest == (10_001 - NEWEST, 10_000)
        assert older[1] - older[0] < OLDER and older[1] < newest[0]
        seen.update(range(older[0], older[1] + 1), range(newest[0], newest[1] + 1))
        pointer = delta.scan_uid
        rounds += 1
        if delta.scan_round:
            assert pointer is None
            break
    assert seen == set(range(1, 10_001))
    assert rounds == 5


@pytest.mark.parametrize(
    ("count", "excess", "spans"),
    [
        (5000, 0, [50_000, 50_000]),
        # no window holds more than there are
        (800, 0, [50_000, 9_950_000]),
        (300, 0, [10_000_000]),
        # of which the owner wants a few, and the server tells all
        (300, 4700, [50_000, 50_000]),
    ],
)
def test_windows_of_a_thin_folder_are_wider_and_bounded(count, excess, spans):
    known = {"uidnext": 10_000_001, "count": count, "excess": excess}
    delta = plan(
        "bare",
        ours={**known, "scan_age": None},
        uidnext=10_000_001,
        exists=count + excess,
    )
    assert [last - first + 1 for first, last in delta.flag_windows] == spans


@pytest.mark.parametrize("pointer", [0, -5, 10**9])
def test_a_pointer_that_is_none_begins_at_the_top(pointer):
    ours = {"uidnext": 10_001, "count": 10_000, "scan_age": None, "scan_uid": pointer}
    delta = plan("bare", ours=ours, uidnext=10_001, exists=10_000)
    assert delta.flag_windows[1][1] == 10_000 - NEWEST


# -- a server and a client, at random -----------------------------------------


@dataclass
class Server:
    """A folder with mod-sequences; ``modseq_of`` also of what went."""

    flags: dict[int, int] = field(default_factory=dict)
    modseq_of: dict[int, int] = field(default_factory=dict)
    uidnext: int = 1
    modseq: int = 1

    def touch(self, uid):
        self.modseq += 1
        self.modseq_of[uid] = self.modseq

    def happen(self, dice):
        what = dice.random()
        if what < 0.4 or not self.flags:
            self.flags[self.uidnext] = 0
            self.touch(self.uidnext)
            self.uidnext += dice.choice((1, 1, 1, 7))
        elif what < 0.75:
            uid = dice.choice(list(self.flags))
            self.flags[uid] += 1
            self.touch(uid)
        else:
            uid = dice.choice(list(self.flags))
            del self.flags[uid]
            self.touch(uid)

    def state(self, mode):
        modseq = None if mode == "bare" else self.modseq
        return FolderState(len(self.flags), 7, self.uidnext, modseq)


@dataclass
class Client:
    """Does what a plan says, and no more; the server changes in between."""

    mode: str
    rows: dict[int, int] = field(default_factory=dict)
    known: FolderKnown = field(
        default_factory=lambda: FolderKnown(7, 1, 1, None, audit_age=0.0)
    )
    audits: int = 0

    def turn(self, server, dice):
        state = server.state(self.mode)
        known = replace(self.known, count=len(self.rows))
        delta = plan_delta(state, known, self.mode)
        for _event in range(dice.choice((0, 0, 1, 3))):
            server.happen(dice)  # while the pass runs
        if delta.new:
            first, last = delta.new
            self.rows |= {u: f for u, f in server.flags.items() if first <= u <= last}
        if delta.changes:
            self.changes(server, *delta.changes, delta.changes_since)
        for window in delta.flag_windows:
            self.compare(server, *window)
        for span in (delta.locate, delta.audit):
            if span:
                self.compare(server, *span)
        self.audits += bool(delta.audit)
        if counts_differ(state, count=len(self.rows)):
            self.compare(server, 1, state.uidnext - 1)
        self.known = FolderKnown(
            7,
            delta.mark.uidnext,
            1,
            delta.mark.modseq,
            scan_uid=delta.scan_uid,
            audit_age=0.0,
        )

    def changes(self, server, first, last, since):
        for uid, modseq in server.modseq_of.items():
            if modseq > since and first <= uid <= last:
                if uid in server.flags:
                    self.rows[uid] = server.flags[uid]
                elif self.mode == "qresync":
                    self.rows.pop(uid, None)

    def compare(self, server, first, last):
        for uid in [u for u in self.rows if first <= u <= last]:
            if uid not in server.flags:
                del self.rows[uid]
        self.rows |= {u: f for u, f in server.flags.items() if first <= u <= last}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(30))
def test_whatever_happens_both_sides_agree_when_it_is_quiet(mode, seed):
    """Laws 2 and 4: also when the server changes while a pass runs."""
    dice = random.Random(f"{mode}-{seed}")
    server, client = Server(), Client(mode)
    for _turn in range(40):
        for _event in range(dice.choice((0, 1, 5, 30))):
            server.happen(dice)
        client.turn(server, dice)
    still = random.Random(0)
    still.choice = lambda _options: 0  # nothing happens any more
    for _turn in range(3):
        client.turn(server, still)
    assert client.rows == server.flags
    if mode != "bare":
        known = replace(client.known, count=len(client.rows))
        assert plan_delta(server.state(mode), known, mode).idle
        assert client.audits <= 1
