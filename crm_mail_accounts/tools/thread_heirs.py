"""What people have said of a conversation goes where its mails go, when conversations
are joined or parted."""

from __future__ import annotations

from collections.abc import Iterable


def pass_on(cr, went: Iterable[tuple[int, int]]) -> None:
    """Before conversations that are empty by now are removed.

    Somebody takes care of it still; of two people the one of the mails' new
    conversation.

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
