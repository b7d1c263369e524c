"""Put mails into conversations, some at a time, by the ids that they name.

Apart from the index: a window of the index must be on screen at once, its threads may
come a moment later, and mails whose threads were not made yet simply have none.  What
belongs together is decided in ``mailkit/sync/threads.py``.  The words that a mail is
found by (``search_writer``) are written with it, for they need no second look.
"""

from __future__ import annotations

from psycopg2 import Binary

from odoo.tools import SQL

from ..mailkit.sync.threads import ThreadPlan, assign, thread_keys
from . import search_writer

BATCH = 1000


def wait(env, account) -> bool:
    """Whether mails of this account have no conversation yet."""
    ((found,),) = env.execute_query(
        SQL(
            """
            SELECT EXISTS (SELECT FROM crm_mail_message
                            WHERE account_id = %s AND thread_id IS NULL)
            """,
            account.id,
        )
    )
    return found


def assign_threads(env, account, limit: int = BATCH, *, among=None) -> int:
    """Give mails without a conversation theirs; how many were looked at.

    ``among``: only these mails, which shall not wait for those before them.
    The account's lease keeps other writers away, so nothing here is done twice.
    """
    rows = env.execute_query(
        SQL(
            """
            SELECT id, message_id, in_reply_to, reference_header, %s
              FROM crm_mail_message
             WHERE account_id = %s AND thread_id IS NULL AND %s
             ORDER BY id LIMIT %s
            """,
            SQL(", ").join(map(SQL.identifier, search_writer.HEADER_COLUMNS)),
            account.id,
            SQL("TRUE") if among is None else SQL("id = ANY(%s)", among.ids),
            limit,
        )
    )
    if not rows:
        return 0
    mails = [
        (
            mail_id,
            thread_keys(
                message_id or "", (answered or "").split(), (references or "").split()
            ),
        )
        for mail_id, message_id, answered, references, *_header in rows
    ]
    texts = {row[0]: search_writer.texts(*row[4:]) for row in rows}
    keys = sorted({key for _mail, found in mails for key in found})
    known = {
        bytes(key): thread
        for key, thread in env.execute_query(
            SQL(
                """
                SELECT key, thread_id FROM crm_mail_thread_ref
                 WHERE account_id = %s AND key = ANY(%s::bytea[])
                """,
                account.id,
                [Binary(key) for key in keys],
            )
        )
    }
    _store(env, account, assign(mails, known), texts)
    return len(rows)


def _store(env, account, plan: ThreadPlan, texts: dict[int, tuple]) -> None:
    made = env.execute_query(
        SQL(
            """
            INSERT INTO crm_mail_thread (account_id, user_id)
            SELECT %s, %s FROM generate_series(1, %s)
         RETURNING id
            """,
            account.id,
            account.user_id.id,
            plan.made,
        )
    )
    # -1 is the first one made, so -n is at n - 1
    ids = [row[0] for row in made]

    def thread(number: int) -> int:
        return number if number > 0 else ids[-number - 1]

    cr = env.cr
    if plan.merges:
        cr.execute_values(
            "UPDATE crm_mail_message SET thread_id = merge.winner"
            " FROM (VALUES %s) AS merge (loser, winner)"
            " WHERE crm_mail_message.thread_id = merge.loser",
            list(plan.merges),
        )
        cr.execute_values(
            "UPDATE crm_mail_thread_ref SET thread_id = merge.winner"
            " FROM (VALUES %s) AS merge (loser, winner)"
            " WHERE crm_mail_thread_ref.thread_id = merge.loser",
            list(plan.merges),
        )
        cr.execute(
            "DELETE FROM crm_mail_thread WHERE id = ANY(%s)",
            [[loser for loser, _winner in plan.merges]],
        )
    if plan.refs:
        cr.execute_values(
            "INSERT INTO crm_mail_thread_ref (account_id, key, thread_id) VALUES %s"
            " ON CONFLICT (account_id, key) DO NOTHING",
            [(account.id, Binary(key), thread(number)) for key, number in plan.refs],
        )
    values = SQL(", ").join(
        SQL(
            "(%s::int4, %s::int4, %s::text, %s::text, %s::text, %s::text)",
            *(mail_id, thread(number), *texts[mail_id]),
        )
        for mail_id, number in plan.threads
    )
    # A body that was read before has left its words already.
    cr.execute(
        SQL(
            """
            UPDATE crm_mail_message message
               SET thread_id = placed.thread,
                   search = COALESCE(message.search, '') || %s
              FROM (VALUES %s)
                AS placed (id, thread, subject, sender, receivers, text)
             WHERE message.id = placed.id
            """,
            search_writer.vector(
                *map(SQL, ("placed.subject", "sender", "receivers", "text"))
            ),
            values,
        )
    )
    for name in ("crm.mail.message", "crm.mail.thread", "crm.mail.thread.ref"):
        env[name].invalidate_model()
