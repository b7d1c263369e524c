"""The session that changes a mailbox: flags, moves, deletions, new mails, folders.

Nothing here decides whether a change is wanted; that is ``sync.operations``.  Common
to all: the caller says which UIDVALIDITY its UIDs belong to, mails are compared before
they are moved or deleted, nothing but UID EXPUNGE of chosen UIDs removes, and each
operation may be repeated after a crash: flags, deletions and folders by doing them
again, the others by the ``resume_...`` methods here.

Before an APPEND, COPY or MOVE the caller notes :meth:`.append.AppendingSession.before`
of the target and commits it.  When the answer was lost, wait a little
(``sync.operations.LOOK_PAUSE``: a look is worth nothing while the server still works
on the lost command), then resume.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..errors import MailError
from .append import AppendingSession, Before
from .expunge import ExpungingSession
from .folder_changes import FolderSession
from .idle import IdlingSession
from .transfer import Transferred
from .verify import Expected


class WritingSession(ExpungingSession, AppendingSession, FolderSession, IdlingSession):
    """All operations on one connection."""

    def resume_move(
        self,
        expected: Mapping[int, Expected],
        source_raw: str,
        target_raw: str,
        *,
        uidvalidity: int,
        before: Before,
    ) -> Transferred:
        """Finish a move whose answer was lost; opens both folders.

        Found in the target and gone from the source: done.  In both: the original is
        deleted (compared right before, as always).  Only in the source: moved now.
        Nowhere: ``gone``; somebody else took it, and the next sync finds it.

        :raises UidValidityChanged: of the source
        """
        told, found = self._look(target_raw, before, expected)
        self.open_known(source_raw, uidvalidity=uidvalidity)
        there = self.verify(expected, uidvalidity=uidvalidity)
        both = {uid: expected[uid] for uid in sorted(there.same & found.keys())}
        result = Transferred(
            done=frozenset(found),
            uidvalidity=told,
            uids=found,
            not_the_same=there.not_the_same - found.keys(),
            gone=there.gone - found.keys(),
        )
        try:
            if both:
                removed = self.expunge(both, uidvalidity=uidvalidity)
                result = replace(result, left_behind=removed.left_behind)
            rest = {uid: expected[uid] for uid in there.same - found.keys()}
            if rest:
                moved = self.move(rest, target_raw, uidvalidity=uidvalidity)
                result = _joined(result, moved)
        except MailError as err:
            facts = err.facts if isinstance(err.facts, Transferred) else Transferred()
            err.facts = _joined(result, facts)
            raise
        return result

    def resume_copy(
        self,
        expected: Mapping[int, Expected],
        source_raw: str,
        target_raw: str,
        *,
        uidvalidity: int,
        before: Before,
    ) -> Transferred:
        """Finish a copy whose answer was lost; opens both folders."""
        told, found = self._look(target_raw, before, expected)
        result = Transferred(frozenset(found), told, found)
        rest = {uid: expected[uid] for uid in expected.keys() - found.keys()}
        if not rest:
            return result
        self.open_known(source_raw, uidvalidity=uidvalidity, writable=False)
        copied = self.copy(rest, target_raw, uidvalidity=uidvalidity)
        return _joined(result, copied)

    def _look(
        self, raw: str, before: Before, expected: Mapping[int, Expected]
    ) -> tuple[int, dict[int, int]]:
        try:
            return self.find_stored(raw, before, dict(sorted(expected.items())))
        except MailError as err:
            err.step = "look"
            raise


def _joined(first: Transferred, second: Transferred) -> Transferred:
    """Of two parts of one transfer; UIDs under another UIDVALIDITY than the later
    part's are worth nothing."""
    anew = second.uidvalidity not in (None, first.uidvalidity)
    return Transferred(
        done=first.done | second.done,
        uidvalidity=second.uidvalidity if anew else first.uidvalidity,
        uids={**({} if anew else first.uids), **second.uids},
        left_behind=first.left_behind | second.left_behind,
        not_the_same=first.not_the_same | second.not_the_same,
        gone=first.gone | second.gone,
    )
