from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..mailkit.rules.match import Condition


class CrmMailFilterCondition(models.Model):
    """One condition of a filter; see ``mailkit/rules/match.py`` for what it means."""

    _name = "crm.mail.filter.condition"
    _description = "Condition of a mail filter"
    _order = "sequence, id"

    filter_id = fields.Many2one(
        "crm.mail.filter", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    field = fields.Selection(
        [
            ("from", "Sender"),
            ("sender", "Sender is"),
            ("to", "To"),
            ("cc", "Cc"),
            ("recipient", "Any recipient"),
            ("address", "My address used"),
            ("subject", "Subject"),
            ("body", "Text"),
            ("list", "Mailing list"),
            ("attachment", "Attachment"),
            ("size", "Size in kilobytes"),
            ("header", "Header field"),
        ],
        required=True,
        default="from",
    )
    header = fields.Char("Header field", help="Its name, such as X-Mailer.")
    negated = fields.Boolean("Not")
    operator = fields.Selection(
        [
            ("contains", "contains"),
            ("is", "is"),
            ("begins", "begins with"),
            ("ends", "ends with"),
            ("matches", "fits the pattern"),
            ("larger", "is larger than"),
            ("smaller", "is smaller than"),
            ("exists", "is there"),
        ],
        required=True,
        default="contains",
        help="A pattern has * for anything and ? for one character.",
    )
    value = fields.Char(
        help="For “Sender is”: contact, colleague or unknown.",
    )

    @api.constrains("field", "operator", "value", "header")
    def _check_usable(self):
        sentences = {
            "field": self.env._("Choose what the condition looks at."),
            "operator": self.env._(
                "This comparison does not fit: a size is larger or smaller, an "
                "attachment is there, a text contains, is, begins, ends or fits."
            ),
            "header": self.env._(
                "Name the header field of the condition, such as X-Mailer: without "
                "spaces and colons."
            ),
            "value": self.env._(
                "Fill in what the condition compares with: a text, a number of "
                "kilobytes, or one of contact, colleague and unknown."
            ),
        }
        for condition in self:
            problem = condition._value().problem()
            if problem:
                raise ValidationError(sentences[problem])

    def _value(self) -> Condition:
        self.ensure_one()
        return Condition(
            self.field or "",
            self.operator or "",
            self.value or "",
            self.negated,
            self.header or "",
        )
