"""Mails that could not be read: set apart, tried again with growing pauses (law 3).

The row of such a mail stands in the list, so that counts agree and its owner sees that
there is something; opening it tries at once.
"""

from __future__ import annotations

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from . import index_writer

PAUSES = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=7),
)
AT_ONCE = 20
"""Tries of one pass: a folder full of broken mails must not eat the turn."""


def waiting_in(env, account) -> set[int]:
    """Ids of the folders with unreadable mails whose pause is over."""
    rows = env.execute_query(
        SQL(
            """
            SELECT DISTINCT folder_id FROM crm_mail_message
             WHERE account_id = %s AND state = 'unreadable' AND uid IS NOT NULL
               AND (retry_at IS NULL OR retry_at <= %s)
            """,
            account.id,
            fields.Datetime.now(),
        )
    )
    return {row[0] for row in rows}


def due(env, folder_id: int) -> dict[int, int]:
    """UID -> id of the unreadable mails of a folder whose pause is over; the next one
    begins with this."""
    messages = env["crm.mail.message"]
    unreadable = messages.search(
        [
            ("folder_id", "=", folder_id),
            ("state", "=", "unreadable"),
            ("uid", "!=", False),
            "|",
            ("retry_at", "=", False),
            ("retry_at", "<=", fields.Datetime.now()),
        ],
        limit=AT_ONCE,
    )
    now = fields.Datetime.now()
    tried = {}
    for mail in unreadable:
        # The pause begins before the try: a mail that makes the server hang up leaves
        # no occasion afterwards.
        pause = PAUSES[min(mail.tries + 1, len(PAUSES) - 1)]
        if mail.retry_at:
            tried[mail.uid] = mail.id
            mail.write({"tries": mail.tries + 1, "retry_at": now + pause})
        else:
            mail.retry_at = now + PAUSES[0]
    return tried


def store(env, message_id: int, message) -> None:
    """What another try brought: the mail's header, or nothing again."""
    mail = env["crm.mail.message"].browse(message_id).exists()
    if not mail:
        return
    row = index_writer.index_row(message) if message is not None else None
    values = dict(zip(index_writer.COLUMNS, row, strict=True)) if row else {}
    if values.get("state") != "ok":
        return
    for name in ("uid", "modseq", "seen", "flagged", "answered", "forwarded", "draft"):
        values.pop(name)
    columns = SQL(", ").join(
        SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
    )
    mail.flush_recordset()
    env.cr.execute(
        SQL(
            "UPDATE crm_mail_message SET %s, retry_at = NULL WHERE id = %s",
            columns,
            mail.id,
        )
    )
    mail.invalidate_recordset()
