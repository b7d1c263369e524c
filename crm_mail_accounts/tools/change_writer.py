"""Write into the index what other clients did: flags, removals, moves.

Bulk SQL like ``index_writer``, within the caller's transaction.  Rows are named by
their place (folder, UIDVALIDITY, UID), so that what was told of another life of the
folder changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from odoo.tools import SQL

from ..mailkit.sync.delta import Span
from ..mailkit.values import FlagChange
from . import flags as bits


def _shown(server: str, add: str, remove: str) -> SQL:
    """What the list shows of the flags, from what the server has and the user wants;
    ``local_flags`` are those that the server would not keep."""
    return SQL(", ").join(
        SQL(
            "%s = (((%s & ~%s) | %s | message.local_flags) & %s) <> 0",
            SQL.identifier(column),
            SQL(server),
            SQL(remove),
            SQL(add),
            bit,
        )
        for column, bit in bits.SHOWN.items()
    )


def _shown_folder(server: str, folder: str) -> SQL:
    return SQL(
        "shown_folder_id = CASE WHEN message.vanishing OR (%s & %s) <> 0 THEN NULL"
        " ELSE COALESCE(message.moving_to_id, %s) END",
        SQL(server),
        bits.DELETED,
        SQL(folder),
    )


def shown_as(server: str, folder: str) -> SQL:
    """Assignments for what is shown of a ``message`` with these columns of the
    server, whatever its owner wants meanwhile."""
    return SQL("%s, %s", _shown(server, *PENDING), _shown_folder(server, folder))


PENDING = ("message.pending_add", "message.pending_remove")


@dataclass(frozen=True)
class Unplaced:
    """``gone`` rows lost their place; ``merged`` of them took that of a copy."""

    gone: int = 0
    merged: int = 0


def apply_flags(
    env,
    folder,
    uidvalidity: int,
    changes: Iterable[FlagChange],
    *,
    unasked: bool = False,
) -> int:
    """Store flags as the server has them; what the user wants meanwhile stays shown.

    What was told ``unasked`` may be older than what is stored already, and is left
    out then.  Returns how many mails changed.
    """
    rows = {}
    for change in changes:
        rows[change.uid] = (change.uid, *bits.pack(change.flags), change.modseq)
    if not rows:
        return 0
    values = SQL(", ").join(
        SQL("(%s::int8, %s::int4, %s::text, %s::int8)", *row) for row in rows.values()
    )
    env.cr.execute(
        SQL(
            """
            UPDATE crm_mail_message message
               SET server_flags = change.flags, keywords = change.keywords,
                   modseq = CASE WHEN %(certain)s THEN change.modseq
                            ELSE GREATEST(change.modseq, message.modseq) END,
                   %(shown)s, %(place)s
              FROM (VALUES %(values)s) AS change (uid, flags, keywords, modseq)
             WHERE message.folder_id = %(folder)s
               AND message.uidvalidity = %(uidvalidity)s
               AND message.uid = change.uid
               AND (message.server_flags, message.keywords)
                   IS DISTINCT FROM (change.flags, change.keywords)
               AND (%(certain)s OR COALESCE(change.modseq >= message.modseq, true))
            """,
            certain=not unasked,
            shown=_shown("change.flags", *PENDING),
            place=_shown_folder("change.flags", "message.folder_id"),
            values=values,
            folder=folder.id,
            uidvalidity=uidvalidity,
        )
    )
    changed = env.cr.rowcount
    env["crm.mail.message"].invalidate_model()
    return changed


def known_flags(env, folder, uidvalidity: int, span: Span) -> dict[int, tuple]:
    """UID -> flags of our rows within a range of UIDs."""
    rows = env.execute_query(
        SQL(
            """
            SELECT uid, server_flags, keywords FROM crm_mail_message
             WHERE folder_id = %s AND uidvalidity = %s AND uid BETWEEN %s AND %s
            """,
            folder.id,
            uidvalidity,
            *span,
        )
    )
    return {uid: bits.unpack(server or 0, words) for uid, server, words in rows}


def known_uids(env, folder, uidvalidity: int, span: Span) -> list[int]:
    """The UIDs of our rows within a range, ascending."""
    rows = env.execute_query(
        SQL(
            """
            SELECT uid FROM crm_mail_message
             WHERE folder_id = %s AND uidvalidity = %s AND uid BETWEEN %s AND %s
             ORDER BY uid
            """,
            folder.id,
            uidvalidity,
            *span,
        )
    )
    return [row[0] for row in rows]


def _in_ranges(ranges: Sequence[Span]) -> SQL:
    """``VANISHED`` names ranges that may be enormous: compared, never counted out."""
    values = SQL(", ").join(SQL("(%s::int8, %s::int8)", *span) for span in ranges)
    return SQL(
        "EXISTS (SELECT FROM (VALUES %s) AS span (first, last)"
        " WHERE message.uid BETWEEN span.first AND span.last)",
        values,
    )


def count_in(env, folder, uidvalidity: int, ranges: Sequence[Span]) -> int:
    """How many of our rows a removal of these ranges would hit."""
    if not ranges:
        return 0
    rows = env.execute_query(
        SQL(
            """
            SELECT count(*) FROM crm_mail_message message
             WHERE folder_id = %s AND uidvalidity = %s AND uid IS NOT NULL AND %s
            """,
            folder.id,
            uidvalidity,
            _in_ranges(ranges),
        )
    )
    return rows[0][0]


def unplace(
    env, folder, uidvalidity: int, ranges: Sequence[Span], pass_number: int
) -> Unplaced:
    """Take the place from mails that the server no longer has there (law 4).

    The rows stay: a mail that was moved is bound again when its new place is read; and
    when its new place was read before, the younger row there was a stand-in, which
    gives its place back and goes.
    """
    if not ranges:
        return Unplaced()
    env.cr.execute(
        SQL(
            """
            UPDATE crm_mail_message message
               SET state = 'unplaced', uid = NULL, uidvalidity = NULL, modseq = NULL,
                   folder_id = NULL, shown_folder_id = moving_to_id,
                   unplaced_pass = %s, unplaced_at = now() AT TIME ZONE 'UTC'
             WHERE folder_id = %s AND uidvalidity = %s AND uid IS NOT NULL AND %s
         RETURNING id
            """,
            pass_number,
            folder.id,
            uidvalidity,
            _in_ranges(ranges),
        )
    )
    gone = [row[0] for row in env.cr.fetchall()]
    merged = _take_stand_ins(env, folder.account_id, gone)
    env["crm.mail.message"].invalidate_model()
    return Unplaced(len(gone), merged)


def _take_stand_ins(env, account, gone: list[int]) -> int:
    """Give rows without place that of a younger row of the same mail, which goes.

    Younger, because that one was made when the mail turned up elsewhere; or any, when
    the one without place is linked to a record and the other is not.
    """
    if not gone:
        return 0
    env.cr.execute(
        SQL(
            """
            WITH lost AS (
                SELECT id, fingerprint, server_key,
                       EXISTS (SELECT FROM crm_mail_link link
                                WHERE link.message_id = message.id) AS linked
                  FROM crm_mail_message message
                 WHERE id = ANY(%(gone)s) AND fingerprint IS NOT NULL
            ), found AS (
                SELECT id, fingerprint, server_key,
                       server_key IN (SELECT server_key FROM lost) AS same
                  FROM crm_mail_message message
                 WHERE account_id = %(account)s AND state = 'ok' AND uid IS NOT NULL
                   AND (fingerprint IN (SELECT fingerprint FROM lost)
                        OR server_key IN (SELECT server_key FROM lost))
                   AND moving_to_id IS NULL AND NOT vanishing
                   AND NOT EXISTS (SELECT FROM crm_mail_link link
                                    WHERE link.message_id = message.id)
            ), homeless AS (
                SELECT id, linked, identity,
                       row_number() OVER (PARTITION BY identity ORDER BY id) AS nth
                  FROM lost, LATERAL (
                       SELECT CASE WHEN server_key IN (
                                        SELECT server_key FROM found WHERE same)
                                   THEN server_key ELSE fingerprint END
                           AS identity) chosen
            ), stand_in AS (
                SELECT id, identity,
                       row_number() OVER (PARTITION BY identity ORDER BY id DESC)
                           AS nth
                  FROM found, LATERAL (
                       SELECT CASE WHEN same THEN server_key ELSE fingerprint END
                           AS identity) chosen
            )
            SELECT homeless.id, stand_in.id
              FROM homeless JOIN stand_in USING (identity, nth)
             WHERE stand_in.id > homeless.id OR homeless.linked
            """,
            gone=gone,
            account=account.id,
        )
    )
    pairs = env.cr.fetchall()
    if not pairs:
        return 0
    values = SQL(", ").join(SQL("(%s::int4, %s::int4)", *pair) for pair in pairs)
    # The place is unique, so the stand-in must be gone before it is given away.
    env.cr.execute(
        SQL(
            """
            WITH pair (homeless, stand_in) AS (VALUES %s)
            DELETE FROM crm_mail_message message USING pair
             WHERE message.id = pair.stand_in
         RETURNING pair.homeless, message.folder_id, message.uidvalidity, message.uid,
                   message.server_flags, message.keywords, message.modseq,
                   message.local_folder_id, message.server_key
            """,
            values,
        )
    )
    places = env.cr.fetchall()
    values = SQL(", ").join(
        SQL(
            "(%s::int4, %s::int4, %s::int8, %s::int8, %s::int4, %s::text, %s::int8,"
            " %s::int4, %s::text)",
            *place,
        )
        for place in places
    )
    env.cr.execute(
        SQL(
            """
            UPDATE crm_mail_message message
               SET folder_id = change.folder, uidvalidity = change.uidvalidity,
                   uid = change.uid, state = 'ok', server_flags = change.flags,
                   keywords = change.keywords, modseq = change.modseq,
                   local_folder_id = COALESCE(message.local_folder_id, change.local),
                   server_key = COALESCE(change.server_key, message.server_key),
                   unplaced_at = NULL, unplaced_pass = NULL, %s, %s
              FROM (VALUES %s)
                AS change (id, folder, uidvalidity, uid, flags, keywords, modseq, local,
                           server_key)
             WHERE message.id = change.id
            """,
            _shown("change.flags", *PENDING),
            _shown_folder("change.flags", "change.folder"),
            values,
        )
    )
    return len(pairs)


def collect_garbage(env, account, pass_number: int) -> int:
    """Forget mails that two whole passes and a quarter of an hour did not find again.

    Never one that is linked to a record: it stays, as imported (law 4).
    """
    rows = env.execute_query(
        SQL(
            """
            DELETE FROM crm_mail_message message
             WHERE account_id = %s AND state = 'unplaced'
               AND unplaced_pass <= %s
               AND unplaced_at < now() AT TIME ZONE 'UTC' - interval '15 minutes'
               AND NOT EXISTS (SELECT FROM crm_mail_link link
                                WHERE link.message_id = message.id)
               AND NOT EXISTS (SELECT FROM crm_mail_operation operation
                                WHERE operation.message_id = message.id)
         RETURNING id
            """,
            account.id,
            pass_number - 2,
        )
    )
    gone = [row[0] for row in rows]
    env["crm.mail.message"].invalidate_model()
    if gone:
        env["ir.attachment"].search(
            [
                ("res_model", "=", "crm.mail.message"),
                ("res_field", "=", "raw"),
                ("res_id", "in", gone),
            ]
        ).unlink()
    return len(gone)


def show_pending(env, message_ids: Sequence[int]) -> None:
    """Make these mails look as their waiting operations want them.

    The operations in their order: the last word on a flag counts, the last move is
    where the mail is shown, and a deletion for good hides it.
    """
    if not message_ids:
        return
    rows = env.execute_query(
        SQL(
            """
            SELECT message_id, kind, add_flags, remove_flags, target_id
              FROM crm_mail_operation
             WHERE message_id = ANY(%s)
             ORDER BY id
            """,
            list(message_ids),
        )
    )
    wanted = {message_id: [0, 0, None, False] for message_id in message_ids}
    for message_id, kind, add, remove, target in rows:
        state = wanted[message_id]
        if kind == "flags":
            add, remove = add or 0, remove or 0
            state[0] = (state[0] & ~remove) | add
            state[1] = (state[1] & ~add) | remove
        elif kind == "move":
            state[2] = target
        elif kind == "expunge":
            state[3] = True
    values = SQL(", ").join(
        SQL("(%s::int4, %s::int4, %s::int4, %s::int4, %s::bool)", message_id, *state)
        for message_id, state in wanted.items()
    )
    env.cr.execute(
        SQL(
            """
            UPDATE crm_mail_message message
               SET pending_add = change.add, pending_remove = change.remove,
                   moving_to_id = change.target, vanishing = change.vanishing,
                   shown_folder_id = CASE
                       WHEN change.vanishing OR (message.server_flags & %s) <> 0
                       THEN NULL
                       ELSE COALESCE(change.target, message.folder_id,
                                     CASE WHEN message.state = 'unplaced'
                                          THEN NULL ELSE message.shown_folder_id END)
                   END,
                   %s
              FROM (VALUES %s) AS change (id, add, remove, target, vanishing)
             WHERE message.id = change.id
            """,
            bits.DELETED,
            _shown("message.server_flags", "change.add", "change.remove"),
            values,
        )
    )
    env["crm.mail.message"].invalidate_model()


def place(env, places: Iterable[tuple[int, int, int, int]]) -> None:
    """Give mails the places that the server told: (id, folder, UIDVALIDITY, UID).

    A row that the sync had made for such a place meanwhile goes, unless it is linked:
    then it keeps the place, and the other one is found again or stays unplaced.
    """
    rows = list(places)
    if not rows:
        return
    values = SQL(", ").join(
        SQL("(%s::int4, %s::int4, %s::int8, %s::int8)", *row) for row in rows
    )
    env.cr.execute(
        SQL(
            """
            WITH change (id, folder, uidvalidity, uid) AS (VALUES %s)
            DELETE FROM crm_mail_message message USING change
             WHERE message.folder_id = change.folder
               AND message.uidvalidity = change.uidvalidity
               AND message.uid = change.uid AND message.id <> change.id
               AND NOT EXISTS (SELECT FROM crm_mail_link link
                                WHERE link.message_id = message.id)
            """,
            values,
        )
    )
    env.cr.execute(
        SQL(
            """
            UPDATE crm_mail_message message
               SET folder_id = change.folder, uidvalidity = change.uidvalidity,
                   uid = change.uid, modseq = NULL, unplaced_at = NULL,
                   unplaced_pass = NULL,
                   state = CASE WHEN message.state = 'unplaced' THEN 'ok'
                                ELSE message.state END
              FROM (VALUES %s) AS change (id, folder, uidvalidity, uid)
             WHERE message.id = change.id
               AND NOT EXISTS (
                   SELECT FROM crm_mail_message other
                    WHERE other.folder_id = change.folder
                      AND other.uidvalidity = change.uidvalidity
                      AND other.uid = change.uid AND other.id <> change.id)
            """,
            values,
        )
    )
    env["crm.mail.message"].invalidate_model()


def unplace_mails(env, message_ids: Sequence[int], pass_number: int) -> None:
    """The mails left their place and the server did not tell where to: shown where
    they were moved to, and bound again when that folder is read."""
    if not message_ids:
        return
    env.cr.execute(
        SQL(
            """
            UPDATE crm_mail_message
               SET state = 'unplaced', uid = NULL, uidvalidity = NULL, modseq = NULL,
                   folder_id = NULL, unplaced_pass = %s,
                   unplaced_at = now() AT TIME ZONE 'UTC'
             WHERE id = ANY(%s)
            """,
            pass_number,
            list(message_ids),
        )
    )
    env["crm.mail.message"].invalidate_model()


def recount_around(env, folder, *, everywhere: bool = False):
    """Recount a folder whose mails changed, and those where some of its mails are shown
    already because they are to be moved; returns all of them.

    ``everywhere``: rows of other folders took part, too.
    """
    account = folder.account_id
    if everywhere:
        folders = account.folder_ids
    else:
        rows = env.execute_query(
            SQL(
                """
                SELECT DISTINCT target_id FROM crm_mail_operation
                 WHERE account_id = %s AND target_id IS NOT NULL
                """,
                account.id,
            )
        )
        folders = folder.browse({folder.id, *(row[0] for row in rows)})
    recount_unread(env, folders)
    return folders


def recount_unread(env, folders) -> None:
    """Bring the shown unread counts up to date; as dear as there is unread mail."""
    if not folders:
        return
    env.flush_all()
    rows = dict(
        env.execute_query(
            SQL(
                """
                SELECT shown_folder_id, count(*) FROM crm_mail_message
                 WHERE NOT seen AND shown_folder_id = ANY(%s)
                 GROUP BY shown_folder_id
                """,
                folders.ids,
            )
        )
    )
    for folder in folders:
        unread = rows.get(folder.id, 0)
        if folder.unread != unread:
            folder.unread = unread
