from odoo import fields, models


class CrmMailThread(models.Model):
    """A conversation within one account: mails that name each other."""

    _name = "crm.mail.thread"
    _description = "Mail conversation"
    _log_access = False

    account_id = fields.Many2one(
        "crm.mail.account", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one("res.users", "Owner", required=True, ondelete="cascade")
    message_ids = fields.One2many("crm.mail.message", "thread_id", "Mails")
    next_id = fields.Many2one(
        "crm.mail.thread",
        "Goes on in",
        index="btree_not_null",
        ondelete="set null",
        help="The conversation that follows this one because it is full.",
    )
    assigned_id = fields.Many2one(
        "res.users",
        "Assigned to",
        index="btree_not_null",
        ondelete="set null",
        help="Who of those who act in the mailbox takes care of it. Kept when "
        "conversations merge.",
    )
    assigned_by_id = fields.Many2one("res.users", "Assigned by", ondelete="set null")
    assigned_at = fields.Datetime()


class CrmMailThreadRef(models.Model):
    """A Message-ID that leads to a conversation, as 16 bytes.

    Also those of mails that were never seen, so that two answers to an absent mail are
    one conversation. One without a conversation is shared by unrelated mails, and joins
    nothing any more.
    """

    _name = "crm.mail.thread.ref"
    _description = "Reference to a mail conversation"
    _log_access = False
    _rec_name = "thread_id"

    account_id = fields.Many2one("crm.mail.account", required=True, ondelete="cascade")
    key = fields.Binary(attachment=False, required=True)
    thread_id = fields.Many2one("crm.mail.thread", index=True, ondelete="cascade")

    _key_unique = models.UniqueIndex("(account_id, key)")
