"""The answers to SEARCH: ``* SEARCH`` and ``* ESEARCH`` (RFC 9051 7.3.4, RFC 4731)."""

from __future__ import annotations

from ..errors import ProtocolError
from . import sets, tokens
from .wire import Untagged


class SearchResult:
    """Gathers what one SEARCH tells; as a handler of ``Wire.command``.

    An answer in the other form than the one that was asked for counts too.
    """

    def __init__(self):
        self._answered = False
        self._ranges: list[tuple[int, int]] = []
        self._count: int | None = None
        self._highest: int | None = None

    def take(self, response: Untagged) -> None:
        if response.name == "SEARCH":
            self._answered = True
            # "(MODSEQ 7)" may follow the numbers
            words = response.text.partition(b"(")[0].split()
            self._ranges += [
                (int(word), int(word))
                for word in words
                if word.isdigit() and len(word) <= 10
            ]
        elif response.name == "ESEARCH":
            self._answered = True
            parts = tokens.parse(response.segments, response.start)
            for name, value in zip(parts, parts[1:], strict=False):
                if not isinstance(name, tokens.Atom):
                    continue
                if not isinstance(value, tokens.Atom):
                    continue
                if name.upper() == b"ALL":
                    self._ranges += sets.parse(value)
                elif name.upper() == b"COUNT" and value.isdigit():
                    self._count = int(value[:19])
                elif name.upper() == b"MAX" and value.isdigit():
                    self._highest = int(value[:10])

    def uids(self, first: int, last: int) -> list[int]:
        """What was found within a window, ascending.

        :raises ProtocolError: there was no answer, or it was a number only
        """
        if not self._answered or (self._count and not self._ranges):
            error = ProtocolError("SEARCH without an answer")
            error.connection_usable = True
            raise error
        return sets.expand(self._ranges, first, last)

    @property
    def count(self) -> int | None:
        """The number that COUNT told; ``None`` when it was not told."""
        return self._count

    @property
    def highest(self) -> int | None:
        """What MAX told; 0 for an answer without it: nothing was found.  ``None``:
        there was no answer."""
        return (self._highest or 0) if self._answered else None
