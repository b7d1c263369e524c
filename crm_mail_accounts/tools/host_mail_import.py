"""Find mails that the host's gateway received for a user."""

from __future__ import annotations

from psycopg2 import Binary

from odoo.tools import SQL, email_normalize

from ..mailkit.sync.threads import thread_key

MOST = 500
"""Mails of one look: the newest, when an old database is looked at first."""


def newest_message(env) -> int:
    return env.execute_query(SQL("SELECT COALESCE(max(id), 0) FROM mail_message"))[0][0]


def addressed_to(env, user, after: int, until: int) -> list[int]:
    """Ids of the received messages on records that are to or for the user, the oldest
    first: by name in To or Cc, or notified to them by the host.

    Without what was posted from mailboxes, and what the user wrote.
    """
    addresses = {email_normalize(user.email or "")}
    addresses.update(
        email_normalize(account.email)
        for account in env["crm.mail.account"].search([("user_id", "=", user.id)])
    )
    patterns = [f"%{_escaped(address)}%" for address in addresses if address]
    rows = env.execute_query(
        SQL(
            """
            SELECT posted.id
              FROM mail_message posted
             WHERE posted.id > %(after)s AND posted.id <= %(until)s
               AND posted.message_type = 'email'
               AND posted.model IS NOT NULL AND posted.res_id IS NOT NULL
               AND posted.author_id IS DISTINCT FROM %(partner)s
               AND (posted.incoming_email_to ILIKE ANY(%(patterns)s)
                 OR posted.incoming_email_cc ILIKE ANY(%(patterns)s)
                 OR EXISTS (SELECT FROM mail_notification notification
                             WHERE notification.mail_message_id = posted.id
                               AND notification.res_partner_id = %(partner)s))
               AND NOT EXISTS (SELECT FROM crm_mail_link link
                                WHERE link.mail_message_id = posted.id
                                  AND (link.own_copy OR link.user_id = %(user)s))
             ORDER BY posted.id DESC
             LIMIT %(most)s
            """,
            after=after or 0,
            until=until,
            partner=user.partner_id.id,
            user=user.id,
            patterns=patterns,
            most=MOST,
        )
    )
    return sorted(row[0] for row in rows)


def in_mailboxes(env, user, header_ids) -> set[str]:
    """Those of the Message-IDs whose mail lies in a mailbox of the user."""
    wanted = [one for one in header_ids if one]
    if not wanted:
        return set()
    rows = env.execute_query(
        SQL(
            """
            SELECT DISTINCT message.message_id
              FROM crm_mail_account account
              JOIN crm_mail_thread_ref ref ON ref.account_id = account.id
               AND ref.key = ANY(%(keys)s::bytea[])
              JOIN crm_mail_message message ON message.thread_id = ref.thread_id
               AND message.message_id = ANY(%(wanted)s)
             WHERE account.user_id = %(user)s AND message.uid IS NOT NULL
            """,
            keys=[Binary(thread_key(one)) for one in wanted],
            wanted=wanted,
            user=user.id,
        )
    )
    return {row[0] for row in rows}


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
