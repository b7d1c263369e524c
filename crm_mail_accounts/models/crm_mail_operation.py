from collections.abc import Iterable

from odoo import api, fields, models
from odoo.tools import SQL

from ..mailkit.sync.operations import Kind
from ..tools import change_writer, unread_counts
from ..tools.fields import BigInteger


class CrmMailOperation(models.Model):
    """One change that a user made and the server does not know yet.

    Written together with what it looks like on screen (``pending_add``,
    ``pending_remove``, ``moving_to_id`` and ``vanishing`` of the mail), so that a click
    shows at once and the sync, which writes what the server says, does not undo it.
    The worker sends it (``tools/operation_push.py``) and deletes the row.
    """

    _name = "crm.mail.operation"
    _description = "Change on its way to the mail server"
    _order = "id"
    _log_access = False

    account_id = fields.Many2one(
        "crm.mail.account", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users", "Asked by", required=True, ondelete="cascade"
    )
    message_id = fields.Many2one(
        "crm.mail.message", "Mail", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            (Kind.FLAGS.value, "Mark"),
            (Kind.MOVE.value, "Move"),
            (Kind.COPY.value, "Copy"),
            (Kind.EXPUNGE.value, "Delete for good"),
        ],
        required=True,
    )
    add_flags = fields.Integer()
    remove_flags = fields.Integer()
    add_words = fields.Char("Keywords to set", help="Separated by spaces.")
    target_id = fields.Many2one("crm.mail.folder", "To", ondelete="cascade")
    created = fields.Datetime(required=True)
    tries = fields.Integer(default=0)
    not_before = fields.Datetime()
    before_uidvalidity = BigInteger()
    before_uidnext = BigInteger(
        help="The target's UIDNEXT before the move was sent: what is found from there "
        "on tells after a crash whether it was done."
    )
    created_target = fields.Boolean()

    _account_index = models.Index("(account_id, id)")

    @api.model
    def _enqueue(
        self,
        messages,
        kind: Kind,
        *,
        add: int = 0,
        remove: int = 0,
        add_words: Iterable[str] = (),
        target=None,
    ):
        """Note a change of these mails, show it, and wake the worker.

        ``add_words``: keywords without a bit of their own; they are shown as soon as
        the server has them.

        The caller has checked that the user may act in the mailboxes.
        """
        if not messages:
            return
        # sudo: what is shown is written by the server alone; see above
        messages, target = messages.sudo(), target and target.sudo()
        cr = self.env.cr
        self.flush_model()
        messages.flush_model()
        cr.execute(
            SQL(
                """
                INSERT INTO crm_mail_operation
                       (account_id, user_id, message_id, kind, add_flags, remove_flags,
                        add_words, target_id, created, tries)
                SELECT account_id, %s, id, %s, %s, %s, %s, %s,
                       now() AT TIME ZONE 'UTC', 0
                  FROM crm_mail_message
                 WHERE id = ANY(%s) AND account_id IS NOT NULL
                """,
                self.env.uid,
                kind.value,
                add,
                remove,
                " ".join(add_words) or None,
                target.id if target else None,
                messages.ids,
            )
        )
        self.invalidate_model()
        # where they are shown now they may only be on their way to
        folders = messages.shown_folder_id | messages.folder_id
        change_writer.show_pending(self.env, messages.ids)
        folders |= messages.shown_folder_id
        if target:
            folders |= target
        self.env.flush_all()
        unread_counts.recount_unread(self.env, folders)
        messages.account_id._request_sync()

    @api.model
    def _withdraw_copies(self, targets: dict[int, int]) -> set[int]:
        """Forget the copies of mails to folders that were not asked of the server yet.

        :param targets: message id -> folder id
        :return: the mails of which nothing is copied any more
        """
        rows = self.search([("message_id", "in", list(targets)), ("tries", "=", 0)])
        rows = rows.filtered(
            lambda row: row.kind == Kind.COPY.value
            and row.target_id.id == targets[row.message_id.id]
        )
        withdrawn = set(rows.message_id.ids)
        rows.unlink()
        return withdrawn
