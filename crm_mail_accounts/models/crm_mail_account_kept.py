# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..mailkit.errors import MailError
from ..mailkit.values import ServerFolder
from ..tools.error_messages import describe
from ..tools.kept_mailbox import DELIMITER, INBOX, KeptMailbox

KEPT_FOLDERS = (INBOX, "Drafts", "Sent", "Junk", "Trash")
"""By these names they get their roles, as on a server."""
OWN_MINUTES = 5
"""How often the mailbox itself is collected."""


class CrmMailAccount(models.Model):
    """A mailbox that is collected by POP3 and kept here: for servers without IMAP
    [A18] [F7].

    Its folders are ours alone and its mails are nowhere else, once they are gone from
    the POP3 server.  What is collected, how often, and whether the server keeps a copy
    is in a ``crm.mail.pop3.bridge`` of its own.
    """

    _inherit = "crm.mail.account"

    _pop3_complete = models.Constraint(
        "CHECK (kind <> 'pop3' OR (pop3_host IS NOT NULL"
        " AND pop3_port BETWEEN 1 AND 65535 AND pop3_security IS NOT NULL))",
        "A POP3 mailbox needs its server, port and security.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts.filtered(lambda account: account.kind == "pop3")._make_kept()
        return accounts

    def write(self, vals):
        kind = vals.get("kind")
        if kind and any("pop3" in {kind, one.kind} for one in self):
            self._refuse_other_kind(kind)
        result = super().write(vals)
        if vals.get("active") or set(vals) & {"password", *self._server_field_names()}:
            self._own_maildrop()._follow_account()
        return result

    def _refuse_other_kind(self, kind: str):
        """Folders on a server and folders that are kept here do not become the other.

        :raises UserError: always, when one of these accounts is of another kind
        """
        if any(account.kind != kind for account in self):
            raise UserError(
                self.env._(
                    "An account cannot change between POP3 and another type. Set up a "
                    "new account, and delete this one when you no longer need its "
                    "mails."
                )
            )

    def _make_kept(self):
        """The folders of new accounts, and what collects their mail."""
        # sudo: users read folders, and write none of them
        folders = self.env["crm.mail.folder"].sudo()
        listing = [ServerFolder(name, name, DELIMITER) for name in KEPT_FOLDERS]
        for account in self.sudo():
            folders._store_listing(account, listing)
            self.env["crm.mail.pop3.bridge"].sudo().create(
                {
                    "name": account.name,
                    "account_id": account.id,
                    "own": True,
                    "interval": OWN_MINUTES,
                    **account._maildrop_values(),
                }
            )

    def _maildrop_values(self) -> dict:
        """What tells which mailbox it is; see ``crm.mail.pop3.bridge``."""
        return {
            "host": self.pop3_host,
            "port": self.pop3_port,
            "security": self.pop3_security,
            "username": self.username,
        }

    def _own_maildrop(self):
        """The POP3 mailboxes that these accounts are."""
        # sudo: a delegate reads the account and not how it is collected
        accounts = self.sudo().with_context(active_test=False)
        return accounts.pop3_bridge_ids.filtered("own")

    def _collect_now(self):
        """Look at the POP3 server in the next turn, which the caller asks for."""
        self._own_maildrop().write({"next_run": fields.Datetime.now()})

    @api.depends(
        "pop3_bridge_ids.error_code",
        "pop3_bridge_ids.error_message",
        "pop3_bridge_ids.last_run",
        "pop3_bridge_ids.next_run",
    )
    def _compute_health(self):
        """The mailbox is as well as the POP3 server that it is collected from."""
        result = super()._compute_health()
        for account in self:
            own = account._own_maildrop()
            if not own:
                continue
            account.checked_at = own.last_run
            if own.error_code and account.error_code in (False, "scheduler_off"):
                account.error_code = own.error_code
                account.error_message = own.error_message
                account.error_at = own.error_at
                account.next_try = own.next_run
        return result

    def _with_mailbox(self, work):
        """``work(session)`` with the mailbox open: at its server, with no transaction
        open (law 8), or here.

        :raises MailError: what ``work`` raises, or why it cannot be opened
        """
        self.ensure_one()
        self.check_access("read")
        if self.kind == "pop3":
            # sudo: what a session is asked to do was allowed by the caller, as at a
            # server; users write no folders and no mails
            env = self.sudo().env
            return work(KeptMailbox(self.id, lambda task: task(env)))
        endpoint = self._imap_endpoint()

        def connected(credentials):
            with self._open_imap__(endpoint, credentials) as session:
                return work(session)

        return self._with_login(connected)

    def _at_mailbox(self, work):
        """As :meth:`_with_mailbox`, while the user waits.

        :raises UserError: what the server said, in words
        """
        try:
            return self._with_mailbox(work)
        except MailError as error:
            endpoint = None if self.kind == "pop3" else self._imap_endpoint()
            raise UserError(describe(self.env, error, endpoint).text) from error
