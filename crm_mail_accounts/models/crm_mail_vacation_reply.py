from datetime import timedelta

from odoo import api, fields, models

KEPT = timedelta(days=400)
"""Longer than the longest pause between two answers."""


class CrmMailVacationReply(models.Model):
    """One answer of an out of office: made with the mail's other effects, and sent.

    ``sending`` is committed before the mail server is asked: who dies then has lost a
    courtesy, and none is sent twice.
    """

    _name = "crm.mail.vacation.reply"
    _description = "Answer of an out of office"
    _log_access = False

    vacation_id = fields.Many2one(
        "crm.mail.vacation",
        "Out of office",
        required=True,
        index=True,
        ondelete="cascade",
    )
    account_id = fields.Many2one(
        "crm.mail.account", required=True, index=True, ondelete="cascade"
    )
    correspondent = fields.Char(required=True)
    handle = fields.Char(required=True)
    answered_at = fields.Datetime(required=True)
    answered_on = fields.Date(required=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sending", "Being sent"),
            ("sent", "Sent"),
            ("failed", "Not sent"),
        ],
        required=True,
        default="waiting",
    )
    raw = fields.Binary(attachment=False, groups=fields.NO_ACCESS)

    _once = models.UniqueIndex("(vacation_id, correspondent, handle, answered_on)")
    _waiting_index = models.Index("(account_id) WHERE state = 'waiting'")

    @api.autovacuum
    def _gc_old(self):
        # sudo: vacuumed for everybody
        limit = fields.Datetime.now() - KEPT
        self.sudo().search([("answered_at", "<", limit)]).unlink()
