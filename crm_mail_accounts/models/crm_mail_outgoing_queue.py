# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import uuid
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, formatLang

from ..mailkit.errors import InvalidArgument
from ..mailkit.mime.compose import make_message_id
from ..mailkit.mime.wire_address import wire_address
from ..mailkit.values import Address
from ..tools import outgoing_mime
from .crm_mail_account_access import Sender

LONGEST_UNDO = 30
MOST_RECIPIENTS = 500
"""Of one mail: providers refuse more, and a mailing is another product's work."""


class CrmMailOutgoing(models.Model):
    """From a draft to bytes that wait."""

    _inherit = "crm.mail.outgoing"

    @api.model
    def _next_due(self, account, since):
        """When the worker has something to do for this account's outgoing mail, or
        false.

        What was due before ``since`` had its chance, and waits for the mailbox.
        """
        self.flush_model()
        self.env.cr.execute(
            "SELECT min(next_at) FROM crm_mail_outgoing"
            " WHERE account_id = %s AND next_at >= %s",
            [account.id, since],
        )
        return self.env.cr.fetchone()[0] or False

    def _queue(self, sender: Sender, send_at=False):
        """Freeze the mail and let it wait for its time.

        :param send_at: naive UTC; without it the mail leaves when undoing is over
        :raises UserError: nobody to send it to, or larger than the server takes
        """
        pause = timedelta(seconds=self._undo_seconds())
        leaves = send_at or fields.Datetime.now() + pause
        self._freeze(sender, leaves, send_at)
        self._wake(leaves)

    def _freeze(self, sender: Sender, leaves, send_at=False, headers=()):
        """Make the bytes that leave at ``leaves``, which nobody is woken for.

        :raises UserError: as :meth:`_queue`
        """
        self.ensure_one()
        recipients = self._check_recipients()
        now = fields.Datetime.now()
        message_id = self._new_message_id(sender)
        from_, reply_to = self._from_of(sender)
        try:
            raw = outgoing_mime.build(
                self,
                from_,
                message_id=message_id,
                date=(send_at or now).replace(tzinfo=timezone.utc),
                reply_to=reply_to,
                headers=headers,
            )
        except InvalidArgument as error:
            raise UserError(
                self.env._("This mail cannot be sent: %(reason)s", reason=error.detail)
            ) from error
        self._check_size(raw)
        self._store_raw(raw)
        self.write(
            {
                "state": "scheduled" if send_at else "queued",
                "next_at": leaves,
                "queued_at": leaves,
                "send_at": send_at,
                "undo_until": leaves if not send_at and leaves > now else False,
                "message_id": message_id,
                "envelope": {"from": from_.email, "to": recipients},
                "results": False,
                "sent_at": False,
                "reply": False,
                "undelivered": False,
                "tries": 0,
                "error": False,
                "error_code": False,
                "filing": False,
                "filing_tries": 0,
                "filing_uid": False,
                "link_pending": bool(self.res_model and self.account_id),
                **self._note_sent_folder(),
            }
        )

    def _undo_seconds(self) -> int:
        return min(max(self.user_id.crm_mail_undo_seconds, 0), LONGEST_UNDO)

    def _new_message_id(self, sender: Sender) -> str:
        return make_message_id(
            sender.email.rpartition("@")[2] or "localhost", uuid.uuid4().hex
        )

    def _check_recipients(self) -> list[str]:
        """Everybody whom the mail goes to, each once."""
        addresses = {
            email.lower(): wire_address(email)
            for kind in ("to", "cc", "bcc")
            for _name, email in self._pairs(kind)
        }
        if not addresses:
            raise UserError(
                self.env._("Enter somebody to send this mail to, then send it again.")
            )
        if len(addresses) > MOST_RECIPIENTS:
            raise UserError(
                self.env._(
                    "A mail goes to %(most)s people at most. Send it in several parts, "
                    "or as a mailing.",
                    most=MOST_RECIPIENTS,
                )
            )
        return list(addresses.values())

    def _check_size(self, raw: bytes):
        # sudo: the lease belongs to the workers; one number is read
        most = self.account_id.sudo().lease_ids.smtp_size
        if most and len(raw) > most:
            raise UserError(
                self.env._(
                    "This mail has %(size)s MB, and the mail server takes %(most)s MB. "
                    "Remove attachments, or send a link instead.",
                    size=formatLang(self.env, len(raw) / 1e6, digits=1),
                    most=formatLang(self.env, most / 1e6, digits=1),
                )
            )

    def _from_of(self, sender: Sender) -> tuple[Address, tuple[Address, ...]]:
        """From and Reply-To.

        Where the host's server may not write in the user's own name, it writes from
        the address that its administrator gave it, and answers go to the user.
        """
        own = Address(sender.name or "", sender.email)
        # sudo: a delegated or shared account is not readable as such
        account = self.account_id.sudo()
        if sender.account_id and not account.smtp_system:
            return own, ()
        # sudo: users have no right to the servers; only an address is taken
        servers = self.env["ir.mail_server"].sudo()
        _server, email_from = servers._find_mail_server(sender.email)
        allowed = email_normalize(email_from or "")
        if not allowed or allowed == email_normalize(sender.email):
            return own, ()
        return Address(sender.name or "", allowed), (own,)
