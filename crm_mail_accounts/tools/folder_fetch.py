"""New mail and the first index of a folder, window by window.

A window that the server refuses is halved until the mail that spoils it is alone; one
at which it hangs up is remembered, and halved on the next connections
(``mailkit/sync/isolate.py``).
"""

from __future__ import annotations

import logging
from datetime import date

from odoo import fields

from ..mailkit import limits
from ..mailkit.errors import LimitExceeded, MailError, ProtocolError, ServerRefused
from ..mailkit.imap.changes import RUNGS
from ..mailkit.imap.fetch import INDEX_SECTION
from ..mailkit.sync.delta import Span
from ..mailkit.sync.isolate import SURE, Break, after_break, around, isolate
from ..mailkit.sync.plan import MAX_SPAN, first_span, next_span, unknown_spans
from ..mailkit.values import FetchedMessage
from . import index_writer, unread_counts
from .folder_look import FolderLook

_logger = logging.getLogger(__name__)

ARRIVES_IN = ("inbox", "none", "sent")
"""Roles of folders where mail arrives: the inbox, those that the server files into by
rules of its own, and the sent mail of other programs. What is new in the trash, among
spam or drafts was put there."""


class FolderFetch(FolderLook):
    """Fetches windows of mails and stores them."""

    def _fetch_new(self, first: int, last: int):
        """All new mail, whatever the clock says: it is what the user waits for.

        Not what we know already: the targets of our own moves, and what a pass that
        was cut off had stored.
        """
        for low, high in unknown_spans((first, last), self.stored):
            span = limits.WINDOW
            while high >= low:
                reached = self._window(low, high, span, count_as_new=True)
                span = next_span(high - reached + 1, self.found)
                high = self._next_mail(low, reached - 1, span)

    def _fill(self) -> bool:
        """Walk down the first index; true when the slice ended before UID 1."""
        folder_plan = self.delta.folder
        if not folder_plan.to_fill:
            return False
        first, last = folder_plan.to_fill
        span = first_span(folder_plan.mark, folder_plan.uidnext)
        while last >= first:
            low = self._window(first, last, span, since=self.task.since, filling=True)
            span = next_span(last - low + 1, self.found)
            last = self._next_mail(first, low - 1, span)
            if self.worker.time_is_up and last >= first:
                return True
        self.commit(self._filled)
        return False

    def _next_mail(self, first: int, last: int, span: int) -> int:
        """Where the next window ends: behind a gap that no window is wide enough for.

        Some servers number mails from the clock, so that a few mails lie among
        thousands of millions of UIDs.
        """
        if self.found or span < MAX_SPAN or last - first < MAX_SPAN:
            return last
        highest = self.session.highest_uid(first, last)
        return last if highest is None else min(highest, last)

    def _filled(self, env):
        """The first index counts as an audit; what is older than the day that its
        owner fetches from is on the server and not here."""
        self.folder(env).low_uid = 1
        if self.task.since:
            self._explained(env)
        else:
            self.folder(env).audited_at = fields.Datetime.now()

    def _window(
        self,
        first: int,
        last: int,
        span: int,
        *,
        since: date | None = None,
        filling: bool = False,
        count_as_new: bool = False,
    ) -> int:
        """Fetch and store the newest mails of ``first..last``: ``span`` UIDs, bounded
        in mails; returns the lowest UID that is covered.

        A span wider than a window is asked first which UIDs exist in it, so that a
        dense range behind a thin one cannot fill the memory.  With ``since`` the server
        is asked which of them arrived from that day on [A11]: UIDs follow the order of
        arrival in a folder, not the dates, so every range is asked.
        """
        low = max(first, last - span + 1)
        wanted = None
        if since:
            wanted = self.session.search_since(low, last, since)
        elif last - low + 1 > 2 * limits.WINDOW:
            wanted = self.session.search_uids(low, last)
        if wanted is not None and len(wanted) > limits.WINDOW:
            wanted = sorted(wanted)[-limits.WINDOW :]
            low = wanted[0]
        if wanted is not None and not wanted:
            found = []
        else:
            span_of_wanted = (min(wanted), max(wanted)) if wanted else (low, last)
            only = set(wanted) if since else None
            found = self._fetch(span_of_wanted, only)
        self.found = len(found)
        if filling and not since:
            self._ask_ahead(first, low, last)
        self._store(found, low if filling else None, count_as_new)
        return low

    def _ask_ahead(self, first: int, low: int, last: int):
        """Ask for the window below already: the server works while this one is stored.

        The same numbers as the next :meth:`_window` will use; should it want others,
        the session throws the answer away.
        """
        span = next_span(last - low + 1, self.found)
        if low > first and span <= 2 * limits.WINDOW and not self.worker.time_is_up:
            self.session.ask_index(max(first, low - span), low - 1)

    def _fetch(self, span: Span, only: set[int] | None = None) -> list:
        """The index items of a span; what spoils it is found and set apart (law 3)."""
        known = self.known_break
        if known and known.first <= span[1] and span[0] <= known.last:
            found = self._fetch_around(span, known)
        else:
            found = self._fetch_together(span)
        if only is not None:
            found = [message for message in found if message.uid in only]
        return found

    def _fetch_together(self, span: Span) -> list:
        try:
            return list(self.session.fetch_index(*span))
        except (ServerRefused, ProtocolError, LimitExceeded) as error:
            if not error.connection_usable:
                self.broke = after_break(span, self.known_break)
            if not error.connection_usable or error.retry:
                raise
        except MailError as error:
            if not error.connection_usable:
                self.broke = after_break(span, self.known_break)
            raise
        _logger.info("folder %s: %s spoilt", self.task.folder_id, span)
        return self._fetch_apart(span)

    def _fetch_around(self, span: Span, known: Break) -> list:
        """A window with mails that made the server hang up, part by part."""
        found = []
        for part in around(self.session.existing(*span), known):
            sure = known.times >= SURE and known.covers(part[0], part[-1])
            if sure and len(part) == 1:
                found += self._fetch_alone(part[0], known)
            else:
                found += self._fetch_together((part[0], part[-1]))
        self.commit(lambda env: self.folder(env)._broke(None))
        self.known_break = None
        return found

    def _fetch_alone(self, uid: int, known: Break) -> list:
        """The mail that makes the server hang up: asked for less each time, and in the
        end not at all; a row stands for it, so that counts agree."""
        rung = known.rung if known.first == known.last else 0
        if rung >= len(RUNGS):
            return [FetchedMessage(uid, flags=(), sections={INDEX_SECTION: None})]
        try:
            message = self.session.fetch_index_one(uid, rung=rung)
        except MailError as error:
            if not error.connection_usable:
                reached = RUNGS.index(error.step) if error.step in RUNGS else rung
                self.broke = after_break((uid, uid), known, rung=reached + 1)
            raise
        return [message] if message is not None else []

    def _fetch_apart(self, span: Span) -> list:
        uids = self.session.existing(*span)
        found = []

        def works(part) -> bool:
            try:
                found.extend(self.session.fetch_index(part[0], part[-1]))
            except (ServerRefused, ProtocolError, LimitExceeded) as error:
                if not error.connection_usable or error.retry:
                    raise
                return False
            return True

        apart = isolate(uids, works, commands=max(20, 2 * len(uids)))
        for uid in (*apart.spoilt, *apart.left):
            message = self.session.fetch_index_one(uid)
            if message is not None:
                found.append(message)
        return found

    def _store(self, found: list, low_uid: int | None, count_as_new: bool):
        filling = low_uid is not None
        # above what a committed pass had seen, so nothing but new mail
        arriving = count_as_new and self.task.role in ARRIVES_IN

        def store(env):
            folder = self.folder(env)
            written = index_writer.write_window(
                env, folder, self.uidvalidity, found, arriving=arriving
            )
            values = {
                "indexed_total": folder.indexed_total
                + len(written.new_ids)
                + written.rebound,
                "unread": folder.unread + written.unread,
            }
            if low_uid:
                values["low_uid"] = low_uid
            folder.write(values)
            if written.rebound or written.changed:
                # some of them may be shown where they are to be moved
                unread_counts.recount_around(env, folder)
            if self.task.role == "inbox":
                self.worker.put_in_local_folder(env, written.new_ids)
            if filling:
                self.worker.tell_now_and_then(env, folder)
            else:
                self.worker.tell(env, folder)
            return written

        written = self.commit(store)
        if any(message.sections.get(INDEX_SECTION) is None for message in found):
            self.worker.unreadable_in.add(self.task.folder_id)
        if count_as_new:
            self.worker.new_mails += len(written.new_ids)
        if arriving and written.new_ids:
            self.worker.arrived_in.add(self.task.folder_id)
