from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..mailkit.errors import InvalidArgument, MailError
from ..mailkit.same_mailbox import same_mailbox
from ..mailkit.server_names import read_server
from ..mailkit.values import Credentials, Endpoint
from ..tools import host_policy
from ..tools.error_messages import certificate_text, describe, step_payload
from .crm_mail_server_mixin import SECURITIES

PORTS = {"tls": 995, "starttls": 110, "none": 110}
OTHER_MAILBOX = ("host", "username")
"""When one of these changes, what is known of the mails is of another mailbox."""

_TRIED_ANEW = {"active", "any_certificate", "password", "pin", "port", "security"}
_TRIED_ANEW |= set(OTHER_MAILBOX)


class CrmMailPop3Bridge(models.Model):
    """A POP3 mailbox whose mail is put into a folder of an account [E5].

    The worker of that account collects it (``tools/pop3_collect.py``).  Where it is the
    account itself (``own``), server and login are the account's.  Mails stay in
    the POP3 mailbox unless its owner has confirmed, knowing how many go, that they are
    deleted there (``crm_mail_pop3_bridge_deletion``) [F5].
    """

    _name = "crm.mail.pop3.bridge"
    _inherit = "crm.mail.login.mixin"
    _description = "POP3 mailbox"
    _order = "account_id, name, id"

    name = fields.Char(
        required=True, help="What this mailbox is called here; any text."
    )
    active = fields.Boolean(default=True)
    account_id = fields.Many2one(
        "crm.mail.account",
        "Into the account",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('user_id', '=', uid), ('state', '=', 'ready'), "
        "('kind', '!=', 'smtp')]",
    )
    user_id = fields.Many2one(
        related="account_id.user_id", store=True, index=True, string="Owner"
    )
    folder_id = fields.Many2one(
        "crm.mail.folder",
        "Into the folder",
        index="btree_not_null",
        ondelete="set null",
        domain="[('account_id', '=', account_id), ('selectable', '=', True), "
        "('local', '=', False)]",
        help="The inbox when left empty.",
    )

    own = fields.Boolean(
        "The account itself",
        readonly=True,
        copy=False,
        help="The account is this POP3 mailbox, and has the server and the login.",
    )
    host = fields.Char("Server", required=True)
    port = fields.Integer(required=True, default=995)
    security = fields.Selection(SECURITIES, required=True, default="tls")
    username = fields.Char("User name", required=True)
    pin = fields.Char(
        "Trusted certificate",
        copy=False,
        help="SHA-256 of the only certificate that is accepted, whoever issued it.",
    )
    own_trust_allowed = fields.Boolean(compute="_compute_refused_certificate")

    interval = fields.Integer(
        "Every (minutes)", required=True, default=10, help="How often it is collected."
    )

    last_run = fields.Datetime("Last collected", readonly=True, copy=False)
    result = fields.Char("Last result", readonly=True, copy=False)
    next_run = fields.Datetime(
        readonly=True, copy=False, default=lambda self: fields.Datetime.now()
    )
    error_code = fields.Char(readonly=True, copy=False)
    error_message = fields.Char("Problem", readonly=True, copy=False)
    error_at = fields.Datetime(readonly=True, copy=False)
    failures = fields.Integer(readonly=True, copy=False)
    after = fields.Integer(
        readonly=True, copy=False, help="Number of the mail that was looked at last."
    )
    uidl_lost = fields.Integer(
        readonly=True,
        copy=False,
        help="Sessions in a row in which the server had lost the names of its mails.",
    )
    seen_ids = fields.One2many(
        "crm.mail.pop3.seen", "bridge_id", groups=fields.NO_ACCESS
    )
    test_steps = fields.Json(readonly=True, copy=False)
    refused_certificate = fields.Text(compute="_compute_refused_certificate")

    _port_range = models.Constraint(
        "CHECK (port BETWEEN 1 AND 65535)", "A port is a number from 1 to 65535."
    )
    _interval_range = models.Constraint(
        "CHECK (interval BETWEEN 1 AND 10080)",
        "Collect it every 1 to 10080 minutes (a week).",
    )
    _own_unique = models.UniqueIndex("(account_id) WHERE own")

    # -- certificates ---------------------------------------------------------------

    @api.depends("test_steps")
    def _compute_refused_certificate(self):
        """What the certificate that the last test refused says, for comparing."""
        allowed = host_policy.own_trust_allowed(self.env)
        for bridge in self:
            bridge.own_trust_allowed = allowed
            facts = bridge._refused_facts()
            bridge.refused_certificate = facts and certificate_text(self.env, facts)

    def _refused_facts(self) -> dict | None:
        for step in self.test_steps or []:
            if not step["ok"]:
                return step.get("certificate")
        return None

    # -- what is entered -------------------------------------------------------------

    @api.onchange("security")
    def _onchange_security(self):
        """The port follows the security until somebody typed an unusual one."""
        if not self.port or self.port in PORTS.values():
            self.port = PORTS.get(self.security)

    @api.onchange("username")
    def _onchange_username(self):
        if not self.name:
            self.name = self.username

    @api.onchange("account_id")
    def _onchange_account(self):
        if self.folder_id.account_id != self.account_id:
            self.folder_id = False

    @api.constrains("account_id", "folder_id", "host", "own", "username")
    def _check_target(self):
        for bridge in self:
            account, folder = bridge.account_id, bridge.folder_id
            if bridge.own and account.kind != "pop3":
                raise ValidationError(
                    self.env._("Only an account for POP3 is its own POP3 mailbox.")
                )
            if account.kind == "smtp":
                raise ValidationError(
                    self.env._(
                        "%(account)s is for sending only: choose an account with a "
                        "mailbox.",
                        account=account.name,
                    )
                )
            if folder and (folder.account_id != account or folder.local):
                raise ValidationError(
                    self.env._(
                        "Choose a folder of the account, and not one that only shows "
                        "mail of others."
                    )
                )
            if bridge._is_read_by(account):
                raise ValidationError(
                    self.env._(
                        "This is the mailbox of the account itself: its mail is here "
                        "already. Enter another POP3 mailbox."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        bridges = super().create([self._read_server(vals) for vals in vals_list])
        bridges.account_id.check_access("write")
        bridges.account_id._request_sync()
        return bridges

    def write(self, vals):
        vals = self._read_server(vals)
        self._check_own(vals)
        other = self.filtered(
            lambda bridge: any(
                name in vals and bridge[name] != vals[name] for name in OTHER_MAILBOX
            )
        )
        renamed = other.filtered(lambda bridge: bridge._stays_the_same(vals))
        result = super().write(vals)
        if "account_id" in vals:
            # The rule looked at the account that it was before.
            self.account_id.check_access("write")
        if other:
            # Nobody has confirmed that mails of this other mailbox are deleted.
            # sudo: what is known of the mails is the workers' own table
            (other - renamed).sudo().seen_ids.unlink()
            super(CrmMailPop3Bridge, other).write({"keep_copy": True, "after": 0})
        if set(vals) & _TRIED_ANEW:
            # Whatever was wrong may be right now.
            self._make_due()
        return result

    def _stays_the_same(self, vals: dict) -> bool:
        """Whether it seems to be the same mailbox by other names: what was collected
        from it must not come once more."""
        return same_mailbox(
            self.host,
            (self.username,),
            vals.get("host") or self.host,
            vals.get("username") or self.username,
        )

    def _check_own(self, vals: dict):
        """:raises UserError: the account says what its own mailbox is"""
        fixed = {"own", "account_id", "active", "password", "any_certificate"}
        fixed |= {*OTHER_MAILBOX, "port", "security"}
        if not self.env.su and set(vals) & fixed and any(self.mapped("own")):
            raise UserError(
                self.env._(
                    "This POP3 mailbox is the account itself: change its server and "
                    "login in the account."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_own(self):
        if any(self.mapped("own")):
            raise UserError(
                self.env._(
                    "This POP3 mailbox is the account itself. Delete the account if "
                    "you no longer need its mails."
                )
            )

    def _follow_account(self):
        """The account's server or login has changed, or it is in use again: try with
        it at once."""
        for bridge in self:
            bridge.write({"active": True, **bridge.account_id._maildrop_values()})
            bridge._make_due()

    @api.model
    def _read_server(self, vals: dict) -> dict:
        """``vals`` with the server's name as a connection needs it.

        :raises ValidationError: a name that is none, in words
        """
        if not vals.get("host"):
            return vals
        try:
            server = read_server(vals["host"])
        except InvalidArgument as error:
            raise ValidationError(describe(self.env, error).text) from error
        vals = {**vals, "host": server.host}
        if server.security is not None:
            vals["security"] = server.security.value
            vals["port"] = server.port or PORTS[server.security.value]
        elif server.port:
            vals["port"] = server.port
        return vals

    def _make_due(self):
        now = fields.Datetime.now()
        self.write({"next_run": now, "failures": 0})
        self.account_id._request_sync()

    # -- actions -----------------------------------------------------------------------

    def action_test(self):
        """Try the server and show each step, with the mails that wait there."""
        self.ensure_one()
        self.check_access("write")
        accounts = self.env["crm.mail.account"]
        endpoint, credentials = self._login()
        accounts._release_transaction__()
        steps = accounts._probe_pop3__(endpoint, credentials)
        payload = [step_payload(self.env, "pop3", step, endpoint) for step in steps]
        self.test_steps = payload
        # sudo: users read their log and write none of it
        self.env["crm.mail.log"].sudo().create(
            [
                {
                    "account_id": self.account_id.id,
                    "user_id": self.user_id.id,
                    "source": "pop3_auth",
                    "level": "info" if step["ok"] else "error",
                    "message": f"{endpoint.host}:{endpoint.port} {step['label']}: "
                    f"{step['message'] or step['detail']}".rstrip(": "),
                }
                for step in payload
            ]
        )
        return True

    def action_trust(self):
        """Accept exactly the certificate that the last test refused; test again."""
        self.ensure_one()
        facts = self._refused_facts()
        if not facts or not host_policy.own_trust_allowed(self.env):
            raise UserError(
                self.env._("There is no certificate here that you could trust.")
            )
        if self.own:
            self.account_id.pop3_pin = facts["sha256"]
        else:
            self.pin = facts["sha256"]
        return self.action_test()

    def action_collect(self):
        """Collect it now."""
        self.check_access("write")
        self._make_due()
        return True

    def _login(self) -> tuple[Endpoint, Credentials]:
        try:
            return self._endpoint(), self._credentials()
        except MailError as error:
            raise UserError(describe(self.env, error).text) from error

    # -- for the worker ------------------------------------------------------------

    def _endpoint(self) -> Endpoint:
        self.ensure_one()
        if self.own:
            return self.account_id._pop3_endpoint()
        return host_policy.endpoint(
            self.env,
            self.user_id,
            self.host,
            self.port,
            self.security,
            pin=self.pin or "",
            any_certificate=self.any_certificate,
        )

    def _credentials(self) -> Credentials:
        """What to log in with; raises what :meth:`_secret` raises."""
        self.ensure_one()
        if self.own:
            self.check_access("read")
            return self.account_id._pop3_credentials()
        return Credentials(self.username.strip(), self._secret())
