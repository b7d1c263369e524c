# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import models


class CrmMailAccount(models.Model):
    """A mailbox as a file, see ``tools/account_export.py``."""

    _inherit = "crm.mail.account"

    def action_export(self) -> dict:
        """Download all mails that are known here, links and settings.

        :raises AccessError: not the user's own mailbox
        """
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_url",
            "url": f"/crm_mail_accounts/account/{self.id}/export.zip",
            "target": "download",
        }
