from odoo import api, fields, models
from odoo.tools import SQL


class CrmMailLinkRefusal(models.Model):
    """A person said that this mail does not belong to this record.

    By dismissing a suggestion, or by taking back what a rule had linked: no rule
    proposes or links it again.
    """

    _name = "crm.mail.link.refusal"
    _description = "Refused link of a mail"
    _log_access = False
    _rec_name = "res_model"

    message_id = fields.Many2one(
        "crm.mail.message", required=True, index=True, ondelete="cascade"
    )
    res_model = fields.Char("Model", required=True)
    res_id = fields.Many2oneReference("Record", required=True, model_field="res_model")

    _refusal_unique = models.UniqueIndex("(message_id, res_model, res_id)")

    @api.model
    def _remember(self, refused):
        """Store ``(message id, model, record id)`` triples; knowing one is no error."""
        if not refused:
            return
        self.env.cr.execute(
            SQL(
                "INSERT INTO crm_mail_link_refusal (message_id, res_model, res_id)"
                " VALUES %s ON CONFLICT DO NOTHING",
                SQL(", ").join(SQL("%s", triple) for triple in sorted(refused)),
            )
        )
        self.invalidate_model()
