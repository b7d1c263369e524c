"""Mails that are written or wait as plain values; the shapes are the screen's contract.

See ``client_payload`` for addresses and dates.
"""

from __future__ import annotations

from odoo import fields

from .outgoing_mime import attachment_url


def sender_payload(env, sender) -> dict:
    """``Sender`` of ``models/crm_mail_account_access``.

    Shape: ``{key, kind, account_id, name, email, main, signature_html, max_size}``;
    ``max_size`` in bytes of the whole mail, 0 where nobody knows.
    """
    # sudo: a shared sender's mailbox is not readable; who may use it was asked, and
    # only its signature and its server's limit leave this function
    account = env["crm.mail.account"].sudo().browse(sender.account_id or [])
    return {
        "key": f"account:{sender.account_id}" if sender.account_id else "system",
        "kind": sender.kind,
        "account_id": sender.account_id,
        "name": sender.name or "",
        "email": sender.email,
        "main": sender.main,
        "signature_html": str(account.sudo(False)._signature_html()),
        "max_size": account.lease_ids.smtp_size or 0,
    }


def composition(mail, senders: list[dict]) -> dict:
    """A row as the composer shows it; from the first sender where its own is gone."""
    keys = [sender["key"] for sender in senders]
    key = mail.sender_key
    return {
        "id": mail.id,
        "version": mail.version,
        "state": mail.state,
        "sender_key": key if key in keys or not keys else keys[0],
        "senders": senders,
        **{kind: addresses(mail, kind) for kind in ("to", "cc", "bcc")},
        "subject": mail.subject or "",
        "body_html": str(mail.body_html or ""),
        "plain": mail.plain,
        "importance": mail.importance,
        "read_receipt": mail.read_receipt,
        "attachments": attachments(mail),
        "parent": _parent(mail),
        "record": record(mail.env, mail.res_model, mail.res_id),
        "send_at": fields.Datetime.to_string(mail.send_at) or False,
        "error": mail.error or "",
        "started_at": fields.Datetime.to_string(mail.create_date),
    }


def _parent(mail) -> dict | bool:
    """What a mail answers; in no mailbox where its author does not read that."""
    parent = mail.parent_id
    if not parent:
        return False
    return {
        "message_id": parent.id,
        "kind": mail.parent_kind or "reply",
        "account_id": parent.has_access("read") and parent.account_id.id,
    }


def addresses(mail, kind: str) -> list[dict]:
    return [{"name": name, "email": email} for name, email in mail._pairs(kind)]


def attachments(mail) -> list[dict]:
    return [attachment(mail, one) for one in mail._attachments()]


def attachment(mail, one) -> dict:
    facts = (mail.file_facts or {}).get(str(one.id), {})
    return {
        "id": one.id,
        "filename": one.name,
        "content_type": facts.get("type") or one.mimetype,
        "size": one.file_size,
        "url": attachment_url(mail, one),
        "cid": facts.get("cid") or "",
    }


def record(env, model: str, res_id: int) -> dict | bool:
    """``{model, res_id, name}``; false where the user may not read it any more."""
    if not model or model not in env:
        return False
    found = env[model].browse(res_id).exists()
    if not found or not found.has_access("read"):
        return False
    return {"model": model, "res_id": found.id, "name": found.display_name}


def outgoing_row(mail, sender_name: str) -> dict:
    """One line of a list of :meth:`crm.mail.client.outgoing_list`.

    ``next_try``: when a mail that waits to be sent is tried (again); ``is_here_only``:
    it was sent, and its copy is not in Sent.
    """
    error = mail.error or mail._off_reason()
    unfiled = mail.state == "sent" and mail.filing in ("waiting", "storing")
    if unfiled and mail.filing_error:
        error = f"{error} {mail.filing_error}".strip()
    return {
        "id": mail.id,
        "state": mail.state,
        "subject": mail.subject or "",
        "to": addresses(mail, "to") + addresses(mail, "cc") + addresses(mail, "bcc"),
        "send_at": fields.Datetime.to_string(mail.send_at) or False,
        "next_try": mail.state == "queued"
        and fields.Datetime.to_string(mail.next_at)
        or False,
        "is_unfiled": unfiled,
        "error": error,
        "preview": mail.preview or "",
        "sender": {
            "name": sender_name,
            "email": (mail.envelope or {}).get("from")
            # sudo: of a shared sender nothing but its address is told
            or mail.sudo().account_id.email
            or mail.user_id.email
            or "",
        },
        "has_attachments": bool(mail.file_facts),
        "date": fields.Datetime.to_string(mail.write_date) or False,
        "may_cancel": mail.state in ("scheduled", "queued", "failed")
        and not mail.sent_at,
        "may_decide": mail.state == "uncertain",
    }
