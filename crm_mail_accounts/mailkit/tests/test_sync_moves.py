"""Binding rows that lost their place to mails that were just seen."""

import random
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from mailkit.mime.header_fields import index_header
from mailkit.sync.identity import fingerprint, loose_fingerprint, server_key
from mailkit.sync.moves import Arrived, Unplaced, pair_moves

# -- fingerprints -------------------------------------------------------------

WHEN = datetime(2026, 3, 1, 9, 30, tzinfo=timezone.utc)
WITH_ID = b"From: a@b.it\r\nSubject: x\r\nMessage-ID: <A1@example.test>\r\n\r\n"
WITHOUT = b"From: A <a@b.it>\r\nSubject: =?utf-8?q?x?=\r\nDate: 1 Mar 2026\r\n\r\n"


def printed(header, size=900, when=WHEN, **raw):
    return fingerprint(index_header(header), size, when, **raw)


def test_stored_fingerprints_stay_what_they_are():
    """Another value would make a stranger of every stored mail."""
    assert printed(WITH_ID) == "cd1caf7f8f5437b5ad24a332f177881a"
    assert printed(WITH_ID, raw=WITH_ID) == printed(WITH_ID)
    assert printed(WITHOUT) == "a82253cc61ab6781bacaac6a632e1888"


def test_the_servers_own_id_is_a_key_beside_it():
    assert server_key({"emailid": "M1", "gm_msgid": "1"}) == "e:M1"
    assert server_key({"gm_msgid": "1"}) == "g:1"
    for extra in ({}, {"emailid": None}, {"emailid": ""}, {"emailid": ("M1",)}):
        assert server_key(extra) is None
    assert len(server_key({"emailid": "M" * 999})) < 300


def test_without_message_id_the_bytes_of_the_header_tell():
    folded = WITHOUT.replace(b"Subject: ", b"subject:\r\n  ")
    swapped = b"Date: 1 Mar 2026\r\nX-A: b\r\n" + WITHOUT.replace(
        b"Date: 1 Mar 2026\r\n", b""
    )
    same = {printed(raw, raw=raw) for raw in (WITHOUT, folded, swapped)}
    assert len(same) == 1
    other = WITHOUT.replace(b"?x?", b"?y?")
    assert printed(other, raw=other) not in same
    assert printed(WITHOUT, 901, raw=WITHOUT) not in same
    assert printed(WITHOUT, when=None, raw=WITHOUT) not in same


def test_the_loose_fingerprint_survives_another_size_but_not_another_text():
    header = index_header(WITH_ID)
    loose = loose_fingerprint(header, WITH_ID)
    assert loose == loose_fingerprint(header, b"X-New: 1\r\n" + WITH_ID)
    other = WITH_ID.replace(b"Subject: x", b"Subject: y")
    assert loose != loose_fingerprint(index_header(other), other)
    assert loose_fingerprint(replace(header, message_id=""), WITH_ID) == ""


# -- pairing ------------------------------------------------------------------


def test_one_row_and_one_mail_are_bound():
    pairing = pair_moves([Unplaced(1, "f")], [Arrived("a", 9, "f")])
    assert pairing == (((1, "a"),), (), ())


def test_as_many_rows_as_mails_are_bound_in_the_order_of_their_uids():
    rows = [Unplaced(1, "f", 30), Unplaced(2, "f", 10), Unplaced(3, "f", 20)]
    mails = [Arrived("c", 7, "f"), Arrived("a", 5, "f"), Arrived("b", 6, "f")]
    assert set(pair_moves(rows, mails).bound) == {(2, "a"), (3, "b"), (1, "c")}


@pytest.mark.parametrize(("rows", "mails"), [(2, 1), (1, 2), (3, 2)])
def test_where_it_is_unclear_the_mails_are_new(rows, mails):
    pairing = pair_moves(
        [Unplaced(row, "f", row) for row in range(rows)],
        [Arrived(f"m{uid}", uid, "f") for uid in range(mails)],
    )
    assert pairing.bound == ()
    assert len(pairing.new) == mails


def test_a_window_of_a_renumbered_folder_is_bound_as_far_as_it_goes():
    pairing = pair_moves(
        [Unplaced(1, "f", 10), Unplaced(2, "f", 20)],
        [Arrived("a", 5, "f")],
        complete=False,
    )
    assert pairing.bound == ((1, "a"),)


def test_a_copy_of_a_mail_that_has_its_place_is_a_copy():
    pairing = pair_moves([], [Arrived("a", 5, "f"), Arrived("b", 6, "g")], {"f": 77})
    assert pairing == ((), (("a", 77),), ("b",))


def test_a_moved_mail_is_bound_even_when_a_copy_has_its_place():
    pairing = pair_moves([Unplaced(1, "f")], [Arrived("a", 5, "f")], {"f": 77})
    assert pairing.bound == ((1, "a"),)


def test_the_loose_fingerprint_binds_one_and_one_alone():
    rows = [Unplaced(1, "f1", 1, "loose")]
    assert pair_moves(rows, [Arrived("a", 5, "f2", "loose")]).bound == ((1, "a"),)
    two = [Arrived("a", 5, "f2", "loose"), Arrived("b", 6, "f3", "loose")]
    assert pair_moves(rows, two).new == ("a", "b")
    rows.append(Unplaced(2, "f4", 2, "loose"))
    assert pair_moves(rows, two).new == ("a", "b")


def test_without_fingerprint_nothing_is_bound():
    pairing = pair_moves([Unplaced(1, "")], [Arrived("a", 5, "")], {"": 3})
    assert pairing.new == ("a",)


@pytest.mark.parametrize("seed", range(50))
@pytest.mark.parametrize("complete", [True, False])
def test_every_mail_has_one_fate_and_every_row_one_mail(seed, complete):
    dice = random.Random(seed)
    prints = [f"f{n}" for n in range(8)]
    loose = ["", "l1", "l2", "l3"]
    rows = [
        Unplaced(row, dice.choice(prints), dice.choice((None, row)), dice.choice(loose))
        for row in range(dice.randint(0, 12))
    ]
    mails = [
        Arrived(("box", uid), uid, dice.choice(prints), dice.choice(loose))
        for uid in dice.sample(range(1, 100), dice.randint(0, 12))
    ]
    placed = {value: 1000 + n for n, value in enumerate(dice.sample(prints, 3))}
    pairing = pair_moves(rows, mails, placed, complete=complete)
    keys = [key for _row, key in pairing.bound]
    keys += [key for key, _row in pairing.copies]
    keys += pairing.new
    assert sorted(keys) == sorted(mail.key for mail in mails)
    bound = [row for row, _key in pairing.bound]
    assert len(set(bound)) == len(bound)
    by_row = {row.row: row for row in rows}
    by_key = {mail.key: mail for mail in mails}
    for row, key in pairing.bound:
        one, other = by_row[row], by_key[key]
        exact = one.fingerprint == other.fingerprint
        assert exact or one.loose == other.loose != ""
    for value in prints:
        homeless = [row for row in rows if row.fingerprint == value]
        arrived = [mail for mail in mails if mail.fingerprint == value]
        if homeless and len(homeless) == len(arrived):
            assert {row.row for row in homeless} <= set(bound)
    dice.shuffle(rows)
    assert set(pair_moves(rows, mails, placed, complete=complete).bound) == set(
        pairing.bound
    )
