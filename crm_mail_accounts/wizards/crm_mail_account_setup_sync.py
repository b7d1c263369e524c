# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import logging
import time

from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import formatLang

from ..mailkit.errors import MailError

_logger = logging.getLogger(__name__)

PERIODS = {
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
}
COUNT_SECONDS = 8.0
"""How long the counting may take; folders beyond it stay uncounted."""


class CrmMailAccountSetup(models.TransientModel):
    """Third step: which folders to synchronize, and since when (A11, A12)."""

    _inherit = "crm.mail.account.setup"

    since = fields.Selection(
        [
            ("all", "Everything"),
            ("year", "The last year"),
            ("quarter", "The last three months"),
            ("month", "The last month"),
            ("date", "Since a date"),
        ],
        "Fetch",
        default="all",
        required=True,
    )
    since_date = fields.Date("Fetch since")
    every_folder = fields.Boolean("Every folder", default=True)
    synced_folder_ids = fields.Many2many(
        "crm.mail.folder",
        "crm_mail_account_setup_folder_rel",
        string="Folders",
        help="The inbox is always among them.",
    )
    counts = fields.Json(
        help="{choice of `since`: {folder id: mails}}, with the date as a choice too."
    )
    count_text = fields.Char(compute="_compute_count_text")

    # -- what "since" means, in mails --------------------------------------------------

    @api.depends("counts", "since", "since_date", "every_folder", "synced_folder_ids")
    def _compute_count_text(self):
        for setup in self:
            counts = (setup.counts or {}).get(setup._since_key())
            if counts is None:
                setup.count_text = self.env._("The mails could not be counted.")
                continue
            wanted = setup._wanted_folders()
            known = [str(folder.id) for folder in wanted if str(folder.id) in counts]
            values = {
                "mails": formatLang(
                    self.env, sum(counts[key] for key in known), digits=0
                ),
                "folders": len(known),
            }
            if len(known) < len(wanted):
                text = self.env._(
                    "More than %(mails)s mails; only %(folders)s folders could be "
                    "counted in time.",
                    **values,
                )
            else:
                text = self.env._(
                    "%(mails)s mails in %(folders)s folders will be fetched, the "
                    "newest first.",
                    **values,
                )
            setup.count_text = text

    @api.onchange("since", "since_date")
    def _onchange_since(self):
        """A date of one's own is counted when it is chosen."""
        if self.since == "date" and self.since_date:
            key = self._since_key()
            if key not in (self.counts or {}):
                self.counts = {**(self.counts or {}), **self._count({key: self._day()})}

    def _since_key(self) -> str:
        self.ensure_one()
        if self.since == "date" and self.since_date:
            return fields.Date.to_string(self.since_date)
        return self.since or "all"

    def _day(self):
        """The first day that is fetched, or ``False`` for all mails."""
        self.ensure_one()
        if self.since == "date":
            return self.since_date
        period = PERIODS.get(self.since)
        return period and fields.Date.context_today(self) - period

    def _wanted_folders(self):
        account = self.account_id
        folders = account.folder_ids.filtered(
            lambda folder: folder.selectable and folder._may_be_monitored()
        )
        if self.every_folder:
            return folders
        # Of a form that is not saved the chosen records are new ones around them.
        chosen = self.synced_folder_ids._origin
        return folders & (chosen | folders.filtered(lambda f: f.role == "inbox"))

    def _count(self, days: dict) -> dict:
        """``{key: {folder id: mails since that day}}``; what could be asked in time.

        One connection, folders opened for reading only. Nothing is raised: a number is
        a courtesy, the step works without it.
        """
        account = self.account_id
        account.check_access("write")
        folders = [
            (str(folder.id), folder.raw)
            for folder in account.folder_ids
            if folder.selectable and folder._may_be_monitored()
        ]
        counts = {key: {} for key in days}
        try:
            account._prepare_login()
            endpoint = account._imap_endpoint()
            credentials = account._imap_credentials()
            account._release_transaction__()
            deadline = time.monotonic() + COUNT_SECONDS
            with account._open_imap__(endpoint, credentials) as session:
                for folder_id, raw in folders:
                    if time.monotonic() > deadline:
                        break
                    try:
                        state = session.examine(raw)
                        found = {
                            key: session.count_since(day) if day else state.exists
                            for key, day in days.items()
                        }
                    except MailError as error:
                        if not error.connection_usable:
                            raise
                        continue
                    for key, number in found.items():
                        counts[key][folder_id] = number
        except MailError as error:
            _logger.info("account %s: not counted: %s", account.id, error.code)
        return {key: found for key, found in counts.items() if found or not folders}

    # -- actions -----------------------------------------------------------------------

    def _begin_sync_step(self):
        """Values of the step, from the account and from the server's counts."""
        account = self.account_id
        today = fields.Date.context_today(self)
        days = {key: today - period for key, period in PERIODS.items()}
        skipped = account.folder_ids.filtered("skipped")
        return {
            "step": "sync",
            "since": "date" if account.fetch_since else "all",
            "since_date": account.fetch_since,
            "every_folder": account.sync_new_folders and not skipped,
            "synced_folder_ids": [
                Command.set(
                    account.folder_ids.filtered(
                        lambda folder: folder.role in ("inbox", "sent")
                        if not skipped
                        else folder.monitored
                    ).ids
                )
            ],
            "counts": self._count(
                {
                    "all": False,
                    **days,
                    **(
                        {
                            fields.Date.to_string(
                                account.fetch_since
                            ): account.fetch_since
                        }
                        if account.fetch_since
                        else {}
                    ),
                }
            ),
        }

    def action_finish(self):
        """Keep what is to be synchronized, and start to fill the inbox."""
        self.ensure_one()
        account = self.account_id
        account.check_access("write")
        if self.since == "date" and not self.since_date:
            raise ValidationError(self.env._("Choose the date to fetch since."))
        if self._day() and self._day() > fields.Date.context_today(self):
            raise ValidationError(
                self.env._("The date to fetch since is in the future.")
            )
        wanted = self._wanted_folders()
        if not wanted:
            raise UserError(self.env._("Choose at least one folder."))
        # sudo: users read the folders of the server; these are the account's own
        folders = account.sudo().folder_ids.filtered("selectable")
        for folder in folders.filtered(lambda folder: folder._may_be_monitored()):
            skipped = folder not in wanted
            if folder.skipped != skipped:
                folder.skipped = skipped
        account.write(
            {
                "fetch_since": self._day(),
                "sync_new_folders": self.every_folder,
                "state": "ready",
            }
        )
        account._request_sync()
        return {"type": "ir.actions.act_window_close", "infos": {"account": account.id}}
