"""What a centralised signature may say of a person and a company: a list, no more.

The names are those of vtenext's users (``roleid``, ``phone_work``) and the host's own.
A value that a person does not have is missing, and so is a field that an addon which
is not installed would bring.
"""

from __future__ import annotations

_NAME = ("name", "full_name", "user_name")
_OF_PARTNER = {
    "function": ("roleid", "role", "function", "job_position"),
    "email": ("email", "email1"),
    "phone": ("phone", "phone_work"),
    "mobile": ("mobile", "phone_mobile"),
    "website": ("website",),
    "street": ("street", "address_street"),
    "zip": ("zip", "address_postalcode"),
    "city": ("city", "address_city"),
}
_OF_RECORD = {
    "state_id": ("state", "address_state"),
    "country_id": ("country", "address_country"),
}
_OF_COMPANY = ("name", "email", "phone", "website", "street", "zip", "city", "vat")
_COMPANY_RECORDS = {"state_id": "state", "country_id": "country"}
_COMPANY_NAMES = {"name": ("name", "organizationname")}


def _text(record, field: str) -> str:
    return (field in record._fields and record[field]) or ""


def _names(user) -> tuple[str, str]:
    """First and last name: those of an addon that keeps them, or as written.

    ``Conti, Rosa`` and ``Rosa Conti`` are the same person; of more words the first is
    the first name.
    """
    partner = user.partner_id
    if first := _text(partner, "firstname"):
        return first, _text(partner, "lastname")
    name = (user.name or "").strip()
    last, comma, first = name.partition(",")
    if comma and first.strip():
        return first.strip(), last.strip()
    first, _space, last = name.partition(" ")
    return first, last.strip()


def values(user, company) -> dict[str, str]:
    """``users.first_name``, ``company.name``..., as ``mime.signature`` takes them.

    Both records are read as they are given: the caller says with whose rights.
    """
    first, last = _names(user)
    found = {"users.first_name": first, "users.last_name": last}
    found |= {f"users.{name}": user.name or "" for name in _NAME}
    for field, names in _OF_PARTNER.items():
        for name in names:
            found[f"users.{name}"] = _text(user.partner_id, field)
    for field, names in _OF_RECORD.items():
        for name in names:
            record = user.partner_id[field]
            found[f"users.{name}"] = record.name or ""
    for field in _OF_COMPANY:
        for name in _COMPANY_NAMES.get(field, (field,)):
            found[f"company.{name}"] = _text(company, field)
    for field, name in _COMPANY_RECORDS.items():
        found[f"company.{name}"] = company[field].name or ""
    return found
