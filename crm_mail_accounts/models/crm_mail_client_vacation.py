# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, models


class CrmMailClient(models.AbstractModel):
    """Out of office in the mail screen [E6]: its owner's alone, as filters are."""

    _inherit = "crm.mail.client"

    @api.model
    def vacation_form(self, account_id) -> dict:
        """An action: the mailbox's out of office in a dialog, new where it has none."""
        account = self._own_account(account_id)
        form = self.env.ref("crm_mail_accounts.crm_mail_vacation_view_form_dialog")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Out of office: %(mailbox)s", mailbox=account.name),
            "res_model": "crm.mail.vacation",
            "res_id": self._vacation_of(account).id,
            "views": [[form.id, "form"]],
            "target": "new",
            "context": {"default_account_id": account.id, "dialog_size": "medium"},
        }

    @api.model
    def vacation_end(self, account_id) -> dict:
        """Switch the automatic answers of a mailbox off, if they are on.

        :return: as ``progress``
        """
        self._vacation_of(self._own_account(account_id)).active = False
        return self.progress()

    def _vacation_of(self, account):
        vacations = self.env["crm.mail.vacation"].with_context(active_test=False)
        return vacations.search([("account_id", "=", account.id)])
