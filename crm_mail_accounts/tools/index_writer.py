"""Write a window of the index in bulk: COPY into a temporary table, then upsert.

The ORM needs 0.3 ms and more for each row; a first index has a hundred thousand rows.
The SQL here is the only writer of new ``crm.mail.message`` rows.  It can be run again
with the same window after any interruption and changes nothing the second time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timezone
from functools import lru_cache
from operator import attrgetter

from psycopg2.errors import UniqueViolation

from odoo.tools import SQL

from ..mailkit import limits
from ..mailkit.mime.header_fields import index_header
from ..mailkit.sync.identity import fingerprint, server_key
from ..mailkit.values import Address, FetchedMessage, FlagChange, IndexHeader
from . import change_writer
from . import flags as bits
from .bulk_copy import copy_rows

COLUMNS = (
    "uid",
    "state",
    "modseq",
    "seen",
    "flagged",
    "answered",
    "forwarded",
    "draft",
    "keywords",
    "server_flags",
    "internal_date",
    "size",
    "fingerprint",
    "server_key",
    "message_id",
    "in_reply_to",
    "reference_header",
    "subject",
    "from_name",
    "from_email",
    "recipients",
    "sent_at",
    "list_id",
    "auto_submitted",
    "precedence",
    "has_attachments",
)
STAGE = "crm_mail_index_stage"
_SEEN = COLUMNS.index("seen")
_SERVER_FLAGS = COLUMNS.index("server_flags")
_STATE = COLUMNS.index("state")
_FINGERPRINT = COLUMNS.index("fingerprint")
_SERVER_KEY = COLUMNS.index("server_key")
_NOT_ARRIVING = bits.DELETED | bits.DRAFT

LONG_AGO = "1970-01-01 00:00:00"
"""When a mail arrived of which nothing tells: at the end of every list."""


@dataclass(frozen=True)
class Written:
    """What a window changed: ids of new rows, how many old rows were bound again, how
    many of both are unread, and of how many known rows the flags changed."""

    new_ids: tuple[int, ...]
    unread: int
    rebound: int
    changed: int = 0


def index_row(message: FetchedMessage) -> tuple:
    """The values of :data:`COLUMNS` for one mail, as PostgreSQL's COPY wants them."""
    header_bytes = message.sections.get("HEADER.FIELDS")
    state = "ok"
    if header_bytes is None:
        # The server gave no header: the row stands for the mail all the same, so that
        # counts agree and the user sees that there is something.
        state, header_bytes = "unreadable", b""
    header = index_header(header_bytes[: limits.MAX_HEADER_LITERAL])
    sender = header.from_ or header.sender
    arrived = message.internaldate or header.sent_at
    return (
        message.uid,
        state,
        message.modseq,
        *_flag_values(message.flags or ()),
        _datetime(arrived) or LONG_AGO,
        message.size,
        fingerprint(header, message.size or 0, message.internaldate),
        server_key(message.extra),
        header.message_id or None,
        " ".join(header.in_reply_to) or None,
        " ".join(header.references) or None,
        header.subject or None,
        (sender.name or None) if sender else None,
        (sender.key or None) if sender else None,
        _recipients(header),
        _datetime(header.sent_at),
        header.list_id or None,
        header.auto_submitted or None,
        header.precedence or None,
        header.may_have_attachments,
    )


def _read_flags(flags: tuple[str, ...]) -> tuple:
    """The columns that show flags, ``keywords`` and ``server_flags``."""
    server, keywords = bits.pack(flags)
    return (*(bool(server & bit) for bit in bits.SHOWN.values()), keywords, server)


_known_flags = lru_cache(maxsize=512)(_read_flags)


def _flag_values(flags: tuple[str, ...]) -> tuple:
    # only short ones are remembered: a server may invent flags without end
    return _known_flags(flags) if sum(map(len, flags)) < 200 else _read_flags(flags)


