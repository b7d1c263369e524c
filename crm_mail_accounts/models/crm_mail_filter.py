from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..mailkit.rules.match import Action, Condition, Rule


class CrmMailFilter(models.Model):
    """A rule of one mailbox: which of its new mails, and what is done with them.

    Applied to what arrives in the inbox, in the order of the list
    (``crm_mail_account_filters``); what a rule means is decided in
    ``mailkit/rules/match.py``.  Filters are their owner's alone, as the mails are.
    """

    _name = "crm.mail.filter"
    _inherit = ["crm.mail.rules.place"]
    _description = "Mail filter"
    _order = "account_id, sequence, id"

    account_id = fields.Many2one(
        "crm.mail.account", "Mailbox", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        related="account_id.user_id", store=True, index=True, string="Owner"
    )
    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    match = fields.Selection(
        [
            ("all", "All conditions hold"),
            ("any", "One condition holds"),
            ("every", "Every mail"),
        ],
        "For mails where",
        required=True,
        default="all",
    )
    condition_ids = fields.One2many(
        "crm.mail.filter.condition", "filter_id", "Conditions", copy=True
    )
    action_ids = fields.One2many(
        "crm.mail.filter.action", "filter_id", "Actions", copy=True
    )
    stop = fields.Boolean(
        "Then stop", help="Filters further down do not see these mails."
    )
    matched = fields.Integer(
        "Mails", readonly=True, copy=False, help="How many it was applied to so far."
    )
    matched_at = fields.Datetime("Last applied", readonly=True, copy=False)
    problem = fields.Char(
        compute="_compute_problem",
        help="Why a part of the filter does nothing; empty when all is well.",
    )

    @api.depends(
        "action_ids.kind",
        "action_ids.folder_id.missing_since",
        "action_ids.folder_id.selectable",
        "account_id.folder_ids.role",
    )
    def _compute_problem(self):
        for each in self:
            lost = each.action_ids.filtered(lambda action: not action._is_possible())
            each.problem = lost[:1]._problem() if lost else False

    @api.constrains("match", "condition_ids", "action_ids")
    def _check_complete(self):
        for each in self:
            if each.match != "every" and not each.condition_ids:
                raise ValidationError(
                    self.env._(
                        "Add a condition to the filter “%(name)s”, or let it apply to "
                        "every mail.",
                        name=each.name,
                    )
                )
            if not each.action_ids and not each.stop:
                raise ValidationError(
                    self.env._(
                        "Say what the filter “%(name)s” does: add an action.",
                        name=each.name,
                    )
                )

    def _rules(self) -> list[Rule]:
        """As the decision wants them, in their order; without what cannot be done."""
        return [
            Rule(
                each.id,
                each.match,
                tuple(condition._value() for condition in each.condition_ids),
                tuple(
                    action._value()
                    for action in each.action_ids
                    if action._is_possible()
                ),
                each.stop,
            )
            for each in self.sorted(lambda each: (each.sequence, each.id))
        ]

    @api.model
    def _rule_of(self, values: dict) -> Rule:
        """A rule that is not saved, from what the screen sends (``filter_try``)."""
        return Rule(
            0,
            str(values.get("match") or "all"),
            tuple(
                Condition(
                    str(line.get("field") or ""),
                    str(line.get("operator") or ""),
                    str(line.get("value") or ""),
                    bool(line.get("negated")),
                    str(line.get("header") or ""),
                )
                for line in values.get("conditions") or ()
            ),
            (Action("flag"),),
        )
