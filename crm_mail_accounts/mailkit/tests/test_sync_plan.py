"""The planner: which UIDs of a folder are fetched next."""

import pytest

from mailkit.limits import FIRST_WINDOW, WINDOW
from mailkit.sync.plan import (
    MAX_SPAN,
    MOST_GAPS,
    FolderMark,
    first_span,
    next_span,
    plan_folder,
    unknown_spans,
    windows_down,
)
from mailkit.values import FolderState


def server(uidvalidity=7, uidnext=101, exists=100):
    return FolderState(exists=exists, uidvalidity=uidvalidity, uidnext=uidnext)


def test_an_unknown_folder_is_filled_from_its_newest_mail_down():
    plan = plan_folder(server(), FolderMark())
    assert not plan.reset
    assert plan.new is None
    assert plan.to_fill == (1, 100)
    assert plan.mark == FolderMark(7, 101, 101)


def test_an_empty_folder_needs_nothing():
    assert plan_folder(server(uidnext=1, exists=0), FolderMark()).idle


def test_a_known_folder_without_change_needs_nothing():
    assert plan_folder(server(), FolderMark(7, 101, 1)).idle


def test_new_mail_is_told_apart_from_what_is_still_to_fill():
    plan = plan_folder(server(uidnext=110), FolderMark(7, 101, 40))
    assert plan.new == (101, 109)
    assert plan.to_fill == (1, 39)


@pytest.mark.parametrize(
    "state",
    [server(uidvalidity=8), server(uidnext=50)],
    ids=["other uidvalidity", "uidnext went back"],
)
def test_other_uids_reset_the_folder_and_fill_it_anew(state):
    plan = plan_folder(state, FolderMark(7, 101, 1))
    assert plan.reset
    assert plan.to_fill == (1, state.uidnext - 1)
    assert plan.new is None


def test_a_server_without_uidvalidity_is_not_reset_each_time():
    state = server(uidvalidity=None)
    first = plan_folder(state, FolderMark())
    again = plan_folder(state, FolderMark(first.mark.uidvalidity, 101, 1))
    assert again.idle


def test_windows_go_down_without_gap_or_overlap():
    windows = list(windows_down(1, 1234, 500))
    assert windows[0] == (735, 1234)
    assert windows[-1][0] == 1
    seen = [uid for low, high in windows for uid in range(high, low - 1, -1)]
    assert seen == list(range(1234, 0, -1))


def test_the_first_window_is_one_screen_and_the_next_ones_are_large():
    assert first_span(FolderMark(7, 101, 101), 101) == FIRST_WINDOW
    assert first_span(FolderMark(7, 101, 51), 101) == WINDOW


def test_thin_uids_widen_the_window_up_to_a_bound():
    span = WINDOW
    for _turn in range(20):
        span = next_span(span, found=0)
    assert span == MAX_SPAN


def test_a_dense_answer_brings_a_wide_window_back():
    assert next_span(MAX_SPAN, found=25_000) == 2 * WINDOW
    assert next_span(WINDOW, found=WINDOW) == WINDOW


@pytest.mark.parametrize(
    ("known", "spans"),
    [
        ([], [(10, 20)]),
        (range(10, 21), []),
        ([10, 11], [(12, 20)]),
        ([19, 20], [(10, 18)]),
        ([12, 15], [(16, 20), (13, 14), (10, 11)]),
        ([3, 9, 21], [(10, 20)]),
    ],
)
def test_what_is_known_already_is_no_news(known, spans):
    assert unknown_spans((10, 20), list(known)) == spans


def test_many_gaps_are_asked_for_together():
    known = list(range(1, 4 * MOST_GAPS, 2))
    assert unknown_spans((1, 4 * MOST_GAPS), known) == [(1, 4 * MOST_GAPS)]
