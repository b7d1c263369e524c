# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models
from odoo.tools import formatLang

from ..tools.fields import BigInteger

NEARLY_FULL = 80
"""Percent from which the owner is warned."""
FULL = 95
GIB = 1024**3
MIB = 1024**2


class CrmMailAccount(models.Model):
    """How full the mailbox is: when it is full no new mail arrives [F4]."""

    _inherit = "crm.mail.account"

    quota_used = BigInteger(compute="_compute_quota", compute_sudo=True)
    quota_limit = BigInteger(compute="_compute_quota", compute_sudo=True)
    quota_percent = fields.Integer(
        "Used", compute="_compute_quota", compute_sudo=True, help="Percent."
    )
    quota_warning = fields.Char(compute="_compute_quota", compute_sudo=True)
    quota_full = fields.Boolean(compute="_compute_quota", compute_sudo=True)

    @api.depends("lease_ids.quota_used", "lease_ids.quota_limit")
    def _compute_quota(self):
        for account in self:
            lease = account.lease_ids[:1]
            used, limit = lease.quota_used or 0, lease.quota_limit or 0
            percent = used * 100 // limit if limit else 0
            account.quota_used, account.quota_limit = used, limit
            account.quota_percent = percent
            account.quota_full = percent >= FULL
            account.quota_warning = account._quota_sentence(used, limit, percent)

    def _quota_sentence(self, used: int, limit: int, percent: int) -> str | bool:
        if percent < NEARLY_FULL:
            return False
        unit, name = (GIB, "GB") if limit >= GIB else (MIB, "MB")
        values = {
            "percent": percent,
            "used": formatLang(self.env, used / unit, digits=1),
            "limit": f"{formatLang(self.env, limit / unit, digits=1)} {name}",
        }
        if percent < FULL:
            return self.env._(
                "This mailbox is %(percent)s%% full (%(used)s of %(limit)s). Delete "
                "what you no longer need, and empty the trash.",
                **values,
            )
        return self.env._(
            "This mailbox is as good as full (%(percent)s%%: %(used)s of %(limit)s). "
            "New mail is sent back to its senders. Delete big mails and empty the "
            "trash now, or ask your provider for more space.",
            **values,
        )
