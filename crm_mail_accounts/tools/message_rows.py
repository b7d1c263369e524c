"""The lines of a list of mails, found and read in one statement for a whole page.

A list is what the screen asks most, and records are made for being changed: values of
a page through them cost ten times its SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from odoo.fields import Domain
from odoo.tools import SQL, Query

from . import client_payload, own_records
from .message_query import Thread, newest

FLAGS = ("seen", "flagged", "answered", "forwarded", "draft", "has_attachments")
COLUMNS = (
    *("id", "uid", "shown_folder_id", "account_id", "thread_id", "internal_date"),
    *("sent_at", "subject", "from_name", "from_email", "recipients", "preview"),
    *("size", "state", "user_id", "message_id", *FLAGS),
)
NAMES = (*COLUMNS, "comments", "linked", "undelivered", "assigned_id")
MOST_PEOPLE = 4


def message_row(message) -> dict:
    """The line of one mail that may be read."""
    (row,) = message_rows(message.env, message.ids)
    return row


def message_rows(env, ids: Iterable[int]) -> list[dict]:
    """Lines in the order of ``ids``, without the mails that the rules hide."""
    ids = list(ids)
    messages = env["crm.mail.message"]
    own = {}
    if ids and own_records.owner_reads(messages):
        mine = Domain("id", "in", ids) & Domain("user_id", "=", env.uid)
        own = _read(env, messages._search(mine, bypass_access=True))
    return _lines(env, ids, own)


def page_rows(env, page: SQL) -> tuple[list[int], list[dict]]:
    """The ids that a page of ``message_query`` has, and its lines in its order,
    without the mails that the rules hide; of a user's own mails in one statement."""
    messages = env["crm.mail.message"]
    if not own_records.owner_reads(messages):
        ids = [row[0] for row in env.execute_query(page)]
        return ids, message_rows(env, ids)
    found = env.execute_query(
        SQL(
            "SELECT page.id, %s FROM (%s) page LEFT JOIN crm_mail_message mail"
            " ON mail.id = page.id AND mail.user_id = %s ORDER BY %s",
            SQL(", ").join(_columns(env, "mail")),
            page,
            env.uid,
            newest("page"),
        )
    )
    ids = [row[0] for row in found]
    own = {row[0]: dict(zip(NAMES, row[1:], strict=True)) for row in found if row[1]}
    return ids, _lines(env, ids, own)


def _lines(env, ids: list[int], own: dict[int, dict]) -> list[dict]:
    """:param own: what was read of those mails that are the user's own"""
    found = own
    if others := [each for each in ids if each not in own]:
        # of what is not the user's own, the record rules decide
        query = env["crm.mail.message"]._search([("id", "in", others)])
        found = own | _read(env, query)
    links = _links(env, [mail["id"] for mail in found.values() if mail["linked"]])
    foreign = _foreign_accounts(env, found.values())
    people = _people(env, {mail["assigned_id"] for mail in found.values()})
    rows = [
        _row(env, found[each], links, foreign, people) for each in ids if each in found
    ]
    drafts = _drafts_of_others(env, found.values())
    for row in rows:
        row["draft_by"] = drafts.get(row["id"], False)
    return rows


def _read(env, query: Query) -> dict[int, dict]:
    rows = env.execute_query(query.select(*_columns(env, query.table)))
    return {row[0]: dict(zip(NAMES, row, strict=True)) for row in rows}


def _columns(env, mail: str) -> list[SQL]:
    return [
        *(SQL.identifier(mail, name) for name in COLUMNS),
        _comment_count(env, mail),
        _is_linked(env, mail),
        _undelivered(env, mail),
        _assigned(env, mail),
    ]


def tell_threads(rows: list[dict], threads: Mapping[int, Thread]) -> None:
    """Lines that stand for conversations tell of them in ``thread``."""
    for row in rows:
        thread = threads.get(row["thread_id"])
        if thread is not None and thread.count > 1:
            row["thread"] = _thread(thread)


def _links(env, ids: list[int]) -> dict[int, list[dict]]:
    links: dict[int, list[dict]] = {}
    if not ids:
        return links
    for link in env["crm.mail.link"].search([("message_id", "in", ids)]):
        payload = client_payload.link_payload(link)
        links.setdefault(link.message_id.id, []).append(payload)
    return links


