"""When a missing mail counts as removed; audits; windows with a spoilt mail."""

import math
import random

import pytest

from mailkit.sync.audit import audit_windows, compare_window, flag_key
from mailkit.sync.deletions import (
    LIST_AT_ONCE,
    SAMPLES,
    Answer,
    Suspicion,
    confirmed,
    counter,
    differing_spans,
    judge_removal,
    locate_missing,
    sample_places,
)
from mailkit.sync.isolate import isolate
from mailkit.values import FlagChange

# -- confirmation -------------------------------------------------------------


def test_a_candidate_is_confirmed_only_by_an_answer_about_it():
    """Law 4."""
    answers = [Answer(1, 10, (1, 2, 9)), Answer(20, 30, ())]
    assert confirmed([2, 3, 4, 9, 15, 20, 21, 40], answers) == [(3, 4), (20, 21)]
    assert confirmed([3, 4], []) == []


def test_of_two_answers_the_one_that_has_the_mail_counts():
    assert confirmed([5], [Answer(1, 9, ()), Answer(5, 5, (5,))]) == []


# -- locating -----------------------------------------------------------------


def located(server, ours, last):
    asked = []
    count = counter(sorted(server))

    def ask(low, high):
        asked.append((low, high))
        return count(low, high)

    spans = list(locate_missing(ask, counter(sorted(ours)), 1, last))
    return spans, len(asked)


