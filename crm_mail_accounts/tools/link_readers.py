"""Which links a user may know of: by the mailbox, or by the record that shows them."""

from __future__ import annotations

from collections import defaultdict

from odoo.tools import SQL


def readable_links(env, link: SQL) -> SQL:
    """The condition on a ``crm_mail_link`` that the user may know of it.

    What the record rules of ``crm.mail.link`` give them, and what is shown on records
    whose messages they may read.

    :param link: alias of the table
    """
    if env.su:
        return SQL("TRUE")
    allowed = []
    links = env["crm.mail.link"]
    if links.has_access("read"):
        allowed.append(SQL("%s.id IN %s", link, links._search([]).subselect()))
    for model, ids in _readable_records(env).items():
        allowed.append(
            SQL(
                "%(link)s.mail_message_id IS NOT NULL"
                " AND %(link)s.res_model = %(model)s"
                " AND %(link)s.res_id = ANY(%(ids)s)",
                link=link,
                model=model,
                ids=ids,
            )
        )
    if not allowed:
        return SQL("FALSE")
    return SQL(" OR ").join(SQL("(%s)", one) for one in allowed)


def _readable_records(env) -> dict[str, list[int]]:
    """Model -> its records with links whose messages the user may read.

    Asked of the model itself, as the host asks it before it shows a message: some want
    more than the right to read (a private meeting).
    """
    env["crm.mail.link"].flush_model(["res_model", "res_id", "mail_message_id"])
    linked = env.execute_query(
        SQL(
            "SELECT res_model, array_agg(DISTINCT res_id) FROM crm_mail_link"
            " WHERE mail_message_id IS NOT NULL GROUP BY res_model"
        )
    )
    found = {}
    for model, ids in linked:
        if model not in env or not env[model].has_access("read"):
            continue
        # What is archived is no less readable.
        records = env[model].with_context(active_test=False)
        records = records.search([("id", "in", ids)], order="id")
        by_operation = defaultdict(list)
        wanted = records._mail_get_operation_for_mail_message_operation("read")
        for record in records:
            by_operation[wanted[record]].append(record.id)
        found[model] = by_operation.pop("read", [])
        for operation, some in by_operation.items():
            found[model] += records.browse(some)._filtered_access(operation).ids
    return found
