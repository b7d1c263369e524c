"""Deleting mail for good: \\Deleted and UID EXPUNGE (RFC 4315).

Only mails that were compared right before go, and only by their UIDs.  Where the
server has no UIDPLUS they are marked and *left behind*: EXPUNGE and CLOSE would take
every mail that somebody else has marked.  Both steps may be repeated: a UID that is
gone harms nobody.

Gmail archives what is expunged outside of its trash; there the caller moves a mail to
the trash first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..errors import CapabilityMissing, MailError
from .store import StoringSession
from .transfer import TransferringSession
from .verify import Expected, groups


@dataclass(frozen=True)
class Expunged:
    """UIDs by what became of them; ``left_behind`` are marked as deleted and still
    there, to be hidden; ``not_the_same`` and ``gone`` were not touched."""

    expunged: frozenset[int] = frozenset()
    left_behind: frozenset[int] = frozenset()
    not_the_same: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Emptied:
    """How many mails were deleted or only marked; ``finished``: none was left out
    because of ``stop``."""

    expunged: int
    left_behind: int
    finished: bool


class ExpungingSession(TransferringSession, StoringSession):
    """A session that can also delete for good."""

    def expunge(
        self, expected: Mapping[int, Expected], *, uidvalidity: int
    ) -> Expunged:
        """Delete mails of the open folder (UID -> what is known of it).

        An error carries the :class:`Expunged` so far in ``facts``.

        :raises UidValidityChanged: the folder's UIDs are other ones by now
        :raises ServerRefused: ``folder_read_only``, ``not_permitted``
        """
        self._need_writable(uidvalidity)
        done = Expunged()
        try:
            for group in groups(expected):
                found = self.verify(
                    {uid: expected[uid] for uid in group}, uidvalidity=uidvalidity
                )
                done = _with(done, not_the_same=found.not_the_same, gone=found.gone)
                if not found.same:
                    continue
                self._mark_deleted(found.same)
                left = self._expunge_marked(sorted(found.same))
                done = _with(done, expunged=found.same - left, left_behind=left)
        except MailError as err:
            err.facts = done
            raise
        return done

    def empty_folder(
        self,
        raw: str,
        *,
        uidvalidity: int,
        on_progress: Callable[[int, int], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Emptied:
        """Delete all mail that is in a folder (Trash, Junk) now; opens it.

        Mails that arrive meanwhile stay.  ``on_progress(done, total)`` is called
        after each group, ``stop()`` is asked before it.  The mails are not compared
        one by one, hence a server must tell UIDVALIDITY.

        :raises CapabilityMissing: it does not
        :raises UidValidityChanged: it is another one
        """
        state = self.open_known(raw, uidvalidity=uidvalidity)
        if state.uidvalidity is None:
            raise CapabilityMissing("UIDVALIDITY")
        self._need_writable(uidvalidity)
        if not state.exists or not state.uidnext or state.uidnext < 2:
            return Emptied(0, 0, finished=True)
        uids = self.search_uids(1, state.uidnext - 1)
        gone = kept = 0
        for group in groups(uids):
            if stop is not None and stop():
                return Emptied(gone, kept, finished=False)
            self._mark_deleted(group)
            left = len(self._expunge_marked(group))
            gone, kept = gone + len(group) - left, kept + left
            if on_progress is not None:
                on_progress(gone + kept, len(uids))
        return Emptied(gone, kept, finished=True)


def _with(done: Expunged, **found: frozenset[int]) -> Expunged:
    values = {name: getattr(done, name) for name in Expunged.__dataclass_fields__}
    return Expunged(**{name: values[name] | found.get(name, set()) for name in values})
