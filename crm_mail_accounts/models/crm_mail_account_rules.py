# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from dataclasses import replace
from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize, format_date

from ..mailkit.errors import MailError, NetworkError
from ..mailkit.imap.utf7 import decode
from ..mailkit.mime.html_text import html_to_text
from ..mailkit.rules.sieve_script import (
    EVERY_EXTENSION,
    INBOX,
    Setting,
    conflicts,
    sieve_script,
)
from ..mailkit.rules.sieve_text import NotExpressible
from ..mailkit.rules.sieve_vacation import Vacation
from ..mailkit.sieve.session import SieveSession
from ..mailkit.values import Security
from ..tools import host_policy, sieve_words
from ..tools.error_messages import describe
from ..tools.sieve_rules import SCRIPT_NAME, look
from .crm_mail_account_sieve import ENGINES
from .crm_mail_server_mixin import SECURITIES

SIEVE_PORT = 4190
_MOVED = {"imap_host", "sieve_host", "sieve_port", "username"}


class CrmMailAccount(models.Model):
    """Filters and out of office on the mail server, where it speaks ManageSieve.

    There they work while Odoo is down.  One engine acts at a time, for all filters and
    the out of office together: what an earlier filter moves, a later one must not see
    in two places.
    """

    _inherit = "crm.mail.account"

    sieve_host = fields.Char(
        "ManageSieve server", help="The IMAP server when left empty."
    )
    sieve_port = fields.Integer("ManageSieve port", default=SIEVE_PORT)
    sieve_security = fields.Selection(
        SECURITIES, "ManageSieve security", default="starttls"
    )
    sieve_ids = fields.One2many(
        "crm.mail.account.sieve", "account_id", groups=fields.NO_ACCESS
    )
    rules_engine = fields.Selection(
        ENGINES, "Rules run", compute="_compute_rules", compute_sudo=True
    )
    rules_moving = fields.Boolean(compute="_compute_rules", compute_sudo=True)
    rules_place = fields.Char(
        "Where rules run",
        compute="_compute_rules",
        compute_sudo=True,
        help="Where the filters and the out of office of this mailbox run, in words.",
    )
    rules_problem = fields.Char(compute="_compute_rules", compute_sudo=True)

    @api.depends("sieve_ids.wanted", "sieve_ids.state", "sieve_ids.problem")
    def _compute_rules(self):
        for account in self:
            row = account.sieve_ids[:1]
            account.rules_engine = row.wanted or "here"
            account.rules_moving = bool(row and row.state != row.wanted)
            account.rules_problem = row.problem
            account.rules_place = sieve_words.place(self.env, row)

    @api.onchange("sieve_security")
    def _onchange_sieve_security(self):
        self.sieve_port = self.sieve_port or SIEVE_PORT

    def write(self, vals):
        for account in self if _MOVED & set(vals) else ():
            # sudo: only whether something lies on the server
            changed = any(
                name in vals and (vals[name] or False) != account[name]
                for name in _MOVED
            )
            if changed and not account._rules_run_here():
                raise UserError(
                    self.env._(
                        "The filters of this mailbox run on its mail server. Let them "
                        "run in Odoo first; then change the server."
                    )
                )
        return super().write(vals)

    # -- who acts ------------------------------------------------------------------

    def _rules_run_here(self) -> bool:
        """Whether Odoo applies filters and answers for this mailbox."""
        self.ensure_one()
        # sudo: the table is the worker's
        return (self.sudo().sieve_ids.state or "here") == "here"

    def _filterable(self, messages):
        found = super()._filterable(messages)
        return found if self._rules_run_here() else messages.browse()

    def _answerable(self, messages):
        found = super()._answerable(messages)
        return found if self._rules_run_here() else messages.browse()

    # -- the door ------------------------------------------------------------------

    @api.model
    def _open_sieve__(self, endpoint, credentials, trace=None) -> SieveSession:
        """A logged-in session. :raises MailError: see ``mailkit.errors``."""
        return SieveSession.open(endpoint, credentials, trace=trace)

    def _sieve_endpoint(self):
        """Where ManageSieve is; the same certificate is trusted as of IMAP."""
        imap = self._imap_endpoint()
        host = (self.sieve_host or imap.host).strip().lower()
        own = self._mailbox_owner()
        return replace(
            imap,
            host=host,
            port=self.sieve_port or SIEVE_PORT,
            security=Security(self.sieve_security or "starttls"),
            public_only=not host_policy.may_be_private(self.env, host, own),
        )

    # -- switching -----------------------------------------------------------------

    def _rules_to_server(self):
        """Ask the worker to move the rules to the server, once the server has checked
        them; nothing is changed there yet.

        :raises UserError: the server has no ManageSieve, or cannot do it, in words
        """
        self.ensure_one()
        if self.kind != "imap":
            raise UserError(
                self.env._("Only the rules of an IMAP mailbox can run on its server.")
            )
        endpoint = self._sieve_endpoint()

        def ask(credentials):
            with self._open_sieve__(endpoint, credentials) as session:
                return look(session)

        found = self._ask_sieve(ask, endpoint)
        if conflicts(found.text):
            raise UserError(sieve_words.conflict(self.env, found.beside))
        try:
            script = self._sieve_script(found.extensions, found.beside)
        except NotExpressible as error:
            raise UserError(sieve_words.explain(self, error)) from error

        def check(credentials):
            with self._open_sieve__(endpoint, credentials) as session:
                session.has_space(SCRIPT_NAME, len(script))
                session.check(script)

        self._ask_sieve(check, endpoint)
        self._want_rules("server", extensions=" ".join(sorted(found.extensions)))

    def _ask_sieve(self, work, endpoint):
        try:
            return self._with_login(work)
        except NetworkError as error:
            raise UserError(sieve_words.not_offered(self.env, endpoint)) from error
        except MailError as error:
            raise UserError(describe(self.env, error, endpoint).text) from error

    def _want_rules(self, engine: str, **values):
        # sudo: the row is the worker's; the caller is the owner, see the client
        rows = self.env["crm.mail.account.sieve"].sudo()
        row = rows.search([("account_id", "=", self.id)])
        values |= {"wanted": engine, "problem": False, "retry_at": False}
        if row:
            row.write(values)
        else:
            rows.create({"account_id": self.id, **values})
        self._request_sync()

    def _rules_to_odoo(self):
        """Ask the worker to move the rules back; Odoo acts when the server does not."""
        self.ensure_one()
        if not self._rules_run_here() or self.rules_engine == "server":
            self._want_rules("here")

    def _rules_changed(self):
        """Filters or out of office were edited: the server gets them too.

        :raises ValidationError: the server cannot do what they say now
        """
        for account in self:
            row = account.sudo().sieve_ids
            if row.wanted != "server":
                continue
            try:
                account._sieve_script(frozenset((row.extensions or "").split()), "")
            except NotExpressible as error:
                raise ValidationError(
                    self.env._(
                        "%(reason)s Change it, or let the rules run in Odoo.",
                        reason=sieve_words.explain(account, error),
                    )
                ) from error
            row.retry_at = False
            account._request_sync()

    # -- the script ----------------------------------------------------------------

    def _sieve_script(self, extensions: frozenset[str], beside: str) -> bytes:
        """All filters and the out of office of this mailbox.

        :raises NotExpressible: what Sieve, or this server, cannot do
        """
        account = self._as_owner_for_sieve()
        filters = account.filter_ids
        filters.action_ids._find_again()
        setting = account._sieve_setting(
            extensions, beside=beside, vacation=account._sieve_vacation()
        )
        names = {each.id: each.name for each in filters}
        return sieve_script(filters._rules(), names, setting).encode()

    def _rules_only_here(self) -> dict[int, str]:
        """Why each filter that cannot run on the mail server cannot, by its id."""
        account = self._as_owner_for_sieve()
        told = account.sieve_ids.extensions
        known = frozenset(told.split()) if told else EVERY_EXTENSION
        setting = account._sieve_setting(known)
        found = {}
        for each in account.with_context(active_test=False).filter_ids:
            try:
                sieve_script(each._rules(), {}, setting)
            except NotExpressible as error:
                found[each.id] = sieve_words.reason(self.env, error)
        return found

    def _as_owner_for_sieve(self):
        owner = self.user_id
        # sudo: the owner's own rows, for the owner's own server
        return self.sudo().with_context(lang=owner.lang, tz=owner.tz, active_test=True)

    def _sieve_setting(self, extensions: frozenset[str], **more) -> Setting:
        folders = {
            folder.id: INBOX if folder.role == "inbox" else decode(folder.raw)
            for folder in self.folder_ids
            if folder.selectable and not folder.local
        }
        trash = self.folder_ids.filtered(
            lambda folder: folder.role == "trash" and folder.selectable
        )[:1]
        return Setting(
            own=self.email,
            folders=folders,
            trash=folders.get(trash.id, ""),
            extensions=extensions,
            **more,
        )

    def _sieve_vacation(self) -> Vacation | None:
        away = self.vacation_ids[:1]
        now = fields.Datetime.now()
        if not away or (not away.follow_host and away.date_to and away.date_to < now):
            return None
        for name in ("follow_host", "only_known"):
            if away[name]:
                raise NotExpressible("crm", name)
        if not away.only_direct:
            raise NotExpressible("blind_copies")
        own = email_normalize(self.email) or self.email
        colleagues = self._colleague_addresses() - {own}
        until = format_date(self.env, away.date_to) if away.date_to else ""

        def text(colleague: bool) -> str:
            html = away._text(colleague)
            return html_to_text(html).replace("{until}", until) if html else ""

        subject = " ".join(away.subject.replace("{until}", until).split())
        return Vacation(
            text=text(False),
            subject=subject,
            days=away.days,
            handle=away._handle(False),
            addresses=(own,),
            start=(away.date_from or now).replace(tzinfo=timezone.utc),
            end=away.date_to and away.date_to.replace(tzinfo=timezone.utc),
            colleague_text=text(True),
            colleagues=tuple(sorted(colleagues)),
            silent=tuple(sorted(self._never_answered())),
        )

    @api.model
    def _colleague_addresses(self) -> set[str]:
        """Of internal users and their mailboxes, as ``filter_facts.sender_kinds``."""
        # sudo: who works here is no secret
        users = self.env["res.users"].sudo().search([("share", "=", False)])
        accounts = self.sudo().search([("active", "=", True)])
        emails = [*users.mapped("email"), *accounts.mapped("email")]
        return {email for each in emails if each and (email := email_normalize(each))}
