# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import email_normalize, html2plaintext
from odoo.tools.mail import email_split_tuples

from ..tools import host_mail, host_mail_import

SEEN_AGAIN_WITHIN = timedelta(days=2)
"""How long after the gateway took a mail the mailbox may still bring the same one."""

OVERLAP = 200
"""Messages of the host that are looked at again."""


class CrmMailMessage(models.Model):
    """Mails that the host's gateway put on records, for whom they were addressed to.

    They never were in a mailbox here, or are none of the user's (mission D5, the first
    and second case), and stand under Imported with their records: rows without an
    account whose text is that of the message in the chatter.
    """

    _inherit = "crm.mail.message"

    host_message_id = fields.Many2one(
        "mail.message", "Message of the host", ondelete="cascade"
    )

    _host_unique = models.UniqueIndex(
        "(host_message_id, user_id) WHERE host_message_id IS NOT NULL"
    )

    def _cached_raw(self) -> bytes:
        # the rights to the chatter's message count, whenever it is opened
        self.ensure_one()
        if not self.host_message_id:
            return super()._cached_raw()
        self.check_access("read")
        self.host_message_id.check_access("read")
        return host_mail.host_mail(self.host_message_id.sudo())

    def _with_cached_raw(self):
        return super()._with_cached_raw() | self.filtered("host_message_id")

    def _cached_raws(self) -> dict[int, bytes]:
        hosts = self.filtered("host_message_id")
        own = {message.id: message._cached_raw() for message in hosts}
        return {**super()._cached_raws(), **own}

    @api.model
    def _import_host_mails(self, account) -> int:
        """Make rows of what the gateway received for the account's owner since the
        last time.

        Of mails on records that the owner may read, and that lie in none of their
        mailboxes. As superuser, in the worker's turn.

        :return: how many
        """
        user, lease = account.user_id, account.lease_ids
        self._forget_double_host_mails(user)
        newest = host_mail_import.newest_message(self.env)
        if newest == lease.host_seen:
            return 0
        # again a little of what was looked at: ids are given before they are committed
        after = max(0, lease.host_seen - OVERLAP)
        lease.host_seen = newest
        found = host_mail_import.addressed_to(self.env, user, after, newest)
        posted = self.env["mail.message"].browse(found)
        posted = self._on_readable_records(posted, user)
        known = host_mail_import.in_mailboxes(
            self.env, user, posted.mapped("message_id")
        )
        posted = posted.filtered(lambda one: one.message_id not in known)
        messages = self.create([self._host_values(one, user) for one in posted])
        reason = self.with_context(lang=user.lang).env._("Received by the mail gateway")
        self.env["crm.mail.link"].create(
            [
                {
                    "message_id": message.id,
                    "res_model": message.host_message_id.model,
                    "res_id": message.host_message_id.res_id,
                    "reason": reason,
                    "content": "whole",
                    "mail_message_id": message.host_message_id.id,
                    "own_copy": False,
                }
                for message in messages
            ]
        )
        return len(messages)

    def _forget_double_host_mails(self, user):
        """The mailbox brought a mail that the gateway had received as well."""
        recent = self.search(
            [
                ("user_id", "=", user.id),
                ("host_message_id", "!=", False),
                ("state", "=", "unplaced"),  # as they all are, and few other mails
                ("internal_date", ">", fields.Datetime.now() - SEEN_AGAIN_WITHIN),
            ]
        )
        known = host_mail_import.in_mailboxes(
            self.env, user, recent.mapped("message_id")
        )
        recent.filtered(lambda one: one.message_id in known).unlink()

    @api.model
    def _on_readable_records(self, posted, user):
        readable = posted.browse()
        for model, found in posted.grouped("model").items():
            if not self.env["crm.mail.link"]._has_chatter(model):
                continue
            records = self.env[model].with_user(user).browse(found.mapped("res_id"))
            ids = set(records.exists()._filtered_access("read").ids)
            readable |= found.filtered(lambda one, ids=ids: one.res_id in ids)
        return readable

    @api.model
    def _host_values(self, posted, user) -> dict:
        senders = email_split_tuples(posted.email_from or "")
        name, email = senders[0] if senders else ("", "")
        return {
            "user_id": user.id,
            "state": "unplaced",
            "host_message_id": posted.id,
            "message_id": posted.message_id,
            "subject": posted.subject,
            "from_name": name,
            "from_email": email_normalize(email) or email,
            "recipients": {
                "to": email_split_tuples(posted.incoming_email_to or ""),
                "cc": email_split_tuples(posted.incoming_email_cc or ""),
                "reply_to": [],
            },
            "internal_date": posted.date,
            "sent_at": posted.date,
            "seen": True,
            "size": 0,
            "has_attachments": bool(posted.attachment_ids),
            "preview": " ".join(html2plaintext(posted.body or "").split())[:200],
        }
