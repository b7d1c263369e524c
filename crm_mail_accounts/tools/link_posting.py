"""Post the links that rules made: fetch what is missing, then show it on the records.

After the folders of a turn, because what is posted can wait and mail cannot.  Nothing
here stops the turn: what the server refuses is counted on its links, and what the
record refuses is told there (``crm.mail.link._post``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from odoo import fields

from ..mailkit.errors import MailError
from .folder_look import FolderTask

BATCH = 50
"""Links that are posted in one transaction."""
SMALL = 256 * 1024
"""Octets of a mail that is fetched with others in one command."""
OCTETS = 8 * 1024 * 1024
"""Octets of mail that are held in memory at once."""
MOST_TRIES = 5
LOST_AFTER = timedelta(minutes=15)
"""How long the server may have a mail nowhere before its link does without it."""


@dataclass(frozen=True)
class Wanted:
    """A mail that must be fetched, and where it lies."""

    message_id: int
    folder_id: int
    raw: str
    uid: int
    size: int


class LinkPosting:
    """Posts waiting links for a worker, over its session."""

    def __init__(self, worker, session):
        self.worker = worker
        self.session = session
        self.asked: set[int] = set()

    def run(self) -> bool:
        """True when the time was up before all was posted."""
        return self.worker.commit(self.begin) and self.post()

    def post(self) -> bool:
        """:meth:`run` when :meth:`begin` has said that there is something to do."""
        while self.worker.commit(self._backfill):
            if self.worker.time_is_up:
                return True
        while True:
            posted, wanted = self.worker.commit(self._next)
            if not posted and not wanted:
                return False
            for task, mails in self._by_folder(wanted).items():
                self._fetch(task, mails)
            if self.worker.time_is_up:
                return True

    def begin(self, env) -> bool:
        """Settle what was posted lately; whether there are links to make or to post."""
        account = self.worker.account(env)
        env["crm.mail.link"]._settle_recent(account.user_id)
        env["crm.mail.message"]._import_host_mails(account)
        waiting = env["crm.mail.link"].search_count(self._waiting(), limit=1)
        return bool(account.link_backfill_below or waiting)

    def _waiting(self) -> list:
        return [
            ("waiting", "=", True),
            ("message_id.account_id", "=", self.worker.claim.account_id),
        ]

    def _backfill(self, env) -> bool:
        return self.worker.account(env)._backfill_links()

    def _next(self, env) -> tuple[int, list[Wanted]]:
        """Post what can be posted; what must be fetched for the others."""
        links = env["crm.mail.link"].search(
            [*self._waiting(), ("message_id", "not in", list(self.asked))],
            limit=BATCH,
        )
        links._without_lost_mails(fields.Datetime.now() - LOST_AFTER)
        ready = links._ready()
        ready._post()
        # whatever became of them, they are not met again in this turn
        wanted, octets = [], 0
        for message in (links.exists() - ready).message_id:
            octets += message.size or 0
            if wanted and octets > OCTETS:
                break
            self.asked.add(message.id)
            folder = message.folder_id
            if folder and message.uid:
                wanted.append(
                    Wanted(message.id, folder.id, folder.raw, message.uid, message.size)
                )
        return len(links), wanted

    @staticmethod
    def _by_folder(wanted: list[Wanted]) -> dict[FolderTask, list[Wanted]]:
        by_folder: dict[FolderTask, list[Wanted]] = {}
        for mail in wanted:
            task = FolderTask(mail.folder_id, mail.raw, "none", None)
            by_folder.setdefault(task, []).append(mail)
        return by_folder

    def _fetch(self, task: FolderTask, mails: list[Wanted]):
        """Fetch bodies from one folder, and post their links."""
        try:
            if not self.worker.open_again(self.session, task):
                return
            small = [mail for mail in mails if (mail.size or 0) < SMALL]
            bodies = self.session.fetch_heads([mail.uid for mail in small], SMALL)
            for mail in mails:
                if mail not in small:
                    bodies[mail.uid] = self.session.fetch_body(mail.uid)
        except MailError as error:
            if not error.connection_usable:
                raise
            bodies = {}
        fetched = {mail.message_id: bodies.get(mail.uid) for mail in mails}
        self.worker.commit(lambda env: self._store(env, fetched))

    def _store(self, env, fetched: dict[int, bytes | None]):
        messages = env["crm.mail.message"].browse(fetched).exists()
        here = messages.filtered(lambda message: message.uid and fetched[message.id])
        here._store_raws_surely(fetched)
        links = env["crm.mail.link"].search(
            [("message_id", "in", messages.ids), ("waiting", "=", True)]
        )
        got = links.filtered(lambda link: fetched[link.message_id.id])
        got._post()
        (links - got)._not_fetched(MOST_TRIES)
