from dataclasses import replace

import pytest

from mailkit.rules.match import (
    OPERATORS,
    Action,
    Condition,
    Facts,
    Rule,
    check,
    matches,
    plan,
    undecided,
    wildcard,
)
from mailkit.values import Address

MAIL = Facts(
    from_=(Address("Rosa Conti", "rosa@conti.example"),),
    to=(Address("", "Me@Firm.example"), Address("Luigi Bianchi", "l@bianchi.example")),
    cc=(Address("Öl & Gas", "office@oel.example"),),
    subject="Offer  no. 7\tfor the STRASSE",
    list_id="news.conti.example",
    size=50 * 1024,
    has_attachments=True,
    sender="contact",
    addresses=("me+shop@firm.example",),
    body="Dear all,\nplease see the offer.\n",
    headers={"x-mailer": ("Pigeon 3", "Pigeon 4"), "x-empty": ("",)},
)
BARE = Facts(body="", headers={})

TABLE = [
    # field, operator, value, holds for MAIL
    ("from", "contains", "rosa", True),
    ("from", "contains", "CONTI.EXAMPLE", True),
    ("from", "contains", "conti <rosa@", True),
    ("from", "contains", "bianchi", False),
    ("from", "is", "rosa@conti.example", True),
    ("from", "is", "Rosa Conti", True),
    ("from", "is", "rosa", False),
    ("from", "begins", "rosa", True),
    ("from", "begins", "conti", False),
    ("from", "ends", "@conti.example", True),
    ("from", "ends", "@conti", False),
    ("from", "matches", "*@conti.*", True),
    ("from", "matches", "*@conti", False),
    ("to", "contains", "bianchi", True),
    ("to", "contains", "office", False),
    ("to", "is", "me@firm.example", True),
    ("cc", "contains", "öl", True),
    ("cc", "contains", "O\u0308L", True),
    ("cc", "is", "me@firm.example", False),
    ("recipient", "contains", "office@", True),
    ("recipient", "contains", "me@firm", True),
    ("recipient", "contains", "rosa", False),
    ("subject", "contains", "offer no. 7 for", True),
    ("subject", "contains", "straße", True),
    ("subject", "is", "offer no. 7 for the strasse", True),
    ("subject", "is", "offer", False),
    ("subject", "begins", "offer", True),
    ("subject", "ends", "strasse", True),
    ("subject", "matches", "offer no. ? for*", True),
    ("subject", "matches", "offer no. ?? for*", False),
    ("subject", "matches", "[a-z]*", False),
    ("body", "contains", "all, please", True),
    ("body", "contains", "dear sir", False),
    ("body", "begins", "dear", True),
    ("body", "ends", "offer.", True),
    ("body", "is", "Dear all, please see the offer.", True),
    ("body", "matches", "*see*offer*", True),
    ("list", "is", "news.conti.example", True),
    ("list", "contains", "conti", True),
    ("list", "contains", "rosa", False),
    ("list", "begins", "news.", True),
    ("list", "ends", ".example", True),
    ("list", "matches", "n*.example", True),
    ("list", "exists", "", True),
    ("address", "is", "me+shop@firm.example", True),
    ("address", "contains", "+shop", True),
    ("address", "contains", "+news", False),
    ("address", "begins", "me+", True),
    ("address", "ends", "@firm.example", True),
    ("address", "matches", "me+*@*", True),
    ("size", "larger", "49", True),
    ("size", "larger", "50", False),
    ("size", "smaller", "51", True),
    ("size", "smaller", "50", False),
    ("attachment", "exists", "", True),
    ("sender", "is", "contact", True),
    ("sender", "is", "unknown", False),
    ("sender", "is", "colleague", False),
]
HEADERS = [
    ("X-Mailer", "is", "pigeon 4", True),
    ("x-mailer", "contains", "pigeon", True),
    ("X-Mailer", "begins", "3", False),
    ("X-Mailer", "ends", "3", True),
    ("X-Mailer", "matches", "pigeon ?", True),
    ("X-Mailer", "exists", "", True),
    ("X-Empty", "exists", "", True),
    ("X-Other", "exists", "", False),
    ("X-Other", "contains", "pigeon", False),
]


@pytest.mark.parametrize(("field", "operator", "value", "holds"), TABLE)
def test_a_condition_and_its_opposite(field, operator, value, holds):
    condition = Condition(field, operator, value)
    assert condition.problem() == ""
    assert check(condition, MAIL) is holds
    assert check(replace(condition, negated=True), MAIL) is not holds


@pytest.mark.parametrize(("header", "operator", "value", "holds"), HEADERS)
def test_a_condition_on_any_header_field(header, operator, value, holds):
    condition = Condition("header", operator, value, header=header)
    assert check(condition, MAIL) is holds
    assert check(replace(condition, negated=True), MAIL) is not holds


