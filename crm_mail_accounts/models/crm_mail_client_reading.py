# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, models
from odoo.exceptions import UserError

from ..mailkit.limits import MAX_HEADER_LITERAL
from ..mailkit.mime.encoded_words import decode_words
from ..mailkit.mime.header_fields import fields as header_fields
from ..tools import large_mail

MAX_FIELDS = 500
MAX_VALUE = 10_000


class CrmMailClient(models.AbstractModel):
    """What the reading pane asks beside the mail itself."""

    _inherit = "crm.mail.client"

    @api.model
    def message_headers(self, message_id) -> dict:
        """All header fields of a mail, decoded, in the order of the mail.

        :return: ``{fields: [[name, value], ...]}``
        :raises AccessError: not the user's
        :raises UserError: the server is away, or the mail is gone
        """
        message = self._readable("crm.mail.message", message_id)
        raw = message._cached_raw()[:MAX_HEADER_LITERAL]
        if not raw and message.size >= large_mail.LARGE:
            raw = message._at_server(
                lambda session, uid: session.fetch_part(
                    uid, "HEADER", 0, MAX_HEADER_LITERAL
                )
            )
        elif not raw:
            raw = message._read_raw()[:MAX_HEADER_LITERAL]
        return {
            "fields": [
                [name.decode("latin-1").title(), decode_words(value)[:MAX_VALUE]]
                for _number, (name, value) in zip(
                    range(MAX_FIELDS), header_fields(raw), strict=False
                )
            ]
        }

    @api.model
    def address_card(self, message_id, email) -> dict:
        """Who an address of a mail is in the CRM.

        :return: ``{email, partner}``; ``partner`` as :meth:`message_context` has it
        """
        self._readable("crm.mail.message", message_id)
        partner = self._partner_of(str(email))
        return {
            "email": str(email),
            "partner": self._partner_payload(partner) if partner else False,
        }

    @api.model
    def trust_sender(self, message_id, trusted=True) -> bool:
        """Show the pictures of the mail's sender from now on, or ask again."""
        message = self._readable("crm.mail.message", message_id)
        if not message.from_email:
            raise UserError(self.env._("This message does not say who sent it."))
        self.env["crm.mail.trusted.sender"]._set(message.from_email, bool(trusted))
        return True

    @api.model
    def save_attachments(self, message_id, numbers, model, res_id) -> int:
        """Copy attachments of a mail to a record.

        :param numbers: of the parts, as :meth:`open_message` gives them
        :return: how many were saved; those that the record has already are not again
        :raises AccessError: not the user's mail, or no right to change the record
        :raises UserError: nothing to save, or the server is away
        """
        message = self._readable("crm.mail.message", message_id)
        if not self.env["crm.mail.link"]._has_chatter(str(model)):
            raise UserError(self.env._("Files cannot be saved there."))
        record = self.env[str(model)].browse(int(res_id)).exists()
        if not record:
            raise UserError(self.env._("That record does not exist any more."))
        record.check_access("write")
        wanted = {str(number) for number in numbers}
        # The whole mail: what is saved must be there when the server is not.
        message._read_raw()
        mail, _sizes = message._read()
        parts = [part for part in mail.attachments if part.number in wanted]
        if not parts:
            raise UserError(self.env._("This message has no such attachment."))
        attachments = self.env["ir.attachment"].with_context(
            attachments_mime_plainxml=True, image_no_postprocess=True
        )
        known = set(
            attachments.search(
                [("res_model", "=", model), ("res_id", "=", record.id)]
            ).mapped(lambda file: (file.name, file.file_size))
        )
        created = attachments.create(
            [
                {
                    "name": part.filename,
                    "raw": part.content,
                    "res_model": model,
                    "res_id": record.id,
                }
                for part in parts
                if (part.filename, part.size) not in known
            ]
        )
        return len(created)
