# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import models
from odoo.tools import SQL


class CrmMailAccount(models.Model):
    """A mailbox that several people use."""

    _inherit = "crm.mail.account"

    def _team(self):
        """Everybody who reads this mailbox: its owner and the delegates."""
        self.ensure_one()
        # sudo: who uses a mailbox is told to those who do; callers asked for it
        account = self.sudo()
        return account.user_id | account.delegate_ids._in_force().user_id

    def _is_shared(self) -> bool:
        """Whether somebody else reads it too: else there is nobody to tell."""
        return len(self._team()) > 1

    def _who_act(self):
        """Those of the team who may change the mailbox, its owner first."""
        self.ensure_one()
        # sudo: as in _team
        account = self.sudo()
        delegates = account.delegate_ids._in_force().filtered("may_act")
        return account.user_id | delegates.user_id

    def _tell_team(self, kind: str, payload: dict):
        """The screens of the others who read this mailbox hear of it."""
        # sudo: the bus is nobody's own; only readers of the mailbox are told
        for user in (self._team() - self.env.user).sudo():
            user._bus_send(f"crm_mail_accounts/{kind}", payload)

    def _withdraw_assignments(self):
        """Conversations of people who may not act here any more are nobody's again."""
        if not self.ids:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_mail_thread thread
                   SET assigned_id = NULL, assigned_by_id = NULL, assigned_at = NULL
                  FROM crm_mail_account account
                 WHERE account.id = thread.account_id AND account.id IN %s
                   AND thread.assigned_id IS NOT NULL
                   AND thread.assigned_id <> account.user_id
                   AND NOT EXISTS (
                       SELECT FROM crm_mail_delegate delegate
                        WHERE delegate.account_id = account.id AND delegate.may_act
                          AND delegate.user_id = thread.assigned_id)
                """,
                tuple(self.ids),
            )
        )
        self.env["crm.mail.thread"].invalidate_model()
