"""Put mails into conversations, some at a time, by the ids that they name.

Apart from the index: a window of the index must be on screen at once, its threads may
come a moment later, and mails whose threads were not made yet simply have none.  What
belongs together is decided in ``mailkit/sync/threads.py``; what later mails show to
have been wrong is put right by ``thread_rebuild``.  The words that a mail is found by
(``search_writer``) are written with it, for they need no second look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from psycopg2 import Binary

from odoo.tools import SQL

from ..mailkit.sync.subjects import SubjectFacts, guessed_by_subject, subject_key
from ..mailkit.sync.threads import OVERUSED, ThreadPlan, assign, thread_key, thread_keys
from . import search_writer, thread_heirs, thread_rebuild

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


@dataclass(frozen=True)
class _Mail:
    """A mail without a conversation."""

    id: int
    message_id: str
    keys: tuple[bytes, ...]
    subject_key: int | None
    guessed: bool
    texts: tuple[str, ...]


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
    mails = [_mail(*row) for row in rows]
    known = _known(env, account, {key for mail in mails for key in mail.keys})
    denied = {key for key, thread in known.items() if thread is None}
    ends = _ends(env, {thread for thread in known.values() if thread})
    plan = assign(
        [(mail.id, [k for k in mail.keys if k not in denied]) for mail in mails],
        {key: ends[thread] for key, thread in known.items() if thread},
        _sizes(env, set(ends.values())),
    )
    threads = _store(env, account, plan, {mail.id: mail for mail in mails})
    wrong = _deny_overused(env, account, mails, threads, known.keys() - denied)
    merged = {winner for _loser, winner in plan.merges}
    thread_rebuild.put_right(
        env,
        account,
        wrong,
        touched=set(threads.values()),
        merged=merged,
        subjects={mail.subject_key for mail in mails if mail.subject_key is not None},
    )
    for name in ("crm.mail.message", "crm.mail.thread", "crm.mail.thread.ref"):
        env[name].invalidate_model()
    return len(rows)


def _mail(mail_id, message_id, answered, references, *header) -> _Mail:
    answered, references = (answered or "").split(), (references or "").split()
    subject = header[0] or ""
    facts = SubjectFacts(subject, bool(answered or references), frozenset(), 0.0)
    return _Mail(
        mail_id,
        message_id or "",
        thread_keys(message_id or "", answered, references),
        subject_key(subject),
        guessed_by_subject(facts),
        search_writer.texts(*header),
    )


def _known(env, account, keys: set[bytes]) -> dict[bytes, int | None]:
    """Key -> conversation; ``None`` for keys that join nothing."""
    return {
        bytes(key): thread
        for key, thread in env.execute_query(
            SQL(
                """
                SELECT key, thread_id FROM crm_mail_thread_ref
                 WHERE account_id = %s AND key = ANY(%s::bytea[])
                """,
                account.id,
                [Binary(key) for key in sorted(keys)],
            )
        )
    }


def _ends(env, threads: set[int]) -> dict[int, int]:
    """Where conversations go on that are full."""
    ends = {thread: thread for thread in threads}
    while True:
        rows = dict(
            env.execute_query(
                SQL(
                    """
                    SELECT id, next_id FROM crm_mail_thread
                     WHERE id = ANY(%s) AND next_id IS NOT NULL
                    """,
                    list(set(ends.values())),
                )
            )
        )
        if not rows:
            return ends
        ends = {thread: rows.get(end, end) for thread, end in ends.items()}


def _sizes(env, threads: set[int]) -> dict[int, int]:
    return dict(
        env.execute_query(
            SQL(
                """
                SELECT thread_id, count(*) FROM crm_mail_message
                 WHERE thread_id = ANY(%s) GROUP BY thread_id
                """,
                list(threads),
            )
        )
    )


def _deny_overused(
    env, account, mails: list[_Mail], threads: dict[int, int], known: Collection[bytes]
) -> set[int]:
    """Put Message-IDs that unrelated mails share on the denylist, for ever; the
    conversations that they made.

    Only a mail's own id can be told to be shared: many people answer one mail.
    """
    times = Counter(mail.message_id for mail in mails)
    again = [
        mail
        for mail in mails
        if mail.message_id
        and (times[mail.message_id] > 1 or thread_key(mail.message_id) in known)
    ]
    rows = env.execute_query(
        SQL(
            """
            SELECT message_id, array_agg(DISTINCT thread_id) FROM crm_mail_message
             WHERE thread_id = ANY(%s) AND message_id = ANY(%s)
             GROUP BY message_id HAVING count(DISTINCT from_email) > %s
            """,
            list({threads[mail.id] for mail in again}),
            list({mail.message_id for mail in again}),
            OVERUSED,
        )
    )
    env.cr.execute(
        SQL(
            """
            UPDATE crm_mail_thread_ref SET thread_id = NULL
             WHERE account_id = %s AND key = ANY(%s::bytea[])
            """,
            account.id,
            [Binary(thread_key(message_id)) for message_id, _threads in rows],
        )
    )
    return {thread for _message_id, found in rows for thread in found}


def _store(env, account, plan: ThreadPlan, mails: dict[int, _Mail]) -> dict[int, int]:
    """Write a plan; mail -> conversation."""
    ids = thread_rebuild.make_threads(env, account, plan.made)

    # -1 is the first one made, so -n is at n - 1
    def thread(number: int) -> int:
        return number if number > 0 else ids[-number - 1]

    cr = env.cr
    if plan.merges:
        thread_heirs.pass_on(cr, plan.merges)
        for table, column in (
            ("crm_mail_message", "thread_id"),
            ("crm_mail_thread_ref", "thread_id"),
            ("crm_mail_thread", "next_id"),
        ):
            cr.execute_values(
                f"UPDATE {table} SET {column} = merge.winner"  # noqa: S608
                " FROM (VALUES %s) AS merge (loser, winner)"
                f" WHERE {table}.{column} = merge.loser",
                list(plan.merges),
            )
        cr.execute(
            "DELETE FROM crm_mail_thread WHERE id = ANY(%s)",
            [[loser for loser, _winner in plan.merges]],
        )
    if plan.continued:
        cr.execute_values(
            "UPDATE crm_mail_thread SET next_id = found.next"
            " FROM (VALUES %s) AS found (thread, next)"
            " WHERE crm_mail_thread.id = found.thread",
            [(thread(full), thread(other)) for full, other in plan.continued],
        )
    if plan.refs:
        cr.execute_values(
            "INSERT INTO crm_mail_thread_ref (account_id, key, thread_id) VALUES %s"
            " ON CONFLICT (account_id, key) DO NOTHING",
            [(account.id, Binary(key), thread(number)) for key, number in plan.refs],
        )
    placed = {mail_id: thread(number) for mail_id, number in plan.threads}
    values = SQL(", ").join(
        SQL(
            "(%s::int4, %s::int4, %s::int8, %s::bool,"
            " %s::text, %s::text, %s::text, %s::text)",
            *(mail_id, number, mails[mail_id].subject_key, mails[mail_id].guessed),
            *mails[mail_id].texts,
        )
        for mail_id, number in placed.items()
    )
    # A body that was read before has left its words already.
    cr.execute(
        SQL(
            """
            UPDATE crm_mail_message message
               SET thread_id = placed.thread,
                   subject_key = CASE WHEN NOT placed.guessed THEN placed.subject_key
                                 END,
                   guess_key = CASE WHEN placed.guessed THEN placed.subject_key END,
                   search = COALESCE(message.search, '') || %s
              FROM (VALUES %s) AS placed (id, thread, subject_key, guessed,
                                          subject, sender, receivers, text)
             WHERE message.id = placed.id
            """,
            search_writer.vector(
                *map(SQL, ("placed.subject", "sender", "receivers", "text"))
            ),
            values,
        )
    )
    return placed
