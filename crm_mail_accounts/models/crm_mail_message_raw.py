# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..mailkit.mime.parse import parse_mail
from ..mailkit.mime.preview import preview
from ..mailkit.values import ParsedMail
from ..tools import search_writer
from ..tools.transaction import WRITERS_MET

_logger = logging.getLogger(__name__)

CACHED = timedelta(days=90)
CACHE_DAYS = "crm_mail_accounts.cache_days"
"""Parameter: how long an opened mail is kept; :data:`CACHED` where it is unset."""
GC_BATCH = 1000


class CrmMailMessage(models.Model):
    """Whole mails, which are kept here for a while once they were fetched."""

    _inherit = "crm.mail.message"

    def _cached_raw(self) -> bytes:
        """The mail as it came, or ``b""`` when it was not fetched yet."""
        self.ensure_one()
        self.check_access("read")
        return self._raw_attachment().raw or b""

    def _with_cached_raw(self):
        """Those of these mails that were fetched as a whole."""
        self.check_access("read")
        return self.browse(self._raw_attachments().mapped("res_id"))

    def _cached_raws(self) -> dict[int, bytes]:
        """Id -> the mail as it came, of those that were fetched, in one statement."""
        self.check_access("read")
        return {file.res_id: file.raw for file in self._raw_attachments()}

    def _raw_attachments(self):
        # Through the attachments, because a binary field would turn every byte into
        # base64 and back. sudo: `raw` is closed to everybody; callers check rights.
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "raw"),
                    ("res_id", "in", self.ids),
                ]
            )
        )

    def _raw_attachment(self):
        self.ensure_one()
        return self._raw_attachments()[:1]

    def _store_raw(self, raw: bytes):
        """Cache the mail, and what only its body could tell the list."""
        self.ensure_one()
        self._store_raws({self.id: raw})

    def _store_raws(self, raws: dict[int, bytes]):
        """:meth:`_store_raw` of many mails in a few statements: by the id of each."""
        if not self:
            return
        texts = {}
        self._keep_raws(raws)
        for message in self:
            mail = parse_mail(raws[message.id])
            texts[message.id] = mail.text
            # sudo: users have no right to write mails; this is the server's truth
            message.sudo().write(message._told_by(mail))
        search_writer.write(self.env, texts)

    def _store_raws_surely(self, raws: dict[int, bytes]):
        """:meth:`_store_raws`; a mail that makes our reader stumble is kept all the
        same, and spoils no other one (law 3)."""
        try:
            with self.env.cr.savepoint():
                self._store_raws(raws)
        except WRITERS_MET:
            raise
        except Exception:
            if len(self) > 1:
                for message in self:
                    message._store_raws_surely(raws)
                return
            _logger.exception("mail %s: kept without a preview", self.id)
            self._keep_raws(raws)

    def _told_by(self, mail: ParsedMail) -> dict:
        values = {
            "preview": preview(mail.text, mail.html),
            "has_attachments": bool(mail.attachments),
        }
        if self.state == "unreadable":
            # What the index could not have, the whole mail tells.
            sender = mail.header.from_ or mail.header.sender
            values.update(
                state="ok",
                retry_at=False,
                subject=mail.header.subject,
                from_name=sender and sender.name,
                from_email=sender and sender.key,
                message_id=mail.header.message_id,
            )
        return values

    def _keep_raws(self, raws: dict[int, bytes]):
        """The bytes alone."""
        self._raw_attachments().unlink()
        # sudo: as in _raw_attachments
        self.env["ir.attachment"].sudo().create(
            [
                {
                    "name": f"{message.id}.eml",
                    "res_model": self._name,
                    "res_field": "raw",
                    "res_id": message.id,
                    "raw": raws[message.id],
                    "mimetype": "message/rfc822",
                }
                for message in self
            ]
        )

    @api.autovacuum
    def _gc_cached_bodies(self):
        """Forget bodies that were fetched long ago and that the server still has.

        Never that of a linked mail, nor of one that is not on its server any more, nor
        of a mailbox that is kept here: here would be its last copy.
        """
        # sudo: the cache is vacuumed for everybody
        days = self.env["ir.config_parameter"].sudo().get_param(CACHE_DAYS)
        limit = fields.Datetime.now() - (timedelta(days=int(days)) if days else CACHED)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT attachment.id
                  FROM ir_attachment attachment
                  JOIN crm_mail_message message ON message.id = attachment.res_id
                 WHERE attachment.res_model = %s AND attachment.res_field = 'raw'
                   AND attachment.create_date < %s AND message.uid IS NOT NULL
                   AND NOT EXISTS (SELECT FROM crm_mail_link link
                                    WHERE link.message_id = message.id)
                   AND NOT EXISTS (SELECT FROM crm_mail_account account
                                    WHERE account.id = message.account_id
                                      AND account.kind = 'pop3')
                 LIMIT %s
                """,
                self._name,
                limit,
                GC_BATCH,
            )
        )
        self.env["ir.attachment"].sudo().browse([row[0] for row in rows]).unlink()
        return len(rows), int(len(rows) == GC_BATCH)