def test_every_field_is_tried_with_every_operator_it_knows():
    tried = {(field, operator) for field, operator, _value, _holds in TABLE}
    tried |= {("header", operator) for _name, operator, _value, _holds in HEADERS}
    known = {(f, operator) for f, found in OPERATORS.items() for operator in found}
    missing = known - tried
    # to, cc and recipients are compared as the sender is
    assert {f for f, _operator in missing} <= {"to", "cc", "recipient"}


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [(f, op, v) for f, op, v, holds in TABLE if holds and f not in ("size", "sender")],
)
def test_nothing_holds_for_a_mail_that_has_nothing(field, operator, value):
    assert check(Condition(field, operator, value), BARE) is False


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        (Condition("colour", "is", "red"), "field"),
        (Condition("subject", "larger", "7"), "operator"),
        (Condition("subject", "contains", "  "), "value"),
        (Condition("size", "larger", "many"), "value"),
        (Condition("size", "larger", "-1"), "value"),
        (Condition("size", "larger", "\u0663"), "value"),
        (Condition("sender", "is", "friend"), "value"),
        (Condition("header", "exists"), "header"),
        (Condition("header", "exists", header="Two words"), "header"),
        (Condition("header", "exists", header="Colon:"), "header"),
    ],
)
def test_what_cannot_be_asked_never_holds(condition, problem):
    assert condition.problem() == problem
    assert check(condition, MAIL) is False
    assert check(replace(condition, negated=True), MAIL) is False


def test_patterns():
    cases = [
        ("*", "", True),
        ("?", "", False),
        ("?", "x", True),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*ab*ab*", "xabyab", True),
        ("*ab*ab", "xabab", True),
        ("*ab*ab", "xab", False),
        ("a**b", "a b", True),
        ("a?c*", "abcd", True),
        ("*?c", "abc", True),
        ("a.c", "abc", False),
        ("line*two", "line\none\ntwo", True),
        ("\\*", "\\x", True),
    ]
    for pattern, text, fits in cases:
        assert wildcard(pattern)(text) is fits, (pattern, text)


def test_no_pattern_is_slow():
    """As a regular expression these would not end in a lifetime."""
    assert not wildcard("*a" * 100 + "*b")("a" * 60_000)
    assert wildcard("*a?" * 100 + "*")("a" * 60_000)


# -- rules -------------------------------------------------------------------------

YES, NO = Condition("subject", "contains", "offer"), Condition("subject", "is", "x")
BODY = Condition("body", "contains", "offer")
UNREAD = replace(MAIL, body=None, headers=None)


def rule(match="all", *conditions, actions=(), number=1, stop=False):
    return Rule(number, match, conditions, tuple(actions), stop)


@pytest.mark.parametrize(
    ("match", "conditions", "answer"),
    [
        ("all", (YES, YES), True),
        ("all", (YES, NO), False),
        ("any", (NO, YES), True),
        ("any", (NO, NO), False),
        ("all", (), False),
        ("any", (), False),
        ("every", (), True),
        ("every", (NO,), True),
        # not known yet
        ("all", (YES, BODY), None),
        ("all", (BODY, NO), False),
        ("any", (BODY, YES), True),
        ("any", (BODY, NO), None),
        ("all", (replace(BODY, negated=True),), None),
        ("all", (Condition("header", "exists", header="X-A"),), None),
    ],
)
def test_all_any_every_and_what_is_not_known(match, conditions, answer):
    assert matches(rule(match, *conditions), UNREAD) is answer


def test_only_mails_whose_answer_depends_on_it_are_fetched():
    stop = rule("all", YES, stop=True)
    assert undecided([rule("all", YES, BODY)], UNREAD)
    assert not undecided([rule("all", NO, BODY)], UNREAD)
    assert not undecided([stop, rule("all", BODY)], UNREAD)
    assert not undecided([rule("all", BODY)], MAIL)


def test_rules_in_their_order():
    rules = [
        rule("all", NO, number=1, actions=[Action("move", 10)]),
        rule("all", YES, number=2, actions=[Action("read"), Action("copy", 20)]),
        rule("all", YES, number=3, actions=[Action("move", 30), Action("link")]),
        rule("all", YES, number=4, actions=[Action("delete"), Action("link")]),
        rule("every", number=5, actions=[Action("keyword", value="a")], stop=True),
        rule("every", number=6, actions=[Action("flag")]),
    ]
    wanted = plan(rules, MAIL)
    assert wanted.matched == [2, 3, 4, 5]
    assert (wanted.move_to, wanted.delete, wanted.placed_by) == (30, False, 3)
    assert (wanted.read, wanted.flag, wanted.copy_to) == (True, False, [20])
    assert (wanted.keywords, wanted.link, wanted.notify) == (["a"], 3, 0)


def test_what_is_not_known_counts_as_no():
    wanted = plan([rule("all", BODY, actions=[Action("delete")])], UNREAD)
    assert not wanted.delete and not wanted.matched