def write_window(
    env,
    folder,
    uidvalidity: int,
    messages: Iterable[FetchedMessage],
    *,
    arriving: bool = False,
) -> Written:
    """Store one window of a folder within the caller's transaction.

    ``arriving``: what is new here has just come in and is marked so, but for what is
    known elsewhere in the mailbox (a copy, or a mail that another client moves), what
    is marked as deleted or as a draft, and what cannot be read.
    """
    cr = env.cr
    messages = list(messages)
    if not messages:
        return Written((), 0, 0)
    # A window that a crash takes back is fetched again, and commits reach the disk in
    # their order: what anybody did with these rows afterwards keeps them.
    cr.execute("SET LOCAL synchronous_commit TO off")
    written = _copy_new(env, folder, uidvalidity, messages, arriving)
    if written is not None:
        env["crm.mail.message"].invalidate_model()
        return written
    stage = SQL.identifier(STAGE)
    columns = SQL(", ").join(map(SQL.identifier, COLUMNS))
    # IF NOT EXISTS and DELETE: several windows may share a transaction in tests.
    cr.execute(
        SQL(
            "CREATE TEMP TABLE IF NOT EXISTS %s ON COMMIT DROP AS"
            " SELECT %s FROM crm_mail_message WITH NO DATA",
            stage,
            columns,
        )
    )
    cr.execute(SQL("DELETE FROM %s", stage))
    copy_rows(cr, STAGE, COLUMNS, map(index_row, messages))
    changed = _update_known(env, folder, uidvalidity, messages)
    rebound = _rebind(env, folder, uidvalidity, stage)
    cr.execute(
        SQL(
            """
            INSERT INTO crm_mail_message
                   (account_id, user_id, folder_id, uidvalidity, shown_folder_id,
                    arrived, %(columns)s)
            SELECT %(account)s, %(user)s, %(folder)s, %(uidvalidity)s,
                   CASE WHEN server_flags & %(deleted)s = 0 THEN %(folder)s END,
                   %(arriving)s AND state = 'ok'
                   AND server_flags & %(not_arriving)s = 0
                   AND NOT EXISTS (SELECT FROM crm_mail_message known
                                    WHERE known.account_id = %(account)s
                                      AND known.fingerprint = stage.fingerprint)
                   AND NOT EXISTS (SELECT FROM crm_mail_message known
                                    WHERE known.account_id = %(account)s
                                      AND known.server_key = stage.server_key),
                   %(columns)s
              FROM %(stage)s stage
             ORDER BY uid
       ON CONFLICT (folder_id, uidvalidity, uid) WHERE uid IS NOT NULL DO NOTHING
         RETURNING id, seen OR shown_folder_id IS NULL
            """,
            columns=columns,
            account=folder.account_id.id,
            user=folder.account_id.user_id.id,
            folder=folder.id,
            uidvalidity=uidvalidity,
            deleted=bits.DELETED,
            arriving=arriving,
            not_arriving=_NOT_ARRIVING,
            stage=stage,
        )
    )
    inserted = cr.fetchall()
    env["crm.mail.message"].invalidate_model()
    return Written(
        new_ids=tuple(row[0] for row in inserted),
        unread=sum(not seen for _id, seen in inserted)
        + sum(not seen for seen in rebound),
        rebound=len(rebound),
        changed=changed,
    )


def _update_known(env, folder, uidvalidity: int, messages: list[FetchedMessage]) -> int:
    """The flags of mails that have their row here already: those that we moved into a
    folder before it was indexed may have been changed by others on their way."""
    uids = [message.uid for message in messages]
    span = (min(uids), max(uids))
    known = set(change_writer.known_uids(env, folder, uidvalidity, span))
    return change_writer.apply_flags(
        env,
        folder,
        uidvalidity,
        [
            FlagChange(message.uid, message.flags, message.modseq)
            for message in messages
            if message.uid in known
            and message.flags is not None
            and message.sections.get("HEADER.FIELDS") is not None
        ],
    )


