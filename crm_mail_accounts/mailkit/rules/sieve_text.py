"""Strings of a Sieve script, and why something cannot be said in one.

Values come from people and go between quotes, so here is the one place that escapes:
quotes and backslashes (RFC 5228 2.4.2), ``*`` and ``?`` where a pattern means them
(2.7.1), and ``${``, which would name a variable (RFC 5229 3) and knows no escape.

Sieve compares without regard to case in ASCII alone (``i;ascii-casemap``); letters
beyond it are written both ways, as long as that stays a short list.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence

from .match import MAX_VALUE

MAX_SPELLINGS = 64
"""Ways to write one value; five letters with an accent have 32."""
_DOLLAR = "${dollar}"
_SPELLED = re.compile(r"(ss|[^\x00-\x7f])", re.IGNORECASE)
"""What has other spellings: between the pieces is what has none."""


class NotExpressible(ValueError):
    """``reason`` is a word of :data:`REASONS`, ``rule`` the id of the filter (0: out of
    office, or all of them), ``detail`` what is meant: a field, an extension."""

    def __init__(self, reason: str, detail: str = "", rule: int = 0):
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.rule = rule


REASONS = {
    "extension": "the server does not offer an extension",
    "crm": "the CRM alone knows it",
    "field": "Sieve cannot compare this field in this way",
    "characters": "a value has characters that cannot be told from the field's syntax",
    "question_mark": "a question mark in a pattern",
    "letters": "a value has too many letters whose capitals the server does not know",
    "size": "a size beyond what Sieve's numbers hold",
    "folder": "a folder's name that cannot be written",
    "blind_copies": "Sieve answers no blind copies",
    "colleagues": "too many addresses that get another answer",
}


def quoted(text: str) -> str:
    """A string of a script whose ``variables`` are on and that sets ``dollar``.

    :raises NotExpressible: ``characters``: a control character, half a character
    """
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise NotExpressible("characters")
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("${", _DOLLAR + "{") + '"'


def quoted_lines(text: str) -> str:
    """The same for a text of several lines (CRLF as RFC 5228 2.4.2 wants them)."""
    lines = [
        "".join(char for char in line if unicodedata.category(char) not in ("Cc", "Cs"))
        for line in text.replace("\t", " ").splitlines()
    ]
    return '"' + "\r\n".join(quoted(line)[1:-1] for line in lines) + '"'


def quoted_list(texts: Iterable[str]) -> str:
    """One string, or several in brackets; each once."""
    found = [quoted(text) for text in dict.fromkeys(texts)]
    return found[0] if len(found) == 1 else "[" + ", ".join(found) + "]"


def literal(text: str) -> str:
    """As a pattern of ``:matches`` that means just this text."""
    return "".join(f"\\{char}" if char in "*?\\" else char for char in text)


def pattern(text: str) -> str:
    """A pattern of ours, with ``*`` and ``?``, as one of ``:matches``."""
    return text.replace("\\", "\\\\")


def plain(value: str) -> str:
    """A condition's value as it is compared, but for its case."""
    return unicodedata.normalize("NFC", " ".join(value.split()))[:MAX_VALUE]


def spellings(value: str) -> Sequence[str]:
    """The ways to write a value that ``i;ascii-casemap`` takes for different ones.

    :raises NotExpressible: ``letters``
    """
    choices, count = [], 1
    for piece in _SPELLED.split(value):
        ways = _ways(piece)
        count *= len(ways)
        if count > MAX_SPELLINGS:
            raise NotExpressible("letters")
        choices.append(ways)
    return ["".join(chars) for chars in itertools.product(*choices)]


def _ways(piece: str) -> tuple[str, ...]:
    if piece.isascii() and piece.lower() != "ss":
        return (piece,)
    if piece.lower() in ("ss", "ß"):
        return "ss", "ß", "ẞ"
    return tuple(dict.fromkeys((piece.lower(), piece.upper())))
