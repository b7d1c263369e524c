# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from psycopg2 import Binary

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..mailkit.sync.threads import thread_key

MOST_COPIES = 500
"""Mails that somebody did not get and whose copies are looked for, newest first."""


class CrmMailClient(models.AbstractModel):
    """Mails that somebody did not get, where a person sees them.

    Their copies in Sent are marked in every list and stand in Imported as well
    (mission D5, the fourth case), until their author is done with them.  Those without
    a copy, which a mailbox for sending only leaves, are in the list of mails that were
    not delivered (:meth:`outgoing_list`).
    """

    _inherit = "crm.mail.client"

    @api.model
    def outgoing_dismiss(self, outgoing_id) -> bool:
        """Be done with a mail that somebody did not get: nothing lists it any more.

        Who did not get it goes on standing on the mail itself.

        :raises AccessError: not the user's mail
        :raises UserError: it was delivered, or can still be sent
        """
        mail = self._outgoing(outgoing_id)
        if not mail.undelivered or mail.state != "sent":
            raise UserError(
                self.env._("Only a mail that was sent and came back can be put aside.")
            )
        mail._changeable().undelivered = False
        mail._tell()
        return True

    # -- lists -------------------------------------------------------------------

    @api.model
    def outgoing_list(self, kind, before=False) -> dict:
        """Rows of ``undelivered`` have ``copy_id``: the mail in Sent, or false."""
        page = super().outgoing_list(kind, before)
        if kind == "undelivered":
            mails = self.env["crm.mail.outgoing"].browse(
                [row["id"] for row in page["rows"]]
            )
            copies = self._copies_of(mails)
            for row, mail in zip(page["rows"], mails, strict=True):
                row["copy_id"] = copies.get((mail.account_id.id, mail.message_id), 0)
        return page

    def _outgoing_domain(self, kind) -> Domain:
        domain = super()._outgoing_domain(kind)
        if kind == "undelivered":
            # one that nobody got waits in Outgoing for its author
            domain &= Domain("state", "=", "sent")
        return domain

    @api.model
    def _special_domain(self, kind: str) -> Domain:
        domain = super()._special_domain(kind)
        if kind != "imported":
            return domain
        mails = self.env["crm.mail.outgoing"].search(
            self._outgoing_domain("undelivered"), limit=MOST_COPIES
        )
        query = self._copies_query(mails)
        return domain | Domain("id", "in", query) if query else domain

    @api.model
    def _copies_of(self, mails) -> dict[tuple[int, str], int]:
        """(mailbox, Message-ID) -> the copy of such a mail in the mailbox."""
        query = self._copies_query(mails)
        copies = self.env["crm.mail.message"]
        if query:
            copies = copies.search(Domain("id", "in", query))
        return {(copy.account_id.id, copy.message_id): copy.id for copy in copies}

    @api.model
    def _copies_query(self, mails) -> SQL | None:
        """A subquery for the copies in Sent of these mails, if there can be any.

        By their conversation, because a mail is not indexed by its Message-ID.
        """
        names = [mail.message_id for mail in mails if mail.message_id]
        accounts = mails.account_id.ids
        if not names or not accounts:
            return None
        return SQL(
            """
            (SELECT copy.id
               FROM crm_mail_thread_ref ref
               JOIN crm_mail_message copy ON copy.thread_id = ref.thread_id
              WHERE ref.account_id IN %s AND ref.key = ANY(%s::bytea[])
                AND copy.message_id = ANY(%s) AND copy.user_id = %s
                AND copy.shown_folder_id IS NOT NULL)
            """,
            tuple(accounts),
            [Binary(thread_key(name)) for name in names],
            names,
            self.env.uid,
        )

    # -- counts ------------------------------------------------------------------

    def _state(self, accounts, folders) -> dict:
        """With ``undelivered``: how many mails came back."""
        return {
            **super()._state(accounts, folders),
            "undelivered": self.env["crm.mail.outgoing"].search_count(
                self._outgoing_domain("undelivered")
            ),
        }
