"""What a user owns, read without the rest of the record rules.

The rules of mails, folders and conversations say: the owner, or a delegate of the
mailbox, or whom a mail was shared with. The host makes SQL of all three for every
question, which takes longer than a page of mails, although nearly all questions are
about mails of the asking user. Those are found by the first of the three alone.
"""

from __future__ import annotations

from odoo.fields import Domain


def owner_reads(model) -> bool:
    """Whether the rules let this user read every record of which they are `user_id`.

    Concluded from the rules as they stand, and not from what we wrote into them: where
    an administrator or another addon narrows them, this is false, and whoever asks
    has to ask the rules.

    :raises AccessError: the user may read nothing of this model
    """
    model.browse().check_access("read")
    if model.env.su or "user_id" not in model._fields:
        return False
    allowed = model.env["ir.rule"]._compute_domain(model._name, "read")
    # A implies B if and only if A or B is B.
    own = Domain("user_id", "=", model.env.uid)
    return (allowed | own).optimize(model) == allowed


def fetch(model, domain: Domain, names=()):
    """Those of these records that are the user's own, with the fields `names`; none if
    owning them is not enough to read them."""
    if not owner_reads(model):
        return model.browse()
    own = Domain("user_id", "=", model.env.uid)
    query = model._search(domain & own, bypass_access=True)
    return model._fetch_query(query, model._determine_fields_to_fetch(names))
