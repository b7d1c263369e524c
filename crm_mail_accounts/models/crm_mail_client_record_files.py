# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, models

from ..tools import compose_payload, record_files
from .crm_mail_client_compose_files import MOST_FILES


class CrmMailClient(models.AbstractModel):
    """Files of records that are put into a mail."""

    _inherit = "crm.mail.client"

    @api.model
    def compose_record_files(self, message_id=False, record=False) -> dict:
        """Files of the records that a mail has to do with, newest first.

        :param message_id: the mail that is answered or passed on: what it and its
            conversation are linked to
        :param record: ``{model, res_id}`` that the new mail is about
        :return: ``{groups, more}``, see ``tools/record_files.by_name``
        :raises AccessError: not the user's mail, or a record they may not read
        """
        self._check_writer()
        places = []
        model, res_id = self._record_of(record)
        if model:
            places.append((model, res_id))
        if message_id:
            message = self._readable("crm.mail.message", message_id)
            links = self._conversation(message).link_ids
            places += [(link.res_model, link.res_id) for link in links]
        return record_files.of_records(self.env, dict.fromkeys(places))

    @api.model
    def compose_find_files(self, term) -> dict:
        """Files by their name or by that of their record; what the user may read.

        :return: ``{groups, more}``, see ``tools/record_files.by_name``
        """
        self._check_writer()
        term = str(term or "").strip()[:100]
        if not term:
            return {"groups": [], "more": False}
        return record_files.by_name(self.env, term)

    @api.model
    def compose_attach_records(self, outgoing_id, attachment_ids) -> list[dict]:
        """Copy files of records into the mail.

        :return: its new Attachments
        :raises AccessError: not the user's mail, or a file they may not read
        """
        mail = self._draft(outgoing_id)
        files = record_files.check(
            self.env, [int(one) for one in list(attachment_ids)[:MOST_FILES]]
        )
        changeable = mail._changeable()
        made = [
            changeable._attach(file.name, file.raw or b"", file.mimetype)
            for file in files
        ]
        return [compose_payload.attachment(mail, one) for one in made]
