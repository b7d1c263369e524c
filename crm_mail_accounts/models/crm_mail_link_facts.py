# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models

from ..tools.filter_facts import untagged
from ..tools.link_rules import internal_addresses, mail_facts

DIRECTIONS = [
    ("received", "Received"),
    ("sent", "Sent"),
    ("colleague", "Sent by a colleague"),
]


class CrmMailLink(models.Model):
    """Which way a linked mail went, kept for reports: the mailbox may go before them.

    Stored when the link is made, because afterwards the folder and the account that
    tell it may be deleted.
    """

    _inherit = "crm.mail.link"

    direction = fields.Selection(
        DIRECTIONS,
        compute="_compute_direction",
        store=True,
        help="From outside, by the mailbox's owner, or by somebody else of the house.",
    )
    correspondent = fields.Char(
        "Correspondent's address",
        compute="_compute_direction",
        store=True,
        help="Who wrote from outside, or the first one outside whom it was written to.",
    )

    @api.depends("message_id")
    def _compute_direction(self):
        facts = {message: mail_facts(message) for message in self.message_id}
        internal = internal_addresses(self.env, facts.values())
        for link in self:
            link.direction, link.correspondent = self._direction_of(
                link.message_id, facts[link.message_id], internal
            )

    @staticmethod
    def _direction_of(message, facts, internal) -> tuple[str, str]:
        own = {
            untagged(address)
            for address in (message.account_id.email, message.user_id.email_normalized)
            if address
        }
        people = [*facts.to, *facts.cc]
        outside = [person for person in people if person not in internal]
        written_to = next(iter(outside or people), "")
        if facts.role == "sent" or untagged(facts.sender) in own:
            return "sent", written_to
        if facts.sender in internal:
            return "colleague", written_to
        return "received", facts.sender
