# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import logging
from base64 import b64encode
from datetime import timezone

from odoo import fields, models

from ..mailkit.rules import autoreply
from ..tools import filter_facts

_logger = logging.getLogger(__name__)


class CrmMailAccount(models.Model):
    """Answers to new mail while the owner is away [E6]."""

    _inherit = "crm.mail.account"

    vacation_ids = fields.One2many("crm.mail.vacation", "account_id", "Out of office")

    def _arrived_heads_wanted(self, messages):
        wanted = super()._arrived_heads_wanted(messages)
        if any(vacation._is_on() for vacation in self.vacation_ids):
            wanted |= self._answerable(messages)
        return wanted

    def _answerable(self, messages):
        return messages.filtered(
            lambda mail: mail.uid and mail.shown_folder_id.role == "inbox"
        )

    def _arrived_out_of_office(self, messages):
        super()._arrived_out_of_office(messages)
        vacation = self.vacation_ids.filtered(lambda each: each._is_on())[:1]
        here = self._answerable(messages) if vacation else messages.browse()
        if not here:
            return
        env = self.env(user=self.user_id.id, su=False)
        kinds = filter_facts.sender_kinds(env, set(here.mapped("from_email")))
        ours = self._never_answered()
        for message in here:
            head = self._arrived_head(message)
            if not head:
                continue  # nobody knows what it is: silence is the lesser evil
            colleague = kinds.get(message.from_email) == "colleague"
            self._answer_one(vacation, message, head, kinds, colleague, ours)

    def _answer_one(self, vacation, message, head, kinds, colleague: bool, ours):
        decision = autoreply.decide(
            autoreply.Incoming(
                head,
                message.internal_date.replace(tzinfo=timezone.utc),
                autoreply.all_lower([self.email]),
                known=message.from_email in kinds,
            ),
            now=fields.Datetime.now().replace(tzinfo=timezone.utc),
            since=vacation._since().replace(tzinfo=timezone.utc),
            ours=ours,
            sent_to=lambda to: vacation._sent_to(to, colleague),
            token=vacation.token,
            only_known=vacation.only_known,
            only_direct=vacation.only_direct,
        )
        silence = decision.silence and decision.silence.value
        if not silence and not vacation._text(colleague):
            silence = "no_text"
        if silence:
            _logger.info("mail %s: no automatic answer, %s", message.id, silence)
            if decision.silence is autoreply.Silence.ACCOUNT_BRAKE:
                self._log_filter(
                    self.env._(
                        "Out of office: so many automatic answers were due today that "
                        "no more are given until tomorrow."
                    )
                )
            return
        now = fields.Datetime.now()
        # sudo: the table is the worker's
        self.env["crm.mail.vacation.reply"].sudo().create(
            {
                "vacation_id": vacation.id,
                "account_id": self.id,
                "correspondent": decision.to,
                "handle": vacation._handle(colleague),
                "answered_at": now,
                "answered_on": now.date(),
                "raw": b64encode(vacation._answer(message, decision.to, colleague)),
            }
        )

    def _never_answered(self) -> frozenset[str]:
        """The owner's own mailboxes, and addresses that the host reads by itself."""
        # sudo: addresses alone, to compare with
        own = self.sudo().search([("user_id", "=", self.user_id.id)]).mapped("email")
        domains = self.env["mail.alias.domain"].sudo().search([("name", "!=", False)])
        aliases = self.env["mail.alias"].sudo().search([("alias_name", "!=", False)])
        return autoreply.all_lower(
            [
                *own,
                *domains.mapped("bounce_email"),
                *domains.mapped("catchall_email"),
                *domains.mapped("default_from_email"),
                *aliases.mapped("alias_full_name"),
            ]
        )
