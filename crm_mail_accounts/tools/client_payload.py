"""Records as the plain values that the mail screen needs; the shapes are its contract.

Addresses are ``{name, email}``, dates the host's UTC strings.
"""

from __future__ import annotations

from odoo import fields
from odoo.tools import format_time

from .reading import preview_kind


def account_payload(account, folders) -> dict:
    """``folders``: those of this account."""
    monitored = folders.filtered("monitored")
    filling = (
        account.kind == "imap"
        and account.state == "ready"
        and any(
            not folder.checked_at or (folder.low_uid or 0) > 1 for folder in monitored
        )
    )
    running = not account.error_message and (
        filling or (account.state == "ready" and _is_new(account, folders))
    )
    problem = _problem(account, folders)
    if problem:
        health = "error"
    elif running:
        health = "syncing"
    else:
        health = "ok" if account.checked_at else "waiting"
    return {
        "id": account.id,
        "name": account.name,
        "email": account.email,
        "state": account.state,
        "kind": account.kind,
        "owner": _owner(account),
        "may_act": account._has_right("act"),
        "shared": account._is_shared(),
        "quota": _quota(account),
        "health": {
            "state": health,
            "message": problem,
            "at": fields.Datetime.to_string(account.error_at or account.checked_at)
            or False,
        },
        "away": _away(account),
        "smtp_problem": account.smtp_problem or "",
        "repair": account.user_id == account.env.user and account.repair or "",
        "progress": {**_progress(monitored, account.fetch_since), "running": running},
    }


def _progress(folders, since) -> dict:
    """How many mails of how many the first index has got through; ``exact`` when the
    server has told how many there are in every folder."""
    total = sum(folders.mapped("server_total"))
    indexed = sum(_got_through(folder, since) for folder in folders)
    return {
        "indexed": min(indexed, total),
        "total": total,
        "exact": all(folder.checked_at or folder.server_total for folder in folders),
    }


def _got_through(folder, since) -> int:
    """Mails that were looked at, wanted or not: a folder of which all is known that its
    owner wants is done, however few that are."""
    low, uidnext = folder.low_uid or 0, folder.uidnext or 0
    if folder.checked_at and low <= 1:
        return folder.server_total
    if since and 1 < low <= uidnext:
        return folder.server_total * (uidnext - low) // (uidnext - 1)
    return min(folder.indexed_total, folder.server_total)


def _away(account) -> dict | bool:
    """``{until: UTC or false}`` while new mail is answered automatically; it is the
    owner's matter alone."""
    if account.user_id != account.env.user:
        return False
    vacation = account.vacation_ids.filtered("is_on")[:1]
    until = vacation and vacation._period()[1]
    return bool(vacation) and {
        "until": fields.Datetime.to_string(until) if until else False
    }


def _is_new(account, folders) -> bool:
    """Whether nobody has looked yet what mail there is."""
    if account.kind == "pop3":
        return not account.checked_at
    return account.kind == "imap" and not folders


def _problem(account, folders) -> str:
    """Why mail does not arrive, and when it is tried again."""
    text = account.error_message or ""
    if not text:
        inboxes = folders.filtered(lambda folder: folder.role == "inbox")
        return next((folder.problem for folder in inboxes if folder.problem), "")
    if text and account.next_try and account.next_try > fields.Datetime.now():
        when = format_time(account.env, account.next_try, time_format="short")
        text = account.env._(
            "%(problem)s Next try at %(time)s.", problem=text, time=when
        )
    return text


def _owner(account) -> str | bool:
    """Whose mailbox it is, when it is not the user's own."""
    return account.user_id != account.env.user and account.user_id.name


def _quota(account) -> dict | bool:
    """``{percent, full, warning}``; ``warning`` is empty while there is room [F4]."""
    return account.quota_limit > 0 and {
        "percent": account.quota_percent,
        "full": account.quota_full,
        "warning": account.quota_warning or "",
    }


