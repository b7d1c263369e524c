"""What changed and what went in a folder, compared with our rows.

A mail that is missing is a candidate: it is confirmed by a second answer, and much that
is missing at once by a second connection (law 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from ..mailkit.errors import MailError
from ..mailkit.imap import sets
from ..mailkit.sync import deletions
from ..mailkit.sync.audit import audit_windows, compare_window
from ..mailkit.sync.deletions import judge_removal
from ..mailkit.sync.delta import Span
from ..mailkit.values import FlagChange, Vanished
from . import change_writer, mail_places, unread_counts
from .folder_fetch import FolderFetch

CHANGES_AT_ONCE = 1000
"""Changes of one transaction."""
LIST_WHOLE = 2000
"""Mails of a folder whose list is shorter than what tells where to list."""
MOST_LISTS = 20
"""Parts of a folder that are listed one by one, rather than all of it at once."""


class Braked(Exception):
    """So much is gone that another connection must say so too (law 4)."""


class FolderComparison(FolderFetch):
    """Applies changed flags and removals."""

    def _changes(self, span: Span, since: int):
        """Flags that changed, and with QRESYNC what went, as the server tells it."""
        vanished: list[Span] = []
        stream = self._flag_changes(span, since, vanished)
        while batch := list(islice(stream, CHANGES_AT_ONCE)):
            self._apply(batch)
        self.missing += vanished

    def _flag_changes(
        self, span: Span, since: int, vanished: list[Span]
    ) -> Iterator[FlagChange]:
        for item in self.session.fetch_changes(*span, since):
            if isinstance(item, Vanished):
                vanished.append((item.first, item.last))
            else:
                yield item

    def _apply(self, changes: Iterable[FlagChange], unasked: bool = False):
        rows = list(changes)
        if not rows:
            return

        def store(env):
            folder = self.folder(env)
            if change_writer.apply_flags(
                env, folder, self.uidvalidity, rows, unasked=unasked
            ):
                unread_counts.recount_around(env, folder)
                self.worker.tell(env, folder)

        self.commit(store)

    def _unasked(self):
        """What the server told during other commands (Mailspring-Sync#141)."""
        noticed = self.session.unsolicited.take(self.task.raw)
        if noticed.uidvalidity not in (None, self.uidvalidity):
            return
        self._apply(noticed.flags, unasked=True)
        self.gone += self._unplace(
            [(item.first, item.last) for item in noticed.vanished]
        )
        if noticed.look and self.delta.known:
            self._audit(self.delta.known)
            self._take_away()

    # -- removals --------------------------------------------------------------------

    def _take_away(self):
        ranges, self.missing = self.missing, []
        self._unplace(sets.merged(ranges))

    def _unplace(self, ranges: list[Span]) -> int:
        """Take the places of these UIDs away, unless that is suspiciously much.

        :raises Braked: a second connection must say so too
        """
        if not ranges:
            return 0

        def store(env):
            folder = self.folder(env)
            gone = mail_places.count_in(env, folder, self.uidvalidity, ranges)
            if not gone:
                return 0, False
            # all of this pass counts together, however many answers told it
            verdict = judge_removal(
                gone + self.removed,
                folder.indexed_total + self.removed,
                uidvalidity=self.uidvalidity,
                connection=self.connection,
                before=folder._suspicion(),
            )
            if not verdict.act and not self.witnessed:
                folder._suspect(verdict.suspicion)
                return None
            lease = folder.account_id.lease_ids
            done = mail_places.unplace(
                env, folder, self.uidvalidity, ranges, lease.pass_number
            )
            folder.write(
                {
                    "indexed_total": max(folder.indexed_total - done.gone, 0),
                    "suspicion": False,
                }
            )
            recounted = unread_counts.recount_around(
                env, folder, everywhere=bool(done.merged)
            )
            self.worker.tell(env, folder | recounted)
            return done.gone, verdict.warn

        outcome = self.commit(store)
        if outcome is None:
            raise Braked()
        gone, witnessed = outcome
        self.removed += gone
        self.witnessed = self.witnessed or witnessed
        return gone

    def _compare(self, span: Span):
        """Flags and existence of a window, read again; removals confirmed apart."""
        changes = list(self.session.fetch_flags(*span))
        ours = self.commit(
            lambda env: change_writer.known_flags(
                env, self.folder(env), self.uidvalidity, span
            )
        )
        difference = compare_window(span, ours, changes)
        self._apply(difference.changed)
        if difference.unknown and not self.task.since:
            for part in deletions.as_ranges(difference.unknown):
                self._store(self._fetch(part), None, count_as_new=False)
        if difference.missing:
            low, high = difference.missing[0], difference.missing[-1]
            answer = deletions.Answer(
                low, high, tuple(self.session.existing(low, high))
            )
            self.missing += deletions.confirmed(difference.missing, [answer])

    def _locate(self, span: Span):
        """Find by counting where mails went, and list only those places.

        A server without ESEARCH does not count: there it is asked for the places of
        some mails of a big folder. Where older mail is not wanted, counts differ
        everywhere, and it is asked which mails exist, which is a sixth of what their
        flags would be.
        """
        uids = self.commit(
            lambda env: change_writer.known_uids(
                env, self.folder(env), self.uidvalidity, span
            )
        )
        if not uids:
            return
        count_ours = deletions.counter(uids)
        if self.session.offers("ESEARCH") and not self.task.since:
            for part in deletions.locate_missing(
                self.session.search_count, count_ours, *span
            ):
                self._compare(part)
            return
        for low, high in self._spans_to_list((uids[0], uids[-1]), count_ours):
            there = set(self.session.existing(low, high))
            missing = (uid for uid in uids if low <= uid <= high and uid not in there)
            for part in deletions.as_ranges(missing):
                self._compare(part)

    def _spans_to_list(self, span: Span, count_ours) -> list[Span]:
        total = self.session.state.exists
        if self.task.since or total <= LIST_WHOLE:
            return [span]
        try:
            places = self.session.uids_at(deletions.sample_places(total))
        except MailError as error:
            if not error.connection_usable:
                raise
            return [span]  # there are fewer mails by now
        found = deletions.differing_spans(places, count_ours, *span)
        return found if len(found) <= MOST_LISTS else [span]

    def _audit(self, span: Span):
        """Every known mail once."""
        count = self.commit(lambda env: self.folder(env)._known().there)
        for window in audit_windows(span, count):
            self._compare(window)
