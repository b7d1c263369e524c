"""What is fetched before anybody asks: preview lines, and the newest bodies.

After everything else of a turn, from folders that were just looked at.
"""

from __future__ import annotations

from ..mailkit.mime.parse import parse_mail
from ..mailkit.mime.preview import preview
from .folder_pass import FolderTask

PREVIEW_FOLDERS = ("inbox", "sent")
PREVIEW_MAILS = 300
"""Newest mails of those folders whose preview line is made ahead."""
PREVIEW_BATCH = 50
AHEAD_MAILS = 40
AHEAD_LARGEST = 256 * 1024
AHEAD_OCTETS = 2 * 1024 * 1024
"""Bodies that are fetched before somebody opens them: of so many newest mails of the
inbox, none so big, so many octets in a turn."""
PREVIEW_OCTETS = 8192
"""Head of the mail that is fetched for a preview: its header and first text."""


class ReadAhead:
    """Reads ahead for a worker, over its session."""

    def __init__(self, worker, session):
        self.worker = worker
        self.session = session

    def run(self, tasks: list[FolderTask]) -> bool:
        """True when the time was up before the preview lines were done."""
        for task in tasks:
            if task.role in PREVIEW_FOLDERS and self.make_previews(task):
                return True
        for task in tasks:
            if task.role == "inbox":
                self.fetch_bodies(task)
        return False

    # -- previews --------------------------------------------------------------------

    def make_previews(self, task: FolderTask) -> bool:
        """Preview lines of the newest mails, from their heads; true when cut off."""
        while True:
            wanted = self.worker.commit(lambda env: self._without_preview(env, task))
            if not wanted:
                return False
            if not self.worker.open_again(self.session, task):
                return False
            heads = self.session.fetch_heads(list(wanted), PREVIEW_OCTETS)
            lines = {}
            for uid, message_id in wanted.items():
                mail = parse_mail(heads.get(uid) or b"")
                lines[message_id] = preview(mail.text, mail.html)
            self.worker.commit(
                lambda env, lines=lines: self._store_previews(env, task, lines)
            )
            if self.worker.time_is_up:
                return True

    @staticmethod
    def _lying_in(task: FolderTask) -> list:
        """Mails of a folder. The list's index has the shown folder, newest first;
        without it the newest few are found by sorting all mails of the folder."""
        folder = task.folder_id
        return [("shown_folder_id", "=", folder), ("folder_id", "=", folder)]

    def _without_preview(self, env, task: FolderTask) -> dict[int, int]:
        newest = env["crm.mail.message"].search(
            self._lying_in(task), limit=PREVIEW_MAILS
        )
        missing = newest.filtered(
            lambda mail: mail.preview is False and mail.uid and mail.state == "ok"
        )
        return {mail.uid: mail.id for mail in missing[:PREVIEW_BATCH]}

    def _store_previews(self, env, task: FolderTask, lines: dict[int, str]):
        # An empty line is stored as such: it says that there is nothing to show.
        env.cr.execute_values(
            "UPDATE crm_mail_message SET preview = line.text"
            " FROM (VALUES %s) AS line (id, text) WHERE crm_mail_message.id = line.id",
            list(lines.items()),
        )
        env["crm.mail.message"].invalidate_model(["preview"])
        self.worker.tell(env, env["crm.mail.folder"].browse(task.folder_id))

    # -- bodies ahead ------------------------------------------------------------------

    def fetch_bodies(self, task: FolderTask):
        """Bodies of the newest mails, so that they open at once: a few in each turn,
        none that is big, and never before everything else was done."""
        wanted = self.worker.commit(lambda env: self._without_body(env, task))
        if not wanted or self.worker.time_is_up:
            return
        if not self.worker.open_again(self.session, task):
            return
        # A partial fetch of more than the mail has is the whole mail, for many mails
        # in one command.
        bodies = self.session.fetch_heads(list(wanted), AHEAD_LARGEST)
        for uid, message_id in wanted.items():
            raw = bodies.get(uid)
            if raw:
                self.worker.commit(
                    lambda env, message_id=message_id, raw=raw: self._store_body(
                        env, message_id, raw
                    )
                )

    def _store_body(self, env, message_id: int, raw: bytes):
        message = env["crm.mail.message"].browse(message_id).exists()
        if message and message.uid:
            message._store_raw(raw)

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
        for mail in newest:
            if mail.id in known or not mail.uid or mail.size >= AHEAD_LARGEST:
                continue
            octets += mail.size
            if octets > AHEAD_OCTETS:
                break
            wanted[mail.uid] = mail.id
        return wanted
