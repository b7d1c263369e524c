"""A worker's turn with a mailbox that is kept here (``kept_mailbox``).

In the order of every turn, without a mail server in it: what users changed is done,
copies and drafts are stored, POP3 mailboxes that are due are collected, then what
follows from new mail.  Only collecting waits for the network, and what is wrong with it
stops nothing else.
"""

from __future__ import annotations

from odoo.tools import SQL

from . import arrivals, unread_counts, vacation_sending
from .arrivals import Arrivals
from .folder_look import FolderTask
from .kept_mailbox import UIDVALIDITY, KeptMailbox
from .link_posting import LinkPosting
from .operation_push import OperationPush
from .outgoing_mailbox import OutgoingMailbox
from .pop3_collect import Pop3Collect
from .vacation_sending import VacationSending


class KeptTurn:
    """A turn of the worker that holds the account."""

    def __init__(self, worker):
        self.worker = worker
        self.commit = worker.commit
        self.mailbox = KeptMailbox(worker.claim.account_id, worker.commit)

    def run(self) -> bool:
        """True when work is left."""
        worker, mailbox = self.worker, self.mailbox
        OperationPush(worker, None).run(mailbox)
        OutgoingMailbox(worker, None).run(mailbox)
        collect = Pop3Collect(worker)
        left = collect.run(mailbox)
        worker.deadline += collect.seconds
        self._handle_arrivals()
        # Filters may have moved some of it.
        OperationPush(worker, None).run(mailbox)
        self.commit(worker.end_of_pass)
        self.commit(self._count)
        if worker.thread() or LinkPosting(worker, mailbox).run():
            return True
        return self.commit(worker.operations_wait) or left

    def _handle_arrivals(self) -> None:
        for task in self.commit(self._arrived):
            self.mailbox.examine(task.raw)
            Arrivals(self.worker, self.mailbox, task, UIDVALIDITY).run()
        if self.commit(lambda env: vacation_sending.waits(env, self._account(env))):
            VacationSending(self.worker).run()

    def _account(self, env):
        return self.worker.account(env)

    def _arrived(self, env) -> list[FolderTask]:
        waiting = arrivals.waiting_in(env, self._account(env))
        self.worker.arrived_in = waiting
        folders = env["crm.mail.folder"].browse(waiting)
        return [FolderTask(one.id, one.raw, one.role) for one in folders.sorted()]

    def _count(self, env) -> None:
        """The numbers beside the folders, where they are not right."""
        folders = self._account(env).folder_ids.filtered(lambda one: not one.local)
        env.flush_all()
        totals = dict(
            env.execute_query(
                SQL(
                    """
                    SELECT folder_id, count(*) FROM crm_mail_message
                     WHERE folder_id = ANY(%s) GROUP BY folder_id
                    """,
                    folders.ids,
                )
            )
        )
        changed = folders.browse()
        for folder in folders:
            total = totals.get(folder.id, 0)
            if (folder.server_total, folder.indexed_total) != (total, total):
                folder.write({"server_total": total, "indexed_total": total})
                changed |= folder
        unread = {folder: folder.unread for folder in folders}
        unread_counts.recount_unread(env, folders)
        changed |= folders.filtered(lambda one: one.unread != unread[one])
        if changed or self.worker.new_mails:
            self.worker.tell(env, changed or folders)
