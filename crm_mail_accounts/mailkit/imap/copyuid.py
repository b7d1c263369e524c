"""COPYUID and APPENDUID: the UIDs that copies got (RFC 4315 section 3).

``[COPYUID 38505 304,319:320 3956:3958]``: the n-th UID of the first set became the
n-th of the second one, both as written.  A code that does not add up (other counts,
UIDs that nobody asked about, one UID for two mails) is not believed at all: a wrong
pair would show one mail under another one's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from ..errors import ProtocolError
from . import sets
from .wire import Status, Untagged


class CopyUids:
    """Gathers the pairs of one transfer from tagged and untagged answers.

    MOVE tells them in an untagged OK ahead of the EXPUNGE (RFC 6851 4.3), some
    servers only in the tagged one, some in several; some tell nothing.
    """

    def __init__(self, asked: Collection[int], *, dropped: Counter | None = None):
        self._asked = frozenset(asked)
        self._dropped: Counter = Counter() if dropped is None else dropped
        self.uidvalidity: int | None = None
        self.uids: dict[int, int] = {}
        self._doubtful: set[int] = set()

    def take(self, response: Untagged) -> None:
        """A handler for untagged responses."""
        if response.name == "OK" and response.status is not None:
            self.end(response.status)

    def end(self, status: Status) -> None:
        """The tagged answer."""
        if status.code != "COPYUID":
            return
        read = self._read(status.arguments)
        if read is None:
            self._dropped["copyuid"] += 1
            return
        uidvalidity, pairs = read
        if self.uidvalidity not in (None, uidvalidity):
            self._dropped["copyuid"] += 1
            self._doubtful |= pairs.keys() | self.uids.keys()
        self.uidvalidity = uidvalidity
        for source, target in pairs.items():
            if self.uids.setdefault(source, target) != target:
                self._doubtful.add(source)
        targets = Counter(self.uids.values())
        self._doubtful |= {s for s, target in self.uids.items() if targets[target] > 1}
        for source in self._doubtful:
            self.uids.pop(source, None)

    def _read(self, arguments: bytes) -> tuple[int, dict[int, int]] | None:
        words = arguments.split()
        if len(words) != 3:
            return None
        try:
            uidvalidity = _number(words[0])
            sources = list(_expand(words[1], len(self._asked)))
            targets = list(_expand(words[2], len(self._asked)))
        except ProtocolError:
            return None
        if len(sources) != len(targets) or not self._asked.issuperset(sources):
            return None
        pairs = dict(zip(sources, targets, strict=True))
        if len(pairs) != len(sources) or len(set(targets)) != len(targets):
            return None
        return uidvalidity, pairs


def appended(status: Status, count: int) -> list[tuple[int, int]] | None:
    """UIDVALIDITY and UID of each mail of an APPEND, in order, or ``None``.

    A set for MULTIAPPEND, ascending (RFC 4315 section 3).
    """
    words = status.arguments.split()
    if status.code != "APPENDUID" or len(words) != 2:
        return None
    try:
        uidvalidity = _number(words[0])
        uids = list(_expand(words[1], count))
    except ProtocolError:
        return None
    if len(uids) != count or len(set(uids)) != count:
        return None
    return [(uidvalidity, uid) for uid in uids]


def _number(word: bytes) -> int:
    if not word.isdigit() or not 1 <= int(word[:11]) <= sets.MAX_UID:
        raise ProtocolError("no UIDVALIDITY")
    return int(word)


def _expand(text: bytes, most: int) -> Iterator[int]:
    """The UIDs of a set in the order written; more than ``most`` are an error, told
    before they are made."""
    pairs = sets.parse(text)
    if sum(high - low + 1 for low, high in pairs) > most:
        raise ProtocolError("more UIDs than were asked about")
    for low, high in pairs:
        if not 1 <= low <= high <= sets.MAX_UID:
            raise ProtocolError("a UID out of range")
        yield from range(low, high + 1)
