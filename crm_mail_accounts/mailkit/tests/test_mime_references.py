"""Message ids and the keys of conversations."""

import time

import pytest

from mailkit.limits import MAX_REFERENCES
from mailkit.mime.references import (
    is_thread_key,
    message_id,
    message_ids,
)


@pytest.mark.parametrize(
    "field, ids",
    [
        ("<a@x.test>", ["<a@x.test>"]),
        ("<a@x.test> <b@x.test>", ["<a@x.test>", "<b@x.test>"]),
        ("<a@x.test><b@x.test>", ["<a@x.test>", "<b@x.test>"]),
        ("<a@x.test>,<b@x.test>", ["<a@x.test>", "<b@x.test>"]),
        ("< a@x.test >", ["<a@x.test>"]),
        ("<a-long-\t id@x.test>", ["<a-long-id@x.test>"]),
        ("a@x.test", ["<a@x.test>"]),
        ("a@x.test b@x.test (comment c@x.test)", ["<a@x.test>", "<b@x.test>"]),
        ("<a@x.test", ["<a@x.test>"]),
        ('Your mail of Monday "hi" <a@x.test>', ["<a@x.test>"]),
        ("<Case.Kept@X.test>", ["<Case.Kept@X.test>"]),
        ("<no-at-sign>", ["<no-at-sign>"]),
        ("=?utf-8?Q?=3Ca=40x.test=3E?=", ["<a@x.test>"]),
        ("<a@x.test> <a@x.test>", ["<a@x.test>"]),
        ("<>", []),
        ("", []),
        ("@", []),
        ("<" + "a" * 2000 + "@x.test>", []),
        ("<a\x00b@x.test>", ["<ab@x.test>"]),
    ],
)
def test_ids_are_read_in_one_form(field, ids):
    assert list(message_ids(field)) == ids
    assert list(message_ids(field.encode())) == ids
    assert message_id(field) == (ids[0] if ids else "")


def test_of_a_long_chain_the_root_and_the_last_ones_stay():
    ids = message_ids(" ".join(f"<{i}@x.test>" for i in range(1000)))
    assert len(ids) == MAX_REFERENCES
    assert ids[0] == "<0@x.test>"
    assert ids[1:] == tuple(f"<{i}@x.test>" for i in range(951, 1000))


def test_a_repeated_id_keeps_its_last_place_because_the_last_is_the_parent():
    assert message_ids("<aa@x.test> <bb@x.test> <cc@x.test> <bb@x.test>") == (
        "<aa@x.test>",
        "<cc@x.test>",
        "<bb@x.test>",
    )


@pytest.mark.parametrize(
    "identifier, useful",
    [
        ("<abc.1@x.test>", True),
        ("<1@localhost>", False),
        ("<1@x.test>", False),
        ("<abc@localhost>", False),
        ("<20240102101500.4711abc@localhost>", True),
        ("<no-at-sign>", False),
        ("<@x.test>", False),
        ("<>", False),
    ],
)
def test_ids_that_many_mails_share_join_nothing(identifier, useful):
    assert is_thread_key(identifier) is useful


@pytest.mark.parametrize("unit", ["<", "a", "(", "a@", "<a@b>", " ", "=?a?q?"])
def test_hostile_repetitions_stay_fast(unit):
    started = time.perf_counter()
    message_ids(unit * 100_000)
    assert time.perf_counter() - started < 2
