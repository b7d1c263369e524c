"""A condition of a filter as a test of Sieve (RFC 5228, 5173).

Only what means the same there is translated; everything else raises
:class:`NotExpressible`.  Sieve's ``address`` test sees addresses and no names, its
``header`` test sees the field as it is written; together they say what ``match`` means
by a name, as long as the value has none of the characters of that syntax.

What may still differ, and why it is accepted: a name that is written as a comment; runs
of white space within a field, which ``match`` takes for one space; decomposed accents;
a display name that is somebody's address, which counts for ``match`` and not here; the
text of a mail, where the server looks at every text part and ``match`` at what a reader
is shown first.
"""

from __future__ import annotations

from .match import Condition
from .sieve_text import (
    NotExpressible,
    literal,
    pattern,
    plain,
    quoted,
    quoted_list,
    spellings,
)

_HEADERS = {
    "from": ("from",),
    "to": ("to",),
    "cc": ("cc",),
    "recipient": ("to", "cc"),
}
_SYNTAX = frozenset('"<>(),:;\\')
"""Characters of an address field that are not part of a name or an address."""
MAX_KILOBYTES = 2**31 // 1024 - 1
"""Sieve's numbers go up to 2^31 - 1 everywhere (RFC 5228 2.4.1)."""


def sieve_test(condition: Condition, own: str, needs: set[str]) -> str:
    """The test; ``own`` is the mailbox's address, ``needs`` gets the extensions.

    :raises NotExpressible: Sieve cannot say it
    """
    if condition.problem():
        return "false"  # negated or not, as ``match.check``
    test = _plain_test(condition, own, needs)
    return f"not {test}" if condition.negated else test


def _plain_test(condition: Condition, own: str, needs: set[str]) -> str:
    field, operator = condition.field, condition.operator
    if field == "size":
        return _size(operator, int(condition.value))
    if field == "sender":
        raise NotExpressible("crm", field)
    if field == "attachment":
        raise NotExpressible("field", field)
    value = plain(condition.value)
    if operator == "matches" and "?" in value:
        raise NotExpressible("question_mark", field)  # one byte for some servers
    if field in _HEADERS:
        return _addresses(field, operator, value)
    if field == "address":
        return _own_address(operator, value, own)
    if field == "body":
        return _body(operator, value, needs)
    if field == "list":
        return _list(operator, value)
    if field == "subject":
        if operator == "matches" and not value.strip("*"):
            return "true"  # a mail without a subject has an empty one
        return _header(("subject",), operator, value)
    if operator == "exists":
        return f"exists {quoted(condition.header)}"
    return _header((condition.header,), operator, value)


def _size(operator: str, kilobytes: int) -> str:
    if kilobytes > MAX_KILOBYTES:
        raise NotExpressible("size")
    return f"size :{'over' if operator == 'larger' else 'under'} {kilobytes}K"


def _header(names: tuple[str, ...], operator: str, value: str) -> str:
    how, texts = _comparison(operator, value)
    return f"header :{how} {quoted_list(names)} {quoted_list(texts)}"


def _comparison(operator: str, value: str, around: str = "{}") -> tuple[str, list[str]]:
    """Match type and keys; ``around`` is a pattern with a place for the value's own."""
    if around == "{}" and operator in ("contains", "is"):
        return operator, list(spellings(value))
    begin = "*" if operator in ("contains", "ends") else ""
    end = "*" if operator in ("contains", "begins") else ""
    means = pattern if operator == "matches" else literal
    return "matches", [
        around.format(begin + means(text) + end) for text in spellings(value)
    ]


def _any(*tests: str) -> str:
    return tests[0] if len(tests) == 1 else f"anyof ({', '.join(tests)})"


def _addresses(field: str, operator: str, value: str) -> str:
    names = _HEADERS[field]
    if _SYNTAX & set(value):
        raise NotExpressible("characters", field)
    how, texts = _comparison(operator, value)
    address = f"address :all :{how} {quoted_list(names)} {quoted_list(texts)}"
    if operator == "contains":
        return _any(address, _header(names, operator, value))
    if "@" in value:
        return address
    if field != "from":
        # which of several names is meant cannot be told from the field's text
        raise NotExpressible("field", field)
    # "<" follows the name of the first address, which is the one that counts
    keys = []
    for around in ("{} <*", '"{}" <*'):
        keys += _comparison(operator, value, around)[1]
    if operator in ("begins", "matches"):
        for around in ("{}", '"{}'):
            keys += _comparison(operator, value, around)[1]
    return _any(address, f"header :matches {quoted_list(names)} {quoted_list(keys)}")


def _own_address(operator: str, value: str, own: str) -> str:
    """Own addresses differ in what stands behind the plus sign alone (RFC 5233)."""
    local, _at, domain = own.strip().lower().rpartition("@")
    local = local.partition("+")[0]
    wanted_local, _at, wanted_domain = value.lower().rpartition("@")
    if operator == "is":
        same = wanted_local.partition("+")[0] == local and wanted_domain == domain
        if not same:
            return "false"
        keys = quoted_list([value.lower()])
        return f'address :all :is ["to", "cc"] {keys}'
    if operator == "contains" and value.startswith("+") and "@" not in value:
        tag = literal(value[1:].lower())
        before, behind = literal(local), literal(domain)
        keys = [f"{before}+{tag}*@{behind}", f"{before}+*+{tag}*@{behind}"]
        return f'address :all :matches ["to", "cc"] {quoted_list(keys)}'
    raise NotExpressible("field", "address")


def _body(operator: str, value: str, needs: set[str]) -> str:
    """One word: where a text breaks its lines is not known to the reader."""
    if operator != "contains" or " " in value:
        raise NotExpressible("field", "body")
    needs.add("body")
    return f"body :text :contains {quoted_list(spellings(value))}"


def _list(operator: str, value: str) -> str:
    """What stands between ``<`` and ``>``, or all of it without them (RFC 2919)."""
    if operator == "exists":
        return 'header :matches "list-id" "?*"'
    if {"<", ">"} & set(value):
        raise NotExpressible("characters", "list")
    inside = quoted_list(_comparison(operator, value, "*<{}>*")[1])
    how, texts = _comparison(operator, value)
    bare = (
        'allof (not header :contains "list-id" "<", '
        f'header :{how} "list-id" {quoted_list(texts)})'
    )
    return _any(f'header :matches "list-id" {inside}', bare)