def _comment_count(env, mail: str) -> SQL:
    """Who reads a mail reads all that is said about it: no rule need be asked again."""
    env["crm.mail.comment"].flush_model(["message_id"])
    return SQL(
        "(SELECT count(*) FROM crm_mail_comment comment WHERE comment.message_id = %s)",
        SQL.identifier(mail, "id"),
    )


def _is_linked(env, mail: str) -> SQL:
    """Whether there are links to be asked for; of most pages there are none."""
    env["crm.mail.link"].flush_model(["message_id"])
    return SQL(
        "EXISTS (SELECT FROM crm_mail_link link WHERE link.message_id = %s)",
        SQL.identifier(mail, "id"),
    )


def _undelivered(env, mail: str) -> SQL:
    """The user's own sent mail whose copy this is and that somebody did not get."""
    env["crm.mail.outgoing"].flush_model()
    return SQL(
        """
        (SELECT sent.id FROM crm_mail_outgoing sent
          WHERE sent.user_id = %(user)s AND sent.undelivered
            AND sent.message_id = %(message)s AND sent.account_id = %(account)s
          LIMIT 1)
        """,
        user=env.uid,
        message=SQL.identifier(mail, "message_id"),
        account=SQL.identifier(mail, "account_id"),
    )


def _assigned(env, mail: str) -> SQL:
    env["crm.mail.thread"].flush_model(["assigned_id"])
    return SQL(
        "(SELECT thread.assigned_id FROM crm_mail_thread thread WHERE thread.id = %s)",
        SQL.identifier(mail, "thread_id"),
    )


def _people(env, ids: set[int | None]) -> dict[int | None, dict]:
    """Of those to whom conversations are assigned, for the mailbox's readers."""
    # sudo: a colleague's name, also of another company than those of the reader
    users = env["res.users"].sudo().browse(sorted(filter(None, ids)))
    return {user.id: client_payload.person(user) for user in users}


def _drafts_of_others(env, mails: Iterable[Mapping]) -> dict[int, dict]:
    """Of the mails that colleagues are writing: who."""
    versions = {
        (mail["account_id"], mail["message_id"]): mail["id"]
        for mail in mails
        if mail["draft"] and mail["message_id"]
    }
    if not versions:
        return {}
    drafts = env["crm.mail.outgoing"].search(
        [
            ("draft_message_id", "in", [header for _account, header in versions]),
            ("state", "=", "draft"),
            ("user_id", "!=", env.uid),
        ]
    )
    found = {}
    for draft in drafts:
        mail_id = versions.get((draft.account_id.id, draft.draft_message_id))
        if mail_id:
            found[mail_id] = client_payload.draft_by(draft)
    return found


def _foreign_accounts(env, mails: Iterable[Mapping]) -> set[int | None]:
    """Accounts of these mails that the user does not read: the mail itself is shared
    with them."""
    others = {mail["account_id"] for mail in mails if mail["user_id"] != env.uid}
    accounts = env["crm.mail.account"].browse(sorted(filter(None, others)))
    return others - set(accounts._filtered_access("read")._ids)


def _row(
    env,
    mail: Mapping,
    links: dict[int, list[dict]],
    foreign: set[int | None],
    people: Mapping[int | None, dict],
) -> dict:
    is_shared = mail["user_id"] != env.uid and mail["account_id"] in foreign
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
        "date": _date(mail["internal_date"] or mail["sent_at"]),
        **{name: bool(mail[name]) for name in FLAGS},
        "preview": mail["preview"] or "",
        "size": mail["size"] or 0,
        "unreadable": mail["state"] == "unreadable",
        "shared": is_shared,
        "assigned": not is_shared and people.get(mail["assigned_id"], False),
        "comments": mail["comments"],
        "undelivered": mail["undelivered"] or False,
        "links": links.get(mail["id"], []),
    }


def _date(moment: datetime | None) -> str | bool:
    """As `fields.Datetime.to_string`, which takes ten times as long."""
    return moment.isoformat(" ", "seconds") if moment else False


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
