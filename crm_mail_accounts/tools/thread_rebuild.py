"""Put conversations right that were made of what was known then.

Two things are known only afterwards: that an id is shared by unrelated mails, and to
how many conversations the subject of an answer without ids could lead.  So the mails
that matter are taken together and parted anew (``mailkit/sync/threads.partition``),
which gives the same conversations in whatever order they came in.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta, timezone

from psycopg2 import Binary

from odoo.tools import SQL

from ..mailkit.sync.subjects import WITHIN, SubjectFacts
from ..mailkit.sync.threads import MAX_THREAD, ThreadMail, partition, thread_keys
from . import thread_heirs

_logger = logging.getLogger(__name__)

MOST = 4000
"""Mails that are parted anew together; where more matter, nothing is changed."""
MOST_ROUNDS = 6


def put_right(
    env,
    account,
    wrong: Collection[int],
    *,
    touched: Collection[int],
    merged: Collection[int],
    subjects: Collection[int],
) -> None:
    """After a batch was stored.

    :param wrong: conversations that an id had made which joins nothing any more
    :param touched: those that mails were put into, ``merged`` of several
    :param subjects: keys of the subjects of the batch
    """
    guesses = _guesses(env, account, touched, merged, subjects)
    if not (wrong or guesses):
        return
    threads, mails = _gather(env, account, {*wrong, *guesses})
    if mails is None:
        _logger.info("account %s: too many mails to part anew", account.id)
        return
    groups = partition(mails.values(), _own(account))
    if max(map(len, groups), default=0) <= MAX_THREAD:
        _write(env, account, groups, mails, threads)


def make_threads(env, account, count: int) -> list[int]:
    """Ids of new conversations."""
    made = env.execute_query(
        SQL(
            """
            INSERT INTO crm_mail_thread (account_id, user_id)
            SELECT %s, %s FROM generate_series(1, %s)
         RETURNING id
            """,
            account.id,
            account.user_id.id,
            count,
        )
    )
    return [row[0] for row in made]


def _own(account) -> tuple[str, ...]:
    return tuple(filter(None, (account.email, account.username)))


def _guesses(env, account, touched, merged, subjects) -> set[int]:
    """Conversations of the answers whose subject may lead elsewhere by now: a mail with
    it came in, or what it leads to was joined to something."""
    rows = env.execute_query(
        SQL(
            """
            SELECT DISTINCT thread_id FROM crm_mail_message
             WHERE account_id = %(account)s AND guess_key = ANY(%(subjects)s)
             UNION
            SELECT thread_id FROM crm_mail_message
             WHERE thread_id = ANY(%(touched)s) AND guess_key IS NOT NULL
             UNION
            SELECT guess.thread_id FROM crm_mail_message other
              JOIN crm_mail_message guess
                ON guess.account_id = other.account_id
               AND guess.guess_key = other.subject_key
             WHERE other.thread_id = ANY(%(merged)s)
            """,
            account=account.id,
            subjects=list(subjects),
            touched=list(touched),
            merged=list(merged),
        )
    )
    return {row[0] for row in rows if row[0]}


def _gather(env, account, threads: set[int]) -> tuple[set[int], dict | None]:
    """These conversations and all that the subjects of their mails could lead to or
    are led to from; ``None`` when that is too much."""
    mails: dict[int, ThreadMail] = {}
    found = set(threads)
    for _round in range(MOST_ROUNDS):
        rows = _load(env, account, found)
        if len(rows) > MOST:
            return found, None
        mails = {mail.id: mail for mail in rows}
        more = _led_to(env, found) - found
        if not more:
            return found, mails
        found |= more
    return found, None


def _led_to(env, threads: Collection[int]) -> set[int]:
    rows = env.execute_query(
        SQL(
            """
            SELECT DISTINCT other.thread_id
              FROM crm_mail_message guess
              JOIN crm_mail_message other
                ON other.account_id = guess.account_id
               AND other.subject_key = guess.guess_key
               AND other.internal_date BETWEEN guess.internal_date - %(within)s
                                           AND guess.internal_date + %(within)s
             WHERE guess.thread_id = ANY(%(threads)s)
             UNION
            SELECT DISTINCT guess.thread_id
              FROM crm_mail_message other
              JOIN crm_mail_message guess
                ON guess.account_id = other.account_id
               AND guess.guess_key = other.subject_key
               AND guess.internal_date BETWEEN other.internal_date - %(within)s
                                           AND other.internal_date + %(within)s
             WHERE other.thread_id = ANY(%(threads)s)
            """,
            within=timedelta(seconds=WITHIN),
            threads=list(threads),
        )
    )
    return {row[0] for row in rows if row[0]}


def _load(env, account, threads: Collection[int]) -> list[ThreadMail]:
    rows = env.execute_query(
        SQL(
            """
            SELECT id, message_id, in_reply_to, reference_header, subject, from_email,
                   recipients, internal_date
              FROM crm_mail_message WHERE thread_id = ANY(%s) LIMIT %s
            """,
            list(threads),
            MOST + 1,
        )
    )
    mails = [_thread_mail(*row) for row in rows]
    denied = _denied(env, account, {key for mail in mails for key in mail.keys})
    return [
        replace(mail, keys=tuple(key for key in mail.keys if key not in denied))
        for mail in mails
    ]


def _thread_mail(
    mail_id, message_id, answered, references, subject, sender, recipients, arrived
) -> ThreadMail:
    answered, references = (answered or "").split(), (references or "").split()
    people = {sender or ""}
    for kind in ("to", "cc"):
        people.update(
            (email or "").lower() for _name, email in (recipients or {}).get(kind, ())
        )
    return ThreadMail(
        mail_id,
        thread_keys(message_id or "", answered, references),
        SubjectFacts(
            subject or "",
            bool(answered or references),
            frozenset(people - {""}),
            arrived.replace(tzinfo=timezone.utc).timestamp(),
        ),
    )


def _denied(env, account, keys: Iterable[bytes]) -> set[bytes]:
    rows = env.execute_query(
        SQL(
            """
            SELECT key FROM crm_mail_thread_ref
             WHERE account_id = %s AND key = ANY(%s::bytea[]) AND thread_id IS NULL
            """,
            account.id,
            [Binary(key) for key in keys],
        )
    )
    return {bytes(row[0]) for row in rows}


def _write(env, account, groups, mails, threads: set[int]) -> None:
    """Give each group one of the conversations that its mails had, else a new one."""
    had = dict(
        env.execute_query(
            SQL(
                "SELECT id, thread_id FROM crm_mail_message WHERE id = ANY(%s)",
                list(mails),
            )
        )
    )
    free, places = set(threads), []
    for group in groups:
        kept = min(free.intersection(had[mail] for mail in group), default=None)
        free.discard(kept)
        places.append(kept)
    made = iter(make_threads(env, account, places.count(None)))
    places = [next(made) if place is None else place for place in places]
    placed = {
        mail: place
        for place, group in zip(places, groups, strict=True)
        for mail in group
    }
    cr = env.cr
    moved = [(mail, to) for mail, to in placed.items() if had[mail] != to]
    if not moved:
        return
    cr.execute_values(
        "UPDATE crm_mail_message SET thread_id = found.thread"
        " FROM (VALUES %s) AS found (id, thread)"
        " WHERE crm_mail_message.id = found.id",
        moved,
    )
    thread_heirs.pass_on(cr, ((had[mail], to) for mail, to in moved))
    keys = {key: placed[mail.id] for mail in mails.values() for key in mail.keys}
    if keys:
        cr.execute_values(
            "UPDATE crm_mail_thread_ref SET thread_id = found.thread"
            " FROM (VALUES %s) AS found (key, thread)"
            f" WHERE account_id = {int(account.id)}"
            " AND crm_mail_thread_ref.key = found.key"
            " AND crm_mail_thread_ref.thread_id IS DISTINCT FROM found.thread"
            " AND crm_mail_thread_ref.thread_id IS NOT NULL",
            [(Binary(key), thread) for key, thread in sorted(keys.items())],
        )
    # Ids of mails that are gone go where the mails went that had been with them.
    heirs = {had[mail]: to for mail, to in sorted(moved, reverse=True)}
    cr.execute_values(
        "UPDATE crm_mail_thread_ref SET thread_id = found.heir"
        " FROM (VALUES %s) AS found (thread, heir)"
        " WHERE crm_mail_thread_ref.thread_id = found.thread",
        [(thread, heirs[thread]) for thread in free if thread in heirs] or [(0, 0)],
    )
    cr.execute(
        SQL(
            """
            DELETE FROM crm_mail_thread thread WHERE id = ANY(%s)
               AND NOT EXISTS (SELECT FROM crm_mail_message message
                                WHERE message.thread_id = thread.id)
            """,
            list(free),
        )
    )
