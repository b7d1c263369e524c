"""UID sets."""

import random

import pytest

from mailkit.errors import InvalidArgument, LimitExceeded, ProtocolError
from mailkit.imap import sets
from mailkit.limits import MAX_COMMAND_LINE


def test_uids_are_compressed_ascending_without_duplicates():
    assert sets.compress([9, 3, 1, 2, 3, 7, 8]) == b"1:3,7:9"
    assert sets.compress([]) == b""
    assert sets.compress([5]) == b"5"


@pytest.mark.parametrize("uid", [0, -1, 2**32, True, "1"])
def test_what_is_no_uid_is_refused(uid):
    with pytest.raises(InvalidArgument):
        sets.compress([uid])
    with pytest.raises(InvalidArgument):
        sets.window(uid, 10)


def test_pieces_fit_into_a_command_line_and_lose_nothing():
    chosen = random.Random(7).sample(range(1, 2**32), 5000)
    pieces = list(sets.chunks(chosen))
    assert len(pieces) > 1
    assert max(map(len, pieces)) < MAX_COMMAND_LINE
    pairs = [pair for piece in pieces for pair in sets.parse(piece)]
    assert sets.expand(pairs) == sorted(chosen)
    assert pairs == sorted(pairs), "ascending over all pieces"


def test_a_window_has_both_ends():
    assert sets.window(5, 9) == b"5:9"
    assert sets.window(5, 5) == b"5:5"
    with pytest.raises(InvalidArgument):
        sets.window(9, 5)


@pytest.mark.parametrize("text", [b"", b"1,", b"1:*", b"a", b"1::2", b"1 2", b"9" * 11])
def test_a_set_that_cannot_be_read_is_a_protocol_error(text):
    with pytest.raises(ProtocolError):
        sets.parse(text)


def test_ranges_may_be_written_backwards():
    assert sets.parse(b"9:7,1") == [(7, 9), (1, 1)]


def test_an_answer_is_clipped_to_what_was_asked():
    assert sets.expand([(1, 4294967295)], 10, 12) == [10, 11, 12]


def test_a_huge_range_costs_no_memory():
    with pytest.raises(LimitExceeded):
        sets.expand([(1, 4294967295)])
