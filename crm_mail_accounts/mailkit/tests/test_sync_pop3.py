"""Which mails of a maildrop are fetched and deleted, from values alone."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mailkit.limits import POP3_MEMORY, POP3_TRIES
from mailkit.sync.pop3 import (
    KnownMail,
    ListedMail,
    MailState,
    Policy,
    deletable,
    digest_key,
    digest_of,
    failed,
    plan_session,
    settle,
    uidl_key,
)

NOW = datetime(2026, 11, 22, 10, 0, 0)
KEEP = Policy()
EMPTY = Policy(leave_days=0)


def ago(days):
    return NOW - timedelta(days=days)


def one(uidl, state=MailState.APPENDED, size=10, *, days=1, ordinal=1, **values):
    values.setdefault("digest", "" if state is MailState.SEEN else f"digest {uidl}")
    return KnownMail(uidl_key(uidl, ordinal), state, size, ago(days), **values)


def bare(digest, state=MailState.APPENDED, size=10, **values):
    return KnownMail(digest_key(digest), state, size, ago(1), digest, **values)


def plan(uidls, known=(), policy=KEEP, *, sizes=None, now=NOW, **options):
    """``uidls``: of the mails 1, 2, 3...; sizes are 10 where not told."""
    if uidls is not None and not isinstance(uidls, dict):
        uidls = dict(enumerate(uidls, 1))
    sizes = {number: 10 for number in uidls or ()} | (sizes or {})
    records = {mail.key: mail for mail in known}
    return plan_session(sizes, uidls, records, policy, now, **options)


def numbers(mails):
    return [mail.number for mail in mails]


# -- what is fetched ----------------------------------------------------------


def test_a_new_maildrop_is_remembered_and_fetched():
    found = plan(["a", "b"])
    assert [mail.key for mail in found.new] == ["u1:a", "u1:b"]
    assert {mail.state for mail in found.new} == {MailState.SEEN}
    assert {mail.first_seen for mail in found.new} == {NOW}
    assert numbers(found.fetch) == [1, 2]
    assert [mail.known for mail in found.fetch] == list(found.new)
    assert (found.left, found.delete, found.vanished) == (0, (), ())


@pytest.mark.parametrize(
    ("state", "fetched"),
    [
        (MailState.SEEN, [1]),
        (MailState.FETCHED, []),
        (MailState.APPENDED, []),
        (MailState.DELETE_OK, []),
        (MailState.DELETED, [1]),
    ],
)
def test_a_state_decides_whether_a_mail_is_fetched(state, fetched):
    found = plan(["a"], [one("a", state)])
    assert numbers(found.fetch) == fetched
    assert (found.new, found.delete) == ((), ())


def test_numbers_mean_nothing_from_one_session_to_the_next():
    known = [one("a"), one("b"), one("c")]
    found = plan({1: "c", 2: "new", 3: "a"}, known)
    assert numbers(found.fetch) == [2]
    assert found.vanished == ("u1:b",)


def test_the_newest_are_chosen_and_come_in_the_order_of_the_maildrop():
    found = plan(list("abcdef"), policy=Policy(max_mails=4))
    assert numbers(found.fetch) == [3, 4, 5, 6]
    assert found.left == 2
    assert len(found.new) == 6


def test_a_session_is_bounded_by_bytes_and_a_large_mail_is_not_overtaken_for_ever():
    sizes = {1: 5, 2: 5, 3: 60, 4: 50}
    policy = Policy(max_bytes=100)
    first = plan(list("abcd"), policy=policy, sizes=sizes)
    assert (numbers(first.fetch), first.left) == ([4], 3)
    known = [*first.new[:3], one("d", size=50)]
    second = plan(list("abcd"), known, policy, sizes=sizes)
    assert (numbers(second.fetch), second.left) == ([1, 2, 3], 0)


def test_a_mail_larger_than_a_session_is_fetched_alone_and_a_monstrous_one_never():
    policy = Policy(max_bytes=100, max_size=1000, leave_days=0)
    found = plan(["a", "b", "c"], policy=policy, sizes={1: 1001, 2: 5, 3: 900})
    assert (numbers(found.fetch), numbers(found.too_large)) == ([3], [1])
    assert found.left == 1


def test_a_mail_that_fails_keeps_no_other_one_waiting_and_is_left_alone_in_the_end():
    tries = POP3_TRIES
    known = [one(str(n), MailState.SEEN, failures=1) for n in range(50, 60)]
    found = plan([str(n) for n in range(60)], known, Policy(max_mails=55))
    assert len(found.fetch) == 55
    assert set(range(1, 51)) <= set(numbers(found.fetch))
    mail = ListedMail(1, 10, "u1:a", one("a", MailState.SEEN, failures=tries - 2))
    again = failed(mail)
    assert numbers(plan(["a"], [again]).fetch) == [1]
    found = plan(["a"], [failed(replace(mail, known=again))])
    assert (numbers(found.fetch), numbers(found.given_up)) == ([], [1])
    assert failed(ListedMail(1, 10)) is None


def test_mails_that_share_a_uidl_are_several():
    found = plan(["a", "b", "a", "a"])
    assert [mail.key for mail in found.new] == ["u1:a", "u1:b", "u2:a", "u3:a"]
    assert numbers(found.fetch) == [1, 2, 3, 4]


def test_a_uidl_cannot_be_mistaken_for_another_key():
    keys = {uidl_key("a"), uidl_key("1:a"), uidl_key("a", 11), digest_key("a")}
    assert len(keys | {uidl_key("d:a"), uidl_key("u1:a")}) == 6


def test_a_mail_whose_size_is_not_told_waits():
    found = plan_session({1: 10}, {1: "a", 2: "b"}, {}, KEEP, NOW)
    assert numbers(found.fetch) == [1]


# -- what is deleted ----------------------------------------------------------


def test_everything_stays_on_the_server_unless_the_user_chose_otherwise():
    assert Policy().leave_days is None
    states = (MailState.APPENDED, MailState.DELETE_OK, MailState.DELETED)
    for state in states:
        found = plan(["a"], [one("a", state, days=9999)])
        assert found.delete == ()
        assert not deletable(one("a", state, days=9999), 10, KEEP, NOW)


@pytest.mark.parametrize(
    ("state", "deleted"),
    [
        (MailState.SEEN, []),
        (MailState.FETCHED, []),
        (MailState.APPENDED, [1]),
        (MailState.DELETE_OK, [1]),
        (MailState.DELETED, []),
    ],
)
def test_only_what_is_in_the_folder_is_deleted(state, deleted):
    mail = one("a", state)
    assert numbers(plan(["a"], [mail], EMPTY).delete) == deleted
    assert deletable(mail, 10, EMPTY, NOW) == bool(deleted)


def test_days_count_from_when_we_saw_a_mail_first():
    policy = Policy(leave_days=14)
    known = [one("a", days=14), one("b", days=13.99), one("c", days=-400)]
    assert numbers(plan(["a", "b", "c"], known, policy).delete) == [1]


def test_a_mail_of_another_size_is_not_deleted_but_looked_at_again():
    found = plan(["a"], [one("a", size=11)], EMPTY)
    assert (numbers(found.fetch), found.delete) == ([1], ())
    assert not deletable(one("a", size=11), 10, EMPTY, NOW)
    assert plan(["a"], [one("a", size=11)]).fetch == ()  # nobody wants to delete it
    same = settle(found.fetch[0], "digest a", None, NOW)
    assert (same.state, same.size) == (MailState.APPENDED, 10)
    assert numbers(plan(["a"], [same], EMPTY).delete) == [1]
    other = settle(found.fetch[0], "other", None, NOW)
    assert (other.state, other.first_seen) == (MailState.FETCHED, NOW)


def test_of_mails_that_share_a_uidl_none_goes_before_all_may():
    """When the first goes, the second takes its ordinal, and its fate."""
    known = [one("a"), one("a", MailState.FETCHED, ordinal=2), one("b")]
    assert numbers(plan(["a", "a", "b"], known, EMPTY).delete) == [3]
    known[1] = one("a", ordinal=2)
    assert numbers(plan(["a", "a", "b"], known, EMPTY).delete) == [1, 2, 3]


def test_what_is_left_of_mails_that_share_a_uidl_may_be_another_one():
    known = [one("a", size=10), one("a", MailState.SEEN, size=77, ordinal=2)]
    for policy in (KEEP, EMPTY):
        found = plan(["a"], known, policy, sizes={1: 77})
        assert (numbers(found.fetch), found.delete) == ([1], ())


def test_a_deleted_mail_that_is_listed_again_is_looked_at():
    """RFC 1939 section 7: a UIDL may be used again once its mail is gone."""
    mail = one("a", MailState.DELETED, vanished=ago(1))
    found = plan(["a"], [mail], EMPTY)
    assert (numbers(found.fetch), found.delete, found.returned) == ([1], (), ())
    other = settle(found.fetch[0], digest_of(b"another"), None, NOW)
    assert other.state is MailState.FETCHED
    assert other.vanished is None
    same = settle(found.fetch[0], "digest a", None, NOW)
    assert (same.state, same.failures, same.vanished) == (MailState.APPENDED, 1, None)
    stubborn = replace(mail, failures=POP3_TRIES)
    found = plan(["a"], [stubborn], EMPTY)
    assert (numbers(found.given_up), found.fetch, found.delete) == ([1], (), ())


# -- what has gone ------------------------------------------------------------


def test_a_mail_that_vanishes_is_remembered_and_known_when_it_is_back():
    mail = one("a")
    found = plan([], [mail])
    assert (found.vanished, found.forget) == (("u1:a",), ())
    gone = replace(mail, vanished=NOW)
    found = plan([], [gone], now=NOW + timedelta(days=POP3_MEMORY))
    assert (found.vanished, found.forget) == ((), ())
    found = plan(["a"], [gone])
    assert (found.returned, found.fetch) == (("u1:a",), ())
    found = plan([], [gone], now=NOW + timedelta(days=POP3_MEMORY, seconds=1))
    assert found.forget == ("u1:a",)


def test_a_mail_that_is_back_with_another_size_is_another_one():
    found = plan(["a"], [one("a", size=11, vanished=ago(3))])
    assert (numbers(found.fetch), found.returned) == ([1], ())


def test_bytes_that_wait_to_be_appended_are_never_forgotten():
    long_ago = ago(POP3_MEMORY + 1)
    known = [
        one("a", MailState.FETCHED, vanished=long_ago),
        one("b", vanished=long_ago),
    ]
    assert plan([], known).forget == ("u1:b",)
    assert plan(["b"], known).forget == ()


# -- servers without UIDL -----------------------------------------------------


def test_without_uidl_the_bytes_are_the_key():
    found = plan(None, sizes={1: 10, 2: 20})
    assert [(mail.number, mail.key) for mail in found.fetch] == [(1, ""), (2, "")]
    assert found.new == ()
    record = settle(found.fetch[0], "abc", None, NOW)
    assert (record.key, record.state) == ("d:abc", MailState.FETCHED)
    known = replace(record, state=MailState.APPENDED)
    again = settle(found.fetch[0], "abc", known, NOW + timedelta(days=1))
    assert again == known


def test_without_uidl_new_mail_comes_first_and_all_the_others_in_turn():
    sizes = {number: 10 for number in range(1, 8)} | {8: 33}
    policy = Policy(max_mails=3)
    after, turns = 0, []
    for _session in range(4):
        found = plan(None, [bare("x")], policy, sizes=sizes, after=after)
        after = found.after
        turns.append(numbers(found.fetch))
    assert turns == [[1, 2, 8], [3, 4, 8], [5, 6, 8], [1, 7, 8]]
    assert after == 1


def test_without_uidl_a_mail_counts_as_there_while_one_of_its_size_is():
    known = [bare("x"), bare("y", size=99), bare("z", size=10, vanished=ago(1))]
    found = plan(None, known, sizes={1: 10})
    assert found.vanished == ("d:y",)
    assert found.returned == ("d:z",)


def test_uidls_that_are_missing_once_do_not_make_all_mail_new():
    known = [one("a"), one("b")]
    found = plan(None, known, EMPTY, sizes={1: 10, 2: 10})
    assert found.uidl_lost
    assert (found.fetch, found.delete, found.vanished) == ((), (), ())
    found = plan(None, known, sizes={1: 10}, uidl_lost_for_good=True)
    assert (numbers(found.fetch), found.uidl_lost) == ([1], False)


# -- the same mail under another key ------------------------------------------


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (MailState.FETCHED, MailState.SEEN),
        (MailState.APPENDED, MailState.APPENDED),
        (MailState.DELETE_OK, MailState.APPENDED),
        (MailState.DELETED, MailState.APPENDED),
    ],
)
def test_a_server_that_renumbers_brings_no_mail_twice(state, then):
    twin = one("old", state, digest="same", days=5)
    (mail,) = plan(["new"]).fetch
    record = settle(mail, "same", twin, NOW)
    assert (record.key, record.state) == ("u1:new", then)
    assert record.first_seen == ago(5)
    if then is MailState.SEEN:
        (mail,) = plan(["new"], [record]).fetch
        twin = replace(twin, state=MailState.APPENDED)
        assert settle(mail, "same", twin, NOW).state is MailState.APPENDED


def test_a_mail_that_was_seen_before_keeps_its_date():
    seen = one("a", MailState.SEEN, days=9)
    record = settle(ListedMail(1, 12, seen.key, seen), "d", None, NOW)
    assert (record.state, record.first_seen, record.size) == (
        MailState.FETCHED,
        ago(9),
        12,
    )


def test_a_maildrop_of_a_hundred_thousand_known_mails_plans_nothing():
    uidls = {number: str(number) for number in range(1, 100_001)}
    known = [one(uidl) for uidl in uidls.values()]
    found = plan(uidls, known)
    assert (found.new, found.fetch, found.delete, found.left) == ((), (), (), 0)
    assert (found.vanished, found.returned, found.forget) == ((), (), ())
