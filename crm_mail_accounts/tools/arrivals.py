"""What is done with new mail: answers, filters, links, each of them once.

A mail that comes in above what a committed pass had seen of its folder is marked
``arrived`` by the statement that stores it (``index_writer``).  Here such mails are
taken in batches: what their hooks need of them is fetched with no transaction open, and
one transaction runs the hooks of ``models/crm_mail_account_arrivals.py`` and clears the
mark.  Hooks write rows and operations, nothing else; so killed anywhere and run again,
everything was done once or not at all.

A hook that fails is rolled back by itself, tried mail by mail, and told in the log: it
stops neither the other hooks nor the sync (laws 3 and 10).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from odoo.tools import SQL

from ..mailkit.errors import MailError
from . import thread_writer
from .lease import LeaseLost
from .transaction import WRITERS_MET

_logger = logging.getLogger(__name__)

BATCH = 200
HEAD_OCTETS = 64 * 1024
"""Of each mail whose header or text a hook wants to see."""
WHOLE_OCTETS = 256 * 1024
"""Mails up to this size are fetched together; larger ones one by one."""
TRIES = 3
"""After so many broken fetches the mails are handled without what was to be fetched."""
HOOKS = (
    "_arrived_bounces",
    "_arrived_out_of_office",
    "_arrived_filters",
    "_arrived_linking",
)
HEADS = "crm_mail_heads"
"""Context key of :class:`Heads`, for the hooks."""


@dataclass(frozen=True, eq=False)
class Heads:
    """First bytes of mails by the ids of their rows: header and, mostly, text.

    Compared by identity, so that a context that holds it costs nothing to compare.
    """

    by_id: dict[int, bytes] = field(default_factory=dict)


def waiting_in(env, account) -> set[int]:
    """Ids of the folders with mails that nothing was done with yet."""
    rows = env.execute_query(
        SQL(
            """
            SELECT DISTINCT folder_id FROM crm_mail_message
             WHERE account_id = %s AND arrived AND folder_id IS NOT NULL
            """,
            account.id,
        )
    )
    return {row[0] for row in rows}


class Arrivals:
    """Handles the new mails of a folder that is open in ``session``."""

    def __init__(self, worker, session, task, uidvalidity: int):
        self.worker = worker
        self.session = session
        self.task = task
        self.uidvalidity = uidvalidity

    def run(self):
        """All of them, whatever the clock says: it is what the user waits for."""
        while self._batch():
            pass
        self.worker.arrived_in.discard(self.task.folder_id)
        self.worker.replies_wait = True

    def _batch(self) -> bool:
        wanted = self.worker.commit(self._wanted)
        if wanted is None:
            return False
        ids, heads, bodies = wanted
        fetched, raws = self._fetch(ids, heads, bodies)
        self.worker.commit(lambda env: self._handle(env, ids, fetched, raws))
        return True

    # -- what the hooks need -------------------------------------------------------

    def _wanted(self, env):
        """``(ids, UID -> id of heads, [(id, UID, size)] of whole mails)``; ``None``
        when nothing is left."""
        mails = env["crm.mail.message"].search(
            [("folder_id", "=", self.task.folder_id), ("arrived", "=", True)],
            order="id",
            limit=BATCH,
        )
        if not mails:
            return None
        account = self.worker.account(env)
        fetchable = mails.filtered(
            lambda mail: (
                mail.uid
                and mail.uidvalidity == self.uidvalidity
                and mail.state == "ok"
                and mail.tries < TRIES
            )
        )
        heads = account._arrived_heads_wanted(fetchable)
        bodies = account._arrived_bodies_wanted(fetchable)
        cached = env["ir.attachment"].search(
            [
                ("res_model", "=", "crm.mail.message"),
                ("res_field", "=", "raw"),
                ("res_id", "in", bodies.ids),
            ]
        )
        bodies = bodies.browse(set(bodies.ids) - set(cached.mapped("res_id")))
        return (
            mails.ids,
            {mail.uid: mail.id for mail in heads - bodies},
            [(mail.id, mail.uid, mail.size) for mail in bodies],
        )

    def _fetch(self, ids, heads, bodies) -> tuple[Heads, dict[int, bytes]]:
        """First bytes and whole mails; no transaction is open (law 8).

        :raises MailError: nothing was done; the mails are tried again, a few times
        """
        found: dict[int, bytes] = {}
        raws: dict[int, bytes] = {}
        try:
            if heads:
                for uid, head in self.session.fetch_heads(heads, HEAD_OCTETS).items():
                    if uid in heads:
                        found[heads[uid]] = head
            small = {uid: id_ for id_, uid, size in bodies if size < WHOLE_OCTETS}
            if small:
                for uid, raw in self.session.fetch_heads(small, WHOLE_OCTETS).items():
                    if uid in small:
                        raws[small[uid]] = raw
            for id_, uid, size in bodies:
                if size >= WHOLE_OCTETS:
                    raws[id_] = self.session.fetch_body(uid)
        except MailError as error:
            _logger.info("folder %s: %s", self.task.folder_id, error.code)
            self.worker.commit(lambda env: self._count_try(env, ids))
            raise
        found.update(raws)
        return Heads(found), {id_: raw for id_, raw in raws.items() if raw}

    @staticmethod
    def _count_try(env, ids):
        env.cr.execute(
            "UPDATE crm_mail_message SET tries = tries + 1 WHERE id = ANY(%s)", [ids]
        )
        env["crm.mail.message"].invalidate_model(["tries"])

    # -- what is done ----------------------------------------------------------------

    def _handle(self, env, ids, heads: Heads, raws: dict[int, bytes]):
        account = self.worker.account(env)
        owner = account.user_id
        env = env(context={"lang": owner.lang, "tz": owner.tz, HEADS: heads})
        account = account.with_env(env)
        mails = env["crm.mail.message"].browse(ids).exists().filtered("arrived")
        mails.filtered(lambda mail: mail.id in raws)._store_raws_surely(raws)
        thread_writer.assign_threads(env, account, among=mails)
        mails -= account._arrived_own_copies(mails)
        for hook in HOOKS:
            self._run_hook(account, hook, mails.exists())
        env.flush_all()
        env.cr.execute(
            "UPDATE crm_mail_message SET arrived = false, tries = 0 WHERE id = ANY(%s)",
            [ids],
        )
        env["crm.mail.message"].invalidate_model(["arrived", "tries"])
        # the screen holds its notices back until filters have had their say
        self.worker.tell(env, env["crm.mail.folder"].browse(self.task.folder_id))

    def _run_hook(self, account, hook: str, mails):
        if not mails:
            return
        try:
            with account.env.cr.savepoint():
                getattr(account, hook)(mails)
        except (*WRITERS_MET, LeaseLost):
            raise  # of the whole transaction, which is done again
        except Exception as error:
            # Whatever it is, mail goes on coming in (law 10).
            if len(mails) > 1:
                for mail in mails:
                    self._run_hook(account, hook, mail.exists())
                return
            _logger.exception("account %s: %s", account.id, hook)
            self.worker.log(
                account.env,
                "error",
                account.env._(
                    "Something that should happen with a new mail failed, and the mail "
                    "was left as it came: %(reason)s",
                    reason=f"{hook}: {type(error).__name__}",
                ),
            )
