"""Find the records that a mail may be linked to, the right ones first.

Right is what has to do with the mail's other side: the contact, and what hangs on the
contact's company.  Any model with a chatter can be chosen; without a choice those are
searched that people link mails to.
"""

from __future__ import annotations

from odoo.fields import Domain

from .client_payload import model_label

USUAL = (
    "crm.lead",
    "res.partner",
    "sale.order",
    "account.move",
    "purchase.order",
    "project.task",
    "project.project",
    "helpdesk.ticket",
    "hr.applicant",
    "calendar.event",
)
"""Models that are searched without being asked for, where they are installed."""
EACH = 8
"""Records of one model that are found by name."""
RELATED = 3
"""Records of one model that are proposed without a name."""


def linkable_models(env) -> list[dict]:
    """``[{model, label}]``, the usual ones first, then by name."""
    links = env["crm.mail.link"]
    names = [
        name
        for name, records in env.registry.items()
        if links._has_chatter(name) and env[name].has_access("read")
    ]
    found = [{"model": name, "label": model_label(env, name)} for name in names]
    usual = {name: place for place, name in enumerate(USUAL)}
    found.sort(key=lambda one: (usual.get(one["model"], len(USUAL)), one["label"]))
    return found


def search(env, partner, term: str, model=False) -> list[dict]:
    """Records by name, or without a term those of the partner."""
    links = env["crm.mail.link"]
    models = [model] if model else USUAL
    found: list[dict] = []
    for name in models:
        if not links._has_chatter(name) or not env[name].has_access("read"):
            continue
        records = env[name]
        related = _related(records, partner)
        near = records.browse()
        if related is not None:
            # by name among the related ones, newest first
            domain = related
            if term:
                domain &= Domain(records._rec_name or "display_name", "ilike", term)
            near = records.search(domain, limit=EACH if term else RELATED)
        others = []
        if term:
            others = [
                res_id
                for res_id, _name in records.name_search(term, limit=EACH)
                if res_id not in near.ids
            ]
        found += [
            {**record_payload(record), "near": record in near}
            for record in near | records.browse(others[: EACH - len(near)])
        ]
    found.sort(key=lambda one: not one.pop("near"))
    return found


def named(env, term: str) -> dict[str, list[int]]:
    """Records of the usual models by name: ``{model: ids}``."""
    links = env["crm.mail.link"]
    return {
        name: [res_id for res_id, _name in env[name].name_search(term, limit=EACH)]
        for name in USUAL
        if links._has_chatter(name) and env[name].has_access("read")
    }


def _related(records, partner) -> Domain | None:
    """What hangs on the partner's company; ``None`` when nothing is known to."""
    if not partner:
        return None
    # sudo: the company of a contact, only to compare
    company = partner.sudo().commercial_partner_id
    if records._name == "res.partner":
        return Domain("id", "child_of", company.ids)
    field = records._fields.get("partner_id")
    if field is not None and field.store and field.comodel_name == "res.partner":
        return Domain("partner_id", "child_of", company.ids)
    return None


def record_payload(record) -> dict:
    return {
        "model": record._name,
        "model_label": model_label(record.env, record._name),
        "res_id": record.id,
        "name": record.display_name,
        "subtitle": _subtitle(record),
    }


def _subtitle(record) -> str:
    """What tells two records of one name apart."""
    if record._name == "crm.lead":
        return record.partner_id.display_name or record.email_from or ""
    if record._name == "res.partner":
        return record.email or ""
    field = record._fields.get("partner_id")
    if field is not None and field.comodel_name == "res.partner":
        partner = record.partner_id
        return partner.display_name or "" if partner.has_access("read") else ""
    return ""
