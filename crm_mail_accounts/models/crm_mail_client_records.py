# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import email_normalize

MOST_ROWS = 80


class CrmMailClient(models.AbstractModel):
    """What a record knows of the mail about it."""

    _inherit = "crm.mail.client"

    @api.model
    def record_mail_count(self, model, res_id) -> int:
        """How many mails :meth:`record_messages` would list."""
        record = self._readable_record(model, res_id)
        links, own = self._mails_of_record(record)
        return (
            len(links.mail_message_id)
            + len(links.filtered(lambda link: not link.mail_message_id))
            + own
        )

    @api.model
    def record_messages(self, model, res_id) -> list[dict]:
        """Mails about a record that the user may see, newest first.

        Those that are linked to it, from whosever mailbox, as far as the record shows
        them; and of the user's own mailboxes those from the record's address that are
        not linked.

        :return: ``[{message_id, link_id, posted_id, subject, from, date, mailbox,
            content, reason}]``; ``message_id`` is false for a mail that lies in a
            mailbox which the user does not read, ``mailbox`` says whose that is, and
            ``link_id`` is false for a mail that is not linked
        :raises AccessError: the record is not the user's to read
        """
        record = self._readable_record(model, res_id)
        links, _own = self._mails_of_record(record)
        mails = self.env["crm.mail.message"]
        readable = mails.search([("id", "in", links.message_id.ids)])
        rows, shown = [], set()
        for link in links.sorted(lambda link: link.message_id not in readable):
            if link.mail_message_id and link.mail_message_id in shown:
                continue
            shown.add(link.mail_message_id)
            rows.append(self._linked_row(link, link.message_id in readable))
        others = mails.search(
            self._from_record(record) & Domain("id", "not in", links.message_id.ids),
            limit=MOST_ROWS,
        )
        rows += [self._own_row(mail) for mail in others]
        rows.sort(key=lambda row: row["date"] or "", reverse=True)
        return rows[:MOST_ROWS]

    # -- helpers -----------------------------------------------------------------------

    def _readable_record(self, model, res_id):
        """:raises AccessError: no such record, or not the user's to read"""
        # the mails' own access right keeps out who may not use mail at all
        self.env["crm.mail.message"].check_access("read")
        if self.env["crm.mail.link"]._has_chatter(str(model)):
            record = self.env[model].browse(int(res_id)).exists()
            if record and record.has_access("read"):
                return record
        raise AccessError(
            self.env._("This record does not exist, or it is not yours to read.")
        )

    def _mails_of_record(self, record):
        """The links that the record shows, and how many other mails are the user's."""
        # sudo: who reads the record reads what is posted on it; of a mail in somebody
        # else's mailbox nothing but what was posted leaves this class
        links = (
            self.env["crm.mail.link"]
            .sudo()
            .search([("res_model", "=", record._name), ("res_id", "=", record.id)])
        )
        posted = links.mail_message_id.sudo(False)._filtered_access("read")
        links = links.filtered(
            lambda link: link.mail_message_id in posted or link.user_id == self.env.user
        )
        own = self.env["crm.mail.message"].search_count(
            self._from_record(record) & Domain("id", "not in", links.message_id.ids),
            limit=MOST_ROWS,
        )
        return links, own

    def _from_record(self, record) -> Domain:
        """Mails of the user's own mailboxes from the record's address."""
        field = record._mail_get_primary_email_field()
        address = email_normalize(record[field] or "") if field else False
        if not address:
            return Domain.FALSE
        return Domain("from_email", "=", address) & Domain("user_id", "=", self.env.uid)

    def _linked_row(self, link, readable: bool) -> dict:
        posted, mail = link.mail_message_id, link.message_id
        date = posted.date or mail.internal_date
        return {
            "message_id": readable and mail.id,
            "link_id": link.id,
            "posted_id": posted.id,
            "subject": (posted.subject or mail.subject) or "",
            "from": posted.email_from or mail.from_email or "",
            "date": fields.Datetime.to_string(date) or False,
            "mailbox": "" if link.user_id == self.env.user else link.user_id.name,
            "content": link.content,
            "reason": link.reason,
        }

    def _own_row(self, mail) -> dict:
        return {
            "message_id": mail.id,
            "link_id": False,
            "posted_id": False,
            "subject": mail.subject or "",
            "from": mail.from_name or mail.from_email or "",
            "date": fields.Datetime.to_string(mail.internal_date) or False,
            "mailbox": "",
            "content": "",
            "reason": "",
        }
