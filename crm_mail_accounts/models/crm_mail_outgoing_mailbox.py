# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.transaction import WRITERS_MET

LEARNED_WITHIN = timedelta(hours=1)
"""How long after sending a second copy in Sent is looked for."""


class CrmMailOutgoing(models.Model):
    """The copy of a sent mail in Sent, and its link."""

    _inherit = "crm.mail.outgoing"

    def _provider_files(self) -> bool:
        """Whether who sends the mail also puts it into Sent, as known or learned."""
        account = self.account_id
        provider = account.smtp_provider_id or account.provider_id
        return bool(provider.files_sent or account.lease_ids.files_sent)

    @api.model
    def _learn_who_files(self, account):
        """Copies that the provider put into Sent a moment after ours was stored.

        Ours goes, being the one whose UID is known, and is not stored again.
        """
        self.flush_model()
        self.env["crm.mail.message"].flush_model()
        doubles = self.env.execute_query(
            SQL(
                """
                SELECT sent.id, max(mail.uid)
                  FROM crm_mail_outgoing sent JOIN crm_mail_message mail
                    ON mail.folder_id = sent.filing_folder_id
                   AND mail.uidvalidity = sent.filing_uidvalidity
                   AND mail.uid >= sent.filing_uidnext
                   AND mail.message_id = sent.message_id
                 WHERE sent.account_id = %s AND sent.filing = 'filed'
                   AND sent.filed_by_us AND sent.sent_at > %s
                   AND sent.filing_uid > 0 AND mail.uid <> sent.filing_uid
                 GROUP BY sent.id
                """,
                account.id,
                fields.Datetime.now() - LEARNED_WITHIN,
            )
        )
        for outgoing_id, uid in doubles:
            mail = self.browse(outgoing_id)
            ours = [
                mail.filing_folder_id.id,
                mail.filing_uidvalidity,
                mail.filing_uid,
                "",
                mail.message_id,
            ]
            mail.write(
                {
                    "filing_uid": uid,
                    "filed_by_us": False,
                    "draft_old": [*(mail.draft_old or []), ours],
                    "next_at": fields.Datetime.now(),
                }
            )
        if doubles:
            account.lease_ids.files_sent = True

    def _note_sent_folder(self) -> dict:
        """Where a copy would turn up, from what the last sync knows."""
        folder = self.account_id.folder_ids.filtered(
            lambda folder: folder.role == "sent" and folder.selectable
        )[:1]
        return {
            "filing_folder_id": folder.id,
            "filing_uidvalidity": folder.uidvalidity,
            "filing_uidnext": folder.uidnext,
        }

    def _stored_raws(self) -> dict[int, bytes]:
        """The frozen bytes of several mails, by one search."""
        stored = (
            self.env["ir.attachment"]
            # sudo: closed to everybody; for the worker
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "raw"),
                    ("res_id", "in", self.ids),
                ]
            )
        )
        return {attachment.res_id: attachment.raw for attachment in stored}

    def _filed(self, uidvalidity, uid, by_us: bool = False):
        """The copy is in Sent; a mail of which nobody knew has left, then."""
        self.ensure_one()
        values = {
            "filing": "filed",
            "filed_by_us": by_us,
            "filing_uid": uid,
            "filing_error": False,
            "filing_tries": 0,
            "next_at": False,
        }
        if uidvalidity:
            values["filing_uidvalidity"] = uidvalidity
        if self.state == "uncertain":
            values["sent_at"] = fields.Datetime.now()
            self.write(values)
            self._was_sent()
        else:
            self.write(values)
        if self.draft_old:
            self.next_at = fields.Datetime.now()

    def _was_sent(self):
        """Found, or told by the author, to have left."""
        self.ensure_one()
        known = self.results or {}
        left = {one: "" for one in (self.envelope or {}).get("to", ())}
        self._note_results(
            {one: text for one, text in left.items() if one not in known}, "accepted"
        )
        self.write(
            {
                "state": "sent",
                "sent_at": self.sent_at or fields.Datetime.now(),
                "error_code": False,
                "error": False,
            }
        )
        self._mark_parent()
        self._drop_server_draft()
        self._tell()

    @api.model
    def _link_sent(self, account):
        """Link the copies of mails that were written for a record [F9]."""
        waiting = self.search(
            [
                ("account_id", "=", account.id),
                ("link_pending", "=", True),
                ("filing", "=", "filed"),
            ],
            limit=100,
        )
        for mail in waiting:
            message = self.env["crm.mail.message"].search(
                [
                    ("account_id", "=", account.id),
                    ("message_id", "=", mail.message_id),
                    ("folder_id", "=", mail.filing_folder_id.id),
                ]
            )
            if message:
                # of two the one that stays
                staying = message.filtered_domain([("uid", "=", mail.filing_uid)])
                mail._link_copy((staying or message)[:1])

    def _link_copy(self, message):
        """As the author, whose rights on the record count at this moment."""
        env = self.env(user=self.user_id.id, su=False)
        self.link_pending = False
        try:
            with self.env.cr.savepoint():
                if not message._cached_raw():
                    # what was sent, so that linking asks no server
                    message._store_raw(self._stored_raw().raw or b"")
                env["crm.mail.link"]._link_written(
                    message,
                    self.res_model,
                    self.res_id,
                    env._("Written for it by %(user)s", user=self.user_id.name),
                )
        except WRITERS_MET:
            raise  # the worker does the whole again
        except Exception as error:  # no mail and no record may stop the sync
            self.env["crm.mail.log"].create(
                {
                    "account_id": self.account_id.id,
                    "user_id": self.account_id.user_id.id,
                    "source": "outgoing",
                    "level": "warning",
                    "message": self.env._(
                        "A sent mail could not be linked to its record: %(reason)s",
                        reason=str(error)[:300],
                    ),
                }
            )
