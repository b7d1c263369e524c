from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..mailkit import net_dns, net_http
from ..mailkit.discovery.find import discover
from ..mailkit.imap.mailbox import MailboxSession
from ..mailkit.imap.probe import probe_imap
from ..mailkit.pop3.probe import probe_pop3
from ..mailkit.pop3.session import Pop3Session
from ..mailkit.smtp.probe import probe_smtp
from ..mailkit.smtp.session import SmtpSession

DEBUG_TIME = timedelta(days=1)
ACCOUNT_CAP = "crm_mail_accounts.account_cap"
"""Parameter: most mailboxes of one user; 0 or unset is no cap (A2)."""
LATE = timedelta(minutes=30)
"""A lane is due each minute; this late, the scheduler itself is not running."""


class CrmMailAccount(models.Model):
    """One mailbox of one user."""

    _name = "crm.mail.account"
    _inherit = ["crm.mail.server.mixin"]
    _description = "Mail account"
    _order = "sequence, id"

    name = fields.Char(
        required=True, help="What the account is called in Messages; any text."
    )
    sequence = fields.Integer(default=10)
    fetch_since = fields.Date(
        "Fetch since",
        help="Mails that arrived before this day stay on the server and are not shown "
        "here. Empty: all of them. An earlier day brings more at the next check.",
    )
    sync_new_folders = fields.Boolean(
        "Synchronize new folders",
        default=True,
        help="A folder that is made on the server later is synchronized too.",
    )
    put_in_folder = fields.Char(
        "Put in folder",
        help="Name of a folder in the CRM, not on the server, that shows the incoming "
        "mail of this account as well.",
    )
    active = fields.Boolean(default=True)
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="cascade",
        help="Whose mailbox it is. Nobody else reads it but the delegates named here.",
    )
    email = fields.Char(
        required=True,
        help="The address of this mailbox. Taken from the user name when left empty.",
    )
    main = fields.Boolean(
        copy=False,
        help="The address that is used to write when nothing else is chosen. Exactly "
        "one of a user's mailboxes is the main one.",
    )
    state = fields.Selection(
        [("mapping", "Folders to be mapped"), ("ready", "In use")],
        default="mapping",
        required=True,
        copy=False,
    )
    folder_ids = fields.One2many("crm.mail.folder", "account_id", "Folders")
    lease_ids = fields.One2many(
        "crm.mail.account.lease", "account_id", groups=fields.NO_ACCESS
    )
    pop3_bridge_ids = fields.One2many(
        "crm.mail.pop3.bridge", "account_id", "POP3 mailboxes"
    )
    username = fields.Char(required=True)
    # Required of a mailbox: see _imap_complete.
    imap_host = fields.Char()
    imap_port = fields.Integer(required=True)
    imap_security = fields.Selection(required=True)
    smtp_security = fields.Selection(required=True)
    error_code = fields.Char(compute="_compute_health", compute_sudo=True)
    error_message = fields.Char(
        "Problem",
        compute="_compute_health",
        compute_sudo=True,
        help="Why mail does not arrive, in words; empty when all is well.",
    )
    error_at = fields.Datetime(compute="_compute_health", compute_sudo=True)
    smtp_problem = fields.Char(
        "Problem with sending",
        compute="_compute_health",
        compute_sudo=True,
        help="Why mail does not leave, in words; empty when all is well.",
    )
    checked_at = fields.Datetime(
        "Last checked", compute="_compute_health", compute_sudo=True
    )
    next_try = fields.Datetime(
        compute="_compute_health",
        compute_sudo=True,
        help="When the mailbox is looked at again after a problem.",
    )

    debug_until = fields.Datetime(copy=False)
    debug = fields.Boolean(
        "Enable debug",
        compute="_compute_debug",
        inverse="_inverse_debug",
        help="Write what is said to the mail server into the connection log, without "
        "passwords and without mail. Ends by itself after a day.",
    )

    _main_unique = models.UniqueIndex("(user_id) WHERE main AND active")
    _port_range = models.Constraint(
        "CHECK (imap_port BETWEEN 1 AND 65535 AND smtp_port BETWEEN 1 AND 65535)",
        "A port is a number from 1 to 65535.",
    )

    _smtp_complete = models.Constraint(
        "CHECK (smtp_host IS NOT NULL OR smtp_provider_id IS NOT NULL)",
        "A mailbox needs its SMTP server, or another one that sends for it.",
    )

    _imap_complete = models.Constraint(
        "CHECK (kind <> 'imap' OR imap_host IS NOT NULL)",
        "A mailbox needs its IMAP server.",
    )

    @api.depends("debug_until")
    def _compute_debug(self):
        now = fields.Datetime.now()
        for account in self:
            account.debug = bool(account.debug_until and account.debug_until > now)

    def _inverse_debug(self):
        until = fields.Datetime.now() + DEBUG_TIME
        for account in self:
            account.debug_until = account.debug and until

    @api.depends(
        "lease_ids.error_code",
        "lease_ids.error_message",
        "lease_ids.error_at",
        "lease_ids.smtp_error_message",
        "lease_ids.checked_at",
        "lease_ids.due",
    )
    def _compute_health(self):
        asleep = self._scheduler_is_asleep()
        for account in self:
            lease = account.lease_ids[:1]
            account.error_code = lease.error_code
            account.error_message = lease.error_message
            account.error_at = lease.error_at
            account.smtp_problem = lease.smtp_error_message
            account.checked_at = lease.checked_at
            account.next_try = lease.error_code and lease.due
            if not lease.error_code and account.state == "ready" and asleep:
                account.error_code = "scheduler_off"
                account.error_message = self.env._(
                    "Odoo's scheduler is not running, so no mail is fetched. Your "
                    "administrator must start it."
                )

    def _mailbox_owner(self):
        return self.user_id

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            username = (vals.get("username") or "").strip()
            vals["email"] = (vals.get("email") or "").strip() or username
            vals["name"] = (vals.get("name") or "").strip() or vals["email"]
            if vals.get("main"):
                user_id = vals.get("user_id") or self.env.uid
                self._of_users(self.env["res.users"].browse(user_id))._clear_main()
        accounts = super().create(vals_list)
        self._check_cap(accounts.user_id)
        self._of_users(accounts.user_id)._keep_one_main()
        # sudo: the lease is the workers' own table, closed to users
        self.env["crm.mail.account.lease"].sudo().create(
            [{"account_id": account.id} for account in accounts]
        )
        return accounts

    @api.model
    def _check_cap(self, users):
        # sudo: the number is the administrator's; users are told when they reach it
        cap = int(self.env["ir.config_parameter"].sudo().get_param(ACCOUNT_CAP) or 0)
        for user in users if cap else ():
            if self.sudo().search_count([("user_id", "=", user.id)]) > cap:
                raise UserError(
                    self.env._(
                        "You can have %(cap)s mailboxes at most. Delete or archive "
                        "one, or ask your administrator for more.",
                        cap=cap,
                    )
                )

    def write(self, vals):
        if "user_id" in vals and not self.env.su:
            # The mails carry their owner: a mailbox does not change hands by a write.
            raise AccessError(
                self.env._("A mailbox cannot be handed over to somebody else.")
            )
        if vals.get("active") is False:
            vals = {**vals, "main": False}
        if vals.get("main"):
            # Before the new one, because the database knows one main account only.
            (self._of_users(self.user_id) - self)._clear_main()
        since = {account: account.fetch_since for account in self}
        result = super().write(vals)
        if "active" in vals:
            self._check_cap(self.user_id)
            self._tell_screens()
            if vals["active"]:
                self._request_sync()
        if "fetch_since" in vals:
            for account, before in since.items():
                # Only an earlier day (or none) asks for mails that we do not have.
                if before and (account.fetch_since or date.min) < before:
                    account._index_again()
        main_follows = self.env.context.get("crm_mail_main_follows")
        if set(vals) & {"main", "active"} and not main_follows:
            self._of_users(self.user_id)._keep_one_main()
        if set(vals) & {"password", *self._server_field_names()}:
            # Whatever was wrong may be right now: forget the pause and look again.
            self._request_sync()
        return result

    def _index_again(self):
        """Walk all folders anew; mails that are known stay as they are."""
        # sudo: users do not write folders; this only says how far they are known
        for folder in self.sudo().folder_ids.filtered("uidnext"):
            folder.low_uid = folder.uidnext
        self._request_sync()

    def unlink(self):
        """Forget the mailbox here; nothing is deleted on the server.

        Mails that are linked to a record stay with their links, without an account
        (mission D4), unless :meth:`_take_links_back` was called before.
        """
        self.check_access("unlink")
        # sudo: mails of others who write from it are told to their authors
        self.env["crm.mail.outgoing"].sudo()._lose_mailbox(self)
        # sudo: users have no right to change or remove mails; their right to delete
        # the account was checked just before
        self.env["crm.mail.message"].sudo()._leave_accounts(self.ids)
        users = self.user_id
        result = super().unlink()
        self._of_users(users)._keep_one_main()
        return result

    def _take_links_back(self):
        """Remove the links of these accounts' mails, and what they posted."""
        self.check_access("unlink")
        # sudo: as in unlink
        self.env["crm.mail.link"].sudo().search(
            [("message_id.account_id", "in", self.ids)]
        ).unlink()

    # -- the main account --------------------------------------------------------

    @api.model
    def _of_users(self, users):
        """The accounts in use of these users, in their order."""
        accounts = self.with_context(active_test=True)
        return accounts.search([("user_id", "in", users.ids)])

    def _clear_main(self):
        """Make room for another main account, which the caller sets at once."""
        self.with_context(crm_mail_main_follows=True).write({"main": False})
        # Both in one statement would meet in the index, whichever row comes first.
        self.flush_recordset(["main"])

    def _keep_one_main(self):
        """Each user of these accounts has exactly one main account [A8].

        The first one by order takes the place of one that was deleted, archived or
        only just unticked.
        """
        for accounts in self.grouped("user_id").values():
            if not accounts.filtered("main"):
                accounts[0].main = True

    # -- the network door ------------------------------------------------------
    # Nobody else opens a connection to a mail server; tests patch these. The double
    # underscore keeps server actions and RPC out. They touch no record, so no
    # transaction starts in them (law 8).

    @api.model
    def _open_imap__(self, endpoint, credentials, trace=None) -> MailboxSession:
        """An authenticated session. :raises MailError: see ``mailkit.errors``."""
        return MailboxSession.open(endpoint, credentials, trace=trace)

    @api.model
    def _open_smtp__(self, endpoint, credentials, trace=None) -> SmtpSession:
        """A session ready to send. :raises MailError: see ``mailkit.errors``."""
        return SmtpSession.open(endpoint, credentials, trace=trace)

    @api.model
    def _open_pop3__(self, endpoint, credentials, trace=None) -> Pop3Session:
        """A session that holds the maildrop. :raises MailError: ``mailkit.errors``."""
        return Pop3Session.open(endpoint, credentials, trace=trace)

    @api.model
    def _probe_imap__(self, endpoint, credentials):
        return probe_imap(endpoint, credentials, try_append=True)

    @api.model
    def _probe_smtp__(self, endpoint, credentials):
        return probe_smtp(endpoint, credentials)

    @api.model
    def _probe_pop3__(self, endpoint, credentials):
        return probe_pop3(endpoint, credentials)

    @api.model
    def _discover__(self, address, table):
        """Where the mailbox of an address may be; asks nobody but its own domain."""
        dns = net_dns.ask if net_dns.available() else None
        return discover(address, table=table, dns=dns, fetch=net_http.fetch)

    def _release_transaction__(self):
        """End the running transaction before waiting for the network (law 8).

        For request handlers only, and only where nothing was written that must be
        undone when the network fails: a snapshot that stays open while a server
        sleeps holds back vacuum for the whole database.
        """
        self.env.flush_all()
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()

    # -- when it happens ---------------------------------------------------------

    def _tell_screens(self, folders=None):
        """Tell the open screens of owners and delegates that something changed."""
        for account in self:
            # sudo: who else reads a mailbox is its owner's matter; the bus is nobody's
            delegates = account.sudo().delegate_ids._in_force().user_id
            for user in account.sudo().user_id | delegates:
                user._bus_send(
                    "crm_mail_accounts/changed",
                    {
                        "account_id": account.id,
                        "folder_ids": folders.ids if folders else [],
                    },
                )

    def _request_sync(self):
        """Ask the lanes to look at these accounts now."""
        # sudo: the lease and the crons belong to the workers
        self.env["crm.mail.account.lease"].sudo()._make_due(self)
        self._trigger_lanes()

    @api.model
    def _trigger_lanes(self):
        # sudo: crons are the system's; triggering one runs no code of the caller's
        for lane in self._sync_lanes().sudo():
            lane._trigger()

    @api.model
    def _scheduler_is_asleep(self) -> bool:
        """No lane is on, or none has run for long although it was due [A17]."""
        lanes = self._sync_lanes()
        late = fields.Datetime.now() - LATE
        return not any(lane.nextcall and lane.nextcall > late for lane in lanes)

    @api.model
    def _sync_lanes(self):
        """The ``ir.cron`` rows that work on accounts, one worker each."""
        model = self.env["ir.model"]._get("crm.mail.account")
        # sudo: see _trigger_lanes
        return (
            self.env["ir.cron"]
            .sudo()
            .search(
                [("model_id", "=", model.id), ("code", "=like", "%_cron_sync_lane%")]
            )
        )
