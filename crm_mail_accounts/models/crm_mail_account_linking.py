# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import fields, models

from ..tools import link_rules
from .crm_mail_link import CONTENTS

BACKFILL_BATCH = 500
"""Mails that are looked at in one transaction."""


class CrmMailAccount(models.Model):
    """Which mails of an account are linked to records without being asked."""

    _inherit = "crm.mail.account"

    link_rule = fields.Selection(
        [
            ("off", "Off: mails are linked by hand only"),
            ("ask", "Ask: the records are proposed beside the open mail"),
            ("on", "On: new mails are linked at once"),
        ],
        "Link by rule",
        required=True,
        default="ask",
        help="Mails of a conversation that is linked, answers to messages of a record, "
        "mails from and to contacts. Never internal mail, mailing lists, automatic "
        "mail, and whom you exclude. Unless it is off, answers to what you wrote from "
        "the chatter of a record are linked to it at once.",
    )
    link_content = fields.Selection(
        CONTENTS,
        "Post on the record",
        required=True,
        default="whole",
        help="What everybody who may read the record sees of a linked mail, unless you "
        "choose something else when you link it.",
    )
    never_link = fields.Text(
        "Never link by rule",
        help="Addresses and domains, one to a line. A mail from or to one of them is "
        "only linked by hand.",
    )
    link_backfill_below = fields.Integer(
        copy=False,
        help="Older mails are being linked by rule, the newest first: those with a "
        "smaller id are still to be looked at. Zero: none are.",
    )
    link_backfill_since = fields.Date(copy=False)

    # -- by rule -------------------------------------------------------------------

    def _arrived_linking(self, messages):
        """New mails of this account were indexed: link them if its rules are on.

        Makes the links in a few statements, however many mails; the worker posts them
        (``tools/link_posting.py``).
        """
        self.ensure_one()
        if self.link_rule == "on":
            self._link_by_rule(messages)
        elif self.link_rule == "ask":
            # Who wrote from a record's chatter has said where the answers belong.
            places = link_rules.answered_chatters(self.env, messages)
            self._link_by_rule(messages.filtered(lambda one: one.id in places), places)

    def _link_by_rule(self, messages, places=None):
        """Link mails of this account to what the rules find; the new links.

        :param places: mail id -> the only records that count for it
        """
        self.ensure_one()
        links = self.env["crm.mail.link"]
        proposals = link_rules.propose(self, messages)
        if places is not None:
            proposals = {
                message_id: [
                    one
                    for one in found
                    if (one.model, one.res_id) in places[message_id]
                ]
                for message_id, found in proposals.items()
            }
        reasons = links.with_context(lang=self.user_id.lang)._names_of_reasons()
        return links._make(
            (
                (message, one.model, one.res_id, reasons[one.rule], self.link_content)
                for message in messages
                for one in proposals.get(message.id, ())
            ),
            by_rule=True,
        )

    # -- backfill ------------------------------------------------------------------

    def _backfill_links(self) -> bool:
        """Look at the next older mails; true while there are more.

        A step is one transaction that also stores how far it came, so that it goes on
        where it was interrupted.
        """
        self.ensure_one()
        if not self.link_backfill_below:
            return False
        messages = self._backfill_batch(
            self.link_backfill_below, self.link_backfill_since
        )
        self._link_by_rule(messages.sorted("id"))
        done = len(messages) < BACKFILL_BATCH
        self.link_backfill_below = 0 if done else min(messages.ids)
        return not done

    def _backfill_batch(self, below: int, since):
        domain = [("account_id", "=", self.id), ("id", "<", below)]
        if since:
            domain.append(("internal_date", ">=", since))
        return self.env["crm.mail.message"].search(
            domain, order="id desc", limit=BACKFILL_BATCH
        )

    def _count_backfill(self, since, most: int) -> tuple[int, int]:
        """How many of the older mails the rules would link, and how many were looked
        at: ``most`` of them at the most."""
        self.ensure_one()
        mails = seen = 0
        below = self._backfill_start()
        while seen < most:
            messages = self._backfill_batch(below, since)
            if not messages:
                break
            seen += len(messages)
            mails += len(link_rules.propose(self, messages.sorted("id")))
            below = min(messages.ids)
        return mails, seen

    def _backfill_start(self) -> int:
        newest = self.env["crm.mail.message"].search(
            [("account_id", "=", self.id)], order="id desc", limit=1
        )
        return newest.id + 1

    def _start_backfill(self, since=False):
        """Link the older mails by rule, in the worker."""
        self.ensure_one()
        self._check_may_act()
        self.write(
            {
                "link_backfill_below": self._backfill_start(),
                "link_backfill_since": since,
            }
        )
        self._request_sync()
