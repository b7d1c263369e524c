"""What an export says beside the mails: settings without secrets, filters, links, who
reads what.

Each table is read in batches by id: ``rows(env, account, after, limit)`` gives
``[(id, values)]``.
"""

from __future__ import annotations

from odoo import fields

from . import client_payload

SETTINGS = (
    *("name", "email", "kind", "state", "main", "username", "sender_name"),
    *("imap_host", "imap_port", "imap_security", "auth_method"),
    *("smtp_host", "smtp_port", "smtp_security", "smtp_username"),
    *("fetch_since", "sync_new_folders", "put_in_folder", "share_sender"),
    *("link_rule", "link_content", "visibility", "never_link"),
    *("signature_mode", "signature"),
)
"""Fields of the account that are told; a field that is not named here is not."""
VACATION = (
    *("active", "date_from", "date_to", "subject", "body", "colleague_body"),
    *("only_known", "only_direct", "days"),
)


def settings(env, account) -> dict:
    return {
        "exported_at": fields.Datetime.to_string(fields.Datetime.now()),
        "owner": account.user_id.name,
        **_values(account, SETTINGS),
        "folders": [
            _values(folder, ("name", "path", "role", "monitored", "local"))
            for folder in account.folder_ids
        ],
        "delegates": [
            {
                "name": one.user_id.name,
                **_values(one, ("may_act", "may_send_as", "expires_at", "reason")),
            }
            for one in account.delegate_ids
        ],
        "filters": [
            client_payload.filter_payload(each)
            for each in env["crm.mail.filter"]
            .with_context(active_test=False)
            .search([("account_id", "=", account.id)])
        ],
        "out_of_office": [
            _values(each, VACATION)
            for each in env["crm.mail.vacation"]
            .with_context(active_test=False)
            .search([("account_id", "=", account.id)])
        ],
        "trusted_senders": env["crm.mail.trusted.sender"].search([]).mapped("email"),
    }


def _values(record, names) -> dict:
    return {
        name: str(record[name])
        if record._fields[name].type in ("html", "date", "datetime") and record[name]
        else record[name]
        for name in names
    }


def _mail(message) -> dict:
    return {
        "message_id": message.message_id or "",
        "subject": message.subject or "",
        "date": fields.Datetime.to_string(message.internal_date) or "",
    }


def _links(env, account, after: int, limit: int) -> list[tuple[int, dict]]:
    links = env["crm.mail.link"].search(
        [("message_id.account_id", "=", account.id), ("id", ">", after)],
        order="id",
        limit=limit,
    )
    return [
        (
            link.id,
            {
                "mail": _mail(link.message_id),
                "model": link.res_model,
                "record": link.res_name or "",
                "reason": link.reason,
                "shown": link.shown or link.content,
            },
        )
        for link in links
    ]


def _shares(env, account, after: int, limit: int) -> list[tuple[int, dict]]:
    shares = env["crm.mail.share"].search(
        [("message_id.account_id", "=", account.id), ("id", ">", after)],
        order="id",
        limit=limit,
    )
    return [
        (
            share.id,
            {
                "mail": _mail(share.message_id),
                "with": share.user_id.name,
                "opened_at": fields.Datetime.to_string(share.opened_at) or "",
            },
        )
        for share in shares
    ]


def _comments(env, account, after: int, limit: int) -> list[tuple[int, dict]]:
    comments = env["crm.mail.comment"].search(
        [("message_id.account_id", "=", account.id), ("id", ">", after)],
        order="id",
        limit=limit,
    )
    return [
        (
            comment.id,
            {
                "mail": _mail(comment.message_id),
                "author": comment.author_id.name,
                "date": fields.Datetime.to_string(comment.create_date),
                "body": comment.body,
            },
        )
        for comment in comments
    ]


def _waiting(env, account, after: int, limit: int) -> list[tuple[int, dict]]:
    """The owner's own mails that were not sent: drafts, and what waits."""
    mails = env["crm.mail.outgoing"].search(
        [
            ("account_id", "=", account.id),
            ("user_id", "=", env.uid),
            ("state", "!=", "sent"),
            ("id", ">", after),
        ],
        order="id",
        limit=limit,
    )
    return [
        (
            mail.id,
            {
                "state": mail.state,
                "subject": mail.subject or "",
                "recipients": mail.recipients or {},
                "send_at": fields.Datetime.to_string(mail.send_at) or "",
                "body": str(mail.body_html or ""),
            },
        )
        for mail in mails
    ]


TABLES = {
    "links": _links,
    "shares": _shares,
    "comments": _comments,
    "not sent": _waiting,
}
