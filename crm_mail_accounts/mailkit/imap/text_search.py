"""Searching what mails say, by the server (RFC 9051 6.4.4, RFC 4731).

The server has the whole mails; what it makes of a word is its own affair: most look
for a part of the text without case, some for whole words by an index.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import InvalidArgument, ServerRefused
from ..limits import SEARCH_WINDOW
from ..words import fold
from . import quote, sets
from .quote import Argument
from .search import SearchResult
from .session import ImapSession

KEYS = {"text": b"TEXT", "subject": b"SUBJECT", "from": b"FROM", "to": b"TO"}
"""Where a word is looked for. TEXT is header and body; TO is asked with CC."""
MOST_WORDS = 12


class TextSearchSession(ImapSession):
    """A session that asks for mails by words."""

    def search_text(self, words: Iterable[tuple[str, str]]) -> list[int]:
        """UIDs of the open folder's mails that have all of these, ascending.

        :param words: pairs of a place of :data:`KEYS` and a text, no more than twelve
        :raises InvalidArgument: no word, too many, an unknown place, a control
            character
        :raises ServerRefused: the server does not search
        """
        words = list(words)
        known = all(place in KEYS and text for place, text in words)
        if not known or not 0 < len(words) <= MOST_WORDS:
            raise InvalidArgument("words to search for")
        try:
            return self._search_for(words)
        except ServerRefused as refused:
            # A server need not know more than US-ASCII
            folded = [(place, fold(text)) for place, text in words]
            plain = all(text.isascii() and text for _place, text in folded)
            if refused.response_code != "BADCHARSET" or folded == words or not plain:
                raise
            return self._search_for(folded)

    def _search_for(self, words: list[tuple[str, str]]) -> list[int]:
        self._need_folder()
        keys: list[Argument] = []
        for place, text in words:
            value = quote.string(text)
            if place == "to":
                keys += [b"OR", KEYS[place], value, b"CC", value]
            else:
                keys += [KEYS[place], value]
        charset: list[Argument] = []
        ascii_only = all(text.isascii() for _place, text in words)
        # Where UTF-8 was enabled there is no other charset to name (RFC 6855 3)
        if not ascii_only and "UTF8=ACCEPT" not in self.enabled:
            charset = [b"CHARSET", b"UTF-8"]
        if self.offers("ESEARCH"):
            return self._found(b"RETURN", b"(ALL)", *charset, *keys)
        # In pieces, so that no answer is longer than a line may be
        uids: list[int] = []
        last = (self.state and self.state.uidnext or SEARCH_WINDOW + 1) - 1
        for start in range(1, last + 1, SEARCH_WINDOW):
            window = sets.window(start, min(start + SEARCH_WINDOW - 1, sets.MAX_UID))
            uids += self._found(*charset, b"UID", window, *keys)
        return uids

    def _found(self, *arguments: Argument) -> list[int]:
        result = SearchResult()
        self._wire.command("UID SEARCH", *arguments, handler=result.take)
        return result.uids(1, sets.MAX_UID)
