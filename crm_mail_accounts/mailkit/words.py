"""The words of a text, as the search index has them and as a reader may type them.

The index and the question go through the same fold, so that "Citta", "città" and
"CITTÀ" are one word, whatever the database knows of accents.  What is left between
words (apostrophes, hyphens, dots and the "@" of an address) separates them: who looks
for "conti" finds "rosa@conti.example" and "dell'offerta" is found by "offerta".
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 64
"""Characters of one word that count; longer ones are keys, not words."""
MOST_QUERIED = 12
"""Words of one question; each is a look into the index."""

_WORD = re.compile(r"[^\W_]+")
_OWN_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)
"""Letters that no decomposition takes apart."""


def fold(text: str) -> str:
    """Without case, accents and compatibility forms (ligatures, wide letters)."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare).casefold().translate(_OWN_LETTERS)


def split(text: str) -> list[str]:
    """The folded words of a text, in their order."""
    return [word[:LONGEST] for word in _WORD.findall(fold(text))]


def indexed(*texts: str | None) -> str:
    """Texts as one line of folded words."""
    return " ".join(word for text in texts if text for word in split(text))


def queried(text: str) -> tuple[str, ...]:
    """The words that a question asks for, each once, no more than are looked for."""
    return tuple(dict.fromkeys(split(text)))[:MOST_QUERIED]
