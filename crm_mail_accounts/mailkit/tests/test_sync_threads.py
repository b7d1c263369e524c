"""Conversations: keys, union, order; compared with Dovecot's own threading."""

import random
import re
from dataclasses import replace

import pytest

from mailkit.limits import MAX_REFERENCES
from mailkit.mime.header_fields import index_header
from mailkit.mime.references import message_ids
from mailkit.sync.subjects import WITHIN, SubjectFacts, base_subject, thread_by_subject
from mailkit.sync.threads import (
    KEY_BYTES,
    ThreadMail,
    ThreadPlan,
    assign,
    partition,
    thread_key,
    thread_keys,
)
from mailkit.tests.other_client import OtherClient

# -- keys ---------------------------------------------------------------------


def ids(*names):
    return tuple(f"<{name}@example.com>" for name in names)


def test_the_keys_are_its_own_id_and_all_that_it_names():
    (own,) = ids("own")
    keys = thread_keys(own, ids("parent"), ids("root", "parent"))
    assert keys == tuple(thread_key(one) for one in ids("own", "parent", "root"))
    assert {len(key) for key in keys} == {KEY_BYTES}
    assert keys[0] != thread_keys(own.upper())[0]  # ids are case-sensitive


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "<>",
        "<no-at-sign>",
        "<1@localhost>",
        "<@example.com>",
        "<" + "a" * 999 + "@b>",
    ],
)
def test_ids_that_unrelated_mails_share_join_nothing(bad):
    assert thread_keys(bad) == ()
    assert thread_keys(bad, [bad], [bad]) == ()


def test_an_id_on_the_denylist_joins_nothing():
    denied = {thread_key("<constant@mailer.example>")}
    assert thread_keys("<constant@mailer.example>", denied=denied) == ()


def test_of_long_chains_the_first_and_the_last_count():
    chain = ids(*(f"ref{number}" for number in range(500)))
    keys = thread_keys("<own@example.com>", (), chain)
    assert len(keys) == MAX_REFERENCES + 1
    assert keys[1] == thread_key(chain[0])
    assert keys[2:] == tuple(thread_key(one) for one in chain[-49:])


def test_half_characters_are_no_obstacle():
    assert len(thread_key("<\ud800abc@example.com>")) == KEY_BYTES


# -- union --------------------------------------------------------------------

A, B, C, D, E = (thread_key(one) for one in ids("aaa", "bbb", "ccc", "ddd", "eee"))


def test_new_mails_make_new_threads():
    plan = assign([("m1", [A]), ("m2", [B, A]), ("m3", [C])], {})
    assert plan.threads == (("m1", -1), ("m2", -1), ("m3", -2))
    assert plan.merges == ()
    assert dict(plan.refs) == {A: -1, B: -1, C: -2}
    assert [key for key, _thread in plan.refs] == sorted([A, B, C])
    assert plan.made == 2


def test_a_known_key_leads_to_its_thread():
    plan = assign([("m", [B, A])], {A: 40})
    assert plan == ThreadPlan((("m", 40),), (), ((B, 40),))
    assert plan.made == 0


def test_a_mail_that_joins_threads_merges_them_into_the_smallest():
    plan = assign([("m", [D, A, B]), ("n", [C])], {A: 40, B: 7, C: 40})
    assert plan.threads == (("m", 7), ("n", 7))
    assert plan.merges == ((40, 7),)
    assert plan.refs == ((D, 7),)


def test_two_answers_to_an_absent_mail_are_one_conversation():
    assert {t for _m, t in assign([(1, [A, E]), (2, [B, E])], {}).threads} == {-1}


def test_a_mail_without_keys_is_alone():
    plan = assign([(1, []), (2, []), (3, [A])], {})
    assert plan.threads == ((1, -1), (2, -2), (3, -3))


def test_the_same_message_id_twice_is_one_thread_and_two_mails():
    assert assign([(1, [A]), (2, [A])], {}).threads == ((1, -1), (2, -1))


def by_thread(pairs):
    found = {}
    for mail, thread in pairs:
        found.setdefault(thread, set()).add(mail)
    return {frozenset(mails) for mails in found.values()}


class Table:
    """What the database does with plans."""

    def __init__(self):
        self.refs, self.mails, self.next = {}, {}, 1

    def add(self, window):
        keys = {key for _mail, keys in window for key in keys}
        plan = assign(window, {key: self.refs[key] for key in keys & set(self.refs)})
        made = {-number: self.next + number for number in range(1, plan.made + 1)}
        self.next += plan.made + 1
        for loser, winner in plan.merges:
            assert loser > winner > 0
            for table in (self.refs, self.mails):
                for item, thread in table.items():
                    table[item] = winner if thread == loser else thread
        self.mails |= {mail: made.get(thread, thread) for mail, thread in plan.threads}
        for key, thread in plan.refs:
            assert key not in self.refs
            self.refs[key] = made.get(thread, thread)


