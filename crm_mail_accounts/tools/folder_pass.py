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
from datetime import timedelta

from odoo import fields

from ..mailkit.sync.delta import Delta, Span, counts_differ, plan_delta
from . import change_writer, folder_trouble, index_writer, unread_counts
from .arrivals import Arrivals
from .folder_comparison import Braked, FolderComparison

_logger = logging.getLogger(__name__)

MOST_RESETS = 5
"""Passes in a row that find other UIDs: such a folder is left alone for a while."""
SET_ASIDE = timedelta(days=1)


class Renumbered(Exception):
    """The UIDs are other ones in every pass: nothing that is stored would last."""


class FolderPass(FolderComparison):
    """A pass over one folder."""

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
            values.update(indexed_total=0, excess=0, suspicion=False)
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
            if delta.folder.reset:
                # what is on its way here from elsewhere is shown all the same
                unread_counts.recount_around(env, folder)
                self.worker.tell(env, folder)
            else:
                # numbers alone: told with what follows from them, or at the end
                self.worker.untold.add(folder.id)
        self.known_break = None if delta.folder.reset else folder._break()
        if delta.folder.reset and folder.broken:
            folder._broke(None)  # those UIDs are other mails by now
        if delta.new:
            self.stored = change_writer.known_uids(
                env, folder, mark.uidvalidity, delta.new
            )
        return delta

    def _set_aside(self, env):
        """Leave the folder as it is, and say so: the account goes on (law 10)."""
        folder = self.folder(env)
        # one more renumbering is expected when it is tried again
        folder.resets = MOST_RESETS - 2
        folder_trouble.set_aside(self.worker, env, folder, SET_ASIDE)

    def _follow(self):
        """Everything but the first index."""
        delta = self.delta
        if delta.new:
            self._fetch_new(*delta.new)
        if self.stored:
            self._compare((self.stored[0], self.stored[-1]))
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
        """Whether counting or listing finds all that is missing: a few bytes for each
        halving, or for each mail, where an audit reads the flags of every mail."""
        if not self.delta.locate:
            self._locate(span)
            self._take_away()
            if not self.commit(self._differs):
                return True
        if not self.session.offers("ESEARCH"):
            return False
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