def folder_payload(folder) -> dict:
    return {
        "id": folder.id,
        "account_id": folder.account_id.id,
        "parent_id": folder.parent_id.id,
        "name": folder.name,
        "path": folder.path,
        "role": folder.role,
        "local": folder.local,
        "selectable": folder.selectable,
        "monitored": folder.monitored,
        "subscribed": folder.subscribed,
        **folder_counts(folder),
    }


def folder_counts(folder) -> dict:
    return {
        "id": folder.id,
        "unread": folder.unread,
        "total": folder.server_total,
        "indexed": folder.indexed_total,
        "quiet": folder.quiet_unread,
        "unreadable": folder.unreadable,
        "problem": folder.problem or "",
    }


def filed_by(message) -> dict:
    """The filter that put the mail where it lies: ``filed_by``, its name, and
    ``filed_by_id``, for its owner, while it exists."""
    here = message.filed_in_id and message.filed_in_id == message.shown_folder_id
    by = message.filed_by_id
    mine = by and message.user_id == message.env.user
    return {
        "filed_by": (here and message.filed_by) or "",
        "filed_by_id": bool(here and mine) and by.id,
    }


def filter_payload(each) -> dict:
    """Of a ``crm.mail.filter``; what ``filter_save`` takes back."""
    return {
        "id": each.id,
        "account_id": each.account_id.id,
        "name": each.name,
        "active": each.active,
        "match": each.match,
        "stop": each.stop,
        "matched": each.matched,
        "problem": each.problem or "",
        "conditions": [
            {
                "field": line.field,
                "header": line.header or "",
                "negated": line.negated,
                "operator": line.operator,
                "value": line.value or "",
            }
            for line in each.condition_ids
        ],
        "actions": [
            {
                "kind": line.kind,
                "folder_id": line.folder_id.id,
                "folder_path": line.folder_path or "",
                "keyword": line.keyword or "",
                "address": line.address or "",
            }
            for line in each.action_ids
        ],
    }


def person(user) -> dict:
    """A colleague: ``{id, name, avatar_url}``."""
    return {
        "id": user.id,
        "name": user.name,
        "avatar_url": f"/web/image/res.users/{user.id}/avatar_128",
    }


def draft_by(draft) -> dict:
    """Who writes a draft that the reader does not: ``{id, person, may_take}``; ``id``
    of the ``crm.mail.outgoing``."""
    # sudo: a colleague's name, for those who read the draft
    author = draft.sudo().user_id
    return {
        "id": draft.id,
        "person": person(author),
        "may_take": draft.account_id._has_right("send_as"),
    }


def addresses(recipients: dict | None, kind: str) -> list[dict]:
    """Of the ``recipients`` of a mail: ``to``, ``cc`` or ``reply_to``."""
    return [
        {"name": name, "email": email}
        for name, email in (recipients or {}).get(kind, [])
    ]


def link_payload(link) -> dict:
    """Of a record that the reader may not see only its kind is told (law 11)."""
    seen = bool(link.res_name)
    return {
        "id": link.id,
        "message_id": link.message_id.id,
        "model": link.res_model,
        "res_id": seen and link.res_id,
        "name": link.res_name or link.env._("(no access)"),
        "model_label": model_label(link.env, link.res_model),
        "reason": link.reason if seen else "",
        "content": link.content,
        "shown": link.shown or link.content,
        "waiting": link.waiting,
        "error": link.error or "",
    }


def model_label(env, model: str) -> str:
    if model == "crm.lead":
        # The host calls the model a lead, whatever the database uses.
        leads = env.user.has_group("crm.group_use_lead")
        return env._("Lead/Opportunity") if leads else env._("Opportunity")
    # sudo: the translated name of a model is no secret
    return env["ir.model"].sudo()._get(model).name or model


def attachment_payload(message, part, sizes: dict[str, int]) -> dict:
    """``sizes``: of the parts that were not fetched."""
    return {
        "number": part.number,
        "filename": part.filename,
        "content_type": part.content_type,
        "size": sizes.get(part.number, part.size),
        "url": f"/crm_mail_accounts/message/{message.id}/part/{part.number}",
        "preview": preview_kind(part, sizes.get(part.number)),
    }