@pytest.mark.parametrize("seed", range(40))
def test_windows_in_any_order_give_the_same_conversations(seed):
    dice = random.Random(seed)
    keys = [thread_key(f"<key{number}@example.com>") for number in range(60)]
    mails = [
        (number, dice.sample(keys, dice.choice((0, 1, 1, 1, 2, 3))))
        for number in range(80)
    ]
    whole = by_thread(assign(mails, {}).threads)
    dice.shuffle(mails)
    table = Table()
    while mails:
        size = dice.randint(1, 20)
        table.add(mails[:size])
        mails = mails[size:]
    assert by_thread(table.mails.items()) == whole


# -- against Dovecot ----------------------------------------------------------


def corpus(dice, conversations=25, *, sane=True):
    """Mails as programs write them: cut chains, In-Reply-To alone, absent parents.

    Not ``sane``: chains that contradict each other.
    """
    mails = []
    for talk in range(conversations):
        known = []
        for number in range(dice.choice((1, 1, 2, 3, 6, 12))):
            own = f"<t{talk}.n{number}.{dice.randrange(10**6)}@example.com>"
            chain = list(dice.choice(known)) if known else []
            if not sane and dice.random() < 0.3:
                dice.shuffle(chain)
            known.append([*chain, own])
            if number and dice.random() < 0.15:
                continue  # never received
            lines = [f"Subject: talk {talk} mail {number}", f"Message-ID: {own}"]
            how = dice.random()
            if chain and how < 0.6:
                kept = chain if how < 0.4 else [chain[0], *chain[-2:]]
                lines.append("References: " + "\r\n ".join(dict.fromkeys(kept)))
            if chain and (how >= 0.6 or how < 0.2):
                lines.append(f"In-Reply-To: {chain[-1]}")
            mails.append("\r\n".join([*lines, "", "text", ""]).encode())
    dice.shuffle(mails)
    return mails


def read_threads(text):
    """``(1 2)((3)(4))`` to sets of UIDs, one for each top-level list."""
    found, depth, start = set(), 0, 0
    for index, letter in enumerate(text):
        if letter == "(":
            start = index if depth == 0 else start
            depth += 1
        elif letter == ")":
            depth -= 1
            if depth == 0:
                numbers = re.findall(r"\d+", text[start : index + 1])
                found.add(frozenset(map(int, numbers)))
    return found


def both_partitions(live, mails):
    with OtherClient(live, live.user()) as other:
        for mail in mails:
            other.append(mail)
        other.imap.noop()
        answer = other.ok(other.imap.uid("THREAD", "REFERENCES", "UTF-8", "ALL"))
    rows = []
    for uid, mail in enumerate(mails, start=1):
        header = index_header(mail)
        keys = thread_keys(header.message_id, header.in_reply_to, header.references)
        rows.append((uid, keys))
    return read_threads(answer[0].decode()), by_thread(assign(rows, {}).threads)


@pytest.mark.parametrize("seed", range(3))
def test_the_partition_is_the_one_of_dovecot(live, seed):
    theirs, ours = both_partitions(live, corpus(random.Random(seed)))
    assert len(theirs) >= 25
    assert ours == theirs


def test_contradicting_chains_join_no_less_than_dovecot_does(live):
    theirs, ours = both_partitions(live, corpus(random.Random(9), sane=False))
    for thread in theirs:
        assert any(thread <= one for one in ours)


# -- full threads, and guesses -------------------------------------------------


def test_a_full_thread_is_continued_in_another_one():
    key = thread_key("<root@example.com>")
    mails = [(number, (key,)) for number in range(25)]
    plan = assign(mails, {key: 5}, {5: 4}, most=10)
    assert [thread for _mail, thread in plan.threads] == [5] * 6 + [-1] * 10 + [-2] * 9
    assert plan.continued == ((5, -1), (-1, -2))
    assert plan.made == 2


def test_threads_that_are_too_big_together_stay_two():
    one, two = thread_key("<one@example.com>"), thread_key("<two@example.com>")
    window = [("new", (thread_key("<three@example.com>"), one, two))]
    known = {one: 5, two: 7}
    assert assign(window, known, {5: 6, 7: 4}, most=10).merges == ((7, 5),)
    plan = assign(window, known, {5: 6, 7: 5}, most=10)
    assert plan.merges == ()
    assert plan.threads == (("new", 5),)


def guess(number, subject, people, *, answers=False, keys=(), at=0.0):
    facts = SubjectFacts(subject, answers, frozenset(people), at)
    return ThreadMail(number, tuple(keys), facts)


ANNA, ME = "anna@conti.example", "me@demo.test"


