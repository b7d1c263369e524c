"""How many unread mails each folder shows."""

from __future__ import annotations

from odoo.tools import SQL


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
