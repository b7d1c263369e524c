"""Moving and copying mail to another folder: MOVE (RFC 6851) and COPY.

Every mail is compared with what the caller knows of it right before (:mod:`.verify`);
one that differs stays where it is and is reported.  Without MOVE the same is done in
steps, each of which leaves every mail in at least one place::

    COPY -> the copies are there -> \\Deleted on exactly those -> UID EXPUNGE of those

Without UIDPLUS the last step is left out: EXPUNGE and CLOSE would take every mail that
somebody else has marked as deleted.  Those mails are *left behind*, marked.

After a crash the caller does not guess: ``writing.WritingSession.resume_move``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ..errors import InvalidArgument, MailError, ServerRefused
from . import quote, sets
from .copyuid import CopyUids
from .store import StoringSession
from .verify import Expected, groups


@dataclass(frozen=True)
class Transferred:
    """What became of the mails of a move or copy, by their UIDs in the source.

    ``done``: the server moved or copied them.
    ``uids``: where it told, the UIDs in the target, valid under ``uidvalidity`` (in an
    error's ``facts`` also of copies whose original is still there).
    ``left_behind``: moved, and still in the source, marked as deleted: to be hidden.
    ``not_the_same`` and ``gone`` were not touched.
    """

    done: frozenset[int] = frozenset()
    uidvalidity: int | None = None
    uids: dict[int, int] = field(default_factory=dict)
    left_behind: frozenset[int] = frozenset()
    not_the_same: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()


class TransferringSession(StoringSession):
    """A session that can also move and copy.

    An error carries in ``facts`` the :class:`Transferred` of what was certainly done
    before it, and in ``step`` how far the group that failed had come: ``verify``,
    ``move`` or ``copy``, ``mark`` (the copies exist), ``expunge``.
    """

    def move(
        self, expected: Mapping[int, Expected], target_raw: str, *, uidvalidity: int
    ) -> Transferred:
        """Move mails of the open folder (UID -> what is known of it).

        :raises UidValidityChanged: the folder's UIDs are other ones by now
        :raises ServerRefused: ``target_missing`` (create it and move again),
            ``mailbox_full``, ``folder_read_only``, ``not_permitted``,
            ``copy_unconfirmed``; some of the mails may have moved all the same
        """
        self._need_writable(uidvalidity)
        one = self._move_group if self.offers("MOVE") else self._copy_and_remove
        return self._transfer(expected, target_raw, uidvalidity, one)

    def copy(
        self, expected: Mapping[int, Expected], target_raw: str, *, uidvalidity: int
    ) -> Transferred:
        """Copy mails of the open folder; errors as :meth:`move`."""
        self._need_uidvalidity(uidvalidity)
        return self._transfer(expected, target_raw, uidvalidity, self._copy_group)

    def _transfer(
        self,
        expected: Mapping[int, Expected],
        target_raw: str,
        uidvalidity: int,
        transfer: Callable[[list[int], str, Progress], None],
    ) -> Transferred:
        if same_folder(self.selected or "", target_raw):
            raise InvalidArgument("a move to the same folder", code="same_folder")
        quote.mailbox(target_raw)
        progress = Progress()
        try:
            for group in groups(expected):
                progress.step = "verify"
                found = self.verify(
                    {uid: expected[uid] for uid in group}, uidvalidity=uidvalidity
                )
                progress.take(not_the_same=found.not_the_same, gone=found.gone)
                if found.same:
                    transfer(sorted(found.same), target_raw, progress)
        except MailError as err:
            err.step = progress.step
            err.facts = progress.result
            raise
        return progress.result

    def _move_group(self, uids: list[int], target_raw: str, progress: Progress) -> None:
        progress.step = "move"
        answers = CopyUids(uids, dropped=self.dropped)
        try:
            status = self._wire.command(
                "UID MOVE",
                sets.compress(uids),
                quote.mailbox(target_raw),
                handler=answers.take,
            )
            answers.end(status)
        except MailError:
            # told ahead of the removal, so these have arrived (RFC 6851 4.3)
            progress.take_pairs(answers, done=answers.uids.keys())
            raise
        progress.take_pairs(answers, done=uids)

    def _copy_group(self, uids: list[int], target_raw: str, progress: Progress) -> None:
        progress.step = "copy"
        answers = CopyUids(uids, dropped=self.dropped)
        status = self._wire.command(
            "UID COPY",
            sets.compress(uids),
            quote.mailbox(target_raw),
            handler=answers.take,
        )
        answers.end(status)
        progress.take_pairs(answers, done=uids)

    def _copy_and_remove(
        self, uids: list[int], target_raw: str, progress: Progress
    ) -> None:
        progress.step = "copy"
        before = self._next_uid(target_raw)
        copying = Progress()
        self._copy_group(uids, target_raw, copying)
        copied = copying.result
        if len(copied.uids) < len(uids):
            self._confirm_copies(target_raw, before, len(uids))
        progress.take_pairs(copying, done=())
        progress.step = "mark"
        self._mark_deleted(uids)
        progress.step = "expunge"
        left = self._expunge_marked(uids)
        progress.take(done=frozenset(uids), left_behind=left)

    def _next_uid(self, raw: str) -> int | None:
        """A refusal is left to COPY, whose own words are clearer (TRYCREATE)."""
        try:
            return self.status(raw).uidnext
        except ServerRefused as err:
            if err.retry:
                raise
            return None

    def _confirm_copies(self, raw: str, before: int | None, count: int) -> None:
        """A tagged OK is a promise (RFC 9051 6.4.7: all or nothing); before the
        originals go, the target must have grown.  A server that tells no UIDNEXT
        leaves only the promise."""
        after = self._next_uid(raw)
        if before is None or after is None or after - before >= count:
            return
        raise ServerRefused(
            f"{count} mails copied, UIDNEXT {before} to {after}",
            code="copy_unconfirmed",
        )

    def _expunge_marked(self, uids: list[int]) -> frozenset[int]:
        """UID EXPUNGE of exactly these; returns those that are still there."""
        if not self.offers("UIDPLUS"):
            return frozenset(uids)
        uid_set = sets.compress(uids)
        self._wire.command("UID EXPUNGE", uid_set)
        left = {message.uid for message in self._facts(uid_set, with_header=False)}
        return frozenset(left & set(uids))


class Progress:
    """Gathers the result of a transfer; ``step`` is what is being done."""

    def __init__(self):
        self.result = Transferred()
        self.step = ""

    @property
    def uids(self) -> dict[int, int]:
        return self.result.uids

    @property
    def uidvalidity(self) -> int | None:
        return self.result.uidvalidity

    def take(self, **found) -> None:
        merged = {
            name: getattr(self.result, name) | uids for name, uids in found.items()
        }
        self.result = replace(self.result, **merged)

    def take_pairs(self, answers: CopyUids | Progress, *, done) -> None:
        """Pairs under another UIDVALIDITY than before replace the earlier ones: the
        target was made anew meanwhile."""
        known = self.result.uids
        if answers.uidvalidity is not None:
            if self.result.uidvalidity not in (None, answers.uidvalidity):
                known = {}
            self.result = replace(
                self.result,
                uidvalidity=answers.uidvalidity,
                uids={**known, **answers.uids},
            )
        self.take(done=frozenset(done))


def same_folder(one: str, other: str) -> bool:
    """INBOX is one folder in any spelling (RFC 9051 5.1)."""
    return one == other or one.upper() == other.upper() == "INBOX"