def test_an_answer_without_ids_is_with_what_its_subject_leads_to():
    offer = guess(1, "Offer", {ANNA, ME})
    answer = guess(2, "Re: Offer", {ANNA, ME})
    assert partition([offer, answer], [ME]) == [(1, 2)]
    # the owner alone is no common person
    assert partition([guess(1, "Offer", {ME}), answer], [ME]) == [(1,), (2,)]
    # two offers: nobody knows
    again = guess(3, "Offer", {ANNA, ME})
    assert partition([offer, answer, again], [ME]) == [(1,), (2,), (3,)]
    # one of which answers the other: one conversation
    key = thread_key("<offer@example.com>")
    offer, again = (
        guess(number, subject, {ANNA, ME}, answers=number > 1, keys=[key])
        for number, subject in ((1, "Offer"), (3, "Re: Offer"))
    )
    assert partition([offer, answer, again], [ME]) == [(1, 2, 3)]


@pytest.mark.parametrize("seed", range(20))
def test_guesses_do_not_depend_on_the_order(seed):
    dice = random.Random(seed)
    keys = [thread_key(f"<key{number}@example.com>") for number in range(12)]
    mails = [
        guess(
            number,
            dice.choice(["", "Re: "]) + dice.choice(["Offer", "Invoice"]),
            dice.sample([ANNA, "b@x.example", "c@x.example", ME], 2),
            answers=dice.random() < 0.5,
            keys=dice.sample(keys, dice.choice((0, 1, 2))),
            at=dice.random() * 60 * 24 * 3600,
        )
        for number in range(25)
    ]
    first = partition(mails, [ME])
    for _again in range(5):
        dice.shuffle(mails)
        assert partition(mails, [ME]) == first


def test_what_is_stored_as_text_is_read_back():
    text = "<root@example.com> <last@example.com>"
    assert message_ids(text) == ids("root", "last")


# -- subjects -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "base", "answer"),
    [
        ("Offer", "offer", False),
        ("Re: Offer", "offer", True),
        ("R: Offerta", "offerta", True),
        ("RIF: Offerta", "offerta", True),
        ("I: Offerta", "offerta", False),
        ("I: R: Offerta", "offerta", False),
        ("AW: WG: Angebot", "angebot", True),
        ("WG: Angebot", "angebot", False),
        ("SV: Tilbud", "tilbud", True),
        ("VS: Tarjous", "tarjous", True),
        ("Antw: Offerte", "offerte", True),
        ("Re[2]: Offer", "offer", True),
        ("RE (3) : Offer", "offer", True),
        ("Re^2: Offer", "offer", True),
        ("Fwd: Offer", "offer", False),
        ("FW: Offer", "offer", False),
        ("[list] Re: [list]  Offer", "offer", True),
        ("回复：报价", "报价", True),
        ("Отв: Счёт", "счёт", True),
        ("Re: Re: RE:re:Offer", "offer", True),
        ("Re:", "", True),
        ("Rethink: the offer", "rethink: the offer", False),
        ("Invoice: 12", "invoice: 12", False),
        ("[only]", "[only]", False),
        ("", "", False),
    ],
)
def test_prefixes_of_many_languages(subject, base, answer):
    assert base_subject(subject) == (base, answer)


def test_a_subject_of_prefixes_alone_ends():
    assert base_subject("Re: " * 100_000)[1]


MAIL = SubjectFacts("R: Offerta", False, frozenset({"me@x.it", "rosa@y.it"}), 1e9)
FIRST = SubjectFacts(
    "Offerta", False, frozenset({"rosa@y.it", "me@x.it"}), 1e9 - 60, thread=5
)
OWN = ("Me@x.it",)


def changed(facts, **values):
    return replace(facts, **values)


def test_an_answer_without_ids_joins_by_its_subject():
    assert thread_by_subject(MAIL, [FIRST], OWN) == 5
    again = changed(FIRST, subject="Re: OFFERTA")
    assert thread_by_subject(MAIL, [FIRST, again], OWN) == 5


@pytest.mark.parametrize(
    ("mail", "first"),
    [
        (changed(MAIL, answers=True), FIRST),
        (changed(MAIL, subject="Offerta"), FIRST),
        (changed(MAIL, subject="I: Offerta"), FIRST),
        (changed(MAIL, subject="R:"), changed(FIRST, subject="")),
        (MAIL, changed(FIRST, subject="Offerta 2")),
        (MAIL, changed(FIRST, people=frozenset({"me@x.it", "ugo@y.it"}))),
        (MAIL, changed(FIRST, at=1e9 - WITHIN - 1)),
        (MAIL, changed(FIRST, thread=None)),
    ],
)
def test_a_subject_joins_only_when_everything_else_fits(mail, first):
    assert thread_by_subject(mail, [first], OWN) is None


def test_two_threads_with_the_subject_are_one_too_many():
    assert thread_by_subject(MAIL, [FIRST, changed(FIRST, thread=6)], OWN) is None
