from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..mailkit.discovery.proposal import Confidence
from ..mailkit.errors import MailError
from ..models.crm_mail_folder import MAPPED_ROLES
from ..tools import host_policy
from ..tools.error_messages import certificate_text, describe, step_payload


class CrmMailAccountSetup(models.TransientModel):
    """Set up a mailbox: its servers, a test, and the folders.

    Nothing is saved as an account until the servers have been reached with exactly what
    was entered, so a mistake leaves nothing behind.  Opened with an account it edits
    that one.
    """

    _name = "crm.mail.account.setup"
    _inherit = ["crm.mail.server.mixin"]
    _description = "Mail account set-up"

    step = fields.Selection(
        [("servers", "Mailbox"), ("folders", "Folders"), ("sync", "Mail")],
        default="servers",
    )
    account_id = fields.Many2one(
        "crm.mail.account", "Edited account", ondelete="cascade"
    )
    readers = fields.Char(related="account_id.readers")
    name = fields.Char("Description", help="Taken from the user name when left empty.")
    email = fields.Char(help="Taken from the user name when left empty.")
    proposal_ids = fields.One2many(
        "crm.mail.account.setup.proposal", "setup_id", "Found servers"
    )
    test_steps = fields.Json(readonly=True)
    test_passed = fields.Boolean(readonly=True)
    imap_certificate = fields.Text(compute="_compute_certificates")
    smtp_certificate = fields.Text(compute="_compute_certificates")
    pop3_certificate = fields.Text(compute="_compute_certificates")
    own_trust_allowed = fields.Boolean(compute="_compute_certificates")
    inbox_folder_id = fields.Many2one("crm.mail.folder", "Inbox")
    drafts_folder_id = fields.Many2one("crm.mail.folder", "Drafts")
    sent_folder_id = fields.Many2one("crm.mail.folder", "Sent")
    junk_folder_id = fields.Many2one("crm.mail.folder", "Spam")
    trash_folder_id = fields.Many2one("crm.mail.folder", "Trash")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        account = self.env["crm.mail.account"].browse(values.get("account_id")).exists()
        if account:
            account.check_access("write")
            # The stored passwords stay where they are: an empty password field means
            # the saved one.
            names = [
                name
                for name in (*self._server_field_names(), "name", "email")
                if name in fields_list and not name.endswith("_token")
            ]
            values.update({name: account[name] for name in names})
            values["provider_id"] = account.provider_id.id
            values["smtp_provider_id"] = account.smtp_provider_id.id
            # The screen asks for the folders by name (gear, Folders); an account whose
            # folders were never mapped needs that step anyway.
            asked = self.env.context.get("crm_mail_setup_step") == "folders"
            if account.folder_ids and (asked or account.state == "mapping"):
                values["step"] = "folders"
                values.update(self._role_values(account))
        return values

    @api.onchange("username")
    def _onchange_username(self):
        """Propose the provider whose address this is; else servers of its domain.

        Only while nothing was chosen: what a person entered is never replaced.
        """
        domain = (self.username or "").partition("@")[2].strip().lower()
        if "." not in domain or not (self.provider_custom or not self.provider_id):
            return
        if self.imap_host or self.smtp_host or self.pop3_host:
            return
        if self.kind == "pop3":
            self.pop3_host = f"pop3.{domain}"
            self.smtp_host = f"smtp.{domain}"
            return
        provider = self.env["crm.mail.provider"]._of_address(self.username)
        if provider:
            self.provider_id = provider
            self._onchange_provider()
        else:
            self.imap_host = f"imap.{domain}"
            self.smtp_host = f"smtp.{domain}"

    @api.depends("test_steps")
    def _compute_certificates(self):
        """What the certificates that the last test refused say, for comparing."""
        allowed = host_policy.own_trust_allowed(self.env)
        for setup in self:
            setup.own_trust_allowed = allowed
            for server in ("imap", "pop3", "smtp"):
                facts = setup._refused_certificate(server)
                setup[f"{server}_certificate"] = facts and certificate_text(
                    self.env, facts
                )

    def _refused_certificate(self, server: str) -> dict | None:
        """``certificate`` of the server's failed step; see ``error_messages``."""
        for step in self.test_steps or []:
            if step["server"] == server and not step["ok"]:
                return step.get("certificate")
        return None

    # -- actions -------------------------------------------------------------------

    def action_find(self):
        """Look for the servers of the address; a sure answer is entered at once."""
        self.ensure_one()
        self.account_id.check_access("write")
        address = (self.email or self.username or "").strip()
        if "@" not in address:
            raise UserError(
                self.env._("Enter your e-mail address as the user name first.")
            )
        accounts = self.env["crm.mail.account"]
        table = self.env["crm.mail.provider"]._provider_table()
        accounts._release_transaction__()
        found = accounts._discover__(address, table).proposals
        proposals = self.env["crm.mail.account.setup.proposal"]._from_discovery(found)
        self.proposal_ids = [Command.clear(), *map(Command.create, proposals)]
        if found and found[0].complete and found[0].confidence >= Confidence.LIKELY:
            self.proposal_ids[0].action_use()
        elif not found:
            raise UserError(
                self.env._(
                    "Nothing was found for %(address)s. Choose Custom and enter the "
                    "servers that your provider gives.",
                    address=address,
                )
            )
        return self._reopen()

    def action_test(self):
        """Try both servers and show each step; saves no account."""
        self.ensure_one()
        self._run_test()
        return self._reopen()

    def action_trust_imap(self):
        return self._trust("imap")

    def action_trust_pop3(self):
        return self._trust("pop3")

    def action_trust_smtp(self):
        return self._trust("smtp")

    def _trust(self, server: str):
        """Accept exactly the certificate that the last test refused, and test again."""
        self.ensure_one()
        facts = self._refused_certificate(server)
        if not facts or not host_policy.own_trust_allowed(self.env):
            raise UserError(
                self.env._("There is no certificate here that you could trust.")
            )
        self[f"{server}_pin"] = facts["sha256"]
        self._run_test()
        return self._reopen()

    def action_continue(self):
        """Save the account, once its servers were reached, and go on to the folders."""
        self.ensure_one()
        if not self._run_test():
            return self._reopen()
        if self.kind != "imap":
            return self._finish_at_once()
        endpoint = self._imap_endpoint()
        try:
            credentials = self._own_or_saved("_imap_credentials")
            accounts = self.env["crm.mail.account"]
            accounts._release_transaction__()
            with accounts._open_imap__(endpoint, credentials) as session:
                listing = session.list_folders()
        except MailError as error:
            raise UserError(describe(self.env, error, endpoint).text) from error
        account = self._save_account()
        # sudo: users read the folders of the server, only the server writes them
        self.env["crm.mail.folder"].sudo()._store_listing(account.sudo(), listing)
        self.write(
            {
                "step": "folders",
                "account_id": account.id,
                **self._role_values(account),
            }
        )
        return self._reopen()

    def _finish_at_once(self):
        """There are no folders on a server to map [A18]."""
        account = self._save_account()
        account.write({"state": "ready"})
        account._request_sync()
        return {"type": "ir.actions.act_window_close", "infos": {"account": account.id}}

    def action_map(self):
        """Keep the mapping and go on to what is to be synchronized."""
        self.ensure_one()
        account = self.account_id
        account.check_access("write")
        if not self.inbox_folder_id:
            raise ValidationError(
                self.env._("Choose the folder that new mail arrives in.")
            )
        chosen = [self[f"{role}_folder_id"] for role in MAPPED_ROLES]
        given = [folder for folder in chosen if folder]
        if len(set(given)) < len(given):
            raise ValidationError(
                self.env._("Each folder can be used once: two rows name the same one.")
            )
        for role, folder in zip(MAPPED_ROLES, chosen, strict=True):
            # sudo: see action_continue; the folders are the account's own by domain
            if folder.account_id == account:
                folder.sudo()._map_role(role)
            elif folder:
                raise ValidationError(
                    self.env._("That folder belongs to another account.")
                )
            else:
                account.sudo().folder_ids.filtered(
                    lambda known, role=role: known.role == role
                ).role = "none"
        if account.state == "ready":
            account._request_sync()
        self.write(self._begin_sync_step())
        return self._reopen()

    def action_back(self):
        self.ensure_one()
        self.step = "folders" if self.step == "sync" else "servers"
        return self._reopen()

    # -- helpers -------------------------------------------------------------------

    def _run_test(self) -> bool:
        """Try both servers with what is entered now; true when every step succeeded."""
        # Before anything else is read: whose account it is decides which saved
        # password may be used.
        self.account_id.check_access("write")
        self._check_complete()
        steps = self._try_servers()
        if self._was_refused(steps):
            steps = self._try_servers(refused=self._access_token())
        passed = all(step.ok for _server, step, _endpoint in steps)
        self.write(
            {
                "test_steps": [
                    step_payload(self.env, server, step, endpoint)
                    for server, step, endpoint in steps
                ],
                "test_passed": passed,
            }
        )
        self._log_test(steps)
        return passed

    def _try_servers(self, refused: str = ""):
        """Each step at each server: ``[(server, step, endpoint)]``."""
        accounts = self.env["crm.mail.account"]
        servers = []
        try:
            self._prepare_login(refused)
            wanted = [] if self.kind == "smtp" else [self.kind]
            if not self.smtp_system:
                wanted.append("smtp")
            for server in wanted:
                servers.append(
                    (
                        server,
                        getattr(self, f"_{server}_endpoint")(),
                        self._own_or_saved(f"_{server}_credentials"),
                    )
                )
        except MailError as error:
            raise UserError(describe(self.env, error).text) from error
        accounts._release_transaction__()
        probes = {
            "imap": accounts._probe_imap__,
            "pop3": accounts._probe_pop3__,
            "smtp": accounts._probe_smtp__,
        }
        return [
            (server, step, endpoint)
            for server, endpoint, credentials in servers
            for step in probes[server](endpoint, credentials)
        ]

    def _was_refused(self, steps) -> bool:
        """A token that should have been good was not taken: it may have ended early."""
        return any(
            isinstance(step.error, MailError) and step.error.code == "token_refused"
            for _server, step, _endpoint in steps
        )

    def _log_test(self, steps):
        # sudo: users read their log and write none of it
        self.env["crm.mail.log"].sudo().create(
            [
                {
                    "account_id": self.account_id.id,
                    "user_id": self.env.uid,
                    "source": f"{server}_auth",
                    "level": "info" if step.ok else "error",
                    "message": self._log_line(server, step, endpoint),
                }
                for server, step, endpoint in steps
            ]
        )

    def _log_line(self, server, step, endpoint) -> str:
        payload = step_payload(self.env, server, step, endpoint)
        said = payload["message"] or payload["detail"]
        return f"{endpoint.host}:{endpoint.port} {payload['label']}: {said}".rstrip(
            ": "
        )

    def _check_complete(self):
        missing = [
            self._fields[name].get_description(self.env, ["string"])["string"]
            for name in self._needed()
            if not self[name] and not (self.account_id and self.account_id[name])
        ]
        if missing:
            raise ValidationError(
                self.env._("Please fill in: %(fields)s.", fields=", ".join(missing))
            )
        for port in (self.imap_port, self.smtp_port, self.pop3_port):
            if not 1 <= port <= 65535:
                raise ValidationError(self.env._("A port is a number from 1 to 65535."))

    def _needed(self) -> list[str]:
        names = ["username"]
        names += {
            "imap": ["imap_host", "imap_port"],
            "pop3": ["pop3_host", "pop3_port"],
            "smtp": ["email"],
        }[self.kind]
        if not self.smtp_system:
            names += ["smtp_host", "smtp_port"]
        if not self.has_password and not self.account_id.has_password:
            names.append("password")
        return names

    def action_send_test_mail(self):
        self.account_id.check_access("write")
        self._check_complete()
        return super().action_send_test_mail()

    def _login_credentials(self, method: str):
        return self._own_or_saved(method)

    def _own_or_saved(self, method: str):
        """Credentials as entered here, the saved password where none was entered."""
        credentials = getattr(self, method)()
        if credentials is None or credentials.password or credentials.access_token:
            return credentials
        if not self.account_id:
            return credentials
        saved = getattr(self.account_id, method)()
        if saved is None:
            return credentials
        return type(credentials)(credentials.username, saved.password)

    def _save_account(self):
        # sudo: the tokens are closed to everybody; they go from one closed field of
        # the user's own record to another
        own = self.sudo()
        values = {
            name: own[name]
            for name in self._server_field_names()
            if own[name] or not name.endswith("_token")
        }
        values["username"] = values["username"].strip()
        values["provider_id"] = own.provider_id.id
        values["smtp_provider_id"] = own.smtp_provider_id.id
        values.update(
            name=self.name or self.email or self.username,
            email=self.email or self.username,
        )
        for protocol in ("imap", "pop3"):
            if self.kind != protocol:
                values[f"{protocol}_host"] = False
        account = self.account_id
        if account:
            account.check_access("write")
            account.sudo().write(values)
            return account
        values["user_id"] = self.env.uid
        return self.env["crm.mail.account"].sudo().create(values).sudo(False)

    @api.model
    def _role_values(self, account) -> dict:
        by_role = {folder.role: folder for folder in account.folder_ids}
        none = account.folder_ids.browse()
        return {
            f"{role}_folder_id": by_role.get(role, none).id for role in MAPPED_ROLES
        }

    def _reopen(self):
        """The same dialog again, with what has changed."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_mail_accounts.crm_mail_account_setup_action"
        )
        return {**action, "res_id": self.id}
