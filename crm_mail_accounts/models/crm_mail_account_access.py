# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import email_normalize, email_normalize_all

from .crm_mail_server_mixin import SYSTEM_SMTP

LIMIT_FROM = "crm_mail_accounts.limit_from"
DEFAULT_SENDER = "crm_mail_accounts.default_sender_id"


@dataclass(frozen=True)
class Sender:
    """An address that a user may write from.

    ``kind``: ``own``, ``delegated`` (send as), ``shared`` (by the administrator) or
    ``system`` (the host's outgoing server, without an account).
    """

    kind: str
    account_id: int | bool
    name: str
    email: str
    main: bool = False


class CrmMailAccount(models.Model):
    """Who besides the owner may use an account, and for what."""

    _inherit = "crm.mail.account"

    delegate_ids = fields.One2many("crm.mail.delegate", "account_id", "Delegates")
    readers = fields.Char(
        "Also read by",
        compute="_compute_readers",
        help="Who reads this mailbox besides its owner.",
    )
    share_sender = fields.Boolean(
        copy=False,
        help="Every user may write from this address. The mail that it receives stays "
        "its owner's alone. Only an administrator can set this.",
    )
    share_company_ids = fields.Many2many(
        "res.company",
        string="Companies that may write from it",
        help="Empty: all of them.",
    )
    may_share_sender = fields.Boolean(compute="_compute_may_share_sender")

    @api.depends("delegate_ids.user_id", "delegate_ids.expires_at")
    def _compute_readers(self):
        for account in self:
            users = account.delegate_ids._in_force().user_id
            account.readers = ", ".join(users.mapped("name"))

    @api.depends_context("uid")
    def _compute_may_share_sender(self):
        self.may_share_sender = self.env.user.has_group("base.group_system")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_share_sender(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_share_sender(vals)
        return super().write(vals)

    @api.model
    def _check_share_sender(self, vals):
        """[A9] The administrator alone opens an address to everybody."""
        given = {"share_sender", "share_company_ids"} & set(vals)
        if given and not (self.env.su or self.env.user.has_group("base.group_system")):
            raise AccessError(
                self.env._("Only an administrator can share a sender with all users.")
            )

    # -- delegates ---------------------------------------------------------------

    def _has_right(self, right: str) -> bool:
        """Whether the user may ``act`` in this mailbox, or ``send_as`` it."""
        self.ensure_one()
        # sudo: whoever asks may read nothing of the mailbox; a delegate reads their own
        # right only, and the search is for that one
        if self.sudo().user_id == self.env.user:
            return True
        return bool(
            self.env["crm.mail.delegate"]
            .sudo()
            .search_count(
                [
                    ("account_id", "=", self.id),
                    ("user_id", "=", self.env.uid),
                    (f"may_{right}", "=", True),
                ],
                limit=1,
            )
        )

    def _check_may_act(self):
        """:raises AccessError: the user may read this mailbox, but not change it."""
        for account in self:
            if not account._has_right("act"):
                raise AccessError(
                    self.env._(
                        "You may read this mailbox, but not change it. Ask its owner."
                    )
                )

    # -- senders -----------------------------------------------------------------

    @api.model
    def _senders(self) -> list[Sender]:
        """Every address that the current user may write from, the main one first."""
        user = self.env.user
        if not user.has_group("crm_mail_accounts.group_user"):
            return []
        allowed = self._allowed_addresses(user)
        # sudo: delegated and shared accounts are not readable as such; only their
        # name and address leave this method
        accounts = self.sudo().search([("state", "=", "ready")])
        companies = user.company_ids
        senders = []
        for account in accounts:
            if not account._may_leave():
                continue
            if account.user_id == user:
                if allowed is None or email_normalize(account.email) in allowed:
                    senders.append(account._sender("own", account.main))
            elif account.delegate_ids.filtered(
                lambda delegate: delegate.user_id == user and delegate.may_send_as
            ):
                senders.append(account._sender("delegated"))
            elif account.share_sender and (
                not account.share_company_ids or account.share_company_ids & companies
            ):
                senders.append(account._sender("shared"))
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.get_param(SYSTEM_SMTP) and email_normalize(user.email or ""):
            senders.append(Sender("system", False, user.name, user.email))
        kinds = ("own", "delegated", "shared", "system")
        chosen = int(parameters.get_param(DEFAULT_SENDER) or 0)
        senders.sort(
            key=lambda sender: (
                not sender.main,
                kinds.index(sender.kind),
                sender.account_id != chosen,
            )
        )
        return senders

    def _sender_for(self, user) -> Sender:
        """What this account is to ``user``; the owner's own where it is nothing, which
        the worker refuses to send."""
        self.ensure_one()
        for sender in self.with_user(user)._senders():
            if sender.account_id == self.id:
                return sender
        return self._sender("own")

    def _sender(self, kind: str, main: bool = False) -> Sender:
        name = self.sender_name or self.user_id.name
        return Sender(kind, self.id, name, self.email, main)

    def _may_leave(self) -> bool:
        """Whether a server answers for this mailbox's address.

        The host's own server would write from any: whoever names a mailbox after the
        director must not write as the director.
        """
        self.ensure_one()
        if not self.smtp_system:
            return True
        return email_normalize(self.email) in self._listed_addresses(self.user_id)

    @api.constrains("email", "smtp_provider_id", "user_id")
    def _check_may_leave(self):
        for account in self:
            if not account._may_leave():
                raise ValidationError(
                    account.env._(
                        "Odoo's outgoing server does not write from %(address)s: only "
                        "from your own address, and from those that your administrator "
                        "has listed on your user. Enter the outgoing server of this "
                        "mailbox instead, or ask your administrator.",
                        address=account.email or "",
                    )
                )

    @api.model
    def _check_sender(self, account_id) -> Sender:
        """The sender of this account (false: the system's) for the current user.

        :raises UserError: the user may not write from it
        """
        for sender in self._senders():
            if sender.account_id == (account_id or False):
                return sender
        raise UserError(
            self.env._(
                "You may not write from that address. Choose one of your own, or ask "
                "your administrator."
            )
        )

    @api.model
    def _allowed_addresses(self, user) -> set[str] | None:
        """What the administrator lets this user write from; ``None`` is anything."""
        parameters = self.env["ir.config_parameter"].sudo()
        if not parameters.get_param(LIMIT_FROM):
            return None
        return self._listed_addresses(user)

    @api.model
    def _listed_addresses(self, user) -> set[str]:
        """The user's own address, and those that the administrator gave them."""
        # sudo: the list is the administrator's, nobody else reads it on the user
        listed = user.sudo().crm_mail_from_addresses or ""
        return {
            address
            for text in (user.email or "", listed.replace(" ", ","))
            for address in email_normalize_all(text)
        }
