"""Who reads what is posted on a record.

Rules are the host's and each addon's, so there is no list of readers: each person is
asked.  That is some statements for each, so only a few are.
"""

from __future__ import annotations

ASKED = 25
"""Colleagues that are asked; where there are more, nobody is named."""
OUTSIDE_ASKED = 10
NAMED = 4


def audience(record) -> dict:
    """See ``crm.mail.client.link_audience``."""
    # sudo: who may read a record is no secret of the people who may; whether a user
    # may read it is asked with that user's own rights
    users = record.env["res.users"].sudo()
    colleagues = users.search(
        [("share", "=", False), ("id", "!=", record.env.uid)],
        order="name, id",
        limit=ASKED + 1,
    )
    if len(colleagues) > ASKED:
        names, more = False, 0
    else:
        readers = colleagues.filtered(lambda user: _reads(user, record))
        names, more = readers[:NAMED].mapped("name"), len(readers[NAMED:])
    customers = users.search(
        [
            ("share", "=", True),
            ("partner_id", "child_of", _people_of(record).commercial_partner_id.ids),
        ],
        order="name, id",
        limit=OUTSIDE_ASKED,
    )
    outside = customers.filtered(lambda user: _reads(user, record)).mapped("name")
    return {"names": names, "more": more, "outside": outside}


def _reads(user, record) -> bool:
    companies = {"allowed_company_ids": user.company_ids.ids}
    return record.with_user(user).with_context(**companies).has_access("read")


def _people_of(record):
    """Followers and customers of the record."""
    sudoed = record.sudo()
    customers = sudoed._mail_get_partners()[record.id]
    return sudoed.message_partner_ids | customers
