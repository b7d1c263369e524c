# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize
from odoo.tools.mail import plaintext2html

from ..mailkit.sync.subjects import bare_subject
from ..tools.message_rows import message_rows

SHOWN = 5
"""Entries of each list in the panel."""
DESCRIPTION = 20_000
"""Characters of a mail that become a record's description."""


class CrmMailClient(models.AbstractModel):
    """Who the mail is from, in the CRM's terms, and what is made of it there.

    Every record is read and written with the reader's own rights.
    """

    _inherit = "crm.mail.client"

    @api.model
    def message_context(self, message_id) -> dict:
        """Adds ``title``, ``activities``, ``history`` and ``mails`` to what is known.

        * ``title``: what an opportunity made of the mail is called, its subject without
          what answers put in front of it
        * ``activities``: planned ones of the contact and its opportunities, the most
          urgent first: ``{id, model, res_id, record, type, summary, date, user,
          state}``
        * ``history``: the last ones that were done: ``{id, record, type, text, date,
          user}``
        * ``mails``: the newest mails of other conversations with the same person:
          ``{id, folder_id, subject, date, preview, seen}``
        """
        context = super().message_context(message_id)
        message = self.env["crm.mail.message"].browse(int(message_id))
        records = self._records_of(context)
        return {
            **context,
            "title": bare_subject(message.subject or ""),
            "activities": self._planned(records),
            "history": self._done(records),
            "mails": self._other_mails(message, context["sender"]["email"]),
        }

    @api.model
    def contact_proposals(self, message_id) -> dict:
        """Contacts that may be the mail's sender already, before one is created.

        :return: ``{name, email, people: [{id, name, email, company}], companies:
            [{id, name}]}``: people of that name, companies of that domain
        """
        message = self._readable("crm.mail.message", message_id)
        name, email = message._correspondent()
        partners = self.env["res.partner"]
        words = [word for word in name.split() if len(word) > 1][:4]
        people = partners
        if words:
            people = partners.search(
                Domain.AND([[("name", "ilike", word)] for word in words])
                & Domain("is_company", "=", False),
                limit=SHOWN,
            )
        return {
            "name": name or email.partition("@")[0],
            "email": email,
            "people": [
                {
                    "id": partner.id,
                    "name": partner.name or partner.display_name,
                    "email": partner.email or "",
                    "company": partner.parent_id.name or "",
                }
                for partner in people
            ],
            "companies": [
                {"id": company.id, "name": company.name}
                for company in self._companies_of(email)
            ],
        }

    @api.model
    def create_contact(self, message_id, values) -> dict:
        """Make the sender a contact, or give a known contact the address.

        :param values: ``{name, email, parent_id}``, or ``{partner_id}`` of a contact
            without an address
        :return: :meth:`message_context`
        :raises AccessError: not the user's mail, or no right to make contacts
        :raises UserError: no address, or the contact has another one
        """
        message = self._readable("crm.mail.message", message_id)
        email = str(values.get("email") or message._correspondent()[1]).strip()
        if not email_normalize(email):
            raise UserError(
                self.env._("“%(email)s” is not an e-mail address.", email=email)
            )
        if values.get("partner_id"):
            partner = self.env["res.partner"].browse(int(values["partner_id"])).exists()
            partner.check_access("write")
            if not partner:
                raise UserError(self.env._("That contact does not exist any more."))
            if partner.email and partner.email_normalized != email_normalize(email):
                raise UserError(
                    self.env._(
                        "%(name)s already has the address %(email)s. Change it on the "
                        "contact, or create a new contact.",
                        name=partner.display_name,
                        email=partner.email,
                    )
                )
            partner.email = email
        elif not self._partner_of(email):
            company = self.env["res.partner"].browse(
                values.get("parent_id") and int(values["parent_id"])
            )
            company.check_access("read")
            self.env["res.partner"].create(
                {
                    "name": str(values.get("name") or "").strip() or email,
                    "email": email,
                    "parent_id": company.id,
                    "company_type": "person",
                }
            )
        return self.message_context(message_id)

    @api.model
    def create_opportunity(self, message_id, values) -> dict:
        """Make an opportunity of the mail, and link the mail to it.

        The attachments come with the linked mail.

        :param values: ``{name}``; the mail's subject where it is empty
        :return: ``{id, name, context}``; ``context`` as :meth:`message_context`
        :raises AccessError: not the user's mail, or no right to make opportunities
        """
        message = self._linked_by_user(message_id)
        name, email = message._correspondent()
        partner = self._partner_of(email)
        description = self._text_of(message)
        medium = self.env.ref("utm.utm_medium_email", raise_if_not_found=False)
        lead = self.env["crm.lead"].create(
            {
                "name": self._title_of(message, values),
                "type": "opportunity",
                "user_id": self.env.uid,
                "partner_id": partner.id,
                "contact_name": partner.name if partner else name,
                "email_from": partner.email if partner else email,
                "description": description,
                "medium_id": medium.id if medium else False,
            }
        )
        self.link_message(message_id, "crm.lead", lead.id)
        return {
            "id": lead.id,
            "name": lead.name,
            "context": self.message_context(message_id),
        }

    # -- helpers -----------------------------------------------------------------

    def _title_of(self, message, values: dict) -> str:
        """What a record made of the mail is called."""
        title = str(values.get("name") or "").strip()
        title = title or bare_subject(message.subject or "") or message.display_name
        return title[:250]

    def _text_of(self, message) -> str:
        """The mail's text as the description of a record made of it."""
        mail, _sizes = message._read()
        return plaintext2html(mail.text[:DESCRIPTION].strip())

    def _records_of(self, context: dict) -> dict[str, list[int]]:
        """What the mail is about: contact, opportunities, what it is linked to."""
        records: dict[str, list[int]] = {"crm.lead": [], "res.partner": []}
        if context["partner"]:
            records["res.partner"].append(context["partner"]["id"])
        records["crm.lead"] += [lead["id"] for lead in context["opportunities"]]
        for link in context["links"]:
            ids = records.setdefault(link["model"], [])
            if link["res_id"] not in ids:
                ids.append(link["res_id"])
        return {model: ids for model, ids in records.items() if ids}

    def _planned(self, records: dict[str, list[int]]) -> list[dict]:
        activities = self.env["mail.activity"].search(
            self._on(records, "res_model"), order="date_deadline, id", limit=SHOWN
        )
        return [
            {
                "id": activity.id,
                "model": activity.res_model,
                "res_id": activity.res_id,
                "record": activity.res_name or "",
                "type": activity.activity_type_id.name or "",
                "summary": activity.summary or "",
                "date": fields.Date.to_string(activity.date_deadline),
                "user": activity.user_id.name or "",
                "state": activity.state,
            }
            for activity in activities
        ]

    def _done(self, records: dict[str, list[int]]) -> list[dict]:
        messages = self.env["mail.message"].search(
            self._on(records, "model") & Domain("mail_activity_type_id", "!=", False),
            order="date desc, id desc",
            limit=3,
        )
        return [
            {
                "id": message.id,
                "record": message.record_name or "",
                "type": message.mail_activity_type_id.name or "",
                "text": message.preview or "",
                "date": fields.Datetime.to_string(message.date),
                "user": message.author_id.name or "",
            }
            for message in messages
        ]

    def _on(self, records: dict[str, list[int]], model_field: str) -> Domain:
        return Domain.OR(
            Domain(model_field, "=", model) & Domain("res_id", "in", ids)
            for model, ids in records.items()
        )

    def _other_mails(self, message, email: str) -> list[dict]:
        """The newest mail of each other conversation in which this person wrote."""
        if not email:
            return []
        mails = self.env["crm.mail.message"]
        written = mails.search(
            Domain("from_email", "=", email.lower())
            & Domain("id", "!=", message.id)
            & Domain("user_id", "=", message.user_id.id)
            & Domain("shown_folder_id", "!=", False),
            limit=SHOWN * 4,
        )
        shown, known = mails, set(message.thread_id.ids)
        for mail in written:
            thread = mail.thread_id.id or -mail.id
            if thread not in known and len(shown) < SHOWN:
                known.add(thread)
                shown |= mail
        return [
            {
                key: value
                for key, value in row.items()
                if key in ("id", "folder_id", "subject", "date", "preview", "seen")
            }
            for row in message_rows(self.env, shown.ids)
        ]

    def _companies_of(self, email: str):
        """Companies that use the domain of the address, unless everybody may."""
        domain = email.rpartition("@")[2].lower()
        partners = self.env["res.partner"]
        if not domain or domain in _PUBLIC_DOMAINS:
            return partners
        known = partners.search(
            [("email_normalized", "=like", f"%@{domain}")], limit=SHOWN * 4
        )
        companies = known.commercial_partner_id.filtered("is_company")
        return companies[:SHOWN]


_PUBLIC_DOMAINS = frozenset(
    """
        alice.it aol.com aruba.it fastwebnet.it gmail.com gmx.de gmx.net googlemail.com
        hotmail.com hotmail.it icloud.com inwind.it legalmail.it libero.it live.com
        live.it mac.com mail.com me.com msn.com outlook.com outlook.it pec.it proton.me
        protonmail.com tim.it tin.it tiscali.it virgilio.it web.de yahoo.com yahoo.it
    """.split()
)
"""Domains whose users have nothing in common."""