def _copy_new(
    env,
    folder,
    uidvalidity: int,
    messages: list[FetchedMessage],
    arriving: bool = False,
) -> Written | None:
    """COPY a window into the table itself, which is how nearly every one goes.

    ``None``, and nothing is written, when a row may be there already or may be one
    that lost its place.  The rows are made while the database already takes the first
    ones.
    """
    cr = env.cr
    messages = sorted(messages, key=attrgetter("uid"))
    account = folder.account_id
    # an id for each, and none at all when one of them may not be new
    cr.execute(
        SQL(
            """
            SELECT nextval('crm_mail_message_id_seq')
              FROM generate_series(1, %(count)s)
             WHERE NOT EXISTS (SELECT FROM crm_mail_message
                                WHERE account_id = %(account)s AND state = 'unplaced')
               AND NOT EXISTS (SELECT FROM crm_mail_message
                                WHERE folder_id = %(folder)s
                                  AND uidvalidity = %(uidvalidity)s
                                  AND uid BETWEEN %(first)s AND %(last)s)
            """,
            count=len(messages),
            account=account.id,
            folder=folder.id,
            uidvalidity=uidvalidity,
            first=messages[0].uid,
            last=messages[-1].uid,
        )
    )
    ids = tuple(sorted(row[0] for row in cr.fetchall()))
    if not ids:
        return None
    place = (account.id, folder.user_id.id, folder.id, uidvalidity)
    columns = (
        *("id", "account_id", "user_id", "folder_id", "uidvalidity"),
        *("shown_folder_id", "arrived", *COLUMNS),
    )
    unread, folder_id = 0, folder.id
    made: Iterable[tuple] = map(index_row, messages)
    known: set[str] | None = None
    if arriving:
        made = list(made)
        known = _known_identities(env, account, made)

    def rows() -> Iterator[tuple]:
        nonlocal unread
        for row_id, row in zip(ids, made, strict=True):
            # marked as deleted by some other program: in the folder, and not shown
            shown = None if row[_SERVER_FLAGS] & bits.DELETED else folder_id
            unread += not row[_SEEN] and shown is not None
            arrived = (
                known is not None
                and row[_STATE] == "ok"
                and not row[_SERVER_FLAGS] & _NOT_ARRIVING
                and row[_FINGERPRINT] not in known
                and row[_SERVER_KEY] not in known
            )
            yield (row_id, *place, shown, arrived, *row)

    try:
        with cr.savepoint(flush=False):
            copy_rows(cr, "crm_mail_message", columns, rows())
    except UniqueViolation:
        return None  # a server that tells a UID twice, or a writer beside us
    return Written(ids, unread, 0)


def _known_identities(env, account, made: Iterable[tuple]) -> set[str]:
    """Which of these mails the mailbox has already: their fingerprints and keys."""
    found = set()
    for column, at in (("fingerprint", _FINGERPRINT), ("server_key", _SERVER_KEY)):
        wanted = [row[at] for row in made if row[at]]
        if wanted:
            name = SQL.identifier(column)
            rows = env.execute_query(
                SQL(
                    """
                    SELECT %s FROM crm_mail_message
                     WHERE account_id = %s AND %s = ANY(%s)
                    """,
                    name,
                    account.id,
                    name,
                    wanted,
                )
            )
            found.update(row[0] for row in rows)
    return found


def unplace_folder(env, folder, pass_number: int) -> int:
    """Take the place from every mail of a folder whose UIDs became invalid (law 5).

    The rows stay, with their links and cached bodies; the next windows bind them again.
    """
    env.cr.execute(
        SQL(
            """
            UPDATE crm_mail_message
               SET state = 'unplaced', uid = NULL, uidvalidity = NULL, modseq = NULL,
                   folder_id = NULL,
                   shown_folder_id = CASE WHEN NOT vanishing THEN moving_to_id END,
                   unplaced_pass = %s, unplaced_at = now() AT TIME ZONE 'UTC'
             WHERE folder_id = %s AND uid IS NOT NULL
            """,
            pass_number,
            folder.id,
        )
    )
    env["crm.mail.message"].invalidate_model()
    return env.cr.rowcount