@pytest.mark.parametrize("seed", range(20))
def test_differences_are_found_by_few_counts(seed):
    dice = random.Random(seed)
    last = dice.choice((500, 30_000, 200_000))
    server = set(dice.sample(range(1, last + 1), last // 2))
    ours = set(server)
    holes = dice.randint(1, 4)
    gone = set(dice.sample(sorted(server), holes))
    server -= gone
    spans, asked = located(server, ours, last)
    for uid in gone:
        assert sum(low <= uid <= high for low, high in spans) == 1
    listed = sum(counter(sorted(ours))(low, high) for low, high in spans)
    assert listed <= holes * LIST_AT_ONCE
    assert asked <= 1 + holes * math.ceil(math.log2(last))


def test_mails_that_only_the_server_has_are_found_too():
    spans, _asked = located({1, 5000}, {1}, 10_000)
    assert any(low <= 5000 <= high for low, high in spans)


def test_equal_counts_cost_one_question():
    assert located(range(1, 1000), range(1, 1000), 1000) == ([], 1)


def test_a_server_that_does_not_count_is_listed():
    ours = counter([1, 2])
    assert list(locate_missing(lambda *_: None, ours, 1, 9000)) == [(1, 9000)]
    assert list(locate_missing(lambda *_: None, ours, 5, 4)) == []


# -- locating by places -------------------------------------------------------


def by_places(server, ours, first, last):
    there = sorted(server)
    places = {place: there[place - 1] for place in sample_places(len(there))}
    return differing_spans(places, counter(sorted(ours)), first, last)


@pytest.mark.parametrize("seed", range(20))
def test_differences_are_found_by_the_places_of_some_mails(seed):
    dice = random.Random(seed)
    last = dice.choice((40, 500, 30_000, 200_000))
    ours = set(dice.sample(range(1, last + 1), last // 2))
    gone = set(dice.sample(sorted(ours), dice.randint(1, 4)))
    spans = by_places(ours - gone, ours, 1, last)
    for uid in gone:
        assert sum(low <= uid <= high for low, high in spans) == 1
    listed = sum(counter(sorted(ours))(low, high) for low, high in spans)
    assert listed <= len(gone) * (2 + len(ours) // SAMPLES + len(gone))


def test_equal_folders_have_no_places_to_list():
    assert by_places(range(5, 5000), range(5, 5000), 1, 9000) == []


def test_the_end_and_the_whole_of_a_folder_may_have_gone():
    assert by_places(range(1, 90), range(1, 100), 1, 99) == [(90, 99)]
    assert by_places((), range(1, 100), 1, 99) == [(1, 99)]


def test_what_lies_outside_of_the_span_is_not_listed():
    server = range(1, 10_001)
    spans = by_places(server, range(4000, 6001), 4000, 6000)
    assert all(4000 <= low <= high <= 6000 for low, high in spans)
    listed = sum(high - low + 1 for low, high in spans)
    assert listed <= 2 * (10_000 // SAMPLES + 1), "its two ends, which are cut off"


def test_places_that_cannot_be_right_say_nothing():
    ours = counter(range(1, 100))
    assert differing_spans({1: 50, 2: 20}, ours, 1, 99) == [(1, 99)]


def test_few_places_are_asked_for():
    assert list(sample_places(0)) == []
    assert list(sample_places(3)) == [3, 2, 1]
    for total in (1, 299, 300, 301, 100_000, 2**32 - 1):
        places = sample_places(total)
        assert len(places) <= SAMPLES
        assert places[0] == total


# -- the brake ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("gone", "total"), [(1, 1), (200, 200), (201, 1000), (300, 1000), (0, 0)]
)
def test_usual_removals_are_believed_at_once(gone, total):
    verdict = judge_removal(gone, total, uidvalidity=7, connection="a")
    assert verdict.act and not verdict.warn


def test_a_mass_removal_needs_a_second_connection():
    """Mailspring-Sync#91: one answer emptied mailboxes."""
    first = judge_removal(900, 1000, uidvalidity=7, connection="a")
    assert not first.act
    assert first.suspicion == Suspicion(7, 900, "a")
    same = judge_removal(
        900, 1000, uidvalidity=7, connection="a", before=first.suspicion
    )
    assert not same.act
    assert same.suspicion == first.suspicion
    second = judge_removal(
        900, 1000, uidvalidity=7, connection="b", before=first.suspicion
    )
    assert second.act and second.warn


@pytest.mark.parametrize(
    "before", [Suspicion(8, 900, "a"), Suspicion(7, 210, "a"), None]
)
def test_another_suspicion_is_no_witness(before):
    verdict = judge_removal(900, 1000, uidvalidity=7, connection="b", before=before)
    assert not verdict.act
    assert verdict.suspicion == Suspicion(7, 900, "b")


# -- audit --------------------------------------------------------------------


def test_a_window_is_compared():
    difference = compare_window(
        (10, 20),
        {10: ("\\Seen",), 11: ("a",), 12: (), 13: ("\\Flagged",)},
        [
            FlagChange(10, ("\\SEEN", "\\Recent")),
            FlagChange(11, ("a", "b"), 5),
            FlagChange(13, ()),
            FlagChange(15, ("\\Seen",)),
            FlagChange(30, ()),
        ],
    )
    assert [one.uid for one in difference.changed] == [11, 13]
    assert difference.missing == (12,)
    assert difference.unknown == (15,)
    assert difference
    assert not compare_window((1, 5), {1: ()}, [FlagChange(1, ())])


def test_flags_are_compared_without_case():
    assert flag_key(["\\seen", "$Forwarded"]) == flag_key(["$FORWARDED", "\\Seen"])
    assert flag_key(["a"]) != flag_key(["b"])


def test_an_audit_goes_through_all_that_is_known():
    windows = list(audit_windows((5, 9004), 9000))
    assert windows[0] == (7005, 9004)
    assert windows[-1][0] == 5
    assert sum(last - first + 1 for first, last in windows) == 9000


# -- spoilt mails -------------------------------------------------------------


class Spoilt:
    def __init__(self, bad):
        self.bad, self.fetched, self.asked = set(bad), set(), 0

    def works(self, uids):
        self.asked += 1
        assert list(uids) == sorted(uids)
        if self.bad & set(uids):
            return False
        self.fetched |= set(uids)
        return True


@pytest.mark.parametrize("size", [1, 2, 3, 100, 500, 999, 1000])
def test_one_spoilt_mail_is_found_within_ten_commands(size):
    uids = list(range(10, 10 + 3 * size, 3))
    for bad in {uids[0], uids[-1], uids[size // 2], uids[size // 3]}:
        server = Spoilt([bad])
        found = isolate(uids, server.works)
        assert found.spoilt == (bad,)
        assert server.asked <= 10
        assert server.fetched | {bad} | set(found.left) == set(uids)
        assert not server.fetched & set(found.left)


@pytest.mark.parametrize("seed", range(30))
def test_many_spoilt_mails_are_found_in_the_end_and_nothing_is_lost(seed):
    dice = random.Random(seed)
    uids = sorted(dice.sample(range(1, 10_000), dice.randint(1, 1500)))
    server = Spoilt(dice.sample(uids, min(len(uids), dice.randint(1, 6))))
    left, spoilt, passes = uids, set(), 0
    while left:
        if passes and server.works(left):
            break
        before = server.asked
        found = isolate(left, server.works)
        assert server.asked - before <= 10 * -(-len(left) // 1000)
        assert len(found.left) < len(left)
        spoilt |= set(found.spoilt)
        left, passes = found.left, passes + 1
    assert spoilt == server.bad
    assert server.fetched | spoilt == set(uids)


def test_no_uids_cost_nothing():
    server = Spoilt([])
    assert isolate([], server.works).spoilt == ()
    assert server.asked == 0


def test_an_error_of_the_connection_passes_through():
    def works(_uids):
        raise OSError

    with pytest.raises(OSError):
        isolate([1, 2], works)
