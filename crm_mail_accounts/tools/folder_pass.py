"""One look at one folder: bring our rows to what the server has.

What to do is planned by ``mailkit/sync/delta.py`` from numbers that the server told
before anything was fetched; the marks that say how far we are move in the last
transaction of the pass, to those numbers (law 2).  In between every window is a
transaction of its own, which may be done twice without harm.

Order: the reset after renumbered UIDs, new mail, changed flags, removals, the audit;
what is done with new mail (``arrivals``); then, while there is time, the first index
from the newest mail down.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from odoo import fields

from ..mailkit import limits
from ..mailkit.errors import LimitExceeded, MailError, ProtocolError, ServerRefused
from ..mailkit.imap import sets
from ..mailkit.imap.changes import RUNGS
from ..mailkit.sync import deletions
from ..mailkit.sync.audit import audit_windows, compare_window
from ..mailkit.sync.deletions import judge_removal
from ..mailkit.sync.delta import Delta, Span, counts_differ, plan_delta
from ..mailkit.sync.isolate import SURE, Break, after_break, around, isolate
from ..mailkit.sync.plan import first_span, next_span
from ..mailkit.values import FetchedMessage, FlagChange, FolderState, Vanished
from . import change_writer, index_writer
from .arrivals import Arrivals

_logger = logging.getLogger(__name__)

CHANGES_AT_ONCE = 1000
"""Changes of one transaction."""
MOST_RESETS = 5
"""Passes in a row that find other UIDs: such a folder is left alone for a while."""
SET_ASIDE = timedelta(days=1)
ARRIVES_IN = ("inbox", "none", "sent")
"""Roles of folders where mail arrives: the inbox, those that the server files into by
rules of its own, and the sent mail of other programs. What is new in the trash, among
spam or drafts was put there."""


@dataclass(frozen=True)
class FolderTask:
    """A folder to look at, as plain values: no record lives over network waits."""

    folder_id: int
    raw: str
    role: str
    since: date | None = None


class Braked(Exception):
    """So much is gone that another connection must say so too (law 4)."""


class Renumbered(Exception):
    """The UIDs are other ones in every pass: nothing that is stored would last."""


class FolderPass:
    """A pass over one folder, for a worker that commits and knows the time."""

    def __init__(self, worker, session, task: FolderTask):
        self.worker = worker
        self.session = session
        self.task = task
        self.delta: Delta | None = None
        self.state: FolderState | None = None
        self.uidvalidity = 0
        self.connection = f"{id(session)}-{worker.claim.fence}"
        self.gone = 0
        """Rows that lost their place by what was told unasked, in this pass."""
        self.missing: list[Span] = []
        """Confirmed removals, taken away together: the brake must see all of them."""
        self.removed = 0
        self.witnessed = False
        self.there: Span | None = None
        """Rows of UIDs that count as new: a pass was cut off, or a move of ours."""
        self.known_break: Break | None = None
        self.broke: Break | None = None
        """What broke the connection in this pass, for the worker to remember."""

    # -- the pass ------------------------------------------------------------------

    def run(self) -> bool:
        """True when the time was up before the first index was done."""
        self.session.unsolicited.take(self.task.raw)
        self.state = self.session.examine(self.task.raw)
        try:
            self.delta = self.commit(self._begin)
        except Renumbered:
            self.commit(self._set_aside)
            return False
        self.uidvalidity = self.delta.mark.uidvalidity
        try:
            self._follow()
        except Braked:
            _logger.warning(
                "folder %s: a mass removal waits for a second witness",
                self.task.folder_id,
            )
            return False
        if self.task.folder_id in self.worker.arrived_in:
            Arrivals(self.worker, self.session, self.task, self.uidvalidity).run()
        return self._fill()

    def commit(self, work: Callable):
        return self.worker.commit(work)

    def folder(self, env):
        return env["crm.mail.folder"].browse(self.task.folder_id)

    def _begin(self, env) -> Delta:
        """Compare the numbers; take the places away where they mean other mails."""
        folder = self.folder(env)
        delta = plan_delta(self.state, folder._known(), self.session.mode)
        values = {}
        if delta.folder.reset:
            values["resets"] = folder.resets + 1
            if values["resets"] >= MOST_RESETS:
                raise Renumbered()
            index_writer.unplace_folder(
                env, folder, folder.account_id.lease_ids.pass_number
            )
            values.update(indexed_total=0, unread=0, excess=0, suspicion=False)
        mark = delta.folder.mark
        if delta.folder.reset or folder.uidvalidity != mark.uidvalidity:
            values.update(
                uidvalidity=mark.uidvalidity,
                uidnext=mark.uidnext,
                low_uid=mark.low_uid,
                # what changes from here on is later than this
                modseq=delta.mark.modseq,
                scan_uid=False,
                audited_at=fields.Datetime.now(),
            )
        if folder.server_total != self.state.exists:
            values["server_total"] = self.state.exists
        if folder.mode != self.session.mode:
            values["mode"] = self.session.mode
        if values:
            folder.write(values)
            self.worker.tell(env, folder)
        self.known_break = None if delta.folder.reset else folder._break()
        if delta.folder.reset and folder.broken:
            folder._broke(None)  # those UIDs are other mails by now
        if delta.new:
            uids = change_writer.known_uids(env, folder, mark.uidvalidity, delta.new)
            self.there = (uids[0], uids[-1]) if uids else None
        return delta

    def _set_aside(self, env):
        """Leave the folder as it is, and say so: the account goes on (law 10)."""
        folder = self.folder(env)
        # one more renumbering is expected when it is tried again
        folder.resets = MOST_RESETS - 2
        self.worker.folder_set_aside(env, folder, SET_ASIDE)

    def _follow(self):
        """Everything but the first index."""
        delta = self.delta
        if delta.new:
            self._fetch_new(*delta.new)
        if self.there:
            self._compare(self.there)
        if delta.changes:
            self._changes(delta.changes, delta.changes_since)
        for window in delta.flag_windows:
            self._compare(window)
        if delta.locate:
            self._locate(delta.locate)
        audited = bool(delta.audit)
        if audited:
            self._audit(delta.audit)
        self._take_away()
        self._unasked()
        self.commit(lambda env: self._end(env, audited))
        if delta.known and not audited and self.commit(self._differs):
            _logger.info("folder %s: counts differ", self.task.folder_id)
            # what is new by now counts, too
            span = (delta.known[0], delta.mark.uidnext - 1)
            if self._counts_explain(span):
                return
            self._audit(span)
            self._take_away()
            self.commit(self._explained)

    def _counts_explain(self, span: Span) -> bool:
        """Whether counting finds all that is missing: a few bytes for each halving,
        where an audit reads the flags of every mail."""
        if not self.session.offers("ESEARCH"):
            return False
        if not self.delta.locate:
            self._locate(span)
            self._take_away()
            if not self.commit(self._differs):
                return True
        if self.session.search_count(*span) != self.commit(self._count):
            return False
        # It went during the pass, or the server counts what it never lists.
        self.commit(lambda env: self.folder(env).write({"excess": self._excess(env)}))
        return True

    def _end(self, env, audited: bool):
        """The marks move, all together, to the numbers of before."""
        folder, mark = self.folder(env), self.delta.mark
        now = fields.Datetime.now()
        values = {
            "uidnext": mark.uidnext,
            "modseq": mark.modseq or False,
            "scan_uid": self.delta.scan_uid or False,
            "checked_at": now,
        }
        if self.state.unseen is not None:
            values["server_unseen"] = self.state.unseen
        if self.delta.flag_windows:
            values["scanned_at"] = now
        if audited:
            values["audited_at"] = now
        if folder.resets and not self.delta.folder.reset:
            values["resets"] = 0
        if folder.problem:
            values.update(problem=False, refusals=0, aside_until=False)
        folder.write(values)

    def _differs(self, env) -> bool:
        folder = self.folder(env)
        return counts_differ(
            self.state,
            count=self._count(env),
            gone=self.gone,
            excess=folder.excess,
            indexed=folder.low_uid == 1,
        )

    def _explained(self, env):
        """A complete audit found nothing more: what is over is the server's."""
        folder = self.folder(env)
        folder.write({"excess": self._excess(env), "audited_at": fields.Datetime.now()})

    def _excess(self, env) -> int:
        """Mails that the server counts and that we do not have: it does not list them,
        or they are older than the owner wants."""
        return self.state.exists - self._count(env) - self.gone

    def _count(self, env) -> int:
        return env["crm.mail.message"].search_count(
            [
                ("folder_id", "=", self.task.folder_id),
                ("uidvalidity", "=", self.uidvalidity),
                ("uid", "!=", False),
                ("uid", "<", self.delta.mark.uidnext),
            ]
        )

    # -- new mail and the first index ------------------------------------------------

    def _fetch_new(self, first: int, last: int):
        """All new mail, whatever the clock says: it is what the user waits for."""
        while last >= first:
            low = self._window(first, last, limits.WINDOW, count_as_new=True)
            last = low - 1

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
            last = low - 1
            if self.worker.time_is_up and last >= first:
                return True
        self.commit(self._filled)
        return False

    def _filled(self, env):
        """The first index counts as an audit; what is older than the day that its
        owner fetches from is on the server and not here."""
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
            return [FetchedMessage(uid, flags=(), sections={"HEADER.FIELDS": None})]
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
            if self.task.role == "inbox":
                self.worker.put_in_local_folder(env, written.new_ids)
            if not filling or low_uid == 1 or self.worker.tells_again():
                self.worker.tell(env, folder)
            return written

        written = self.commit(store)
        if count_as_new:
            self.worker.new_mails += len(written.new_ids)
        if arriving and written.new_ids:
            self.worker.arrived_in.add(self.task.folder_id)

    # -- changes ---------------------------------------------------------------------

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
                change_writer.recount_unread(env, folder)
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
            gone = change_writer.count_in(env, folder, self.uidvalidity, ranges)
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
            done = change_writer.unplace(
                env, folder, self.uidvalidity, ranges, lease.pass_number
            )
            folder.write(
                {
                    "indexed_total": max(folder.indexed_total - done.gone, 0),
                    "suspicion": False,
                }
            )
            change_writer.recount_unread(env, folder)
            self.worker.tell(env, folder)
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

        Where older mail is not wanted, counts differ everywhere: there it is asked at
        once which mails exist.
        """
        uids = self.commit(
            lambda env: change_writer.known_uids(
                env, self.folder(env), self.uidvalidity, span
            )
        )
        if self.task.since:
            there = set(self.session.existing(*span))
            for part in deletions.as_ranges(uid for uid in uids if uid not in there):
                self._compare(part)
            return
        count_ours = deletions.counter(uids)
        for part in deletions.locate_missing(
            self.session.search_count, count_ours, *span
        ):
            self._compare(part)

    def _audit(self, span: Span):
        """Every known mail once."""
        count = self.commit(lambda env: self.folder(env).indexed_total)
        for window in audit_windows(span, count):
            self._compare(window)
