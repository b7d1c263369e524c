from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import is_html_empty

from ..mailkit.mime.signature import placeholders, substitute
from ..tools import signature_values

EXAMPLE = Markup(
    "<p>$Users||first_name$ $Users||last_name$<br>$Users||roleid$</p>"
    "<p>$Company||name$<br>Tel. $Users||phone$ | $Users||email$</p>"
)


class CrmMailSignature(models.Model):
    """A signature that the administrator sets once for many users (mission E8).

    It is filled in for whoever writes; see ``mailkit.mime.signature`` for the
    placeholders and ``tools.signature_values`` for what they may say.
    """

    _name = "crm.mail.signature"
    _description = "Centralized mail signature"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="For the mailboxes of this company's users. Empty: of all companies.",
    )
    body = fields.Html(
        "Signature", required=True, default=EXAMPLE, help="With placeholders."
    )
    mandatory = fields.Boolean(
        "Users must use it",
        default=True,
        help="The users' own signatures do not count where this one applies. "
        "Otherwise they may choose it.",
    )
    apply_to = fields.Selection(
        [
            ("all", "All mailboxes"),
            ("provider", "Mailboxes of some providers"),
            ("domain", "Mailboxes of some domains"),
        ],
        "Applies to",
        default="all",
        required=True,
    )
    provider_ids = fields.Many2many("crm.mail.provider", string="Providers")
    domains = fields.Char(
        help="The part of the address behind the @; several are separated by spaces."
    )
    preview_user_id = fields.Many2one(
        "res.users",
        "Preview for",
        compute="_compute_preview_user_id",
        readonly=False,
        store=False,
        domain=[("share", "=", False)],
    )
    preview = fields.Html(compute="_compute_preview")

    @api.depends_context("uid")
    def _compute_preview_user_id(self):
        self.preview_user_id = self.env.user

    @api.depends("body", "company_id", "preview_user_id")
    def _compute_preview(self):
        for signature in self:
            user = signature.preview_user_id or self.env.user
            signature.preview = signature._render(user)

    @api.constrains("body")
    def _check_body(self):
        known = signature_values.values(self.env.user, self.env.company)
        for signature in self:
            unknown = [n for n in placeholders(signature.body or "") if n not in known]
            if unknown:
                raise ValidationError(
                    self.env._(
                        "These placeholders are not known: %(unknown)s. Use these: "
                        "%(known)s",
                        unknown=", ".join(map(_placeholder, unknown)),
                        known=" ".join(map(_placeholder, known)),
                    )
                )

    @api.constrains("apply_to", "provider_ids", "domains")
    def _check_apply_to(self):
        for signature in self:
            if signature.apply_to == "provider" and not signature.provider_ids:
                raise ValidationError(
                    self.env._("Choose the providers that the signature applies to.")
                )
            if signature.apply_to == "domain" and not signature._domain_names():
                raise ValidationError(
                    self.env._("Enter the domains that the signature applies to.")
                )

    def _domain_names(self) -> set[str]:
        words = (self.domains or "").replace(",", " ").lower().split()
        return {word.removeprefix("@") for word in words} - {""}

    def _render(self, user) -> Markup:
        """The signature filled in for ``user``; empty for no signature."""
        if not self or is_html_empty(self.body):
            return Markup()
        # sudo: a colleague's name, job and telephone are what the administrator puts
        # under their mails; nothing that is not in the list leaves
        user = user.sudo()
        company = self.sudo().company_id or user.company_id
        values = signature_values.values(user, company)
        return Markup(substitute(self.body, values))

    @api.model
    def _applying(self, account, user):
        """The first signature for this mailbox, or, without one, for ``user``'s mails
        through the host's server; an empty record if there is none."""
        company = (account.user_id or user).company_id
        domain = (account.email or user.email or "").rpartition("@")[2].lower()
        for signature in self.search([("company_id", "in", (False, company.id))]):
            if signature.apply_to == "all":
                return signature
            if signature.apply_to == "provider":
                if account.provider_id & signature.provider_ids:
                    return signature
            elif domain in signature._domain_names():
                return signature
        return self.browse()


def _placeholder(name: str) -> str:
    model, field = name.split(".")
    return f"${model.capitalize()}||{field}$"
