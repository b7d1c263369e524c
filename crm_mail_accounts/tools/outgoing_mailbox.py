"""What outgoing mails need of the mailbox: copies in Sent, drafts, and a second look.

An APPEND whose answer was lost may have been done.  So before each one the folder's
UIDNEXT is committed, and after a crash the worker looks among the mails that are new
since, instead of storing a second one (``mailkit/imap/append.py``).
"""

from __future__ import annotations

from odoo import fields

from ..mailkit.errors import MailError
from . import folder_making
from .outgoing_copies import SentCopies, copy_of
from .outgoing_drafts import ServerDrafts
from .outgoing_work import Work


class OutgoingMailbox(SentCopies, ServerDrafts):
    """Does what is due in one account, over one IMAP session."""

    def __init__(self, worker, endpoint):
        self.commit = worker.commit
        self.account = worker.account
        self.endpoint = endpoint
        self.touched: set[int] = set()
        """Ids of folders that changed: to be looked at in this turn."""
        self.made = False

    def run(self, session) -> None:
        work = self.commit(self.load)
        if work is not None:
            self.work_on(session, work)

    def work_on(self, session, work: Work) -> None:
        """:meth:`run` with what :meth:`load` found a moment ago."""
        if work.missing:
            self._make(session, work.missing)
            work = self.commit(self.load)
            if work is None:
                return
        self._look(session, work)
        self._store(session, work)
        for outgoing_id in work.draft_ids:
            self._push_draft(session, work, outgoing_id)
        self._remove(session, work)

    def load(self, env) -> Work | None:
        """What is due; ``None`` for nothing."""
        account = self.account(env)
        due = env["crm.mail.outgoing"].search(
            [
                ("account_id", "=", account.id),
                ("next_at", "<=", fields.Datetime.now()),
                ("state", "in", ("draft", "sent", "uncertain", "discarded")),
            ],
            order="next_at, id",
            limit=500,
        )
        if not due:
            return None
        sent, drafts = (
            account.folder_ids.filtered(
                lambda folder, role=role: folder.role == role and folder.selectable
            )[:1]
            for role in ("sent", "drafts")
        )
        missing = self._missing(due, account)
        if missing:
            return Work(missing=missing)
        work = Work(sent.raw or None, drafts.raw or None)
        for mail in due:
            if mail.state == "uncertain" or mail.filing in ("waiting", "storing"):
                work.copies.append(copy_of(mail))
            elif mail.state == "draft" and mail._belongs_on_server(drafts):
                work.draft_ids.append(mail.id)
            for folder_id, *rest in mail.draft_old or []:
                folder = env["crm.mail.folder"].browse(folder_id).exists()
                if folder:
                    work.remove.append((mail.id, folder.raw, *rest))
            mail._settle_next(drafts)
        return work

    # -- folders that are not there yet ------------------------------------------------

    def _missing(self, due, account) -> tuple[str, ...]:
        """The roles of folders that something is due for; asked for once in a turn."""
        if self.made:
            return ()
        needed = {
            "sent": any(mail.filing in ("waiting", "storing") for mail in due),
            "drafts": any(
                mail.state == "draft" and mail._belongs_on_server(True) for mail in due
            ),
        }
        return tuple(
            role
            for role, is_needed in needed.items()
            if is_needed and folder_making.has_none(account, role)
        )

    def _make(self, session, roles: tuple[str, ...]) -> None:
        """Make them; where the server refuses, mails are told that they are missing."""
        self.made = True
        raws = {}
        for role in roles:
            raw = folder_making.raw_name(session, None, folder_making.NAMES[role])
            try:
                session.make_folder(raw)
            except MailError as error:
                if not error.connection_usable:
                    raise
            else:
                raws[role] = raw
        listing = session.list_folders()

        def store(env):
            account = self.account(env)
            env["crm.mail.folder"]._store_listing(account, listing)
            for folder in account.folder_ids.filtered(lambda one: not one.local):
                for role, raw in raws.items():
                    if folder.raw == raw:
                        folder._map_role(role)

        self.commit(store)
