"""Write into the index what other clients did to flags, and show what users want.

Bulk SQL like ``index_writer``, within the caller's transaction.  Rows are named by
their place (folder, UIDVALIDITY, UID), so that what was told of another life of the
folder changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
