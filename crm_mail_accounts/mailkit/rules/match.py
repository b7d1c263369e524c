"""Which filters match a mail, and what is done with it then.

A :class:`Rule` is a list of conditions and a list of actions; :func:`plan` goes through
the rules in their order and gathers what they want into one :class:`Plan`.  A mail lies
in one place: the first rule that moves or deletes it decides where, later ones still
mark, copy and link.

Text is compared without regard to case, in Unicode's composed form, with runs of white
space as one space.  A condition on addresses holds when *one* of them fits, by its
name, its address or both as ``Name <address>``; negated, when *none* does.  ``matches``
compares the whole text with a pattern of ``*`` (anything) and ``?`` (one character),
in a time that grows with text and pattern only, never with their product's powers.

What is not known yet (a body or a header that was not fetched) makes a condition
``None``; a rule is ``None`` while that could still change its answer.  So the caller
learns which mails it has to fetch before it can tell (:func:`undecided`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from ..values import Address

TEXT_FIELDS = frozenset(
    {"from", "to", "cc", "recipient", "subject", "body", "header", "list", "address"}
)
FIELDS = (*sorted(TEXT_FIELDS), "size", "attachment", "sender")
TEXT_OPERATORS = ("contains", "is", "begins", "ends", "matches")
OPERATORS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(TEXT_FIELDS, TEXT_OPERATORS),
    "header": (*TEXT_OPERATORS, "exists"),
    "list": (*TEXT_OPERATORS, "exists"),
    "attachment": ("exists",),
    "size": ("larger", "smaller"),
    "sender": ("is",),
}
"""Operators that each field knows."""
SENDERS = ("contact", "colleague", "unknown")
KILOBYTE = 1024
MAX_VALUE = 500
"""Characters of a condition's value that are compared."""
PLACING = ("move", "delete")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Condition:
    """``field operator value``; ``header`` names the header field that is meant.

    ``value`` of ``size`` is a number of kilobytes, that of ``sender`` one of
    :data:`SENDERS`.
    """

    field: str
    operator: str
    value: str = ""
    negated: bool = False
    header: str = ""

    def problem(self) -> str:
        """Why it cannot be used, as a word (``field``, ``operator``, ``value``,
        ``header``), or ``""``."""
        if self.field not in OPERATORS:
            return "field"
        if self.operator not in OPERATORS[self.field]:
            return "operator"
        if self.field == "header" and not re.fullmatch(r"[!-9;-~]{1,100}", self.header):
            return "header"
        if self.operator == "exists":
            return ""
        value = self.value.strip()
        if self.field == "size":
            return "" if re.fullmatch(r"\d{1,9}", value, re.ASCII) else "value"
        if self.field == "sender":
            return "" if value in SENDERS else "value"
        return "" if value else "value"


@dataclass(frozen=True)
class Action:
    """``kind`` is one of ``move copy delete read flag keyword link opportunity notify
    mute forward``; ``target`` a folder's id, ``value`` a keyword or an address."""

    kind: str
    target: int = 0
    value: str = ""


@dataclass(frozen=True)
class Rule:
    """``match``: ``all`` or ``any`` of the conditions, or ``every`` mail."""

    id: int
    match: str
    conditions: tuple[Condition, ...]
    actions: tuple[Action, ...]
    stop: bool = False

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        return tuple(map(_test, self.conditions))


@dataclass(frozen=True)
class Facts:
    """What is known of one mail.

    ``body`` and ``headers`` are ``None`` while they were not fetched; ``headers`` maps
    lower-case names to values. ``sender`` is one of :data:`SENDERS`. ``addresses``:
    those of the account's own that the mail was sent to, as written.
    """

    from_: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    list_id: str = ""
    size: int = 0
    has_attachments: bool = False
    sender: str = "unknown"
    addresses: tuple[str, ...] = ()
    body: str | None = None
    headers: dict[str, tuple[str, ...]] | None = None

    @cached_property
    def from_texts(self) -> tuple[str, ...]:
        return _address_texts(self.from_)

    @cached_property
    def to_texts(self) -> tuple[str, ...]:
        return _address_texts(self.to)

    @cached_property
    def cc_texts(self) -> tuple[str, ...]:
        return _address_texts(self.cc)

    @cached_property
    def recipient_texts(self) -> tuple[str, ...]:
        return self.to_texts + self.cc_texts

    @cached_property
    def subject_texts(self) -> tuple[str, ...]:
        return (folded(self.subject),)

    @cached_property
    def list_texts(self) -> tuple[str, ...]:
        return (folded(self.list_id),) if self.list_id else ()

    @cached_property
    def address_texts(self) -> tuple[str, ...]:
        return tuple(map(folded, self.addresses))

    @cached_property
    def body_texts(self) -> tuple[str, ...] | None:
        return None if self.body is None else (folded(self.body),)

    def header_texts(self, name: str) -> tuple[str, ...] | None:
        if self.headers is None:
            return None
        return tuple(map(folded, self.headers.get(name, ())))


Test = Callable[[Facts], "bool | None"]


@dataclass
class Plan:
    """What all rules together want of one mail; folders and rules by their ids.

    ``placed_by``: the rule that moves or deletes it. ``forward_to``: by which rule, for
    each address. ``matched``: the rules that matched, in their order.
    """

    move_to: int = 0
    delete: bool = False
    placed_by: int = 0
    copy_to: list[int] = field(default_factory=list)
    read: bool = False
    flag: bool = False
    keywords: list[str] = field(default_factory=list)
    link: int = 0
    opportunity: int = 0
    notify: int = 0
    mute: bool = False
    forward_to: dict[str, int] = field(default_factory=dict)
    matched: list[int] = field(default_factory=list)


