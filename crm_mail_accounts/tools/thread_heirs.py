"""What people have said of a conversation goes where its mails go, when conversations
are joined or parted."""

from __future__ import annotations

from collections.abc import Iterable


def pass_on(cr, went: Iterable[tuple[int, int]]) -> None:
    """Before conversations that are empty by now are removed.

    Somebody takes care of it still; of two people the one of the mails' new
    conversation.  Colleagues see no more of a mail than they did before; its links are
    looked at again by the worker.

    :param went: (conversation, that to which mails of it have gone)
    """
    pairs = sorted({pair for pair in went if pair[0] != pair[1]})
    if not pairs:
        return
    cr.execute_values(
        "UPDATE crm_mail_thread SET assigned_id = before.assigned_id,"
        " assigned_by_id = before.assigned_by_id, assigned_at = before.assigned_at"
        " FROM (VALUES %s) AS went (old, new)"
        " JOIN crm_mail_thread before ON before.id = went.old"
        " WHERE crm_mail_thread.id = went.new"
        " AND crm_mail_thread.assigned_id IS NULL"
        " AND before.assigned_id IS NOT NULL",
        pairs,
    )
    # An override is passed on where it is stricter than what holds there already.
    cr.execute_values(
        f"""
        UPDATE crm_mail_thread thread SET visibility = strictest.visibility
          FROM (SELECT DISTINCT ON (went.new) went.new, old.visibility
                  FROM (VALUES %s) AS went (old, new)
                  JOIN crm_mail_thread old ON old.id = went.old
                  JOIN crm_mail_thread heir ON heir.id = went.new
                  JOIN crm_mail_account account ON account.id = heir.account_id
                 WHERE old.visibility IS NOT NULL
                   AND {_rank("old.visibility")}
                       < {_rank("COALESCE(heir.visibility, account.visibility)")}
                 ORDER BY went.new, {_rank("old.visibility")}) strictest
         WHERE thread.id = strictest.new
        """,
        pairs,
    )
    # And one that shows more than the mailbox does not reach mails from elsewhere.
    cr.execute_values(
        f"""
        UPDATE crm_mail_thread thread SET visibility = NULL
          FROM (VALUES %s) AS went (old, new)
          JOIN crm_mail_thread old ON old.id = went.old
          JOIN crm_mail_account account ON account.id = old.account_id
         WHERE thread.id = went.new AND old.visibility IS NULL
           AND {_rank("thread.visibility")} > {_rank("account.visibility")}
        """,
        pairs,
    )
    cr.execute_values(
        """
        UPDATE crm_mail_link link SET waiting = TRUE
          FROM crm_mail_message mail JOIN crm_mail_thread thread
            ON thread.id = mail.thread_id AND thread.visibility IS NOT NULL
          JOIN (VALUES %s) AS went (old, new) ON mail.thread_id IN (went.old, went.new)
         WHERE link.message_id = mail.id AND link.own_copy AND NOT link.waiting
        """,
        pairs,
    )


def _rank(column: str) -> str:
    """The least that is shown is the smallest."""
    return f"array_position(ARRAY['nothing', 'metadata', 'subject', 'all'], {column})"
