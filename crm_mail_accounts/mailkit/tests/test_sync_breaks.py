"""What made a server hang up is halved on the connections that follow."""

from mailkit.sync.isolate import SURE, Break, after_break, around


def hunt(uids, bad):
    """Halve as a worker does; the connections that broke, and what is left at last."""
    known = None
    fetched = set()
    broke = 0
    while True:
        parts = around(uids, known) if known else [tuple(uids)]
        for part in parts:
            if bad in part:
                if known and known.times >= SURE and len(part) == 1:
                    return broke, part, fetched
                known = after_break((part[0], part[-1]), known)
                broke += 1
                break
            fetched |= set(part)
        else:
            return broke, (), fetched


def test_one_bad_mail_is_found_by_few_connections():
    for count in (1, 2, 3, 10, 500):
        uids = range(10, 10 + count * 3, 3)
        for bad in {uids[0], uids[-1], uids[count // 2]}:
            broke, found, _fetched = hunt(uids, bad)
            assert found == (bad,)
            assert broke <= SURE + count.bit_length()


def test_what_is_newer_than_the_bad_mail_arrives_on_the_way():
    _broke, _found, fetched = hunt(range(1, 101), 40)
    assert fetched >= set(range(41, 101))


def test_another_span_begins_to_count_anew():
    known = Break(10, 20, times=5)
    assert after_break((10, 15), known) == Break(10, 15, times=6)
    assert after_break((15, 25), known) == Break(15, 25, times=1)
    assert after_break((1, 2), None) == Break(1, 2, times=1)


def test_the_parts_are_the_whole_window_newest_first():
    uids = (1, 2, 5, 6, 7, 9, 12)
    once = around(uids, Break(5, 9))
    assert once == [(12,), (5, 6, 7, 9), (1, 2)]
    twice = around(uids, Break(5, 9, times=SURE))
    assert twice == [(12,), (7, 9), (5, 6), (1, 2)]
    assert around(uids, Break(3, 4, times=9)) == [(5, 6, 7, 9, 12), (1, 2)]
