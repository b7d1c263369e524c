# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, models
from odoo.tools import SQL

FOLDERS = ("folder_id", "shown_folder_id", "moving_to_id", "filed_in_id")


class CrmMailMessage(models.Model):
    """What foreign keys would do for the columns that have none
    (``tools/fields.UnboundMany2one``)."""

    _inherit = "crm.mail.message"

    @api.model
    def _leave_accounts(self, account_ids):
        """Before these accounts go: linked mails stay, without an account and a place;
        the others go, with their cached bodies.

        A worker that stores mails of such an account meanwhile renews its lease, which
        goes with the account: the two transactions meet there, and one of them is done
        again.
        """
        linked = self.search(
            [("account_id", "in", account_ids), ("link_ids", "!=", False)]
        )
        linked.write(
            {
                "account_id": False,
                "folder_id": False,
                "shown_folder_id": False,
                "moving_to_id": False,
                "filed_in_id": False,
                "state": "unplaced",
                "uid": False,
                "uidvalidity": False,
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM crm_mail_message WHERE account_id = ANY(%s) RETURNING id",
            [list(account_ids)],
        )
        gone = [row[0] for row in self.env.cr.fetchall()]
        self.env.invalidate_all(flush=False)
        # The database knows nothing of cached bodies.
        self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", "raw"),
                ("res_id", "in", gone),
            ]
        ).unlink()

    @api.model
    def _leave_folders(self, folders):
        """Before these folders go: no mail lies in them, or is to go there."""
        # The account's index finds the mails: not every column has one.
        columns = [SQL.identifier(name) for name in FOLDERS]
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_mail_message SET %s WHERE account_id = ANY(%s) AND (%s)",
                SQL(", ").join(
                    SQL(
                        "%s = CASE WHEN %s <> ALL(%s) THEN %s END", c, c, folders.ids, c
                    )
                    for c in columns
                ),
                folders.account_id.ids,
                SQL(" OR ").join(SQL("%s = ANY(%s)", c, folders.ids) for c in columns),
            )
        )
        self.invalidate_model(FOLDERS)

    @api.autovacuum
    def _gc_unbound(self):
        """Rows whose account, owner or folder was removed by somebody who knows nothing
        of mails."""
        lost = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT account_id FROM crm_mail_message
                 WHERE account_id IS NOT NULL AND NOT EXISTS (
                       SELECT FROM crm_mail_account WHERE id = account_id)
                """
            )
        )
        self._leave_accounts([account for (account,) in lost])
        self.env.cr.execute(
            """
            DELETE FROM crm_mail_message message
             WHERE NOT EXISTS (SELECT FROM res_users WHERE id = message.user_id)
            """
        )
        for column in map(SQL.identifier, FOLDERS):
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE crm_mail_message message SET %s = NULL
                     WHERE %s IS NOT NULL AND NOT EXISTS (
                           SELECT FROM crm_mail_folder folder WHERE folder.id = %s)
                    """,
                    column,
                    column,
                    column,
                )
            )
        self.invalidate_model()
