"""The lines of a list of mails, read in one statement for a whole page.

A list is what the screen asks most, and records are made for being changed: values of
a page through them cost ten times its SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from odoo import fields

from . import client_payload
from .message_query import Thread

FLAGS = ("seen", "flagged", "answered", "forwarded", "draft", "has_attachments")
COLUMNS = (
    *("id", "uid", "shown_folder_id", "account_id", "thread_id", "internal_date"),
    *("sent_at", "subject", "from_name", "from_email", "recipients", "preview"),
    *("size", "state", *FLAGS),
)
MOST_PEOPLE = 4


def message_row(message) -> dict:
    """The line of one mail that may be read."""
    (row,) = message_rows(message.env, message.ids)
    return row


def message_rows(env, ids: Iterable[int]) -> list[dict]:
    """Lines in the order of ``ids``, without the mails that the rules hide."""
    ids = list(ids)
    if not ids:
        return []
    messages = env["crm.mail.message"]
    query = messages._search([("id", "in", ids)])
    columns = [messages._field_to_sql(query.table, name, query) for name in COLUMNS]
    found = {row[0]: row for row in env.execute_query(query.select(*columns))}
    links = _links(env, list(found))
    return [_row(found[each], links) for each in ids if each in found]


def tell_threads(rows: list[dict], threads: Mapping[int, Thread]) -> None:
    """Lines that stand for conversations tell of them in ``thread``."""
    for row in rows:
        thread = threads.get(row["thread_id"])
        if thread is not None and thread.count > 1:
            row["thread"] = _thread(thread)


def _links(env, ids: list[int]) -> dict[int, list[dict]]:
    links: dict[int, list[dict]] = {}
    for link in env["crm.mail.link"].search([("message_id", "in", ids)]):
        payload = client_payload.link_payload(link)
        links.setdefault(link.message_id.id, []).append(payload)
    return links


def _row(values: tuple, links: dict[int, list[dict]]) -> dict:
    mail = dict(zip(COLUMNS, values, strict=True))
    sender = {"name": mail["from_name"] or "", "email": mail["from_email"] or ""}
    return {
        "id": mail["id"],
        "uid": mail["uid"] or 0,
        "folder_id": mail["shown_folder_id"] or False,
        "account_id": mail["account_id"] or False,
        "thread_id": mail["thread_id"] or False,
        "thread": False,
        "subject": mail["subject"] or "",
        "from": sender,
        "to": client_payload.addresses(mail["recipients"], "to"),
        "date": fields.Datetime.to_string(mail["internal_date"] or mail["sent_at"])
        or False,
        **{name: bool(mail[name]) for name in FLAGS},
        "preview": mail["preview"] or "",
        "size": mail["size"] or 0,
        "unreadable": mail["state"] == "unreadable",
        "links": links.get(mail["id"], []),
    }


def _thread(thread: Thread) -> dict:
    """``people``: who wrote, in the order in which they joined in, without repetition;
    ``ids``: what is done to the row is done to."""
    people = {}
    for name, email in reversed(thread.senders):
        people.setdefault(email or name, {"name": name, "email": email})
    return {
        "count": thread.count,
        "unread": thread.unread,
        "people": list(people.values())[-MOST_PEOPLE:],
        "ids": list(thread.ids),
    }
