"""What is fetched before anybody asks: preview lines, and the newest bodies.

After everything else of a turn, from folders that were just looked at.  A mail that
the server cannot give, or that makes it hang up, is asked for alone and then never
again ahead (``ahead`` of its row); opening it still tries.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ..mailkit.errors import MailError
from ..mailkit.mime.parse import parse_mail
from ..mailkit.mime.preview import preview
from . import search_writer
from .folder_look import FolderTask

PREVIEW_FOLDERS = ("inbox", "sent")
PREVIEW_MAILS = 300
"""Newest mails of those folders whose preview line is made ahead."""
PREVIEW_BATCH = 50
AHEAD_MAILS = 40
AHEAD_LARGEST = 256 * 1024
AHEAD_OCTETS = 2 * 1024 * 1024
"""Bodies that are fetched before somebody opens them: of so many newest mails of the
inbox, none so big, so many octets in a turn."""
BODIES_AT_ONCE = 10
"""Bodies of one transaction."""
PREVIEW_OCTETS = 8192
"""Head of the mail that is fetched for a preview: its header and first text."""


@dataclass(frozen=True)
class Plan:
    """UID -> id of mails of a folder: whose ``bodies`` are fetched, and of which others
    the ``heads``; ``left``: whether the last time was cut off."""

    bodies: dict[int, int]
    heads: dict[int, int]
    left: bool


class Stopped(Exception):
    """The server hung up: nothing is read ahead any more in this turn."""


class ReadAhead:
    """Reads ahead for a worker, over its session."""

    def __init__(self, worker, session):
        self.worker = worker
        self.session = session

    def run(self, tasks: list[FolderTask]) -> bool:
        """True when the time was up before the preview lines were done."""
        for task in tasks:
            if task.role not in PREVIEW_FOLDERS:
                continue
            plan = self.worker.commit(lambda env, task=task: self._plan(env, task))
            try:
                left, stopped = self._read(task, plan), False
            except Stopped:
                left = stopped = True
            if left != plan.left:
                self.worker.commit(
                    lambda env, task=task, left=left: self._left(env, task, left)
                )
            if left:
                return not stopped
        return False

    def _plan(self, env, task: FolderTask) -> Plan:
        bodies = self._without_body(env, task) if task.role == "inbox" else {}
        folder = env["crm.mail.folder"].browse(task.folder_id)
        return Plan(
            bodies,
            self._without_preview(env, task, bodies.values()),
            bool(folder.ahead_left),
        )

    @staticmethod
    def _left(env, task: FolderTask, left: bool):
        """Come back to this folder, although nothing is new in it."""
        env["crm.mail.folder"].browse(task.folder_id).ahead_left = left

    def _read(self, task: FolderTask, plan: Plan) -> bool:
        """True when it was cut off.  The whole mail makes its line as well: what is
        fetched as a whole is not asked for its head."""
        if plan.bodies:
            if self.worker.time_is_up:
                return True
            if not self.worker.open_again(self.session, task):
                return False
            if not self.fetch_bodies(task, plan.bodies):
                return True
        return self.make_previews(task, plan.heads)

    # -- previews --------------------------------------------------------------------

    def make_previews(self, task: FolderTask, wanted: dict[int, int]) -> bool:
        """Preview lines of mails, from their heads; true when cut off."""
        while wanted:
            if self.worker.time_is_up:
                return True
            if not self.worker.open_again(self.session, task):
                return False
            heads = self._heads(wanted, PREVIEW_OCTETS)
            if heads is None:
                wanted = self.worker.commit(
                    lambda env: self._without_preview(env, task)
                )
                continue
            lines = {}
            for uid, message_id in wanted.items():
                mail = parse_mail(heads.get(uid) or b"")
                lines[message_id] = preview(mail.text, mail.html)
            wanted = self.worker.commit(
                lambda env, lines=lines: self._store_previews(env, task, lines)
            )
        return False

    def _heads(self, wanted: dict[int, int], octets: int) -> dict[int, bytes] | None:
        """Heads of mails, by UID; ``None`` when they are to be asked for otherwise.

        :raises Stopped: the connection is gone
        """
        try:
            return self.session.fetch_heads(list(wanted), octets)
        except MailError as error:
            if error.retry_after or (error.retry and error.connection_usable):
                raise  # the server is busy: that says nothing of the mails
            mark = "alone" if len(wanted) > 1 else "never"
            ids = list(wanted.values())
            self.worker.commit(
                lambda env: env["crm.mail.message"]
                .browse(ids)
                .exists()
                .write({"ahead": mark})
            )
            if not error.connection_usable:
                raise Stopped() from error
            return None

    @staticmethod
    def _next(mails, most: int):
        """The mails to ask for together: suspicious ones come last, one by one."""
        mails = mails.filtered(lambda mail: mail.ahead != "never")
        alone = mails.filtered(lambda mail: mail.ahead == "alone")
        return (mails - alone)[:most] or alone[:1]

    @staticmethod
    def _lying_in(task: FolderTask) -> list:
        """Mails of a folder. The list's index has the shown folder, newest first;
        without it the newest few are found by sorting all mails of the folder."""
        folder = task.folder_id
        return [("shown_folder_id", "=", folder), ("folder_id", "=", folder)]

    def _without_preview(
        self, env, task: FolderTask, others: Collection[int] = ()
    ) -> dict[int, int]:
        """UID -> id of the next ones, ``others`` left out."""
        newest = env["crm.mail.message"].search(
            self._lying_in(task), limit=PREVIEW_MAILS
        )
        missing = newest.filtered(
            lambda mail: (
                mail.preview is False
                and mail.uid
                and mail.state == "ok"
                and mail.id not in others
            )
        )
        return {mail.uid: mail.id for mail in self._next(missing, PREVIEW_BATCH)}

    def _store_previews(
        self, env, task: FolderTask, lines: dict[int, str]
    ) -> dict[int, int]:
        """The mails to go on with."""
        # An empty line is stored as such: it says that there is nothing to show.
        search_writer.add_previews(env, lines)
        folder = env["crm.mail.folder"].browse(task.folder_id)
        self.worker.tell_now_and_then(env, folder)
        return self._without_preview(env, task)

    # -- bodies ahead ------------------------------------------------------------------

    def fetch_bodies(self, task: FolderTask, wanted: dict[int, int]) -> bool:
        """Bodies of the newest mails, so that they open at once: a few in each turn,
        none that is big.  False when some are to be asked for otherwise."""
        # A partial fetch of more than the mail has is the whole mail, for many mails
        # in one command.
        bodies = self._heads(wanted, AHEAD_LARGEST)
        if bodies is None:
            return False
        got = [(wanted[uid], raw) for uid, raw in bodies.items() if raw]
        for start in range(0, len(got), BODIES_AT_ONCE):
            some = got[start : start + BODIES_AT_ONCE]
            self.worker.commit(lambda env, some=some: self._store_bodies(env, some))
        self.worker.untold.add(task.folder_id)
        return True

    @staticmethod
    def _store_bodies(env, bodies: list[tuple[int, bytes]]):
        raws = dict(bodies)
        messages = env["crm.mail.message"].browse(raws).exists()
        messages.filtered("uid")._store_raws_surely(raws)

    def _without_body(self, env, task: FolderTask) -> dict[int, int]:
        """UID -> id of the newest small mails of a folder that are not cached."""
        newest = env["crm.mail.message"].search(
            [*self._lying_in(task), ("state", "=", "ok")],
            limit=AHEAD_MAILS,
        )
        cached = env["ir.attachment"].search_fetch(
            [
                ("res_model", "=", "crm.mail.message"),
                ("res_field", "=", "raw"),
                ("res_id", "in", newest.ids),
            ],
            ["res_id"],
        )
        known = set(cached.mapped("res_id"))
        wanted, octets = {}, 0
        missing = newest.filtered(
            lambda mail: (
                mail.id not in known and mail.uid and mail.size < AHEAD_LARGEST
            )
        )
        for mail in self._next(missing, AHEAD_MAILS):
            octets += mail.size
            if octets > AHEAD_OCTETS:
                break
            wanted[mail.uid] = mail.id
        return wanted
