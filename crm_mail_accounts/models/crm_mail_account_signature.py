# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import is_html_empty

from ..tools.embedded_pictures import embed_pictures


class CrmMailAccount(models.Model):
    """What stands under the mails of an account."""

    _inherit = "crm.mail.account"

    signature_mode = fields.Selection(
        [
            ("own", "A signature of this mailbox"),
            ("preferences", "The signature of my preferences"),
            ("company", "The company's signature"),
            ("none", "No signature"),
        ],
        "Signature to use",
        default="own",
        required=True,
        copy=False,
    )
    signature = fields.Html(
        help="Text, pictures and links that stand under the mails of this mailbox."
    )
    central_signature_id = fields.Many2one(
        "crm.mail.signature",
        "The company's signature",
        compute="_compute_central_signature_id",
        compute_sudo=True,
    )
    signature_forced = fields.Boolean(
        compute="_compute_central_signature_id", compute_sudo=True
    )
    signature_preview = fields.Html(
        "Preview", compute="_compute_signature_preview", sanitize=False
    )

    @api.depends("user_id", "email", "provider_id")
    def _compute_central_signature_id(self):
        signatures = self.env["crm.mail.signature"]
        for account in self:
            central = signatures._applying(account, account.user_id)
            account.central_signature_id = central
            account.signature_forced = central.mandatory

    @api.depends("central_signature_id", "signature", "signature_mode", "user_id")
    @api.depends_context("uid")
    def _compute_signature_preview(self):
        for account in self:
            account.signature_preview = account._signature_html()

    def _signature_html(self, user=None) -> Markup:
        """What stands under a mail that ``user`` (default: the current one) writes.

        An empty record stands for the host's outgoing server. Placeholders say who
        writes; who writes in the owner's name (a delegate) signs as the owner. The
        caller has checked that the user may write from here (:meth:`_senders`).
        """
        user = user or self.env.user
        # sudo: which signature applies is the administrator's decision, whatever
        # companies the user has switched on; and a delegate, or who uses a shared
        # sender, needs the mailbox's signature, not the mailbox
        central = self.env["crm.mail.signature"].sudo()._applying(self.sudo(), user)
        if not self:
            return central._render(user) or _filled(user.sudo().signature)
        self.ensure_one()
        account = self.sudo()
        if user in account.delegate_ids.filtered("may_send_as").user_id:
            user = account.user_id
        mode = "company" if central.mandatory else account.signature_mode
        if mode == "company":
            return central._render(user)
        if mode == "preferences":
            return _filled(user.sudo().signature)
        if mode == "own":
            signature = _filled(account.signature)
            if self.env.user != account.user_id:
                signature = embed_pictures(signature, account)
            return signature
        return Markup()


def _filled(html) -> Markup:
    return Markup() if is_html_empty(html) else Markup(html)
