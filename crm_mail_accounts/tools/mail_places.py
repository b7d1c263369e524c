"""Where mails lie on the server: given, taken away, and found again.

Bulk SQL within the caller's transaction.  A mail that the server moved is one row with
another place; a removed one only loses its place (law 4).  When two rows turn out to be
one mail, one of them goes and leaves the other what belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from odoo.tools import SQL

from ..mailkit.sync.delta import Span
from .change_writer import show_pending, shown_as

BELONGINGS = (
    ("crm_mail_operation", "message_id"),
    ("crm_mail_comment", "message_id"),
    ("crm_mail_outgoing", "parent_id"),
    ("crm_mail_share", "message_id", "user_id"),
    ("crm_mail_link_refusal", "message_id", "res_model", "res_id"),
    ("crm_mail_presence", "message_id", "user_id", "tab"),
)
"""What people gave to a mail: table, its column that names the mail, and what of it
each mail has only once.  No links: a linked row never goes."""


@dataclass(frozen=True)
class Unplaced:
    """``gone`` rows lost their place; ``merged`` of them took that of a copy."""

    gone: int = 0
    merged: int = 0


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
                   folder_id = NULL,
                   shown_folder_id = CASE WHEN NOT vanishing THEN moving_to_id END,
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
    _absorb(env, pairs)
    return len(pairs)


def _absorb(env, pairs: Sequence[tuple[int, int]]) -> None:
    """Of two rows of one mail the first takes the place of the second, with the flags
    that the server has there and all that belongs to it, and the second goes."""
    if not pairs:
        return
    values = SQL(", ").join(SQL("(%s::int4, %s::int4)", *pair) for pair in pairs)
    _hand_over_content(env, pairs)
    env.flush_all()
    _hand_over(env, values)
    # The place is unique, so the stand-in must be gone before it is given away.
    env.cr.execute(
        SQL(
            """
            WITH pair (stays, goes) AS (VALUES %s)
            DELETE FROM crm_mail_message message USING pair
             WHERE message.id = pair.goes
         RETURNING pair.stays, message.folder_id, message.uidvalidity, message.uid,
                   message.server_flags, message.keywords, message.modseq,
                   message.local_folder_id, message.server_key
            """,
            values,
        )
    )
    values = SQL(", ").join(
        SQL(
            "(%s::int4, %s::int4, %s::int8, %s::int8, %s::int4, %s::text, %s::int8,"
            " %s::int4, %s::text)",
            *row,
        )
        for row in env.cr.fetchall()
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
                   unplaced_at = NULL, unplaced_pass = NULL, %s
              FROM (VALUES %s)
                AS change (id, folder, uidvalidity, uid, flags, keywords, modseq, local,
                           server_key)
             WHERE message.id = change.id
            """,
            shown_as("change.flags", "change.folder"),
            values,
        )
    )
    env.invalidate_all()
    show_pending(env, [stays for stays, _goes in pairs])


def _hand_over(env, pairs: SQL) -> None:
    """Give what belongs to rows that go to those that stay, unless they have it."""
    for table, column, *unique in BELONGINGS:
        columns = SQL.identifier(table), SQL.identifier(column)
        same = SQL(
            " AND NOT EXISTS (SELECT FROM %s other WHERE other.%s = pair.stays%s)",
            *columns,
            SQL("").join(
                SQL(
                    " AND other.%s = own.%s", SQL.identifier(name), SQL.identifier(name)
                )
                for name in unique
            ),
        )
        env.cr.execute(
            SQL(
                """
                WITH pair (stays, goes) AS (VALUES %s)
                UPDATE %s own SET %s = pair.stays FROM pair WHERE own.%s = pair.goes%s
                """,
                pairs,
                *columns,
                columns[1],
                same if unique else SQL(),
            )
        )


def _hand_over_content(env, pairs: Sequence[tuple[int, int]]) -> None:
    """One cached copy is enough; in a mailbox that is kept here it is the mail."""
    mails = env["crm.mail.message"].browse(one for pair in pairs for one in pair)
    files = {file.res_id: file for file in mails._raw_attachments()}
    for stays, goes in pairs:
        if goes not in files:
            continue
        if stays in files:
            files[goes].unlink()
        else:
            files[goes].res_id = stays


def place(env, places: Iterable[tuple[int, int, int, int]]) -> None:
    """Give mails the places that the server told: (id, folder, UIDVALIDITY, UID).

    A row that the sync had made for such a place meanwhile is absorbed, unless it is
    linked: then it keeps the place, and the other one is found again or stays unplaced.
    """
    rows = list(places)
    if not rows:
        return
    values = SQL(", ").join(
        SQL("(%s::int4, %s::int4, %s::int8, %s::int8)", *row) for row in rows
    )
    stand_ins = env.execute_query(
        SQL(
            """
            SELECT stays.id, message.id FROM crm_mail_message message
              JOIN (VALUES %s) AS change (id, folder, uidvalidity, uid)
                ON message.folder_id = change.folder
               AND message.uidvalidity = change.uidvalidity
               AND message.uid = change.uid AND message.id <> change.id
              JOIN crm_mail_message stays ON stays.id = change.id
             WHERE NOT EXISTS (SELECT FROM crm_mail_link link
                                WHERE link.message_id = message.id)
            """,
            values,
        )
    )
    _absorb(env, stand_ins)
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


def collect_garbage(env, account, pass_number: int) -> int:
    """Forget mails that two whole passes and a quarter of an hour did not find again.

    Never one that is linked to a record: it stays, as imported (law 4), and what was
    still to be done with it on the server is over.
    """
    lost = SQL(
        "message.account_id = %s AND message.state = 'unplaced'"
        " AND message.unplaced_pass <= %s"
        " AND message.unplaced_at < now() AT TIME ZONE 'UTC' - interval '15 minutes'",
        account.id,
        pass_number - 2,
    )
    given_up = env.execute_query(
        SQL(
            """
            DELETE FROM crm_mail_operation operation USING crm_mail_message message
             WHERE message.id = operation.message_id AND %s
         RETURNING message.id
            """,
            lost,
        )
    )
    rows = env.execute_query(
        SQL(
            """
            DELETE FROM crm_mail_message message
             WHERE %s
               AND NOT EXISTS (SELECT FROM crm_mail_link link
                                WHERE link.message_id = message.id)
         RETURNING id
            """,
            lost,
        )
    )
    gone = [row[0] for row in rows]
    env["crm.mail.operation"].invalidate_model()
    env["crm.mail.message"].invalidate_model()
    show_pending(env, [row[0] for row in given_up])
    if gone:
        env["crm.mail.message"].browse(gone)._raw_attachments().unlink()
    return len(gone)
