# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import base64

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize
from odoo.tools.mail import email_split_tuples

from ..mailkit.mime.plain_html import text_to_html
from ..mailkit.mime.reply import editable_html
from ..tools import compose_payload

CONTACT = "res.partner"
"""The model whose templates need no record: whom the mail goes to is known."""
MOST_TEMPLATES = 500
_RENDERED = ("subject", "body_html", "email_to", "partner_to")
_FILES = ("attachment_ids", "report_template_ids")


class CrmMailClient(models.AbstractModel):
    """Texts that are there already: the host's templates, and canned answers.

    A template is filled in from the record that the mail belongs to, or from the
    contact whom it goes to.
    """

    _inherit = "crm.mail.client"

    @api.model
    def compose_templates(self, record=False) -> list[dict]:
        """Templates that can be filled in, and the user's canned answers.

        :param record: ``{model, res_id}``; its model's templates come first
        :return: ``[{id, name, kind, about, has_files}]``; ``kind``: ``template`` or
            ``canned``; ``about``: what a template is about when it is not the record
        """
        self._check_writer()
        model, _res_id = self._record_of(record)
        templates = self.env["mail.template"]
        names = [model] if model else []
        names += [CONTACT] if model != CONTACT else []
        for name in names:
            templates += templates.search([("model", "=", name)], limit=MOST_TEMPLATES)
        # sudo: who may use a template may know that it brings files
        found = [
            {
                "id": one.id,
                "name": one.name,
                "kind": "template",
                "about": "" if one.model == model else self.env[one.model]._description,
                "has_files": bool(one.attachment_ids or one.report_template_ids),
            }
            for one in templates.sudo()
        ]
        canned = self.env["mail.canned.response"].search([], limit=MOST_TEMPLATES)
        return found + [
            {
                "id": one.id,
                "name": one.source,
                "kind": "canned",
                "about": "",
                "has_files": False,
            }
            for one in canned
        ]

    @api.model
    def compose_apply_template(
        self, template_id, kind, values, outgoing_id=False
    ) -> dict:
        """What a template brings: ``{subject, body_html, to, attachments}``.

        A canned answer has a text only.

        :param values: of the composer: ``record``, ``to``, ``cc``, ``bcc``
        :param outgoing_id: the draft that gets the template's files; without it they
            are left out
        :raises UserError: there is nothing that it could be filled in from
        """
        self._check_writer()
        brought = {"subject": "", "body_html": "", "to": [], "attachments": []}
        if kind == "canned":
            canned = self.env["mail.canned.response"].browse(int(template_id))
            canned.check_access("read")
            return {**brought, "body_html": text_to_html(canned.substitution or "")}
        template = self.env["mail.template"].browse(int(template_id))
        template.check_access("read")
        mail = self._draft(outgoing_id) if outgoing_id else None
        about = self._about(template, values or {})
        fields = _RENDERED + (_FILES if mail else ())
        made = template._generate_template(about.ids, fields)[about.id]
        if mail:
            brought["attachments"] = self._attach_brought(mail, made)
        return {
            **brought,
            "subject": made.get("subject") or "",
            "body_html": editable_html(str(made.get("body_html") or ""), {}),
            "to": self._named_recipients(made),
        }

    def _about(self, template, values: dict):
        """The record that a template is filled in from."""
        model, res_id = self._record_of(values.get("record"))
        if model and template.model == model:
            return self.env[model].browse(res_id)
        if template.model != CONTACT:
            raise UserError(
                self.env._("This template is for other records than this mail's.")
            )
        contact = self._contact_of(values)
        if not contact and model and "partner_id" in self.env[model]:
            contact = self.env[model].browse(res_id).partner_id
        if not contact or contact._name != CONTACT or not contact.has_access("read"):
            raise UserError(
                self.env._(
                    "This template is filled in from a contact. Enter one of your "
                    "contacts as recipient first."
                )
            )
        return contact[:1]

    def _contact_of(self, values: dict):
        """The first recipient who is a contact that the user may read."""
        pairs = [
            pair
            for field in ("to", "cc", "bcc")
            for pair in self._pairs_of(values.get(field) or ())
        ]
        emails = [email_normalize(email) for _name, email in pairs]
        partners = self.env[CONTACT].search(
            [("email_normalized", "in", [email for email in emails if email])]
        )
        return partners.sorted(
            lambda one: (emails.index(one.email_normalized), one.id)
        )[:1]

    def _named_recipients(self, made: dict) -> list[dict]:
        """Whom the template names, as far as the user may see them."""
        text = made.get("email_to") or ""
        partners = self.env[CONTACT].browse(made.get("partner_ids") or ()).exists()
        return [
            {"name": name or "", "email": email_normalize(email)}
            for name, email in email_split_tuples(text)
            if email_normalize(email)
        ] + [
            {"name": one.name or "", "email": one.email_normalized}
            for one in partners._filtered_access("read")
            if one.email_normalized
        ]

    def _attach_brought(self, mail, made: dict) -> list[dict]:
        # sudo: whoever may use a template gets the files that it brings, as in the
        # host's own composer
        files = (
            self.env["ir.attachment"].sudo().browse(made.get("attachment_ids") or ())
        )
        changeable = mail._changeable()
        attached = [
            changeable._attach(file.name, file.raw or b"", file.mimetype)
            for file in files.exists()
        ]
        attached += [
            changeable._attach(name, base64.b64decode(content), "")
            for name, content in made.get("attachments") or ()
        ]
        return [compose_payload.attachment(mail, one) for one in attached]
