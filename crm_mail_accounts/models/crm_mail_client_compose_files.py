# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import uuid

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..mailkit.mime.addresses import parse_typed
from ..mailkit.mime.parse import parse_mail
from ..tools import compose_payload, compose_start

MOST_FILES = 200


class CrmMailClient(models.AbstractModel):
    """What goes into a mail: files and addresses."""

    _inherit = "crm.mail.client"

    # -- files -------------------------------------------------------------------

    @api.model
    def compose_detach(self, outgoing_id, attachment_id) -> bool:
        """Take a file out of the mail."""
        mail = self._draft(outgoing_id)._changeable()
        facts = dict(mail.file_facts or {})
        for one in mail._attachments():
            part = facts.get(str(one.id), {}).get("part")
            if one.id == attachment_id or (part and f"part:{part}" == attachment_id):
                facts.pop(str(one.id), None)
                one.unlink()
        mail.file_facts = facts
        return True

    @api.model
    def _attach_upload(self, outgoing_id, name, content, mimetype, inline) -> dict:
        """An uploaded file; for the route. An inline one gets a Content-ID."""
        mail = self._draft(outgoing_id)
        cid = f"{uuid.uuid4().hex}@inline" if inline else ""
        made = mail._changeable()._attach(name, content, mimetype, cid)
        return compose_payload.attachment(mail, made)

    def _draft(self, outgoing_id):
        mail = self._outgoing(outgoing_id)
        self._check_draft(mail)
        return mail

    def _missing_parts(self, mail, values) -> list[tuple]:
        """The parts of the mail it comes from that were chosen and are not here yet.

        Asks the server when that mail is not cached, which ends the transaction: call
        it before anything is written.
        """
        wanted = [
            str(one).partition(":")[2]
            for one in list(values.get("attachment_ids") or ())[:MOST_FILES]
            if str(one).startswith("part:")
        ]
        known = {facts.get("part") for facts in (mail.file_facts or {}).values()}
        wanted = [number for number in wanted if number not in known]
        parent = wanted and self._parent_of(values)
        return self._parts_of(parent[0], wanted) if parent else []

    def _parts_of(self, message, numbers) -> list[tuple]:
        """(number, name, content, type) of those parts of a mail, or of all."""
        raw = message._read_raw()
        if numbers and compose_start.WHOLE in numbers:
            name = compose_start.whole_name(self.env, message)
            return [(compose_start.WHOLE, name, raw, "message/rfc822")]
        return [
            (part.number, part.filename, part.content, part.content_type)
            for part in parse_mail(raw).attachments
            if numbers is None or part.number in numbers
        ]

    def _attach_parts(self, mail, parts):
        made = []
        for number, name, content, content_type in parts:
            one = mail._attach(name, content, content_type)
            facts = dict(mail.file_facts or {})
            facts[str(one.id)] = {**facts[str(one.id)], "part": number}
            mail.file_facts = facts
            made.append(one)
        return made

    # -- addresses ---------------------------------------------------------------

    @api.model
    def compose_parse_addresses(self, text) -> dict:
        """What somebody typed or pasted: ``{addresses: [{name, email}], wrong}``."""
        self._check_writer()
        addresses, wrong = parse_typed(str(text))
        return {
            "addresses": [{"name": one.name, "email": one.email} for one in addresses],
            "wrong": list(wrong),
        }

    @api.model
    def compose_complete(self, term, limit=8) -> list[dict]:
        """People whom a term names: contacts, colleagues, and who wrote to the user.

        :return: ``[{name, email, kind, subtitle}]``, each address once
        """
        self._check_writer()
        term = str(term or "").strip()[:100]
        limit = max(1, min(int(limit), 50))
        if not term:
            return []
        found: dict[str, dict] = {}
        for one in (
            *self._contacts_like(term, limit),
            *self._correspondents_like(term, limit),
        ):
            found.setdefault(one["email"].lower(), one)
        return list(found.values())[:limit]

    def _contacts_like(self, term: str, limit: int) -> list[dict]:
        partners = self.env["res.partner"].search(
            Domain("email_normalized", "!=", False)
            & (
                Domain("complete_name", "ilike", term)
                | Domain("email_normalized", "ilike", term)
            ),
            limit=limit,
        )
        return [
            {
                "name": partner.name or "",
                "email": partner.email_normalized,
                "kind": "colleague"
                if partner.user_ids.filtered(lambda user: not user.share)
                else "contact",
                "subtitle": partner.parent_id.name or partner.function or "",
            }
            for partner in partners
        ]

    def _correspondents_like(self, term: str, limit: int) -> list[dict]:
        """Senders of the user's own mail, those first who wrote most."""
        groups = self.env["crm.mail.message"]._read_group(
            Domain("user_id", "=", self.env.uid)
            & (
                Domain("from_email", "ilike", term) | Domain("from_name", "ilike", term)
            ),
            ["from_email"],
            ["from_name:max", "__count"],
            limit=limit,
            order="__count desc",
        )
        return [
            {
                "name": name or "",
                "email": email,
                "kind": "correspondent",
                "subtitle": "",
            }
            for email, name, _count in groups
            if email and email_normalize(email)
        ]