def _rebind(env, folder, uidvalidity: int, stage: SQL) -> list[bool]:
    """Give rows that lost their place the new UID of the same mail, one to one.

    By the server's own key where both have it and it is the same, else by the
    fingerprint.  Several mails with one identity are paired in the order of their UIDs.
    Returns whether each of them is read.
    """
    env.cr.execute(
        SQL(
            """
            WITH lost AS (
                SELECT message.id, message.fingerprint, message.server_key,
                       message.server_key IN (SELECT server_key FROM %(stage)s) AS same
                  FROM crm_mail_message message
                 WHERE account_id = %(account)s AND state = 'unplaced'
                   AND (fingerprint IN (SELECT fingerprint FROM %(stage)s)
                        OR server_key IN (SELECT server_key FROM %(stage)s))
            ), homeless AS (
                SELECT id, identity,
                       row_number() OVER (PARTITION BY identity ORDER BY id) AS nth
                  FROM lost, LATERAL (
                       SELECT CASE WHEN same THEN server_key ELSE fingerprint END
                           AS identity) chosen
            ), arrived AS (
                SELECT *,
                       row_number() OVER (PARTITION BY identity ORDER BY uid) AS nth
                  FROM %(stage)s stage, LATERAL (
                       SELECT CASE WHEN stage.server_key IN (
                                        SELECT server_key FROM lost WHERE same)
                                   THEN stage.server_key
                                   ELSE stage.fingerprint END AS identity) chosen
                 WHERE server_flags & %(deleted)s = 0 AND NOT EXISTS (
                       SELECT FROM crm_mail_message placed
                        WHERE placed.folder_id = %(folder)s
                          AND placed.uidvalidity = %(uidvalidity)s
                          AND placed.uid = stage.uid)
            )
            UPDATE crm_mail_message message
               SET folder_id = %(folder)s, uidvalidity = %(uidvalidity)s,
                   uid = arrived.uid, state = arrived.state, modseq = arrived.modseq,
                   keywords = arrived.keywords, server_flags = arrived.server_flags,
                   server_key = COALESCE(arrived.server_key, message.server_key),
                   unplaced_at = NULL, unplaced_pass = NULL, %(shown)s
              FROM homeless JOIN arrived USING (identity, nth),
                   (SELECT %(folder)s AS folder) arrived_in
             WHERE message.id = homeless.id
         RETURNING message.seen OR message.shown_folder_id IS NULL
            """,
            account=folder.account_id.id,
            folder=folder.id,
            uidvalidity=uidvalidity,
            deleted=bits.DELETED,
            stage=stage,
            shown=change_writer.shown_as("arrived.server_flags", "arrived_in.folder"),
        )
    )
    return [row[0] for row in env.cr.fetchall()]


def _datetime(value) -> str | None:
    """Naive UTC without fraction, as the host stores it; out of range is unknown."""
    if value is None or not 1900 <= value.year <= 9000:
        return None
    if value.tzinfo is not timezone.utc:
        value = value.astimezone(timezone.utc)
    return str(value)[:19]


def _recipients(header: IndexHeader) -> str:
    return (
        f'{{"to": {_addresses(header.to)}, "cc": {_addresses(header.cc)},'
        f' "reply_to": {_addresses(header.reply_to)}}}'
    )


def _addresses(addresses: tuple[Address, ...]) -> str:
    if not addresses:
        return "[]"
    return _json(addresses) if len(addresses) > 2 else _known_json(addresses)


def _json(addresses: tuple[Address, ...]) -> str:
    return json.dumps([[address.name, address.email] for address in addresses])


_known_json = lru_cache(maxsize=2048)(_json)
"""The same few people come again; long lists are each their own."""
