"""Conversations: which mails belong together, by the ids that they name.

A mail joins whatever its Message-ID, In-Reply-To and References lead to; ids of mails
that were never seen count too, so two answers to an absent mail are one conversation.
The stored truth is one table, key -> thread; a window of mails is added to it in one
step (:func:`assign`), whatever the order in which mails arrive.

An id that broken mailers share among unrelated mails is no key: joining too much hides
mails, joining too little is seen and mended.

An answer without ids may join by its subject (``sync/subjects``), when there is one
conversation alone that it can belong to.  Whether there is depends on mails that come
later, so :func:`partition` decides it anew from all the mails that matter.

RFC 5322 3.6.4; RFC 5256 (THREAD=REFERENCES) gives the same partition where the ids are
consistent, but never joins two conversations that exist.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from ..limits import MAX_MESSAGE_ID, MAX_REFERENCES
from ..mime.references import is_thread_key
from .subjects import SubjectFacts, base_subject, guessed_by_subject, thread_by_subject

KEY_BYTES = 16
OVERUSED = 20
"""Senders of mails with one and the same Message-ID, beyond which it joins nothing."""
MAX_THREAD = 1000
"""Mails of one conversation; what comes beyond goes into another one behind it."""


def thread_key(identifier: str) -> bytes:
    """The 16 bytes that stand for a message id in the table."""
    data = identifier.encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=KEY_BYTES).digest()


def thread_keys(
    message_id: str,
    in_reply_to: Iterable[str] = (),
    references: Sequence[str] = (),
    denied: Collection[bytes] = frozenset(),
) -> tuple[bytes, ...]:
    """The keys by which a mail is joined to others, its own first, each once.

    Ids as ``mime.references`` writes them.  Of very long chains the first and the last
    ones count (``MAX_REFERENCES``).  ``denied``: keys known to be shared by unrelated
    mails (:data:`OVERUSED`).
    """
    if len(references) > MAX_REFERENCES:
        references = [references[0], *references[1 - MAX_REFERENCES :]]
    answered = list(in_reply_to)[:MAX_REFERENCES]
    keys = (
        thread_key(identifier)
        for identifier in (message_id, *answered, *references)
        if identifier
        and len(identifier) <= MAX_MESSAGE_ID
        and is_thread_key(identifier)
    )
    return tuple(key for key in dict.fromkeys(keys) if key not in denied)


@dataclass(frozen=True)
class ThreadPlan:
    """What to write.  A thread is its id, or -1, -2, ... for one to be made.

    ``threads``: (mail, thread), in the order of the mails.  ``merges``: (loser,
    winner): all mails and keys of the loser go to the winner.  ``refs``: (key, thread)
    that the table does not have yet, ascending by key, so that two writers lock in one
    order.  ``continued``: (thread, the one that follows it because it is full).
    """

    threads: tuple[tuple[Hashable, int], ...]
    merges: tuple[tuple[int, int], ...] = ()
    refs: tuple[tuple[bytes, int], ...] = ()
    continued: tuple[tuple[int, int], ...] = ()

    @property
    def made(self) -> int:
        """How many threads are to be made: -1 ... -made."""
        return max((-thread for _mail, thread in self.threads if thread < 0), default=0)


class _Union:
    """Disjoint sets of anything, by path halving."""

    def __init__(self):
        self._parent: dict[Hashable, Hashable] = {}

    def find(self, item: Hashable) -> Hashable:
        parent = self._parent
        parent.setdefault(item, item)
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    def join(self, one: Hashable, other: Hashable) -> None:
        self._parent[self.find(one)] = self.find(other)


def assign(
    mails: Iterable[tuple[Hashable, Sequence[bytes]]],
    known: Mapping[bytes, int],
    sizes: Mapping[int, int] | None = None,
    most: int = MAX_THREAD,
) -> ThreadPlan:
    """Threads for a window of mails.

    ``mails``: (any id, :func:`thread_keys`); ``known``: key -> thread id (positive),
    for those of all their keys that the table has; ``sizes``: how many mails these
    threads have.  Of threads that turn out to be one the smallest id wins, as far as
    they hold ``most`` mails together.  A mail without keys is a thread of its own.
    """
    sizes = sizes or {}
    rows = [(mail, tuple(keys)) for mail, keys in mails]
    sets = _Union()
    keys_seen: dict[bytes, None] = {}
    for number, (_mail, keys) in enumerate(rows):
        for key in keys:
            keys_seen[key] = None
            sets.join(key, number)
    ids: dict[int, None] = {}
    for key in keys_seen:
        if key in known:
            ids[known[key]] = None
            sets.join(key, ("thread", known[key]))
    winners: dict[Hashable, int] = {}
    filled: dict[int, int] = {}
    merges = []
    for thread in sorted(ids):
        winner = winners.setdefault(sets.find(("thread", thread)), thread)
        size = sizes.get(thread, 0)
        if winner == thread:
            filled[thread] = size
        elif filled[winner] + size <= most:
            filled[winner] += size
            merges.append((thread, winner))
    made = 0
    threads, continued = [], []
    ends: dict[Hashable, int] = dict(winners)
    for number, (mail, _keys) in enumerate(rows):
        root = sets.find(number)
        end = ends.get(root)
        if end is None or filled[end] >= most:
            made += 1
            if end is not None:
                continued.append((end, -made))
            end = ends[root] = -made
            winners.setdefault(root, end)
            filled[end] = 0
        filled[end] += 1
        threads.append((mail, end))
    places: dict[bytes, int] = {}
    for (_mail, keys), (_same, thread) in zip(rows, threads, strict=True):
        for key in keys:
            places.setdefault(key, thread)
    refs = [(key, places[key]) for key in sorted(keys_seen) if key not in known]
    return ThreadPlan(tuple(threads), tuple(merges), tuple(refs), tuple(continued))


# -- by their subjects, too ----------------------------------------------------


@dataclass(frozen=True)
class ThreadMail:
    """A mail as :func:`partition` sees it; ``keys`` as :func:`thread_keys` makes them.
    The ``thread`` of its facts does not count."""

    id: int
    keys: tuple[bytes, ...]
    facts: SubjectFacts


def partition(
    mails: Iterable[ThreadMail], own: Collection[str] = ()
) -> list[tuple[int, ...]]:
    """Which mails are one conversation, each group ascending, whatever their order.

    By the ids that they name; then an answer that names none joins the one group that
    its subject leads to (``own``: the owner's addresses).  Such answers are no reason
    for another one to join: chains of guesses would depend on who came first.
    """
    rows = sorted(mails, key=lambda mail: mail.id)
    sets = _Union()
    for mail in rows:
        sets.find(mail.id)
        for key in mail.keys:
            sets.join(key, mail.id)
    groups: dict[Hashable, int] = {}
    numbers = {
        mail.id: groups.setdefault(sets.find(mail.id), len(groups)) for mail in rows
    }
    leading: dict[str, list[ThreadMail]] = {}
    for mail in rows:
        if not guessed_by_subject(mail.facts):
            leading.setdefault(base_subject(mail.facts.subject)[0], []).append(mail)
    joins = []
    for mail in rows:
        if guessed_by_subject(mail.facts):
            found = thread_by_subject(
                mail.facts,
                [
                    replace(other.facts, thread=numbers[other.id])
                    for other in leading.get(base_subject(mail.facts.subject)[0], ())
                    if numbers[other.id] != numbers[mail.id]
                ],
                own,
            )
            if found is not None:
                joins.append((numbers[mail.id], found))
    together = _Union()
    for one, other in joins:
        together.join(one, other)
    result: dict[Hashable, list[int]] = {}
    for mail in rows:
        result.setdefault(together.find(numbers[mail.id]), []).append(mail.id)
    return [tuple(group) for group in result.values()]
