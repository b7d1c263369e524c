# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import api, models


class CrmMailClient(models.AbstractModel):
    """Writing from the chatter of a record."""

    _inherit = "crm.mail.client"

    @api.model
    def chatter_senders(self, model, res_id) -> dict:
        """The mailboxes that the user may write from on a record.

        :return: ``{senders: [{account_id, name, email}], chosen}``; ``chosen`` is the
            id of the one that the user wrote from last on this record, else of the main
            one; false is the host's usual way
        :raises AccessError: no such record, or not the user's to read
        """
        record = self._readable_record(model, res_id)
        senders = [
            sender
            for sender in self.env["crm.mail.account"]._senders()
            if sender.account_id
        ]
        return {
            "senders": [
                {
                    "account_id": sender.account_id,
                    "name": sender.name or "",
                    "email": sender.email,
                }
                for sender in senders
            ],
            "chosen": self._chosen_sender(record, senders),
        }

    def _chosen_sender(self, record, senders) -> int | bool:
        # sudo: of the user's own messages; nobody reads the field
        last = (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", record._name),
                    ("res_id", "=", record.id),
                    ("author_id", "=", self.env.user.partner_id.id),
                    ("message_type", "=", "comment"),
                    ("subtype_id.internal", "=", False),
                    ("is_internal", "=", False),
                ],
                order="id desc",
                limit=1,
            )
        )
        if last:
            known = {sender.account_id for sender in senders}
            account_id = last.crm_mail_account_id.id
            return account_id if account_id in known else False
        return next((sender.account_id for sender in senders if sender.main), False)
