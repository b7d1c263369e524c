# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from ..tools import search_writer

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
        them; and of the user's own mailboxes those from and to the record's address
        that are not linked.

        :return: ``[{message_id, link_id, posted_id, subject, from, to, date, mailbox,
            content, reason}]``; ``message_id`` is false for a mail that lies in a
            mailbox which the user does not read, ``mailbox`` says whose that is,
            ``link_id`` is false for a mail that is not linked, and ``to`` names the
            receivers of a mail that the user sent
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
            self._with_record(record) & Domain("id", "not in", links.message_id.ids),
            limit=MOST_ROWS,
        )
        rows += [self._own_row(mail) for mail in others]
        rows.sort(key=lambda row: row["date"] or "", reverse=True)
        return rows[:MOST_ROWS]

    # -- writing -----------------------------------------------------------------------

    @api.model
    def compose_start(self, kind, message_id=False, values=None) -> dict:
        """A new mail about a record goes to the record's contact, unless told."""
        values = dict(values or {})
        if kind == "new" and values.get("record") and not values.get("to"):
            record = self._readable_record(*self._record_of(values["record"]))
            values["to"] = self._customer_of(record)
        return super().compose_start(kind, message_id, values)

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
            self._with_record(record) & Domain("id", "not in", links.message_id.ids),
            limit=MOST_ROWS,
        )
        return links, own

    def _with_record(self, record) -> Domain:
        """Mails of the user's own mailboxes from the record's address and to it."""
        address = email_normalize(record._mail_get_primary_email()[record.id] or "")
        if not address:
            return Domain.FALSE
        # Both branches have an index, which OR would leave aside.
        found = SQL(
            """
            (SELECT mail.id FROM crm_mail_message mail
              WHERE mail.from_email = %(address)s AND mail.user_id = %(user)s
              UNION
             SELECT mail.id FROM crm_mail_message mail
              WHERE %(words)s AND mail.user_id = %(user)s AND NOT mail.draft
                AND EXISTS (
                    SELECT FROM jsonb_path_query(
                        mail.recipients - 'reply_to', '$.*[*][1]'
                    ) AS receiver (address)
                     WHERE lower(receiver.address #>> '{}') = %(address)s))
            """,
            address=address,
            user=self.env.uid,
            words=search_writer.matching(SQL("mail"), address, "C"),
        )
        return Domain("id", "in", found)

    def _customer_of(self, record) -> list[dict]:
        """Whom a mail about a record is written to, as the composer takes it."""
        customer = record._mail_get_customer()
        if not customer.has_access("read"):
            customer = customer.browse()
        email = record._mail_get_primary_email()[record.id] or customer.email
        address = email_normalize(email or "")
        if not address:
            return []
        if customer.email_normalized == address:
            name = customer.name
        else:
            known = record._get_customer_information().get(address, {})
            name = known.get("name")
        return [{"name": name or "", "email": address}]

    def _linked_row(self, link, readable: bool) -> dict:
        posted, mail = link.mail_message_id, link.message_id
        date = posted.date or mail.internal_date
        return {
            "message_id": readable and mail.id,
            "link_id": link.id,
            "posted_id": posted.id,
            "subject": (posted.subject or (readable and mail.subject)) or "",
            "from": posted.email_from or mail.from_email or "",
            "to": self._receivers(mail) if readable else "",
            "date": fields.Datetime.to_string(date) or False,
            "mailbox": "" if link.user_id == self.env.user else link.user_id.name,
            "content": link.shown or link.content,
            "reason": link.reason,
        }

    def _own_row(self, mail) -> dict:
        return {
            "message_id": mail.id,
            "link_id": False,
            "posted_id": False,
            "subject": mail.subject or "",
            "from": mail.from_name or mail.from_email or "",
            "to": self._receivers(mail),
            "date": fields.Datetime.to_string(mail.internal_date) or False,
            "mailbox": "",
            "content": "",
            "reason": "",
        }

    def _receivers(self, mail) -> str:
        """Whom the owner of a mailbox wrote to; empty for mail of others."""
        own = (mail.account_id.email or "").lower()
        if not own or mail.from_email != own:
            return ""
        pairs = (mail.recipients or {}).get("to", [])
        return ", ".join(name or email for name, email in pairs)