def folded(text: str) -> str:
    """As texts are compared."""
    if text.isascii():
        text = text.lower()
    else:
        text = unicodedata.normalize("NFC", text.casefold())
    return _SPACES.sub(" ", text).strip()


@lru_cache(maxsize=4096)
def _address_forms(address: Address) -> tuple[str, ...]:
    name, email = folded(address.name or ""), folded(address.email or "")
    if not name:
        return (email,)
    return name, email, f"{name} <{email}>"


def _address_texts(addresses: Iterable[Address]) -> tuple[str, ...]:
    return tuple(text for each in addresses for text in _address_forms(each))


# -- conditions ------------------------------------------------------------------


def check(condition: Condition, facts: Facts) -> bool | None:
    """Whether a condition holds; ``None`` when what it asks for is not known.

    One that cannot be used (:meth:`Condition.problem`) never holds, negated or not.
    """
    return _test(condition)(facts)


@lru_cache(maxsize=2048)
def _test(condition: Condition) -> Test:
    """A condition made ready: it is asked for every mail."""
    if condition.problem():
        return _never
    negated = condition.negated
    holds = _plain_test(condition)
    if not negated:
        return holds

    def not_holds(facts: Facts) -> bool | None:
        answer = holds(facts)
        return None if answer is None else not answer

    return not_holds


def _never(_facts: Facts) -> bool:
    return False


def _plain_test(condition: Condition) -> Test:
    name, operator, value = condition.field, condition.operator, condition.value
    if name == "size":
        limit = int(value) * KILOBYTE
        if operator == "larger":
            return lambda facts: facts.size > limit
        return lambda facts: facts.size < limit
    if name == "attachment":
        return lambda facts: facts.has_attachments
    if name == "sender":
        return lambda facts: facts.sender == value
    texts = _texts_of(condition)
    if operator == "exists":

        def exists(facts: Facts) -> bool | None:
            found = texts(facts)
            return None if found is None else bool(found)

        return exists
    fits = _fitting(operator, folded(value)[:MAX_VALUE])

    def holds(facts: Facts) -> bool | None:
        found = texts(facts)
        if found is None:
            return None
        for text in found:  # a loop: quicker than any() with a generator
            if fits(text):
                return True
        return False

    return holds


def _texts_of(condition: Condition) -> Callable[[Facts], tuple[str, ...] | None]:
    if condition.field == "header":
        name = condition.header.lower()
        return lambda facts: facts.header_texts(name)
    attribute = f"{condition.field}_texts"
    return lambda facts: getattr(facts, attribute)


def _fitting(operator: str, value: str) -> Callable[[str], bool]:
    if operator == "contains":
        return lambda text: value in text
    if operator == "is":
        return lambda text: text == value
    if operator == "begins":
        return lambda text: text.startswith(value)
    if operator == "ends":
        return lambda text: text.endswith(value)
    return wildcard(value)


def wildcard(pattern: str) -> Callable[[str], bool]:
    """Whether a whole text fits a pattern of ``*`` and ``?``.

    Piece by piece, each as early as it fits, which is right for ``*`` and never goes
    back; a regular expression of many ``.*`` may take years.
    """
    first, *rest = [_piece(piece) for piece in re.sub(r"\*+", "*", pattern).split("*")]
    if not rest:
        return lambda text: first.fullmatch(text) is not None
    *middle, last = rest
    last_length = len(pattern.rpartition("*")[2])

    def fits(text: str) -> bool:
        begin = first.match(text)
        if begin is None:
            return False
        at = begin.end()
        for piece in middle:
            found = piece.search(text, at)
            if found is None:
                return False
            at = found.end()
        tail = len(text) - last_length
        return tail >= at and last.fullmatch(text, tail) is not None

    return fits


def _piece(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\?", "."), re.DOTALL)


# -- rules -------------------------------------------------------------------------


def matches(rule: Rule, facts: Facts) -> bool | None:
    """Whether a rule is for this mail; ``None`` while that is not known.

    A rule without conditions matches no mail, unless it says ``every``.
    """
    if rule.match == "every":
        return True
    if not rule.tests:
        return False
    deciding = rule.match == "any"
    unknown = False
    for test in rule.tests:
        answer = test(facts)
        if answer is None:
            unknown = True
        elif answer is deciding:
            return deciding
    return None if unknown else not deciding


def undecided(rules: Sequence[Rule], facts: Facts) -> bool:
    """Whether something must be fetched before it is known which rules match."""
    for rule in rules:
        answer = matches(rule, facts)
        if answer is None:
            return True
        if answer and rule.stop:
            return False
    return False


def plan(rules: Sequence[Rule], facts: Facts) -> Plan:
    """What to do with a mail; what is still unknown counts as not matching."""
    wanted = Plan()
    for rule in rules:
        if not matches(rule, facts):
            continue
        wanted.matched.append(rule.id)
        for action in rule.actions:
            _gather(wanted, rule, action)
        if rule.stop:
            break
    return wanted


def _gather(wanted: Plan, rule: Rule, action: Action) -> None:
    kind = action.kind
    if kind in PLACING:
        if not wanted.placed_by:
            wanted.placed_by = rule.id
            wanted.move_to = action.target if kind == "move" else 0
            wanted.delete = kind == "delete"
    elif kind == "copy":
        if action.target not in wanted.copy_to:
            wanted.copy_to.append(action.target)
    elif kind == "keyword":
        if action.value not in wanted.keywords:
            wanted.keywords.append(action.value)
    elif kind == "forward":
        wanted.forward_to.setdefault(action.value, rule.id)
    elif kind in ("read", "flag", "mute"):
        setattr(wanted, kind, True)
    elif not getattr(wanted, kind):
        setattr(wanted, kind, rule.id)
