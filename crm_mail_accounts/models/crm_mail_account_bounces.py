# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import re
from datetime import timedelta

from odoo import fields, models

from ..mailkit.mime.bounce import read_bounce

REMEMBERED = timedelta(days=30)
"""How late a mail may come back; servers try for five days."""
_SYSTEM = re.compile(
    r"^(?:mailer-?daemon|mail-?daemon|postmaster|mdaemon|mail-?delivery|"
    r"microsoftexchange|posta-certificata|bounce)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|deliver|failure|returned|rejected|mancata|consegna|recapit|"
    r"unzustellbar|non remis",
    re.IGNORECASE,
)


class CrmMailAccount(models.Model):
    """Mails that come back are understood, and shown at the mail that was sent."""

    _inherit = "crm.mail.account"

    def _arrived_own_copies(self, messages):
        """Versions of drafts: nobody has sent them to anybody."""
        drafts = messages.filtered(lambda mail: mail.folder_id.role == "drafts")
        return super()._arrived_own_copies(messages) | drafts

    def _arrived_heads_wanted(self, messages):
        return super()._arrived_heads_wanted(messages) | self._may_be_bounces(messages)

    def _may_be_bounces(self, messages):
        """A guess by what the index knows; the mail itself decides."""
        found = messages.filtered(
            lambda mail: (
                not mail.from_email
                or _SYSTEM.match(mail.from_email)
                or (mail.auto_submitted and _SUBJECT.search(mail.subject or ""))
            )
        )
        if not found or not self._has_sent_lately():
            return messages.browse()
        return found

    def _has_sent_lately(self) -> bool:
        since = fields.Datetime.now() - REMEMBERED
        domain = [("account_id", "=", self.id), ("sent_at", ">", since)]
        return bool(self.env["crm.mail.outgoing"].search_count(domain, limit=1))

    def _arrived_bounces(self, messages):
        """Note at the mails of this account who did not get them [D5].

        Anybody can write a bounce, so one is believed about a mail that was sent from
        here, by its Message-ID, and about somebody whom it was sent to.
        """
        for message in self._may_be_bounces(messages):
            bounce = read_bounce(self._arrived_head(message))
            if bounce is None or not bounce.failed or not bounce.message_id:
                continue
            sent = self.env["crm.mail.outgoing"].search(
                [
                    ("account_id", "=", self.id),
                    ("message_id", "=", bounce.message_id),
                    ("state", "in", ("sent", "uncertain")),
                ],
                limit=1,
            )
            if sent:
                sent._came_back(bounce)
