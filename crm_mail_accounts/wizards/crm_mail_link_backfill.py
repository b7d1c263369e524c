from odoo import api, fields, models

MOST_COUNTED = 20_000
"""Mails that are counted while a person waits; more are linked all the same."""


class CrmMailLinkBackfill(models.TransientModel):
    """Link the mails of a mailbox that were there before, knowing how many."""

    _name = "crm.mail.link.backfill"
    _description = "Link older mails"

    account_id = fields.Many2one(
        "crm.mail.account", "Mailbox", required=True, ondelete="cascade"
    )
    since = fields.Date(
        default=lambda self: fields.Date.subtract(fields.Date.today(), months=3),
        help="Empty: all of them.",
    )
    link_count = fields.Integer("Mails to link", compute="_compute_counts")
    mail_count = fields.Integer("Mails looked at", compute="_compute_counts")
    more = fields.Boolean(compute="_compute_counts")

    @api.depends("account_id", "since")
    def _compute_counts(self):
        for wizard in self:
            # no account yet while the form is being filled in
            account = wizard.account_id
            found = seen = 0
            if account:
                account.check_access("write")
                # sudo: the rules read tables that are closed to users; the mailbox is
                # the user's own
                found, seen = account.sudo()._count_backfill(wizard.since, MOST_COUNTED)
            wizard.link_count, wizard.mail_count = found, seen
            wizard.more = seen >= MOST_COUNTED

    def action_link(self):
        """Let the worker link them."""
        self.ensure_one()
        self.account_id.check_access("write")
        self.account_id._start_backfill(self.since)
        return {"type": "ir.actions.act_window_close"}
